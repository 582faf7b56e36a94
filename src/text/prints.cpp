// SPDX-License-Identifier: Apache-2.0
// Retrieval prints of text: SimHash (Charikar 2002) of the words of a few sentences.
#include <unicode/uchar.h>

#include <algorithm>
#include <bit>
#include <deque>

#include "text/canon.hpp"
#include "text/hashing.hpp"
#include "text/print_list.hpp"
#include "text/spots.hpp"

namespace signmark::text {
namespace {

constexpr std::uint64_t kStretch = 80 * kWideWeight;  // Chinese characters; 200 Latin ones
constexpr std::uint64_t kLeastStretch = 50 * kWideWeight;
constexpr std::size_t kLeastTokens = 16;
constexpr std::size_t kMost = 256;        // prints of a text
constexpr std::size_t kFine = 8 * kMost;  // among which they are chosen
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

/// The sentences of passages, one after the other, up to where the text is UTF-8.
class Sentences {
 public:
  explicit Sentences(std::span<const Passage> passages) : canon_(passages) {}

  [[nodiscard]] std::uint64_t source_read() const { return canon_.source_read(); }

  /// Nothing at the end.
  std::optional<Sentence> next() {
    for (;; ++boundary_) {
      while (boundary_ >= canon_.count())
        if (canon_.finished() || !canon_.fill()) return std::nullopt;
      const Boundary& b = canon_.boundary(boundary_);
      if ((b.kinds & (kSentence | kPassage | kSection)) == 0) continue;
      Sentence sentence = read_to(b);
      canon_.forget(boundary_, done_);
      if (sentence.tokens.empty()) continue;
      ++boundary_;
      return sentence;
    }
  }

 private:
  Sentence read_to(const Boundary& b) {
    const std::string_view text = canon_.text(done_, b.end);
    for (std::size_t i = 0; i < text.size();) {
      const Decoded d = decode_at(text, i);
      reader_.add(d.c);
      i += d.size;
    }
    done_ = b.end;
    return reader_.take(b.weight - std::exchange(weight_, b.weight));
  }

  Canon canon_;
  Reader reader_;
  std::size_t boundary_ = 0;
  std::uint64_t done_ = 0, weight_ = 0;
};

/// For each byte 1 where a bit is set and -1 where not: eight sums are then one step of the CPU.
constexpr auto kSigns = [] {
  std::array<std::array<std::int16_t, 8>, 256> signs{};
  for (unsigned byte = 0; byte < signs.size(); ++byte)
    for (unsigned i = 0; i < 8; ++i)
      signs[byte][i] = static_cast<std::int16_t>((byte >> i & 1U) != 0 ? 1 : -1);
  return signs;
}();

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
      for (std::size_t byte = 0; byte < 8; ++byte) {
        const auto& signs = kSigns[random >> (8 * byte) & 0xFFU];
        int* const sums = &sums_[w * 64 + byte * 8];
        for (std::size_t i = 0; i < 8; ++i) sums[i] += weight * signs[i];
      }
    }
  }
  std::array<int, kBits> sums_{};
  std::uint64_t before_ = 0;
  std::size_t tokens_ = 0;
};

/// Prints of the sentences of a text that is read once. For storing every n-th is wanted, and how
/// many there are shows at the end only: so a finer choice is kept, and thinned when it grows.
class Collector {
 public:
  explicit Collector(PrintUse use) : look_(use == PrintUse::look) {}

  /// Looking takes as many in a row as there is room for.
  [[nodiscard]] bool full() const { return look_ && prints_.size() >= kMost; }

  void add(Sentence sentence) {
    weight_ += sentence.weight;
    ahead_.push_back(std::move(sentence));
    while (weight_ >= kStretch && !ahead_.empty()) print_first();
  }

  std::vector<Print> finish() {
    while (!ahead_.empty()) print_first();
    return look_ ? std::move(prints_) : chosen((first_ + kMost - 1) / kMost);
  }

 private:
  /// The stretch that begins with the first sentence; then that sentence is done with.
  void print_first() {
    if (first_ % step_ == 0 && !full()) {
      if (const auto bits = bits_of_stretch())
        prints_.push_back({PrintKind::text, static_cast<std::uint32_t>(first_), *bits});
      if (prints_.size() > kFine) thin();
    }
    weight_ -= ahead_.front().weight;
    ahead_.pop_front();
    ++first_;
  }

  [[nodiscard]] std::optional<PrintBits> bits_of_stretch() const {
    SimHash hash;
    std::uint64_t weight = 0;
    for (const Sentence& sentence : ahead_) {
      for (const Token& token : sentence.tokens) hash.add(token);
      weight += sentence.weight;
      if (weight >= kStretch) break;
    }
    if (weight < kLeastStretch || hash.tokens() < kLeastTokens) return std::nullopt;
    return hash.bits();
  }

  void thin() {
    step_ *= 2;
    std::erase_if(prints_, [this](const Print& print) { return print.part % step_ != 0; });
  }

  /// The first one at or behind every `step`-th sentence.
  [[nodiscard]] std::vector<Print> chosen(std::size_t step) const {
    std::vector<Print> list;
    for (const Print& print : prints_)
      if (print.part % step < step_) list.push_back(print);
    return list;
  }

  bool look_;
  std::deque<Sentence> ahead_;  // those whose stretch is not complete
  std::uint64_t weight_ = 0;    // of these
  std::size_t first_ = 0;       // the number of the first of them
  std::size_t step_ = 1;        // sentences from print to print
  std::vector<Print> prints_;
};

}  // namespace

Result<std::vector<Print>> prints(const Context& context, std::span<const Passage> passages,
                                  PrintUse use) {
  constexpr std::size_t kReportEvery = 4096;  // sentences
  const std::uint64_t total = size_of(passages);
  Sentences sentences(passages);
  Collector collector(use);
  for (std::size_t count = 1; !collector.full(); ++count) {
    auto sentence = sentences.next();
    if (!sentence) break;
    collector.add(std::move(*sentence));
    if (count % kReportEvery == 0)
      SIGNMARK_TRY(context.report("prints", sentences.source_read(), total));
  }
  return collector.finish();
}

std::vector<Print> prints(const std::vector<std::string_view>& passages, PrintUse use) {
  std::vector<Passage> list;
  list.reserve(passages.size());
  for (const std::string_view text : passages)
    list.push_back({Passage::Kind::prose, PassageText::viewing(text), {}});
  return prints(Context(), list, use).value_or(std::vector<Print>());
}

}  // namespace signmark::text
