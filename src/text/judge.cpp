// SPDX-License-Identifier: Apache-2.0
// What became of each stretch of a text (text-mark.md 4.5).
#include <algorithm>
#include <map>

#include "text/match.hpp"

namespace signmark::text {
namespace {

/// How far text at an edge may differ in length from the units that should stand there and still
/// count as their edited form. Shorter: an excerpt's edge went through them.
constexpr std::uint64_t kEdgeSlack = 3, kEdgeMore = 20;
constexpr std::uint32_t kManyCharacters = 0xFFFF;  // Record::characters says no more

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

/// Units that ought to stand somewhere and are found nowhere.
struct Expected {
  std::size_t units = 0;
  std::uint64_t characters = 0;
  bool known = true;  ///< no record is missing in between

  /// Whether `text` characters can be these units after an edit.
  [[nodiscard]] bool fits(std::uint64_t text) const {
    return units > 0 && known && text + kEdgeSlack >= characters &&
           text <= 2 * characters + kEdgeMore;
  }
};

class Judge {
 public:
  Judge(const Records& records, const TagTable& table, const Matches& matches)
      : records_(records),
        table_(table),
        matches_(matches.list),
        total_(matches.characters),
        lost_(table.slots().size() + 1),
        found_characters_(table.records().size()),
        found_units_(table.records().size()),
        telling_(table.groups().size()),
        in_order_(matches_.size()) {
    count_found();
    order();
  }

  Judgement run(Place end_of_text) {
    start_works();
    judgement_.pieces.reserve(2 * matches_.size() + 1);  // growing would hold them twice
    std::uint64_t done = 0;
    Place place;
    for (std::size_t i = 0; i < matches_.size(); ++i) {
      const Match& match = matches_[i];
      if (match.lead() > done) add_gap(i, {place, match.begin()}, match.lead() - done);
      add_match(i);
      done = match.end();
      place = match.finish();
    }
    if (total_ > done) add_gap(matches_.size(), {place, end_of_text}, total_ - done);
    finish_works();
    return std::move(judgement_);
  }

 private:
  struct Stretch {
    Place begin, end;
  };

  // ---- what was found

  void count_found() {
    std::vector<bool> found(table_.slots().size());
    for (const Match& match : matches_) {
      if (found[match.slot]) continue;
      found[match.slot] = true;
      if (match.telling) telling_[table_.group_of(match.slot)] = true;
      const std::uint32_t record = table_.slots()[match.slot].record;
      found_characters_[record] += match.characters;
      ++found_units_[record];
    }
    for (std::size_t i = 0; i < found.size(); ++i) lost_[i + 1] = lost_[i] + (found[i] ? 0 : 1);
  }

  /// The longest ascending sequence of each group is in order; what is off it was moved.
  void order() {
    struct Chain {
      std::vector<std::uint32_t> tails;
    };
    std::vector<Chain> chains(table_.groups().size());
    constexpr auto kNobody = static_cast<std::uint32_t>(-1);
    std::vector<std::uint32_t> before(matches_.size(), kNobody);
    const auto slot = [this](std::size_t i) { return matches_[i].slot; };
    for (std::size_t i = 0; i < matches_.size(); ++i) {
      auto& tails = chains[table_.group_of(slot(i))].tails;
      const auto at = std::lower_bound(tails.begin(), tails.end(), slot(i),
                                       [&](std::size_t a, std::size_t s) { return slot(a) < s; });
      if (at != tails.begin()) before[i] = *std::prev(at);
      if (at == tails.end())
        tails.push_back(static_cast<std::uint32_t>(i));
      else
        *at = static_cast<std::uint32_t>(i);
    }
    for (const Chain& chain : chains)
      for (std::uint32_t i = chain.tails.empty() ? kNobody : chain.tails.back(); i != kNobody;
           i = before[i])
        in_order_[i] = true;
  }

  /// The first match in order from `i` on, which must not go back; kNone behind the last one.
  [[nodiscard]] std::size_t next_in_order(std::size_t i) {
    next_ = std::max(next_, i);
    while (next_ < matches_.size() && !in_order_[next_]) ++next_;
    return next_ < matches_.size() ? next_ : kNone;
  }

