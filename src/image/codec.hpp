// SPDX-License-Identifier: Apache-2.0
// What a picture format must offer to take a visible label, and the table of formats.
//
// To add a format: one <name>_codec.cpp that fills a Codec, a line in room.cpp's table, and tests
// of geometry, depth, alpha, untouched pixels and damaged files like those of the others.
#pragma once

#include "base/result.hpp"
#include "image/hasher.hpp"
#include "signmark/image.hpp"

namespace signmark::image {

/// One request to draw; all views belong to the caller.
struct Job {
  const Context& context;
  ByteView file;
  int orientation = 1;  ///< EXIF 1..8 of the stored pixels
  const label::VisibleLabel& label;
  const EncodeOptions& options;
};

/// A format. Functions report errors only through their result; exceptions of memory or OpenCV may
/// leave them and end in room.cpp. Thread-safe.
struct Codec {
  std::string_view mime;
  Result<EncodedImage> (*draw)(const Job& job);
  Status (*hash_pixels)(const Context& context, ByteView file, PixelHasher& hasher);
};

extern const Codec kPngCodec, kJpegCodec, kWebpCodec, kGifCodec, kTiffCodec, kAvifCodec, kHeifCodec;

/// Refuses a picture by its header, before anything is allocated. `format` names the error's place.
/// Errors: `image.limit`, `image.<format>.decode` for an empty picture.
Status check_size(const Context& context, std::string_view format, std::uint64_t width,
                  std::uint64_t height);

/// Errors: `image.limit`.
Status check_frames(const Context& context, std::uint64_t frames);

}  // namespace signmark::image
