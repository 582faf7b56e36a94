// SPDX-License-Identifier: Apache-2.0
// What only a queue can suffer: other processes, expiry, a server that is cut off, killed,
// restarted.
#include <chrono>

#include "batch/link.hpp"
#include "store_support.hpp"

using namespace signmark;
using namespace signmark::batch;
using namespace signmark::test;

namespace {

/// A queue, or nothing (and a message) where PostgreSQL is not installed.
std::unique_ptr<Venue> server_venue() {
  if (Postgres::installed()) return make_venue(Engine::postgresql);
  WARN("PostgreSQL is not installed: skipped");
  return nullptr;
}

std::unique_ptr<database::Connection> direct() {
  auto connection = database::open(test_context(), shared_postgres().location());
  REQUIRE_OK(connection);
  return std::move(*connection);
}

/// A connection whose server is gone.
class DeadConnection final : public database::Connection {
 public:
  [[nodiscard]] database::Engine engine() const override { return Engine::postgresql; }
  Result<database::Rows> run(std::string_view /*sql*/,
                             const std::vector<database::Value>& /*values*/) override {
    return fail("database.lost", "gone");
  }
  Status each(std::string_view /*sql*/, const std::vector<database::Value>& /*values*/,
              const std::function<Status(const database::Row&)>& /*sink*/) override {
    return fail("database.lost", "gone");
  }
  Status script(std::string_view /*sql*/) override { return fail("database.lost", "gone"); }
  [[nodiscard]] std::uint64_t changed() const override { return 0; }
};

std::size_t stored(JobStore& store, ItemState state) {
  std::size_t items = 0;
  REQUIRE_OK(store.each([&](const StoredItem& item) -> Status {
    items += item.state == state ? 1 : 0;
    return {};
  }));
  return items;
}

}  // namespace

TEST_CASE("a lost server is waited for, but not for ever", "[queue-link]") {
  int opened = 0;
  auto link = Link::connect(
      [&]() -> Result<std::unique_ptr<database::Connection>> {
        if (++opened == 3) return fail("database.open", "refused");
        return std::make_unique<DeadConnection>();
      },
      0.2);
  REQUIRE_OK(link);
  bool told = false;
  const auto outcome = link->use([&](database::Connection& connection, bool again) {
    told = told || again;
    return connection.run("select 1");
  });
  CHECK(code_of(outcome) == "queue.lost");
  CHECK(told);
  CHECK(opened > 3);
  auto impatient = Link::connect([] { return std::make_unique<DeadConnection>(); }, 0);
  const auto direct_outcome = impatient->use(
      [](database::Connection& connection, bool) { return connection.run("select 1"); });
  CHECK(code_of(direct_outcome) == "database.lost");
}

TEST_CASE("a queue that cannot be reached says so, without a password", "[queue-link]") {
  const Context context = test_context();
  CHECK(code_of(open_queue(context, "/tmp/queue.db", "j")) == "queue.location");
  const auto none = open_queue(context, "postgresql://me@127.0.0.1:1/db", "j");
  CHECK(code_of(none) == "queue.open");
  CHECK(code_of(open_queue(context, "postgresql://me:tops3cret@127.0.0.1:1/db", "j")) ==
        "database.password");
  CHECK(code_of(queue_jobs(context, "postgresql://127.0.0.1:1/db")) == "queue.open");
}

TEST_CASE("processes share a queue: one plans, leases expire, late holders are fenced off") {
  const auto venue = server_venue();
  if (!venue) return;
  const auto first = venue->job(), second = venue->job();
  REQUIRE_OK(first->plan(planned(2)));
  const Lease late = first->claim("first", 1, 0.05)->at(0);
  CHECK(second->claim("second", 5, 60)->size() == 1);
  CHECK(second->claim("second", 5, 60)->empty());
  std::this_thread::sleep_for(std::chrono::milliseconds(80));
  CHECK(second->reclaim().value() == 1);
  const Lease holder = second->claim("second", 5, 60)->at(0);
  CHECK(holder.id == late.id);
  CHECK(holder.attempt == 2);
  const Ending lost{late, {}}, kept{holder, {}};
  CHECK(first->finish({&lost, 1}).value() == std::vector<bool>{false});
  CHECK(second->finish({&kept, 1}).value() == std::vector<bool>{true});
  CHECK(first->status()->items.at(ItemState::done) == 1);
}

TEST_CASE("an item whose holders vanish is given up at the fifth") {
  const auto venue = server_venue();
  if (!venue) return;
  const auto store = venue->job();
  REQUIRE_OK(store->plan(planned(1)));
  for (int i = 1; i <= 5; ++i) {
    REQUIRE(store->claim("killer", 1, 0)->size() == 1);
    CHECK(store->reclaim().value() == (i < 5 ? 1 : 0));
  }
  CHECK(store->status()->errors.at("batch.lease.expired") == 1);
  CHECK_FALSE(store->wait().value());
  CHECK(store->retry().value() == 1);
}

TEST_CASE("jobs of a queue are listed, the newest first") {
  const auto venue = server_venue();
  if (!venue) return;
  const auto older = make_venue(Engine::postgresql);
  JobRow row = older->row();
  row.created = 1'000'000;
  REQUIRE_OK(older->open()->open_job(row));
  row = venue->row();
  row.created = 2'000'000;
  REQUIRE_OK(venue->open()->open_job(row));
  const auto jobs = queue_jobs(venue->context, shared_postgres().location());
  REQUIRE_OK(jobs);
  REQUIRE(jobs->size() >= 2);
  CHECK((*jobs)[0].id == venue->row().id);
  CHECK((*jobs)[1].id == older->row().id);
  CHECK(code_of(make_venue(Engine::postgresql)->open()->row()) == "batch.job.unknown");
}

TEST_CASE("a cut connection is made anew within the call") {
  const auto venue = server_venue();
  if (!venue) return;
  const auto store = venue->job();
  REQUIRE_OK(store->plan(planned(40)));
  const auto cut = [&] {
    REQUIRE_OK(
        direct()->run("select pg_terminate_backend(pid, 5000) from pg_stat_activity where "
                      "application_name = 'signmark' and pid <> pg_backend_pid()"));
  };
  cut();
  const auto leases = store->claim("cut", 1, 60);
  REQUIRE_OK(leases);
  REQUIRE(leases->size() == 1);
  cut();
  const Ending ending{leases->front(), {}};
  CHECK(store->finish({&ending, 1}).value() == std::vector<bool>{true});
  // In the midst of a list: it goes on after the item told last.
  cut();
  CHECK(stored(*store, ItemState::planned) == 39);
}

TEST_CASE("a server killed under load and restarted loses and doubles nothing", "[.][queue]") {
  const auto venue = server_venue();
  if (!venue) return;
  const auto store = venue->job();
  constexpr int kItems = 3000;
  REQUIRE_OK(store->plan(planned(kItems)));
  Crew crew;
  crew.pause = std::chrono::milliseconds(10);
  std::jthread work([&] { crew.work_off(*venue, *store); });
  for (int done = 300; done <= 900; done += 600) {
    while (crew.finished < done) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    shared_postgres().crash();
    CHECK(crew.finished < kItems);
    shared_postgres().start();
  }
  work.join();
  venue->pass(3600);  // leases whose answers were lost expire
  REQUIRE_OK(store->reclaim());
  Crew rest;
  rest.work_off(*venue, *store);
  CHECK(crew.finished + rest.finished == kItems);
  CHECK(stored(*store, ItemState::done) == kItems);
}
