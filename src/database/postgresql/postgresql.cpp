// SPDX-License-Identifier: Apache-2.0
// The PostgreSQL driver: statements prepared once, errors in the words of database.hpp.
#include <fmt/format.h>

#include <charconv>
#include <map>

#include "base/text.hpp"
#include "database/postgresql/connect.hpp"
#include "database/postgresql/values.hpp"

namespace signmark::database {
namespace {

constexpr std::size_t kMaxPrepared = 128;

/// PostgreSQL manual, appendix A. Classes are the first two characters.
const char* error_code(std::string_view state) {
  if (state == "40001" || state == "40P01" || state == "55P03") return "database.busy";
  if (state.starts_with("57P0") || state.starts_with("08")) return "database.lost";
  if (state.starts_with("23")) return "database.constraint";
  if (state.starts_with("53")) return "database.full";
  if (state.starts_with("XX")) return "database.damaged";
  return "database.sql";
}

std::string field(const PGresult* result, int which) {
  const char* text = PQresultErrorField(result, which);
  return text == nullptr ? std::string() : printable(text);
}

bool is_good(const PGresult* result) {
  switch (PQresultStatus(result)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_SINGLE_TUPLE:
    case PGRES_EMPTY_QUERY:
      return true;
    default:
      return false;
  }
}

class PostgresConnection final : public Connection {
 public:
  PostgresConnection(Session session, std::string where)
      : session_(std::move(session)), where_(std::move(where)) {}

  [[nodiscard]] Engine engine() const override { return Engine::postgresql; }
  using Connection::run;
  Result<Rows> run(std::string_view sql, const std::vector<Value>& values) override;
  Status each(std::string_view sql, const std::vector<Value>& values,
              const std::function<Status(const Row&)>& sink) override;
  Status script(std::string_view sql) override;
  [[nodiscard]] std::uint64_t changed() const override { return changed_; }

 private:
  [[nodiscard]] tl::unexpected<Error> error(const PGresult* result) const;
  Status check(const Answer& answer) const;
  Result<std::string> prepared(std::string_view sql);
  Status stream(const std::function<Status(const Row&)>& sink);
  void drain();

