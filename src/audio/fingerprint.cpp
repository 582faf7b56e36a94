// SPDX-License-Identifier: Apache-2.0
#include "audio/fingerprint.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "audio/grid.hpp"

namespace signmark::audio {
namespace {

constexpr int kParts = 5, kTones = 17;  // 4 x 16 differences
constexpr double kFrom = 300, kTo = 4000;
constexpr double kHearable = 1e-5;  // of the loudest band of a part; below it a band says nothing

using Energies = std::array<std::array<double, kTones>, kParts>;

void add_row(std::span<const float> row, const std::array<int, kTones + 1>& edges,
             std::array<double, kTones>& part) {
  for (std::size_t j = 0; j < kTones; ++j)
    for (int k = edges[j]; k < edges[j + 1]; ++k)
      part[j] += std::exp(row[static_cast<std::size_t>(k)]);
}

Energies energies_of(const Map& logs, double start, double tempo, double pitch) {
  std::array<int, kTones + 1> edges{};
  for (std::size_t j = 0; j < edges.size(); ++j) {
    const double f = pitch * kFrom * std::pow(kTo / kFrom, static_cast<double>(j) / kTones);
    edges[j] = std::clamp(static_cast<int>(f / logs.bin_hz) - logs.first_bin, 0, logs.bins);
  }
  Energies energies{};
  const double length = kSuperFrameSeconds / kStepSeconds / tempo / kParts;
  for (std::size_t p = 0; p < kParts; ++p) {
    const int from = static_cast<int>(std::lround(start + static_cast<double>(p) * length));
    const int to = static_cast<int>(std::lround(start + static_cast<double>(p + 1) * length));
    for (int i = std::max(0, from); i < std::min(to, logs.steps()); ++i)
      add_row(logs.row(i), edges, energies[p]);
  }
  return energies;
}

}  // namespace

Fingerprint fingerprint_of(const Map& logs, double start, double tempo, double pitch) {
  const Energies energies = energies_of(logs, start, tempo, pitch);
  Fingerprint result;
  for (std::size_t p = 0; p + 1 < kParts; ++p) {
    const auto &now = energies[p], &next = energies[p + 1];
    const double least = kHearable * std::min(*std::max_element(now.begin(), now.end()),
                                              *std::max_element(next.begin(), next.end()));
    for (std::size_t j = 0; j + 1 < kTones; ++j) {
      const std::uint64_t bit = std::uint64_t{1} << (p * (kTones - 1) + j);
      if (std::min({now[j], now[j + 1], next[j], next[j + 1]}) <= least) continue;
      result.known |= bit;
      if (now[j] * next[j + 1] > now[j + 1] * next[j]) result.bits |= bit;
    }
  }
  return result;
}

void Fingerprinter::push(const Block& block) {
  mapper_.push(block, [&](std::span<const float> row) {
    if (!complete()) logs_.values.insert(logs_.values.end(), row.begin(), row.end());
  });
}

bool Fingerprinter::complete() const { return logs_.steps() * kStepSeconds >= kSuperFrameSeconds; }

}  // namespace signmark::audio
