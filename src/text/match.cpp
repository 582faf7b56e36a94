// SPDX-License-Identifier: Apache-2.0
// Finding signed units in a text.
#include "text/match.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "text/spots.hpp"

namespace signmark::text {
namespace {

/// Content ids that are looked for in the whole text; the others only near their records, so that a
/// text with ten thousand of them does not cost their product.
constexpr std::size_t kEverywhere = 4;
/// Beside a record: bytes for each of its units, and for those that were moved to a neighbour.
constexpr std::uint64_t kBytesPerUnit = 1200, kNearUnits = 8;
/// Starts that are no sentence's are tried at most once in so many characters.
constexpr std::uint64_t kStartWeight = 8 * kWideWeight;
/// A gap in which the ends of a sentence may have been edited away is searched up to this size.
constexpr std::uint64_t kRepairCharacters = 600;
/// Bytes hashed by such searches, for a start and for each byte of the text.
constexpr std::uint64_t kRepairBytes = 4U << 20, kRepairBytesPerByte = 8;
constexpr std::uint64_t kHashBlock = 64;
constexpr std::size_t kReportEvery = 1U << 14;  // starts

/// Where a group is looked for, in bytes of all passages.
struct Area {
  std::uint64_t begin = 0, end = 0;
  std::size_t group = 0;
};

class Areas {
 public:
  Areas(std::span<const Passage> passages, const TagTable& table,
        const std::vector<Record>& records) {
    bases_.reserve(passages.size());
    std::uint64_t base = 0;
    for (const Passage& passage : passages) {
      bases_.push_back(base);
      base += passage.text.size();
    }
    std::vector<std::size_t> order(table.groups().size());
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return table.groups()[a].records > table.groups()[b].records;
    });
    for (std::size_t i = 0; i < order.size(); ++i) {
      if (i < kEverywhere)
        active_.push_back({0, base, order[i]});
      else
        add_local(table, records, order[i]);
    }
    std::sort(waiting_.begin(), waiting_.end(),
              [](const Area& a, const Area& b) { return a.begin < b.begin; });
  }

  /// Groups to look for at a place; places must ascend.
  const std::vector<Area>& at(Place place) {
    const std::uint64_t byte = bases_[place.passage] + place.offset;
    for (; next_ < waiting_.size() && waiting_[next_].begin <= byte; ++next_)
      active_.push_back(waiting_[next_]);
    std::erase_if(active_, [byte](const Area& area) { return area.end < byte; });
    return active_;
  }

 private:
  void add_local(const TagTable& table, const std::vector<Record>& records, std::size_t number) {
    const Group& group = table.groups()[number];
    std::vector<Area> own;
    for (std::size_t i = 0; i < group.records; ++i) {
      const Record& record = records[table.records()[group.first_record + i].index];
      const std::uint64_t at = bases_[record.passage] + record.where.offset;
      const std::uint64_t reach = (record.units + kNearUnits) * kBytesPerUnit;
      own.push_back({at - std::min(at, reach), at + record.where.size + reach, number});
    }
    std::sort(own.begin(), own.end(),
              [](const Area& a, const Area& b) { return a.begin < b.begin; });
    for (const Area& area : own) {
      const bool joined =
          !waiting_.empty() && waiting_.back().group == number && area.begin <= waiting_.back().end;
      if (joined)
        waiting_.back().end = std::max(waiting_.back().end, area.end);
      else
        waiting_.push_back(area);
    }
  }

  std::vector<std::uint64_t> bases_;
  std::vector<Area> active_, waiting_;
  std::size_t next_ = 0;
};

class Finder {
 public:
  Finder(const Context& context, std::span<const Passage> passages, const TagTable& table,
         const std::vector<Record>& records)
      : context_(context),
        table_(table),
        canon_(passages),
        areas_(passages, table, records),
        total_(size_of(passages)),
        repair_bytes_(kRepairBytes + kRepairBytesPerByte * total_),
        last_(table.groups().size()) {
    for (const Group& group : table.groups()) prefixes_.emplace_back(group.content_id);
    matches_.list.reserve(table.slots().size());  // growing would hold the list twice
  }

