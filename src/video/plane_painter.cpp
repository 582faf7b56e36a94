// SPDX-License-Identifier: Apache-2.0
// Pictures in the memory of a caller, changed in their place.
#include "video/plane_painter.hpp"

#include <fmt/format.h>

#include <opencv2/core/hal/intrin.hpp>
#include <opencv2/imgproc.hpp>

namespace signmark::video {
namespace {

constexpr int kLargestSide = 1 << 15;
// White of a label in PQ: 203 cd/m2 (ITU-R BT.2408).
constexpr double kHdrWhite = 0.58;

bool is_packed(FrameLayout layout) {
  return layout == FrameLayout::rgba || layout == FrameLayout::bgra;
}

Component neutral(int plane, int log2_x, int log2_y, int bits) {
  return {.kind = Component::Kind::neutral,
          .plane = plane,
          .log2_x = log2_x,
          .log2_y = log2_y,
          .step = bits > 8 ? 2 : 1,
          .depth = bits};
}

std::vector<Component> components_of(FrameLayout layout, int bits) {
  std::vector<Component> list;
  const int bytes = bits > 8 ? 2 : 1;
  if (is_packed(layout)) {
    for (int i = 0; i < 3; ++i) list.push_back({.step = 4, .offset = i});
    return list;
  }
  list.push_back({.step = bytes, .depth = bits});
  if (layout == FrameLayout::grey) return list;
  const int across = layout == FrameLayout::i444 ? 0 : 1;
  const int down = layout == FrameLayout::i420 || layout == FrameLayout::nv12 ? 1 : 0;
  for (int i = 0; i < 2; ++i) list.push_back(neutral(1 + i, across, down, bits));
  if (layout != FrameLayout::nv12) return list;
  for (int i = 0; i < 2; ++i) {
    Component& part = list[std::size_t{1} + static_cast<std::size_t>(i)];
    part.plane = 1;
    part.step = 2 * bytes;
    part.offset = i * bytes;
  }
  return list;
}

/// Adds `after - before` to the first three of four bytes a pixel.
void shift_row(const std::uint8_t* before, const std::uint8_t* after, std::uint8_t* pixels,
               int width) {
  int x = 0;
  for (; x + 16 <= width; x += 16) {
    const cv::v_uint8x16 old = cv::v_load(before + x);
    const cv::v_uint8x16 now = cv::v_load(after + x);
    // One of them is zero in each lane: saturating differences.
    const cv::v_uint8x16 up = now - old;
    const cv::v_uint8x16 down = old - now;
    cv::v_uint8x16 a, b, c, rest;
    cv::v_load_deinterleave(pixels + std::ptrdiff_t{4} * x, a, b, c, rest);
    cv::v_store_interleave(pixels + std::ptrdiff_t{4} * x, a + up - down, b + up - down,
                           c + up - down, rest);
  }
  for (; x < width; ++x)
    for (int c = 0; c < 3; ++c)
      pixels[4 * x + c] = cv::saturate_cast<std::uint8_t>(pixels[4 * x + c] + after[x] - before[x]);
}

}  // namespace

Result<PlaneForm> plane_form(const FilmForm& form) {
  const bool known = form.layout >= FrameLayout::grey && form.layout <= FrameLayout::bgra;
  if (!known || form.bits < 8 || form.bits > 16 || (is_packed(form.layout) && form.bits != 8))
    return fail("video.form", "there is no such layout of samples",
                fmt::format("layout {}, {} bits", static_cast<int>(form.layout), form.bits), {});
  if (form.width < 1 || form.height < 1 || form.width > kLargestSide || form.height > kLargestSide)
    return fail("video.form", "the pictures have no possible size",
                fmt::format("{} x {}", form.width, form.height), {});
  PlaneForm result;
  result.packed = is_packed(form.layout);
  result.blue_first = form.layout == FrameLayout::bgra;
  result.shape = {.width = form.width,
                  .height = form.height,
                  .bits = form.bits,
                  .full_range = form.full_range || result.packed,
                  .interlaced = form.interlaced,
                  .high_dynamic_range = form.high_dynamic_range,
                  .seconds = form.seconds};
  result.components = components_of(form.layout, form.bits);
  if (form.pixel_aspect >= 0.25 && form.pixel_aspect <= 4) result.pixel_aspect = form.pixel_aspect;
  if (form.high_dynamic_range) result.white = kHdrWhite;
  return result;
}

LumaSource::LumaSource(const PlaneForm& form) : form_(&form) {}

Luma LumaSource::luma(const MutableLuma& first_plane) {
  const FilmShape& shape = form_->shape;
  Luma luma{first_plane.data, first_plane.stride, shape.width,
            shape.height,     shape.bits,         shape.full_range};
  if (!form_->packed) return luma;
  grey_.create(shape.height, shape.width, CV_8U);
  // Row by row, since strides may be negative.
  for (int y = 0; y < shape.height; ++y) {
    auto* row = static_cast<Byte*>(first_plane.data) + y * first_plane.stride;
    cv::Mat to = grey_.row(y);
    cv::cvtColor(cv::Mat(1, shape.width, CV_8UC4, row), to,
                 form_->blue_first ? cv::COLOR_BGRA2GRAY : cv::COLOR_RGBA2GRAY);
  }
  luma.data = grey_.data;
  luma.stride = static_cast<std::ptrdiff_t>(grey_.step);
  return luma;
}

void LumaSource::replace(const cv::Mat& marked, const MutableLuma& first_plane) const {
  for (int y = 0; y < grey_.rows; ++y)
    shift_row(grey_.ptr(y), marked.ptr(y),
              static_cast<Byte*>(first_plane.data) + y * first_plane.stride, grey_.cols);
}

Result<PlanePainter> PlanePainter::make(const PlaneForm& form, const Changes& changes) {
  PlanePainter painter(form);
  if (changes.picture != nullptr) {
    SIGNMARK_ASSIGN(painter.marker_, make_frame_marker(form.shape, *changes.picture));
    if (form.packed) painter.marked_.create(form.shape.height, form.shape.width, CV_8U);
  }
  if (changes.label == nullptr) return painter;
  painter.label_ = *changes.label;
  if (changes.label_time.seconds > 0) painter.label_until_ = changes.label_time.seconds;
  return painter;
}

bool PlanePainter::begins_hold(double seconds) {
  return marker_ != nullptr && marker_->begins_hold(seconds);
}

Status PlanePainter::draw(const Luma& luma) {
  Turn turn;
  turn.pixel_aspect = form_->pixel_aspect;
  SIGNMARK_ASSIGN(overlay_, draw_for(*label_, luma, turn));
  blender_ = LabelBlender(to_stored(overlay_, luma.width, luma.height, turn), form_->components,
                          {form_->shape.full_range, form_->white});
  drawn_ = true;
  return {};
}

Status PlanePainter::mark(const Luma& luma, const MutableLuma& first_plane) {
  if (!form_->packed) return marker_->mark(luma, first_plane);
  SIGNMARK_TRY(marker_->mark(luma, {marked_.data, static_cast<std::ptrdiff_t>(marked_.step)}));
  source_.replace(marked_, first_plane);
  return {};
}

Status PlanePainter::change(std::span<const MutableLuma> planes, double seconds) {
  const bool labelled = label_ && seconds < label_until_;
  if (marker_ != nullptr || (labelled && !drawn_)) {
    const Luma luma = source_.luma(planes.front());
    if (labelled && !drawn_) SIGNMARK_TRY(draw(luma));
    if (marker_ != nullptr) {
      marker_->begins_hold(seconds);
      SIGNMARK_TRY(mark(luma, planes.front()));
    }
  }
  last_ = std::max(last_, seconds);
  if (!labelled) return {};
  for (std::size_t i = 0; i < planes.size(); ++i)
    if (planes[i].data != nullptr)
      blender_.blend(static_cast<int>(i), planes[i].data, planes[i].stride);
  return {};
}

Report PlanePainter::report() const {
  Report report;
  report.overlay = overlay_;
  report.seconds = last_;
  if (marker_ != nullptr) report.picture = marker_->report();
  return report;
}

}  // namespace signmark::video
