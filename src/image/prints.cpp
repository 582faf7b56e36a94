// SPDX-License-Identifier: Apache-2.0
#include "image/prints.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "image/blobs.hpp"

namespace signmark::image {
namespace {

constexpr double kSide = 256;  // root of the small picture's area
constexpr int kWindow = 64;    // side of what is transformed
constexpr double kFlat = 3;    // standard deviation in levels; below it nothing can be told
// What a window must have so that it says something; from pictures that look alike in it though
// they show different things.
constexpr std::size_t kCoarse = 40;                   // frequencies that are not fine
constexpr double kLeastWaves = 25;                    // strong ones among them all
constexpr double kLeastFine = 4;                      // levels, of the fine ones
constexpr double kBareStep = 1.5, kMostBare = 0.6;    // levels; share of pixels
constexpr double kBorderFlat = 2.5, kBorderEnd = 10;  // levels
constexpr std::size_t kStored = 8, kLooked = 24, kStoredOfFrame = 4, kLookedOfFrame = 8;
constexpr double kWhite = 255;
constexpr double kReach = 8;  // side of a window, in sigmas of its blob

/// The 256 lowest frequencies but the constant one, lowest first.
const std::vector<cv::Point>& frequencies() {
  static const std::vector<cv::Point> list = [] {
    std::vector<cv::Point> all;
    for (int v = 0; v < kWindow / 2; ++v)
      for (int u = 0; u < kWindow / 2; ++u)
        if (u + v > 0) all.emplace_back(u, v);
    std::ranges::stable_sort(all, {}, [](cv::Point p) { return p.x * p.x + p.y * p.y; });
    all.resize(256);
    return all;
  }();
  return list;
}

struct Code {
  PrintBits bits{}, mirrored{};
  bool plain = false;  ///< says little
};

/// Few strong waves, nearly no fine ones: a disc, a slope, a stripe. Many things look like that.
bool is_plain(const cv::Mat& spectrum) {
  double sum = 0, power = 0, fine = 0;
  for (std::size_t i = 0; i < frequencies().size(); ++i) {
    const double value = std::abs(spectrum.at<float>(frequencies()[i]));
    sum += value;
    power += value * value;
    if (i >= kCoarse) fine += value * value;
  }
  return sum * sum < kLeastWaves * power || fine < kLeastFine * kLeastFine * kWindow * kWindow;
}

/// Things cut out, on a plain ground: their outline would be all that is seen.
bool is_bare(const cv::Mat& window) {
  int flat = 0;
  for (int y = 0; y + 1 < window.rows; ++y) {
    const float *row = window.ptr<float>(y), *below = window.ptr<float>(y + 1);
    for (int x = 0; x + 1 < window.cols; ++x)
      flat += std::abs(row[x] - row[x + 1]) + std::abs(row[x] - below[x]) < kBareStep ? 1 : 0;
  }
  return flat > kMostBare * kWindow * kWindow;
}

/// `window`: kWindow a side. Nothing for one of which nothing can be told.
std::optional<Code> code_of(const cv::Mat& window) {
  cv::Scalar mean, deviation;
  cv::meanStdDev(window, mean, deviation);
  if (deviation[0] < kFlat) return std::nullopt;
  cv::Mat spectrum;
  cv::dct(window, spectrum);
  Code code;
  code.plain = is_plain(spectrum);
  for (std::size_t i = 0; i < frequencies().size(); ++i) {
    const cv::Point f = frequencies()[i];
    const bool set = spectrum.at<float>(f) > 0;
    const auto bit = static_cast<Byte>(1U << (i % 8));
    if (set) code.bits[i / 8] |= bit;
    if (set != (f.x % 2 == 1)) code.mirrored[i / 8] |= bit;  // a mirror turns odd waves over
  }
  return code;
}

std::optional<Code> code_of_whole(const cv::Mat& luma) {
  cv::Mat window;
  cv::resize(luma, window, {kWindow, kWindow}, 0, 0, cv::INTER_AREA);
  return code_of(window);
}

cv::Mat brought_to(const cv::Mat& luma, double side) {
  const double scale = side / std::sqrt(static_cast<double>(luma.cols) * luma.rows);
  const cv::Size size(std::max(8, static_cast<int>(std::lround(luma.cols * scale))),
                      std::max(8, static_cast<int>(std::lround(luma.rows * scale))));
  cv::Mat small;
  cv::resize(luma, small, size, 0, 0, scale < 1 ? cv::INTER_AREA : cv::INTER_LINEAR);
  return small;
}

std::optional<Code> code_of_blob(const cv::Mat& luma, const Blob& blob) {
  const double side = kReach * blob.sigma, half = side / 2;
  if (blob.x < half || blob.y < half || blob.x + half > luma.cols || blob.y + half > luma.rows)
    return std::nullopt;
  const double scale = side / kWindow;
  const double shift = 0.5 * scale - 0.5 - half;
  const cv::Matx23d map(scale, 0, blob.x + shift + 0.5, 0, scale, blob.y + shift + 0.5);
  cv::Mat window;
  cv::warpAffine(luma, window, map, {kWindow, kWindow}, cv::INTER_LINEAR | cv::WARP_INVERSE_MAP,
                 cv::BORDER_REFLECT);
  auto code = code_of(window);
  if (code && (code->plain || is_bare(window))) code.reset();
  return code;
}

/// How many rows from the top belong to a border of one colour; none unless it ends at once.
int border_rows(const cv::Mat& luma) {
  const int most = luma.rows / 3;
  const double colour = cv::mean(luma.row(0))[0];
  for (int y = 0; y < most; ++y) {
    cv::Scalar mean, deviation;
    cv::meanStdDev(luma.row(y), mean, deviation);
    if (deviation[0] < kBorderFlat && std::abs(mean[0] - colour) < kBorderFlat) continue;
    if (y == 0) return 0;
    cv::meanStdDev(luma.row(y + 1), mean, deviation);
    const bool ends = deviation[0] > kBorderEnd || std::abs(mean[0] - colour) > kBorderEnd;
    return ends ? y + 1 : 0;  // with the row that both share
  }
  return 0;
}

cv::Mat without_border(const cv::Mat& luma) {
  cv::Mat inner = luma, flipped;
  for (int side = 0; side < 4; ++side) {
    inner = inner.rowRange(border_rows(inner), inner.rows);
    cv::rotate(inner, flipped, cv::ROTATE_90_CLOCKWISE);
    inner = flipped.clone();
  }
  return inner;
}

std::vector<double> sigmas() {
  std::vector<double> list;
  for (double s = 5; s < 36; s *= std::exp2(1 / 3.)) list.push_back(s);
  return list;
}

}  // namespace

Facing facing_of(int orientation) {
  switch (orientation) {
    case 2:
      return {-1, 0, 0, 1};
    case 3:
      return {-1, 0, 0, -1};
    case 4:
      return {1, 0, 0, -1};
    case 5:
      return {0, 1, 1, 0};
    case 6:
      return {0, -1, 1, 0};
    case 7:
      return {0, -1, -1, 0};
    case 8:
      return {0, 1, -1, 0};
    default:
      return {};
  }
}

cv::Mat turned(const cv::Mat& stored, const Facing& facing) {
  cv::Mat shown = stored;
  if (facing.xx == 0) cv::transpose(stored, shown);
  const bool across = facing.xx + facing.xy < 0, down = facing.yx + facing.yy < 0;
  if (across || down) {
    cv::Mat flipped;
    cv::flip(shown, flipped, across && down ? -1 : (across ? 1 : 0));
    return flipped;
  }
  return shown;
}

namespace {

/// What prints are taken of a picture.
struct Plan {
  PrintKind kind;
  std::size_t blobs;    ///< windows around the strongest
  bool mirrored;        ///< also as in a mirror: the whole, or
  bool mirrored_blobs;  ///< the windows too
};

class Printer {
 public:
  explicit Printer(const Plan& plan) : plan_(plan) {}

