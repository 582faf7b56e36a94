// SPDX-License-Identifier: Apache-2.0
// Playing and changing of animations. The changed file is simulated beside the source: wherever the
// source's own frame would leave a wrong picture on the changed canvas, the frame is patched.
#include "image/animation.hpp"

#include <cmath>
#include <opencv2/imgproc.hpp>

#include "image/pixels.hpp"

namespace signmark::image {
namespace {

using Rgba = cv::Vec4b;

constexpr PixelLayout kRgba{ColourModel::rgb, true};

/// `above` over `below`, both straight.
Rgba over(const Rgba& above, const Rgba& below) {
  if (above[3] == 255 || below[3] == 0) return above;
  if (above[3] == 0) return below;
  const double a = above[3] / 255.0, b = below[3] / 255.0 * (1 - a), total = a + b;
  Rgba result;
  for (int c = 0; c < 3; ++c)
    result[c] = static_cast<uchar>(std::lround((above[c] * a + below[c] * b) / total));
  result[3] = static_cast<uchar>(std::lround(total * 255));
  return result;
}

void draw_frame(cv::Mat& canvas, const AnimationFrame& frame) {
  const cv::Rect visible = frame.where & cv::Rect({}, canvas.size());
  if (visible.empty()) return;
  cv::Mat to = canvas(visible);
  const cv::Mat from = frame.pixels(visible - frame.where.tl());
  if (!frame.blend) return from.copyTo(to);
  for (int y = 0; y < to.rows; ++y)
    for (int x = 0; x < to.cols; ++x)
      to.at<Rgba>(y, x) = over(from.at<Rgba>(y, x), to.at<Rgba>(y, x));
}

bool looks_alike(const Rgba& a, const Rgba& b) { return a == b || (a[3] == 0 && b[3] == 0); }

/// 255 where two pictures look different.
cv::Mat difference(const cv::Mat& a, const cv::Mat& b) {
  cv::Mat result(a.size(), CV_8UC1);
  for (int y = 0; y < a.rows; ++y)
    for (int x = 0; x < a.cols; ++x)
      result.at<uchar>(y, x) = looks_alike(a.at<Rgba>(y, x), b.at<Rgba>(y, x)) ? 0 : 255;
  return result;
}

/// A part of `picture`, zero where it reaches beyond.
cv::Mat cut_out(const cv::Mat& picture, const cv::Rect& where) {
  cv::Mat result = cv::Mat::zeros(where.size(), picture.type());
  const cv::Rect common = where & cv::Rect({}, picture.size());
  if (!common.empty()) picture(common).copyTo(result(common - where.tl()));
  return result;
}

bool is_clear(const cv::Mat& canvas, const cv::Rect& where) {
  const cv::Rect visible = where & cv::Rect({}, canvas.size());
  if (visible.empty()) return true;
  cv::Mat alpha;
  cv::extractChannel(canvas(visible), alpha, 3);
  return cv::countNonZero(alpha) == 0;
}

}  // namespace

const cv::Mat& Canvas::settle() {
  const cv::Rect visible = last_ & cv::Rect({}, picture_.size());
  if (disposal_ == Disposal::clear && !visible.empty()) picture_(visible).setTo(cv::Scalar::all(0));
  if (disposal_ == Disposal::previous) picture_ = before_;
  disposal_ = Disposal::keep;
  return picture_;
}

void Canvas::remember(const cv::Rect& where, Disposal disposal) {
  last_ = where;
  disposal_ = disposal;
}

const cv::Mat& Canvas::show(const AnimationFrame& frame) {
  settle();
  if (frame.disposal == Disposal::previous) before_ = picture_.clone();
  draw_frame(picture_, frame);
  remember(frame.where, frame.disposal);
  return picture_;
}

void Canvas::show(cv::Mat picture, const cv::Rect& where, Disposal disposal) {
  settle();
  if (disposal == Disposal::previous) before_ = picture_;
  picture_ = std::move(picture);
  remember(where, disposal);
}

cv::Mat AnimationChanger::with_changes(const cv::Mat& shown) const {
  cv::Mat result = shown.clone();
  if (!change_.empty()) add_luma(result, kRgba, change_);
  if (label_) draw_label(result(label_->where));
  return result;
}

void AnimationChanger::draw_label(cv::Mat part) const {
  blend(part, kRgba, label_->overlay);
  if (!rules_.hard_alpha) return;
  constexpr uchar kHalf = 128;
  for (int y = 0; y < part.rows; ++y)
    for (int x = 0; x < part.cols; ++x) {
      Rgba& pixel = part.at<Rgba>(y, x);
      pixel = pixel[3] >= kHalf ? Rgba(pixel[0], pixel[1], pixel[2], 255) : Rgba(0, 0, 0, 0);
    }
}

cv::Rect AnimationChanger::extended(const cv::Rect& own, const cv::Rect& changed) const {
  const cv::Rect all = changed.empty() ? own : own.empty() ? changed : own | changed;
  const int spare_x = all.x % rules_.grid, spare_y = all.y % rules_.grid;
  return {all.x - spare_x, all.y - spare_y, all.width + spare_x, all.height + spare_y};
}

Patch AnimationChanger::next(const AnimationFrame& frame) {
  const cv::Mat wanted = with_changes(source_.show(frame));
  const cv::Mat& below = changed_.settle();
  cv::Mat drawn = below.clone();
  draw_frame(drawn, frame);
  const cv::Mat change = difference(drawn, wanted);

  Patch patch;
  const cv::Rect own = frame.where & cv::Rect({}, change.size());
  patch.where = extended(own, cv::boundingRect(change));
  patch.disposal = frame.disposal;
  // Clearing a larger rectangle would take too much with it; going back clears the frame's own as
  // well when nothing was there before.
  if (patch.where != own && frame.disposal == Disposal::clear && rules_.has_previous &&
      is_clear(below, own))
    patch.disposal = Disposal::previous;
  patch.change = cut_out(change, patch.where);
  patch.wanted = cut_out(wanted, patch.where);
  patch.fresh = cut_out(difference(below, wanted), patch.where);
  changed_.show(wanted, patch.where, patch.disposal);
  return patch;
}

void PooledStats::add(const label::LumaStats& stats) {
  count_ += 1;
  mean_ += stats.mean;
  square_ += stats.mean * stats.mean + stats.deviation * stats.deviation;
}

label::LumaStats PooledStats::result() const {
  if (count_ == 0) return {};
  const double mean = mean_ / count_;
  return {mean, std::sqrt(std::max(0.0, square_ / count_ - mean * mean))};
}

}  // namespace signmark::image
