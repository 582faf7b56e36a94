// SPDX-License-Identifier: Apache-2.0
// The SQLite driver: one file, write-ahead log, durable commits.
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <filesystem>
#include <map>
#include <thread>

#include "base/file.hpp"
#include "database/driver.hpp"

namespace signmark::database {
namespace {

namespace fs = std::filesystem;

constexpr int kPrimaryCode = 0xff;  // extended result codes carry the primary one below
constexpr std::size_t kMaxPrepared = 128;

struct CloseDatabase {
  void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Handle = std::unique_ptr<sqlite3, CloseDatabase>;
using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

const char* error_code(int result) {
  switch (result & kPrimaryCode) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "database.busy";
    case SQLITE_CONSTRAINT:
      return "database.constraint";
    case SQLITE_FULL:
    case SQLITE_NOMEM:
    case SQLITE_TOOBIG:
      return "database.full";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return "database.damaged";
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      return "database.lost";
    default:
      return "database.sql";
  }
}

tl::unexpected<Error> sqlite_error(sqlite3* handle, const std::string& file) {
  return fail(error_code(sqlite3_errcode(handle)), sqlite3_errmsg(handle), file);
}

Value column(sqlite3_stmt* statement, int index) {
  switch (sqlite3_column_type(statement, index)) {
    case SQLITE_INTEGER:
      return std::int64_t{sqlite3_column_int64(statement, index)};
    case SQLITE_FLOAT:
      return sqlite3_column_double(statement, index);
    case SQLITE_TEXT: {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, index));
      return std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement, index)));
    }
    case SQLITE_BLOB: {
      const auto* data = static_cast<const Byte*>(sqlite3_column_blob(statement, index));
      return Bytes(data, data + sqlite3_column_bytes(statement, index));
    }
    default:
      return std::monostate{};
  }
}

/// Binds one value, whose memory outlives the statement's run.
struct Binder {
  sqlite3_stmt* statement;
  int index;
  int operator()(std::monostate) const { return sqlite3_bind_null(statement, index); }
  int operator()(std::int64_t value) const { return sqlite3_bind_int64(statement, index, value); }
  int operator()(double value) const { return sqlite3_bind_double(statement, index, value); }
  int operator()(const std::string& value) const {
    return sqlite3_bind_text64(statement, index, value.data(), value.size(), SQLITE_STATIC,
                               SQLITE_UTF8);
  }
  int operator()(const Bytes& value) const {
    if (value.empty()) return sqlite3_bind_zeroblob(statement, index, 0);
    return sqlite3_bind_blob64(statement, index, value.data(), value.size(), SQLITE_STATIC);
  }
};

/// The number of a placeholder: SQLite takes `$7` for a name and counts names as they come.
std::size_t placeholder(const char* name) {
  const std::string_view digits = name == nullptr ? std::string_view{} : std::string_view(name + 1);
  std::size_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

bool bind_all(sqlite3_stmt* statement, const std::vector<Value>& values) {
  for (int i = 1; i <= sqlite3_bind_parameter_count(statement); ++i) {
    const std::size_t number = placeholder(sqlite3_bind_parameter_name(statement, i));
    if (number == 0 || number > values.size()) return false;
    if (std::visit(Binder{statement, i}, values[number - 1]) != SQLITE_OK) return false;
  }
  return true;
}

/// Takes a kept statement back into its resting state, whatever happened.
class Run {
 public:
  explicit Run(sqlite3_stmt* statement) : statement_(statement) {}
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  ~Run() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }

 private:
  sqlite3_stmt* statement_;
};

class SqliteConnection final : public Connection {
 public:
  SqliteConnection(Handle handle, std::string file)
      : handle_(std::move(handle)), file_(std::move(file)) {}

  [[nodiscard]] Engine engine() const override { return Engine::sqlite; }
  using Connection::run;
  Result<Rows> run(std::string_view sql, const std::vector<Value>& values) override {
    Rows rows;
    const sqlite3_int64 before = sqlite3_total_changes64(handle_.get());
    SIGNMARK_TRY(each(sql, values, [&](const Row& row) {
      rows.push_back(row);
      return Status();
    }));
    // sqlite3_changes64 keeps the number of an older statement when this one changes nothing.
    const bool any = sqlite3_total_changes64(handle_.get()) != before;
    changed_ = any ? static_cast<std::uint64_t>(sqlite3_changes64(handle_.get())) : 0;
    return rows;
  }
  Status each(std::string_view sql, const std::vector<Value>& values,
              const std::function<Status(const Row&)>& sink) override;
  Status script(std::string_view sql) override {
    const std::string text(sql);
    if (sqlite3_exec(handle_.get(), text.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
      return error();
    return {};
  }
  [[nodiscard]] std::uint64_t changed() const override { return changed_; }

 private:
  [[nodiscard]] tl::unexpected<Error> error() const { return sqlite_error(handle_.get(), file_); }
  Result<Statement> prepare(std::string_view sql);
  Result<sqlite3_stmt*> prepared(std::string_view sql, Statement& single);

  Handle handle_;  // closed after the statements: sqlite3_close_v2 waits for them
  std::string file_;
  std::map<std::string, Statement, std::less<>> prepared_;
  std::uint64_t changed_ = 0;
};

Result<Statement> SqliteConnection::prepare(std::string_view sql) {
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                         SQLITE_PREPARE_PERSISTENT, &raw, nullptr) != SQLITE_OK)
    return error();
  return Statement(raw);
}

