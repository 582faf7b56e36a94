// SPDX-License-Identifier: Apache-2.0
#include "audio/hear.hpp"

#include <algorithm>
#include <cmath>

#include "audio/grid.hpp"
#include "audio/notice.hpp"

namespace signmark::audio {
namespace {

constexpr double kLowest = 300, kHighest = 3000;    // Hz
constexpr double kShortest = 0.06, kLongest = 0.2;  // seconds of a unit
constexpr double kUnitRatio = 1.03;                 // from one unit tried to the next
constexpr int kUnits = 42;                          // 60 ms times 1.03^41 are 202 ms
constexpr double kEdge = 1.1;                       // steps of a segment that its neighbour blurs
constexpr double kTonal = 0.4;                      // share of the energy while a tone sounds
// Power between tones, and of the loudest tone, over that of the softest. Syllables reach 0.13
// and 1.7 (3 of 5 in two recordings of speech); our label mixed into programmes and coded at 16 to
// 32 kbit/s keeps below 0.006 and 1.6.
constexpr double kQuiet = 0.08, kLevel = 2;
constexpr double kOutside =
    0.25;                        // weight of what sounds around, where the programme is not ducked
constexpr int kBuffered = 3000;  // steps
// A false rhythm needs six durations that fit the seventh within a tenth of their usual spread
// (30 ms to 1 s), and three tones that repeat the first one's pitch, as a third of tones may.
const double kChanceLog10 = 6 * std::log10(0.1) + 3 * std::log10(0.33);

double longest_steps() { return (kRhythmUnits + 2) * kLongest / kStepSeconds; }

}  // namespace

RhythmListener::RhythmListener(const Map& frequencies) : frequencies_(frequencies) {
  const auto place = [&](double hz) {
    const int bin = static_cast<int>(std::lround(hz / frequencies.bin_hz)) - frequencies.first_bin;
    return static_cast<std::size_t>(std::clamp(bin, 1, std::max(1, frequencies.bins - 2)));
  };
  from_ = place(kLowest);
  bins_ = place(kHighest) - from_ + 1;
  shares_.resize(bins_);
  powers_.resize(bins_);
  sounding_.resize(bins_);
}

void RhythmListener::push(std::span<const float> row) {
  if (row.size() < from_ + bins_ + 1) return;
  double all = 0;
  std::vector<double> power(bins_ + 2);
  for (std::size_t k = 0; k < power.size(); ++k) all += power[k] = std::exp(row[from_ - 1 + k]);
  const std::size_t before = shares_.size() - bins_;
  for (std::size_t k = 0; k < bins_; ++k) {
    const double tone = power[k] + power[k + 1] + power[k + 2];
    shares_.push_back(shares_[before + k] + tone / all);
    powers_.push_back(powers_[before + k] + tone);
    const bool sounds = tone > kTonal * all;
    if (sounds && !sounding_[k]) ++tones_;
    sounding_[k] = sounds;
  }
  if (++steps_ >= kBuffered) look(false);
}

RhythmListener::Segment RhythmListener::mean(std::size_t bin, double from, double to) const {
  // Step i of the sound stands for the time from i - 0.5 to i + 0.5; sums begin with nothing.
  const auto last = static_cast<double>(steps_);
  const double first = static_cast<double>(dropped_);
  const double a = std::clamp(std::round(from + 0.5 - first), 0.0, last);
  const double b = std::clamp(std::round(to + 0.5 - first), 0.0, last);
  if (b <= a) return {};
  const std::size_t low = static_cast<std::size_t>(a) * bins_ + bin;
  const std::size_t high = static_cast<std::size_t>(b) * bins_ + bin;
  return {(shares_[high] - shares_[low]) / (b - a), (powers_[high] - powers_[low]) / (b - a)};
}

double RhythmListener::contrast(std::size_t bin, double start, double unit) const {
  double softest = 1e300, loudest = 0;
  for (const auto& [from, to] : kRhythm) {
    const Segment tone = mean(bin, start + from * unit + kEdge, start + to * unit - kEdge);
    if (tone.share < kTonal) return 0;
    softest = std::min(softest, tone.power);
    loudest = std::max(loudest, tone.power);
  }
  if (loudest > kLevel * softest) return 0;
  double gap = 0;
  int end = -1;  // a unit of nothing comes before the first tone, and one after the last
  for (std::size_t i = 0; i <= kRhythm.size(); ++i) {
    const int next = i < kRhythm.size() ? kRhythm[i][0] : kRhythmUnits + 1;
    const bool outside = i == 0 || i == kRhythm.size();
    gap =
        std::max(gap, (outside ? kOutside : 1) *
                          mean(bin, start + end * unit + kEdge, start + next * unit - kEdge).power);
    if (i < kRhythm.size()) end = kRhythm[i][1];
  }
  return gap > kQuiet * softest ? 0 : 1 - gap / softest;
}

void RhythmListener::keep(const Match& match) {
  for (Match& known : matches_)
    if (std::abs(known.start - match.start) < kRhythmUnits * match.unit) {
      if (match.contrast > known.contrast) known = match;
      return;
    }
  matches_.push_back(match);
}

void RhythmListener::look_at(int step, std::size_t bin) {
  const double start = static_cast<double>(dropped_) + step;
  for (int i = 0; i < kUnits; ++i) {
    const double steps = kShortest / kStepSeconds * std::pow(kUnitRatio, i);
    if (mean(bin, start + kEdge, start + steps - kEdge).share < kTonal) return;
    const double found = contrast(bin, start, steps);
    // The tone's own bin, not a neighbour's.
    if (found > 0)
      keep({start, steps, static_cast<int>(bin), found * mean(bin, start, start + steps).share});
  }
}

void RhythmListener::look(bool last) {
  const int ready = last ? steps_ : steps_ - static_cast<int>(longest_steps());
  for (; looked_ < ready; ++looked_)
    for (std::size_t k = 0; k < bins_; ++k) look_at(looked_, k);
  const int gone = std::max(0, looked_ - static_cast<int>(kLongest / kStepSeconds) - 2);
  const auto values = static_cast<std::ptrdiff_t>(static_cast<std::size_t>(gone) * bins_);
  shares_.erase(shares_.begin(), shares_.begin() + values);
  powers_.erase(powers_.begin(), powers_.begin() + values);
  dropped_ += static_cast<std::uint64_t>(gone);
  looked_ -= gone;
  steps_ -= gone;
}

std::vector<HeardNotice> RhythmListener::finish() {
  look(true);
  std::vector<HeardNotice> heard;
  for (const Match& match : matches_) {
    HeardNotice notice;
    notice.from_seconds = std::max(0.0, match.start * kStepSeconds);
    notice.to_seconds = (match.start + kRhythmUnits * match.unit) * kStepSeconds;
    notice.unit_seconds = match.unit * kStepSeconds;
    notice.pitch_hz =
        frequencies_.bin_hz * (frequencies_.first_bin + static_cast<int>(from_) + match.bin);
    notice.false_positive_log10 = std::min(
        0.0, std::log10(static_cast<double>(std::max<std::uint64_t>(tones_, 1))) + kChanceLog10);
    heard.push_back(notice);
  }
  std::sort(heard.begin(), heard.end(), [](const HeardNotice& a, const HeardNotice& b) {
    return a.from_seconds < b.from_seconds;
  });
  return heard;
}

}  // namespace signmark::audio
