// SPDX-License-Identifier: Apache-2.0
// Reaching a server. Nothing that libpq says about a location that it cannot parse is passed on: it
// quotes the location, and with it what may be a password.
#include "database/postgresql/connect.hpp"

#include <algorithm>
#include <cstring>

#include "base/text.hpp"

namespace signmark::database {
namespace {

struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};
using Options = std::unique_ptr<PQconninfoOption, FreeOptions>;

Result<Options> parse(const std::string& location) {
  char* problem = nullptr;
  Options options(PQconninfoParse(location.c_str(), &problem));
  if (problem != nullptr) PQfreemem(problem);
  if (!options)
    return fail("database.open", "the server's location cannot be read", {},
                "postgresql://USER@HOST:PORT/DATABASE");
  return options;
}

Status refuse_password(const PQconninfoOption* option) {
  for (; option->keyword != nullptr; ++option)
    if (option->val != nullptr && std::strstr(option->keyword, "password") != nullptr)
      return fail("database.password",
                  "the location holds a password, which every user of this machine could read", {},
                  "put it into ~/.pgpass or a service file (postgresql:///?service=NAME)");
  return {};
}

/// libpq's words without its line ends.
std::string reason(const PGconn* connection) {
  std::string text = printable(PQerrorMessage(connection));
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

}  // namespace

std::string shown(const std::string& location) {
  return printable(location.substr(0, location.find('?')));
}

Result<Session> connect(const std::string& location) {
  SIGNMARK_ASSIGN(const Options options, parse(location));
  SIGNMARK_TRY(refuse_password(options.get()));
  // What comes after `dbname` wins over the location, what comes before gives way to it. Dead
  // servers are noticed within half a minute.
  static constexpr std::array kNames{
      "connect_timeout",  "keepalives_idle",  "keepalives_interval",
      "keepalives_count", "tcp_user_timeout", "application_name",
      "dbname",           "client_encoding",  static_cast<const char*>(nullptr)};
  const std::array<const char*, kNames.size()> values{
      "10", "10", "5", "3", "20000", "signmark", location.c_str(), "UTF8", nullptr};
  Session session(PQconnectdbParams(kNames.data(), values.data(), 1));
  if (!session) return fail("database.open", "no memory for a connection");
  // Not on stderr, which is the program's.
  PQsetNoticeProcessor(
      session.get(), [](void*, const char*) {}, nullptr);
  if (PQstatus(session.get()) != CONNECTION_OK)
    return fail("database.open", "cannot reach the server: " + reason(session.get()),
                shown(location), "psql with the same location says whether the server is there");
  return session;
}

}  // namespace signmark::database
