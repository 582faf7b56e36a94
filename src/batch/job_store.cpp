// SPDX-License-Identifier: Apache-2.0
// Jobs, planning and leases. How items end is in job_end.cpp, what is asked in job_read.cpp.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "base/text.hpp"
#include "batch/job_schema.hpp"
#include "batch/job_sql.hpp"

namespace signmark::batch {
namespace {

using database::as_integer;
using database::Engine;

/// An expired lease says that its holder vanished. An item that does that to five is given up, or
/// it would take down one machine after the other.
constexpr int kMostExpiries = 5;

constexpr std::size_t kRowsAtOnce = 64;  // 6 values each: far below either engine's limit

std::string make_session(Random& random) {
  std::array<Byte, 8> bytes{};
  random.fill(bytes);
  return fmt::format("{}-{}-{}", ::getpid(),
                     std::chrono::steady_clock::now().time_since_epoch().count(), hex(bytes));
}

/// `insert` of so many rows: $1 is the job.
std::string plan_statement(std::size_t rows) {
  std::string out = fmt::format("insert into signmark_item(job, {}) values", kPlannedColumns);
  for (std::size_t i = 0, at = 2; i < rows; ++i) {
    out += i == 0 ? " ($1" : ", ($1";
    for (std::size_t k = 0; k < kPlannedWidth; ++k) out += fmt::format(", ${}", at++);
    out += ')';
  }
  return out + " on conflict(job, key) do nothing returning bytes";
}

std::vector<Lease> leases_of(const database::Rows& rows) {
  std::vector<Lease> leases;
  leases.reserve(rows.size());
  for (const Row& row : rows) leases.push_back(lease_of(row));
  std::sort(leases.begin(), leases.end(),
            [](const Lease& a, const Lease& b) { return a.id < b.id; });
  return leases;
}

}  // namespace

SqlJobStore::SqlJobStore(const Context& context, Link link, std::unique_ptr<JobLock> lock)
    : context_(context),
      link_(std::move(link)),
      lock_(std::move(lock)),
      session_(make_session(*context_.random)) {}

Value SqlJobStore::clock() const {
  if (link_.engine() == Engine::postgresql) return std::monostate{};  // the server's own
  return static_cast<double>(context_.clock->now());
}

Result<SqlJobStore::Outcome> SqlJobStore::ask(Connection& connection, std::string_view sql,
                                              const Values& values) const {
  Outcome outcome;
  SIGNMARK_ASSIGN(outcome.rows, connection.run(dialect(connection.engine(), sql), values));
  outcome.changed = connection.changed();
  return outcome;
}

Result<SqlJobStore::Outcome> SqlJobStore::ask(std::string_view sql, const Values& values) {
  return link_.use([&](Connection& connection, bool) { return ask(connection, sql, values); });
}

// ---------------------------------------------------------------------------------------------
// Jobs

Result<JobRow> SqlJobStore::take_job(const std::string& id) {
  SIGNMARK_ASSIGN(
      const Outcome found,
      ask(fmt::format("select {} from signmark_job where id = $1", kJobColumns), {text_value(id)}));
  if (found.rows.empty()) return fail("batch.job.unknown", "there is no such job: " + id);
  const Row& row = found.rows.front();
  number_ = as_integer(row[5]);
  counts_.job = id;
  return job_of(row);
}

Status SqlJobStore::attach(const std::string& id) {
  const std::lock_guard guard(mutex_);
  SIGNMARK_ASSIGN(const Outcome found,
                  ask("select id from signmark_job where $1 in ('', id) order by number limit 1",
                      {text_value(id)}));
  if (found.rows.empty()) return {};
  SIGNMARK_TRY(take_job(database::as_string(found.rows.front().front())));
  return {};
}

Result<JobRow> SqlJobStore::open_job(const JobRow& row) {
  const std::lock_guard guard(mutex_);
  SIGNMARK_TRY(
      ask("insert into signmark_job(id, params, description, created, version) "
          "values ($1, $2, $3, $4, 1) on conflict(id) do nothing",
          {text_value(row.id), text_value(row.params), text_value(row.description), row.created}));
  SIGNMARK_ASSIGN(JobRow kept, take_job(row.id));
  if (kept.params != row.params)
    return fail("batch.job.changed", "this job was planned with other parameters", row.id,
                "use `signmark batch run` for a new one");
  return kept;
}

Result<JobRow> SqlJobStore::row() {
  const std::lock_guard guard(mutex_);
  if (number_ == 0) return fail("batch.job.unknown", "there is no such job");
  return take_job(counts_.job);
}

Status SqlJobStore::scanned() {
  const std::lock_guard guard(mutex_);
  SIGNMARK_TRY(ask("update signmark_job set scanned = 1 where number = $1", {number_}));
  counts_.scanning = false;
  // The planner of PostgreSQL knows nothing yet of what was just inserted.
  if (link_.engine() == Engine::postgresql) SIGNMARK_TRY(ask("analyze signmark_item", {}));
  return {};
}

// ---------------------------------------------------------------------------------------------
// Planning

Result<std::uint64_t> SqlJobStore::plan_rows(Connection& connection,
                                             std::span<const PlannedItem> items,
                                             std::uint64_t& bytes) const {
  Values values{number_};
  for (const PlannedItem& item : items) append_planned(item, values);
  SIGNMARK_ASSIGN(const Outcome added, ask(connection, plan_statement(items.size()), values));
  for (const Row& row : added.rows) bytes += static_cast<std::uint64_t>(as_integer(row.front()));
  return added.rows.size();
}

Result<std::uint64_t> SqlJobStore::plan(std::span<const PlannedItem> items) {
  const std::lock_guard guard(mutex_);
  std::uint64_t bytes = 0;
  const auto work = [&](Connection& connection, bool again) -> Result<std::uint64_t> {
    std::uint64_t added = bytes = 0;
    if (again) counted_ = false;  // what was added before the answer was lost is not told
    for (std::size_t at = 0; at < items.size();) {
      // Few different statements, so that each is prepared once.
      const std::size_t left = items.size() - at, rows = left < kRowsAtOnce ? 1 : kRowsAtOnce;
      SIGNMARK_ASSIGN(const std::uint64_t some,
                      plan_rows(connection, items.subspan(at, rows), bytes));
      added += some;
      at += rows;
    }
    return added;
  };
  SIGNMARK_ASSIGN(const std::uint64_t added, together(work));
  counts_.items[ItemState::planned] += added;
  counts_.bytes_total += bytes;
  return added;
}

// ---------------------------------------------------------------------------------------------
// Leases

Result<std::vector<Lease>> SqlJobStore::claim_once(Connection& connection, const Values& who,
                                                   int limit, bool again) const {
  if (again) {  // the claim may have been carried out, and nobody would work on its items
    SIGNMARK_ASSIGN(const Outcome mine,
                    ask(connection,
                        fmt::format("select {} from signmark_item where job = $1 and state = 1 "
                                    "and session = $2 and ticket = $3",
                                    kLeaseColumns),
                        {number_, session_, ticket_}));
    if (!mine.rows.empty()) return leases_of(mine.rows);
  }
  const std::string sql = fmt::format(
      "with ready as (select id from signmark_item where job = $2 and state = 0 and "
      "not_before <= {{now}} order by not_before, id limit {} {{skip}}) "
      "update signmark_item set state = 1, epoch = epoch + 1, attempts = attempts + 1, "
      "owner = $3, session = $4, ticket = $5, lease_until = {{now}} + $6 "
      "where id in (select id from ready) returning {}",
      limit, kLeaseColumns);
  SIGNMARK_ASSIGN(const Outcome got, ask(connection, sql, who));
  return leases_of(got.rows);
}

Result<std::vector<Lease>> SqlJobStore::claim(const std::string& owner, int limit, double seconds) {
  const std::lock_guard guard(mutex_);
  const Values who{clock(), number_, text_value(owner), session_, ++ticket_, seconds};
  SIGNMARK_ASSIGN(std::vector<Lease> leases, link_.use([&](Connection& connection, bool again) {
    return claim_once(connection, who, limit, again);
  }));
  move(ItemState::planned, ItemState::leased, leases.size());
  return leases;
}

Result<std::vector<Lease>> SqlJobStore::heartbeat(std::span<const Lease> leases, double seconds) {
  const std::lock_guard guard(mutex_);
  return together([&](Connection& connection, bool) -> Result<std::vector<Lease>> {
    std::vector<Lease> held;
    for (const Lease& lease : leases) {
      SIGNMARK_ASSIGN(const Outcome outcome,
                      ask(connection,
                          "update signmark_item set lease_until = {now} + $2 "
                          "where id = $3 and epoch = $4 and state = 1",
                          {clock(), seconds, lease.id, lease.epoch}));
      if (outcome.changed == 1) held.push_back(lease);
    }
    return held;
  });
}

Result<std::uint64_t> SqlJobStore::reclaim_expired(Connection& connection) const {
  SIGNMARK_TRY(ask(connection,
                   "update signmark_item set state = 3, ending = 3, ended = {now}, owner = '', "
                   "code = 'batch.lease.expired', message = 'its holder vanished ' || attempts || "
                   "' times' where job = $2 and state = 1 and lease_until <= {now} and "
                   "attempts >= $3",
                   {clock(), number_, std::int64_t{kMostExpiries}}));
  SIGNMARK_ASSIGN(const Outcome freed, ask(connection,
                                           "update signmark_item set state = 0, owner = '' "
                                           "where job = $2 and state = 1 and lease_until <= {now}",
                                           {clock(), number_}));
  return freed.changed;
}

Result<std::uint64_t> SqlJobStore::reclaim_orphans(Connection& connection) const {
  // That a supervisor died says nothing about the item: its attempt is not counted.
  SIGNMARK_ASSIGN(const Outcome freed,
                  ask(connection,
                      "update signmark_item set state = 0, owner = '', attempts = attempts - 1 "
                      "where job = $1 and state = 1 and session <> $2",
                      {number_, session_}));
  return freed.changed;
}

Result<std::uint64_t> SqlJobStore::reclaim() {
  const std::lock_guard guard(mutex_);
  counted_ = false;
  return together([&](Connection& connection, bool) {
    return lock_ ? reclaim_orphans(connection) : reclaim_expired(connection);
  });
}

}  // namespace signmark::batch
