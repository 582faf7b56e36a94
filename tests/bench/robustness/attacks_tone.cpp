// SPDX-License-Identifier: Apache-2.0
// Tone and colour.
#include <fmt/format.h>

#include <cmath>
#include <opencv2/imgproc.hpp>

#include "steps.hpp"

namespace signmark::bench {
namespace {

cv::Mat linear(const cv::Mat& picture, double factor, double offset) {
  cv::Mat out;
  picture.convertTo(out, CV_8U, factor, offset);
  return out;
}

cv::Mat grey_of(const cv::Mat& picture) {
  cv::Mat single, out;
  cv::cvtColor(picture, single, cv::COLOR_BGR2GRAY);
  cv::cvtColor(single, out, cv::COLOR_GRAY2BGR);
  return out;
}

cv::Mat through_table(const cv::Mat& picture, const std::function<double(int)>& value) {
  cv::Mat table(1, 256, CV_8U), out;
  for (int i = 0; i < 256; ++i) table.at<uchar>(i) = cv::saturate_cast<uchar>(value(i));
  cv::LUT(picture, table, out);
  return out;
}

cv::Mat hue_turned(const cv::Mat& picture, double turns) {
  cv::Mat work, out;
  picture.convertTo(work, CV_32F, 1.0 / 255);
  cv::cvtColor(work, work, cv::COLOR_BGR2HSV);
  work.forEach<cv::Vec3f>([turns](cv::Vec3f& pixel, const int*) {
    const float turned = pixel[0] + static_cast<float>(turns * 360);
    pixel[0] = turned - 360 * std::floor(turned / 360);
  });
  cv::cvtColor(work, work, cv::COLOR_HSV2BGR);
  work.convertTo(out, CV_8U, 255);
  return out;
}

cv::Mat equalised(const cv::Mat& picture) {
  cv::Mat work;
  cv::cvtColor(picture, work, cv::COLOR_BGR2YCrCb);
  std::vector<cv::Mat> planes;
  cv::split(work, planes);
  cv::equalizeHist(planes[0], planes[0]);
  cv::merge(planes, work);
  cv::cvtColor(work, work, cv::COLOR_YCrCb2BGR);
  return work;
}

}  // namespace

Step brightness(double factor) {
  return filter_step(fmt::format("brightness {}", factor),
                     [factor](const cv::Mat& picture) { return linear(picture, factor, 0); });
}

Step contrast(double factor) {
  return filter_step(fmt::format("contrast {}", factor), [factor](const cv::Mat& picture) {
    return linear(picture, factor, 127.5 * (1 - factor));
  });
}

Step contrast_mean(double factor) {
  return filter_step(fmt::format("contrast {} about the mean", factor),
                     [factor](const cv::Mat& picture) {
                       return linear(picture, factor, cv::mean(grey_of(picture))[0] * (1 - factor));
                     });
}

Step gamma(double exponent) {
  return filter_step(fmt::format("gamma {}", exponent), [exponent](const cv::Mat& picture) {
    return through_table(picture, [=](int v) { return 255 * std::pow(v / 255.0, exponent); });
  });
}

Step hue(double turns) {
  return filter_step(fmt::format("hue {:+.3g} turns", turns),
                     [turns](const cv::Mat& picture) { return hue_turned(picture, turns); });
}

Step saturation(double factor) {
  return filter_step(fmt::format("saturation {}", factor), [factor](const cv::Mat& picture) {
    cv::Mat out;
    cv::addWeighted(picture, factor, grey_of(picture), 1 - factor, 0, out);
    return out;
  });
}

Step grey() { return filter_step("grey", grey_of); }

Step equalise() { return filter_step("equalise luma", equalised); }

Step posterise(int bits) {
  return filter_step(fmt::format("posterise {} bits", bits), [bits](const cv::Mat& picture) {
    const int mask = 0xff << (8 - bits) & 0xff;
    return through_table(picture, [=](int v) { return v & mask; });
  });
}

}  // namespace signmark::bench
