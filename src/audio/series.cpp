// SPDX-License-Identifier: Apache-2.0
#include "audio/series.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace signmark::audio {
namespace {

/// A place between bins: index into running sums, and how far beyond.
struct Edge {
  std::size_t index = 0;
  float part = 0;
};

std::array<Edge, kBands + 1> edges_of(const Map& map, double pitch) {
  std::array<Edge, kBands + 1> edges;
  for (std::size_t j = 0; j < edges.size(); ++j) {
    const double bin = band_edges()[j] * pitch / map.bin_hz + 0.5 - map.first_bin;
    const double within = std::clamp(bin, 0.0, static_cast<double>(map.bins));
    edges[j].index =
        std::min(static_cast<std::size_t>(within), static_cast<std::size_t>(map.bins) - 1);
    edges[j].part = static_cast<float>(within - static_cast<double>(edges[j].index));
  }
  return edges;
}

void to_unit_variance(Series& series) {
  std::array<double, kBands> square{};
  for (std::size_t i = 0; i < series.values.size(); ++i)
    square[i % kBands] += static_cast<double>(series.values[i]) * series.values[i];
  std::array<float, kBands> factor{};
  for (std::size_t j = 0; j < kBands; ++j)
    factor[j] = square[j] > 0 ? static_cast<float>(std::sqrt(series.steps() / square[j])) : 0;
  for (std::size_t i = 0; i < series.values.size(); ++i) series.values[i] *= factor[i % kBands];
}

/// Adds the part of the series between two times, in steps, to a cell row.
void add_slot(const Series& series, double from, double to, float* cells) {
  // Step i stands for the time from i - 0.5 to i + 0.5.
  const int first = std::max(0, static_cast<int>(std::floor(from + 0.5)));
  const int last = std::min(series.steps() - 1, static_cast<int>(std::floor(to + 0.5)));
  for (int i = first; i <= last; ++i) {
    const double part = std::min(to, i + 0.5) - std::max(from, i - 0.5);
    if (part <= 0) continue;
    const float* row = series.row(i);
    for (int j = 0; j < kBands; ++j) cells[j] += static_cast<float>(part) * row[j];
  }
}

}  // namespace

Series make_series(const Map& features, double pitch) {
  Series series;
  if (features.bins < 2) return series;
  const auto edges = edges_of(features, pitch);
  series.values.reserve(static_cast<std::size_t>(features.steps()) * kBands);
  std::vector<float> sums(static_cast<std::size_t>(features.bins) + 1);
  for (int i = 0; i < features.steps(); ++i) {
    const auto row = features.row(i);
    for (std::size_t k = 0; k < row.size(); ++k) sums[k + 1] = sums[k] + row[k];
    float before = sums[edges[0].index] + edges[0].part * row[edges[0].index];
    for (std::size_t j = 1; j < edges.size(); ++j) {
      const float here = sums[edges[j].index] + edges[j].part * row[edges[j].index];
      series.values.push_back(here - before);
      before = here;
    }
  }
  to_unit_variance(series);
  return series;
}

std::vector<float> fold(const Series& series, const Place& place, double from, double to) {
  std::vector<float> cells(kCells, 0);
  for (int frame = place.first; frame < place.last; ++frame)
    for (int slot = 0; slot < kSlots; ++slot) {
      const double begin = place.start + (frame * kSlots + slot) * place.slot_steps();
      const double end = begin + place.slot_steps();
      if (end <= from || begin >= to) continue;
      add_slot(series, std::max(begin, from), std::min(end, to), &cells[cell_of(slot, 0)]);
    }
  return cells;
}

}  // namespace signmark::audio
