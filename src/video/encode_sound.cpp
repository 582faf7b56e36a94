// SPDX-License-Identifier: Apache-2.0
// The encoder of a sound stream.
#include "video/encode_sound.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace signmark::video {
namespace {

constexpr std::size_t kPcmFrame = 1024;
constexpr std::array<std::int64_t, 18> kMp3Rates = {8,  16,  24,  32,  40,  48,  56,  64,  80,
                                                    96, 112, 128, 144, 160, 192, 224, 256, 320};

/// libav's own encoders of these are experiments; the libraries are not.
const AVCodec* encoder_of(AVCodecID id) {
  const AVCodec* codec = nullptr;
  switch (id) {
    case AV_CODEC_ID_MP3:
      codec = avcodec_find_encoder_by_name("libmp3lame");
      break;
    case AV_CODEC_ID_OPUS:
      codec = avcodec_find_encoder_by_name("libopus");
      break;
    case AV_CODEC_ID_VORBIS:
      codec = avcodec_find_encoder_by_name("libvorbis");
      break;
    default:
      codec = avcodec_find_encoder(id);
  }
  const bool usable = codec != nullptr && (codec->capabilities & AV_CODEC_CAP_EXPERIMENTAL) == 0;
  return usable ? codec : nullptr;
}

bool takes_rate(const AVCodec& codec, int rate) {
  if (codec.supported_samplerates == nullptr) return true;
  for (const int* known = codec.supported_samplerates; *known != 0; ++known)
    if (*known == rate) return true;
  return false;
}

Result<const AVCodec*> choose_codec(const SoundSource& source, const AVOutputFormat& writer,
                                    std::vector<std::string>& notes) {
  const AVCodecID own = source.stream->codecpar->codec_id;
  const int rate = source.first->sample_rate;
  if (const AVCodec* codec = encoder_of(own); codec != nullptr && takes_rate(*codec, rate))
    return codec;
  for (const AVCodecID id :
       {AV_CODEC_ID_AAC, AV_CODEC_ID_OPUS, AV_CODEC_ID_MP3, AV_CODEC_ID_PCM_S16LE}) {
    const AVCodec* codec = encoder_of(id);
    if (codec == nullptr || !takes_rate(*codec, rate) ||
        avformat_query_codec(&writer, id, FF_COMPLIANCE_NORMAL) != 1)
      continue;
    notes.push_back(fmt::format("the sound is now {}: there is no encoder for {}",
                                avcodec_get_name(id), avcodec_get_name(own)));
    return codec;
  }
  return fail("video.unsupported",
              fmt::format("sound coded as {} cannot be encoded again", avcodec_get_name(own)), {},
              "convert the sound to AAC, FLAC or PCM first");
}

/// The source's own format if the encoder has it, then the widest.
AVSampleFormat choose_format(const AVCodec& codec, AVSampleFormat own) {
  if (codec.sample_fmts == nullptr) return own;
  const AVSampleFormat wanted[] = {own,
                                   av_get_planar_sample_fmt(own),
                                   av_get_packed_sample_fmt(own),
                                   AV_SAMPLE_FMT_FLTP,
                                   AV_SAMPLE_FMT_FLT,
                                   AV_SAMPLE_FMT_S32P,
                                   AV_SAMPLE_FMT_S32};
  for (const AVSampleFormat format : wanted)
    for (const AVSampleFormat* known = codec.sample_fmts; *known != AV_SAMPLE_FMT_NONE; ++known)
      if (*known == format) return format;
  return codec.sample_fmts[0];
}

/// The source's rate or better; 0 lets the encoder choose.
std::int64_t choose_bit_rate(const SoundSource& source, AVCodecID id, std::int64_t channels) {
  std::int64_t rate = source.bit_rate;
  if (rate <= 0 || source.stream->codecpar->codec_id != id)
    rate = std::max<std::int64_t>(rate, 96'000 * channels);
  if (id == AV_CODEC_ID_AAC) return std::max<std::int64_t>(rate, 64'000 * channels);
  if (id == AV_CODEC_ID_OPUS) return std::clamp<std::int64_t>(rate, 6'000, 256'000 * channels);
  if (id == AV_CODEC_ID_MP3) {
    const auto* const fit =
        std::ranges::find_if(kMp3Rates, [&](std::int64_t k) { return k * 1000 >= rate; });
    return (fit == kMp3Rates.end() ? kMp3Rates.back() : *fit) * 1000;
  }
  return rate;
}

/// libvorbis is best told a quality; these are its nominal rates for two channels (-q 0 to 10).
int vorbis_quality(std::int64_t bit_rate, std::int64_t channels) {
  constexpr std::array<std::int64_t, 11> kRates = {64,  80,  96,  112, 128, 160,
                                                   192, 224, 256, 320, 500};
  const auto* const fit =
      std::ranges::find_if(kRates, [&](std::int64_t k) { return k * 500 * channels >= bit_rate; });
  return static_cast<int>(std::min<std::ptrdiff_t>(fit - kRates.begin(), 10));
}

void set_up(AVCodecContext& codec, const SoundSource& source, const AVOutputFormat& writer) {
  codec.sample_rate = source.first->sample_rate;
  codec.time_base = {1, codec.sample_rate};
  codec.ch_layout = layout_of(*source.first);
  const auto own = static_cast<AVSampleFormat>(source.first->format);
  codec.sample_fmt = choose_format(*codec.codec, own);
  codec.bit_rate = choose_bit_rate(source, codec.codec_id, codec.ch_layout.nb_channels);
  if (codec.codec_id == AV_CODEC_ID_VORBIS) {
    codec.flags |= AV_CODEC_FLAG_QSCALE;
    codec.global_quality =
        FF_QP2LAMBDA * vorbis_quality(codec.bit_rate, codec.ch_layout.nb_channels);
  }
  codec.bits_per_raw_sample = source.stream->codecpar->bits_per_raw_sample;
  if ((writer.flags & AVFMT_GLOBALHEADER) != 0) codec.flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
}

}  // namespace

AVChannelLayout layout_of(const AVFrame& frame) {
  AVChannelLayout layout{};
  const int channels = frame.ch_layout.nb_channels;
  if (frame.ch_layout.order == AV_CHANNEL_ORDER_NATIVE) {
    av_channel_layout_from_mask(&layout, frame.ch_layout.u.mask);
  } else {
    av_channel_layout_default(&layout, channels);
  }
  return layout;
}

Result<Resampler> Resampler::open(int rate, const AVChannelLayout& layout, AVSampleFormat from,
                                  AVSampleFormat to) {
  SwrContext* made = nullptr;
  AVChannelLayout both = layout;  // libav wants it writable
  int error = swr_alloc_set_opts2(&made, &both, to, rate, &both, from, rate, 0, nullptr);
  Resampler resampler;
  resampler.swr_.reset(made);
  if (error >= 0) error = swr_init(made);
  if (error < 0) return av_failure("video.unsupported", "these samples cannot be converted", error);
  return resampler;
}

Status Resampler::convert(const std::uint8_t* const* from, std::uint8_t* const* to, int samples) {
  // libav's parameter is not const, its use is.
  const int done = swr_convert(swr_.get(), const_cast<std::uint8_t**>(to), samples,
                               const_cast<const std::uint8_t**>(from), samples);
  if (done != samples) return fail("video.decode", "samples cannot be converted");
  return {};
}

Result<SoundEncoder> SoundEncoder::open(const SoundSource& source, const AVOutputFormat& writer,
                                        std::vector<std::string>& notes) {
  SIGNMARK_ASSIGN(const AVCodec* chosen, choose_codec(source, writer, notes));
  SoundEncoder encoder;
  encoder.codec_.reset(avcodec_alloc_context3(chosen));
  encoder.packet_ = new_packet();
  AVCodecContext& codec = *encoder.codec_;
  set_up(codec, source, writer);
  const int error = avcodec_open2(&codec, chosen, nullptr);
  if (error < 0)
    return av_failure("video.encode", fmt::format("{} cannot be started", chosen->name), error);
  encoder.frame_size_ =
      codec.frame_size > 0 ? static_cast<std::size_t>(codec.frame_size) : kPcmFrame;
  encoder.pending_.resize(static_cast<std::size_t>(codec.ch_layout.nb_channels));
  if (codec.sample_fmt != AV_SAMPLE_FMT_FLTP) {
    SIGNMARK_ASSIGN(encoder.resampler_, Resampler::open(codec.sample_rate, codec.ch_layout,
                                                        AV_SAMPLE_FMT_FLTP, codec.sample_fmt));
  }
  return encoder;
}

Status SoundEncoder::push(const audio::Block& block, const Sink& sink) {
  for (std::size_t c = 0; c < pending_.size(); ++c)
    pending_[c].insert(pending_[c].end(), block.channels[c], block.channels[c] + block.samples);
  while (pending_.front().size() >= frame_size_) SIGNMARK_TRY(encode_pending(frame_size_, sink));
  return {};
}

Status SoundEncoder::finish(const Sink& sink) {
  if (!pending_.front().empty()) SIGNMARK_TRY(encode_pending(pending_.front().size(), sink));
  return drain(nullptr, sink);
}

Status SoundEncoder::encode_pending(std::size_t samples, const Sink& sink) {
  const Owned<AVFrame> frame = new_frame();
  frame->nb_samples = static_cast<int>(samples);
  frame->format = codec_->sample_fmt;
  frame->sample_rate = codec_->sample_rate;
  av_channel_layout_copy(&frame->ch_layout, &codec_->ch_layout);
  const int error = av_frame_get_buffer(frame.get(), 0);
  if (error < 0) return av_failure("video.encode", "no room for samples", error);
  std::vector<const std::uint8_t*> from;
  for (std::vector<float>& channel : pending_)
    from.push_back(reinterpret_cast<const std::uint8_t*>(channel.data()));
  if (resampler_) {
    SIGNMARK_TRY(resampler_->convert(from.data(), frame->extended_data, frame->nb_samples));
  } else {
    for (std::size_t c = 0; c < pending_.size(); ++c)
      std::copy_n(from[c], samples * sizeof(float), frame->extended_data[c]);
  }
  frame->pts = next_;
  next_ += frame->nb_samples;
  for (std::vector<float>& channel : pending_)
    channel.erase(channel.begin(), channel.begin() + static_cast<std::ptrdiff_t>(samples));
  return drain(frame.get(), sink);
}

Status SoundEncoder::drain(const AVFrame* frame, const Sink& sink) {
  int error = avcodec_send_frame(codec_.get(), frame);
  if (error < 0) return av_failure("video.encode", "sound cannot be encoded", error);
  while (true) {
    error = avcodec_receive_packet(codec_.get(), packet_.get());
    if (error == AVERROR(EAGAIN) || error == AVERROR_EOF) return {};
    if (error < 0) return av_failure("video.encode", "sound cannot be encoded", error);
    SIGNMARK_TRY(sink(*packet_));
    av_packet_unref(packet_.get());
  }
}

}  // namespace signmark::video
