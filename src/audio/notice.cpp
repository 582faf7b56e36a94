// SPDX-License-Identifier: Apache-2.0
#include "audio/notice.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "audio/spoken.hpp"
#include "audio/wav.hpp"
#include "base/file.hpp"

namespace signmark::audio {
namespace {

constexpr double kEdgeSeconds = 0.008;
constexpr double kPartial = 0.25118864;  // -12 dB, an octave higher: helps small speakers
constexpr double kShortestUnit = 0.06, kLongestUnit = 0.2, kLowest = 300, kHighest = 3000;
constexpr double kLongestNotice = 30;  // seconds
constexpr std::uint64_t kLargestFile = 64U << 20;

/// Raised cosine at both ends of a tone.
double edge(double since, double until) {
  const double part = std::clamp(std::min(since, until) / kEdgeSeconds, 0.0, 1.0);
  return 0.5 - 0.5 * std::cos(std::numbers::pi * part);
}

Notice make_rhythm(const AudibleLabel& label, int rate) {
  const double unit = label.unit_seconds;
  Notice notice(static_cast<std::size_t>(std::lround(kRhythmUnits * unit * rate)));
  const double scale = std::sqrt(2 / (1 + kPartial * kPartial));
  for (std::size_t i = 0; i < notice.size(); ++i) {
    const double t = static_cast<double>(i) / rate;
    for (const auto& [from, to] : kRhythm) {
      if (t < from * unit || t >= to * unit) continue;
      const double phase = 2 * std::numbers::pi * label.pitch_hz * t;
      notice[i] = static_cast<float>(scale * edge(t - from * unit, to * unit - t) *
                                     (std::sin(phase) + kPartial * std::sin(2 * phase)));
    }
  }
  return notice;
}

/// Rms 1 over what is not a pause.
void to_unit_level(Notice& notice, int rate) {
  const auto part = static_cast<std::size_t>(rate / 50);
  std::vector<double> energies;
  for (std::size_t at = 0; at + part <= notice.size(); at += part) {
    double energy = 0;
    for (std::size_t i = at; i < at + part; ++i)
      energy += static_cast<double>(notice[i]) * notice[i];
    energies.push_back(energy / static_cast<double>(part));
  }
  if (energies.empty()) return;
  const double loudest = *std::max_element(energies.begin(), energies.end());
  double sum = 0, count = 0;
  for (const double e : energies)
    if (e > loudest / 1000) sum += e, ++count;
  if (sum <= 0) return;
  const auto scale = static_cast<float>(1 / std::sqrt(sum / count));
  for (float& s : notice) s *= scale;
}

Result<Clip> spoken_clip(const Context& context, const AudibleLabel& label) {
  if (!label.spoken_file.empty()) {
    auto file = read_file(label.spoken_file, std::min(kLargestFile, context.limits.file_size));
    if (!file) return fail("audio.notice.file", file.error().message, label.spoken_file);
    auto clip = read_wav(*file, kLongestNotice);
    if (!clip) return tl::unexpected<Error>(clip.error().at(label.spoken_file));
    return clip;
  }
  std::string known;
  for (const SpokenClip& clip : spoken_clips()) {
    if (clip.language == label.language) return read_wav(clip.wav, kLongestNotice);
    known += known.empty() ? "" : ", ";
    known += clip.language;
  }
  return fail("audio.notice.language", "no spoken notice in language '" + label.language + "'", {},
              "built in: " + known + "; or give your own recording");
}

}  // namespace

Result<Notice> make_notice(const Context& context, const AudibleLabel& label, int rate) {
  if (label.kind == NoticeKind::rhythm) {
    if (!(label.unit_seconds >= kShortestUnit && label.unit_seconds <= kLongestUnit))
      return fail("audio.notice.unit", "the rhythm's unit must last 0.06 to 0.2 seconds");
    if (!(label.pitch_hz >= kLowest && label.pitch_hz <= kHighest))
      return fail("audio.notice.unit", "the rhythm's pitch must be 300 to 3000 Hz");
    return make_rhythm(label, rate);
  }
  SIGNMARK_ASSIGN(const Clip clip, spoken_clip(context, label));
  Notice notice = resampled(clip, rate);
  to_unit_level(notice, rate);
  return notice;
}

std::span<const std::string_view> spoken_languages() {
  static const std::vector<std::string_view> languages = [] {
    std::vector<std::string_view> all;
    for (const SpokenClip& clip : spoken_clips()) all.push_back(clip.language);
    return all;
  }();
  return languages;
}

}  // namespace signmark::audio
