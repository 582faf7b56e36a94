// SPDX-License-Identifier: Apache-2.0
// The SQL layer over SQLite: values, transactions, locks, refusals, damaged files.
#include <sys/stat.h>

#include <fstream>

#include "database/database.hpp"
#include "support/test_support.hpp"

namespace signmark::database {
namespace {

using test::code_of;

std::unique_ptr<Connection> opened(const std::filesystem::path& file,
                                   const OpenOptions& options = {}) {
  auto connection = open(test::test_context(), file.string(), options);
  REQUIRE_OK(connection);
  return std::move(*connection);
}

unsigned mode_of(const std::filesystem::path& path) {
  struct stat info {};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  return info.st_mode & 0777U;
}

TEST_CASE("values of every kind come back as they were") {
  const test::ScratchDir dir;
  const auto db = opened(dir / "a.db");
  REQUIRE_OK(db->script("create table t(a bigint, b double precision, c text, d bytea, e bytea)"));
  const std::vector<Value> values{std::int64_t{-5}, 0.25, std::string("\xe5\xad\x97"),
                                  Bytes{0, 1, 0}, Bytes{}};
  // Not in the order of their first appearance: the number counts, not the place.
  REQUIRE_OK(db->run("insert into t(e, a, b, c, d) values ($5, $1, $2, $3, $4)", values));
  CHECK(db->changed() == 1);
  const auto rows = db->run("select a, b, c, d, e, null from t where a = $1", {values[0]});
  REQUIRE_OK(rows);
  CHECK(db->changed() == 0);
  REQUIRE(rows->size() == 1);
  const Row& row = rows->front();
  CHECK(Row(row.begin(), row.begin() + 5) == values);
  CHECK(std::holds_alternative<std::monostate>(row[5]));
  CHECK(as_integer(row[0]) == -5);
  CHECK(as_real(row[1]) == 0.25);
  CHECK(as_blob(row[3]) == Bytes{0, 1, 0});
  CHECK(as_string(row[0]).empty());  // another kind
  CHECK(code_of(db->run("select $2", {std::int64_t{1}})) == "database.sql");
}

TEST_CASE("a statement may run within itself") {
  const test::ScratchDir dir;
  const auto db = opened(dir / "a.db");
  REQUIRE_OK(db->script("create table t(a bigint); insert into t values (1), (2), (3)"));
  const std::string sql = "select a from t where a > $1 order by a";
  int seen = 0;
  REQUIRE_OK(db->each(sql, {std::int64_t{0}}, [&](const Row& row) -> Status {
    SIGNMARK_ASSIGN(const Rows inner, db->run(sql, {row[0]}));
    seen += static_cast<int>(inner.size());
    return {};
  }));
  CHECK(seen == 3);  // 2 + 1 + 0
  const auto stopped = db->each(sql, {std::int64_t{0}},
                                [](const Row&) -> Status { return fail("test.stop", "enough"); });
  CHECK(code_of(stopped) == "test.stop");
}

TEST_CASE("a transaction rolls back unless it is committed") {
  const test::ScratchDir dir;
  const auto db = opened(dir / "a.db");
  REQUIRE_OK(db->script("create table t(a bigint primary key)"));
  {
    auto transaction = Transaction::begin(*db);
    REQUIRE_OK(transaction);
    REQUIRE_OK(db->run("insert into t values (1)"));
  }
  auto transaction = Transaction::begin(*db);
  REQUIRE_OK(transaction);
  REQUIRE_OK(db->run("insert into t values (2)"));
  CHECK(code_of(db->run("insert into t values (2)")) == "database.constraint");
  const auto second = opened(dir / "a.db", {.create = false, .read_only = false, .busy_ms = 1});
  CHECK(code_of(Transaction::begin(*second)) == "database.busy");
  REQUIRE_OK(transaction->commit());
  const auto rows = second->run("select a from t");
  REQUIRE_OK(rows);
  CHECK(*rows == Rows{{std::int64_t{2}}});
}

TEST_CASE("a new file is the user's alone, and commits are durable") {
  const test::ScratchDir dir;
  const auto file = dir / "deep" / "er?#%" / "a.db";
  const auto db = opened(file);
  REQUIRE_OK(db->script("create table t(a bigint)"));
  CHECK(mode_of(file) == 0600);
  CHECK(mode_of(file.string() + "-wal") == 0600);
  CHECK(mode_of(file.parent_path()) == 0700);
  CHECK(mode_of(file.parent_path().parent_path()) == 0700);
  CHECK(db->run("pragma journal_mode").value() == Rows{{std::string("wal")}});
  CHECK(db->run("pragma synchronous").value() == Rows{{std::int64_t{2}}});
  CHECK(db->run("pragma foreign_keys").value() == Rows{{std::int64_t{1}}});
  CHECK(db->run("pragma trusted_schema").value() == Rows{{std::int64_t{0}}});
  CHECK(db->run("pragma cell_size_check").value() == Rows{{std::int64_t{1}}});
}

TEST_CASE("what cannot be opened says why") {
  const test::ScratchDir dir;
  const Context context = test::test_context();
  const OpenOptions read{.create = false, .read_only = true, .busy_ms = 1};
  CHECK(code_of(open(context, (dir / "none.db").string(), read)) == "database.open");
  CHECK_FALSE(std::filesystem::exists(dir / "none.db"));
  CHECK(code_of(open(context, dir.path().string())) == "database.open");
  std::ofstream(dir / "text.db") << std::string(4096, 'x');
  CHECK(code_of(open(context, (dir / "text.db").string())) == "database.damaged");
}

TEST_CASE("a page that was overwritten is damage") {
  const test::ScratchDir dir;
  const auto file = dir / "a.db";
  {
    const auto db = opened(file);
    REQUIRE_OK(db->script("create table t(a bigint primary key, b text)"));
    for (std::int64_t i = 0; i < 200; ++i)
      REQUIRE_OK(db->run("insert into t values ($1, $2)", {i, std::string(100, 'b')}));
  }
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekp(4096);
  stream << std::string(8192, '\xff');
  stream.close();
  CHECK(code_of(opened(file)->run("select b from t")) == "database.damaged");
}

TEST_CASE("a file opened for reading is not changed") {
  const test::ScratchDir dir;
  const auto file = dir / "a.db";
  REQUIRE_OK(opened(file)->script("create table t(a bigint)"));
  const auto db = opened(file, {.create = true, .read_only = true, .busy_ms = 1});
  CHECK_OK(db->run("select a from t"));
  CHECK(code_of(db->run("insert into t values (1)")) == "database.sql");
}

TEST_CASE("servers are told from files, and passwords are refused") {
  CHECK(is_server("postgresql://host/db"));
  CHECK(is_server("postgres:///db"));
  CHECK_FALSE(is_server("ledger.db"));
  CHECK_FALSE(is_server("/postgresql://x"));
  const Context context = test::test_context();
  for (const char* location : {"postgresql://me:secret@host/db", "postgres://:secret@host",
                               "postgresql:///?password=secret",
                               "postgresql://host/db?user=me&password=secret&sslmode=require"}) {
    const auto result = open(context, location);
    CHECK(code_of(result) == "database.password");
    CHECK(result.error().message.find("secret") == std::string::npos);
    CHECK(result.error().where.empty());
  }
}

}  // namespace
}  // namespace signmark::database
