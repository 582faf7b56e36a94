// SPDX-License-Identifier: Apache-2.0
#include "audio/decode.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "signal/statistics.hpp"

namespace signmark::audio {
namespace {

constexpr int kNeighbours = 6;   // bands to both sides that tell a band's gain
constexpr double kShrink = 0.5;  // towards the mean gain of all bands
constexpr double kLeastGain = 0.05;
// Eb/N0 in dB, check bits counted, at which 99 of 100 frames decode (tests/bench/polar_bench).
constexpr double kIdNeeds = 0.5, kSignedNeeds = 0.4;

using Weights = std::array<float, kBands>;

/// Gain over variance by band. `known`: the sign that a cell must have, 0 where that is not known;
/// only such cells tell the gain, so that the weights do not depend on bits that are yet to be
/// read, as the proof needs it.
template <class Known>
Weights weights_of(std::span<const float> cells, Known known) {
  std::array<double, kBands> along{}, count{}, square{};
  double all_along = 0, all_count = 0;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::size_t band = i % kBands;
    square[band] += static_cast<double>(cells[i]) * cells[i];
    const int sign = known(i);
    if (sign == 0) continue;
    along[band] += sign * static_cast<double>(cells[i]);
    count[band] += 1;
  }
  // In units of each band's own deviation.
  for (std::size_t j = 0; j < kBands; ++j) {
    square[j] = square[j] / kSlots;
    along[j] /= std::sqrt(square[j] + 1e-12);
    all_along += along[j];
    all_count += count[j];
  }
  const double typical = std::max(all_along / std::max(all_count, 1.0), 1e-3);
  Weights weights{};
  for (int j = 0; j < kBands; ++j) {
    double near_along = 0, near_count = 0;
    for (int k = std::max(0, j - kNeighbours); k <= std::min(kBands - 1, j + kNeighbours); ++k) {
      near_along += along[static_cast<std::size_t>(k)];
      near_count += count[static_cast<std::size_t>(k)];
    }
    // The more that is known, the less a band follows the mean: noise of the local gain is
    // 1 / sqrt(near_count).
    const double prior = kShrink / (typical * typical);
    const double gain = (near_along + prior * typical) / (near_count + prior);
    weights[static_cast<std::size_t>(j)] =
        static_cast<float>(std::max(gain, kLeastGain * typical) /
                           std::sqrt(square[static_cast<std::size_t>(j)] + 1e-12));
  }
  return weights;
}

bool carries_id(const Cell& cell, bool whole) {
  return cell.role == Role::id || (whole && cell.role == Role::signed_frame);
}

/// Energy-normalised statistic: unit variance at most for any sound made without the key.
class Statistic {
 public:
  void add(float weight, float value, int sign) {
    sum_ += static_cast<double>(weight) * value * sign;
    energy_ += static_cast<double>(weight) * weight * value * value;
    ++count_;
  }
  [[nodiscard]] double z() const { return energy_ > 0 ? sum_ / std::sqrt(energy_) : 0; }
  /// Energy a bit above what decoding needs. The noise is what the mark does not explain.
  [[nodiscard]] double margin_db(int bits, double needs_db) const {
    const double square = z() * std::abs(z());
    const double raw = square / std::max(1 - std::abs(square) / count_, 1e-3);
    return 10 * std::log10(std::max(raw / (2 * bits), 1e-6)) - needs_db;
  }

 private:
  double sum_ = 0, energy_ = 0, count_ = 0;
};

int sign_under(const Cell& cell, bool bit) { return bit ? -cell.sign : cell.sign; }

int wrong_chips(std::span<const float> llr, const signal::Bits& word) {
  int wrong = 0;
  for (std::size_t i = 0; i < llr.size(); ++i)
    if ((llr[i] < 0) != (word[i] != 0)) ++wrong;
  return wrong;
}

int known_sign(const Layout& layout, const IdReading& id, std::size_t i) {
  const Cell& cell = layout.cells[i];
  if (cell.role == Role::pilot) return cell.sign;
  return carries_id(cell, id.whole) ? sign_under(cell, id.coded[cell.id_chip] != 0) : 0;
}

}  // namespace

