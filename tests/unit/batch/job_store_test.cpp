// SPDX-License-Identifier: Apache-2.0
// One state machine over two engines: the same cases run on a job file and on a queue.
#include "batch/job_store.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "store_support.hpp"

using namespace signmark;
using namespace signmark::batch;
using namespace signmark::test;

namespace {

ItemEnd done(const std::string& digest) {
  ItemEnd end;
  end.output_digest = digest;
  end.record = R"({"type":"item"})";
  end.seconds = 0.5;
  return end;
}

bool finish(JobStore& store, const Lease& lease, const ItemEnd& end = done("d")) {
  const Ending ending{lease, end};
  const auto kept = store.finish({&ending, 1});
  REQUIRE_OK(kept);
  return kept->front();
}

std::vector<Lease> claim(JobStore& store, int limit, double seconds = 60) {
  auto leases = store.claim("tester", limit, seconds);
  REQUIRE_OK(leases);
  return *leases;
}

std::uint64_t count(JobStore& store, ItemState state) {
  auto status = store.status();
  REQUIRE_OK(status);
  return status->items[state];
}

}  // namespace

TEST_CASE("a job is made once and guarded by its parameters", "[store]") {
  auto venue = make_venue(GENERATE(from_range(venues())));
  const auto store = venue->open();
  JobRow row = venue->row();
  row.description = "{\"a\":1}";
  row.created = 7;
  REQUIRE_OK(store->open_job(row));
  row.description = "another";
  const auto again = store->open_job(row);
  REQUIRE_OK(again);
  CHECK(again->description == "{\"a\":1}");
  CHECK(again->created == 7);
  CHECK_FALSE(again->scanned);
  REQUIRE_OK(store->scanned());
  CHECK(store->row()->scanned);
  row.params = "other";
  CHECK(code_of(store->open_job(row)) == "batch.job.changed");
}

TEST_CASE("items are planned once and come back byte for byte", "[store]") {
  auto venue = make_venue(GENERATE(from_range(venues())));
  const auto store = venue->job();
  const std::vector<PlannedItem> items = planned(150);
  CHECK(store->plan(items).value() == 150);
  CHECK(store->plan(items).value() == 0);
  PlannedItem odd{"odd", "\xff\x01 name", "\xfe/out", "blake2b-256:00", 7, true};
  CHECK(store->plan({&odd, 1}).value() == 1);
  const auto found = store->find("odd");
  REQUIRE_OK(found);
  REQUIRE(*found);
  CHECK((*found)->item.source == odd.source);
  CHECK((*found)->item.destination == odd.destination);
  CHECK((*found)->item.digest == odd.digest);
  CHECK((*found)->item.bytes == 7);
  CHECK((*found)->item.archive);
  CHECK_FALSE(store->find("none").value());
  const auto status = store->status();
  CHECK(status->items.at(ItemState::planned) == 151);
  CHECK(status->bytes_total == 150 * 10 + 7);
  CHECK(status->scanning);
}

TEST_CASE("an item goes from planned to done, and each() sorts by source", "[store]") {
  auto venue = make_venue(GENERATE(from_range(venues())));
  const auto store = venue->job();
  REQUIRE_OK(store->plan(planned(5)));
  const std::vector<Lease> leases = claim(*store, 3);
  REQUIRE(leases.size() == 3);
  CHECK(leases[0].attempt == 1);
  CHECK(leases[0].epoch == 1);
  CHECK(count(*store, ItemState::leased) == 3);
  CHECK(finish(*store, leases[1], done("digest")));
  ItemEnd failed;
  failed.state = ItemState::failed;
  failed.error = {"image.png", "bad \xff bytes", "byte 3", "none"};
  CHECK(finish(*store, leases[0], failed));
  ItemEnd skipped;
  skipped.state = ItemState::skipped;
  skipped.why = "already-marked";
  CHECK(finish(*store, leases[2], skipped));
  std::vector<StoredItem> all;
  REQUIRE_OK(store->each([&](const StoredItem& item) -> Status {
    all.push_back(item);
    return {};
  }));
  REQUIRE(all.size() == 5);
  CHECK(std::is_sorted(all.begin(), all.end(), [](const StoredItem& a, const StoredItem& b) {
    return a.item.source < b.item.source;
  }));
  const auto stored = [&](const Lease& lease) { return *store->find(lease.item.key).value(); };
  CHECK(stored(leases[1]).end.output_digest == "digest");
  CHECK(stored(leases[1]).end.record == R"({"type":"item"})");
  CHECK(stored(leases[1]).end.seconds == 0.5);
  CHECK(stored(leases[0]).state == ItemState::failed);
  CHECK(stored(leases[0]).end.error.code == "image.png");
  CHECK(is_utf8(stored(leases[0]).end.error.message));
  CHECK(stored(leases[2]).end.why == "already-marked");
  const auto status = store->status();
  CHECK(status->bytes_done == 30);
  CHECK(status->errors.at("image.png") == 1);
}