  Result<Matches> run() {
    std::size_t start = 0;
    for (std::size_t step = 0;; ++step) {
      if (step % kReportEvery == 0)
        SIGNMARK_TRY(context_.report("text", canon_.source_read(), total_));
      SIGNMARK_ASSIGN(const bool more, has_unit(canon_, start));
      if (!more) break;
      SIGNMARK_ASSIGN(const std::size_t next, look_at(start));
      start = next;
      const std::uint64_t at = canon_.boundary(start).end;
      canon_.forget(start, std::max(done_, at - std::min(at, kRepairCharacters)));
    }
    matches_.characters = canon_.characters();
    repair_tail();
    return std::move(matches_);
  }

 private:
  /// Where to go on.
  Result<std::size_t> look_at(std::size_t start) {
    const Boundary from = canon_.boundary(start);
    if (!worth_trying(start, from)) return start + 1;
    const std::vector<Area>& areas = areas_.at(canon_.begin_of(from.next));
    if (areas.empty()) return start + 1;
    SIGNMARK_ASSIGN(const std::vector<std::size_t> ends, possible_ends(canon_, start));
    Candidate best{start, false, false, {}};
    for (const Area& area : areas) try_group(area.group, from, ends, best);
    if (best.end == start) return start + 1;
    repair(best.match);
    add(best.match);
    return expected_ = best.end;
  }

  /// Sentences always; places within them not so often that their number could be used to make us
  /// work; behind the start of a line the marks of a list or quotation too.
  bool worth_trying(std::size_t start, const Boundary& from) {
    constexpr std::uint8_t kSure = kSentence | kSection;
    constexpr int kMarkers = 2;
    if ((from.kinds & kMarker) != 0 && markers_ > 0) {
      --markers_;
      return true;
    }
    const bool enough = from.weight >= tried_ + kStartWeight;
    if (start != expected_ && (from.kinds & kSure) == 0 && !enough) return false;
    tried_ = from.weight;
    markers_ = kMarkers;
    return true;
  }

  /// The longest unit counts; of equal ones that which has not been passed yet, then that of the
  /// work that the text before belongs to.
  struct Candidate {
    std::size_t end = 0;  ///< boundary
    bool fresh = false, same_work = false;
    Match match;
    [[nodiscard]] auto rank() const { return std::tuple(end, fresh, same_work); }
  };

  void try_group(std::size_t group, const Boundary& from, const std::vector<std::size_t>& ends,
                 Candidate& best) const {
    Tagger tagger = prefixes_[group];
    const auto& last = last_[group];
    std::uint64_t done = from.next;
    for (const std::size_t end : ends) {
      const std::uint64_t to = canon_.boundary(end).end;
      tagger.add(canon_.text(done, to));
      done = to;
      const auto slot = table_.find(tagger.tag(), group, last);
      if (!slot) continue;
      Candidate found{end, !last || *slot > *last, before_gap(group).has_value(), {}};
      if (found.rank() <= best.rank()) continue;
      found.match = made(*slot, from.end, from.next, to);
      found.match.telling = canon_.boundary(end).weight - from.weight >= kShortWeight;
      best = found;
    }
  }

  [[nodiscard]] Match made(std::size_t slot, std::uint64_t lead, std::uint64_t first,
                           std::uint64_t end) const {
    const Place begin = canon_.begin_of(first), finish = canon_.end_of(end - 1);
    Match match;
    match.first = first;
    match.characters = static_cast<std::uint32_t>(end - first);
    match.slot = static_cast<std::uint32_t>(slot);
    match.begin_offset = begin.offset;
    match.finish_offset = finish.offset;
    match.begin_passage = static_cast<std::uint32_t>(begin.passage);
    match.finish_passage = static_cast<std::uint32_t>(finish.passage);
    match.spaced = lead < first;
    return match;
  }

  void add(const Match& match) {
    matches_.list.push_back(match);
    last_[table_.group_of(match.slot)] = match.slot;
    done_ = match.end();
  }

  /// The slot right before the gap that `match` ends; nothing at a group's beginning.
  [[nodiscard]] std::optional<std::size_t> before_gap(std::size_t group) const {
    if (matches_.list.empty() || table_.group_of(matches_.list.back().slot) != group)
      return std::nullopt;
    return matches_.list.back().slot;
  }

