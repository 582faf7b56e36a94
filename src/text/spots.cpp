// SPDX-License-Identifier: Apache-2.0
// Units of a whole text, and where a record may stand.
#include "text/spots.hpp"

#include <unicode/uchar.h>

#include <algorithm>
#include <limits>

namespace signmark::text {
namespace {

/// Behind what belongs to the character before: marks on it and its variation selector.
std::uint64_t behind_marks(std::string_view text, std::uint64_t offset) {
  while (offset < text.size()) {
    const Decoded d = decode_at(text, offset);
    const auto mark = U_MASK(u_charType(static_cast<UChar32>(d.c))) & (U_GC_MN_MASK | U_GC_ME_MASK);
    if (d.size == 0 || mark == 0) break;
    offset += d.size;
  }
  return offset;
}

/// Not inside a closed range, and not beside one.
bool clear_of(const std::vector<Range>& closed, std::uint64_t offset) {
  const auto next = std::upper_bound(closed.begin(), closed.end(), offset,
                                     [](std::uint64_t x, const Range& r) { return x < r.offset; });
  return next == closed.begin() || std::prev(next)->end() < offset;
}

class Summary {
 public:
  Summary(const Context& context, std::span<const Passage> passages, std::uint64_t content_id)
      : context_(context), passages_(passages), canon_(passages), prefix_(content_id) {}

  Result<std::vector<UnitSummary>> run() {
    const std::uint64_t total = size_of(passages_);
    std::size_t start = 0;
    for (;;) {
      SIGNMARK_ASSIGN(const bool more, has_unit(canon_, start));
      if (!more) return std::move(units_);
      SIGNMARK_ASSIGN(const std::size_t end, unit_end(canon_, start));
      units_.push_back(summary(start, end));
      start = end;
      canon_.forget(start, canon_.boundary(start).end);
      if (units_.size() % kReportEvery == 0)
        SIGNMARK_TRY(context_.report("text", canon_.source_read(), total));
    }
  }

 private:
  static constexpr std::size_t kReportEvery = 4096;

  UnitSummary summary(std::size_t start, std::size_t end) {
    const Boundary &from = canon_.boundary(start), &to = canon_.boundary(end);
    UnitSummary unit;
    unit.tag = Tagger(prefix_).add(canon_.text(from.next, to.end)).tag();
    unit.characters = static_cast<std::uint32_t>(to.end - from.next);
    unit.weight = static_cast<std::uint32_t>(to.weight - from.weight);
    unit.wide = static_cast<std::uint32_t>(to.wide - from.wide);
    for (std::size_t at = end; at > start && !unit.has_spot(); --at)
      find_spot(canon_.boundary(at), unit);
    return unit;
  }

  void find_spot(const Boundary& boundary, UnitSummary& unit) const {
    if ((boundary.kinds & (kSentence | kPassage)) == 0) return;
    const Place place = canon_.end_of(boundary.end - 1);
    const Passage& passage = passages_[place.passage];
    if (passage.kind != Passage::Kind::prose) return;
    const std::uint64_t offset = behind_marks(passage.text, place.offset);
    if (!clear_of(passage.closed, offset)) return;
    unit.spot_passage = static_cast<std::uint32_t>(place.passage);
    unit.spot_offset = offset;
  }

  const Context& context_;
  std::span<const Passage> passages_;
  Canon canon_;
  Tagger prefix_;
  std::vector<UnitSummary> units_;
};

/// How long a block may be, and how far its record may stand from the one before.
struct Reach {
  std::uint64_t block = 0, record = 0;
};

/// An excerpt holds a record and a whole unit of its block when it is at least as long as the
/// distance of neighbouring records, since the unit before or behind each is its own. 300 Chinese
/// characters, less what white space and folding take away, leave 270. Units have up to about 100,
/// so blocks of 230 still leave a choice of places that keeps the distance; the 600 of text-mark.md
/// 4.3 would need excerpts of 700.
constexpr Reach reach_of(Density density) {
  constexpr std::uint64_t kEndless = std::numeric_limits<std::uint64_t>::max() / 8;
  switch (density) {
    case Density::dense:
      return {100 * kWideWeight, 140 * kWideWeight};
    case Density::normal:
      return {230 * kWideWeight, 270 * kWideWeight};
    case Density::end:
      break;
  }
  return {kEndless, kEndless};
}

struct Sum {
  std::uint64_t characters = 0, weight = 0, wide = 0;

