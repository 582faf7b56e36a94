// SPDX-License-Identifier: Apache-2.0
// Writing and reading the rows of entries.
#include "ledger/rows.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/entry_form.hpp"
#include "ledger/schema.hpp"

namespace signmark::ledger {
namespace {

using database::Connection;
using database::Row;
using database::Value;

constexpr std::size_t kNumbers = 4;  // columns before the texts: sequence, time, bytes, tiles

std::string columns() {
  std::string out = "sequence, time, bytes, tiles";
  for (const TextField& field : kTexts) out += fmt::format(", {}", field.name);
  return out;
}

std::string insert_sql() {
  std::string places;
  for (std::size_t i = 1; i <= kNumbers + kTexts.size(); ++i)
    places += fmt::format("{}${}", i == 1 ? "" : ", ", i);
  return fmt::format("insert into ledger_entry({}) values ({})", columns(), places);
}

Entry entry_of(const Row& row) {
  Entry out;
  out.sequence = as_count(row[0]);
  out.time = database::as_integer(row[1]);
  out.bytes = as_count(row[2]);
  out.tiles = database::as_blob(row[3]);
  for (std::size_t i = 0; i < kTexts.size(); ++i)
    out.*kTexts[i].text = database::as_string(row[kNumbers + i]);
  return out;
}

Print print_of(const Row& row) {
  Print out;
  out.kind = static_cast<PrintKind>(as_count(row[1]));
  out.part = static_cast<std::uint32_t>(as_count(row[2]));
  const Bytes bits = database::as_blob(row[3]);
  std::copy_n(bits.begin(), std::min(bits.size(), out.bits.size()), out.bits.begin());
  return out;
}

Status insert_details(Connection& db, const Entry& entry) {
  std::uint64_t place = 0;
  for (const Print& print : entry.prints)
    SIGNMARK_TRY(db.run(
        "insert into ledger_print values ($1, $2, $3, $4, $5)",
        {integer(entry.sequence), integer(place++), integer(static_cast<std::uint64_t>(print.kind)),
         integer(print.part), Bytes(print.bits.begin(), print.bits.end())}));
  if (!entry.supply.empty())
    SIGNMARK_TRY(db.run("insert into ledger_supply values ($1, $2, $3, $4)",
                        {integer(entry.sequence), entry.supply.recipient, entry.supply.agreement,
                         entry.supply.salt}));
  return {};
}

/// The entry of this sequence, for rows that come in the order of entries.
Entry* find(std::vector<Entry>& entries, std::size_t& at, std::uint64_t sequence) {
  while (at < entries.size() && entries[at].sequence < sequence) ++at;
  return at < entries.size() && entries[at].sequence == sequence ? &entries[at] : nullptr;
}

Status load_details(Connection& db, const std::vector<Value>& range, std::vector<Entry>& entries) {
  std::size_t at = 0;
  SIGNMARK_TRY(db.each(
      "select sequence, kind, part, bits from ledger_print where sequence >= $1 and sequence < $2 "
      "order by sequence, place",
      range, [&](const Row& row) {
        if (Entry* entry = find(entries, at, as_count(row[0])))
          entry->prints.push_back(print_of(row));
        return Status();
      }));
  at = 0;
  return db.each(
      "select sequence, recipient, agreement, salt from ledger_supply where sequence >= $1 and "
      "sequence < $2 order by sequence",
      range, [&](const Row& row) {
        if (Entry* entry = find(entries, at, as_count(row[0])))
          entry->supply = {database::as_string(row[1]), database::as_string(row[2]),
                           database::as_blob(row[3])};
        return Status();
      });
}

}  // namespace

std::optional<Hash> as_hash(const Value& value) {
  const Bytes bytes = database::as_blob(value);
  Hash out{};
  if (bytes.size() != out.size()) return std::nullopt;
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return out;
}

Status insert_entry(Connection& db, const Entry& entry, const Hash& leaf) {
  static const std::string kInsert = insert_sql();
  std::vector<Value> values{integer(entry.sequence), entry.time, integer(entry.bytes), entry.tiles};
  for (const TextField& field : kTexts) values.emplace_back(entry.*field.text);
  SIGNMARK_TRY(db.run(kInsert, values));
  SIGNMARK_TRY(db.run("insert into ledger_leaf values ($1, $2)",
                      {integer(entry.sequence), Bytes(leaf.begin(), leaf.end())}));
  return insert_details(db, entry);
}

Status insert_node(Connection& db, unsigned level, std::uint64_t place, const Hash& hash) {
  SIGNMARK_TRY(db.run("insert into ledger_node values ($1, $2, $3)",
                      {integer(level), integer(place), Bytes(hash.begin(), hash.end())}));
  return {};
}

Result<std::vector<Entry>> load_entries(Connection& db, std::uint64_t begin, std::uint64_t end) {
  static const std::string kSelect = fmt::format(
      "select {} from ledger_entry where sequence >= $1 and sequence < $2 order by sequence",
      columns());
  const std::vector<Value> range{integer(begin), integer(end)};
  std::vector<Entry> entries;
  SIGNMARK_TRY(db.each(kSelect, range, [&](const Row& row) {
    entries.push_back(entry_of(row));
    return Status();
  }));
  SIGNMARK_TRY(load_details(db, range, entries));
  return entries;
}

Result<std::vector<Leaf>> load_leaves(Connection& db, std::uint64_t begin, std::uint64_t end) {
  std::vector<Leaf> leaves;
  SIGNMARK_TRY(db.each(
      "select sequence, hash from ledger_leaf where sequence >= $1 and sequence < $2 order by "
      "sequence",
      {integer(begin), integer(end)}, [&](const Row& row) {
        // One that is none fits nothing, as a wrong one would.
        leaves.push_back({as_count(row[0]), as_hash(row[1]).value_or(Hash{})});
        return Status();
      }));
  return leaves;
}

Result<std::uint64_t> remove_bodies(Connection& db, std::uint64_t end) {
  for (const char* table : {"ledger_print", "ledger_supply"})
    SIGNMARK_TRY(db.run(fmt::format("delete from {} where sequence < $1", table), {integer(end)}));
  SIGNMARK_TRY(db.run("delete from ledger_entry where sequence < $1", {integer(end)}));
  return db.changed();
}

Result<std::uint64_t> pruned_below(Connection& db) {
  SIGNMARK_ASSIGN(
      const database::Rows rows,
      db.run("select coalesce(max(bytes), 0) from ledger_entry where action = 'prune'"));
  return as_count(rows.at(0).at(0));
}

}  // namespace signmark::ledger