  /// The first slot of the match's group that is not found yet, or the match's own.
  [[nodiscard]] std::size_t first_missing(const Match& match) const {
    const std::size_t group = table_.group_of(match.slot);
    const auto before = before_gap(group);
    return before ? *before + 1 : table_.groups()[group].first_slot;
  }

  /// When an edit took the full stop between two units away, one of them is still whole and only
  /// its beginning or end is no longer a sentence's: it is looked for character by character.
  void repair(const Match& match) {
    const std::size_t group = table_.group_of(match.slot);
    if (match.lead() <= done_ || match.lead() - done_ > kRepairCharacters) return;
    const auto before = before_gap(group);
    const std::size_t first = first_missing(match);
    if (match.slot == first + 1) return take_whole(match.lead(), match.slot - 1);
    if (match.slot < first + 2) return;
    if (before) grow_from(done_, match.lead(), *before + 1);
    if (match.lead() > done_ && match.slot > last_[group].value_or(first) + 1)
      grow_back(match.lead(), match.slot - 1);
  }

  void repair_tail() {
    if (matches_.list.empty() || canon_.characters() - done_ > kRepairCharacters) return;
    const std::size_t slot = matches_.list.back().slot;
    const Group& group = table_.groups()[table_.group_of(slot)];
    if (slot + 2 < group.first_slot + group.slots) grow_from(done_, canon_.characters(), slot + 1);
  }

  bool spend(std::uint64_t bytes) {
    if (bytes > repair_bytes_) return false;
    repair_bytes_ -= bytes;
    return true;
  }

  /// One unit is missing: it is what changed, or only lost the line that ended it.
  void take_whole(std::uint64_t until, std::size_t slot) {
    std::uint64_t first = done_;
    if (first < until && canon_.text(first, first + 1) == " ") ++first;
    if (first >= until || !spend((until - first) + kHashBlock)) return;
    Tagger tagger = prefixes_[table_.group_of(slot)];
    if (tagger.add(canon_.text(first, until)).tag() == table_.slots()[slot].tag)
      add(made(slot, done_, first, until));
  }

  void grow_from(std::uint64_t from, std::uint64_t until, std::size_t slot) {
    if (!spend((until - from) * 2 * kHashBlock)) return;
    Tagger tagger = prefixes_[table_.group_of(slot)];
    std::uint64_t first = from;
    if (first < until && canon_.text(first, first + 1) == " ") ++first;
    for (std::uint64_t i = first; i < until; ++i)
      if (tagger.add(canon_.text(i, i + 1)).tag() == table_.slots()[slot].tag)
        return add(made(slot, from, first, i + 1));
  }

  void grow_back(std::uint64_t until, std::size_t slot) {
    const std::uint64_t bytes = done_ < until ? canon_.text(done_, until).size() : 0;
    if (!spend((until - done_) * (bytes / 2 + kHashBlock))) return;
    const Tagger& prefix = prefixes_[table_.group_of(slot)];
    for (std::uint64_t first = done_; first < until; ++first)
      if (Tagger(prefix).add(canon_.text(first, until)).tag() == table_.slots()[slot].tag) {
        const Match found = made(slot, first, first, until);
        if (slot == first_missing(found) + 1) take_whole(first, slot - 1);
        return add(found);
      }
  }

  const Context& context_;
  const TagTable& table_;
  Canon canon_;
  Areas areas_;
  std::uint64_t total_, repair_bytes_;
  std::vector<Tagger> prefixes_;                  // one a group
  std::vector<std::optional<std::size_t>> last_;  // slot found last, one a group
  Matches matches_;
  std::uint64_t done_ = 0;    // canonical character behind the last match
  std::uint64_t tried_ = 0;   // weight at the last start that was tried
  std::size_t expected_ = 0;  // boundary behind the last match
  int markers_ = 0;           // marks of lists that may still be starts
};

}  // namespace

Result<Matches> find_units(const Context& context, std::span<const Passage> passages,
                           const TagTable& table, const std::vector<Record>& records) {
  return Finder(context, passages, table, records).run();
}

}  // namespace signmark::text
