// SPDX-License-Identifier: Apache-2.0
// Our own scheme: an exponential race under a keyed PRF. The race is an exact sample of the model's
// probabilities, and the winner is a function of key, context and candidates alone, which gives the
// detector all the information that there is: as much as the choice's entropy (text-mark.md
// sections 6.2 and 6.5; the tournament leaves part of it to chance).
//
//   stream key   = the text key's stream "generation/1" (signal/streams.hpp)
//   context key  = first 16 bytes of BLAKE2b-256 of the context's ids (32-bit little endian) under
//                  the stream key
//   race time t  = -ln u, u = (w >> 11) + 1/2 in units of 2^-53, where w is SipHash-2-4 of the
//                  candidate's id and the payload word (each 32-bit little endian) under the
//                  context key; the payload word is 0 without payload, else payload + 1
//   winner       = the candidate with the least t / p
//   score        = the level of the cell in which the winner's t lies
//
// Given the winner's probability p its time is exponential of mean p; without a mark it is
// exponential of mean 1. The detector does not know p: it takes the likelihood ratio of a fixed
// mixture of p, in which a part of the tokens is unmarked, as the score. Cells and levels make it
// an integer, whose law without a mark is known exactly.
#include <sodium.h>

#include <cstring>

#include "base/hash.hpp"
#include "generation/rule.hpp"
#include "generation/tails.hpp"
#include "signal/streams.hpp"

namespace signmark::generation {
namespace {

static_assert(sizeof(ContextState) == crypto_shorthash_KEYBYTES);

constexpr int kCellsPerOctave = 8, kLowestCell = -12 * kCellsPerOctave,
              kHighestCell = 4 * kCellsPerOctave;  // of log2 t
constexpr double kLevelsPerNat = 32;

/// Shares of tokens by the model's probability of them; what is missing to 1 is unmarked.
struct Share {
  double probability, share;
};
constexpr std::array kMixture = {Share{0.9, 0.2},  Share{0.6, 0.15},  Share{0.3, 0.15},
                                 Share{0.1, 0.12}, Share{0.03, 0.08}, Share{0.01, 0.05}};
constexpr double kTypicalScore = 12;

void put32(Byte* out, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) out[i] = static_cast<Byte>(value >> (8 * i));
}

int cell_of(double time) {
  const double cell = std::floor(std::log2(time) * kCellsPerOctave);
  return static_cast<int>(std::clamp<double>(cell, kLowestCell, kHighestCell));
}

/// P(t in the cell) for an exponential time of this mean; the outermost cells are open.
double cell_mass(int cell, double mean) {
  const auto edge = [&](int at) { return std::exp2(static_cast<double>(at) / kCellsPerOctave); };
  const double from = cell == kLowestCell ? 0 : edge(cell);
  const double reach = -std::expm1(-(edge(cell + 1) - from) / mean);
  return std::exp(-from / mean) * (cell == kHighestCell ? 1 : reach);
}

struct Levels {
  std::vector<int> of_cell;  // from kLowestCell
  LatticeLaw law;
};

Levels make_levels() {
  std::vector<int> levels;
  std::vector<double> masses;
  for (int cell = kLowestCell; cell <= kHighestCell; ++cell) {
    double marked = 0, shares = 0;
    for (const Share& part : kMixture) {
      marked += part.share * cell_mass(cell, part.probability);
      shares += part.share;
    }
    masses.push_back(cell_mass(cell, 1));
    marked += (1 - shares) * masses.back();
    levels.push_back(
        static_cast<int>(std::lround(kLevelsPerNat * std::log(marked / masses.back()))));
  }
  const auto [low, high] = std::minmax_element(levels.begin(), levels.end());
  std::vector<double> law(static_cast<std::size_t>(*high - *low) + 1);
  for (std::size_t i = 0; i < levels.size(); ++i)
    law[static_cast<std::size_t>(levels[i] - *low)] += masses[i];
  const int lowest = *low;
  return {std::move(levels), LatticeLaw(lowest, std::move(law))};
}

class SignmarkRule final : public Rule {
 public:
  SignmarkRule(const ContextHabit& habit, const Profile& profile)
      : Rule(habit),
        stream_key_(signal::stream_key(profile.text_key, "generation/1")),
        payload_(profile.payload),
        carries_(profile.payload_bits > 0),
        levels_(make_levels()) {}
  SignmarkRule(const SignmarkRule&) = delete;
  SignmarkRule& operator=(const SignmarkRule&) = delete;
  ~SignmarkRule() override { sodium_memzero(stream_key_.data(), stream_key_.size()); }

  [[nodiscard]] ContextState read(std::span<const Token> context) const override {
    std::array<Byte, 4 * 16> bytes{};
    for (std::size_t i = 0; i < context.size(); ++i)
      put32(&bytes[4 * i], static_cast<std::uint32_t>(context[i]));
    const auto digest = blake2b(ByteView(bytes.data(), 4 * context.size()), stream_key_);
    ContextState state;
    std::memcpy(state.data(), digest.data(), sizeof state);
    return state;
  }

  [[nodiscard]] std::optional<std::size_t> mark(const ContextState& state,
                                                const Choice& choice) const override {
    const std::size_t winner =
        race(choice.logits, [&](std::size_t i) { return time_of(state, choice.ids[i], payload_); });
    choose_only(choice.logits, winner);
    return winner;
  }

  [[nodiscard]] double score(const ContextState& state, std::span<const Token>, Token token,
                             std::uint32_t payload) const override {
    const int cell = cell_of(time_of(state, token, payload));
    return levels_.of_cell[static_cast<std::size_t>(cell - kLowestCell)];
  }
  [[nodiscard]] double log10_tail(std::size_t count, double sum) const override {
    return levels_.law.log10_tail(count, std::llround(sum));
  }
  [[nodiscard]] double null_mean() const override { return levels_.law.mean(); }
  [[nodiscard]] double typical_score() const override { return kTypicalScore; }
  [[nodiscard]] double statistic(std::size_t, double sum) const override {
    return sum / kLevelsPerNat;  // nats of likelihood ratio
  }

 private:
  [[nodiscard]] double time_of(const ContextState& state, Token token,
                               std::uint32_t payload) const {
    std::array<Byte, 8> message;
    put32(message.data(), static_cast<std::uint32_t>(token));
    put32(&message[4], carries_ ? payload + 1 : 0);
    std::array<Byte, crypto_shorthash_BYTES> out;
    crypto_shorthash(out.data(), message.data(), message.size(),
                     reinterpret_cast<const Byte*>(state.data()));
    std::uint64_t word = 0;
    for (std::size_t i = out.size(); i-- > 0;) word = word << 8 | out[i];
    return -std::log((static_cast<double>(word >> 11) + 0.5) * 0x1p-53);
  }

  std::array<Byte, 32> stream_key_;
  std::uint32_t payload_;
  bool carries_;
  Levels levels_;
};

}  // namespace

std::shared_ptr<const Rule> make_signmark_rule(const Profile& profile) {
  ContextHabit habit;
  habit.width = context_width(profile);
  return std::make_shared<SignmarkRule>(habit, profile);
}

}  // namespace signmark::generation
