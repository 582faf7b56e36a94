// SPDX-License-Identifier: Apache-2.0
// Finding, loading and resizing of pictures.
#include "pictures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

namespace signmark::bench {
namespace {

namespace fs = std::filesystem;

bool looks_like_picture(const fs::path& file) {
  static constexpr std::array kEndings{".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp"};
  std::string ending = file.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return std::find(kEndings.begin(), kEndings.end(), ending) != kEndings.end();
}

cv::Mat eight_bit(const cv::Mat& stored) {
  cv::Mat out = stored;
  if (stored.depth() == CV_16U) stored.convertTo(out, CV_8U, 1.0 / 257);
  return out;
}

cv::Mat on_white(const cv::Mat& bgra) {
  cv::Mat out(bgra.size(), CV_8UC3);
  for (int y = 0; y < bgra.rows; ++y)
    for (int x = 0; x < bgra.cols; ++x) {
      const auto& pixel = bgra.at<cv::Vec4b>(y, x);
      for (int c = 0; c < 3; ++c)
        out.at<cv::Vec3b>(y, x)[c] =
            static_cast<uchar>((pixel[c] * pixel[3] + 255 * (255 - pixel[3]) + 127) / 255);
    }
  return out;
}

std::optional<cv::Mat> bgr_of(const cv::Mat& stored) {
  const cv::Mat bytes = eight_bit(stored);
  if (bytes.depth() != CV_8U) return std::nullopt;
  if (bytes.channels() == 3) return bytes;
  if (bytes.channels() == 4) return on_white(bytes);
  if (bytes.channels() != 1) return std::nullopt;
  cv::Mat out;
  cv::cvtColor(bytes, out, cv::COLOR_GRAY2BGR);
  return out;
}

cv::Mat of_area(const cv::Mat& picture, int side) {
  const double factor = side / std::sqrt(static_cast<double>(picture.total()));
  cv::Mat out;
  cv::resize(picture, out, {}, factor, factor, cv::INTER_AREA);
  return out;
}

bool chosen(const Picture& picture, const Options& options) {
  if (options.side > 0 && picture.mpx() * 1e6 < 1.0 * options.side * options.side) return false;
  return picture.mpx() >= options.min_mpx &&
         (options.max_mpx <= 0 || picture.mpx() <= options.max_mpx);
}

}  // namespace

std::vector<fs::path> picture_files(const std::vector<std::string>& sources) {
  std::vector<fs::path> files;
  for (const std::string& source : sources) {
    if (!fs::is_directory(source)) {
      files.emplace_back(source);
      continue;
    }
    for (const auto& entry : fs::recursive_directory_iterator(source))
      if (entry.is_regular_file() && looks_like_picture(entry.path()))
        files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::optional<Picture> load_picture(const fs::path& file) {
  const cv::Mat stored = cv::imread(file.string(), cv::IMREAD_UNCHANGED);
  if (stored.empty()) return std::nullopt;
  auto bgr = bgr_of(stored);
  if (!bgr) return std::nullopt;
  return Picture{file.filename().string(), std::move(*bgr)};
}

std::optional<Picture> load_chosen(const fs::path& file, const Options& options) {
  auto picture = load_picture(file);
  if (!picture || !chosen(*picture, options)) return std::nullopt;
  if (options.side > 0) picture->bgr = of_area(picture->bgr, options.side);
  return picture;
}

std::vector<fs::path> chosen_files(const Options& options) {
  std::vector<fs::path> files;
  for (const auto& file : picture_files(options.sources)) {
    if (options.limit > 0 && static_cast<int>(files.size()) == options.limit) break;
    if (load_chosen(file, options))
      files.push_back(file);
    else
      fmt::print(stderr, "left out: {}\n", file.string());
  }
  return files;
}

cv::Mat luma_of(const cv::Mat& bgr) {
  cv::Mat values, luma;
  bgr.convertTo(values, CV_32F);
  cv::transform(values, luma, cv::Matx13f(0.114F, 0.587F, 0.299F));
  return luma;
}

}  // namespace signmark::bench
