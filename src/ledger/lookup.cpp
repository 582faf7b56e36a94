// SPDX-License-Identifier: Apache-2.0
// Reading entries, searching, proofs.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <map>

#include "ledger/entry_form.hpp"
#include "ledger/rows.hpp"
#include "ledger/store.hpp"

namespace signmark::ledger {
namespace {

using database::Connection;
using database::Row;
using database::Rows;
using database::Value;

constexpr std::uint64_t kChunk = 512;  // entries read at once
// More candidates than this are not looked at: with narrowing by time or producer some fall away.
constexpr std::size_t kMaxCandidates = 1000;

/// A way from a part of the query to entries.
struct Way {
  Hit::By by;
  std::string_view column;
  std::string Query::*text;
};

constexpr std::array<Way, 5> kWays{{{Hit::By::content_id, "content_id", &Query::content_id},
                                    {Hit::By::digest, "output_digest", &Query::digest},
                                    {Hit::By::digest, "input_digest", &Query::digest},
                                    {Hit::By::produce_id, "produce_id", &Query::produce_id},
                                    {Hit::By::item_key, "item_key", &Query::item_key}}};

/// Conditions that narrow every way.
struct Narrowing {
  std::string sql;
  std::vector<Value> values;

  void add(std::string_view condition, Value value) {
    values.push_back(std::move(value));
    sql += fmt::format(" and {} ${}", condition, values.size());
  }
  static Narrowing of(const Query& query) {
    Narrowing out;
    if (!query.producer.empty()) {
      out.sql += " and producer <> ''";  // else the index, which is partial, may not be used
      out.add("producer =", query.producer);
    }
    if (query.since) out.add("time >=", *query.since);
    if (query.until) out.add("time <", *query.until);
    return out;
  }
};

bool narrowed_in(const Query& query, const Entry& entry) {
  return (query.producer.empty() || entry.producer == query.producer) &&
         (!query.since || entry.time >= *query.since) &&
         (!query.until || entry.time < *query.until);
}

bool holds(const std::vector<Hit>& hits, std::uint64_t sequence) {
  return std::any_of(hits.begin(), hits.end(),
                     [&](const Hit& hit) { return hit.entry.sequence == sequence; });
}

Result<std::optional<Entry>> load_one(Connection& db, std::uint64_t sequence) {
  SIGNMARK_ASSIGN(std::vector<Entry> found, load_entries(db, sequence, sequence + 1));
  return found.empty() ? std::nullopt : std::optional<Entry>(std::move(found.front()));
}

/// Newest first, until the limit is reached.
Status add_hits(Connection& db, const Query& query, Narrowing where, Hit::By by,
                std::vector<Hit>& hits) {
  where.values.emplace_back(std::in_place_type<std::int64_t>, query.limit);
  SIGNMARK_ASSIGN(
      const Rows rows,
      db.run(fmt::format(
                 "select sequence from ledger_entry where true{} order by sequence desc limit ${}",
                 where.sql, where.values.size()),
             where.values));
  for (const Row& row : rows) {
    if (hits.size() >= query.limit) break;
    SIGNMARK_ASSIGN(auto entry, load_one(db, as_count(row[0])));
    if (!entry || holds(hits, entry->sequence)) continue;
    hits.emplace_back().entry = std::move(*entry);
    hits.back().by = by;
  }
  return {};
}

bool is_listing(const Query& query) {
  return query.prints.empty() && std::all_of(kWays.begin(), kWays.end(), [&](const Way& way) {
           return (query.*way.text).empty();
         });
}

/// Roots of parts of the tree out of kept nodes and leaves; keeps what it computed, because proofs
/// of neighbours share nearly all of it.
class TreeReader {
 public:
  explicit TreeReader(Connection& db) : db_(db) {}

  Result<Hash> root(std::uint64_t begin, std::uint64_t end) {
    const auto known = known_.find({begin, end});
    if (known != known_.end()) return known->second;
    SIGNMARK_ASSIGN(const Hash hash, compute(begin, end));
    known_.emplace(std::pair(begin, end), hash);
    return hash;
  }

 private:
  static constexpr std::uint64_t kBlock = 1ULL << kNodeLevel;

