// SPDX-License-Identifier: Apache-2.0
// Sums and maxima of shift maps against sums and maxima one by one.
#include <catch2/catch.hpp>

#include "signal/streams.hpp"
#include "video/mark/torus.hpp"

using namespace signmark;
using namespace signmark::video;

namespace {

constexpr std::array<Byte, 32> kKey{9};
constexpr int kGrid = image::kShiftGrid;

image::ShiftMap numbers(std::string_view name) {
  signal::KeyStream stream(kKey, name);
  image::ShiftMap map(static_cast<std::size_t>(kGrid) * image::kShiftMapRow);
  for (float& value : map) value = static_cast<float>(8 * stream.unit() - 4);
  return map;
}

double at(const image::ShiftMap& map, int row, int column, std::size_t channel) {
  return map[static_cast<std::size_t>(row % kGrid) * image::kShiftMapRow +
             2 * static_cast<std::size_t>(column % kGrid) + channel];
}

int cells(double tiles) { return static_cast<int>(std::lround(tiles * kGrid)); }

}  // namespace

TEST_CASE("maps are added up under the shifts of their holds", "[video][torus]") {
  const ShiftTable shifts = shift_table(kKey);
  HoldMaps maps;
  std::vector<image::ShiftMap> values;
  for (std::size_t i = 0; i < maps.size(); ++i) {
    values.push_back(numbers("map " + std::to_string(i)));
    maps[i].assign(values.back());
  }
  maps[3].clear();
  maps[5].add(maps[4]);
  double highest = 0, place_x = 0, place_y = 0;
  for (int row = 0; row < kGrid; ++row)
    for (int column = 0; column < kGrid; ++column) {
      double sum = 0;
      for (std::size_t i = 0; i < maps.size(); ++i) {
        const int y = row + cells(shifts[i].y), x = column + cells(shifts[i].x);
        if (i != 3) sum += at(values[i], y, x, 1);
        if (i == 5) sum += at(values[4], y, x, 1);
      }
      if (sum > highest) highest = sum, place_x = column, place_y = row;
    }
  const auto peak = peaks_of_sum(maps, shifts).turned;
  CHECK(peak.z == Approx(highest).margin(0.2));  // steps of a 64th
  CHECK(heights_of_sum(maps, shifts).turned == Approx(peak.z));
  CHECK(peak.tx * kGrid == Approx(place_x));
  CHECK(peak.ty * kGrid == Approx(place_y));
}

TEST_CASE("a map is as high as the best of its holds", "[video][torus]") {
  const ShiftTable shifts = shift_table(kKey);
  const image::ShiftMap values = numbers("alone");
  std::vector<Torus> maps(2);
  for (Torus& map : maps) map.assign(values);
  CHECK(maps[0].at({0.5, 0.25}, 0) == Approx(at(values, 24, 48, 0)).margin(0.02));
  double highest = -100;
  for (int row = 0; row < kGrid; ++row)
    for (int column = 0; column < kGrid; ++column) {
      double best = -100;
      for (const Shift& shift : shifts)
        best = std::max(best, at(values, row + cells(shift.y), column + cells(shift.x), 0));
      highest = std::max(highest, 2 * best);
    }
  CHECK(peaks_of_best(maps, shifts).straight.z == Approx(highest).margin(0.05));
}

TEST_CASE("what is loud beyond measure does not wrap", "[video][torus]") {
  image::ShiftMap values = numbers("loud");
  std::ranges::fill(values, 1000.0F);
  HoldMaps maps;
  for (Torus& map : maps) map.assign(values);
  for (int i = 0; i < 2; ++i)
    for (std::size_t hold = 0; hold < maps.size(); ++hold) {
      Torus one;
      one.assign(values);
      maps[hold].add(one);
    }
  CHECK(heights_of_sum(maps, shift_table(kKey)).straight > 500);
}
