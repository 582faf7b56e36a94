// SPDX-License-Identifier: Apache-2.0
// The encoder of a picture stream.
#include "video/encode_film.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "video/film_settings.hpp"
#include "video/mark/frame_mark.hpp"

namespace signmark::video {
namespace {

bool is_interlaced(const FilmSource& source) {
  const AVFieldOrder order = source.stream->codecpar->field_order;
  return source.first->interlaced_frame != 0 ||
         (order != AV_FIELD_UNKNOWN && order != AV_FIELD_PROGRESSIVE);
}

void set_colours(AVCodecContext& codec, const FilmSource& source) {
  const AVFrame& frame = *source.first;
  const AVCodecParameters& stream = *source.stream->codecpar;
  const auto either = [](auto a, auto b, auto unknown) { return a != unknown ? a : b; };
  codec.color_range = either(frame.color_range, stream.color_range, AVCOL_RANGE_UNSPECIFIED);
  codec.color_primaries =
      either(frame.color_primaries, stream.color_primaries, AVCOL_PRI_UNSPECIFIED);
  codec.color_trc = either(frame.color_trc, stream.color_trc, AVCOL_TRC_UNSPECIFIED);
  codec.colorspace = either(frame.colorspace, stream.color_space, AVCOL_SPC_UNSPECIFIED);
  codec.chroma_sample_location =
      either(frame.chroma_location, stream.chroma_location, AVCHROMA_LOC_UNSPECIFIED);
}

/// Everything but quality and rate.
void set_shape(AVCodecContext& codec, const FilmSource& source, const FilmCodec& chosen) {
  codec.width = source.first->width;
  codec.height = source.first->height;
  codec.pix_fmt = chosen.format;
  codec.framerate = source.frame_rate;
  codec.time_base = chosen.constant_rate ? av_inv_q(source.frame_rate) : source.stream->time_base;
  const AVRational of_frame = source.first->sample_aspect_ratio;
  codec.sample_aspect_ratio = of_frame.num > 0 ? of_frame : source.stream->sample_aspect_ratio;
  codec.bits_per_raw_sample = source.stream->codecpar->bits_per_raw_sample;
  set_colours(codec, source);
  // Keyframes are forced at hold borders; the encoder need not add its own in between.
  codec.gop_size =
      std::max(12, static_cast<int>(std::ceil(kHoldSeconds * av_q2d(source.frame_rate))) + 1);
  if (!is_interlaced(source)) return;
  codec.flags |= AV_CODEC_FLAG_INTERLACED_DCT | AV_CODEC_FLAG_INTERLACED_ME;
  codec.field_order = source.stream->codecpar->field_order;
  if (codec.field_order == AV_FIELD_UNKNOWN || codec.field_order == AV_FIELD_PROGRESSIVE)
    codec.field_order = source.first->top_field_first != 0 ? AV_FIELD_TT : AV_FIELD_BB;
}

}  // namespace

bool is_high_dynamic_range(const AVFrame& frame) {
  return frame.color_trc == AVCOL_TRC_SMPTE2084 || frame.color_trc == AVCOL_TRC_ARIB_STD_B67;
}

Result<FilmEncoder> FilmEncoder::open(const FilmSource& source, const EncodeOptions& options,
                                      const AVOutputFormat& writer,
                                      std::vector<std::string>& notes) {
  SIGNMARK_ASSIGN(const FilmCodec chosen, choose_film_codec(source, writer, notes));
  FilmEncoder encoder;
  encoder.codec_.reset(avcodec_alloc_context3(chosen.codec));
  encoder.packet_ = new_packet();
  encoder.counts_ = chosen.constant_rate;
  encoder.time_base_ = source.stream->time_base;
  AVCodecContext& codec = *encoder.codec_;
  set_shape(codec, source, chosen);
  codec.thread_count = options.threads;
  if ((writer.flags & AVFMT_GLOBALHEADER) != 0) codec.flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  // AVI has decoding times only.
  if (std::string_view(writer.name) == "avi") codec.max_b_frames = 0;
  Options words;
  FilmSettings settings{codec, words, source, options, notes};
  chosen.set(settings);
  const int error = avcodec_open2(&codec, chosen.codec, words.get());
  if (error < 0)
    return av_failure("video.encode", fmt::format("{} cannot be started", chosen.codec->name),
                      error, "check the preset and the rate factor");
  return encoder;
}

void FilmEncoder::restore_times(AVPacket& packet) {
  if (!counts_) return;
  const auto at = [this](std::int64_t number) {
    const auto first = times_.begin();
    const auto found = times_.find(number);
    if (found != times_.end()) return found->second;
    // Decoding times before the first frame, which a reordering encoder needs.
    return first->second + av_rescale_q(number - first->first, codec_->time_base, time_base_);
  };
  const std::int64_t shown = at(packet.pts);
  packet.dts = packet.dts == AV_NOPTS_VALUE ? shown : at(packet.dts);
  packet.duration = 0;
  packet.pts = shown;
}

Status FilmEncoder::push(AVFrame* frame, const Sink& sink) {
  if (frame != nullptr) {
    frame->format = codec_->pix_fmt;
    if (counts_) {
      times_[number_] = frame->pts;
      if (times_.size() > 256) times_.erase(times_.begin());
      frame->pts = number_++;
    }
  }
  int error = avcodec_send_frame(codec_.get(), frame);
  if (error < 0) return av_failure("video.encode", "a frame cannot be encoded", error);
  while (true) {
    error = avcodec_receive_packet(codec_.get(), packet_.get());
    if (error == AVERROR(EAGAIN) || error == AVERROR_EOF) return {};
    if (error < 0) return av_failure("video.encode", "a frame cannot be encoded", error);
    restore_times(*packet_);
    SIGNMARK_TRY(sink(*packet_));
    av_packet_unref(packet_.get());
  }
}

}  // namespace signmark::video
