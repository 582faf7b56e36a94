// SPDX-License-Identifier: Apache-2.0
#include "audio/series.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/vector.hpp"

namespace signmark::audio {
namespace {

/// A place between bins: index into running sums, and how far beyond.
struct Edge {
  std::size_t index = 0;
  float part = 0;
};

/// `map`: of running sums.
std::array<Edge, kBands + 1> edges_of(const Map& map, double pitch) {
  std::array<Edge, kBands + 1> edges;
  for (std::size_t j = 0; j < edges.size(); ++j) {
    const double bin = band_edges()[j] * pitch / map.bin_hz + 0.5 - map.first_bin;
    const int last = map.bins - 2;  // the last bin; there is one sum more than bins
    const double within = std::clamp(bin, 0.0, last + 1.0);
    edges[j].index = std::min(static_cast<std::size_t>(within), static_cast<std::size_t>(last));
    edges[j].part = static_cast<float>(within - static_cast<double>(edges[j].index));
  }
  return edges;
}

void add_squares(const float* row, float* square) {
  for (int j = 0; j < kBands; ++j) square[j] += row[j] * row[j];
}

void scale_row(const float* factor, float* row) {
  for (int j = 0; j < kBands; ++j) row[j] *= factor[j];
}

void to_unit_variance(Series& series) {
  std::array<float, kBands> square{};
  for (int i = 0; i < series.steps(); ++i) add_squares(series.row(i), square.data());
  std::array<float, kBands> factor{};
  for (std::size_t j = 0; j < kBands; ++j)
    if (square[j] > 0) factor[j] = std::sqrt(static_cast<float>(series.steps()) / square[j]);
  for (int i = 0; i < series.steps(); ++i)
    scale_row(factor.data(), &series.values[static_cast<std::size_t>(i) * kBands]);
}

SIGNMARK_VECTOR void add_part(const float* row, float part, float* cells) {
  for (int j = 0; j < kBands; ++j) cells[j] += part * row[j];
}

/// Adds the part of the series between two times, in steps, to a cell row.
void add_slot(const Series& series, double from, double to, float* cells) {
  // Step i stands for the time from i - 0.5 to i + 0.5.
  const int first = std::max(0, static_cast<int>(std::floor(from + 0.5)));
  const int last = std::min(series.steps() - 1, static_cast<int>(std::floor(to + 0.5)));
  for (int i = first; i <= last; ++i) {
    const double part = std::min(to, i + 0.5) - std::max(from, i - 0.5);
    if (part <= 0) continue;
    add_part(series.row(i), static_cast<float>(part), cells);
  }
}

}  // namespace

BandSums::BandSums(const Map& features) : sums_(features) {
  if (features.bins < 2) return;
  ++sums_.bins;
  sums_.values.assign(
      static_cast<std::size_t>(features.steps()) * static_cast<std::size_t>(sums_.bins), 0);
  for (int i = 0; i < features.steps(); ++i) {
    const auto row = features.row(i);
    auto sums = sums_.row(i);
    for (std::size_t k = 0; k < row.size(); ++k) sums[k + 1] = sums[k] + row[k];
  }
}

std::vector<float> BandSums::sums(double pitch) const {
  std::vector<float> values;
  if (sums_.bins < 2) return values;
  const auto edges = edges_of(sums_, pitch);
  values.resize(static_cast<std::size_t>(sums_.steps()) * kBands);
  float* out = values.data();
  for (int i = 0; i < sums_.steps(); ++i) {
    const float* sums = sums_.row(i).data();
    const auto up_to = [&](const Edge& edge) {
      return sums[edge.index] + edge.part * (sums[edge.index + 1] - sums[edge.index]);
    };
    float before = up_to(edges[0]);
    for (std::size_t j = 1; j < edges.size(); ++j) {
      const float here = up_to(edges[j]);
      *out++ = here - before;
      before = here;
    }
  }
  return values;
}

Series BandSums::at(double pitch) const {
  Series series{sums(pitch)};
  to_unit_variance(series);
  return series;
}

Series make_series(const Map& features, double pitch) { return BandSums(features).at(pitch); }

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
