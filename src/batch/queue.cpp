// SPDX-License-Identifier: Apache-2.0
// A queue: PostgreSQL, many machines (batch.md section 6).
#include <fmt/format.h>

#include "batch/job_schema.hpp"
#include "batch/job_sql.hpp"
#include "batch/patience.hpp"

namespace signmark::batch {
namespace {

Result<std::unique_ptr<database::Connection>> open_server(const Context& context,
                                                          const std::string& location) {
  if (!database::is_server(location))
    return fail("queue.location", "a queue is a server: postgresql://HOST/DATABASE");
  auto connection = database::open(context, location);
  if (!connection && connection.error().code == "database.open") {
    Error error = connection.error();
    error.code = "queue.open";
    return tl::unexpected(error);
  }
  return connection;
}

}  // namespace

Result<std::unique_ptr<JobStore>> open_queue(const Context& context, const std::string& location,
                                             const std::string& job) {
  const auto open = [context, location]() -> Result<std::unique_ptr<database::Connection>> {
    SIGNMARK_ASSIGN(auto connection, open_server(context, location));
    SIGNMARK_TRY(make_schema(*connection));
    return connection;
  };
  SIGNMARK_ASSIGN(Link link,
                  Link::connect(open, std::chrono::duration<double>(kServerPatience).count()));
  auto store = std::make_unique<SqlJobStore>(context, std::move(link), nullptr);
  SIGNMARK_TRY(store->attach(job));
  return store;
}

Result<std::vector<JobRow>> queue_jobs(const Context& context, const std::string& location) {
  SIGNMARK_ASSIGN(const auto connection, open_server(context, location));
  SIGNMARK_ASSIGN(const bool there, has_schema(*connection));
  std::vector<JobRow> jobs;
  if (!there) return jobs;
  SIGNMARK_ASSIGN(
      const database::Rows rows,
      connection->run(fmt::format("select {} from signmark_job order by created desc, number desc",
                                  kJobColumns)));
  for (const Row& row : rows) jobs.push_back(job_of(row));
  return jobs;
}

}  // namespace signmark::batch
