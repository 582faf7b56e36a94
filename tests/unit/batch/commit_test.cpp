// SPDX-License-Identifier: Apache-2.0
// The order in which items become final, broken off at each of its steps.
#include "batch/commit.hpp"

#include <unistd.h>

#include "batch/digest.hpp"
#include "ledger/entry_json.hpp"
#include "support/test_support.hpp"

using namespace signmark;
using namespace signmark::batch;
using namespace signmark::test;

namespace {

namespace fs = std::filesystem;

/// A job with items 0 to 2 in a job file, an output folder and a ledger.
struct Bench {
  ScratchDir dir;
  Context context = test_context();
  JobRow row{"0123456789abcdef", "p", "{}", 1, true};
  std::unique_ptr<JobStore> store;
  std::unique_ptr<ledger::Ledger> ledger;
  Powers powers;
  CommitRules rules;

  explicit Bench(bool queue = false) {
    rules = {queue, false, 0644, dir / "out"};
    fs::create_directory(rules.output);
    auto opened = ledger::Ledger::open(context, {(dir / "ledger.db").string(), false, {}});
    REQUIRE_OK(opened);
    ledger = std::move(*opened);
    powers.ledger = ledger.get();
    reopen();
    std::vector<PlannedItem> items;
    for (const std::string name : {"0", "1", "2"})
      items.push_back(
          {std::string(63, 'a') + name, "in/" + name, name, "blake2b-256:00", 1, false});
    REQUIRE_OK(store->plan(items));
  }

  /// As a new process would.
  void reopen() {
    store.reset();
    auto opened = open_job_file(context, dir / "job.db");
    REQUIRE_OK(opened);
    store = std::move(*opened);
    REQUIRE_OK(store->open_job(row));
    REQUIRE_OK(store->reclaim());
  }

  Committer committer() { return {*store, powers, rules}; }

  std::vector<Lease> claim(int limit) {
    auto leases = store->claim("test", limit, 1e9);
    REQUIRE_OK(leases);
    return *leases;
  }

  Finished work(const Lease& lease, std::string_view text, bool sidecar = false) {
    Finished item;
    item.ending.lease = lease;
    item.destination = rules.output / lease.item.destination;
    const PartName name{row.id, lease.item.key, rules.queue ? lease.epoch : 0, false};
    item.file = written(name, text);
    item.ending.end.output_digest = digest_of(as_bytes(text));
    ledger::Entry entry;
    entry.action = "mark";
    entry.item_key = lease.item.key;
    item.entries.push_back(entry);
    if (!sidecar) return item;
    item.sidecar = written({name.job, name.key, name.epoch, true}, "store");
    item.sidecar_digest = digest_of(as_bytes("store"));
    return item;
  }

  Part written(const PartName& name, std::string_view text) const {
    auto part = Part::create(rules.output, name);
    REQUIRE_OK(part);
    REQUIRE(::write(part->get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    return std::move(*part);
  }

  StoredItem stored(const std::string& key) {
    auto item = store->find(key);
    REQUIRE_OK(item);
    return item->value();
  }

  std::size_t entries() const { return ledger->size().value(); }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(rules.output), {}));
  }
};

/// What a store keeps of an item until it is settled.
std::string pending_of(const Finished& item, const std::string& file = ".gone") {
  Json value = {{"file", file}, {"entries", Json::array()}};
  for (const ledger::Entry& entry : item.entries)
    value["entries"].push_back(ledger::to_json(entry));
  return dump_json(value);
}

std::vector<Finished> batch_of(Finished one) {
  std::vector<Finished> batch;
  batch.push_back(std::move(one));
  return batch;
}

}  // namespace

TEST_CASE("items are published, recorded and ended together") {
  Bench bench;
  std::vector<Finished> batch;
  for (const Lease& lease : bench.claim(2)) batch.push_back(bench.work(lease, "marked", true));
  REQUIRE_OK(bench.committer().commit(batch));
  CHECK(as_text(slurp(bench.rules.output / "0")) == "marked");
  CHECK(as_text(slurp(bench.rules.output / "1.c2pa")) == "store");
  CHECK(bench.files() == 4);
  CHECK(bench.entries() == 2);
  const StoredItem item = bench.stored(batch[0].ending.lease.item.key);
  CHECK(item.state == ItemState::done);
  CHECK(item.end.output_digest == digest_of(as_bytes("marked")));
  CHECK(item.end.pending.empty());
}

