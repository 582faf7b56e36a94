// SPDX-License-Identifier: Apache-2.0
// Films and sounds that are no files yet: pictures and samples in the caller's memory, as host
// programs hand them over one after the other. They take the layers `robust` and `visible`; record
// and manifest need a file. Nothing is recorded in a ledger: what is issued is the file that is
// made of them.
//
// Objects are used by one thread at a time. What MarkOptions points to (signer, carrier key) and
// the callbacks of the Context must outlive them.
#ifndef SIGNMARK_STREAMS_HPP_
#define SIGNMARK_STREAMS_HPP_

#include <memory>
#include <string>
#include <string_view>

#include "signmark/pipeline.hpp"

namespace signmark {

/// Marks the pictures of one film in their place. The lattice follows from carrier key and content
/// id: several markers with the same id lay one and the same id mark.
class FilmMarker {
 public:
  /// Errors: `pipeline.layers` (nothing to do), `pipeline.carrier`, those of
  /// video::VideoRoom::open_pictures.
  static Result<FilmMarker> open(const Context& context, const video::FilmForm& form,
                                 const MarkOptions& options);
  FilmMarker(FilmMarker&&) noexcept;
  FilmMarker& operator=(FilmMarker&&) noexcept;
  ~FilmMarker();

  /// As video::PictureStream.
  bool begins_hold(double seconds);
  Status mark(const video::FramePlanes& planes, double seconds);
  [[nodiscard]] MarkReport report() const;

 private:
  struct Parts;
  explicit FilmMarker(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

/// Marks a sound. With the layer `visible` the audible label of MarkOptions::timed is put in, too.
class SoundMarker {
 public:
  /// `seconds`: duration, negative when unknown. Errors: as FilmMarker, with open_sound.
  static Result<SoundMarker> open(const Context& context, const audio::Shape& shape, double seconds,
                                  const MarkOptions& options);
  SoundMarker(SoundMarker&&) noexcept;
  SoundMarker& operator=(SoundMarker&&) noexcept;
  ~SoundMarker();

  /// As video::SoundStream.
  Status push(const audio::Block& block, const audio::Sink& sink);
  Status finish(const audio::Sink& sink);
  [[nodiscard]] std::size_t latency() const;
  [[nodiscard]] MarkReport report() const;

 private:
  struct Parts;
  explicit SoundMarker(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

/// Looks for marks in pictures.
class FilmDetector {
 public:
  /// Errors: those of the carrier keys and of video::VideoRoom::open_picture_look.
  static Result<FilmDetector> open(const video::FilmForm& form, const VerifyOptions& options);
  FilmDetector(FilmDetector&&) noexcept;
  FilmDetector& operator=(FilmDetector&&) noexcept;
  ~FilmDetector();

  /// As video::PictureLook.
  Status take(const video::FramePlanes& planes, double seconds);
  Result<VerifyReport> look(const Context& context);
  [[nodiscard]] bool satisfied() const;

 private:
  struct Parts;
  explicit FilmDetector(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

/// Listens for marks and audible labels.
class SoundDetector {
 public:
  /// Errors: those of the carrier keys and of video::VideoRoom::open_sound_look.
  static Result<SoundDetector> open(const audio::Shape& shape, const VerifyOptions& options);
  SoundDetector(SoundDetector&&) noexcept;
  SoundDetector& operator=(SoundDetector&&) noexcept;
  ~SoundDetector();

  /// As video::SoundLook.
  Status push(const audio::Block& block);
  Result<VerifyReport> finish(const Context& context);

 private:
  struct Parts;
  explicit SoundDetector(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

/// Fills a picture with opaque red, and in rgba and bgra writes the reason on it: what a host shows
/// that cannot refuse a picture which could not be marked. Errors: `video.form`; a reason that
/// cannot be drawn is left out.
Status paint_slate(const video::FilmForm& form, const video::FramePlanes& planes,
                   std::string_view reason);

}  // namespace signmark

#endif  // SIGNMARK_STREAMS_HPP_
