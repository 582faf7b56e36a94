// SPDX-License-Identifier: Apache-2.0
// Orientation 1..8 of EXIF (CIPA DC-008 section 4.6.5.1.6) applied backwards.
#include "image/placement.hpp"

#include <fmt/format.h>

namespace signmark::image {
namespace {

/// Orientations whose rows are stored as columns.
bool swaps_sides(int orientation) { return orientation >= 5; }

/// Grey and alpha of an overlay whose colours are neutral.
cv::Mat grey_alpha(const label::Overlay& overlay) {
  cv::Mat result(static_cast<int>(overlay.height), static_cast<int>(overlay.width), CV_8UC2);
  const Byte* from = overlay.rgba.data();
  for (int y = 0; y < result.rows; ++y) {
    uchar* to = result.ptr<uchar>(y);
    for (int x = 0; x < result.cols; ++x, to += 2, from += 4) {
      to[0] = from[0];
      to[1] = from[3];
    }
  }
  return result;
}

cv::Mat flipped(const cv::Mat& from, int code) {
  cv::Mat to;
  cv::flip(from, to, code);
  return to;
}

}  // namespace

cv::Rect to_stored(const cv::Rect& r, cv::Size stored, int orientation) {
  const int w = stored.width, h = stored.height;
  switch (orientation) {
    case 2:
      return {w - r.x - r.width, r.y, r.width, r.height};
    case 3:
      return {w - r.x - r.width, h - r.y - r.height, r.width, r.height};
    case 4:
      return {r.x, h - r.y - r.height, r.width, r.height};
    case 5:
      return {r.y, r.x, r.height, r.width};
    case 6:
      return {r.y, h - r.x - r.width, r.height, r.width};
    case 7:
      return {w - r.y - r.height, h - r.x - r.width, r.height, r.width};
    case 8:
      return {w - r.y - r.height, r.x, r.height, r.width};
    default:
      return r;
  }
}

cv::Mat turn_to_stored(const cv::Mat& shown, int orientation) {
  constexpr int kVertical = 0, kHorizontal = 1, kBoth = -1;  // cv::flip's codes
  switch (orientation) {
    case 2:
      return flipped(shown, kHorizontal);
    case 3:
      return flipped(shown, kBoth);
    case 4:
      return flipped(shown, kVertical);
    case 5:
      return cv::Mat(shown.t());
    case 6:
      return flipped(shown.t(), kVertical);
    case 7:
      return flipped(shown.t(), kBoth);
    case 8:
      return flipped(shown.t(), kHorizontal);
    default:
      return shown;
  }
}

label::Overlay shown_overlay(std::optional<Placement> label) {
  return label ? std::move(label->shown) : label::Overlay{};
}

Result<std::optional<Placement>> place_label(const Job& job, cv::Size stored, int orientation,
                                             const StoredProbe& probe) {
  if (job.label == nullptr) return std::optional<Placement>();
  if (orientation < 1 || orientation > 8)
    return fail("image.orientation", fmt::format("orientation {} is not 1 to 8", orientation));
  const cv::Size seen = swaps_sides(orientation) ? cv::Size(stored.height, stored.width) : stored;
  const auto seen_probe = [&](std::uint32_t x, std::uint32_t y, std::uint32_t w, std::uint32_t h) {
    const cv::Rect rect(static_cast<int>(x), static_cast<int>(y), static_cast<int>(w),
                        static_cast<int>(h));
    return probe(to_stored(rect, stored, orientation));
  };
  SIGNMARK_ASSIGN(label::Overlay overlay,
                  label::draw_label(*job.label, static_cast<std::uint32_t>(seen.width),
                                    static_cast<std::uint32_t>(seen.height), seen_probe));
  const cv::Rect rect(static_cast<int>(overlay.x), static_cast<int>(overlay.y),
                      static_cast<int>(overlay.width), static_cast<int>(overlay.height));
  cv::Mat turned = turn_to_stored(grey_alpha(overlay), orientation);
  return Placement{std::move(overlay), to_stored(rect, stored, orientation), std::move(turned)};
}

}  // namespace signmark::image