TEST_CASE("an output that is there stays, and its item fails") {
  Bench bench;
  REQUIRE_OK(write_file(bench.rules.output / "0", as_bytes("somebody's")));
  auto batch = batch_of(bench.work(bench.claim(1)[0], "marked", true));
  REQUIRE_OK(bench.committer().commit(batch));
  CHECK(as_text(slurp(bench.rules.output / "0")) == "somebody's");
  CHECK(bench.files() == 1);
  CHECK(bench.entries() == 0);
  const StoredItem item = bench.stored(batch[0].ending.lease.item.key);
  CHECK(item.state == ItemState::failed);
  CHECK(item.end.error.code == "base.file.exists");

  bench.rules.replace = true;
  batch = batch_of(bench.work(bench.claim(1)[0], "marked"));
  REQUIRE_OK(write_file(batch[0].destination, as_bytes("somebody's")));
  REQUIRE_OK(bench.committer().commit(batch));
  CHECK(as_text(slurp(bench.rules.output / "1")) == "marked");
}

TEST_CASE("job file: killed between the name and the ledger") {
  Bench bench;
  const Lease lease = bench.claim(1)[0];
  auto batch = batch_of(bench.work(lease, "marked"));
  // A ledger that cannot be written ends the commit at that very step.
  auto broken = ledger::Ledger::open(bench.context, {(bench.dir / "ledger.db").string(), true, {}});
  REQUIRE_OK(broken);
  bench.powers.ledger = broken->get();
  CHECK_FALSE(bench.committer().commit(batch).has_value());
  CHECK(fs::exists(bench.rules.output / "0"));
  CHECK(bench.stored(lease.item.key).state == ItemState::leased);

  bench.powers.ledger = bench.ledger.get();
  bench.reopen();
  const Lease again = bench.claim(1)[0];
  CHECK(again.item.key == lease.item.key);
  auto healed = bench.committer().heal(again, bench.rules.output / "0");
  REQUIRE_OK(healed);
  REQUIRE(healed->has_value());
  batch = batch_of(std::move(**healed));
  REQUIRE_OK(bench.committer().commit(batch));
  CHECK(bench.entries() == 1);
  CHECK(bench.stored(lease.item.key).state == ItemState::done);
  CHECK(bench.stored(lease.item.key).end.output_digest == digest_of(as_bytes("marked")));
}

TEST_CASE("job file: killed between the ledger and the item's end") {
  Bench bench;
  const Lease lease = bench.claim(1)[0];
  Finished item = bench.work(lease, "marked");
  item.ending.end.pending = pending_of(item);
  REQUIRE_OK(bench.store->intend({&item.ending, 1}));
  REQUIRE_OK(item.file.publish(item.destination, false));
  REQUIRE_OK(bench.ledger->append(item.entries, nullptr));

  bench.reopen();
  auto healed = bench.committer().heal(bench.claim(1)[0], item.destination);
  REQUIRE_OK(healed);
  REQUIRE(healed->has_value());
  auto batch = batch_of(std::move(**healed));
  REQUIRE_OK(bench.committer().commit(batch));
  CHECK(bench.entries() == 1);
  CHECK(bench.stored(lease.item.key).state == ItemState::done);
}

TEST_CASE("job file: an output that is not ours is not taken for it") {
  Bench bench;
  const Lease lease = bench.claim(1)[0];
  Finished item = bench.work(lease, "marked");
  item.ending.end.pending = R"({"file":".smk","entries":[]})";
  REQUIRE_OK(bench.store->intend({&item.ending, 1}));
  REQUIRE_OK(write_file(bench.rules.output / "0", as_bytes("somebody's")));
  auto healed = bench.committer().heal(lease, bench.rules.output / "0");
  REQUIRE_OK(healed);
  CHECK_FALSE(healed->has_value());
}

