// SPDX-License-Identifier: Apache-2.0
// Means of areas, row by row: a large picture is never held.
#include "image/thumbnail.hpp"

#include <algorithm>

#include "image/jpeg_io.hpp"
#include "image/prints.hpp"

namespace signmark::image {
namespace {

constexpr double kFull = 65535;
constexpr int kQuality = 80;

/// Takes the canonical rows of the first frame.
class Shrinker final : public PixelHasher {
 public:
  explicit Shrinker(int side) : side_(side) {}

  /// CV_8UC3, red first; empty when no frame came.
  [[nodiscard]] cv::Mat picture() const {
    cv::Mat small(sums_.size(), CV_8UC3, cv::Scalar::all(255));
    for (int y = 0; y < sums_.rows; ++y)
      for (int x = 0; x < sums_.cols; ++x) {
        const cv::Vec4d sum = sums_.at<cv::Vec4d>(y, x);
        for (int c = 0; c < 3; ++c)
          small.at<cv::Vec3b>(y, x)[c] = cv::saturate_cast<uchar>(255 * sum[c] / (kFull * sum[3]));
      }
    return small;
  }

 protected:
  void take_frame(cv::Size size, bool cmyk, std::uint32_t) override {
    if (frames_++ > 0) return;
    size_ = size;
    cmyk_ = cmyk;
    const double scale =
        std::min(1.0, static_cast<double>(side_) / std::max(size.width, size.height));
    sums_ =
        cv::Mat(std::max(1, static_cast<int>(size.height * scale)),
                std::max(1, static_cast<int>(size.width * scale)), CV_64FC4, cv::Scalar::all(0));
  }
  void take_row(std::span<const std::uint16_t> row) override {
    if (frames_ != 1) return;
    const auto to = [](int at, int from, int into) {
      return static_cast<int>(static_cast<std::int64_t>(at) * into / from);
    };
    auto* const sums = sums_.ptr<cv::Vec4d>(to(y_++, size_.height, sums_.rows));
    for (int x = 0; x < size_.width; ++x)
      sums[to(x, size_.width, sums_.cols)] +=
          shown(row.subspan(static_cast<std::size_t>(x) * 4, 4));
  }

 private:
  /// Red, green, blue over white; inks as amounts.
  [[nodiscard]] cv::Vec4d shown(std::span<const std::uint16_t> pixel) const {
    cv::Vec4d value(0, 0, 0, 1);
    const double last = pixel[3] / kFull;
    for (int c = 0; c < 3; ++c) {
      const double v = pixel[static_cast<std::size_t>(c)];
      value[c] = cmyk_ ? (kFull - v) * (1 - last) : v * last + kFull * (1 - last);
    }
    return value;
  }

  int side_;
  int frames_ = 0, y_ = 0;
  bool cmyk_ = false;
  cv::Size size_;
  cv::Mat sums_;  // red, green, blue, count
};

}  // namespace

Result<Bytes> make_thumbnail(const Context& context, const Codec& codec, ByteView file,
                             int orientation, int side) {
  Shrinker shrinker(side);
  SIGNMARK_TRY(codec.hash_pixels(context, file, shrinker));
  return encode_rgb(turned(shrinker.picture(), facing_of(orientation)), kQuality);
}

}  // namespace signmark::image
