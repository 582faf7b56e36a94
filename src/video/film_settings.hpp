// SPDX-License-Identifier: Apache-2.0
// Which encoder serves a picture stream, and with which settings.
#pragma once

#include "video/encode_film.hpp"

namespace signmark::video {

struct FilmSettings {
  AVCodecContext& codec;
  Options& options;
  const FilmSource& source;
  const EncodeOptions& wanted;
  std::vector<std::string>& notes;
};

struct FilmCodec {
  const AVCodec* codec = nullptr;
  AVPixelFormat format = AV_PIX_FMT_NONE;  ///< of frames; may be the `yuvj` twin of the source's
  void (*set)(FilmSettings&) = nullptr;    ///< quality and rate
  bool constant_rate = false;              ///< its stream cannot say when a frame is shown
};

/// The source's codec where there is an encoder for it and the source's pixel format, else H.264
/// with a note. Errors: `video.unsupported`.
Result<FilmCodec> choose_film_codec(const FilmSource& source, const AVOutputFormat& writer,
                                    std::vector<std::string>& notes);

}  // namespace signmark::video
