// SPDX-License-Identifier: Apache-2.0
// Every invisible code point of a text, and whose it is.
#include <fmt/format.h>
#include <unicode/uchar.h>

#include <limits>

#include "text/record.hpp"

namespace signmark::text {
namespace {

// A store is copied only as far as the text is long, so no limit is needed here.
constexpr std::uint64_t kNoStoreLimit = std::numeric_limits<std::uint64_t>::max();

bool is_invisible(char32_t c) {
  if (c == '\t' || c == '\n' || c == '\r' || c == ' ' || c == 0x3000) return false;
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || is_white(c) || is_ignorable(c) ||
         (c >= 0xFFF9 && c <= 0xFFFB);
}

InvisibleKind kind_of(char32_t c, char32_t before) {
  if (is_white(c) && c > 0x85) return InvisibleKind::space;
  if (c < 0xA0) return InvisibleKind::control;
  if (is_bidi_format(c) || c == 0x200E || c == 0x200F || c == 0x061C) return InvisibleKind::bidi;
  const bool belonging = before != 0 && belongs(c, before);
  if (c == kZwnj || (c == kZwj && takes_joiner(before)))
    return belonging ? InvisibleKind::joiner : InvisibleKind::zero_width;
  if (c == kZwj || is_tag(c) || c == 0xFE0E || c == 0xFE0F) {
    if (belonging) return InvisibleKind::emoji_part;
    if (c == kZwj) return InvisibleKind::zero_width;
  }
  if (c >= 0xE0000 && c <= 0xE007F) return InvisibleKind::tag;
  if (is_selector(c)) return before != 0 ? InvisibleKind::selector : InvisibleKind::selector_run;
  if (c >= 0x2061 && c <= 0x2064) return InvisibleKind::invisible_operator;
  if (c == 0x200B || c == kGuard || c == kBom) return InvisibleKind::zero_width;
  return InvisibleKind::other;
}

class Lister {
 public:
  Lister(InvisibleList& list, std::size_t limit) : list_(list), limit_(limit) {}

  Status read(std::size_t passage, std::string_view text) {
    passage_ = passage;
    before_ = 0;
    next_wrapper_ = 0;
    wrappers_ = find_c2pa_wrappers(text, kNoStoreLimit);
    for (std::size_t i = 0; i < text.size();) {
      const Decoded d = decode_at(text, i);
      if (d.size == 0) return bad_utf8(passage, i);
      i = is_invisible(d.c) ? take(text, i, d) : i + d.size;
      if (!is_invisible(d.c)) before_ = d.c;
    }
    return {};
  }

 private:
  /// Takes one invisible character, or all of a run that is one thing.
  std::size_t take(std::string_view text, std::size_t i, Decoded d) {
    if (next_wrapper_ < wrappers_.size() && wrappers_[next_wrapper_].where.offset == i) {
      const Range where = wrappers_[next_wrapper_++].where;
      add(where, 1 + take_run(text, i + d.size).bytes.size(), d.c, InvisibleKind::c2pa_wrapper);
      before_ = 0;
      return where.end();
    }
    if (is_selector(d.c)) return take_selectors(text, i, d);
    const InvisibleKind kind = kind_of(d.c, before_);
    add({i, d.size}, 1, d.c, kind);
    const bool part = kind == InvisibleKind::emoji_part || kind == InvisibleKind::joiner;
    before_ = part ? d.c : 0;
    return i + d.size;
  }

  std::size_t take_selectors(std::string_view text, std::size_t i, Decoded d) {
    const SelectorRun run = take_run(text, i);
    std::uint64_t done = i;
    for (const RunRecord& each : records_of(run)) {
      add_plain(text, {done, each.where.offset - done});
      mark_guard(each.where.offset);
      add(each.where, selectors_in(text, each.where), decode_at(text, each.where.offset).c,
          each.record ? InvisibleKind::record : InvisibleKind::damaged_record);
      done = each.where.end();
      before_ = 0;
    }
    if (run.bytes.size() == 1)
      add(run.where, 1, d.c, kind_of(d.c, before_));
    else
      add_plain(text, {done, run.where.end() - done});
    before_ = run.bytes.size() == 1 && d.c == 0xFE0F ? d.c : 0;
    return run.where.end();
  }

  /// Selectors within a run that are no record.
  void add_plain(std::string_view text, Range where) {
    if (where.size == 0) return;
    const std::uint64_t count = selectors_in(text, where);
    const bool usual = count == 1 && before_ != 0;
    const char32_t first = decode_at(text, where.offset).c;
    add(where, count, first, usual ? kind_of(first, before_) : InvisibleKind::selector_run);
  }

  static std::uint64_t selectors_in(std::string_view text, Range where) {
    std::uint64_t count = 0;
    for (std::size_t i = where.offset; i < where.end(); i += decode_at(text, i).size) ++count;
    return count;
  }

  void mark_guard(std::uint64_t record) {
    if (list_.runs.empty()) return;
    Invisible& last = list_.runs.back();
    const bool touches = last.passage == passage_ && last.where.end() == record;
    if (touches && last.first == kGuard && last.count == 1) last.kind = InvisibleKind::guard;
  }

  void add(Range where, std::uint64_t count, char32_t first, InvisibleKind kind) {
    list_.characters += count;
    if (!list_.runs.empty() && list_.runs_left_out == 0) {
      Invisible& last = list_.runs.back();
      const bool more = last.passage == passage_ && last.where.end() == where.offset &&
                        last.kind == kind && last.first == first && count == 1;
      if (more) {
        last.where.size += where.size;
        ++last.count;
        return;
      }
    }
    if (list_.runs.size() < limit_)
      list_.runs.push_back({passage_, where, count, first, kind});
    else
      ++list_.runs_left_out;
  }

  InvisibleList& list_;
  std::size_t limit_;
  std::size_t passage_ = 0, next_wrapper_ = 0;
  char32_t before_ = 0;  // the code point in front when a joiner or selector could belong to it
  std::vector<C2paWrapper> wrappers_;
};

}  // namespace

std::string_view invisible_kind_name(InvisibleKind kind) {
  constexpr std::array<std::string_view, 14> kNames{
      "signmark record",      "damaged signmark record",
      "c2pa manifest",        "guard of a signmark record",
      "variation selector",   "hidden bytes in variation selectors",
      "bidi control",         "tag character",
      "part of an emoji",     "joiner of its script",
      "zero-width character", "invisible operator",
      "unusual space",        "control character"};
  const auto i = static_cast<std::size_t>(kind);
  return i < kNames.size() ? kNames[i] : "other invisible character";
}

Result<InvisibleList> list_invisible(std::span<const Passage> passages, std::size_t limit) {
  InvisibleList list;
  Lister lister(list, limit);
  for (std::size_t i = 0; i < passages.size(); ++i) SIGNMARK_TRY(lister.read(i, passages[i].text));
  return list;
}

std::string code_point_name(char32_t code_point) {
  std::array<char, 128> name{};
  UErrorCode code = U_ZERO_ERROR;
  u_charName(static_cast<UChar32>(code_point), U_EXTENDED_CHAR_NAME, name.data(),
             static_cast<std::int32_t>(name.size()), &code);
  return fmt::format("U+{:04X} {}", static_cast<std::uint32_t>(code_point),
                     U_FAILURE(code) ? "" : name.data());
}

}  // namespace signmark::text