  Sum& add(const UnitSummary& unit) {
    characters += unit.characters, weight += unit.weight, wide += unit.wide;
    return *this;
  }
  /// Excerpts of Chinese text are counted in characters, whatever digits and names stand in it.
  /// In Latin text a record speaks for a third more: 770 characters at normal density.
  [[nodiscard]] std::uint64_t length() const {
    return wide * 5 >= characters ? characters * kWideWeight : weight * 3 / 4;
  }
};

class Planner {
 public:
  Planner(std::span<const UnitSummary> units, Density density, Placement placement)
      : units_(units), reach_(reach_of(density)), placement_(placement), next_spot_(units.size()) {}

  Result<std::vector<BlockPlan>> run() {
    if (!index_spots())
      return fail("text.mark.size", "no sentence or paragraph end in prose can carry a mark", {},
                  "text with nothing but headings, code and data cannot be marked: leave out this "
                  "layer");
    for (std::size_t first = 0; first < units_.size();) {
      BlockPlan plan{first, block_size(first), 0};
      plan.spot = spot_of(plan);
      plans_.push_back(plan);
      first += plan.count;
    }
    return std::move(plans_);
  }

 private:
  bool index_spots() {
    std::size_t next = units_.size();
    for (std::size_t i = units_.size(); i-- > 0;) {
      if (units_[i].has_spot()) next = i;
      next_spot_[i] = next;
    }
    return next != units_.size();
  }

  [[nodiscard]] std::size_t block_size(std::size_t first) const {
    Sum sum;
    std::size_t count = 0;
    while (first + count < units_.size() && count < kMostUnits) {
      if (sum.add(units_[first + count]).length() > reach_.block && count > 0) break;
      ++count;
    }
    return count;
  }

  [[nodiscard]] std::size_t spot_of(const BlockPlan& plan) {
    const std::size_t last = plan.first + plan.count - 1;
    std::size_t best = units_.size();
    if (placement_ == Placement::middle && plan.count > 1) best = middle_spot(plan);
    for (std::size_t i = last + 1; best == units_.size() && i-- > plan.first;)
      if (units_[i].has_spot()) best = i;
    if (best == units_.size()) best = next_spot_[plan.first];
    if (best == units_.size()) best = plans_.back().spot;
    // The next record may stand so far from the unit that this one can be read with.
    anchor_ = best < last ? std::max(best + 1, plan.first) : std::min(best, last);
    return best;
  }

  /// The last place with a unit behind it that is near enough to the record before.
  [[nodiscard]] std::size_t middle_spot(const BlockPlan& plan) const {
    const std::size_t last = plan.first + plan.count - 1;
    const std::size_t until =
        plan.count > kLongBlock ? plan.first + plan.count / 2 : last;  // Density::end
    std::size_t best = units_.size();
    Sum distance;
    for (std::size_t i = anchor_; i < until; ++i) {
      distance.add(units_[i]);
      if (i < plan.first || !units_[i].has_spot()) continue;
      if (best == units_.size() || distance.length() <= reach_.record) best = i;
    }
    return best;
  }

  static constexpr std::size_t kLongBlock = 40;

  std::span<const UnitSummary> units_;
  Reach reach_;
  Placement placement_;
  std::vector<std::size_t> next_spot_;
  std::size_t anchor_ = 0;
  std::vector<BlockPlan> plans_;
};

}  // namespace

std::uint64_t size_of(std::span<const Passage> passages) {
  std::uint64_t size = 0;
  for (const Passage& passage : passages) size += passage.text.size();
  return size;
}

Result<std::vector<UnitSummary>> summarise(const Context& context,
                                           std::span<const Passage> passages,
                                           std::uint64_t content_id) {
  return Summary(context, passages, content_id).run();
}

Result<std::vector<BlockPlan>> plan_blocks(std::span<const UnitSummary> units, Density density,
                                           Placement placement) {
  return Planner(units, density, placement).run();
}

}  // namespace signmark::text
