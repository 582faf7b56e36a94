// SPDX-License-Identifier: Apache-2.0
// One stream decoded, frame by frame.
#include "video/decoder.hpp"

#include <fmt/format.h>

namespace signmark::video {

bool is_encrypted(const AVStream& stream) {
  if (av_stream_get_side_data(&stream, AV_PKT_DATA_ENCRYPTION_INIT_INFO, nullptr) != nullptr)
    return true;
  const auto tag = stream.codecpar->codec_tag;
  return tag == MKTAG('e', 'n', 'c', 'v') || tag == MKTAG('e', 'n', 'c', 'a') ||
         tag == MKTAG('d', 'r', 'm', 'i') || tag == MKTAG('d', 'r', 'm', 's');
}

bool is_encrypted(const AVPacket& packet) {
  return av_packet_get_side_data(&packet, AV_PKT_DATA_ENCRYPTION_INFO, nullptr) != nullptr;
}

tl::unexpected<Error> encrypted(int stream) {
  return fail("video.encrypted", fmt::format("stream {} is encrypted", stream), {},
              "only the metadata of an encrypted file can be changed");
}

Result<Decoder> Decoder::open(const Context& context, const AVStream& stream, Effort effort) {
  if (is_encrypted(stream)) return encrypted(stream.index);
  const AVCodec* codec = avcodec_find_decoder(stream.codecpar->codec_id);
  if (codec == nullptr)
    return fail("video.decode",
                fmt::format("there is no decoder for {} (stream {})",
                            avcodec_get_name(stream.codecpar->codec_id), stream.index));
  Decoder decoder;
  decoder.codec_.reset(avcodec_alloc_context3(codec));
  decoder.frame_ = new_frame();
  AVCodecContext& made = *decoder.codec_;
  int error = avcodec_parameters_to_context(&made, stream.codecpar);
  made.pkt_timebase = stream.time_base;
  made.thread_count = 1;  // more threads only add a frame of delay and 10 MB each
  made.max_pixels = static_cast<std::int64_t>(context.limits.image_pixels);
  if (effort != Effort::whole) made.skip_loop_filter = AVDISCARD_ALL;
  if (effort == Effort::keyframes) made.skip_frame = AVDISCARD_NONKEY;
  if (error >= 0) error = avcodec_open2(&made, codec, nullptr);
  if (error < 0)
    return av_failure("video.decode", fmt::format("{} cannot be decoded", codec->name), error);
  return decoder;
}

Status Decoder::push(const AVPacket* packet, const Sink& sink) {
  if (packet != nullptr && is_encrypted(*packet)) return encrypted(packet->stream_index);
  const int sent = avcodec_send_packet(codec_.get(), packet);
  if (sent < 0 && sent != AVERROR_EOF) ++broken_;
  while (true) {
    const int got = avcodec_receive_frame(codec_.get(), frame_.get());
    if (got == AVERROR(EAGAIN) || got == AVERROR_EOF) return {};
    if (got < 0) {
      ++broken_;
      return {};
    }
    ++frames_;
    const Status taken = sink(*frame_);
    av_frame_unref(frame_.get());
    SIGNMARK_TRY(taken);
  }
}

Result<Owned<AVFrame>> first_frame(const Context& context, ByteView file,
                                   std::string_view format_mime, unsigned stream) {
  SIGNMARK_ASSIGN(Input input, Input::open(context, file, format_mime));
  SIGNMARK_ASSIGN(Decoder decoder, Decoder::open(context, input.stream(stream), Effort::whole));
  input.only(stream);
  Owned<AVFrame> first;
  const auto keep = [&](const AVFrame& frame) -> Status {
    if (first == nullptr) first.reset(av_frame_clone(&frame));
    return {};
  };
  const Owned<AVPacket> packet = new_packet();
  while (first == nullptr && input.read(*packet))
    if (packet->stream_index == static_cast<int>(stream))
      SIGNMARK_TRY(decoder.push(packet.get(), keep));
  if (first == nullptr) SIGNMARK_TRY(decoder.push(nullptr, keep));
  if (first == nullptr)
    return fail("video.decode", fmt::format("stream {} has no frame that can be decoded", stream));
  return first;
}

}  // namespace signmark::video
