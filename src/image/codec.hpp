// SPDX-License-Identifier: Apache-2.0
// What a picture format must offer to take a mark and a visible label, and the table of formats.
//
// To add a format: one <name>_codec.cpp that fills a Codec, a line in room.cpp's table, and tests
// of geometry, depth, alpha, untouched pixels and damaged files like those of the others.
#pragma once

#include "base/result.hpp"
#include "image/hasher.hpp"
#include "image/luma.hpp"
#include "signmark/image.hpp"

namespace signmark::image {

/// One request to change pixels; all views belong to the caller.
struct Job {
  const Context& context;
  ByteView file;
  int orientation = 1;               ///< EXIF 1..8 of the stored pixels
  const LumaChanger* changer;        ///< asked first; may be null
  const label::VisibleLabel* label;  ///< drawn over what the changer left; may be null
  const EncodeOptions& options;
};

/// A format. Functions report errors only through their result; exceptions of memory or OpenCV may
/// leave them and end in room.cpp. Thread-safe.
struct Codec {
  std::string_view mime;
  /// Asks the changer once for each picture (an animation: once for the first one shown, whose
  /// change is laid over every one), adds its answer, draws the label over it, encodes. Alpha and
  /// the colours of clear pixels are the label's alone to change.
  Result<EncodedImage> (*change)(const Job& job);
  /// Luma of the first picture as it is stored.
  Result<LumaPicture> (*read_luma)(const Context& context, ByteView file);
  Status (*hash_pixels)(const Context& context, ByteView file, PixelHasher& hasher);
};

extern const Codec kPngCodec, kJpegCodec, kWebpCodec, kGifCodec, kTiffCodec, kAvifCodec, kHeifCodec,
    kRawCodec;

/// Refuses a picture by its header, before anything is allocated. `format` names the error's place.
/// Errors: `image.limit`, `image.<format>.decode` for an empty picture.
Status check_size(const Context& context, std::string_view format, std::uint64_t width,
                  std::uint64_t height);

/// Errors: `image.limit`.
Status check_frames(const Context& context, std::uint64_t frames);

}  // namespace signmark::image
