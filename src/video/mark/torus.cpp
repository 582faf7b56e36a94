// SPDX-License-Identifier: Apache-2.0
#include "video/mark/torus.hpp"

#include <algorithm>
#include <cmath>

#include "base/vector.hpp"

namespace signmark::video {
namespace {

constexpr std::size_t kGrid = image::kShiftGrid;
constexpr std::size_t kRow = image::kShiftMapRow;
constexpr float kSteps = 64;  // in a deviation
constexpr float kLimit = 32767.0F / kMostSummed;
static_assert(kHoldsInSection == 8, "the loops over rows add up eight");

std::size_t cell(double tiles) {
  const long n = std::lround(tiles * kGrid) % static_cast<long>(kGrid);
  return static_cast<std::size_t>(n < 0 ? n + static_cast<long>(kGrid) : n);
}

SIGNMARK_VECTOR void to_steps(const float* in, std::int16_t* out) {
  for (std::size_t x = 0; x < kRow; ++x)
    out[x] = static_cast<std::int16_t>(
        static_cast<int>(std::min(std::max(in[x] * kSteps, -kLimit), kLimit)));
}

SIGNMARK_VECTOR void add_words(const std::int16_t* in, std::int16_t* sum, std::size_t count) {
  for (std::size_t x = 0; x < count; ++x) sum[x] = static_cast<std::int16_t>(sum[x] + in[x]);
}

/// One row of each hold's map.
struct Rows {
  const std::int16_t* of[kHoldsInSection];
};

/// Where the origin lies under each shift.
struct Cells {
  std::array<std::size_t, kHoldsInSection> across, down;
  explicit Cells(const ShiftTable& shifts) {
    for (std::size_t i = 0; i < shifts.size(); ++i)
      across[i] = 2 * cell(shifts[i].x), down[i] = cell(shifts[i].y);
  }
  [[nodiscard]] const std::int16_t* row(const Torus& map, std::size_t hold, std::size_t y) const {
    return map.row((y + down[hold]) % kGrid) + across[hold];
  }
};

SIGNMARK_VECTOR void sum_row(const Rows& rows, std::int16_t* __restrict__ out) {
  const std::int16_t *a = rows.of[0], *b = rows.of[1], *c = rows.of[2], *d = rows.of[3];
  const std::int16_t *e = rows.of[4], *f = rows.of[5], *g = rows.of[6], *h = rows.of[7];
  for (std::size_t x = 0; x < kRow; ++x)
    out[x] = static_cast<std::int16_t>(a[x] + b[x] + c[x] + d[x] + e[x] + f[x] + g[x] + h[x]);
}

SIGNMARK_VECTOR void raise_to_sum(const Rows& rows, std::int16_t* __restrict__ out) {
  const std::int16_t *a = rows.of[0], *b = rows.of[1], *c = rows.of[2], *d = rows.of[3];
  const std::int16_t *e = rows.of[4], *f = rows.of[5], *g = rows.of[6], *h = rows.of[7];
  for (std::size_t x = 0; x < kRow; ++x) {
    const auto sum =
        static_cast<std::int16_t>(a[x] + b[x] + c[x] + d[x] + e[x] + f[x] + g[x] + h[x]);
    out[x] = std::max(out[x], sum);
  }
}

SIGNMARK_VECTOR void add_highest(const Rows& rows, std::int16_t* __restrict__ out) {
  const std::int16_t *a = rows.of[0], *b = rows.of[1], *c = rows.of[2], *d = rows.of[3];
  const std::int16_t *e = rows.of[4], *f = rows.of[5], *g = rows.of[6], *h = rows.of[7];
  for (std::size_t x = 0; x < kRow; ++x) {
    const std::int16_t left = std::max(std::max(a[x], b[x]), std::max(c[x], d[x]));
    const std::int16_t right = std::max(std::max(e[x], f[x]), std::max(g[x], h[x]));
    out[x] = static_cast<std::int16_t>(out[x] + std::max(left, right));
  }
}

Rows rows_of(const HoldMaps& maps, const Cells& cells, std::size_t y) {
  Rows rows{};
  for (std::size_t hold = 0; hold < maps.size(); ++hold)
    rows.of[hold] = cells.row(maps[hold], hold, y);
  return rows;
}

SIGNMARK_VECTOR void raise_row(const std::int16_t* in, std::int16_t* __restrict__ out) {
  for (std::size_t x = 0; x < kRow; ++x) out[x] = std::max(out[x], in[x]);
}

/// Of a map that is not repeated across.
image::PilotPeaks peaks_of(const std::vector<std::int16_t>& map) {
  std::int16_t highest[kRow] = {};
  for (std::size_t y = 0; y < kGrid; ++y) raise_row(&map[y * kRow], highest);
  image::PilotPeaks peaks{image::peak_of(map, highest, 0), image::peak_of(map, highest, 1)};
  for (image::PilotPeak* peak : {&peaks.straight, &peaks.turned}) peak->z /= kSteps;
  return peaks;
}

}  // namespace

Torus::Torus() : wide_(2 * kGrid * kRow) {}

void Torus::clear() { std::ranges::fill(wide_, std::int16_t{0}); }

void Torus::assign(const image::ShiftMap& sums) {
  for (std::size_t y = 0; y < kGrid; ++y) {
    std::int16_t* row = &wide_[2 * y * kRow];
    to_steps(&sums[y * kRow], row);
    std::copy_n(row, kRow, row + kRow);
  }
}

void Torus::add(const Torus& other) { add_words(other.wide_.data(), wide_.data(), wide_.size()); }

const std::int16_t* Torus::row(std::size_t y) const { return wide_.data() + 2 * y * kRow; }

float Torus::at(const Shift& shift, std::size_t channel) const {
  return static_cast<float>(row(cell(shift.y))[2 * cell(shift.x) + channel]) / kSteps;
}

Heights heights_of_sum(const HoldMaps& maps, const ShiftTable& shifts) {
  const Cells cells(shifts);
  std::int16_t highest[kRow] = {};
  for (std::size_t y = 0; y < kGrid; ++y) raise_to_sum(rows_of(maps, cells, y), highest);
  Heights heights;
  for (std::size_t x = 0; x < kRow; x += 2) {
    heights.straight = std::max(heights.straight, static_cast<float>(highest[x]) / kSteps);
    heights.turned = std::max(heights.turned, static_cast<float>(highest[x + 1]) / kSteps);
  }
  return heights;
}

image::PilotPeaks peaks_of_sum(const HoldMaps& maps, const ShiftTable& shifts) {
  const Cells cells(shifts);
  std::vector<std::int16_t> sum(kGrid * kRow);
  for (std::size_t y = 0; y < kGrid; ++y) sum_row(rows_of(maps, cells, y), &sum[y * kRow]);
  return peaks_of(sum);
}

image::PilotPeaks peaks_of_best(std::span<const Torus> maps, const ShiftTable& shifts) {
  const Cells cells(shifts);
  std::vector<std::int16_t> sum(kGrid * kRow);
  for (const Torus& map : maps)
    for (std::size_t y = 0; y < kGrid; ++y) {
      Rows rows{};
      for (std::size_t hold = 0; hold < shifts.size(); ++hold)
        rows.of[hold] = cells.row(map, hold, y);
      add_highest(rows, &sum[y * kRow]);
    }
  return peaks_of(sum);
}

}  // namespace signmark::video