  // ---- what should stand somewhere

  [[nodiscard]] const TableRecord& record_of(std::size_t slot) const {
    return table_.records()[table_.slots()[slot].record];
  }
  [[nodiscard]] std::size_t group_of(std::size_t match) const {
    return table_.group_of(matches_[match].slot);
  }
  [[nodiscard]] std::size_t lost(std::size_t from, std::size_t until) const {
    return until > from ? lost_[until] - lost_[from] : 0;
  }

  [[nodiscard]] Expected between(std::size_t left, std::size_t right) const {
    const std::size_t a = matches_[left].slot, b = matches_[right].slot;
    const std::size_t steps = table_.slots()[b].record - table_.slots()[a].record;
    return {lost(a + 1, b), 0, record_of(b).block - record_of(a).block == steps};
  }

  [[nodiscard]] std::uint64_t lost_characters(std::size_t record) const {
    const std::uint64_t all = records_.records[table_.records()[record].index].characters;
    return all - std::min(all, found_characters_[record]);
  }

  /// Units lost behind (step 1) or before (step -1) a match: of its block, and of the blocks that
  /// follow without a gap and of which nothing is there. Not further than `text` characters reach.
  [[nodiscard]] Expected beyond(std::size_t match, int step, std::uint64_t text) const {
    const std::size_t slot = matches_[match].slot;
    std::size_t record = table_.slots()[slot].record;
    const auto units_of = [this](std::size_t r) {
      return records_.records[table_.records()[r].index].units;
    };
    const std::size_t first = table_.records()[record].first, end = first + units_of(record);
    const std::size_t all = lost(first, end);
    Expected expected{step > 0 ? lost(slot + 1, end) : lost(first, slot), 0, true};
    if (all > 0) expected.characters = lost_characters(record) * expected.units / all;
    while (expected.characters <= 2 * text) {
      const std::size_t next = record + static_cast<std::size_t>(step);
      if (next >= table_.records().size()) break;
      const TableRecord &a = table_.records()[record], &b = table_.records()[next];
      if (b.group != a.group || b.block != a.block + static_cast<std::uint32_t>(step)) break;
      if (found_units_[next] > 0) break;
      expected.units += units_of(next);
      expected.characters += lost_characters(next);
      record = next;
    }
    expected.known = records_.records[table_.records()[record].index].characters < kManyCharacters;
    return expected;
  }

  // ---- pieces

  /// Text that no tag fits, before match `i`.
  void add_gap(std::size_t i, Stretch where, std::uint64_t characters) {
    Piece piece{Outcome::unmarked, where.begin, where.end, characters, 0, Piece::npos, 0};
    const std::size_t left = left_, right = next_in_order(i);
    std::size_t group = kNone;
    if (left != kNone && right != kNone && group_of(left) == group_of(right)) {
      const Expected expected = between(left, right);
      if (expected.known) {
        group = group_of(left);
        piece.outcome = expected.units > 0 ? Outcome::changed : Outcome::inserted;
        piece.units = filled_ ? 0 : expected.units;
      }
    } else {
      group = judge_edge(left, right, piece);
    }
    filled_ = true;
    count(piece, group);
  }

  /// Where a work begins or ends in the text.
  [[nodiscard]] std::size_t judge_edge(std::size_t left, std::size_t right, Piece& piece) const {
    for (const auto& [match, step] : {std::pair(left, 1), std::pair(right, -1)}) {
      if (match == kNone) continue;
      const Expected expected = beyond(match, step, piece.characters);
      if (!expected.fits(piece.characters)) continue;
      piece.outcome = Outcome::changed;
      piece.units = expected.units;
      return group_of(match);
    }
    return kNone;
  }

  void add_match(std::size_t i) {
    const Match& match = matches_[i];
    const Slot& slot = table_.slots()[match.slot];
    if (in_order_[i]) {
      if (left_ != kNone && !filled_ && group_of(left_) == group_of(i)) add_missing(left_, i);
      left_ = i;
      filled_ = false;
    }
    count({in_order_[i] ? Outcome::authentic : Outcome::reordered, match.begin(), match.finish(),
           match.characters, 1, table_.records()[slot.record].index, slot.unit},
          group_of(i));
  }