  Result<Hash> compute(std::uint64_t begin, std::uint64_t end) {
    const std::uint64_t size = end - begin;
    if (size >= kBlock && std::has_single_bit(size) && begin % size == 0) return node(begin, size);
    if (size < kBlock) return from_leaves(begin, end);
    const std::uint64_t middle = begin + cut(size);
    SIGNMARK_ASSIGN(const Hash left, root(begin, middle));
    SIGNMARK_ASSIGN(const Hash right, root(middle, end));
    return node_hash(left, right);
  }

  Result<Hash> node(std::uint64_t begin, std::uint64_t size) {
    const auto level = static_cast<std::uint64_t>(std::countr_zero(size));
    SIGNMARK_ASSIGN(const Rows rows,
                    db_.run("select hash from ledger_node where level = $1 and place = $2",
                            {integer(level), integer(begin / size)}));
    const auto hash = rows.empty() ? std::nullopt : as_hash(rows[0][0]);
    if (!hash) return fail("ledger.tampered.tree", "a node of the tree is missing");
    return *hash;
  }

  Result<Hash> from_leaves(std::uint64_t begin, std::uint64_t end) {
    const std::uint64_t block = begin / kBlock;
    if (block != block_ || leaves_.empty() || leaves_.back().sequence + 1 < end) {
      SIGNMARK_ASSIGN(leaves_, load_leaves(db_, block * kBlock, (block + 1) * kBlock));
      block_ = block;
    }
    Frontier tree;
    for (const Leaf& leaf : leaves_)
      if (leaf.sequence >= begin && leaf.sequence < end) tree.add(leaf.hash);
    if (tree.size() != end - begin)
      return fail("ledger.tampered.deleted", "a leaf of the tree is missing", entry_place(begin));
    return tree.root();
  }

