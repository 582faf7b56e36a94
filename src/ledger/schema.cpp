// SPDX-License-Identifier: Apache-2.0
// One schema for both engines.
#include "ledger/schema.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "ledger/entry_form.hpp"

namespace signmark::ledger {
namespace {

using database::Connection;
using database::Engine;
using database::Rows;

constexpr std::string_view kVersion = "1";
constexpr std::size_t kOriginBytes = 8;
// Any number that nothing else on a shared server takes: "signmark" as bytes.
constexpr std::string_view kLock = "select pg_advisory_xact_lock(8316011797107144299)";

/// `key`: what makes a number SQLite's row id; `plain`: tables that need none.
std::string schema(Engine engine) {
  const bool sqlite = engine == Engine::sqlite;
  const std::string_view key = sqlite ? "integer primary key" : "bigint primary key";
  const std::string_view plain = sqlite ? " without rowid" : "";
  std::string texts;
  for (const TextField& field : kTexts) texts += fmt::format(", {} text not null", field.name);
  std::string sql = fmt::format(
      "create table ledger_about(name text primary key, value text not null){1};"
      "create table ledger_head(one {0}, size bigint not null, frontier bytea not null,"
      " checkpoint_size bigint not null, checkpoint_time bigint not null);"
      "create table ledger_leaf(sequence {0}, hash bytea not null);"
      "create table ledger_node(level bigint not null, place bigint not null, hash bytea not null,"
      " primary key(level, place)){1};"
      "create table ledger_entry(sequence {0}, time bigint not null, bytes bigint not null,"
      " tiles bytea not null{2});"
      "create table ledger_print(sequence bigint not null, place bigint not null,"
      " kind bigint not null, part bigint not null, bits bytea not null,"
      " primary key(sequence, place)){1};"
      "create table ledger_supply(sequence {0}, recipient text not null, agreement text not null,"
      " salt bytea not null);"
      "create table ledger_checkpoint(number {0}, size bigint not null, note text not null);"
      "create table ledger_certificate(key text not null, place bigint not null,"
      " der bytea not null, primary key(key, place)){1};"
      "create index ledger_entry_time on ledger_entry(time);",
      key, plain, texts);
  for (const std::string_view name : kSearched)
    sql += fmt::format("create index ledger_entry_{0} on ledger_entry({0}) where {0} <> '';", name);
  return sql + "insert into ledger_head values (0, 0, '', 0, 0);";
}

/// Tables of that name, or with an empty one of any name.
Result<std::uint64_t> tables(Connection& db, const std::string& name) {
  const std::string_view sql = db.engine() == Engine::sqlite
                                   ? "select count(*) from sqlite_schema where $1 in ('', name)"
                                   : "select count(*) from pg_class where oid = to_regclass($1)";
  SIGNMARK_ASSIGN(const Rows rows, db.run(sql, {name}));
  return as_count(rows.at(0).at(0));
}

Result<std::string> about(Connection& db, const std::string& name) {
  SIGNMARK_ASSIGN(const Rows rows,
                  db.run("select value from ledger_about where name = $1", {name}));
  return rows.empty() ? std::string() : database::as_string(rows[0].at(0));
}

Status create(Connection& db, Random& random) {
  SIGNMARK_ASSIGN(auto transaction, database::Transaction::begin(db));
  if (db.engine() == Engine::postgresql) SIGNMARK_TRY(db.run(kLock));
  SIGNMARK_ASSIGN(const std::uint64_t there, tables(db, "ledger_about"));
  if (there != 0) return transaction.commit();  // another process was faster
  SIGNMARK_TRY(db.script(schema(db.engine())));
  Bytes name(kOriginBytes);
  random.fill(name);
  SIGNMARK_TRY(db.run("insert into ledger_about values ('version', $1), ('origin', $2)",
                      {std::string(kVersion), "signmark/" + hex(name)}));
  return transaction.commit();
}

Status create_if_empty(Connection& db, Random& random, bool read_only) {
  SIGNMARK_ASSIGN(const std::uint64_t there, tables(db, "ledger_about"));
  if (there != 0) return {};
  if (read_only) return fail("ledger.open", "there is no ledger in this database");
  if (db.engine() == Engine::sqlite) {
    SIGNMARK_ASSIGN(const std::uint64_t others, tables(db, ""));
    // Another process may be making the ledger just now.
    SIGNMARK_ASSIGN(const std::uint64_t again, tables(db, "ledger_about"));
    if (others != 0 && again == 0)
      return fail("ledger.open", "this database holds something else than a ledger");
  }
  return create(db, random);
}

}  // namespace

Result<std::string> ensure_schema(Connection& db, Random& random, bool read_only) {
  SIGNMARK_TRY(create_if_empty(db, random, read_only));
  SIGNMARK_ASSIGN(const std::string version, about(db, "version"));
  if (version != kVersion)
    return fail("ledger.version",
                fmt::format("the ledger has version \"{}\", this program knows {}",
                            printable(version), kVersion),
                {}, "use the signmark that wrote it");
  return about(db, "origin");
}

Result<Head> read_head(Connection& db, bool lock) {
  std::string sql = "select size, frontier, checkpoint_size, checkpoint_time from ledger_head";
  if (lock && db.engine() == Engine::postgresql) sql += " for update";
  SIGNMARK_ASSIGN(const Rows rows, db.run(sql));
  if (rows.size() != 1) return fail("ledger.tampered.head", "the ledger has no head");
  const database::Row& row = rows.front();
  return Head{as_count(row[0]), database::as_blob(row[1]), as_count(row[2]),
              database::as_integer(row[3])};
}

Status write_head(Connection& db, const Frontier& tree) {
  SIGNMARK_TRY(db.run("update ledger_head set size = $1, frontier = $2",
                      {integer(tree.size()), tree.bytes()}));
  return {};
}

Status note_checkpoint(Connection& db, std::uint64_t size, UnixTime time) {
  SIGNMARK_TRY(db.run("update ledger_head set checkpoint_size = $1, checkpoint_time = $2",
                      {integer(size), time}));
  return {};
}

database::Value integer(std::uint64_t value) { return static_cast<std::int64_t>(value); }

std::uint64_t as_count(const database::Value& value) {
  return static_cast<std::uint64_t>(database::as_integer(value));
}

}  // namespace signmark::ledger
