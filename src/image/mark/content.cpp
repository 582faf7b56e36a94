// SPDX-License-Identifier: Apache-2.0
#include "image/mark/content.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "image/mark/registered.hpp"
#include "signal/streams.hpp"

namespace signmark::image {
namespace {

constexpr int kBits = 53;
constexpr int kLargestSide = 16;  // cells a side of the grid
constexpr int kOrder = 6;         // DCT coefficients a side
// Below this the differences within a cell are what a codec makes of an even area; grey levels.
constexpr double kNoise = 0.4;

struct CellSize {
  int across, down;
};
constexpr CellSize kSizes[] = {{1, 1}, {2, 1}, {2, 2}, {4, 2}, {4, 4}, {8, 4}, {8, 8}, {16, 8}};

/// Low frequencies of a cell, each divided by what it is in an average picture. Without the two
/// slopes and the mean: most pictures are bright above.
using Features = std::vector<float>;

bool used(int u, int v) { return u + v >= 2; }

Features features_of(const cv::Mat& cell) {
  cv::Mat spectrum;
  cv::dct(cell, spectrum);
  Features features;
  for (int v = 0; v < kOrder; ++v)
    for (int u = 0; u < kOrder; ++u)
      if (used(u, v))
        features.push_back(spectrum.at<float>(v, u) * std::sqrt(static_cast<float>(u * u + v * v)) /
                           Registered::kSamples);
  return features;
}

/// Bit k's projection: a sign for every feature.
class Projections {
 public:
  explicit Projections(const std::array<Byte, 32>& key) {
    signal::KeyStream stream(key);
    for (std::uint64_t& p : patterns_) p = std::uint64_t{stream.next()} << 32 | stream.next();
  }
  /// In units of what a random projection of the same cell has; small values are uncertain.
  [[nodiscard]] double project(int k, const Features& features) const {
    const std::uint64_t pattern = patterns_[static_cast<std::size_t>(k)];
    double sum = 0, power = 0;
    for (std::size_t i = 0; i < features.size(); ++i) {
      sum += (pattern >> i & 1) != 0 ? features[i] : -features[i];
      power += double(features[i]) * features[i] + kNoise * kNoise;
    }
    return sum / std::sqrt(power);
  }

