// SPDX-License-Identifier: Apache-2.0
// Retrieval prints of text: SimHash (Charikar 2002) of the words of a few sentences.
#include <unicode/uchar.h>

#include <algorithm>
#include <bit>

#include "text/canon.hpp"
#include "text/hashing.hpp"

namespace signmark::text {
namespace {

constexpr std::uint64_t kStretch = 80 * kWideWeight;  // Chinese characters; 200 Latin ones
constexpr std::uint64_t kLeastStretch = 50 * kWideWeight;
constexpr std::size_t kLeastTokens = 16;
constexpr std::size_t kMost = 256;  // prints of a text
constexpr int kBits = 256;

// Weights of what stands in a stretch. Short words stand in every text.
constexpr std::size_t kShortWord = 3;
constexpr int kWord = 2, kPair = 2;

struct Token {
  std::uint64_t hash = 0;
  std::size_t letters = 0;
  bool wide = false;
};

/// What lies between the ends of two sentences.
struct Sentence {
  std::vector<Token> tokens;
  std::uint64_t weight = 0;
};

class Reader {
 public:
  void add(char32_t c) {
    const bool wide = is_cjk(c) && !is_silent(c);
    if (c == ' ' || is_silent(c) || wide) end_word();
    if (wide) {
      sentence_.tokens.push_back({mixed(c), 1, true});
    } else if (c != ' ' && !is_silent(c)) {
      word_.hash = mixed(word_.hash ^ static_cast<std::uint64_t>(u_foldCase(static_cast<UChar32>(c),
                                                                            U_FOLD_CASE_DEFAULT)));
      ++word_.letters;
    }
  }
  Sentence take(std::uint64_t weight) {
    end_word();
    sentence_.weight = weight;
    return std::exchange(sentence_, {});
  }

 private:
  void end_word() {
    if (word_.letters > 0) sentence_.tokens.push_back(word_);
    word_ = {};
  }
  Sentence sentence_;
  Token word_;
};

/// Sentences up to where the text is UTF-8.
std::vector<Sentence> sentences_of(std::span<const Passage> passages) {
  std::vector<Sentence> sentences;
  Canon canon(passages);
  Reader reader;
  std::uint64_t done = 0, weight = 0;
  std::size_t boundary = 0;
  while (!canon.finished() && canon.fill()) {
    for (; boundary < canon.count(); ++boundary) {
      const Boundary& b = canon.boundary(boundary);
      if ((b.kinds & (kSentence | kPassage | kSection)) == 0) continue;
      const std::string_view text = canon.text(done, b.end);
      for (std::size_t i = 0; i < text.size();) {
        const Decoded d = decode_at(text, i);
        reader.add(d.c);
        i += d.size;
      }
      if (Sentence s = reader.take(b.weight - weight); !s.tokens.empty())
        sentences.push_back(std::move(s));
      done = b.end;
      weight = b.weight;
    }
    if (boundary > 0) canon.forget(boundary - 1, done);
  }
  return sentences;
}

class SimHash {
 public:
  void add(const Token& token) {
    ++tokens_;
    if (!token.wide && token.letters > kShortWord) add(token.hash, kWord);
    if (tokens_ > 1) add(mixed(before_ ^ std::rotl(token.hash, 1)), kPair);
    before_ = token.hash;
  }
  [[nodiscard]] std::size_t tokens() const { return tokens_; }
  [[nodiscard]] PrintBits bits() const {
    PrintBits bits{};
    for (std::size_t i = 0; i < kBits; ++i)
      if (sums_[i] > 0) bits[i / 8] |= static_cast<Byte>(1U << (i % 8));
    return bits;
  }

 private:
  void add(std::uint64_t feature, int weight) {
    for (std::size_t w = 0; w < kBits / 64; ++w) {
      const std::uint64_t random = mixed(feature + w * 0x9E3779B97F4A7C15U);
      for (std::size_t i = 0; i < 64; ++i)
        sums_[w * 64 + i] += (random >> i & 1U) != 0 ? weight : -weight;
    }
  }
  std::array<int, kBits> sums_{};
  std::uint64_t before_ = 0;
  std::size_t tokens_ = 0;
};

std::optional<PrintBits> bits_from(std::span<const Sentence> sentences) {
  SimHash hash;
  std::uint64_t weight = 0;
  for (const Sentence& sentence : sentences) {
    for (const Token& token : sentence.tokens) hash.add(token);
    weight += sentence.weight;
    if (weight >= kStretch) break;
  }
  if (weight < kLeastStretch || hash.tokens() < kLeastTokens) return std::nullopt;
  return hash.bits();
}

}  // namespace

std::vector<Print> prints(const std::vector<std::string_view>& passages, PrintUse use) {
  std::vector<Passage> list;
  list.reserve(passages.size());
  for (const std::string_view text : passages)
    list.push_back({Passage::Kind::prose, PassageText::viewing(text), {}});
  const std::vector<Sentence> sentences = sentences_of(list);
  // For storing every so many sentences; for looking as many in a row as there is room for.
  const std::size_t step =
      use == PrintUse::store ? std::max<std::size_t>(1, (sentences.size() + kMost - 1) / kMost) : 1;
  std::vector<Print> prints;
  for (std::size_t i = 0; i < sentences.size() && prints.size() < kMost; i += step)
    if (const auto bits = bits_from(std::span(sentences).subspan(i)))
      prints.push_back({PrintKind::text, static_cast<std::uint32_t>(i), *bits});
  return prints;
}

}  // namespace signmark::text
