// SPDX-License-Identifier: Apache-2.0
// Fingerprint: one-permutation MinHash over shingles of canonical text.
#include <algorithm>

#include "text/canon.hpp"
#include "text/hashing.hpp"

namespace signmark::text {
namespace {

// Version 1 of the fingerprint: a shingle is five Chinese characters, or three words elsewhere,
// without punctuation and case; the best of those tried in tests/bench/text_mark_bench.cpp.
constexpr std::size_t kWideShingle = 5, kWordShingle = 3;
constexpr std::uint64_t kLeastShingles = 20;

/// The last few tokens; a token is a Chinese character or a word.
class Shingles {
 public:
  explicit Shingles(Fingerprint& print) : print_(print) { least_.fill(kEmpty); }

  void add(char32_t c) {
    if (c >= 'A' && c <= 'Z') c += 'a' - 'A';
    const bool wide = is_cjk(c) && !is_silent(c);
    if (c == ' ' || is_silent(c) || wide) end_word();
    if (wide)
      push(mixed(c), kWideShingle);
    else if (c != ' ' && !is_silent(c))
      word_ = mixed(word_ ^ c);
  }

  std::uint64_t finish() {
    end_word();
    for (std::size_t i = 0; i < least_.size(); ++i)
      // 0 is the empty slot, so a filled one is never 0.
      print_.slots[i] = least_[i] == kEmpty ? std::uint16_t{0}
                                            : static_cast<std::uint16_t>(1 + least_[i] % 0xFFFF);
    return count_;
  }

 private:
  static constexpr std::uint64_t kEmpty = ~std::uint64_t{0};

  void end_word() {
    if (word_ != 0) push(word_, kWordShingle);
    word_ = 0;
  }

  void push(std::uint64_t token, std::size_t size) {
    std::move(tokens_.begin() + 1, tokens_.end(), tokens_.begin());
    tokens_.back() = token;
    if (++seen_ < size) return;
    std::uint64_t shingle = size;
    for (std::size_t i = tokens_.size() - size; i < tokens_.size(); ++i)
      shingle = mixed(shingle ^ tokens_[i]) + 0x9E3779B97F4A7C15U;
    shingle = mixed(shingle);
    ++count_;
    std::uint64_t& least = least_[shingle % Fingerprint::kSlots];
    least = std::min(least, shingle / Fingerprint::kSlots);
  }

  Fingerprint& print_;
  std::array<std::uint64_t, Fingerprint::kSlots> least_{};
  std::array<std::uint64_t, std::max(kWideShingle, kWordShingle)> tokens_{};
  std::uint64_t word_ = 0, seen_ = 0, count_ = 0;
};

}  // namespace

Result<Fingerprint> fingerprint(std::span<const Passage> passages) {
  Fingerprint print;
  Shingles shingles(print);
  Canon canon(passages);
  std::uint64_t done = 0;
  while (!canon.finished()) {
    SIGNMARK_TRY(canon.fill());
    const std::string_view text = canon.text(done, canon.characters());
    for (std::size_t i = 0; i < text.size();) {
      const Decoded d = decode_at(text, i);
      shingles.add(d.c);
      i += d.size;
    }
    done = canon.characters();
    if (canon.count() > 0) canon.forget(canon.count() - 1, done);
  }
  if (shingles.finish() < kLeastShingles)
    return fail("text.fingerprint.size", "the text is too short for a fingerprint", {},
                "it takes about 25 Chinese characters or 25 words");
  return print;
}

double similarity(const Fingerprint& a, const Fingerprint& b) {
  int filled = 0, equal = 0;
  for (std::size_t i = 0; i < Fingerprint::kSlots; ++i) {
    if (a.slots[i] == 0 || b.slots[i] == 0) continue;
    ++filled;
    equal += a.slots[i] == b.slots[i] ? 1 : 0;
  }
  return filled == 0 ? 0 : static_cast<double>(equal) / filled;
}

}  // namespace signmark::text
