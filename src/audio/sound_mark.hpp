// SPDX-License-Identifier: Apache-2.0
// The robust mark on samples, and the audible label: streams in, streams out, in constant memory.
// No file format here. Design: video-audio-mark.md sections 7 and 8.
#pragma once

#include <span>
#include <vector>

#include "base/result.hpp"
#include "signmark/audio.hpp"
#include "signmark/image.hpp"

namespace signmark::audio {

/// Lays the mark: `push` in, marked samples out of the sink, as many in the end as came in. One
/// object a stream; not thread-safe.
class SoundMarker {
 public:
  virtual ~SoundMarker() = default;
  virtual Status push(const Block& block, const Sink& sink) = 0;
  /// Gives what is still inside.
  virtual Status finish(const Sink& sink) = 0;
  /// Samples that are inside at most, of a live sound.
  [[nodiscard]] virtual std::size_t latency() const = 0;
  /// Without margins, which the reader measures.
  [[nodiscard]] virtual SoundReport report() const = 0;
};
/// `seconds`: expected duration, negative when unknown. Errors: `audio.mark.shape`.
Result<std::unique_ptr<SoundMarker>> make_sound_marker(const Context& context, const Shape& shape,
                                                       const image::RobustRequest& request,
                                                       double seconds);

/// One mark of one key in a sound. Numbers as image::RobustMark defines them.
struct FoundSound {
  image::RobustMark mark;
  double from_seconds = 0, to_seconds = 0;
  double speed = 1, pitch = 1;
};

struct SoundFinding {
  std::vector<FoundSound> marks;
  std::vector<HeardNotice> notices;
  std::uint64_t hypotheses = 0;
  double seconds = 0;
};

struct ListenOptions {
  bool search = true;  ///< changed speed, tempo and pitch as well
  bool deep = false;   ///< finer and wider search
  bool notice = true;  ///< the rhythm label
};

/// Looks for marks: `push` everything, then `finish` once. Holds a reduced spectrogram only.
class SoundReader {
 public:
  virtual ~SoundReader() = default;
  virtual Status push(const Block& block) = 0;
  virtual Result<SoundFinding> finish(const Context& context) = 0;
};
Result<std::unique_ptr<SoundReader>> make_sound_reader(const Shape& shape,
                                                       const std::vector<image::RobustKey>& keys,
                                                       const ListenOptions& options);

/// Puts the audible label into a stream. `seconds`: duration, needed for the one at the end unless
/// it is inserted; negative when unknown (then mixing at the end delays by the notice's length).
class NoticeWriter {
 public:
  virtual ~NoticeWriter() = default;
  virtual Status push(const Block& block, const Sink& sink) = 0;
  virtual Status finish(const Sink& sink) = 0;
};
/// Errors: `audio.notice.language`, `audio.notice.file`, `audio.notice.unit`, `audio.notice.short`
/// (the programme is shorter than the notice; the hint says `insert`).
Result<std::unique_ptr<NoticeWriter>> make_notice_writer(const Context& context, const Shape& shape,
                                                         const AudibleLabel& label, double seconds);

/// Languages of the spoken notices that are built in.
std::span<const std::string_view> spoken_languages();

}  // namespace signmark::audio
