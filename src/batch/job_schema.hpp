// SPDX-License-Identifier: Apache-2.0
// Tables of jobs and items, and the few words in which the two engines differ.
#pragma once

#include "database/database.hpp"

namespace signmark::batch {

/// Statement for an engine: `{now}` is the store's clock (seconds; PostgreSQL's own, SQLite's is
/// handed in as $1), `{skip}` passes over rows that another claim holds.
std::string dialect(database::Engine engine, std::string_view sql);

/// Makes the tables when they are not there; several processes may do so at once.
/// Errors: `batch.job.version`, `database.*`.
Status make_schema(database::Connection& connection);

/// Whether the tables are there.
Result<bool> has_schema(database::Connection& connection);

}  // namespace signmark::batch