TEST_CASE("a late holder changes nothing", "[store]") {
  auto venue = make_venue(GENERATE(from_range(venues())));
  const auto store = venue->job();
  REQUIRE_OK(store->plan(planned(1)));
  const Lease late = claim(*store, 1).at(0);
  REQUIRE_OK(store->release(late));
  const Lease holder = claim(*store, 1).at(0);
  CHECK(holder.epoch == late.epoch + 1);
  CHECK(holder.attempt == 1);  // a release costs no attempt
  CHECK_FALSE(finish(*store, late));
  CHECK_FALSE(store->give_back(late, {"x", "y", "", ""}, 5).value());
  const std::array leases{late, holder};
  const auto held = store->heartbeat(leases, 60);
  REQUIRE_OK(held);
  REQUIRE(held->size() == 1);
  CHECK(held->front().epoch == holder.epoch);
  const std::array endings{Ending{late, done("late")}, Ending{holder, done("holder")}};
  CHECK(store->finish(endings).value() == std::vector<bool>{false, true});
  CHECK_FALSE(finish(*store, late));
  CHECK(store->find(holder.item.key).value()->end.output_digest == "holder");
  CHECK(finish(*store, holder, done("holder")));  // asked again after a lost answer
}

TEST_CASE("failures that may pass come back after a pause, and not for ever", "[store]") {
  auto venue = make_venue(GENERATE(from_range(venues())));
  const auto store = venue->job();
  REQUIRE_OK(store->plan(planned(1)));
  double longest = 0;
  for (int attempt = 1; attempt < 3; ++attempt) {
    const Lease lease = claim(*store, 1).at(0);
    CHECK(lease.attempt == attempt);
    CHECK(store->give_back(lease, {"batch.worker.crashed", "signal 11", "", ""}, 3).value());
    CHECK(claim(*store, 1).empty());
    const double pause = store->wait().value().value();
    CHECK(pause > longest);
    CHECK(pause >= 7 * attempt);
    CHECK(pause <= 13 * attempt);
    longest = pause;
    venue->pass(60);
  }
  const Lease last = claim(*store, 1).at(0);
  CHECK(store->give_back(last, {"batch.worker.crashed", "signal 11", "", ""}, 3).value());
  CHECK(store->find(last.item.key).value()->state == ItemState::failed);
  CHECK(store->find(last.item.key).value()->end.error.message == "signal 11");
  CHECK_FALSE(store->wait().value());
  CHECK(store->retry().value() == 1);
  CHECK(store->find(last.item.key).value()->end.error.code.empty());
  CHECK(claim(*store, 1).at(0).attempt == 1);
}

