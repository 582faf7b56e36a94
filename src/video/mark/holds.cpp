// SPDX-License-Identifier: Apache-2.0
#include "video/mark/holds.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "signal/streams.hpp"

namespace signmark::video {
namespace {

constexpr double kLeastTile = 80;  // the finest carrier has 36 periods in it
constexpr double kApart = 0.05;    // tiles; the reader finds a shift to 0.01

/// Whether all differences of pairs are apart from each other and from no shift at all.
bool tells_apart(const ShiftTable& table) {
  std::vector<Shift> differences{{0, 0}};
  for (const Shift& a : table)
    for (const Shift& b : table) {
      if (&a == &b) continue;
      const Shift difference{a.x - b.x, a.y - b.y};
      for (const Shift& other : differences)
        if (torus_distance(difference, other) < kApart) return false;
      differences.push_back(difference);
    }
  return true;
}

}  // namespace

double tile_of_side(int short_side) {
  return std::max(kCanonicalTile * short_side / kCanonicalSide, kLeastTile);
}

double torus_distance(const Shift& a, const Shift& b) {
  const auto along = [](double d) { return std::abs(d - std::round(d)); };
  return std::hypot(along(a.x - b.x), along(a.y - b.y));
}

ShiftTable shift_table(std::span<const Byte, 32> key) {
  signal::KeyStream stream(key, "holds");
  ShiftTable table;
  do {
    for (std::size_t i = 1; i < table.size(); ++i)
      table[i] = {2 * stream.unit(), 2 * stream.unit()};
  } while (!tells_apart(table));
  return table;
}

}  // namespace signmark::video
