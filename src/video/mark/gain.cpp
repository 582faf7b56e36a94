// SPDX-License-Identifier: Apache-2.0
#include "video/mark/gain.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "image/mark/mask.hpp"
#include "video/mark/picture.hpp"

namespace signmark::video {
namespace {

constexpr int kMaskSide = 270;         // short side of the reduced picture
constexpr int kEvery = 4;              // frames between two looks
constexpr double kFollow = 0.5;        // of the way to the new map
constexpr float kMost = 5.5F;          // rms in grey levels; gains are 16-bit integers
constexpr double kMostOverall = 2.55;  // rms of a frame: 40 dB
// In flat areas single levels show: the wave stays within about one.
constexpr float kFlatCap = 0.6F, kFlatActivity = 0.8F, kCapSlope = 0.8F;
// A cut differs by this many grey levels, and this much more than the frames before.
constexpr double kCut = 12, kCutAgainstUsual = 3;
constexpr int kProbeColumns = 48, kProbeRows = 27;
constexpr double kHdrShare = 0.7;               // PQ and HLG: a code value is worth more light
constexpr float kBlackBar = 10, kBarNoise = 3;  // grey levels

float sample(const Luma& frame, int x, int y) {
  const auto* row = static_cast<const Byte*>(frame.data) + y * frame.stride;
  if (frame.bits == 8) return row[x];
  return std::ldexp(static_cast<float>(reinterpret_cast<const std::uint16_t*>(row)[x]),
                    8 - frame.bits);
}

std::vector<float> probe_of(const Luma& frame) {
  std::vector<float> probe;
  for (int j = 0; j < kProbeRows; ++j)
    for (int i = 0; i < kProbeColumns; ++i)
      probe.push_back(sample(frame, (2 * i + 1) * frame.width / (2 * kProbeColumns),
                             (2 * j + 1) * frame.height / (2 * kProbeRows)));
  return probe;
}

/// Black and even: a row or column of a letterbox bar.
bool is_bar(const cv::Mat& line) {
  double least = 0, most = 0;
  cv::minMaxLoc(line, &least, &most);
  return most < kBlackBar && most - least < kBarNoise;
}

/// The picture without its black bars; they are seen, and cut away sooner or later. Empty when all
/// of it is black.
cv::Rect within_bars(const cv::Mat& luma) {
  int top = 0, bottom = luma.rows, left = 0, right = luma.cols;
  while (top < bottom && is_bar(luma.row(top))) ++top;
  while (bottom > top && is_bar(luma.row(bottom - 1))) --bottom;
  while (left < right && is_bar(luma.col(left))) ++left;
  while (right > left && is_bar(luma.col(right - 1))) --right;
  return {left, top, right - left, bottom - top};
}

/// Scales a relative map to a rms, while flat areas keep their cap.
void scale_to(double target, const cv::Mat& activity, cv::Mat& gain) {
  cv::Mat cap = cv::max(activity - kFlatActivity, 0) * kCapSlope + kFlatCap;
  cv::min(cap, kMost, cap);
  constexpr int kRounds = 3;
  constexpr double kFarthest = 1.5;  // what flat areas leave is not all given to the others
  const auto rms = [&] {
    return cv::norm(gain, cv::NORM_L2) / std::sqrt(static_cast<double>(gain.total()));
  };
  double first = rms();
  if (first <= 0) return;
  gain *= target / first;
  const cv::Mat whole = gain * kFarthest;
  for (int i = 0; i < kRounds; ++i) {
    cv::min(gain, cap, gain);
    gain *= target / std::max(rms(), 1e-6);
    cv::min(gain, whole, gain);
  }
  cv::min(gain, cap, gain);
}

/// 0 where detail hides a mark everywhere, 1 where hardly anything does.
double evenness_of(const cv::Mat& activity) {
  constexpr float kDetail = 58.5F / 4;         // SSIM's second constant, for a half of the detail
  constexpr double kBusy = 0.3, kEven = 0.75;  // share of the picture that hides nothing
  cv::Mat even;
  cv::divide(kDetail, activity.mul(activity) + kDetail, even);
  return std::clamp((cv::mean(even)[0] - kBusy) / (kEven - kBusy), 0.0, 1.0);
}

/// Busy frames bear more than even ones, by this many dB around the strength's own figure; and the
/// larger a film is, the less an even frame needs. Foliage and the like, where nothing is even,
/// hide most, and are where encoders wear marks down most.
double leeway_db(double evenness, int short_side) {
  constexpr double kMore = 2.5, kLess = 2, kLessWhenLarge = 2, kThicket = 2;  // dB
  constexpr double kNoThicket = 0.1;                                          // evenness
  constexpr double kSmall = 480, kLarge = 1080;
  const double large = std::clamp((short_side - kSmall) / (kLarge - kSmall), 0.0, 1.0);
  const double thicket = std::max(1 - evenness / kNoThicket, 0.0);
  return kMore + kThicket * thicket - evenness * (kMore + kLess + kLessWhenLarge * large);
}

}  // namespace

GainMap::GainMap(const FilmShape& shape, double psnr_db)
    : target_(255 * std::pow(10, -psnr_db / 20) * (shape.high_dynamic_range ? kHdrShare : 1)),
      step_(std::max(1, static_cast<int>(
                            std::lround(std::min(shape.width, shape.height) / double{kMaskSide})))),
      width_(shape.width) {}

bool GainMap::cut(const Luma& frame) {
  std::vector<float> probe = probe_of(frame);
  double difference = 0;
  for (std::size_t i = 0; i < probe_.size(); ++i) difference += std::abs(probe[i] - probe_[i]);
  const bool first = probe_.empty();
  probe_ = std::move(probe);
  difference /= static_cast<double>(probe_.size());
  const bool cut = first || difference > std::max(kCut, kCutAgainstUsual * usual_);
  constexpr double kMemory = 0.8;
  if (!cut) usual_ = kMemory * usual_ + (1 - kMemory) * difference;
  return cut;
}

void GainMap::follow(const Luma& frame) {
  const bool afresh = cut(frame);
  if (afresh || ++since_update_ >= kEvery) update(frame, afresh);
}

void GainMap::update(const Luma& frame, bool afresh) {
  since_update_ = 0;
  const cv::Mat luma = block_means(frame, step_);
  const image::ReducedMask mask = image::mask_of_reduced(luma);
  cv::Mat next = cv::Mat::zeros(luma.size(), CV_32F);
  const cv::Rect seen = within_bars(luma);
  if (!seen.empty()) mask.amplitude(seen).copyTo(next(seen));
  const double leeway = leeway_db(evenness_of(mask.activity), std::min(frame.width, frame.height));
  scale_to(std::min(target_ * std::pow(10, leeway / 20), kMostOverall), mask.activity, next);
  if (afresh || gain_.empty())
    gain_ = next;
  else
    cv::addWeighted(gain_, 1 - kFollow, next, kFollow, 0, gain_);
  widen();
}

void GainMap::widen() {
  cv::Mat wide;
  cv::resize(gain_, wide, {gain_.cols * step_, gain_.rows}, 0, 0, cv::INTER_LINEAR);
  cv::copyMakeBorder(wide, wide, 0, 0, 0, width_ - wide.cols, cv::BORDER_REPLICATE);
  wide.convertTo(wide_, CV_16S, kGainUnits);
}

GainMap::Between GainMap::between(int y) const {
  const double at = std::clamp((y + 0.5) / step_ - 0.5, 0.0, wide_.rows - 1.0);
  const int above = static_cast<int>(at);
  constexpr double kWhole = 32767;
  return {above, std::min(above + 1, wide_.rows - 1), static_cast<int>((at - above) * kWhole)};
}

}  // namespace signmark::video
