// SPDX-License-Identifier: Apache-2.0
// Decoded frames in, changed frames out.
#include "video/paint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "video/encode_film.hpp"

extern "C" {
#include <libavutil/imgutils.h>
}

namespace signmark::video {
namespace {

// White of a label in PQ and HLG: 203 cd/m2 (ITU-R BT.2408).
constexpr double kPqWhite = 0.58;
constexpr double kHlgWhite = 0.75;
constexpr int kAlign = 64;

const AVPixFmtDescriptor* description(int format) {
  return av_pix_fmt_desc_get(static_cast<AVPixelFormat>(format));
}

bool is_rgb(const AVPixFmtDescriptor& format) { return (format.flags & AV_PIX_FMT_FLAG_RGB) != 0; }

/// Whole little-endian samples in memory.
bool is_plain(const AVPixFmtDescriptor& format) {
  constexpr std::uint64_t kOdd = AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BITSTREAM |
                                 AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_BAYER |
                                 AV_PIX_FMT_FLAG_FLOAT;
  if ((format.flags & kOdd) != 0) return false;
  for (int i = 0; i < format.nb_components; ++i) {
    const int depth = format.comp[i].depth;
    if (depth < 8 || depth > 16) return false;
    if (depth > 8 && (format.flags & AV_PIX_FMT_FLAG_BE) != 0) return false;
  }
  return true;
}

tl::unexpected<Error> odd_format(int format) {
  const char* name = av_get_pix_fmt_name(static_cast<AVPixelFormat>(format));
  return fail("video.unsupported",
              fmt::format("pixels of format {} cannot be changed", name == nullptr ? "?" : name),
              {}, "convert the film to yuv420p first");
}

std::vector<Component> components_of(const AVPixFmtDescriptor& format) {
  std::vector<Component> list;
  for (int i = 0; i < format.nb_components; ++i) {
    const AVComponentDescriptor& part = format.comp[i];
    Component component{.plane = part.plane,
                        .step = part.step,
                        .offset = part.offset,
                        .depth = part.depth,
                        .shift = part.shift};
    const bool alpha = (format.flags & AV_PIX_FMT_FLAG_ALPHA) != 0 && i == format.nb_components - 1;
    if (alpha) {
      component.kind = Component::Kind::alpha;
    } else if (i > 0 && !is_rgb(format)) {
      component.kind = Component::Kind::neutral;
      component.log2_x = format.log2_chroma_w;
      component.log2_y = format.log2_chroma_h;
    }
    list.push_back(component);
  }
  return list;
}

bool is_full_range(const AVFrame& frame) {
  const AVPixFmtDescriptor* format = description(frame.format);
  return frame.color_range == AVCOL_RANGE_JPEG || is_rgb(*format) ||
         std::string_view(format->name).starts_with("yuvj");
}

LightScale light_scale(const AVFrame& frame) {
  LightScale scale{is_full_range(frame), 1};
  if (frame.color_trc == AVCOL_TRC_SMPTE2084) scale.white = kPqWhite;
  if (frame.color_trc == AVCOL_TRC_ARIB_STD_B67) scale.white = kHlgWhite;
  return scale;
}

int rows_of(const AVFrame& frame, int plane) {
  const AVPixFmtDescriptor* format = description(frame.format);
  const bool chroma = (plane == 1 || plane == 2) && !is_rgb(*format);
  return chroma ? AV_CEIL_RSHIFT(frame.height, format->log2_chroma_h) : frame.height;
}

/// Where nothing is seen nothing is marked.
void restore_unseen(const AVFrame& from, AVFrame& to) {
  const AVPixFmtDescriptor* format = description(from.format);
  if ((format->flags & AV_PIX_FMT_FLAG_ALPHA) == 0 || format->nb_components < 4) return;
  const AVComponentDescriptor& alpha = format->comp[format->nb_components - 1];
  const int size = alpha.step;
  for (int y = 0; y < from.height; ++y) {
    const std::uint8_t* seen =
        from.data[alpha.plane] + std::ptrdiff_t{y} * from.linesize[alpha.plane];
    const std::uint8_t* old = from.data[0] + std::ptrdiff_t{y} * from.linesize[0];
    std::uint8_t* now = to.data[0] + std::ptrdiff_t{y} * to.linesize[0];
    for (std::ptrdiff_t x = 0; x < std::ptrdiff_t{size} * from.width; x += size)
      if (seen[x] == 0 && (size == 1 || seen[x + 1] == 0)) std::memcpy(now + x, old + x, size);
  }
}

}  // namespace

Result<Luma> luma_of(const AVFrame& frame) {
  const AVPixFmtDescriptor* format = description(frame.format);
  if (format == nullptr || !is_plain(*format)) return odd_format(frame.format);
  for (int i = 0; i < format->nb_components; ++i) {
    const AVComponentDescriptor& part = format->comp[i];
    if (part.plane != 0) continue;
    // One sample alone in its plane.
    if (part.shift != 0 || part.offset != 0 || part.step != (part.depth + 7) / 8)
      return odd_format(frame.format);
    return Luma{frame.data[0], frame.linesize[0], frame.width,
                frame.height,  part.depth,        is_full_range(frame)};
  }
  return odd_format(frame.format);
}

Turn turn_of(const AVStream& stream, const AVFrame& first) {
  Turn turn;
  AVRational aspect = stream.sample_aspect_ratio;
  if (aspect.num <= 0) aspect = first.sample_aspect_ratio;
  if (aspect.num > 0 && aspect.den > 0) turn.pixel_aspect = std::clamp(av_q2d(aspect), 0.25, 4.0);
  std::size_t size = 0;
  const std::uint8_t* side = av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
  if (side == nullptr || size < 9 * sizeof(std::int32_t)) return turn;
  std::array<std::int32_t, 9> matrix{};
  std::memcpy(matrix.data(), side, sizeof matrix);
  // p' = a p + c q + x, q' = b p + d q + y (display.h); only multiples of 90 degrees.
  const auto sign = [](std::int32_t v) { return v > 0 ? 1 : (v < 0 ? -1 : 0); };
  const int a = sign(matrix[0]);
  const int b = sign(matrix[1]);
  const int c = sign(matrix[3]);
  const int d = sign(matrix[4]);
  const bool straight = b == 0 && c == 0 && a != 0 && d != 0;
  const bool quarter = a == 0 && d == 0 && b != 0 && c != 0;
  if (straight || quarter) turn = {a, c, b, d, turn.pixel_aspect};
  return turn;
}

Result<Painter> Painter::make(const Changes& changes, const AVStream& stream, const AVFrame& first,
                              double seconds) {
  Painter painter;
  painter.width_ = first.width;
  painter.height_ = first.height;
  painter.format_ = first.format;
  if (changes.picture != nullptr) {
    SIGNMARK_ASSIGN(const Luma luma, luma_of(first));
    const FilmShape shape{.width = luma.width,
                          .height = luma.height,
                          .bits = luma.bits,
                          .full_range = luma.full_range,
                          .interlaced = first.interlaced_frame != 0,
                          .high_dynamic_range = is_high_dynamic_range(first),
                          .seconds = seconds};
    SIGNMARK_ASSIGN(painter.marker_, make_frame_marker(shape, *changes.picture));
  }
  if (changes.label != nullptr) {
    SIGNMARK_TRY(painter.set_label(*changes.label, stream, first));
    painter.label_until_ = changes.label_time.seconds > 0 ? changes.label_time.seconds
                                                          : std::numeric_limits<double>::max();
  }
  return painter;
}

Status Painter::set_label(const label::VisibleLabel& label, const AVStream& stream,
                          const AVFrame& first) {
  const AVPixFmtDescriptor* format = description(first.format);
  if (format == nullptr || !is_plain(*format)) return odd_format(first.format);
  const Turn turn = turn_of(stream, first);
  Luma luma{first.data[0], first.linesize[0],     first.width,
            first.height,  format->comp[0].depth, is_full_range(first)};
  if (const Result<Luma> plane = luma_of(first)) luma = *plane;
  SIGNMARK_ASSIGN(overlay_, draw_for(label, luma, turn));
  blender_ = LabelBlender(to_stored(overlay_, first.width, first.height, turn),
                          components_of(*format), light_scale(first));
  return {};
}

bool Painter::begins_hold(double seconds) {
  if (marker_ != nullptr) return marker_->begins_hold(seconds);
  if (seconds < next_hold_) return false;
  next_hold_ = (std::floor(seconds / kHoldSeconds) + 1) * kHoldSeconds;
  return true;
}

/// Gives `to` a plane of its own.
Status Painter::own_plane(const AVFrame& from, AVFrame& to, int plane, bool copy) {
  const int bytes =
      av_image_get_linesize(static_cast<AVPixelFormat>(from.format), from.width, plane);
  const int stride = FFALIGN(bytes, kAlign);
  const int rows = rows_of(from, plane);
  Owned<AVBufferPool>& pool = pools_[static_cast<std::size_t>(plane)];
  if (pool == nullptr)
    pool.reset(av_buffer_pool_init(
        static_cast<std::size_t>(stride) * static_cast<std::size_t>(FFALIGN(rows, 32)) + kAlign,
        nullptr));
  AVBufferRef* buffer = av_buffer_pool_get(pool.get());
  if (buffer == nullptr) return fail("video.encode", "no memory for a frame");
  for (AVBufferRef*& slot : to.buf)
    if (slot == nullptr) {
      slot = std::exchange(buffer, nullptr);
      to.data[plane] = slot->data;
      break;
    }
  if (buffer != nullptr) {
    av_buffer_unref(&buffer);
    return odd_format(from.format);
  }
  to.linesize[plane] = stride;
  if (copy)
    av_image_copy_plane(to.data[plane], stride, from.data[plane], from.linesize[plane], bytes,
                        rows);
  return {};
}

Status Painter::mark(const AVFrame& from, AVFrame& to) {
  SIGNMARK_ASSIGN(const Luma luma, luma_of(from));
  SIGNMARK_TRY(own_plane(from, to, 0, false));
  SIGNMARK_TRY(marker_->mark(luma, {to.data[0], to.linesize[0]}));
  restore_unseen(from, to);
  return {};
}

Result<Owned<AVFrame>> Painter::paint(const AVFrame& frame, double seconds) {
  if (frame.width != width_ || frame.height != height_ || frame.format != format_)
    return fail("video.unsupported", "the size of the pictures changes within the film", {},
                "scale the film to one size first");
  Owned<AVFrame> out(av_frame_clone(&frame));  // references, no copy
  if (out == nullptr) return fail("video.encode", "no memory for a frame");
  if (marker_ != nullptr) SIGNMARK_TRY(mark(frame, *out));
  if (seconds >= label_until_) return out;
  for (int plane = 0; plane < av_pix_fmt_count_planes(static_cast<AVPixelFormat>(format_));
       ++plane) {
    if (plane > 0 || marker_ == nullptr) SIGNMARK_TRY(own_plane(frame, *out, plane, true));
    blender_.blend(plane, out->data[plane], out->linesize[plane]);
  }
  return out;
}

std::optional<PictureReport> Painter::report() const {
  if (marker_ == nullptr) return std::nullopt;
  return marker_->report();
}

}  // namespace signmark::video
