// SPDX-License-Identifier: Apache-2.0
// Reaching a server, and libpq's objects as owners.
#pragma once

#include <libpq-fe.h>

#include "database/driver.hpp"

namespace signmark::database {

struct CloseConnection {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Session = std::unique_ptr<PGconn, CloseConnection>;
using Answer = std::unique_ptr<PGresult, ClearResult>;

/// A session with the server, nothing set. TLS, service files and ~/.pgpass are libpq's.
/// Errors: `database.open`, `database.password`.
Result<Session> connect(const std::string& location);

/// The location for messages: without what stands between a user's name and its host.
std::string shown(const std::string& location);

}  // namespace signmark::database
