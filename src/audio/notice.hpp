// SPDX-License-Identifier: Apache-2.0
// What the audible label sounds like (GB 45438 clause 5.3).
#pragma once

#include <array>
#include <vector>

#include "audio/sound_mark.hpp"

namespace signmark::audio {

/// Morse "AI": short long, short short. Tones as [from, to) in units.
inline constexpr std::array<std::array<int, 2>, 4> kRhythm{{{0, 1}, {2, 5}, {8, 9}, {10, 11}}};
inline constexpr int kRhythmUnits = 11;

/// A notice of one channel; where it sounds, its rms is 1.
using Notice = std::vector<float>;

/// Errors: `audio.notice.language`, `audio.notice.file`, `audio.notice.unit`.
Result<Notice> make_notice(const Context& context, const AudibleLabel& label, int rate);

}  // namespace signmark::audio