  Session session_;
  std::string where_;
  std::map<std::string, std::string, std::less<>> prepared_;  // statement to its name
  std::uint64_t changed_ = 0;
};

/// The server's first line alone: its details quote rows, which may hold what is personal.
tl::unexpected<Error> PostgresConnection::error(const PGresult* result) const {
  if (PQstatus(session_.get()) == CONNECTION_BAD)
    return fail("database.lost", "the connection to the server broke", where_);
  const std::string state = field(result, PG_DIAG_SQLSTATE);
  std::string message = field(result, PG_DIAG_MESSAGE_PRIMARY);
  if (message.empty()) message = printable(PQerrorMessage(session_.get()));
  if (!state.empty()) message += fmt::format(" (SQLSTATE {})", state);
  return fail(error_code(state), std::move(message), where_);
}

Status PostgresConnection::check(const Answer& answer) const {
  if (!is_good(answer.get())) return error(answer.get());
  return {};
}

/// The name under which the server keeps a statement.
Result<std::string> PostgresConnection::prepared(std::string_view sql) {
  if (const auto found = prepared_.find(sql); found != prepared_.end()) return found->second;
  if (prepared_.size() >= kMaxPrepared) {
    SIGNMARK_TRY(script("deallocate all"));
    prepared_.clear();
  }
  const std::string text(sql), name = fmt::format("s{}", prepared_.size());
  const Answer answer(PQprepare(session_.get(), name.c_str(), text.c_str(), 0, nullptr));
  SIGNMARK_TRY(check(answer));
  prepared_.emplace(text, name);
  return name;
}

Result<Rows> PostgresConnection::run(std::string_view sql, const std::vector<Value>& values) {
  changed_ = 0;
  SIGNMARK_ASSIGN(const Parameters given, Parameters::of(values));
  SIGNMARK_ASSIGN(const std::string name, prepared(sql));
  const Answer answer(PQexecPrepared(session_.get(), name.c_str(), given.count(), given.data(),
                                     given.sizes(), given.formats(), 0));
  SIGNMARK_TRY(check(answer));
  // As SQLite counts: rows that a query gives are not changed ones.
  const std::string_view tag = PQcmdStatus(answer.get()), tuples = PQcmdTuples(answer.get());
  if (!tag.starts_with("SELECT"))
    std::from_chars(tuples.data(), tuples.data() + tuples.size(), changed_);
  Rows rows;
  rows.reserve(static_cast<std::size_t>(PQntuples(answer.get())));
  for (int i = 0; i < PQntuples(answer.get()); ++i) rows.push_back(row_of(answer.get(), i));
  return rows;
}

/// Takes what is left of a running statement, so that the next one may be sent.
void PostgresConnection::drain() {
  while (const Answer left{PQgetResult(session_.get())}) continue;
}

Status PostgresConnection::stream(const std::function<Status(const Row&)>& sink) {
  for (;;) {
    const Answer answer(PQgetResult(session_.get()));
    if (!answer) return {};
    SIGNMARK_TRY(check(answer));
    for (int i = 0; i < PQntuples(answer.get()); ++i) SIGNMARK_TRY(sink(row_of(answer.get(), i)));
  }
}

struct FreeCancel {
  void operator()(PGcancel* cancel) const { PQfreeCancel(cancel); }
};

void cancel(PGconn* session) {
  const std::unique_ptr<PGcancel, FreeCancel> handle(PQgetCancel(session));
  std::array<char, 256> problem{};
  if (handle) PQcancel(handle.get(), problem.data(), static_cast<int>(problem.size()));
}

Status PostgresConnection::each(std::string_view sql, const std::vector<Value>& values,
                                const std::function<Status(const Row&)>& sink) {
  SIGNMARK_ASSIGN(const Parameters given, Parameters::of(values));
  SIGNMARK_ASSIGN(const std::string name, prepared(sql));
  if (PQsendQueryPrepared(session_.get(), name.c_str(), given.count(), given.data(), given.sizes(),
                          given.formats(), 0) == 0)
    return error(nullptr);
  PQsetSingleRowMode(session_.get());
  Status status = stream(sink);
  if (!status) cancel(session_.get());
  drain();
  return status;
}

Status PostgresConnection::script(std::string_view sql) {
  const Answer answer(PQexec(session_.get(), std::string(sql).c_str()));
  return check(answer);
}

/// What statements rely on, whatever the server's or the role's settings are. A process that hangs
/// within a transaction loses it before the others give up waiting for its locks.
std::string settings(const OpenOptions& options) {
  return fmt::format(
      "set client_min_messages = warning; set timezone = 'UTC'; set bytea_output = 'hex'; "
      "set extra_float_digits = 1; set standard_conforming_strings = on; "
      "set synchronous_commit = on; set lock_timeout = {}; "
      "set idle_in_transaction_session_timeout = {}; set default_transaction_read_only = {}",
      options.busy_ms, options.busy_ms / 2, options.read_only ? "on" : "off");
}

Result<std::unique_ptr<Connection>> open_postgresql(const Context& /*context*/,
                                                    const std::string& location,
                                                    const OpenOptions& options) {
  SIGNMARK_ASSIGN(Session session, connect(location));
  auto connection = std::make_unique<PostgresConnection>(std::move(session), shown(location));
  SIGNMARK_TRY(connection->script(settings(options)));
  return connection;
}

}  // namespace
}  // namespace signmark::database

// Its version changes with any change of Driver or Connection, so that a module of another version
// is refused.
extern "C" const signmark::database::Driver* signmark_postgresql_v1() {
  static constexpr signmark::database::Driver kDriver{&signmark::database::open_postgresql};
  return &kDriver;
}
