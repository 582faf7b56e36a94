// SPDX-License-Identifier: Apache-2.0
// Room `video`: films and sounds in, films and sounds out, through FFmpeg's libav. Lives in
// libsignmark-av.so, which is loaded on first need: metadata-only work never pays for it.
#ifndef SIGNMARK_VIDEO_HPP_
#define SIGNMARK_VIDEO_HPP_

#include <array>
#include <filesystem>
#include <memory>

#include "signmark/audio.hpp"
#include "signmark/base.hpp"
#include "signmark/image.hpp"
#include "signmark/label.hpp"
#include "signmark/prints.hpp"

namespace signmark::video {

// ---------------------------------------------------------------------------------------------
// Marking

/// How long the visible label stands (GB 45438 clause 5.4: at least 2 s from the first picture).
struct LabelTime {
  double seconds = 0;  ///< 0: the whole film; otherwise at least 2
};

/// What is done to the streams, in this order. Streams that nothing is done to are copied packet by
/// packet, bit for bit.
struct Changes {
  /// The mark in the pictures: keys of keys::Medium::video, `sign` over "video-frame". nullptr:
  /// none.
  const image::RobustRequest* picture = nullptr;
  /// The mark in the sound: keys of keys::Medium::audio, `sign` over "audio-frame". nullptr: none.
  const image::RobustRequest* sound = nullptr;
  const label::VisibleLabel* label = nullptr;
  LabelTime label_time;
  const audio::AudibleLabel* notice = nullptr;
  /// The AIGC record as compact JSON for an SEI message before each hold's first picture (H.264 and
  /// HEVC); empty: none.
  std::string sei;
};

/// How changed streams are encoded. Defaults keep codec, profile, depth, colours and time base, and
/// stay near the source's quality.
struct EncodeOptions {
  std::optional<int> crf;  ///< constant rate factor of the encoder; unset: 18 with a cap near
                           ///< the source's bit rate
  std::string preset;      ///< x264's and x265's word; empty: "medium"
  bool size_like_source = false;  ///< aim at the source's bit rate instead
  int threads = 0;                ///< of the encoder; 0: as many as processors
};

/// What was laid into the pictures.
struct PictureReport {
  std::uint64_t frames = 0, holds = 0;
  double psnr_db = 0;        ///< mean over the frames, of the mark alone
  double worst_psnr_db = 0;  ///< of a frame
  bool signed_frame = false;
  std::string why_no_signed_frame;
  double id_margin_db = 0, signed_margin_db = 0;  ///< read back from the encoded file
  std::uint64_t fingerprint = 0;                  ///< of the first section
};

struct Report {
  std::optional<PictureReport> picture;
  std::optional<audio::SoundReport> sound;
  label::Overlay overlay;  ///< what was drawn, as a person sees it
  std::vector<std::string>
      notes;           ///< what the target cannot hold or what was converted, a clause each
  double seconds = 0;  ///< of the film or sound
  std::uint64_t bytes_in = 0, bytes_out = 0;
};

// ---------------------------------------------------------------------------------------------
// Looking

struct Span {
  double from_seconds = 0, to_seconds = 0;
};

/// One mark that was read, with the stretches of time that carry it.
struct TimedMark {
  enum class In { picture, sound } in = In::picture;
  image::RobustMark mark;   ///< `where`, `scale` and so on: of the picture in which it was clearest
  std::vector<Span> spans;  ///< ascending, merged
  double speed = 1;         ///< playback speed against the original, where it was found out
  double pitch = 1;         ///< pitch against the original, sound only
};

struct Lookup {
  std::vector<image::RobustKey> picture_keys;  ///< of keys::Medium::video
  std::vector<image::RobustKey> sound_keys;    ///< of keys::Medium::audio
  bool deep = false;   ///< every frame and every speed, several times the time
  bool notice = true;  ///< also listen for the rhythm label
};

struct Finding {
  std::vector<TimedMark> marks;
  std::vector<audio::HeardNotice> notices;
  std::vector<Span> looked_at;  ///< of the pictures: stretches in which frames were read
  double seconds = 0;           ///< duration
  bool has_picture = false, has_sound = false;
  std::uint64_t frames_decoded = 0;
  std::uint64_t hypotheses = 0;
  /// What could not be looked at (a codec without a decoder, encryption, a cut-off file); marks
  /// found in the rest are listed all the same.
  std::vector<Error> unreadable;
  /// AIGC records in SEI messages of our own kind (`Changes::sei`), each once; they were found in
  /// passing, so their absence says nothing about the frames that were not looked at.
  std::vector<std::string> sei_records;
};

// ---------------------------------------------------------------------------------------------
// Streams that a host program hands over piece by piece

/// How the samples of a picture lie in memory. Subsampled sides are rounded up.
enum class FrameLayout : std::uint8_t {
  grey = 1,  ///< one plane of luma; any other planes are the caller's
  i420 = 2,  ///< luma, U, V; chroma halved both ways
  i422 = 3,  ///< the same, chroma halved across
  i444 = 4,  ///< the same, chroma whole
  nv12 = 5,  ///< luma, U and V interleaved; chroma halved both ways
  rgba = 6,  ///< one plane of R, G, B, A or any fourth byte, 8 bits; the fourth stays
  bgra = 7   ///< the same with blue first
};

/// What is known of a film before its first picture.
struct FilmForm {
  FrameLayout layout = FrameLayout::grey;
  int width = 0, height = 0;  ///< pixels
  /// Of a sample: 8 in bytes; 9 to 16 in little-endian words, in their low bits (P010 is 16 bits:
  /// its lowest six are zeros).
  int bits = 8;
  bool full_range = false;  ///< of luma; always so in rgba and bgra
  bool interlaced = false;
  bool high_dynamic_range = false;  ///< PQ or HLG
  double pixel_aspect = 1;          ///< how much wider than high a pixel is shown
  double seconds = -1;              ///< duration; negative when unknown
};

/// The planes of one picture, which belong to the caller; strides are bytes and may be negative.
struct FramePlanes {
  std::array<void*, 3> data{};
  std::array<std::ptrdiff_t, 3> stride{};
};

/// Marks and labels pictures in their place. One thread at a time.
class PictureStream {
 public:
  virtual ~PictureStream() = default;
  /// Whether an encoder should make the picture at this time (seconds since the first) a keyframe.
  virtual bool begins_hold(double seconds) = 0;
  /// Changes one picture; they come in display order, or nearly. Errors: those of `sign` and of
  /// label::draw_label; the picture is unchanged then.
  virtual Status change(const FramePlanes& planes, double seconds) = 0;
  [[nodiscard]] virtual Report report() const = 0;
};

/// Looks for marks in pictures. One thread at a time; memory grows by some hundred bytes a picture.
class PictureLook {
 public:
  virtual ~PictureLook() = default;
  /// Takes one picture in, of any time; some six a second are enough.
  virtual Status take(const FramePlanes& planes, double seconds) = 0;
  /// What is known now; more pictures may follow.
  virtual Result<Finding> look(const Context& context) = 0;
  /// Whether more pictures cannot make the answer better. After `look`.
  [[nodiscard]] virtual bool satisfied() const = 0;
};

/// Puts audible label and mark into sound. One thread at a time.
class SoundStream {
 public:
  virtual ~SoundStream() = default;
  /// Takes samples in; what is ready comes out of the sink, in the end as many as came in.
  virtual Status push(const audio::Block& block, const audio::Sink& sink) = 0;
  virtual Status finish(const audio::Sink& sink) = 0;
  /// Samples that are inside at most, of a live sound without a notice.
  [[nodiscard]] virtual std::size_t latency() const = 0;
  [[nodiscard]] virtual Report report() const = 0;
};

/// Listens for marks and rhythm labels. One thread at a time; holds a reduced spectrogram only.
class SoundLook {
 public:
  virtual ~SoundLook() = default;
  virtual Status push(const audio::Block& block) = 0;
  /// Once, after the last push.
  virtual Result<Finding> finish(const Context& context) = 0;
};

// ---------------------------------------------------------------------------------------------

/// The room behind the loader; one object serves all threads.
class VideoRoom {
 public:
  virtual ~VideoRoom() = default;
  /// Reads `file`, changes what `changes` asks for, and writes a whole new file in the same
  /// container to `out`, which must not exist yet. Tags, chapters, cover art, subtitles,
  /// attachments, side data (rotation, HDR), edit lists and sound that is not marked are kept;
  /// `Report::notes` says what was not. The marks are read back from `out`; when not even the id
  /// frame can be read the call fails. On any error `out` is removed. Progress phases: "pictures"
  /// (frames), "sound" (milliseconds), "read back". Errors: `video.decode`, `video.encode`,
  /// `video.unsupported`, `video.encrypted`, `video.mark.margin`, `video.mark.size`,
  /// `audio.mark.margin`, `base.cancelled`, those of label::draw_label and of `sign`.
  [[nodiscard]] virtual Result<Report> change(const Context& context, ByteView file,
                                              std::string_view format_mime, const Changes& changes,
                                              const EncodeOptions& options,
                                              const std::filesystem::path& out) const = 0;
  /// Looks for marks and rhythm labels: few keyframes first, more only as needed. Errors:
  /// `video.decode` (nothing at all could be read), `base.cancelled`.
  [[nodiscard]] virtual Result<Finding> find(const Context& context, ByteView file,
                                             std::string_view format_mime,
                                             const Lookup& lookup) const = 0;
  /// Retrieval prints of a film's pictures (PrintKind::film) and of its sound (PrintKind::sound);
  /// `part` is their time in milliseconds. At most some hundreds for storing. What cannot be
  /// decoded has none. Progress phase: "prints". Errors: `base.cancelled`.
  [[nodiscard]] virtual Result<std::vector<Print>> prints(const Context& context, ByteView file,
                                                          std::string_view format_mime,
                                                          PrintUse use) const = 0;
  /// y4m (`yuv4mpegpipe`, 8 to 16 bit) from one descriptor to another: mark and label, nothing
  /// else. Errors: `video.pipe.syntax`, `base.file.read`, `base.file.write`, as `change`.
  [[nodiscard]] virtual Result<Report> pipe_pictures(const Context& context, int in, int out,
                                                     const Changes& changes) const = 0;
  /// Interleaved PCM of 16-bit or 32-bit float samples (native order) at `rate`, `channels`.
  struct PcmShape {
    int rate = 48000, channels = 2;
    bool floating = false;
  };
  [[nodiscard]] virtual Result<Report> pipe_sound(const Context& context, int in, int out,
                                                  const PcmShape& shape,
                                                  const Changes& changes) const = 0;
  /// Streams. `changes` takes a picture mark and a label, or a sound mark and a notice; what it
  /// points to must outlive the stream. Errors: `video.form` (no such picture), `video.mark.size`,
  /// `audio.mark.shape`, `audio.notice.*`.
  [[nodiscard]] virtual Result<std::unique_ptr<PictureStream>> open_pictures(
      const FilmForm& form, const Changes& changes) const = 0;
  [[nodiscard]] virtual Result<std::unique_ptr<PictureLook>> open_picture_look(
      const FilmForm& form, const Lookup& lookup) const = 0;
  /// `seconds`: duration, negative when unknown.
  [[nodiscard]] virtual Result<std::unique_ptr<SoundStream>> open_sound(const Context& context,
                                                                        const audio::Shape& shape,
                                                                        const Changes& changes,
                                                                        double seconds) const = 0;
  [[nodiscard]] virtual Result<std::unique_ptr<SoundLook>> open_sound_look(
      const audio::Shape& shape, const Lookup& lookup) const = 0;
};

/// Loads libsignmark-av.so beside the library, once. Errors: `video.load` with the loader's words.
Result<const VideoRoom*> load();

}  // namespace signmark::video

#endif  // SIGNMARK_VIDEO_HPP_
