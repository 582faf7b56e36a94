// SPDX-License-Identifier: Apache-2.0
// Units.
#include "text/units.hpp"

#include <algorithm>

namespace signmark::text {
namespace {

constexpr std::uint8_t kLayout = kPassage | kSection | kLine;

/// Walks boundaries behind a start.
class Walk {
 public:
  Walk(Canon& canon, std::size_t start)
      : canon_(canon), start_(start), from_(canon.boundary(start)) {}

  /// Whether the boundary exists; reads on for it.
  Result<bool> has(std::size_t number) {
    while (number >= canon_.count()) {
      if (canon_.finished()) return false;
      SIGNMARK_TRY(canon_.fill());
    }
    return true;
  }
  [[nodiscard]] std::uint8_t kinds(std::size_t number) const {
    return canon_.boundary(number).kinds;
  }
  [[nodiscard]] std::uint64_t weight(std::size_t number) const {
    return canon_.boundary(number).weight - from_.weight;
  }
  [[nodiscard]] bool starts_line() const { return (from_.kinds & kLayout) != 0; }
  [[nodiscard]] std::size_t start() const { return start_; }

 private:
  Canon& canon_;
  std::size_t start_;
  Boundary from_;
};

/// Takes a short rest of the passage or section along.
Result<std::size_t> with_rest(Walk& walk, std::size_t end) {
  const bool in_passage = (walk.kinds(end) & kPassage) == 0;
  std::size_t best = end;
  for (std::size_t next = end + 1;; ++next) {
    SIGNMARK_ASSIGN(const bool there, walk.has(next));
    if (!there || walk.weight(next) - walk.weight(end) >= kShortWeight) return best;
    if ((walk.kinds(next) & kSection) != 0) return next;
    if (in_passage && best == end && (walk.kinds(next) & kPassage) != 0) best = next;
  }
}

/// Whether the passage behind a boundary, or what is left of its section, is no short one.
Result<bool> long_one_follows(Walk& walk, std::size_t end) {
  for (std::size_t next = end + 1;; ++next) {
    SIGNMARK_ASSIGN(const bool there, walk.has(next));
    if (!there) return false;
    if (walk.weight(next) - walk.weight(end) >= kShortWeight) return true;
    if ((walk.kinds(next) & (kPassage | kSection)) != 0) return false;
  }
}

/// A heading or a label stands alone however short: whoever quotes the paragraph below leaves it
/// out.
Result<bool> ends_unit(Walk& walk, std::size_t end) {
  const std::uint8_t kinds = walk.kinds(end);
  const std::uint64_t weight = walk.weight(end);
  if ((kinds & kSentence) != 0 && weight >= kUnitWeight) return true;
  if ((kinds & kPassage) == 0) return false;
  if (weight >= kShortWeight) return true;
  return long_one_follows(walk, end);
}

bool can_cut(std::uint8_t kinds) { return (kinds & ~(kQuote | kMarker)) != 0; }

void add_latest(std::vector<std::size_t>& ends, const std::vector<std::size_t>& cuts) {
  const std::size_t most = std::min(cuts.size(), kMostEnds / 2);
  ends.insert(ends.end(), cuts.end() - static_cast<std::ptrdiff_t>(most), cuts.end());
  std::sort(ends.begin(), ends.end());
}

}  // namespace

Result<bool> has_unit(Canon& canon, std::size_t start) {
  while (start + 1 >= canon.count()) {
    if (canon.finished()) return false;
    SIGNMARK_TRY(canon.fill());
  }
  return true;
}

Result<std::size_t> unit_end(Canon& canon, std::size_t start) {
  Walk walk(canon, start);
  std::size_t cut = start;
  for (std::size_t end = start + 1;; ++end) {
    SIGNMARK_ASSIGN(const bool there, walk.has(end));
    if (!there) return end - 1;
    const std::uint8_t kinds = walk.kinds(end);
    const std::uint64_t weight = walk.weight(end);
    if (weight > kLongWeight && cut > start) return cut;
    if ((kinds & kSection) != 0) return end;
    SIGNMARK_ASSIGN(const bool ends, ends_unit(walk, end));
    if (ends) return weight < kShortWeight ? end : with_rest(walk, end);
    if (can_cut(kinds) && weight > kLongWeight) return end;
    if (can_cut(kinds) && weight >= kCutWeight) cut = end;
  }
}

Result<std::vector<std::size_t>> possible_ends(Canon& canon, std::size_t start) {
  Walk walk(canon, start);
  std::vector<std::size_t> ends, cuts;  // cuts: where a sentence without an end may have been cut
  std::uint64_t limit = 0;              // once a sentence ended the unit: how far its rest may go
  bool long_one = true;
  for (std::size_t end = start + 1; ends.size() < kMostEnds; ++end) {
    SIGNMARK_ASSIGN(const bool there, walk.has(end));
    if (!there) break;
    const std::uint8_t kinds = walk.kinds(end);
    const std::uint64_t weight = walk.weight(end);
    if (limit != 0 && weight >= limit) break;
    const bool open = limit == 0, beyond = open && weight > kLongWeight;
    const bool sentence = open && (kinds & (kSentence | kQuote)) != 0 && weight >= kUnitWeight;
    const bool layout = (kinds & kLayout) != 0 && (weight >= kShortWeight || walk.starts_line());
    // The last sentence of a passage whose end was lost.
    const bool short_one = open && (kinds & kSentence) != 0 && weight >= kShortWeight;
    if (sentence || short_one || layout || (beyond && can_cut(kinds) && cuts.empty()))
      ends.push_back(end);
    else if (open && !beyond && can_cut(kinds) && weight >= kCutWeight)
      cuts.push_back(end);
    if (sentence && (kinds & kSentence) != 0) {
      long_one = beyond;
      limit = weight + kShortWeight;
    } else if (beyond && can_cut(kinds)) {
      break;
    }
  }
  if (long_one) add_latest(ends, cuts);
  // Whatever was left out for the number's sake, the unit of a text that nobody changed is there.
  SIGNMARK_ASSIGN(const std::size_t own, unit_end(canon, start));
  if (const auto at = std::lower_bound(ends.begin(), ends.end(), own);
      at == ends.end() || *at != own)
    ends.insert(at, own);
  return ends;
}

}  // namespace signmark::text