TEST_CASE("what was intended outlives the lease; settling clears it", "[store]") {
  auto venue = make_venue(GENERATE(from_range(venues())));
  const auto store = venue->job();
  REQUIRE_OK(store->plan(planned(2)));
  const std::vector<Lease> leases = claim(*store, 2);
  ItemEnd end = done("intended");
  end.pending = "{\"rename\":1}";
  const std::array endings{Ending{leases[0], end}, Ending{leases[1], end}};
  REQUIRE_OK(store->intend(endings));
  CHECK(store->find(leases[0].item.key).value()->state == ItemState::leased);
  REQUIRE_OK(store->release(leases[0]));
  const std::string key = leases[0].item.key;
  CHECK(store->find(key).value()->end.output_digest == "intended");
  CHECK(store->find(key).value()->state == ItemState::planned);
  CHECK(store->unsettled(0, 10).value().empty());
  CHECK(finish(*store, claim(*store, 1).at(0), end));
  CHECK(finish(*store, leases[1], end));
  CHECK(store->unsettled(30, 10).value().empty());
  venue->pass(60);
  CHECK(store->unsettled(30, 1).value().size() == 1);
  CHECK(store->unsettled(30, 10).value().size() == 2);
  const std::array keys{key, leases[1].item.key};
  REQUIRE_OK(store->settle(keys));
  CHECK(store->unsettled(30, 10).value().empty());
  REQUIRE_OK(store->doubt(key, {"batch.output.changed", "gone", "", ""}));
  CHECK(store->find(key).value()->state == ItemState::failed);
  CHECK(count(*store, ItemState::failed) == 1);
  CHECK(count(*store, ItemState::done) == 1);
}

TEST_CASE("no item is claimed twice by many threads", "[store]") {
  auto venue = make_venue(GENERATE(from_range(venues())));
  const auto store = venue->job();
  REQUIRE_OK(store->plan(planned(300)));
  Crew crew;
  crew.work_off(*venue, *store);
  CHECK(crew.finished == 300);
  CHECK(count(*store, ItemState::done) == 300);
  CHECK_FALSE(store->wait().value());
}

TEST_CASE("nor of two thousand", "[.][queue]") {
  auto venue = make_venue(GENERATE(from_range(venues())));
  const auto store = venue->job();
  REQUIRE_OK(store->plan(planned(2000)));
  Crew crew;
  crew.work_off(*venue, *store);
  CHECK(crew.finished == 2000);
  CHECK(count(*store, ItemState::done) == 2000);
}

TEST_CASE("a job file belongs to one supervisor", "[store]") {
  auto venue = make_venue(Engine::sqlite);
  auto store = venue->job();
  REQUIRE_OK(store->plan(planned(3)));
  const Lease lease = claim(*store, 1).at(0);
  const auto second = open_job_file(test_context(), venue->place());
  REQUIRE(code_of(second) == "batch.job.busy");
  CHECK(second.error().message.find(std::to_string(::getpid())) != std::string::npos);
  const auto looking = open_job_file(test_context(), venue->place(), true);
  REQUIRE_OK(looking);
  CHECK(count(**looking, ItemState::leased) == 1);
  CHECK((*looking)->row()->params == "p");
  CHECK_FALSE((*looking)->claim("x", 1, 60));
  CHECK(store->reclaim().value() == 0);  // its own leases are alive
  venue->pass(1e9);                      // a clock that jumps takes nothing away
  CHECK(store->reclaim().value() == 0);
  store.reset();
  CHECK(code_of(open_job_file(test_context(), venue->place().string() + "no", true)) ==
        "database.open");
}

TEST_CASE("a killed supervisor leaves its job to the next", "[store]") {
  auto venue = make_venue(Engine::sqlite);
  venue->job().reset();
  const pid_t child = ::fork();
  if (child == 0) {
    const auto store = open_job_file(test_context(2), venue->place());
    if (!store || !(*store)->plan(planned(5)) || (*store)->claim("child", 3, 1e9)->size() != 3)
      ::_exit(1);
    ::raise(SIGKILL);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  const auto store = venue->open();
  CHECK(claim(*store, 5).size() == 2);
  CHECK(store->reclaim().value() == 3);
  const std::vector<Lease> again = claim(*store, 5);
  REQUIRE(again.size() == 3);
  CHECK(again[0].attempt == 1);  // the item was not at fault
  CHECK(again[0].epoch == 2);
}
