// SPDX-License-Identifier: Apache-2.0
// Our own scheme: an exponential race under a keyed PRF (text-mark.md sections 6.2 and 6.5). The
// race is an exact sample of the model's probabilities, and its winner is a function of key,
// context and candidates alone, so the detector gets as much evidence as the choice has entropy; a
// tournament leaves part of that to chance.
//
//   stream key   = the text key's stream "generation/1" (signal/streams.hpp)
//   context key  = first 16 bytes of BLAKE2b-256 of the context's ids (32-bit little endian) under
//                  the stream key
//   u            = (w >> 11) + 1/2 in units of 2^-53, where w is SipHash-2-4 of the candidate's id
//                  and the payload word (each 32-bit little endian) under the context key; the
//                  payload word is 0 without payload, else payload + 1
//   winner       = the candidate with the least -ln(u) / p
//   score        = -ln(1 - u) of the token: exponential of mean 1 without a mark
//
// The context is the two tokens before, so that an edit costs three tokens; where these two stood
// before in the text, it is three, then four, then five, so that repetitive text keeps its mark.
#include <sodium.h>

#include <cstring>

#include "base/hash.hpp"
#include "generation/rule.hpp"
#include "generation/tails.hpp"
#include "signal/streams.hpp"

namespace signmark::generation {
namespace {

static_assert(sizeof(ContextState) == crypto_shorthash_KEYBYTES);

constexpr std::size_t kMoreWidths = 3;
constexpr double kTypicalScore = 1.7;

void put32(Byte* out, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) out[i] = static_cast<Byte>(value >> (8 * i));
}

class SignmarkRule final : public Rule {
 public:
  SignmarkRule(const ContextHabit& habit, const Profile& profile)
      : Rule(habit),
        stream_key_(signal::stream_key(profile.text_key, "generation/1")),
        payload_(profile.payload),
        carries_(profile.payload_bits > 0) {}
  SignmarkRule(const SignmarkRule&) = delete;
  SignmarkRule& operator=(const SignmarkRule&) = delete;
  ~SignmarkRule() override { sodium_memzero(stream_key_.data(), stream_key_.size()); }

  [[nodiscard]] ContextState read(std::span<const Token> context) const override {
    std::array<Byte, 4 * kWidestContext> bytes{};
    for (std::size_t i = 0; i < context.size(); ++i)
      put32(&bytes[4 * i], static_cast<std::uint32_t>(context[i]));
    const auto digest = blake2b(ByteView(bytes.data(), 4 * context.size()), stream_key_);
    ContextState state;
    std::memcpy(state.data(), digest.data(), sizeof state);
    return state;
  }

  [[nodiscard]] std::optional<std::size_t> mark(const ContextState& state,
                                                const Choice& choice) const override {
    const std::size_t winner = first_home(state, choice);
    choose_only(choice.logits, winner);
    return winner;
  }

  [[nodiscard]] double score(const ContextState& state, std::span<const Token>, Token token,
                             std::uint32_t payload) const override {
    return -std::log1p(-uniform(state, token, payload));
  }
  [[nodiscard]] double log10_tail(std::size_t count, double sum) const override {
    return log10_gamma_tail(count, sum);
  }
  [[nodiscard]] double evidence(std::size_t count, double sum) const override {
    return gamma_evidence(count, sum);
  }
  [[nodiscard]] double null_mean() const override { return 1; }
  [[nodiscard]] double typical_score() const override { return kTypicalScore; }

 private:
  /// The winner of the race. -ln(u) is at least 1 - u, so most logarithms need not be taken.
  [[nodiscard]] std::size_t first_home(const ContextState& state, const Choice& choice) const {
    std::size_t winner = 0;
    double best = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < choice.p.size(); ++i) {
      if (!(choice.p[i] > 0)) continue;
      const double u = uniform(state, choice.ids[i], payload_);
      if (1 - u >= best * choice.p[i]) continue;
      const double time = -std::log(u) / choice.p[i];
      if (time >= best) continue;
      best = time;
      winner = i;
    }
    return winner;
  }
  [[nodiscard]] double uniform(const ContextState& state, Token token,
                               std::uint32_t payload) const {
    std::array<Byte, 8> message;
    put32(message.data(), static_cast<std::uint32_t>(token));
    put32(&message[4], carries_ ? payload + 1 : 0);
    std::array<Byte, crypto_shorthash_BYTES> out;
    crypto_shorthash(out.data(), message.data(), message.size(),
                     reinterpret_cast<const Byte*>(state.data()));
    std::uint64_t word = 0;
    for (std::size_t i = out.size(); i-- > 0;) word = word << 8 | out[i];
    return (static_cast<double>(word >> 11) + 0.5) * 0x1p-53;
  }

  std::array<Byte, 32> stream_key_;
  std::uint32_t payload_;
  bool carries_;
};

}  // namespace

std::shared_ptr<const Rule> make_signmark_rule(const Profile& profile) {
  ContextHabit habit;
  habit.width = context_width(profile);
  habit.widest = std::min(habit.width + kMoreWidths, kWidestContext);
  habit.padding = -1;
  habit.score_padded = true;
  habit.free_tokens = profile.free_tokens;
  return std::make_shared<SignmarkRule>(habit, profile);
}

}  // namespace signmark::generation