std::optional<IdReading> read_id(const Layout& layout, const Codes& codes,
                                 std::span<const float> cells, bool whole, int list) {
  const Weights weights = weights_of(cells, [&](std::size_t i) {
    return layout.cells[i].role == Role::pilot ? layout.cells[i].sign : 0;
  });
  std::vector<float> llr(kIdChips);
  for (std::size_t i = 0; i < cells.size(); ++i)
    if (carries_id(layout.cells[i], whole))
      llr[layout.cells[i].id_chip] +=
          static_cast<float>(layout.cells[i].sign) * weights[i % kBands] * cells[i];
  const auto decoded = codes.id.decode(llr, list, [&](const signal::Bits& bits) {
    return signal::check_fits(bits, layout.check_key);
  });
  if (!decoded) return std::nullopt;
  const auto frame = signal::unpack_id(decoded->info);
  if (!frame) return std::nullopt;
  Statistic statistic;
  for (std::size_t i = 0; i < cells.size(); ++i)
    if (carries_id(layout.cells[i], whole))
      statistic.add(weights[i % kBands], cells[i],
                    sign_under(layout.cells[i], decoded->coded[layout.cells[i].id_chip] != 0));
  if (statistic.z() < signal::kIdGate) return std::nullopt;
  return IdReading{*frame,
                   decoded->coded,
                   whole,
                   statistic.z(),
                   statistic.margin_db(signal::IdFrame::kBits, kIdNeeds),
                   wrong_chips(llr, decoded->coded)};
}

std::optional<SignedReading> read_signed(const Layout& layout, const Codes& codes,
                                         std::span<const float> cells, const IdReading& id,
                                         int list) {
  const Weights weights =
      weights_of(cells, [&](std::size_t i) { return known_sign(layout, id, i); });
  std::vector<float> llr(kSignedChips);
  for (std::size_t i = 0; i < cells.size(); ++i)
    if (layout.cells[i].role == Role::signed_frame)
      llr[layout.cells[i].signed_chip] +=
          static_cast<float>(layout.cells[i].sign) * weights[i % kBands] * cells[i];
  // What the id frame says is known already: content id and three bytes of the hint.
  signal::SignedFrame known_frame;
  known_frame.content_id = id.frame.content_id;
  std::copy(id.frame.issuer_hint.begin(), id.frame.issuer_hint.end(),
            known_frame.issuer_hint.begin());
  constexpr std::ptrdiff_t kKnown = 64 + 24;
  signal::Bits known = signal::pack(known_frame, layout.check_key);
  std::fill(known.begin() + kKnown, known.end(), 2);
  const auto decoded = codes.signed_frame.decode(
      llr, list,
      [&](const signal::Bits& bits) { return signal::check_fits(bits, layout.check_key); }, known);
  if (!decoded) return std::nullopt;
  const auto frame = signal::unpack_signed(decoded->info);
  if (!frame) return std::nullopt;
  Statistic statistic;
  for (std::size_t i = 0; i < cells.size(); ++i)
    if (layout.cells[i].role == Role::signed_frame)
      statistic.add(weights[i % kBands], cells[i],
                    sign_under(layout.cells[i], decoded->coded[layout.cells[i].signed_chip] != 0));
  if (statistic.z() < signal::kSignedGate) return std::nullopt;
  return SignedReading{*frame, statistic.z(),
                       statistic.margin_db(signal::SignedFrame::kBits, kSignedNeeds),
                       wrong_chips(llr, decoded->coded)};
}

double agreement_with(const Layout& layout, std::span<const float> cells, const IdReading& id) {
  Statistic statistic;
  for (std::size_t i = 0; i < cells.size(); ++i)
    if (carries_id(layout.cells[i], id.whole))
      statistic.add(1, cells[i], known_sign(layout, id, i));
  return statistic.z();
}

double flag_of(const Layout& layout, std::span<const float> cells) {
  Statistic statistic;
  for (std::size_t i = 0; i < cells.size(); ++i)
    if (layout.cells[i].role == Role::flag) statistic.add(1, cells[i], -layout.cells[i].sign);
  return statistic.z();
}

}  // namespace signmark::audio