TEST_CASE("job file: a sidecar without its file is cleared away when it is ours") {
  Bench bench;
  const Lease lease = bench.claim(1)[0];
  Finished item = bench.work(lease, "marked");
  const std::string digest = digest_of(as_bytes("store"));
  item.ending.end.pending =
      R"({"file":".smk","sidecar":".smk","sidecar_digest":")" + digest + R"(","entries":[]})";
  REQUIRE_OK(bench.store->intend({&item.ending, 1}));
  for (const bool ours : {false, true}) {
    PublishOptions replace;
    replace.replace = true;
    REQUIRE_OK(
        write_file(bench.rules.output / "0.c2pa", as_bytes(ours ? "store" : "other"), replace));
    REQUIRE_OK(bench.committer().heal(lease, bench.rules.output / "0"));
    CHECK(fs::exists(bench.rules.output / "0.c2pa") != ours);
  }
}

TEST_CASE("queue: who lost the lease publishes nothing") {
  Bench bench(true);
  const Lease lease = bench.claim(1)[0];
  Finished late = bench.work(lease, "late", true);
  REQUIRE_OK(bench.store->release(lease));
  const Lease again = bench.claim(1)[0];
  REQUIRE(again.item.key == lease.item.key);
  REQUIRE(again.epoch > lease.epoch);
  auto batch = batch_of(std::move(late));
  REQUIRE_OK(bench.committer().commit(batch));
  CHECK(batch[0].lost);
  CHECK(bench.files() == 0);
  CHECK(bench.entries() == 0);

  batch = batch_of(bench.work(again, "mine"));
  REQUIRE_OK(bench.committer().commit(batch));
  CHECK_FALSE(batch[0].lost);
  CHECK(as_text(slurp(bench.rules.output / "0")) == "mine");
  CHECK(bench.entries() == 1);
  CHECK(bench.store->unsettled(0, 9)->empty());
}

TEST_CASE("queue: a finisher that vanished before the name is made good, once") {
  Bench bench(true);
  const Lease lease = bench.claim(1)[0];
  const PartName name{bench.row.id, lease.item.key, lease.epoch, false};
  Finished item = bench.work(lease, "marked");
  item.ending.end.pending = pending_of(item, name.text());
  REQUIRE_OK(item.file.seal(0644));
  REQUIRE_OK(bench.store->finish({&item.ending, 1}));
  CHECK(bench.store->unsettled(0, 9)->size() == 1);
  CHECK(bench.committer().repair(3600).value() == 0);  // it may be alive
  CHECK(bench.committer().repair(0).value() == 1);
  CHECK(as_text(slurp(bench.rules.output / "0")) == "marked");
  CHECK(bench.entries() == 1);
  CHECK(bench.committer().repair(0).value() == 0);
}

TEST_CASE("queue: a finisher that vanished between name, ledger and settling") {
  Bench bench(true);
  const Lease lease = bench.claim(1)[0];
  Finished item = bench.work(lease, "marked");
  item.ending.end.pending = pending_of(item);
  const bool recorded = GENERATE(false, true);
  REQUIRE_OK(bench.store->finish({&item.ending, 1}));
  REQUIRE_OK(item.file.publish(item.destination, false));
  if (recorded) REQUIRE_OK(bench.ledger->append(item.entries, nullptr));
  CHECK(bench.committer().repair(0).value() == 1);
  CHECK(bench.entries() == 1);
  CHECK(bench.stored(lease.item.key).state == ItemState::done);
}

TEST_CASE("queue: an output that is gone makes its item fail") {
  Bench bench(true);
  const Lease lease = bench.claim(1)[0];
  Finished item = bench.work(lease, "marked");
  item.ending.end.pending = R"({"file":".gone","entries":[]})";
  REQUIRE_OK(bench.store->finish({&item.ending, 1}));
  item.file = Part();
  CHECK(bench.committer().repair(0).value() == 0);
  CHECK(bench.stored(lease.item.key).state == ItemState::failed);
  CHECK(bench.stored(lease.item.key).end.error.code == "batch.output.missing");
}
