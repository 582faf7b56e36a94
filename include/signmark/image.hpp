// SPDX-License-Identifier: Apache-2.0
// Room `image`: pixels in, pixels out. Lives in libsignmark-media.so, which is loaded on first
// need.
#ifndef SIGNMARK_IMAGE_HPP_
#define SIGNMARK_IMAGE_HPP_

#include "signmark/base.hpp"
#include "signmark/label.hpp"

namespace signmark::image {

/// How changed pixels are encoded. Defaults keep what the source has.
struct EncodeOptions {
  std::optional<int>
      quality;  ///< 1..100 for lossy formats; unset: the source's own tables or a near match
};

/// A file with changed pixels and without metadata (see container::transplant).
struct EncodedImage {
  Bytes file;
  label::Overlay overlay;  ///< what was drawn, as a person sees it
};

/// The room behind the loader; one object serves all threads.
class ImageRoom {
 public:
  virtual ~ImageRoom() = default;
  /// Draws the visible label (clause 5.2) on every frame or page and encodes in the same format:
  /// PNG, JPEG, WebP, GIF, TIFF, AVIF, HEIF; depth, alpha, palette kind, chroma subsampling and
  /// quantisation kept. JPEG: blocks outside the label stay bit-identical.
  /// `orientation`: EXIF 1..8 of the stored pixels. `format_mime` as in container::FormatInfo.
  /// Errors: `image.<format>.decode`, `image.<format>.encode`, `image.limit`, `image.unsupported`,
  /// and those of label::draw_label.
  [[nodiscard]] virtual Result<EncodedImage> draw_label(const Context& context, ByteView file,
                                                        std::string_view format_mime,
                                                        int orientation,
                                                        const label::VisibleLabel& label,
                                                        const EncodeOptions& options) const = 0;
  /// SHA-256 over the decoded pixels of all frames with their geometry: equal for two files exactly
  /// when their pictures are. Errors: as above.
  [[nodiscard]] virtual Result<Bytes> pixel_digest(const Context& context, ByteView file,
                                                   std::string_view format_mime) const = 0;
};

/// Loads libsignmark-media.so beside the library, once. Errors: `image.load` with the loader's
/// words.
Result<const ImageRoom*> load();

}  // namespace signmark::image

#endif  // SIGNMARK_IMAGE_HPP_
