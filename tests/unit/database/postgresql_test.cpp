// SPDX-License-Identifier: Apache-2.0
// The PostgreSQL driver: values, the codes of its errors, what it says and what it keeps to itself.
#include "database/database.hpp"
#include "support/postgres.hpp"

namespace signmark::database {
namespace {

using test::code_of;

const std::string& location() { return test::shared_postgres().location(); }

std::unique_ptr<Connection> opened(const OpenOptions& options = {}) {
  auto connection = open(test::test_context(), location(), options);
  REQUIRE_OK(connection);
  return std::move(*connection);
}

bool skipped() {
  if (test::Postgres::installed()) return false;
  WARN("PostgreSQL is not installed: skipped");
  return true;
}

TEST_CASE("PostgreSQL: values of every kind come back as they were") {
  if (skipped()) return;
  const auto db = opened();
  CHECK(db->engine() == Engine::postgresql);
  REQUIRE_OK(
      db->script("create temp table t(a bigint, b double precision, c text, d bytea, "
                 "e bytea, f text)"));
  const std::vector<Value> values{std::int64_t{-9'223'372'036'854'775'807},
                                  0.1,
                                  std::string("\xe5\xad\x97 'quoted'"),
                                  Bytes{0, 1, 255, 0},
                                  Bytes{},
                                  std::monostate{}};
  REQUIRE_OK(db->run("insert into t values ($1, $2, $3, $4, $5, $6)", values));
  CHECK(db->changed() == 1);
  const auto rows = db->run("select * from t where a = $1", {values[0]});
  REQUIRE_OK(rows);
  REQUIRE(rows->size() == 1);
  CHECK(rows->front() == values);
  CHECK(db->changed() == 0);
  const auto sums = db->run("select sum(a), avg(b), true, null, '\\x41'::bytea from t");
  REQUIRE_OK(sums);
  CHECK(as_integer((*sums)[0][0]) == as_integer(values[0]));
  CHECK(as_real((*sums)[0][1]) == 0.1);
  CHECK(as_integer((*sums)[0][2]) == 1);
  CHECK(as_blob((*sums)[0][4]) == Bytes{'A'});
  REQUIRE_OK(db->run("update t set a = 1 returning a"));
  CHECK(db->changed() == 1);
  CHECK(code_of(db->run("select $1::text", {std::string("a\0b", 3)})) == "database.sql");
  CHECK(code_of(db->run("select $1::text", {std::string("\xff")})) == "database.sql");
}

TEST_CASE("PostgreSQL: more statements than are kept, and one within a transaction that failed") {
  if (skipped()) return;
  const auto db = opened();
  for (std::int64_t i = 0; i < 300; ++i) {
    const auto rows = db->run("select $1::bigint + " + std::to_string(i % 200), {i});
    REQUIRE_OK(rows);
    CHECK(as_integer((*rows)[0][0]) == i + i % 200);
  }
  REQUIRE_OK(db->script("create temp table t(a bigint primary key)"));
  {
    auto change = Transaction::begin(*db);
    REQUIRE_OK(change);
    REQUIRE_OK(db->run("insert into t values (1)"));
    CHECK(code_of(db->run("insert into t values (1)")) == "database.constraint");
  }
  CHECK(as_integer(db->run("select count(*) from t").value()[0][0]) == 0);
}

TEST_CASE("PostgreSQL: rows one by one, stopped by the sink") {
  if (skipped()) return;
  const auto db = opened();
  std::int64_t sum = 0;
  const std::string sql = "select x from generate_series(1, $1::bigint) as x";
  REQUIRE_OK(db->each(sql, {std::int64_t{1000}}, [&](const Row& row) -> Status {
    sum += as_integer(row[0]);
    return {};
  }));
  CHECK(sum == 500'500);
  const auto stopped = db->each(sql, {std::int64_t{1'000'000}}, [&](const Row& row) -> Status {
    if (as_integer(row[0]) == 3) return fail("test.enough", "enough");
    return {};
  });
  CHECK(code_of(stopped) == "test.enough");
  CHECK(as_integer(db->run("select 5").value()[0][0]) == 5);  // the connection is still good
}

TEST_CASE("PostgreSQL: errors have codes, and no rows in their words") {
  if (skipped()) return;
  OpenOptions hasty;
  hasty.busy_ms = 50;
  const auto db = opened(), other = opened(hasty);
  CHECK(code_of(db->run("selec 1")) == "database.sql");
  REQUIRE_OK(db->script("create table if not exists codes(a text primary key)"));
  REQUIRE_OK(db->run("insert into codes values ('private data') on conflict do nothing"));
  const auto doubled = db->run("insert into codes values ('private data')");
  REQUIRE(code_of(doubled) == "database.constraint");
  CHECK(doubled.error().message.find("private") == std::string::npos);
  CHECK(doubled.error().message.find("23505") != std::string::npos);
  REQUIRE_OK(db->script("begin; lock table codes"));
  CHECK(code_of(other->run("select * from codes")) == "database.busy");
  REQUIRE_OK(db->script("commit"));
  OpenOptions looking;
  looking.read_only = true;
  CHECK(code_of(opened(looking)->run("insert into codes values ('x')")) == "database.sql");
  REQUIRE_OK(
      db->run("select pg_terminate_backend(pid, 5000) from pg_stat_activity where "
              "application_name = 'signmark' and pid <> pg_backend_pid()"));
  CHECK(code_of(other->run("select 1")) == "database.lost");
  CHECK(code_of(other->script("select 1")) == "database.lost");
}

TEST_CASE("PostgreSQL: what cannot be reached, and passwords") {
  const Context context = test::test_context();
  const auto none = open(context, "postgresql://me@127.0.0.1:1/db?sslmode=disable");
  REQUIRE(code_of(none) == "database.open");
  CHECK(none.error().where == "postgresql://me@127.0.0.1:1/db");
  for (const char* bad :
       {"postgresql://me:tops3cret@127.0.0.1:1/db",
        "postgresql://127.0.0.1:1/?passwor%64=tops3cret",
        "postgresql://127.0.0.1:1/?sslpassword=tops3cret", "postgresql://127.0.0.1:1/%zztops3cret",
        "postgresql://127.0.0.1:1/db?tops3cret=1"}) {
    INFO(bad);
    const auto refused = open(context, bad);
    REQUIRE_FALSE(refused);
    const Error& error = refused.error();
    CHECK((error.message + error.where + error.hint).find("tops3cret") == std::string::npos);
  }
  CHECK(code_of(open(context, "postgresql://127.0.0.1:1/?passwor%64=x")) == "database.password");
}

}  // namespace
}  // namespace signmark::database
