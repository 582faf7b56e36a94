// SPDX-License-Identifier: Apache-2.0
// What both engines share: values, transactions, the choice of the driver.
#include "database/database.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "database/driver.hpp"
#include "image_loader/module.hpp"

namespace signmark::database {
namespace {

template <class T>
T held(const Value& value) {
  const T* kept = std::get_if<T>(&value);
  return kept == nullptr ? T{} : *kept;
}

/// Whether the part between `//` and `@` holds more than a user's name.
bool password_in_authority(std::string_view rest) {
  const std::string_view authority = rest.substr(0, rest.find('/'));
  const std::size_t at = authority.rfind('@');
  return at != std::string_view::npos &&
         authority.substr(0, at).find(':') != std::string_view::npos;
}

/// Whether a server's location holds a password in one of the two places where libpq takes one.
bool has_password(std::string_view location) {
  return password_in_authority(location.substr(location.find("//") + 2)) ||
         location.find("password=") != std::string_view::npos;
}

Result<const Driver*> postgresql() {
  static constexpr ModuleName kModule{"libsignmark-postgresql.so",
                                      "signmark_postgresql_v1",
                                      "database.load",
                                      "PostgreSQL driver",
                                      "a shared database is out of reach",
                                      "signmark_postgresql"};
  SIGNMARK_ASSIGN(void* entry, open_module(kModule));
  return reinterpret_cast<const Driver* (*)()>(entry)();
}

}  // namespace

std::int64_t as_integer(const Value& value) { return held<std::int64_t>(value); }
double as_real(const Value& value) { return held<double>(value); }
std::string as_string(const Value& value) { return held<std::string>(value); }
Bytes as_blob(const Value& value) { return held<Bytes>(value); }

Result<Transaction> Transaction::begin(Connection& connection) {
  const bool server = connection.engine() == Engine::postgresql;
  // Immediate: a later upgrade from a read lock would fail instead of waiting.
  SIGNMARK_TRY(connection.run(server ? "begin" : "begin immediate"));
  return Transaction(connection);
}

Transaction::Transaction(Transaction&& other) noexcept
    : connection_(std::exchange(other.connection_, nullptr)) {}

Transaction::~Transaction() {
  if (connection_ != nullptr) static_cast<void>(connection_->run("rollback"));
}

Status Transaction::commit() {
  SIGNMARK_TRY(connection_->run("commit"));
  connection_ = nullptr;
  return {};
}

bool is_server(std::string_view location) {
  static constexpr std::array<std::string_view, 2> kSchemes{"postgresql://", "postgres://"};
  return std::any_of(kSchemes.begin(), kSchemes.end(),
                     [&](std::string_view scheme) { return location.starts_with(scheme); });
}

Result<std::unique_ptr<Connection>> open(const Context& context, const std::string& location,
                                         const OpenOptions& options) {
  if (!is_server(location)) return open_sqlite(location, options);
  if (has_password(location))
    return fail("database.password",
                "the location holds a password, which every user of this machine could read", {},
                "put it into ~/.pgpass or a service file (postgresql:///?service=NAME)");
  SIGNMARK_ASSIGN(const Driver* driver, postgresql());
  return driver->open(context, location, options);
}

}  // namespace signmark::database
