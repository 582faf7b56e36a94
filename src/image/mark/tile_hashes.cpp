// SPDX-License-Identifier: Apache-2.0
#include "image/mark/tile_hashes.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <opencv2/core.hpp>

#include "image/mark/registered.hpp"

namespace signmark::image {
namespace {

constexpr int kSide = 8;
/// What the mark and coarse JPEG tables add to a coefficient, grey levels a sample (measured).
constexpr double kNoise = 0.1;
constexpr double kUnsteadyBits = 10;  // expected wrong bits of a tile that is still listed
constexpr int kNear = 16;             // Hamming distance of the same tile (6.3)
constexpr double kShare = 0.6;        // of the visible tiles
constexpr int kFewest = 3;            // tiles that must agree: two do by chance among many places

struct Hashed {
  std::uint64_t bits = 0;
  double unsteady = 0;  ///< expected number of bits that turn
};

/// The lowest 8x8 coefficients, the mean replaced by the next one of the first row.
Hashed hash_of(const cv::Mat& cell) {
  cv::Mat spectrum;
  cv::dct(cell, spectrum);
  Hashed hashed;
  for (int i = 0; i < kSide * kSide; ++i) {
    const double value =
        i == 0 ? spectrum.at<float>(0, kSide) : spectrum.at<float>(i / kSide, i % kSide);
    hashed.bits = hashed.bits << 1 | (value > 0 ? 1U : 0U);
    hashed.unsteady +=
        std::erfc(std::abs(value) / (kNoise * Registered::kSamples) / std::sqrt(2.0)) / 2;
  }
  return hashed;
}

using Place = std::pair<int, int>;  // row, column

std::map<Place, Hashed> hashes_of(const Registered& registered) {
  std::map<Place, Hashed> hashes;
  const cv::Rect extent = registered.grid().extent();
  for (int row = extent.y; row < extent.br().y; ++row)
    for (int column = extent.x; column < extent.br().x; ++column)
      if (const auto cell = registered.cell(column, row)) hashes[{row, column}] = hash_of(*cell);
  return hashes;
}

bool near(std::uint64_t a, std::uint64_t b) { return std::popcount(a ^ b) <= kNear; }

/// Tiles of the picture under the list, moved by whole tiles.
struct Alignment {
  int columns = 0, rows = 0;
  int compared = 0, same = 0;
};

Alignment align(const std::map<Place, Hashed>& visible, const std::vector<TileHash>& list,
                int columns, int rows) {
  Alignment result{columns, rows, 0, 0};
  for (const TileHash& tile : list) {
    const auto seen = visible.find({tile.row + rows, tile.column + columns});
    if (seen == visible.end()) continue;
    ++result.compared;
    if (near(seen->second.bits, tile.bits)) ++result.same;
  }
  return result;
}

/// Every pair of a visible and a listed tile that are alike proposes where the list lies.
Alignment best_alignment(const std::map<Place, Hashed>& visible,
                         const std::vector<TileHash>& list) {
  std::map<Place, int> votes;
  for (const auto& [at, hashed] : visible)
    for (const TileHash& tile : list)
      if (near(hashed.bits, tile.bits)) ++votes[{at.first - tile.row, at.second - tile.column}];
  const auto most = std::max_element(
      votes.begin(), votes.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  if (most == votes.end()) return {};
  return align(visible, list, most->first.second, most->first.first);
}

}  // namespace

std::vector<TileHash> tile_hashes(const LumaPicture& picture, const LatticePlace& place) {
  const Registered registered(picture, {picture.luma.size(), map_at_embedding(place), 1, 1});
  std::vector<TileHash> list;
  for (const auto& [at, hashed] : hashes_of(registered))
    if (hashed.unsteady <= kUnsteadyBits) list.push_back({at.second, at.first, hashed.bits});
  return list;
}

TileComparison compare_tiles(const LumaPicture& picture, const LatticeMap& map,
                             const std::vector<TileHash>& list) {
  if (!can_register(map)) return {};
  const Registered registered(picture, {picture.luma.size(), map, 1, 1});
  const auto visible = hashes_of(registered);
  const Alignment best = best_alignment(visible, list);
  TileComparison result;
  result.aligned = best.same >= kFewest && best.same >= kShare * best.compared;
  if (!result.aligned) return result;
  result.compared = best.compared;
  for (const TileHash& tile : list) {
    const auto seen = visible.find({tile.row + best.rows, tile.column + best.columns});
    if (seen == visible.end() || near(seen->second.bits, tile.bits)) continue;
    result.differing.push_back(tile);
    result.places.push_back(
        registered.grid().corners(tile.column + best.columns, tile.row + best.rows));
  }
  return result;
}

}  // namespace signmark::image
