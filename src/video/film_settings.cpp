// SPDX-License-Identifier: Apache-2.0
// Which encoder serves a picture stream, and with which settings.
#include "video/film_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace signmark::video {
namespace {

constexpr int kNearSource = 18;     // x264's and x265's constant rate factor
constexpr int kNearSourceVpx = 24;  // of libvpx and libaom, whose scale ends at 63
constexpr double kCap = 1.5;        // of the source's bit rate
constexpr std::int64_t kLeastCap = 400'000;

/// The cap of the rate; 0 when the source's rate is unknown.
std::int64_t cap_of(const FilmSettings& to) {
  if (to.source.bit_rate <= 0) return 0;
  return std::max(kLeastCap, static_cast<std::int64_t>(kCap * to.source.bit_rate));
}

/// Constant quality under a cap, or the source's rate.
void set_rate_x26x(FilmSettings& to) {
  if (to.wanted.size_like_source && to.source.bit_rate > 0) {
    to.codec.bit_rate = to.source.bit_rate;
    to.codec.rc_max_rate = 2 * to.source.bit_rate;
    to.codec.rc_buffer_size = static_cast<int>(
        std::min<std::int64_t>(4 * to.source.bit_rate, std::numeric_limits<int>::max()));
    return;
  }
  to.options.set("crf", to.wanted.crf.value_or(kNearSource));
  const std::int64_t cap = cap_of(to);
  if (cap == 0 || to.wanted.crf) return;
  to.codec.rc_max_rate = cap;
  to.codec.rc_buffer_size =
      static_cast<int>(std::min<std::int64_t>(2 * cap, std::numeric_limits<int>::max()));
}

struct Hdr {
  const AVMasteringDisplayMetadata* display = nullptr;
  const AVContentLightMetadata* light = nullptr;
};

Hdr hdr_of(const FilmSource& source) {
  Hdr hdr;
  if (const auto* side =
          av_frame_get_side_data(source.first, AV_FRAME_DATA_MASTERING_DISPLAY_METADATA))
    hdr.display = reinterpret_cast<const AVMasteringDisplayMetadata*>(side->data);
  if (const auto* side = av_frame_get_side_data(source.first, AV_FRAME_DATA_CONTENT_LIGHT_LEVEL))
    hdr.light = reinterpret_cast<const AVContentLightMetadata*>(side->data);
  const auto of_stream = [&](AVPacketSideDataType type) {
    return av_stream_get_side_data(source.stream, type, nullptr);
  };
  if (hdr.display == nullptr)
    hdr.display = reinterpret_cast<const AVMasteringDisplayMetadata*>(
        of_stream(AV_PKT_DATA_MASTERING_DISPLAY_METADATA));
  if (hdr.light == nullptr)
    hdr.light =
        reinterpret_cast<const AVContentLightMetadata*>(of_stream(AV_PKT_DATA_CONTENT_LIGHT_LEVEL));
  return hdr;
}

long scaled(AVRational value, int unit) {
  return value.den == 0 ? 0 : std::lround(av_q2d(value) * unit);
}

/// "G(x,y)B(x,y)R(x,y)WP(x,y)L(max,min)" of x264 and x265; empty without.
std::string mastering_words(const AVMasteringDisplayMetadata* display) {
  if (display == nullptr || display->has_primaries == 0 || display->has_luminance == 0) return {};
  const auto xy = [](const AVRational* point) {
    return fmt::format("({},{})", scaled(point[0], 50'000), scaled(point[1], 50'000));
  };
  const auto& primaries = display->display_primaries;
  return fmt::format("G{}B{}R{}WP{}L({},{})", xy(primaries[1]), xy(primaries[2]), xy(primaries[0]),
                     xy(display->white_point), scaled(display->max_luminance, 10'000),
                     scaled(display->min_luminance, 10'000));
}

/// Static HDR10 metadata, which the wrappers drop. Dynamic kinds cannot be kept.
void add_hdr(FilmSettings& to, const char* display_name, const char* light_name,
             std::string& params) {
  const Hdr hdr = hdr_of(to.source);
  if (const std::string words = mastering_words(hdr.display); !words.empty())
    params += fmt::format(":{}={}", display_name, words);
  if (hdr.light != nullptr)
    params += fmt::format(":{}={},{}", light_name, hdr.light->MaxCLL, hdr.light->MaxFALL);
}

void set_x264(FilmSettings& to) {
  set_rate_x26x(to);
  to.options.set("preset", to.wanted.preset.empty() ? "medium" : to.wanted.preset);
  to.options.set("forced-idr", 1);
  const int profile = to.source.stream->codecpar->profile & ~FF_PROFILE_H264_INTRA;
  const bool plain = to.codec.pix_fmt == AV_PIX_FMT_YUV420P;
  if (to.codec.codec_id == to.source.stream->codecpar->codec_id && plain) {
    if ((profile & ~FF_PROFILE_H264_CONSTRAINED) == FF_PROFILE_H264_BASELINE)
      to.options.set("profile", "baseline");
    if (profile == FF_PROFILE_H264_MAIN) to.options.set("profile", "main");
  }
  std::string params;
  add_hdr(to, "mastering-display", "cll", params);
  if (!params.empty()) to.options.set("x264-params", params.substr(1));
}

void set_x265(FilmSettings& to) {
  set_rate_x26x(to);
  to.options.set("preset", to.wanted.preset.empty() ? "medium" : to.wanted.preset);
  to.options.set("forced-idr", 1);
  // x265 writes to the terminal by itself, past libav.
  std::string params = "log-level=none";
  if (to.wanted.threads > 0) params += fmt::format(":pools={}", to.wanted.threads);
  add_hdr(to, "master-display", "max-cll", params);
  to.options.set("x265-params", params);
  if ((to.codec.flags & AV_CODEC_FLAG_INTERLACED_DCT) != 0)
    to.notes.emplace_back("interlaced HEVC is coded as whole frames");
}

void set_vpx(FilmSettings& to) {
  if (to.wanted.size_like_source && to.source.bit_rate > 0) {
    to.codec.bit_rate = to.source.bit_rate;
  } else {
    to.options.set("crf", to.wanted.crf.value_or(kNearSourceVpx));
    const std::int64_t cap = cap_of(to);
    // libvpx makes VP8 of constant quality only below a rate.
    to.codec.bit_rate =
        to.wanted.crf || cap == 0 ? (to.codec.codec_id == AV_CODEC_ID_VP8 ? 50'000'000 : 0) : cap;
  }
  to.options.set("deadline", "good");
  to.options.set("cpu-used", 4);
  if (to.codec.codec_id == AV_CODEC_ID_VP9) to.options.set("row-mt", 1);
  if (to.codec.pix_fmt == AV_PIX_FMT_YUVA420P) to.options.set("auto-alt-ref", 0);
}

void set_aom(FilmSettings& to) {
  if (to.wanted.size_like_source && to.source.bit_rate > 0) {
    to.codec.bit_rate = to.source.bit_rate;
  } else {
    to.options.set("crf", to.wanted.crf.value_or(kNearSourceVpx));
    if (!to.wanted.crf) to.codec.bit_rate = cap_of(to);
  }
  to.options.set("cpu-used", 6);
  to.options.set("row-mt", 1);
}

/// Old codecs with a rate controller of their own.
void set_rate_only(FilmSettings& to) {
  const std::int64_t rate = to.source.bit_rate > 0 ? to.source.bit_rate : 8'000'000;
  to.codec.bit_rate = to.wanted.size_like_source ? rate : rate + rate / 4;
  to.codec.qmin = 2;
  if (to.codec.codec_id == AV_CODEC_ID_MPEG4) to.codec.max_b_frames = 0;
  if (to.codec.codec_id == AV_CODEC_ID_MPEG2VIDEO)
    to.codec.strict_std_compliance = FF_COMPLIANCE_UNOFFICIAL;  // odd frame rates
}

void set_still(FilmSettings& to) {
  to.codec.flags |= AV_CODEC_FLAG_QSCALE;
  to.codec.global_quality = FF_QP2LAMBDA * std::clamp(to.wanted.crf.value_or(3), 1, 31);
  to.codec.strict_std_compliance = FF_COMPLIANCE_UNOFFICIAL;  // limited range
}

void set_prores(FilmSettings& to) {
  if (to.source.stream->codecpar->profile >= 0)
    to.options.set("profile", to.source.stream->codecpar->profile);
  to.options.set("vendor", "apl0");
}

void set_ffv1(FilmSettings& to) {
  to.options.set("level", 3);
  to.options.set("slicecrc", 1);
}

void set_nothing(FilmSettings& /*to*/) {}

struct Family {
  AVCodecID id;
  const char* encoder;
  void (*set)(FilmSettings&);
  bool constant_rate;
};
constexpr Family kFamilies[] = {
    {AV_CODEC_ID_H264, "libx264", set_x264, false},
    {AV_CODEC_ID_HEVC, "libx265", set_x265, false},
    {AV_CODEC_ID_VP8, "libvpx", set_vpx, false},
    {AV_CODEC_ID_VP9, "libvpx-vp9", set_vpx, false},
    // SVT-AV1 1.4 writes to the terminal and has no way to be told not to.
    {AV_CODEC_ID_AV1, "libaom-av1", set_aom, false},
    {AV_CODEC_ID_MPEG4, "mpeg4", set_rate_only, true},
    {AV_CODEC_ID_MPEG2VIDEO, "mpeg2video", set_rate_only, true},
    {AV_CODEC_ID_MPEG1VIDEO, "mpeg1video", set_rate_only, true},
    {AV_CODEC_ID_FLV1, "flv", set_rate_only, true},
    {AV_CODEC_ID_H263, "h263", set_rate_only, true},
    {AV_CODEC_ID_MSMPEG4V3, "msmpeg4", set_rate_only, true},
    {AV_CODEC_ID_MSMPEG4V2, "msmpeg4v2", set_rate_only, true},
    {AV_CODEC_ID_WMV2, "wmv2", set_rate_only, true},
    {AV_CODEC_ID_MJPEG, "mjpeg", set_still, false},
    {AV_CODEC_ID_PRORES, "prores_ks", set_prores, false},
    {AV_CODEC_ID_FFV1, "ffv1", set_ffv1, false},
    {AV_CODEC_ID_FFVHUFF, "ffvhuff", set_nothing, false},
    {AV_CODEC_ID_HUFFYUV, "huffyuv", set_nothing, false},
    {AV_CODEC_ID_UTVIDEO, "utvideo", set_nothing, false},
    {AV_CODEC_ID_RAWVIDEO, "rawvideo", set_nothing, false},
    {AV_CODEC_ID_THEORA, "libtheora", set_rate_only, false},
};

/// `yuvj` formats are their `yuv` twins with full range, told a second time.
AVPixelFormat twin_of(AVPixelFormat format) {
  switch (format) {
    case AV_PIX_FMT_YUVJ420P:
      return AV_PIX_FMT_YUV420P;
    case AV_PIX_FMT_YUVJ422P:
      return AV_PIX_FMT_YUV422P;
    case AV_PIX_FMT_YUVJ444P:
      return AV_PIX_FMT_YUV444P;
    default:
      return format;
  }
}

/// The format in which this encoder takes the source's frames; none if it does not.
AVPixelFormat taken_format(const AVCodec& codec, AVPixelFormat format) {
  if (codec.pix_fmts == nullptr) return format;
  for (const AVPixelFormat wanted : {format, twin_of(format)})
    for (const AVPixelFormat* known = codec.pix_fmts; *known != AV_PIX_FMT_NONE; ++known)
      if (*known == wanted) return wanted;
  return AV_PIX_FMT_NONE;
}

FilmCodec codec_for(AVCodecID id, AVPixelFormat format) {
  const auto* const family = std::ranges::find(kFamilies, id, &Family::id);
  if (family == std::end(kFamilies)) return {};
  const AVCodec* codec = avcodec_find_encoder_by_name(family->encoder);
  if (codec == nullptr) return {};
  return {codec, taken_format(*codec, format), family->set, family->constant_rate};
}

}  // namespace

Result<FilmCodec> choose_film_codec(const FilmSource& source, const AVOutputFormat& writer,
                                    std::vector<std::string>& notes) {
  const AVCodecID id = source.stream->codecpar->codec_id;
  const auto format = static_cast<AVPixelFormat>(source.first->format);
  FilmCodec chosen = codec_for(id, format);
  if (chosen.codec != nullptr && chosen.format != AV_PIX_FMT_NONE) return chosen;
  chosen = codec_for(AV_CODEC_ID_H264, format);
  const bool fits = chosen.codec != nullptr && chosen.format != AV_PIX_FMT_NONE &&
                    avformat_query_codec(&writer, AV_CODEC_ID_H264, FF_COMPLIANCE_NORMAL) == 1;
  const char* format_name = av_get_pix_fmt_name(format);
  if (!fits)
    return fail("video.unsupported",
                fmt::format("pictures coded as {} ({}) cannot be encoded again",
                            avcodec_get_name(id), format_name == nullptr ? "?" : format_name),
                {}, "convert the film to H.264 in yuv420p first");
  notes.push_back(
      fmt::format("the pictures are now H.264: there is no encoder for {}", avcodec_get_name(id)));
  return chosen;
}

}  // namespace signmark::video
