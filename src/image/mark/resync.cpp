// SPDX-License-Identifier: Apache-2.0
#include "image/mark/resync.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "image/mark/tile.hpp"

namespace signmark::image {
namespace {

constexpr int kGrid = 7;           // parts a side, overlapping by half
constexpr int kLeastSide = 64;     // of a part, in canonical pixels
constexpr double kFarthest = 8;    // canonical pixels
constexpr double kClear = 4.5;     // peak over rms of the correlation
constexpr double kWorthIt = 0.25;  // rms of the field in canonical pixels
constexpr int kTerms = 10;         // of a cubic polynomial in two variables

/// What one part of the picture says.
struct Push {
  cv::Point2d at;  ///< centre of the part, -1..1
  cv::Point2d by;  ///< canonical pixels
  double weight = 0;
};

/// Offset at which a part correlates best with the wave that should be there.
std::optional<Push> push_of(const cv::Mat& part, const cv::Mat& wave) {
  cv::Mat a, b, product, sums;
  cv::dft(part, a);
  cv::dft(wave, b);
  cv::mulSpectrums(a, b, product, 0, true);
  cv::idft(product, sums, cv::DFT_REAL_OUTPUT | cv::DFT_SCALE);
  const double rms = cv::norm(sums, cv::NORM_L2) / std::sqrt(static_cast<double>(sums.total()));
  const auto at = [&](int x, int y) {
    return static_cast<double>(
        sums.at<float>((y + sums.rows) % sums.rows, (x + sums.cols) % sums.cols));
  };
  constexpr int kReach = static_cast<int>(kFarthest);
  int best_x = 0, best_y = 0;
  for (int y = -kReach; y <= kReach; ++y)
    for (int x = -kReach; x <= kReach; ++x)
      if (at(x, y) > at(best_x, best_y)) best_x = x, best_y = y;
  const double peak = at(best_x, best_y);
  if (rms <= 0 || peak < kClear * rms) return std::nullopt;
  const auto vertex = [](double before, double middle, double after) {
    const double bend = before - 2 * middle + after;
    return bend < 0 ? std::clamp(0.5 * (before - after) / bend, -0.5, 0.5) : 0.0;
  };
  return Push{{},
              {best_x + vertex(at(best_x - 1, best_y), peak, at(best_x + 1, best_y)),
               best_y + vertex(at(best_x, best_y - 1), peak, at(best_x, best_y + 1))},
              peak / rms};
}

std::vector<Push> pushes(const cv::Mat& residual, const cv::Mat& wave) {
  std::vector<Push> all;
  const int w = 2 * residual.cols / (kGrid + 1), h = 2 * residual.rows / (kGrid + 1);
  if (std::min(w, h) < kLeastSide) return all;
  for (int j = 0; j < kGrid; ++j)
    for (int i = 0; i < kGrid; ++i) {
      const cv::Rect part((residual.cols - w) * i / (kGrid - 1),
                          (residual.rows - h) * j / (kGrid - 1), w, h);
      auto push = push_of(residual(part), wave(part));
      if (!push) continue;
      push->at = {2.0 * (part.x + w / 2.0) / residual.cols - 1,
                  2.0 * (part.y + h / 2.0) / residual.rows - 1};
      all.push_back(*push);
    }
  return all;
}

using Terms = cv::Matx<double, 1, kTerms>;

Terms terms(double x, double y) {
  return {1, x, y, x * x, x * y, y * y, x * x * x, x * x * y, x * y * y, y * y * y};
}

/// A cubic field: weighted least squares, twice, the second time without those that disagree.
struct Field {
  cv::Matx<double, kTerms, 1> x, y;
};

std::optional<Field> fit(std::vector<Push> points) {
  constexpr double kAgrees = 1.5;  // canonical pixels
  constexpr std::size_t kEnough = kGrid * kGrid * 2 / 5;
  Field field;
  for (int round = 0; round < 2; ++round) {
    if (points.size() < std::max<std::size_t>(kEnough, kTerms + 2)) return std::nullopt;
    cv::Matx<double, kTerms, kTerms> normal = cv::Matx<double, kTerms, kTerms>::eye() * 1e-6;
    cv::Matx<double, kTerms, 1> right_x, right_y;
    for (const Push& p : points) {
      const Terms t = terms(p.at.x, p.at.y);
      normal += t.t() * t * p.weight;
      right_x += t.t() * (p.by.x * p.weight);
      right_y += t.t() * (p.by.y * p.weight);
    }
    field = {normal.solve(right_x, cv::DECOMP_CHOLESKY),
             normal.solve(right_y, cv::DECOMP_CHOLESKY)};
    std::erase_if(points, [&](const Push& p) {
      const Terms t = terms(p.at.x, p.at.y);
      return std::hypot((t * field.x)(0) - p.by.x, (t * field.y)(0) - p.by.y) > kAgrees;
    });
  }
  return points.size() < kEnough ? std::nullopt : std::optional(field);
}

cv::Mat warped(const cv::Mat& residual, const Field& field, double& rms) {
  cv::Mat map_x(residual.size(), CV_32F), map_y(residual.size(), CV_32F), out;
  double sum = 0;
  for (int j = 0; j < residual.rows; ++j)
    for (int i = 0; i < residual.cols; ++i) {
      const Terms t = terms(2.0 * i / residual.cols - 1, 2.0 * j / residual.rows - 1);
      const double dx = (t * field.x)(0), dy = (t * field.y)(0);
      map_x.at<float>(j, i) = static_cast<float>(i + dx);
      map_y.at<float>(j, i) = static_cast<float>(j + dy);
      sum += dx * dx + dy * dy;
    }
  rms = std::sqrt(sum / static_cast<double>(residual.total()));
  cv::remap(residual, out, map_x, map_y, cv::INTER_CUBIC, cv::BORDER_CONSTANT, 0);
  return out;
}

}  // namespace

std::optional<cv::Mat> straightened(const cv::Mat& residual, const CarrierSet& lattice,
                                    const IdReading& id, const Pose& pose) {
  const ClassGains gains = class_gains(lattice, Sharing::both);
  cv::Mat spectrum = cv::Mat::zeros(kTileSamples, kTileSamples, CV_32FC2);
  add_carriers(spectrum, lattice.pilots, {}, gains.pilots);
  add_carriers(spectrum, lattice.id, id.coded, gains.id);
  const double x = (residual.cols - 1) / 2.0, y = (residual.rows - 1) / 2.0;
  const LatticeMap map{pose.a,
                       pose.b,
                       pose.c,
                       pose.d,
                       pose.tx - pose.a * x - pose.b * y,
                       pose.ty - pose.c * x - pose.d * y};
  const cv::Mat wave = lay_tile(render_tile(spectrum), map, residual.size());
  const auto field = fit(pushes(residual, wave));
  if (!field) return std::nullopt;
  double rms = 0;
  cv::Mat straight = warped(residual, *field, rms);
  if (rms < kWorthIt) return std::nullopt;
  return straight;
}

}  // namespace signmark::image
