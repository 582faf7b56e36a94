// SPDX-License-Identifier: Apache-2.0
// Canonical text: one pass of small steps over the code points (text-mark.md 4.2).
#include "text/canon.hpp"

#include <fmt/format.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <utility>

namespace signmark::text {
namespace {

constexpr std::size_t kChunk = 64U << 10;  // source bytes read by one fill()
/// Characters that a caller may leave unforgotten because no unit ends among them. It is data then,
/// and would take thirty times its own memory.
constexpr std::size_t kMostOpen = 4U << 20;
/// Unicode's Stream-Safe Text Format allows 30 combining marks; more are normalised in pieces, so
/// that ten million of them do not cost their square.
constexpr std::size_t kLongestSegment = 32;

/// Code points that neither compose nor decompose in NFC; the others ask ICU.
bool is_plain(char32_t c) {
  return c < 0x300 || is_han(c) || (c >= 0x2010 && c <= 0x2027) || (c >= 0x3001 && c <= 0x3029) ||
         (c >= 0xFF01 && c <= 0xFF5E);
}

const icu::Normalizer2* nfc_normalizer() {
  UErrorCode code = U_ZERO_ERROR;
  return icu::Normalizer2::getNFCInstance(code);
}

bool stands_alone(char32_t c) {
  return is_plain(c) ||
         u_getIntPropertyValue(static_cast<UChar32>(c), UCHAR_NFC_QUICK_CHECK) != UNORM_NO;
}

bool is_hard_stop(char32_t c) {
  return c == kIdeographicStop || c == 0xFF61 || c == 0x061F || c == 0x06D4 || c == 0x0964 ||
         c == 0x0965;
}
bool is_soft_stop(char32_t c) { return c == '!' || c == '?' || c == kEllipsis; }
bool is_stop(char32_t c) { return c == '.' || is_soft_stop(c) || is_hard_stop(c); }

bool is_bullet(char32_t c) {
  constexpr std::u32string_view kBullets = U"-*+>#\u2022\u2023\u25AA\u25CF\u25E6";
  return kBullets.find(c) != std::u32string_view::npos;
}

bool is_digit(char32_t c) { return c >= '0' && c <= '9'; }

tl::unexpected<Error> too_long(std::size_t passage) {
  return fail(
      "text.sentence",
      fmt::format("{} characters have neither an end of a sentence nor of a line", kMostOpen),
      fmt::format("passage {}", passage), "this is data and no prose: it cannot be signed");
}

bool is_clause_mark(char32_t c) { return c == ',' || c == ';' || c == ':' || c == 0x3001; }

}  // namespace

Status Canon::fill() {
  if (finished_) return {};
  if (passage_ == passages_.size()) {
    finish();
    return {};
  }
  if (passages_[passage_].kind == Passage::Kind::verbatim) {
    line_kinds_ |= kPassage | kSection;
    source_read_ += passages_[passage_].text.size();
  } else {
    SIGNMARK_TRY(read_passage());
    if (chars_.size() > kMostOpen) return too_long(passage_);
    if (position_ < passages_[passage_].text.size()) return {};
    flush();
    flush_dots();
    line_kinds_ |= kPassage;
  }
  space_ = true;
  raw_before_ = 0;
  position_ = 0;
  ++passage_;
  return {};
}

void Canon::finish() {
  finished_ = true;
  line_kinds_ |= kPassage | kSection;
  if (characters() > 0) push_boundary(endings_before(0, 0), false);
}

Status Canon::read_passage() {
  const std::string_view text = passages_[passage_].text;
  const std::size_t stop = std::min(text.size(), position_ + kChunk);
  const std::size_t start = position_;
  while (position_ < stop) {
    const Decoded d = decode_at(text, position_);
    if (d.size == 0) return bad_utf8(passage_, position_);
    const Source source{passage_, position_, position_ + d.size};
    position_ += d.size;
    if (is_white(d.c)) {
      flush();
      flush_dots();
      space_ = true;
      if (is_line_end(d.c)) line_kinds_ |= kLine;
      raw_before_ = 0;
    } else if (is_ignorable(d.c) && !belongs(d.c, raw_before_)) {
      raw_before_ = 0;
    } else {
      take(d.c, source);
      raw_before_ = d.c;
    }
  }
  source_read_ += position_ - start;
  return {};
}

void Canon::take(char32_t c, Source source) {
  if (!held_.empty() && (is_plain(c) || held_.size() >= kLongestSegment ||
                         nfc_normalizer()->hasBoundaryBefore(static_cast<UChar32>(c))))
    flush();
  if (held_.empty()) held_source_ = source;
  held_source_.end = source.end;
  held_.push_back(c);
}

void Canon::flush() {
  if (held_.empty()) return;
  if (held_.size() == 1 && stands_alone(held_[0])) {
    fold(held_[0], held_source_);
  } else {
    UErrorCode code = U_ZERO_ERROR;
    const auto segment = icu::UnicodeString::fromUTF32(
        reinterpret_cast<const UChar32*>(held_.data()), static_cast<std::int32_t>(held_.size()));
    const icu::UnicodeString composed = nfc_normalizer()->normalize(segment, code);
    for (std::int32_t i = 0; i < composed.length(); i = composed.moveIndex32(i, 1))
      fold(static_cast<char32_t>(composed.char32At(i)), held_source_);
  }
  held_.clear();
}

void Canon::fold(char32_t c, Source source) {
  const char32_t plain = folded(c);
  if (plain == '.' || c == kEllipsis) {
    if (dots_ == 0) dots_source_ = source;
    dots_source_.end = source.end;
    dots_ += c == kEllipsis ? 3 : 1;
    return;
  }
  flush_dots();
  if (plain == '-' && last_ == '-' && !space_ && !chars_.empty()) {  // a run of dashes is one
    chars_.back().size = static_cast<std::uint32_t>(source.end - chars_.back().source);
    return;
  }
  put(plain, c, source);
}

void Canon::flush_dots() {
  if (dots_ == 0) return;
  const std::uint64_t dots = std::exchange(dots_, 0);
  if (dots >= 3) return put(kEllipsis, kEllipsis, dots_source_);
  for (std::uint64_t i = 0; i < dots; ++i) put('.', '.', dots_source_);
}

bool Canon::in_ending(char32_t c, char32_t raw) const {
  return stop_ != Stop::none && !space_ && line_kinds_ == 0 && (is_stop(c) || is_closer(raw));
}

bool Canon::sentence_ends(char32_t next) const {
  if (stop_ == Stop::hard || (line_kinds_ & kPassage) != 0) return true;
  if (stop_ == Stop::soft) return space_ || wide_before_stop_ || is_cjk(next);
  if (is_cjk(next)) return !digit_before_stop_;
  return space_ && u_islower(static_cast<UChar32>(next)) == 0 && !is_digit(next);
}

std::uint8_t Canon::endings_before(char32_t c, char32_t raw) const {
  if (in_ending(c, raw)) return c == '"' || c == '\'' ? kQuote : 0;
  std::uint8_t kinds = line_kinds_;
  if (stop_ != Stop::none && sentence_ends(c)) kinds |= kSentence;
  if (marker_ == Marker::complete) kinds |= kMarker;
  if (is_clause_mark(last_) && (wide_context_ || space_)) kinds |= kClause;
  return kinds;
}

/// White space never stands beside Chinese characters and their punctuation, which may be ASCII
/// after folding: it is theirs when the letter before it was Chinese.
bool Canon::space_needed(char32_t c) const {
  if (last_ == 0 || is_cjk(last_) || is_cjk(c)) return false;
  return !(wide_context_ && (is_ascii_punctuation(last_) || last_ == kEllipsis));
}

void Canon::put(char32_t c, char32_t raw, Source source) {
  const bool ending = in_ending(c, raw);
  const bool space = space_ && space_needed(c);
  if (const std::uint8_t kinds = endings_before(c, raw); kinds != 0) push_boundary(kinds, space);
  if ((line_kinds_ & (kLine | kPassage)) != 0) marker_ = Marker::begin;
  follow_marker(c);
  if (space) append(' ', {source.passage, source.begin, source.begin});
  // A passage looks the same alone as behind another.
  if ((line_kinds_ & kPassage) != 0) wide_context_ = false;
  space_ = false;
  line_kinds_ = 0;
  append(c, source);
  follow(c, ending);
}

void Canon::follow(char32_t c, bool ending) {
  if (is_stop(c)) {
    if (!ending) stop_ = Stop::none;
    const Stop kind = c == '.' ? Stop::dot : is_soft_stop(c) ? Stop::soft : Stop::hard;
    stop_ = std::max(stop_, kind);
  } else if (!ending) {
    stop_ = Stop::none;
    digit_before_stop_ = is_digit(c);
    wide_before_stop_ = wide_context_;
  }
}

/// "- ", "> ", "12. ": what plain text has where other formats have lists and quotations.
void Canon::follow_marker(char32_t c) {
  if (marker_ == Marker::none) return;
  const bool begins = marker_ == Marker::begin || marker_ == Marker::complete;
  if (is_digit(c) && marker_ != Marker::complete)
    marker_ = Marker::digits;
  else if (begins && is_bullet(c))
    marker_ = Marker::complete;
  else if (marker_ == Marker::digits && (c == '.' || c == ')' || c == 0x3001))
    marker_ = Marker::complete;
  else
    marker_ = Marker::none;
}

void Canon::push_boundary(std::uint8_t kinds, bool space) {
  const std::uint64_t end = characters();
  boundaries_.push_back({end, end + (space ? 1 : 0), weight_, wide_, kinds});
}

void Canon::append(char32_t c, Source source) {
  chars_.push_back({dropped_bytes_ + buffer_.size(), source.begin,
                    static_cast<std::uint32_t>(source.end - source.begin),
                    static_cast<std::uint32_t>(source.passage)});
  append_utf8(buffer_, c);
  const bool punctuation = is_ascii_punctuation(c) || c == kEllipsis || c == ' ';
  if (!punctuation) wide_context_ = is_cjk(c);
  const bool wide = punctuation ? wide_context_ : is_wide(c);
  weight_ += wide ? kWideWeight : kNarrowWeight;
  wide_ += wide ? 1 : 0;
  last_ = c;
}

std::string_view Canon::text(std::uint64_t first, std::uint64_t end) const {
  const auto byte = [&](std::uint64_t i) {
    return i == characters() ? buffer_.size() : chars_[i - dropped_chars_].at - dropped_bytes_;
  };
  return std::string_view(buffer_).substr(byte(first), byte(end) - byte(first));
}

Place Canon::begin_of(std::uint64_t character) const {
  const Char& c = chars_[character - dropped_chars_];
  return {c.passage, c.source};
}

Place Canon::end_of(std::uint64_t character) const {
  const Char& c = chars_[character - dropped_chars_];
  return {c.passage, c.source + c.size};
}

void Canon::forget(std::size_t boundaries, std::uint64_t characters) {
  constexpr std::size_t kWorthwhile = 128U << 10;  // so that each byte is moved about once
  const std::size_t chars = characters - dropped_chars_;
  if (chars < kWorthwhile) return;
  const std::uint64_t byte =
      chars == chars_.size() ? dropped_bytes_ + buffer_.size() : chars_[chars].at;
  buffer_.erase(0, byte - dropped_bytes_);
  dropped_bytes_ = byte;
  chars_.erase(chars_.begin(), chars_.begin() + static_cast<std::ptrdiff_t>(chars));
  dropped_chars_ += chars;
  const std::size_t gone = std::min(boundaries - dropped_boundaries_, boundaries_.size());
  boundaries_.erase(boundaries_.begin(), boundaries_.begin() + static_cast<std::ptrdiff_t>(gone));
  dropped_boundaries_ += gone;
}

}  // namespace signmark::text
