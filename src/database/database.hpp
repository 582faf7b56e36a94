// SPDX-License-Identifier: Apache-2.0
// Room `database` (floor 1): one small SQL layer over SQLite and PostgreSQL, so that ledger, job
// file and queue are one schema and one state machine. Two drivers: sqlite.cpp here, and
// postgresql/ in libsignmark-postgresql.so, which is loaded on first need (libpq brings 20
// libraries).
//
// SQL here is what both understand: `$1` placeholders in ascending order, `bigint`, `text`,
// `bytea`, `double precision`, `insert … on conflict do nothing`, `returning`, common table
// expressions. What differs is asked of engine().
#pragma once

#include <memory>
#include <variant>

#include "base/result.hpp"

namespace signmark::database {

enum class Engine { sqlite, postgresql };

/// A value in a statement or a row: null, integer, real, text (UTF-8 without NUL), bytes.
using Value = std::variant<std::monostate, std::int64_t, double, std::string, Bytes>;
using Row = std::vector<Value>;
using Rows = std::vector<Row>;

/// What a column holds; the empty value where the kind differs (the schema is ours).
std::int64_t as_integer(const Value& value);
double as_real(const Value& value);
std::string as_string(const Value& value);
Bytes as_blob(const Value& value);

/// One connection, for one thread at a time. Closing rolls back what is open.
class Connection {
 public:
  virtual ~Connection() = default;
  [[nodiscard]] virtual Engine engine() const = 0;
  /// One statement, prepared once and kept. Gives its rows. Errors: `database.busy` (locked or a
  /// serialisation failure: try again), `database.lost` (the server or file is gone),
  /// `database.constraint`, `database.full`, `database.damaged`, `database.sql`.
  virtual Result<Rows> run(std::string_view sql, const std::vector<Value>& values) = 0;
  Result<Rows> run(std::string_view sql) { return run(sql, std::vector<Value>{}); }
  /// The same row by row, for results that should not lie in memory; `sink` stops it by an error.
  virtual Status each(std::string_view sql, const std::vector<Value>& values,
                      const std::function<Status(const Row&)>& sink) = 0;
  /// Several statements separated by semicolons, without values.
  virtual Status script(std::string_view sql) = 0;
  /// Rows changed by the last run().
  [[nodiscard]] virtual std::uint64_t changed() const = 0;
};

/// A write transaction: `begin immediate`, or `begin` at PostgreSQL. Rolls back unless committed.
class Transaction {
 public:
  static Result<Transaction> begin(Connection& connection);
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();
  Status commit();

 private:
  explicit Transaction(Connection& connection) : connection_(&connection) {}
  Connection* connection_;
};

struct OpenOptions {
  bool create = true;      ///< a missing file is made, 0600 in a 0700 folder
  bool read_only = false;  ///< SQLite: opened as such; PostgreSQL: read-only transactions
  int busy_ms = 10'000;    ///< how long SQLite waits for a lock
};

/// Whether a location is a server's: `postgresql://` or `postgres://`.
bool is_server(std::string_view location);

/// Opens a file (WAL, synchronous=FULL, foreign keys on, trusted_schema off, cell checks on) or a
/// server (synchronous_commit on, UTC, search path as it is). Errors: `database.open`,
/// `database.password` (a password in the location would stand in argv; ~/.pgpass or a service
/// file), `database.load` (no driver), `database.damaged`.
Result<std::unique_ptr<Connection>> open(const Context& context, const std::string& location,
                                         const OpenOptions& options = {});

}  // namespace signmark::database
