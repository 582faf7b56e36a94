// SPDX-License-Identifier: Apache-2.0
#include "audio/limiter.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace signmark::audio {
namespace {

constexpr double kBlockSeconds = 0.5;
constexpr float kCeiling = 0.98855309F;  // -0.1 dB
constexpr float kHarmless = 0.6F;        // samples below this hide no peak above the ceiling
constexpr int kTaps = 12, kPhases = 4;

using Taps = std::array<std::array<float, kTaps>, kPhases>;

/// Windowed sinc for the three places between two samples (after ITU-R BS.1770-4 annex 2).
Taps make_taps() {
  Taps taps{};
  for (std::size_t phase = 1; phase < kPhases; ++phase)
    for (std::size_t i = 0; i < kTaps; ++i) {
      const double x =
          static_cast<double>(i) - (kTaps / 2.0 - 1) - static_cast<double>(phase) / kPhases;
      const double window = std::cos(std::numbers::pi * x / (kTaps + 1));
      taps[phase][i] = static_cast<float>(std::sin(std::numbers::pi * x) / (std::numbers::pi * x) *
                                          window * window);
    }
  return taps;
}

const Taps& taps() {
  static const Taps table = make_taps();
  return table;
}

float peak_between(std::span<const float> samples, std::size_t at) {
  float peak = 0;
  for (std::size_t phase = 1; phase < kPhases; ++phase) {
    float value = 0;
    for (std::size_t i = 0; i < kTaps; ++i) {
      const std::size_t place = at + i;  // shifted by half the filter
      if (place >= kTaps / 2 - 1 && place - (kTaps / 2 - 1) < samples.size())
        value += taps()[phase][i] * samples[place - (kTaps / 2 - 1)];
    }
    peak = std::max(peak, std::abs(value));
  }
  return peak;
}

}  // namespace

Limiter::Limiter(const Shape& shape)
    : live_(shape.live),
      block_(static_cast<std::size_t>(std::lround(kBlockSeconds * shape.rate))),
      own_(static_cast<std::size_t>(shape.channels)),
      sum_(own_.size()) {}

Limiter::Peaks Limiter::peaks_of(std::span<const float> samples) {
  Peaks peaks;
  for (const float s : samples) peaks.sample = std::max(peaks.sample, std::abs(s));
  peaks.between = peaks.sample;
  if (peaks.sample < kHarmless) return peaks;
  for (std::size_t i = 0; i + 1 < samples.size(); ++i)
    if (std::max(std::abs(samples[i]), std::abs(samples[i + 1])) >= kHarmless)
      peaks.between = std::max(peaks.between, peak_between(samples, i));
  return peaks;
}

double Limiter::gain_of(std::size_t from, std::size_t count) const {
  double gain = 1;
  for (std::size_t c = 0; c < sum_.size(); ++c) {
    const auto sum = std::span(sum_[c]).subspan(from, count);
    float highest = 0;
    for (const float s : sum) highest = std::max(highest, std::abs(s));
    if (highest < kHarmless) continue;
    const Peaks marked = peaks_of(sum), own = peaks_of(std::span(own_[c]).subspan(from, count));
    gain = std::min<double>(gain, std::max(kCeiling, own.sample) / marked.sample);
    gain = std::min<double>(gain, std::max(kCeiling, own.between) / marked.between);
  }
  return gain;
}

Status Limiter::push_live(const Block& own, const Block& delta, const Sink& sink) {
  std::vector<const float*> channels;
  for (std::size_t c = 0; c < own_.size(); ++c) {
    sum_[c].resize(own.samples);
    for (std::size_t i = 0; i < own.samples; ++i) {
      const float sample = own.channels[c][i];
      const float most = std::max(kCeiling, std::abs(sample));
      sum_[c][i] = std::clamp(sample + delta.channels[c][i], -most, most);
    }
    channels.push_back(sum_[c].data());
  }
  return sink({channels, own.samples});
}

Status Limiter::push(const Block& own, const Block& delta, const Sink& sink) {
  if (live_) return push_live(own, delta, sink);
  for (std::size_t c = 0; c < own_.size(); ++c) {
    own_[c].insert(own_[c].end(), own.channels[c], own.channels[c] + own.samples);
    const std::size_t base = sum_[c].size();
    sum_[c].resize(base + own.samples);
    for (std::size_t i = 0; i < own.samples; ++i)
      sum_[c][base + i] = own.channels[c][i] + delta.channels[c][i];
  }
  return drain(sink, false);
}

Status Limiter::finish(const Sink& sink) {
  if (live_) return {};
  return drain(sink, true);
}

Status Limiter::drain(const Sink& sink, bool all) {
  while (!sum_[0].empty()) {
    const std::size_t left = sum_[0].size();
    for (std::size_t known = gains_.size() * block_; gains_.size() < 2 && known < left;
         known += block_) {
      if (known + block_ > left && !all) break;
      gains_.push_back(gain_of(known, std::min(block_, left - known)));
    }
    // A block goes out when its successor is known.
    const bool last = all && left <= block_;
    if (gains_.size() < (last ? 1U : 2U)) return {};
    SIGNMARK_TRY(give(std::min(block_, left), last ? 1 : gains_[1], sink));
  }
  return {};
}

Status Limiter::give(std::size_t count, double after, const Sink& sink) {
  // The gain runs straight between block borders, where the lower of both neighbours holds.
  const double end = std::min(gains_.front(), after);
  std::vector<const float*> out;
  for (auto& channel : sum_) {
    if (before_ < 1 || gains_.front() < 1 || end < 1) {
      const double start = std::min(before_, gains_.front());
      for (std::size_t i = 0; i < count; ++i)
        channel[i] *= static_cast<float>(start + (end - start) * static_cast<double>(i) /
                                                     static_cast<double>(count));
    }
    out.push_back(channel.data());
  }
  SIGNMARK_TRY(sink({out, count}));
  before_ = gains_.front();
  gains_.erase(gains_.begin());
  const auto gone = static_cast<std::ptrdiff_t>(count);
  for (auto& channel : sum_) channel.erase(channel.begin(), channel.begin() + gone);
  for (auto& channel : own_) channel.erase(channel.begin(), channel.begin() + gone);
  return {};
}

}  // namespace signmark::audio
