// SPDX-License-Identifier: Apache-2.0
// Owners for libav's objects and errors in our words.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/channel_layout.h>
#include <libavutil/display.h>
#include <libavutil/mastering_display_metadata.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswresample/swresample.h>
}

#include <memory>
#include <string>

#include "base/result.hpp"

namespace signmark::video {

struct Free {
  void operator()(AVCodecContext* codec) const { avcodec_free_context(&codec); }
  void operator()(AVFrame* frame) const { av_frame_free(&frame); }
  void operator()(AVPacket* packet) const { av_packet_free(&packet); }
  void operator()(AVBufferPool* pool) const { av_buffer_pool_uninit(&pool); }
  void operator()(AVDictionary* options) const { av_dict_free(&options); }
  void operator()(SwrContext* resampler) const { swr_free(&resampler); }
  void operator()(AVCodecParameters* codec) const { avcodec_parameters_free(&codec); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

/// New objects; libav gives nullptr only without memory, which ends as that does everywhere.
Owned<AVFrame> new_frame();
Owned<AVPacket> new_packet();

/// "<what>: <libav's words>".
tl::unexpected<Error> av_failure(std::string code, const std::string& what, int error,
                                 std::string hint = {});

/// Options by name and value; libav takes what it knows and leaves the rest.
class Options {
 public:
  Options() = default;
  Options(const Options&) = delete;
  Options& operator=(const Options&) = delete;
  ~Options() { av_dict_free(&options_); }
  void set(const char* name, const std::string& value) {
    av_dict_set(&options_, name, value.c_str(), 0);
  }
  void set(const char* name, std::int64_t value) { av_dict_set_int(&options_, name, value, 0); }
  AVDictionary** get() { return &options_; }

 private:
  AVDictionary* options_ = nullptr;
};

/// Time in seconds; 0 for a missing one.
inline double seconds_of(std::int64_t time, AVRational base) {
  return time == AV_NOPTS_VALUE ? 0 : static_cast<double>(time) * av_q2d(base);
}

/// A picture inside the file (cover art), not film.
inline bool is_cover(const AVStream& stream) {
  return (stream.disposition & AV_DISPOSITION_ATTACHED_PIC) != 0;
}
inline bool is_film(const AVStream& stream) {
  return stream.codecpar->codec_type == AVMEDIA_TYPE_VIDEO && !is_cover(stream);
}
inline bool is_sound(const AVStream& stream) {
  return stream.codecpar->codec_type == AVMEDIA_TYPE_AUDIO;
}

}  // namespace signmark::video
