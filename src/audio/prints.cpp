// SPDX-License-Identifier: Apache-2.0
#include "audio/prints.hpp"

#include <algorithm>
#include <cmath>

#include "audio/grid.hpp"

namespace signmark::audio {
namespace {

constexpr double kFrom = 300, kTo = 3400;  // Hz: what telephones and low bit rates leave
constexpr int kRowsInCell = 3;
constexpr double kCellSeconds = kRowsInCell * kStepSeconds;
constexpr int kMoments = 17;                            // 16 changes
constexpr double kMomentSeconds = 0.25, kReach = 0.25;  // from slot to slot; half a slot's window
constexpr double kSeconds = (kMoments - 1) * kMomentSeconds + 2 * kReach;
constexpr float kHearable = 1e-6F;  // of the loudest point; below it a band says nothing
constexpr int kLeastKnown = 176;    // of 256 changes; prints of less would fit anything

// Looking: any start lies within half a phase of a stored one, any tempo within half a step.
constexpr double kPhase = 0.125;
constexpr int kStretches = 3;
constexpr std::array<double, 3> kTempos{1, 0.984, 1.016};

}  // namespace

SoundPrinter::SoundPrinter(const Shape& shape) : mapper_(shape) {
  const Map map = mapper_.empty();
  for (std::size_t j = 0; j < edges_.size(); ++j) {
    const double f = kFrom * std::pow(kTo / kFrom, static_cast<double>(j) / kTones);
    edges_[j] =
        std::clamp(static_cast<int>(std::lround(f / map.bin_hz)) - map.first_bin, 0, map.bins);
  }
}

void SoundPrinter::push(const Block& block) {
  mapper_.push(block, [&](std::span<const float> row) { add(row); });
}

void SoundPrinter::add(std::span<const float> row) {
  if (rows_ == 0) cells_.emplace_back();
  rows_ = (rows_ + 1) % kRowsInCell;
  Cell& cell = cells_.back();
  for (std::size_t j = 0; j < kTones; ++j)
    for (int k = edges_[j]; k < edges_[j + 1]; ++k)
      cell[j] += std::exp(row[static_cast<std::size_t>(k)]);
}

double SoundPrinter::seconds() const { return static_cast<double>(cells_.size()) * kCellSeconds; }

/// Under a raised cosine around a time.
SoundPrinter::Cell SoundPrinter::energy(double at) const {
  Cell sum{};
  const int from = std::max(0, static_cast<int>(std::ceil((at - kReach) / kCellSeconds)));
  const int to = std::min(static_cast<int>(cells_.size()) - 1,
                          static_cast<int>(std::floor((at + kReach) / kCellSeconds)));
  for (int i = from; i <= to; ++i) {
    const double away = (i * kCellSeconds - at) / kReach;
    const auto weight = static_cast<float>(1 + std::cos(M_PI * away));
    for (std::size_t j = 0; j < kTones; ++j)
      sum[j] += weight * cells_[static_cast<std::size_t>(i)][j];
  }
  return sum;
}

std::optional<PrintBits> SoundPrinter::bits(double from, double tempo) const {
  std::array<Cell, kMoments> slots{};
  float loudest = 0;
  for (int p = 0; p < kMoments; ++p) {
    Cell& slot = slots[static_cast<std::size_t>(p)];
    slot = energy(from + (kReach + p * kMomentSeconds) * tempo);
    loudest = std::max(loudest, *std::ranges::max_element(slot));
  }
  PrintBits bits{};
  int known = 0;
  for (std::size_t p = 0; p + 1 < kMoments; ++p)
    for (std::size_t j = 0; j + 1 < kTones; ++j) {
      const float a = slots[p][j], b = slots[p][j + 1];
      const float c = slots[p + 1][j], d = slots[p + 1][j + 1];
      // What is the same to the last bit is digital silence.
      if (std::min({a, b, c, d}) <= kHearable * loudest || a * d == c * b) continue;
      ++known;
      const std::size_t bit = p * (kTones - 1) + j;
      if (a * d > c * b) bits[bit / 8] |= static_cast<Byte>(1U << (bit % 8));
    }
  return known < kLeastKnown ? std::nullopt : std::optional(bits);
}

std::vector<Print> SoundPrinter::finish(PrintUse use, double every, double offset,
                                        std::size_t most) {
  mapper_.finish([&](std::span<const float> row) { add(row); });
  std::vector<Print> prints;
  const auto take = [&](double from, double tempo) {
    const auto code = prints.size() < most ? bits(from, tempo) : std::nullopt;
    if (code)
      prints.push_back({PrintKind::sound,
                        static_cast<std::uint32_t>(std::lround((from + offset) * 1000)), *code});
  };
  const double last = seconds() - kSeconds;
  if (use == PrintUse::store) {
    for (double from = 0; from <= last; from += every) take(from, 1);
    return prints;
  }
  // Stretches of `every` seconds, which hold the start of a stored print.
  const double room = last - every;
  const int stretches = std::clamp(static_cast<int>(room / every) + 1, 1, kStretches);
  for (const double tempo : kTempos)
    for (int s = 0; s < stretches; ++s)
      for (double at = 0; at < every; at += kPhase) {
        const double from = std::max(0.0, room) * s / std::max(1, stretches - 1) + at;
        if (from <= last) take(from, tempo);
      }
  return prints;
}

}  // namespace signmark::audio