/// The kept statement, or one in `single` when the kept one is running (a sink that asks the same).
Result<sqlite3_stmt*> SqliteConnection::prepared(std::string_view sql, Statement& single) {
  const auto found = prepared_.find(sql);
  if (found != prepared_.end() && sqlite3_stmt_busy(found->second.get()) == 0)
    return found->second.get();
  SIGNMARK_ASSIGN(Statement made, prepare(sql));
  sqlite3_stmt* const raw = made.get();
  if (found != prepared_.end() || prepared_.size() >= kMaxPrepared)
    single = std::move(made);
  else
    prepared_.emplace(sql, std::move(made));
  return raw;
}

Status SqliteConnection::each(std::string_view sql, const std::vector<Value>& values,
                              const std::function<Status(const Row&)>& sink) {
  Statement single;
  SIGNMARK_ASSIGN(sqlite3_stmt * statement, prepared(sql, single));
  const Run run(statement);
  if (!bind_all(statement, values))
    return fail("database.sql", "the values do not fit the placeholders", std::string(sql));
  Row row(static_cast<std::size_t>(sqlite3_column_count(statement)));
  int result = sqlite3_step(statement);
  for (; result == SQLITE_ROW; result = sqlite3_step(statement)) {
    for (std::size_t i = 0; i < row.size(); ++i) row[i] = column(statement, static_cast<int>(i));
    SIGNMARK_TRY(sink(row));
  }
  if (result != SQLITE_DONE) return error();
  return {};
}

tl::unexpected<Error> cannot_open(const std::string& file, const std::string& why) {
  return fail("database.open", "cannot open the database: " + why, file);
}

/// New folders are the user's alone; those that are there stay as they are.
Status make_folders(const fs::path& folder) {
  std::error_code code;
  if (folder.empty() || fs::exists(folder, code)) return {};
  SIGNMARK_TRY(make_folders(folder.parent_path()));
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
    return cannot_open(folder.string(), system_message(errno));
  return {};
}

/// SQLite would make it with the umask's mode; its companions (-wal, -shm) take the file's.
Status make_file(const fs::path& file) {
  SIGNMARK_TRY(make_folders(file.parent_path()));
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return cannot_open(file.string(), system_message(errno));
  ::close(fd);
  return {};
}

/// Whether a file can only be read as it lies there: SQLite wants to write a -shm beside it, which
/// a medium that nobody may write (an inspector's copy) does not allow.
bool lies_still(const fs::path& file) {
  std::error_code code;
  const fs::path folder = fs::absolute(file, code).parent_path();
  return ::access(folder.c_str(), W_OK) != 0 && !fs::exists(file.string() + "-wal", code);
}

/// `file:` with what a URI reserves escaped.
std::string file_uri(const fs::path& file, std::string_view query) {
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  std::error_code code;
  std::string out = "file:";
  for (const char c : fs::absolute(file, code).string()) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '?' || c == '#' || c == '%')
      ((out += '%') += kHex[byte >> 4U]) += kHex[byte & 15U];
    else
      out += c;
  }
  return out.append(query);
}

/// The switch to the write-ahead log does not wait for locks by itself (two processes that make one
/// file at once).
Status use_write_ahead_log(Connection& connection, int busy_ms) {
  using std::chrono::steady_clock;
  const auto end = steady_clock::now() + std::chrono::milliseconds(busy_ms);
  for (;;) {
    const auto done = connection.run("pragma journal_mode=wal");
    if (done) return {};
    if (done.error().code != "database.busy" || steady_clock::now() > end)
      return tl::unexpected(done.error());
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

Status set_up(Connection& connection, const OpenOptions& options) {
  SIGNMARK_TRY(connection.script(
      "pragma trusted_schema=off; pragma cell_size_check=on; pragma foreign_keys=on;"
      "pragma synchronous=full;"));
  // The first statement that reads the file: says whether it is a database at all.
  SIGNMARK_TRY(connection.run("select count(*) from sqlite_schema"));
  return options.read_only ? Status() : use_write_ahead_log(connection, options.busy_ms);
}

}  // namespace

Result<std::unique_ptr<Connection>> open_sqlite(const std::string& location,
                                                const OpenOptions& options) {
  std::error_code code;
  if (options.create && !options.read_only)
    SIGNMARK_TRY(make_file(location));
  else if (!fs::exists(location, code))
    return cannot_open(location, system_message(ENOENT));
  const bool still = options.read_only && lies_still(location);
  const std::string uri = file_uri(location, still ? "?immutable=1" : "");
  const int mode = options.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  sqlite3* raw = nullptr;
  const int result =
      sqlite3_open_v2(uri.c_str(), &raw, mode | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, nullptr);
  Handle handle(raw);
  if (result != SQLITE_OK)
    return cannot_open(location, handle ? sqlite3_errmsg(handle.get()) : sqlite3_errstr(result));
  sqlite3_extended_result_codes(handle.get(), 1);
  sqlite3_busy_timeout(handle.get(), options.busy_ms);
  sqlite3_db_config(handle.get(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  auto connection = std::make_unique<SqliteConnection>(std::move(handle), location);
  SIGNMARK_TRY(set_up(*connection, options));
  return connection;
}

}  // namespace signmark::database
