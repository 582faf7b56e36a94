// SPDX-License-Identifier: Apache-2.0
// Pushes what comes, and gives the same number of samples that came a latency ago.
#include "common/live_sound.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

namespace signmark_host {
namespace {

constexpr int kStrength = 0, kLatency = 1;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

// The strength that is meant (host_marker.hpp), so that small moves of a slider change nothing.
double nearest_strength(double value) {
  constexpr double kInvisible = 0, kDefault = 0.25, kStrong = 1;
  if (std::isnan(value)) return kDefault;
  if (value < kDefault / 2) return kInvisible;
  return value < (kDefault + kStrong) / 2 ? kDefault : kStrong;
}

}  // namespace

Wish wish_from_environment() {
  Wish wish;
  wish.key = variable("SIGNMARK_KEY");
  wish.carrier = variable("SIGNMARK_CARRIER");
  wish.content_id = variable("SIGNMARK_CONTENT_ID");
  // A host may give each channel of one sound an instance of its own: they lay one mark.
  if (wish.content_id.empty()) wish.content_id = shared_content_id(wish.key, nullptr);
  return wish;
}

LiveSound::LiveSound(const char* who, int rate, int channels)
    : complaint_(who), wish_(wish_from_environment()) {
  sound_.struct_size = sizeof sound_;
  sound_.rate = rate;
  sound_.channels = channels;
  sound_.live = 1;
}

bool LiveSound::open() noexcept {
  marker_ = host_.sound(sound_, wish_);
  if (marker_ != nullptr) return true;
  failed_ = true;
  return complaint_.passes(host_.failure());
}

void LiveSound::connect(unsigned long port, float* data) noexcept {
  if (port < ports_.size()) ports_[port] = data;
}

void LiveSound::restart() noexcept {
  if (begun_) marker_.reset();
  previous_.reset();
  failed_ = begun_ = false;
}

// Marks by this strength from now on.
bool LiveSound::follow(double strength) noexcept {
  const double wanted = nearest_strength(strength);
  if (marker_ != nullptr) {
    // One change at a time: what the last one left inside goes out first.
    if (wanted == wish_.strength || previous_ != nullptr) return true;
    smk_error* error = nullptr;
    if (begun_ && !host_.good(smk_sound_marker_finish(marker_.get(), &error), error)) return false;
    if (begun_) previous_ = std::move(marker_);
  }
  wish_.strength = wanted;
  marker_ = host_.sound(sound_, wish_);
  return marker_ != nullptr;
}

bool LiveSound::push(std::size_t samples) noexcept {
  if (!std::exchange(begun_, true)) silence_ = smk_sound_marker_latency(marker_.get());
  smk_error* error = nullptr;
  return host_.good(smk_sound_marker_push(marker_.get(), inputs(), samples, &error), error);
}

void LiveSound::pull(std::size_t samples) noexcept {
  std::array<float*, kMostChannels> out{};
  std::copy_n(outputs(), sound_.channels, out.begin());
  const auto advance = [&](std::size_t count) {
    for (int c = 0; c < sound_.channels; ++c) out[static_cast<std::size_t>(c)] += count;
    samples -= count;
  };
  const std::size_t silent = std::min(silence_, samples);
  for (int c = 0; c < sound_.channels; ++c)
    std::fill_n(out[static_cast<std::size_t>(c)], silent, 0.0F);
  silence_ -= silent;
  advance(silent);
  advance(smk_sound_marker_pull(previous_.get(), out.data(), samples));
  if (smk_sound_marker_ready(previous_.get()) == 0) previous_.reset();
  advance(smk_sound_marker_pull(marker_.get(), out.data(), samples));
  // The library promises that none is left; if it broke that, no stale memory goes out.
  for (int c = 0; c < sound_.channels; ++c)
    std::fill_n(out[static_cast<std::size_t>(c)], samples, 0.0F);
}

// What goes out when it cannot be marked.
void LiveSound::replace(std::size_t samples) noexcept {
  const bool pass = complaint_.passes(host_.failure());
  for (int c = 0; c < sound_.channels; ++c) {
    if (!pass) {
      std::fill_n(outputs()[c], samples, 0.0F);
    } else if (outputs()[c] != inputs()[c]) {
      std::copy_n(inputs()[c], samples, outputs()[c]);
    }
  }
}

void LiveSound::run(std::size_t samples) noexcept {
  const float* strength = control(kStrength);
  failed_ = failed_ || !follow(strength == nullptr ? wish_.strength : double{*strength});
  failed_ = failed_ || (samples > 0 && !push(samples));
  float* latency = control(kLatency);
  if (latency != nullptr)
    *latency = failed_ ? 0.0F : static_cast<float>(smk_sound_marker_latency(marker_.get()));
  if (samples == 0) return;
  if (failed_) {
    replace(samples);
  } else {
    pull(samples);
  }
}

}  // namespace signmark_host