  Connection& db_;
  std::map<std::pair<std::uint64_t, std::uint64_t>, Hash> known_;
  std::uint64_t block_ = 0;
  std::vector<Leaf> leaves_;
};

Status check_size(Connection& db, std::uint64_t size) {
  SIGNMARK_ASSIGN(const Head head, read_head(db, false));
  if (size > head.size)
    return fail("ledger.proof", fmt::format("the ledger has {} entries, not {}", head.size, size));
  return {};
}

}  // namespace

Result<Entry> Store::entry(std::uint64_t sequence) const {
  return with([&](Connection& db) -> Result<Entry> {
    SIGNMARK_ASSIGN(auto found, load_one(db, sequence));
    if (found) return std::move(*found);
    SIGNMARK_ASSIGN(const std::uint64_t pruned, pruned_below(db));
    if (sequence < pruned)
      return fail("ledger.entry.pruned", "the entry was pruned; its hash is kept",
                  entry_place(sequence));
    return fail("ledger.entry.none", "there is no such entry", entry_place(sequence));
  });
}

Status Store::each(std::optional<UnixTime> since, std::optional<UnixTime> until,
                   const std::function<Status(const Entry&)>& sink) const {
  Query narrowing;
  narrowing.since = since;
  narrowing.until = until;
  // A connection of its own: the sink may ask this ledger.
  SIGNMARK_ASSIGN(const auto db, reader());
  const Narrowing where = Narrowing::of(narrowing);
  SIGNMARK_ASSIGN(const Rows ends,
                  db->run("select coalesce(min(sequence), 0), coalesce(max(sequence) + 1, 0) from "
                          "ledger_entry where true" +
                              where.sql,
                          where.values));
  const std::uint64_t last = as_count(ends.at(0).at(1));
  for (std::uint64_t begin = as_count(ends.at(0).at(0)); begin < last; begin += kChunk) {
    SIGNMARK_ASSIGN(const std::vector<Entry> entries,
                    load_entries(*db, begin, std::min(begin + kChunk, last)));
    for (const Entry& entry : entries)
      if (narrowed_in(narrowing, entry)) SIGNMARK_TRY(sink(entry));
  }
  return {};
}

Result<std::vector<Hit>> Store::search(const Query& query) const {
  return with([&](Connection& db) -> Result<std::vector<Hit>> {
    std::vector<Hit> hits;
    const Narrowing narrowing = Narrowing::of(query);
    if (is_listing(query)) {
      SIGNMARK_TRY(add_hits(db, query, narrowing, Hit::By::producer, hits));
      return hits;
    }
    for (const Way& way : kWays) {
      if ((query.*way.text).empty()) continue;
      Narrowing where = narrowing;
      where.sql += fmt::format(" and {} <> ''", way.column);  // so that the partial index is used
      where.add(fmt::format("{} =", way.column), query.*way.text);
      SIGNMARK_TRY(add_hits(db, query, std::move(where), way.by, hits));
    }
    SIGNMARK_ASSIGN(std::vector<Hit> similar, print_hits(db, query));
    for (Hit& hit : similar)
      if (hits.size() < query.limit && !holds(hits, hit.entry.sequence))
        hits.push_back(std::move(hit));
    return hits;
  });
}

/// Brings the index of prints up to date. It is a cache: that it cannot be kept is no error.
Status Store::refresh_prints(Connection& db) const {
  const std::string file = beside(".prints");
  if (!prints_opened_ && !file.empty())
    if (auto kept = PrintIndex::open(file, origin_)) prints_ = std::move(*kept);
  prints_opened_ = true;
  SIGNMARK_ASSIGN(const Head head, read_head(db, false));
  if (prints_.next() > head.size) prints_ = PrintIndex();  // of a ledger that is older than it
  SIGNMARK_TRY(db.each(
      "select sequence, kind, part, bits from ledger_print where sequence >= $1 and sequence < $2 "
      "order by sequence, place",
      {integer(prints_.next()), integer(head.size)}, [&](const Row& row) {
        Print print{static_cast<PrintKind>(as_count(row[1])),
                    static_cast<std::uint32_t>(as_count(row[2])),
                    {}};
        if (const auto bits = as_hash(row[3])) {
          print.bits = *bits;
          prints_.add(as_count(row[0]), print);
        }
        return Status();
      }));
  prints_.seen(head.size);
  if (!prints_.worth_saving()) return {};
  if (file.empty() || place_.read_only || !prints_.save(file, origin_)) prints_.settle();
  return {};
}

Result<std::vector<Hit>> Store::print_hits(Connection& db, const Query& query) const {
  std::vector<Hit> hits;
  if (query.prints.empty()) return hits;
  SIGNMARK_TRY(refresh_prints(db));
  std::size_t looked = 0;
  for (const PrintMatch& match : prints_.search(query.prints)) {
    if (hits.size() >= query.limit || ++looked > kMaxCandidates) break;
    SIGNMARK_ASSIGN(auto entry, load_one(db, match.sequence));
    if (!entry || !narrowed_in(query, *entry)) continue;
    // The index is only a cache: the row itself must hold the print.
    if (std::find(entry->prints.begin(), entry->prints.end(), match.own) == entry->prints.end())
      continue;
    hits.push_back({std::move(*entry), Hit::By::print, match.prints_close, match.distance,
                    match.chance_log10, match.own});
  }
  return hits;
}

Result<Inclusion> Store::inclusion(std::uint64_t sequence, std::uint64_t size) const {
  return with([&](Connection& db) -> Result<Inclusion> {
    SIGNMARK_TRY(check_size(db, size));
    if (sequence >= size)
      return fail("ledger.proof", fmt::format("a tree of {} entries does not cover it", size),
                  entry_place(sequence));
    TreeReader tree(db);
    const auto root = [&](std::uint64_t begin, std::uint64_t end) { return tree.root(begin, end); };
    SIGNMARK_ASSIGN(auto path, inclusion_path(sequence, size, root));
    return Inclusion{sequence, size, std::move(path)};
  });
}

Result<Consistency> Store::consistency(std::uint64_t from, std::uint64_t to) const {
  return with([&](Connection& db) -> Result<Consistency> {
    SIGNMARK_TRY(check_size(db, to));
    if (from > to) return fail("ledger.proof", "the earlier tree is larger than the later one");
    if (from == 0) return Consistency{from, to, {}};
    TreeReader tree(db);
    const auto root = [&](std::uint64_t begin, std::uint64_t end) { return tree.root(begin, end); };
    SIGNMARK_ASSIGN(auto path, consistency_path(from, to, root));
    return Consistency{from, to, std::move(path)};
  });
}

}  // namespace signmark::ledger