  void add_missing(std::size_t left, std::size_t right) {
    const Expected expected = between(left, right);
    if (expected.units == 0) return;
    const Place place = matches_[right].begin();
    count({Outcome::missing, place, place, 0, expected.units, Piece::npos, 0}, group_of(left));
  }

  void count(const Piece& piece, std::size_t group) {
    judgement_.pieces.push_back(piece);
    judgement_.characters += piece.characters;
    if (piece.outcome == Outcome::authentic) judgement_.authentic += piece.characters;
    if (group == kNone) return;
    Work& work = works_[group];
    if (piece.outcome == Outcome::authentic) work.authentic += piece.characters;
    if (piece.outcome == Outcome::changed) ++work.changed;
    if (piece.outcome == Outcome::missing) ++work.missing;
    if (piece.outcome == Outcome::reordered) ++work.reordered;
    if (piece.outcome == Outcome::inserted) ++work.inserted;
  }

  // ---- works

  void start_works() {
    for (const Group& group : table_.groups()) {
      Work work;
      work.content_id = group.content_id;
      work.foreign = !telling_[works_.size()];
      for (std::size_t r = group.first_record; r < group.first_record + group.records; ++r) {
        const std::size_t index = table_.records()[r].index;
        work.blocks = records_.records[index].blocks;
        work.present.push_back({index, records_.records[index].units, found_units_[r]});
      }
      works_.push_back(std::move(work));
    }
  }

  void finish_works() {
    const auto first_of = [](const Work& work) {
      return std::min_element(work.present.begin(), work.present.end(),
                              [](const Block& a, const Block& b) { return a.record < b.record; })
          ->record;
    };
    std::multimap<std::size_t, std::size_t> by_appearance;
    for (std::size_t i = 0; i < works_.size(); ++i) by_appearance.emplace(first_of(works_[i]), i);
    for (const auto& [record, i] : by_appearance) judgement_.works.push_back(std::move(works_[i]));
  }

  const Records& records_;
  const TagTable& table_;
  const std::vector<Match>& matches_;
  std::uint64_t total_;
  std::vector<std::uint32_t> lost_;              // slots found nowhere before each slot
  std::vector<std::uint64_t> found_characters_;  // one a table record
  std::vector<std::size_t> found_units_;
  std::vector<bool> telling_;   // one a group: a unit is there that no other text has by chance
  std::vector<bool> in_order_;  // one a match
  std::size_t next_ = 0;        // see next_in_order()
  std::size_t left_ = kNone;    // the last match in order
  bool filled_ = false;         // text has stood behind it
  std::vector<Work> works_;     // one a group
  Judgement judgement_;
};

}  // namespace

std::string_view outcome_name(Outcome outcome) {
  constexpr std::array<std::string_view, 6> kNames{"authentic", "changed",  "missing",
                                                   "reordered", "inserted", "unmarked"};
  return kNames[static_cast<std::size_t>(outcome)];
}

Result<Judgement> judge(const Context& context, std::span<const Passage> passages,
                        const Records& records, std::span<const std::size_t> accepted) {
  const TagTable table(records.records, accepted);
  SIGNMARK_ASSIGN(const Matches matches, find_units(context, passages, table, records.records));
  Place end;
  if (!passages.empty()) end = {passages.size() - 1, passages.back().text.size()};
  return Judge(records, table, matches).run(end);
}

std::vector<PassageRange> ranges_of(const Piece& piece, std::span<const Passage> passages) {
  std::vector<PassageRange> ranges;
  for (std::size_t i = piece.begin.passage; i <= piece.end.passage && i < passages.size(); ++i) {
    if (passages[i].kind == Passage::Kind::verbatim) continue;
    const std::uint64_t begin = i == piece.begin.passage ? piece.begin.offset : 0;
    const std::uint64_t end = i == piece.end.passage ? piece.end.offset : passages[i].text.size();
    if (end > begin) ranges.push_back({i, {begin, end - begin}});
  }
  return ranges;
}

}  // namespace signmark::text
