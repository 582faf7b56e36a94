// SPDX-License-Identifier: Apache-2.0
// Canonical text (canon-1, text-mark.md 4.2) as a window that slides over the passages, with the
// places where units may begin and end (4.3). Memory does not grow with the text.
#pragma once

#include <span>
#include <vector>

#include "signmark/text.hpp"
#include "text/characters.hpp"

namespace signmark::text {

/// What ends at a boundary; bits.
enum Ending : std::uint8_t {
  kSentence = 1,  ///< sentence-final punctuation with its closing quotes
  kPassage = 2,   ///< a passage
  kSection = 4,   ///< the text, or the text before a verbatim passage: no unit goes over it
  kLine = 8,      ///< a line within a passage
  kClause = 16,   ///< comma, colon, semicolon
  kQuote = 32,    ///< sentence-final punctuation, a quote that may close or open follows
  kMarker = 64    ///< the mark of a list item or quotation at a line's beginning
};

/// A place between two canonical characters. Characters are counted from the text's start.
struct Boundary {
  std::uint64_t end = 0;     ///< the character behind the last one before it
  std::uint64_t next = 0;    ///< the first one behind it: `end`, or one more where a space stands
  std::uint64_t weight = 0;  ///< of all characters before it
  std::uint64_t wide = 0;    ///< Chinese and the like among them
  std::uint8_t kinds = 0;
};

/// Weights make Latin and Chinese text comparable: 40 Chinese characters are 100 Latin ones.
inline constexpr std::uint64_t kWideWeight = 5, kNarrowWeight = 2;

class Canon {
 public:
  explicit Canon(std::span<const Passage> passages) : passages_(passages) {}

  /// Reads some more; no effect once finished. Errors: `text.utf8`.
  Status fill();
  [[nodiscard]] bool finished() const { return finished_; }

  // Boundaries by their number, from the first to count(). Number 0 is the text's start.
  [[nodiscard]] std::size_t count() const { return dropped_boundaries_ + boundaries_.size(); }
  [[nodiscard]] const Boundary& boundary(std::size_t number) const {
    return boundaries_[number - dropped_boundaries_];
  }
  /// Canonical characters so far.
  [[nodiscard]] std::uint64_t characters() const { return dropped_chars_ + chars_.size(); }
  /// The UTF-8 bytes of the characters from `first` to before `end`.
  [[nodiscard]] std::string_view text(std::uint64_t first, std::uint64_t end) const;
  /// Where a character begins and ends in its passage.
  [[nodiscard]] Place begin_of(std::uint64_t character) const;
  [[nodiscard]] Place end_of(std::uint64_t character) const;
  /// Forgets what stands before both.
  void forget(std::size_t boundaries, std::uint64_t characters);
  /// Source bytes read so far.
  [[nodiscard]] std::uint64_t source_read() const { return source_read_; }

 private:
  struct Source {
    std::size_t passage = 0;
    std::uint64_t begin = 0, end = 0;
  };
  struct Char {
    std::uint64_t at = 0;      ///< byte in canonical text
    std::uint64_t source = 0;  ///< byte in the passage
    std::uint32_t size = 0;    ///< bytes there
    std::uint32_t passage = 0;
  };

  Status read_passage();
  void take(char32_t c, Source source);  // NFC
  void flush();                          // NFC
  void fold(char32_t c, Source source);  // width, quotes, dashes, ellipsis
  void flush_dots();
  void put(char32_t c, char32_t raw, Source source);  // white space, boundaries
  [[nodiscard]] bool space_needed(char32_t c) const;
  [[nodiscard]] std::uint8_t endings_before(char32_t c, char32_t raw) const;
  [[nodiscard]] bool in_ending(char32_t c, char32_t raw) const;
  [[nodiscard]] bool sentence_ends(char32_t next) const;
  void push_boundary(std::uint8_t kinds, bool space);
  void append(char32_t c, Source source);
  void follow(char32_t c, bool ending);
  void follow_marker(char32_t c);
  void finish();

  std::span<const Passage> passages_;
  std::size_t passage_ = 0, position_ = 0;  // the next byte to read
  std::uint64_t source_read_ = 0;
  bool finished_ = false;
  char32_t raw_before_ = 0;  // the code point before, for joiners and selectors

  std::u32string held_;  // since the last normalisation boundary
  Source held_source_;
  std::uint64_t dots_ = 0;
  Source dots_source_;

  bool space_ = false;                             // white space since the last character
  std::uint8_t line_kinds_ = kPassage | kSection;  // what ended since the last character
  char32_t last_ = 0;                              // the last canonical character
  bool wide_context_ = false;                      // the last letter was Chinese or the like
  enum class Stop : std::uint8_t { none, dot, soft, hard } stop_ = Stop::none;
  bool digit_before_stop_ = false, wide_before_stop_ = false;
  enum class Marker : std::uint8_t { none, begin, digits, complete } marker_ = Marker::begin;
  std::uint64_t weight_ = 0, wide_ = 0;

  std::string buffer_;
  std::uint64_t dropped_bytes_ = 0, dropped_chars_ = 0;
  std::size_t dropped_boundaries_ = 0;
  std::vector<Char> chars_;
  std::vector<Boundary> boundaries_;
};

}  // namespace signmark::text