  /// `luma`: of any size, as shown. `numbered`: parts are numbers of windows, else all are `part`.
  std::vector<Print> run(const cv::Mat& luma, std::uint32_t part, bool numbered) {
    const cv::Mat small = brought_to(luma, kSide), inner = without_border(small);
    const auto whole = code_of_whole(inner);
    if (whole && !whole->plain) add(*whole, part, plan_.mirrored);
    std::size_t count = 0;
    for (const Blob& blob : find_blobs(small, sigmas())) {
      if (count == plan_.blobs) break;
      const auto code = code_of_blob(small, blob);
      if (!code) continue;
      ++count;
      add(*code, numbered ? static_cast<std::uint32_t>(count) : part, plan_.mirrored_blobs);
    }
    // A picture that has nothing else is known by its few waves.
    if (whole && prints_.empty()) add(*whole, part, plan_.mirrored);
    if (plan_.mirrored && inner.size() != small.size())
      if (const auto framed = code_of_whole(small); framed && !framed->plain)
        add(*framed, part, true);
    return std::move(prints_);
  }

 private:
  void add(const Code& code, std::uint32_t part, bool mirrored) {
    prints_.push_back({plan_.kind, part, code.bits});
    if (mirrored) prints_.push_back({plan_.kind, part, code.mirrored});
  }
  Plan plan_;
  std::vector<Print> prints_;
};

/// As seen on white.
cv::Mat opaque(const LumaPicture& picture) {
  if (picture.opacity.empty()) return picture.luma;
  cv::Mat share, seen;
  picture.opacity.convertTo(share, CV_32F, 1 / 255.0);
  cv::multiply(picture.luma - kWhite, share, seen);
  return seen + kWhite;
}

}  // namespace

std::vector<Print> picture_prints(const LumaPicture& picture, int orientation, PrintUse use) {
  // Made small before it is turned: that is quicker.
  const cv::Mat small = brought_to(opaque(picture), 2 * kSide);
  const Plan plan = use == PrintUse::store ? Plan{PrintKind::picture, kStored, false, false}
                                           : Plan{PrintKind::picture, kLooked, true, true};
  return Printer(plan).run(turned(small, facing_of(orientation)), 0, true);
}

std::vector<Print> frame_prints(const cv::Mat& luma, std::uint32_t ms, PrintUse use) {
  const Plan plan = use == PrintUse::store ? Plan{PrintKind::film, kStoredOfFrame, false, false}
                                           : Plan{PrintKind::film, kLookedOfFrame, true, false};
  return Printer(plan).run(luma, ms, false);
}

}  // namespace signmark::image
