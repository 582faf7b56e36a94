// SPDX-License-Identifier: Apache-2.0
// Room `audio`: what is laid into sound, and what is found there. The work itself is done behind
// room `video`, which decodes and encodes (video.hpp).
#ifndef SIGNMARK_AUDIO_HPP_
#define SIGNMARK_AUDIO_HPP_

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "signmark/base.hpp"

namespace signmark::audio {

// ---------------------------------------------------------------------------------------------
// Audible label (GB 45438 clause 5.3; for film also clause 5.4)

/// What a listener hears.
enum class NoticeKind {
  rhythm,  ///< short long, short short: Morse "AI" (clause 5.3 b)
  spoken   ///< a spoken notice with both elements, at normal speed (clause 5.3 a)
};

/// How the notice comes into the programme.
enum class NoticeBlend {
  mix,    ///< over the programme, which is ducked by 12 dB: the duration stays
  insert  ///< before and after it, with 150 ms of silence around: sound files only
};

struct AudibleLabel {
  NoticeKind kind = NoticeKind::rhythm;
  NoticeBlend blend = NoticeBlend::mix;
  bool at_start = true, at_end = true;
  double unit_seconds = 0.1;    ///< of the rhythm: length of its short tone, 0.06 to 0.2
  double pitch_hz = 880;        ///< of the rhythm, 300 to 3000
  std::string language = "zh";  ///< of the spoken notice: one of `spoken_languages()`
  std::string spoken_file;  ///< the user's own recording (WAV) instead; its words are the user's
};

/// Where an audible label was heard.
struct HeardNotice {
  double from_seconds = 0, to_seconds = 0;
  double unit_seconds = 0;  ///< of the rhythm found
  double pitch_hz = 0;
  double false_positive_log10 = 0;  ///< bound for a whole file of its length
};

// ---------------------------------------------------------------------------------------------
// Samples

/// Planar samples, -1..1, one pointer a channel.
struct Block {
  std::span<const float* const> channels;
  std::size_t samples = 0;
};
/// Takes blocks in order; they are valid during the call only.
using Sink = std::function<Status(const Block&)>;

/// What a stream is. Any rate from 8 kHz on.
struct Shape {
  int rate = 48000;
  int channels = 2;
  std::uint64_t untouched = 0;  ///< bit mask of channels that carry no mark (LFE)
  /// Samples come out as soon as they can: peaks are clipped where the mark would overshoot instead
  /// of lowered half a second ahead, and there is no signed frame, which needs the sound's start.
  bool live = false;
};

// ---------------------------------------------------------------------------------------------
// The robust mark in sound (video-audio-mark.md section 7)

/// What was laid, measured on the marked samples before encoding and, for margins, after it.
struct SoundReport {
  double seconds = 0;
  double snr_db = 0;      ///< of the mark alone
  bool id_frame = false;  ///< false: too short or too quiet for one; `why_not` says so
  bool signed_frame = false;
  std::string why_not;  ///< one clause for people: why there is no id or no signed frame
  double id_margin_db = 0, signed_margin_db = 0;  ///< above what decoding needs, read back
  std::uint64_t fingerprint = 0;
  bool notice = false;  ///< the audible label is in it
};

}  // namespace signmark::audio

#endif  // SIGNMARK_AUDIO_HPP_
