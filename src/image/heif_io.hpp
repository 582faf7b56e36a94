// SPDX-License-Identifier: Apache-2.0
// AVIF and HEIC through libheif: the primary picture's planes, and encoding them again.
#pragma once

#include <libheif/heif.h>

#include <memory>

#include "base/result.hpp"
#include "image/planes.hpp"

namespace signmark::image {

/// The two codecs of the HEIF family that we write.
struct HeifKind {
  std::string_view name;  ///< place of errors: "avif", "heif"
  heif_compression_format codec;
};

/// Releases libheif's objects.
struct HeifDelete {
  void operator()(heif_context* p) const { heif_context_free(p); }
  void operator()(const heif_image_handle* p) const { heif_image_handle_release(p); }
  void operator()(heif_image* p) const { heif_image_release(p); }
  void operator()(heif_encoder* p) const { heif_encoder_release(p); }
  void operator()(heif_decoding_options* p) const { heif_decoding_options_free(p); }
  void operator()(heif_encoding_options* p) const { heif_encoding_options_free(p); }
  void operator()(heif_color_profile_nclx* p) const { heif_nclx_color_profile_free(p); }
};
template <class T>
using HeifPtr = std::unique_ptr<T, HeifDelete>;

/// A decoded picture with its colour description.
struct HeifPicture {
  HeifPtr<heif_image> image;
  Planes planes;  ///< views of the image's memory
  HeifPtr<heif_color_profile_nclx> nclx;
  heif_chroma chroma = heif_chroma_420;
};

/// An open file.
class HeifReader {
 public:
  explicit HeifReader(const HeifKind& kind) : kind_(kind) {}

  /// Reads the structure and checks the size; `file` must outlive the reader.
  /// Errors: `image.<name>.decode`, `image.limit`, `image.unsupported` (image sequences).
  Status open(const Context& context, ByteView file);

  /// More than one picture that is shown by itself.
  [[nodiscard]] bool is_collection() const;
  /// The part of the stored picture that is shown: what a clean aperture (`clap`) leaves, or all of
  /// it. Errors: `image.unsupported` for several apertures.
  [[nodiscard]] Result<cv::Rect> shown_part(cv::Size stored) const;
  /// Bytes of the coded pictures, about.
  [[nodiscard]] std::uint64_t coded_bytes() const { return coded_bytes_; }

  /// Planes in the file's own colour space, depth and chroma format, as they lie in the file:
  /// without rotation, mirroring and cropping. Errors: `image.<name>.decode`, `image.unsupported`.
  Result<HeifPicture> read_stored() const;
  /// The shown picture as RGB or RGBA with its depth. Errors: `image.<name>.decode`.
  struct Shown {
    cv::Mat pixels;
    bool alpha = false, premultiplied = false;
    int depth = 8;
  };
  Result<Shown> read_shown() const;

 private:
  [[nodiscard]] tl::unexpected<Error> error(const heif_error& problem) const;
  [[nodiscard]] Result<HeifPtr<heif_image>> decode(heif_colorspace space, heif_chroma chroma,
                                                   bool stored) const;
  void count_coded_bytes();

  HeifKind kind_;
  ByteView file_;
  HeifPtr<heif_context> context_;
  HeifPtr<const heif_image_handle> handle_;
  std::uint64_t coded_bytes_ = 0;
};

/// Bytes in the media data boxes of a file.
std::uint64_t heif_media_bytes(ByteView file);

/// How to encode; the rest is the picture's own.
struct HeifCoding {
  int quality = 90;  ///< 1..100
  bool lossless = false;
};

/// A file without the properties that turn or crop: container::transplant brings the source's.
/// Errors: `image.<name>.encode`; `image.unsupported` when libheif was built without the encoder.
Result<Bytes> write_heif(const HeifKind& kind, const HeifPicture& picture,
                         const HeifCoding& coding);

/// The quality that gives about as many bytes a pixel as the source has, found by encoding samples
/// of the picture. Errors: as write_heif.
Result<HeifCoding> heif_coding_like(const HeifKind& kind, const HeifPicture& picture,
                                    std::uint64_t coded_bytes);

}  // namespace signmark::image
