// SPDX-License-Identifier: Apache-2.0
// How drivers are opened: SQLite here, PostgreSQL in its module.
#pragma once

#include "database/database.hpp"

namespace signmark::database {

/// What libsignmark-postgresql.so offers under its one symbol:
/// `extern "C" const signmark::database::Driver* signmark_postgresql_v1()`.
struct Driver {
  Result<std::unique_ptr<Connection>> (*open)(const Context& context, const std::string& location,
                                              const OpenOptions& options);
};

/// Opens or makes a SQLite file. Errors: as database::open.
Result<std::unique_ptr<Connection>> open_sqlite(const std::string& location,
                                                const OpenOptions& options);

}  // namespace signmark::database
