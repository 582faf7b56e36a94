// SPDX-License-Identifier: Apache-2.0
// How items end: guarded by epoch and state, so that a late holder changes nothing (batch.md 6.3).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "batch/job_sql.hpp"

namespace signmark::batch {
namespace {

constexpr double kFirstPause = 10;      // seconds, doubled with each attempt …
constexpr double kLongestPause = 3600;  // … up to this
constexpr double kJitter = 0.25;        // share; items that failed together do not return together

bool has_ended(ItemState state) { return state >= ItemState::done; }

}  // namespace

double SqlJobStore::back_off(int attempt) const {
  std::array<Byte, 2> bytes{};
  context_.random->fill(bytes);
  const double unit = (bytes[0] * 256.0 + bytes[1]) / 65535.0;  // 0 to 1
  const double pause = std::min(kLongestPause, std::ldexp(kFirstPause, attempt - 1));
  return pause * (1 - kJitter + 2 * kJitter * unit);
}

/// Whether this very lease brought the item into `state`: epochs grow with each lease, so nobody
/// else can have. True after an answer that was lost on its way.
Result<bool> SqlJobStore::ended_so(Connection& connection, const Lease& lease,
                                   ItemState state) const {
  SIGNMARK_ASSIGN(
      const Outcome found,
      ask(connection, "select 1 from signmark_item where id = $1 and epoch = $2 and state = $3",
          {lease.id, lease.epoch, static_cast<std::int64_t>(state)}));
  return !found.rows.empty();
}

Result<bool> SqlJobStore::end_item(Connection& connection, const Ending& ending) const {
  static const std::string kSql = fmt::format(
      "update signmark_item set state = $2, owner = '', {} "
      "where id = $15 and epoch = $16 and state = 1",
      kEndAssignments);
  Values values{clock()};
  append_end(ending.end, values);
  values.insert(values.end(), {ending.lease.id, ending.lease.epoch});
  SIGNMARK_ASSIGN(const Outcome outcome, ask(connection, kSql, values));
  if (outcome.changed == 1) return true;
  return ended_so(connection, ending.lease, ending.end.state);
}

Result<std::vector<bool>> SqlJobStore::finish(std::span<const Ending> endings) {
  const std::lock_guard guard(mutex_);
  const auto work = [&](Connection& connection, bool) -> Result<std::vector<bool>> {
    std::vector<bool> ended;
    for (const Ending& ending : endings) {
      SIGNMARK_ASSIGN(const bool kept, end_item(connection, ending));
      ended.push_back(kept);
    }
    return ended;
  };
  // A single statement is a transaction by itself, two round trips cheaper.
  SIGNMARK_ASSIGN(std::vector<bool> ended, endings.size() == 1 ? link_.use(work) : together(work));
  for (std::size_t i = 0; i < ended.size(); ++i)
    if (ended[i]) count_end(endings[i]);
  return ended;
}

Status SqlJobStore::intend(std::span<const Ending> endings) {
  static const std::string kSql = fmt::format(
      "update signmark_item set {} where id = $15 and epoch = $16 and state = 1", kEndAssignments);
  const std::lock_guard guard(mutex_);
  return together([&](Connection& connection, bool) -> Status {
    for (const Ending& ending : endings) {
      Values values{clock()};
      append_end(ending.end, values);
      values.insert(values.end(), {ending.lease.id, ending.lease.epoch});
      SIGNMARK_TRY(ask(connection, kSql, values));
    }
    return {};
  });
}

Status SqlJobStore::settle(std::span<const std::string> keys) {
  const std::lock_guard guard(mutex_);
  return together([&](Connection& connection, bool) -> Status {
    for (const std::string& key : keys)
      SIGNMARK_TRY(ask(connection,
                       "update signmark_item set pending = '' "
                       "where job = $1 and key = $2 and state = 2",
                       {number_, text_value(key)}));
    return {};
  });
}

Status SqlJobStore::doubt(const std::string& key, const Error& why) {
  const std::lock_guard guard(mutex_);
  ItemEnd end;
  end.state = ItemState::failed;
  end.error = why;
  Values values{clock()};
  append_end(end, values);
  values.insert(values.end(), {number_, text_value(key)});
  counted_ = false;
  SIGNMARK_TRY(ask(fmt::format("update signmark_item set state = $2, {} "
                               "where job = $15 and key = $16 and state = 2",
                               kEndAssignments),
                   values));
  return {};
}

Result<bool> SqlJobStore::give_back(const Lease& lease, const Error& why, int max_attempts) {
  if (lease.attempt >= max_attempts) {
    Ending ending{lease, {}};
    ending.end.state = ItemState::failed;
    ending.end.error = why;
    SIGNMARK_ASSIGN(const std::vector<bool> ended, finish({&ending, 1}));
    return ended.front();
  }
  const std::lock_guard guard(mutex_);
  const Values values{clock(), back_off(lease.attempt), lease.id, lease.epoch};
  const auto work = [&](Connection& connection, bool) -> Result<bool> {
    SIGNMARK_ASSIGN(const Outcome outcome,
                    ask(connection,
                        "update signmark_item set state = 0, owner = '', not_before = {now} + $2 "
                        "where id = $3 and epoch = $4 and state = 1",
                        values));
    if (outcome.changed == 1) return true;
    return ended_so(connection, lease, ItemState::planned);
  };
  SIGNMARK_ASSIGN(const bool kept, link_.use(work));
  if (kept) move(ItemState::leased, ItemState::planned, 1);
  return kept;
}

Status SqlJobStore::release(const Lease& lease) {
  const std::lock_guard guard(mutex_);
  SIGNMARK_ASSIGN(const Outcome outcome,
                  ask("update signmark_item set state = 0, owner = '', attempts = attempts - 1 "
                      "where id = $1 and epoch = $2 and state = 1",
                      {lease.id, lease.epoch}));
  move(ItemState::leased, ItemState::planned, outcome.changed);
  return {};
}

Result<std::uint64_t> SqlJobStore::retry() {
  const std::lock_guard guard(mutex_);
  Values values{clock()};
  append_end(ItemEnd{}, values);
  values.emplace_back(number_);
  counted_ = false;
  SIGNMARK_ASSIGN(const Outcome outcome,
                  ask(fmt::format("update signmark_item set state = 0, attempts = 0, "
                                  "not_before = 0, {} where job = $15 and state = 3",
                                  kEndAssignments),
                      values));
  return outcome.changed;
}

// ---------------------------------------------------------------------------------------------
// Counts kept beside the table

void SqlJobStore::move(ItemState from, ItemState to, std::uint64_t items) {
  std::uint64_t& source = counts_.items[from];
  source -= std::min(source, items);  // others may have moved them since they were counted
  counts_.items[to] += items;
}

void SqlJobStore::count_end(const Ending& ending) {
  const ItemEnd& end = ending.end;
  move(ItemState::leased, end.state, 1);
  if (has_ended(end.state)) counts_.bytes_done += ending.lease.item.bytes;
  if (end.state == ItemState::failed) ++counts_.errors[end.error.code];
  if (end.state == ItemState::done && !end.verdict.empty()) ++counts_.verdicts[end.verdict];
}

}  // namespace signmark::batch
