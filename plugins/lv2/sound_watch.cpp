// SPDX-License-Identifier: Apache-2.0
// Takes the samples in; each stretch is searched beside the host's thread.
#include "sound_watch.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <utility>

namespace signmark_lv2 {
namespace {

// The first answer comes soon, later ones rest on more.
constexpr double kFirstSeconds = 15, kLongestSeconds = 60;
constexpr double kShortestSeconds = 4;  // that can carry a mark

}  // namespace

SoundWatch::SoundWatch(int rate, std::string carrier)
    : carrier_(std::move(carrier)), stretch_seconds_(kFirstSeconds) {
  sound_.struct_size = sizeof sound_;
  sound_.rate = rate;
  sound_.channels = 2;
}

void SoundWatch::complain(const std::string& failure) noexcept {
  std::fprintf(stderr, "lv2 urn:signmark:detect: not known: %s\n", failure.c_str());
}

void SoundWatch::take(const float* const* channels, std::size_t samples) noexcept {
  if (failed_) return;
  if (detector_ == nullptr) detector_ = host_.sound_detector(sound_, carrier_);
  smk_error* error = nullptr;
  failed_ = detector_ == nullptr ||
            !host_.good(smk_sound_detector_push(detector_.get(), channels, samples, &error), error);
  if (failed_) return complain(host_.failure());
  came_ += samples;
  if (static_cast<double>(came_ - began_) >= stretch_seconds_ * sound_.rate) search();
}

// Runs in a thread of its own.
void SoundWatch::answer(smk_sound_detector* detector, double from, double to) {
  const auto report =
      signmark_host::make<signmark_host::VerifyReport>(smk_sound_detector_finish, detector);
  const auto found = signmark_host::answer_of(report.get());
  const smk_verdict verdict = smk_verify_report_verdict(report.get());
  verdict_ = verdict == SMK_VERDICT_NONE ? SMK_VERDICT_INCONCLUSIVE : verdict;
  if (std::exchange(said_, found.word + found.content_id) == said_) return;
  const std::string what =
      found.content_id.empty() ? std::string() : ", content id " + found.content_id;
  std::fprintf(stderr, "lv2 urn:signmark:detect: %.0f to %.0f s: %s%s\n", from, to,
               found.word.c_str(), what.c_str());
}

void SoundWatch::search() noexcept {
  if (searcher_.joinable()) searcher_.join();
  const double from = static_cast<double>(began_) / sound_.rate;
  const double to = static_cast<double>(came_) / sound_.rate;
  try {
    searcher_ = std::thread([this, from, to, detector = std::move(detector_)] {
      try {
        answer(detector.get(), from, to);
      } catch (const signmark_host::Failure& failure) {
        complain(failure.text);
      } catch (const std::exception&) {
        complain("out of memory");
      }
    });
  } catch (const std::exception&) {
    complain("there is no thread for the search");
  }
  detector_.reset();
  began_ = came_;
  stretch_seconds_ = std::min(2 * stretch_seconds_, kLongestSeconds);
}

void SoundWatch::finish() noexcept {
  if (detector_ != nullptr && static_cast<double>(came_ - began_) >= kShortestSeconds * sound_.rate)
    search();
  if (searcher_.joinable()) searcher_.join();
}

}  // namespace signmark_lv2