 private:
  std::array<std::uint64_t, kBits> patterns_{};
};

/// Cells of a picture by their place in a grid whose first column and row are 0.
struct Seen {
  int columns = 0, rows = 0;
  std::map<std::pair<int, int>, Features> cells;  // row, column
};

Seen see(const LumaPicture& picture, const CellGrid& grid) {
  const Registered registered(picture, grid);
  const cv::Rect extent = grid.extent();
  Seen seen{extent.width, extent.height, {}};
  for (int row = 0; row < extent.height; ++row)
    for (int column = 0; column < extent.width; ++column)
      if (const auto cell = registered.cell(extent.x + column, extent.y + row))
        seen.cells[{row, column}] = features_of(*cell);
  return seen;
}

struct Layout {
  std::size_t size = 0;  // of kSizes
  int columns = 0, rows = 0;
};

std::uint64_t header_of(const Layout& layout) {
  return std::uint64_t{layout.size} << 61 | static_cast<std::uint64_t>(layout.columns - 1) << 57 |
         static_cast<std::uint64_t>(layout.rows - 1) << 53;
}

Layout layout_of(std::uint64_t fingerprint) {
  return {static_cast<std::size_t>(fingerprint >> 61), static_cast<int>(fingerprint >> 57 & 15) + 1,
          static_cast<int>(fingerprint >> 53 & 15) + 1};
}

bool has_room(const cv::Rect& extent) {
  return !extent.empty() && extent.width <= kLargestSide && extent.height <= kLargestSide &&
         extent.area() <= kBits;
}

}  // namespace

std::uint64_t content_fingerprint(const LumaPicture& picture, const LatticePlace& place,
                                  const std::array<Byte, 32>& key) {
  const LatticeMap map = map_at_embedding(place);
  for (std::size_t size = 0; size < std::size(kSizes); ++size) {
    const CellGrid grid(picture.luma.size(), map, kSizes[size].across, kSizes[size].down);
    if (!has_room(grid.extent())) continue;
    const Seen seen = see(picture, grid);
    const Projections projections(key);
    std::uint64_t bits = header_of({size, seen.columns, seen.rows});
    for (int k = 0; k < kBits; ++k) {
      const int index = k % (seen.columns * seen.rows);
      const auto cell = seen.cells.find({index / seen.columns, index % seen.columns});
      if (cell != seen.cells.end() && projections.project(k, cell->second) > 0)
        bits |= std::uint64_t{1} << k;
    }
    return bits;
  }
  return 0;
}

namespace {

// A bit counts by how far its projection is from the point where it would turn.
constexpr int kHeaviest = 4;
constexpr double kWeightsPerUnit = 3;
/// Share of wrong bits in the worst pictures that must not be called foreign: they are edited in
/// places or seen at an angle. What codecs, filters and tone curves turn is 3 % at most (measured).
constexpr double kWrong = 0.15;
constexpr double kChanceFits = -4, kChanceDiffers = -2, kDoubtDiffers = -3;  // log10
/// Pictures that are alike by accident (three of 1,860 transplants reached kChanceFits) disagree in
/// 18 % of the bits and more; what may disagree that much must agree far beyond chance.
constexpr double kFewWrong = 0.125, kChanceFitsEdited = -8;
constexpr int kFewestToDiffer = 12;  // bits: an almost empty picture has a handful, and they turn
constexpr double kCertain = -300;

/// The bits that can be compared at one place.
struct Agreement {
  std::vector<int> weights;
  int agreeing = 0;  // sum of the weights of bits that agree
  int compared = 0, wrong = 0;
};

Agreement agree(const Seen& seen, const Projections& projections, std::uint64_t carried, int dx,
                int dy) {
  const Layout layout = layout_of(carried);
  Agreement result;
  for (int k = 0; k < kBits; ++k) {
    const int index = k % (layout.columns * layout.rows);
    const auto cell = seen.cells.find({index / layout.columns - dy, index % layout.columns - dx});
    if (cell == seen.cells.end()) continue;
    const double value = projections.project(k, cell->second);
    const int weight =
        std::min(kHeaviest, static_cast<int>(std::lround(kWeightsPerUnit * std::abs(value))));
    if (weight == 0) continue;
    const bool same = (value > 0) == ((carried >> k & 1) != 0);
    result.weights.push_back(weight);
    ++result.compared;
    if (same)
      result.agreeing += weight;
    else
      ++result.wrong;
  }
  return result;
}

/// Distribution of the sum of agreeing weights when each bit is wrong with this probability.
std::vector<double> distribution(const std::vector<int>& weights, double wrong) {
  std::vector<double> p{1};
  for (const int w : weights) {
    std::vector<double> next(p.size() + static_cast<std::size_t>(w), 0.0);
    for (std::size_t s = 0; s < p.size(); ++s) {
      next[s] += p[s] * wrong;
      next[s + static_cast<std::size_t>(w)] += p[s] * (1 - wrong);
    }
    p = std::move(next);
  }
  return p;
}

double log10_sum(std::vector<double>::const_iterator from, std::vector<double>::const_iterator to) {
  double sum = 0;
  for (; from != to; ++from) sum += *from;
  return sum > 0 ? std::log10(sum) : kCertain;
}

ContentCheck weigh(const Agreement& agreement, int places) {
  const auto by_chance = distribution(agreement.weights, 0.5);
  const auto genuine = distribution(agreement.weights, kWrong);
  ContentCheck check;
  check.compared = agreement.compared;
  check.wrong = agreement.wrong;
  check.chance_log10 =
      log10_sum(by_chance.begin() + agreement.agreeing, by_chance.end()) + std::log10(places);
  check.doubt_log10 = log10_sum(genuine.begin(), genuine.begin() + agreement.agreeing + 1);
  return check;
}

/// Where the visible grid may lie in the carried one, along one axis: within it after a crop,
/// around it when the picture stands on a page.
struct Span {
  int from, to;
};
Span places_along(int visible, int carried) {
  const int room = carried - visible;
  return {std::min(room, 0), std::max(room, 0)};
}

}  // namespace

ContentCheck check_content(const LumaPicture& picture, const LatticeMap& map, std::uint64_t carried,
                           const std::array<Byte, 32>& key) {
  const Layout layout = layout_of(carried);
  const CellSize size = kSizes[layout.size];
  ContentCheck best;
  if (layout.columns * layout.rows > kBits || !can_register(map)) return best;
  const Projections projections(key);
  // The map is known up to two tiles: larger cells may begin in several places.
  const int starts_x = std::max(1, size.across / 2), starts_y = std::max(1, size.down / 2);
  std::vector<Agreement> tried;
  for (int start = 0; start < starts_x * starts_y; ++start) {
    LatticeMap moved = map;
    const int down_by = start / starts_x, right_by = start - down_by * starts_x;
    moved.tx += 2.0 * right_by;
    moved.ty += 2.0 * down_by;
    const Seen seen = see(picture, {picture.luma.size(), moved, size.across, size.down});
    if (seen.cells.empty()) continue;
    const Span across = places_along(seen.columns, layout.columns);
    const Span down = places_along(seen.rows, layout.rows);
    for (int dy = down.from; dy <= down.to; ++dy)
      for (int dx = across.from; dx <= across.to; ++dx)
        tried.push_back(agree(seen, projections, carried, dx, dy));
  }
  for (const Agreement& agreement : tried) {
    const ContentCheck check = weigh(agreement, static_cast<int>(tried.size()));
    if (best.compared == 0 || check.chance_log10 < best.chance_log10) best = check;
  }
  using Content = RobustMark::Content;
  const bool few_wrong = best.wrong <= kFewWrong * best.compared;
  if (best.chance_log10 < (few_wrong ? kChanceFits : kChanceFitsEdited))
    best.content = Content::fits;
  else if (best.compared >= kFewestToDiffer && best.chance_log10 > kChanceDiffers &&
           best.doubt_log10 < kDoubtDiffers)
    best.content = Content::differs;
  return best;
}

}  // namespace signmark::image
