// SPDX-License-Identifier: Apache-2.0
// The ledger over both engines: appending, several at once, checkpoints, search, proofs, pruning.
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <set>
#include <thread>

#include "database/database.hpp"
#include "ledger_signer.hpp"
#include "support/postgres.hpp"

namespace signmark::ledger {
namespace {

using test::code_of;
using test::LedgerSigner;
using test::sample_entry;
using test::sample_print;

constexpr std::int64_t kDay = 86'400;
constexpr CheckpointRule kNever{1'000'000'000, 1'000'000'000};

/// A place for one ledger of either engine, and a clock.
struct Venue {
  explicit Venue(bool server) : location((dir / "state" / "ledger.db").string()) {
    context.clock = clock;
    context.log = [this](LogLevel, std::string_view line) { logged += line; };
    if (!server) return;
    location = test::shared_postgres().location();
    // Each test its own ledger: a schema of its own on the one server.
    static int schemas = 0;
    const std::string schema = "ledger" + std::to_string(++schemas);
    auto db = database::open(context, location);
    REQUIRE_OK(db);
    REQUIRE_OK((*db)->script("create schema " + schema));
    location += location.find('?') == std::string::npos ? "?" : "&";
    location += "options=-csearch_path%3D" + schema;
  }
  std::unique_ptr<Ledger> open(CheckpointRule rule = {}) const {
    return test::open_ledger(context, location, rule);
  }

  test::ScratchDir dir;
  std::string location, logged;
  std::shared_ptr<test::HandClock> clock = std::make_shared<test::HandClock>();
  Context context = test::test_context();
};

/// Runs a test on each engine that is there.
template <class Test>
void on_both(Test test) {
  for (const bool server : {false, true}) {
    if (server && !test::Postgres::installed()) continue;
    INFO((server ? "PostgreSQL" : "SQLite"));
    test(Venue(server));
  }
}

std::vector<Entry> samples(std::uint64_t first, std::uint64_t count) {
  std::vector<Entry> out;
  for (std::uint64_t i = 0; i < count; ++i) out.push_back(sample_entry(first + i));
  return out;
}

void check_sound(const Ledger& ledger, std::uint64_t entries) {
  const auto audit = ledger.verify({});
  REQUIRE_OK(audit);
  for (const Error& fault : audit->faults) FAIL_CHECK(fault.code << " " << fault.where);
  CHECK(audit->entries == entries);
}

TEST_CASE("entries come back as they were given") {
  on_both([](Venue venue) {
    const auto ledger = venue.open();
    Entry entry = sample_entry(1);
    entry.tiles = {1, 2, 3, 0};
    entry.prints = {sample_print(1), sample_print(2, PrintKind::text), sample_print(1)};
    entry.prints[1].part = 4'000'000'000U;
    entry.supply = {"\xe5\xbc\xa0\xe4\xb8\x89", "contract 12", {}};
    entry.name = std::string("bad \xff name\0!", 12);
    REQUIRE(ledger->append({sample_entry(0), entry}, nullptr).value() == 0);
    CHECK(ledger->append({sample_entry(2)}, nullptr).value() == 2);
    CHECK(ledger->size().value() == 3);
    const auto back = ledger->entry(1);
    REQUIRE_OK(back);
    CHECK(back->sequence == 1);
    CHECK(back->time == venue.clock->time);
    CHECK(back->prints == entry.prints);
    CHECK(back->tiles == entry.tiles);
    CHECK(back->supply.recipient == entry.supply.recipient);
    CHECK(back->supply.salt.size() == 16);
    CHECK(back->output_digest == entry.output_digest);
    CHECK(is_utf8(back->name));
    CHECK(code_of(ledger->entry(3)) == "ledger.entry.none");
    check_sound(*ledger, 3);
    std::vector<std::uint64_t> seen;
    REQUIRE_OK(ledger->each({}, {}, [&](const Entry& each) {
      seen.push_back(each.sequence);
      return Status();
    }));
    CHECK(seen == std::vector<std::uint64_t>{0, 1, 2});
    CHECK(venue.open()->origin() == ledger->origin());
  });
}

TEST_CASE("several processes and threads append to one place at once") {
  on_both([](Venue venue) {
    venue.open();  // else the children race for making it, which is tested below
    std::vector<pid_t> children;
    for (std::uint64_t child = 0; child < 3; ++child) {
      const pid_t pid = ::fork();
      if (pid == 0) {
        auto ledger = Ledger::open(venue.context, {venue.location, false, kNever});
        bool good = ledger.has_value();
        for (std::uint64_t i = 0; good && i < 20; ++i)
          good = (*ledger)->append(samples(child * 100 + i, 1 + i % 3), nullptr).has_value();
        ::_exit(good ? 0 : 1);
      }
      children.push_back(pid);
    }
    for (const pid_t pid : children) {
      int status = 0;
      REQUIRE(::waitpid(pid, &status, 0) == pid);
      CHECK(status == 0);
    }
    const auto ledger = venue.open();
    check_sound(*ledger, 3 * 39);
  });
}

TEST_CASE("who comes first makes the ledger, once") {
  on_both([](Venue venue) {
    std::vector<std::string> origins(4);
    {
      std::vector<std::jthread> threads;
      for (std::string& origin : origins)
        threads.emplace_back([&origin, &venue] {
          Context own = venue.context;
          own.random = Context::standard().random;
          const auto ledger = Ledger::open(own, {venue.location, false, {}});
          origin = ledger ? (*ledger)->origin() : ledger.error().code + ledger.error().message;
        });
    }
    CHECK(std::set<std::string>(origins.begin(), origins.end()).size() == 1);
    CHECK(origins[0].starts_with("signmark/"));
  });
}

TEST_CASE("a checkpoint is signed when it is due") {
  on_both([](Venue venue) {
    const LedgerSigner signer;
    const auto ledger = venue.open({5, 60});
    REQUIRE_OK(ledger->append(samples(0, 1), nullptr));
    CHECK(ledger->checkpoints()->empty());  // no key
    REQUIRE_OK(ledger->append(samples(1, 1), &signer));
    CHECK(ledger->checkpoints()->size() == 1);  // the first one always
    REQUIRE_OK(ledger->append(samples(2, 4), &signer));
    CHECK(ledger->checkpoints()->size() == 1);
    REQUIRE_OK(ledger->append(samples(6, 1), &signer));
    CHECK(ledger->checkpoints()->size() == 2);  // five entries
    venue.clock->time += 60;
    REQUIRE_OK(ledger->append(samples(7, 1), &signer));
    CHECK(ledger->checkpoints()->size() == 3);  // sixty seconds
    const auto checkpoints = ledger->checkpoints();
    REQUIRE_OK(checkpoints);
    for (const Checkpoint& checkpoint : *checkpoints) CHECK(checkpoint.signature_holds());
    CHECK(checkpoints->back().size == 8);
    CHECK(ledger->certificates(signer.key().public_key).value() == signer.chain());
    const auto audit = ledger->verify({checkpoints->front()});
    REQUIRE_OK(audit);
    CHECK(audit->sound());
    CHECK(audit->checked_against);
    CHECK(audit->checkpoints == 3);
    CHECK(audit->newest->size == 8);
    CHECK(audit->unsigned_tail == 0);
    REQUIRE(audit->signers.size() == 1);
    CHECK(audit->signers[0].text() == checkpoints->back().text());
    CHECK(ledger->covering(1).value()->size == 2);
    CHECK(ledger->covering(2).value()->size == 7);
    CHECK_FALSE(ledger->covering(8).value());
  });
}

TEST_CASE("an entry stands although its checkpoint could not be signed") {
  const Venue venue(false);
  LedgerSigner signer;
  signer.fails = true;
  const auto ledger = venue.open();
  CHECK(ledger->append(samples(0, 1), &signer).value() == 0);
  CHECK(venue.logged.find("keys.sign.expired") != std::string::npos);
  CHECK(code_of(ledger->checkpoint(signer)) == "keys.sign.expired");
  signer.fails = false;
  CHECK(ledger->append(samples(1, 1), &signer).value() == 1);
  CHECK(ledger->checkpoints()->back().size == 2);
}

TEST_CASE("proofs of a large ledger hold against its checkpoints") {
  on_both([](Venue venue) {
    const LedgerSigner signer;
    const auto ledger = venue.open(kNever);
    std::vector<Checkpoint> checkpoints;
    std::uint64_t size = 0;
    for (const std::uint64_t count : {1U, 255U, 44U, 300U}) {  // kept nodes begin at 256 leaves
      REQUIRE_OK(ledger->append(samples(size, count), nullptr));
      size += count;
      checkpoints.push_back(ledger->checkpoint(signer).value());
    }
    const Checkpoint& last = checkpoints.back();
    for (const std::uint64_t sequence : {0U, 1U, 255U, 256U, 299U, 511U, 512U, 599U}) {
      const auto proof = ledger->inclusion(sequence, size);
      REQUIRE_OK(proof);
      CHECK(check_inclusion(*proof, canonical_line(ledger->entry(sequence).value()), last));
    }
    for (const Checkpoint& earlier : checkpoints)
      CHECK(check_consistency(ledger->consistency(earlier.size, size).value(), earlier, last));
    CHECK(code_of(ledger->inclusion(600, 600)) == "ledger.proof");
    CHECK(code_of(ledger->consistency(1, 601)) == "ledger.proof");
    check_sound(*ledger, size);
  });
}

TEST_CASE("entries are found by what is known of a file") {
  on_both([](Venue venue) {
    const auto ledger = venue.open(kNever);
    for (std::uint64_t i = 0; i < 30; ++i) {
      venue.clock->time += 10;
      Entry entry = sample_entry(i % 10);  // each content id three times
      entry.item_key = i < 15 ? "early" : "late";
      entry.producer = i % 2 == 0 ? "Alice" : "Bob";
      entry.prints = {sample_print(i), sample_print(i + 100)};
      REQUIRE_OK(ledger->append({entry}, nullptr));
    }
    const auto found = [&](const Query& query) {
      auto hits = ledger->search(query);
      REQUIRE_OK(hits);
      std::vector<std::uint64_t> sequences;
      for (const Hit& hit : *hits) sequences.push_back(hit.entry.sequence);
      return sequences;
    };
    using List = std::vector<std::uint64_t>;
    Query by_id;
    by_id.content_id = sample_entry(3).content_id;
    CHECK(found(by_id) == List{23, 13, 3});
    by_id.limit = 2;
    CHECK(found(by_id) == List{23, 13});
    by_id.until = venue.clock->time - 100;
    CHECK(found(by_id) == List{13, 3});
    by_id.producer = "Alice";
    CHECK(found(by_id).empty());
    Query by_digest;
    by_digest.digest = sample_entry(4).input_digest;
    by_digest.item_key = "nothing";
    CHECK(found(by_digest) == List{24, 14, 4});
    Query by_produce_id;
    by_produce_id.produce_id = sample_entry(5).produce_id;
    CHECK(found(by_produce_id).size() == 3);
    Query by_item;
    by_item.item_key = "late";
    CHECK(found(by_item).size() == 15);
    Query by_producer;
    by_producer.producer = "Bob";
    by_producer.limit = 3;
    CHECK(found(by_producer) == List{29, 27, 25});
    Query similar = by_id;
    similar = {};
    similar.prints = {sample_print(107)};
    for (int bit = 0; bit < 5; ++bit) similar.prints[0].bits[bit] ^= 1U;
    const auto hits = ledger->search(similar);
    REQUIRE_OK(hits);
    REQUIRE(hits->size() == 1);
    CHECK(hits->front().entry.sequence == 7);
    CHECK(hits->front().by == Hit::By::print);
    CHECK(hits->front().distance == 5);
    CHECK(hits->front().chance_log10 < -6);
    CHECK(hits->front().own == sample_print(107));
    // Added after the index was made; and both ways to one entry give it once.
    Entry late = sample_entry(70);
    late.prints = {sample_print(500)};
    REQUIRE_OK(ledger->append({late}, nullptr));
    similar.prints = {sample_print(500)};
    similar.content_id = late.content_id;
    CHECK(found(similar) == List{30});
  });
}

TEST_CASE("pruning removes bodies, never below six months, and the rest still verifies") {
  on_both([](Venue venue) {
    const LedgerSigner signer;
    const auto ledger = venue.open({4, 60});
    for (std::uint64_t i = 0; i < 10; ++i) {
      Entry entry = sample_entry(i);
      entry.prints = {sample_print(i)};
      entry.supply = {"Bob", "12", {}};
      REQUIRE_OK(ledger->append({entry}, &signer));
      venue.clock->time += 10 * kDay;
    }
    const UnixTime start = venue.clock->time - 100 * kDay;
    CHECK(code_of(ledger->prune(start + 1, &signer)) == "ledger.retention");
    venue.clock->time = start + 184 * kDay + 25 * kDay;
    CHECK(code_of(ledger->prune(start + 25 * kDay + 1, &signer)) == "ledger.retention");
    CHECK(ledger->prune(start + 25 * kDay, &signer).value() == 3);
    CHECK(ledger->prune(start + 25 * kDay, &signer).value() == 0);
    CHECK(code_of(ledger->entry(2)) == "ledger.entry.pruned");
    CHECK_OK(ledger->entry(3));
    CHECK(ledger->entry(10)->action == "prune");
    CHECK(ledger->entry(10)->bytes == 3);
    Query gone;
    gone.prints = {sample_print(1)};
    CHECK(ledger->search(gone)->empty());
    const auto audit = ledger->verify({});
    REQUIRE_OK(audit);
    CHECK(audit->sound());
    CHECK(audit->pruned == 3);
    CHECK(audit->entries == 11);
    CHECK(audit->newest->size == 11);
    CHECK_OK(ledger->inclusion(0, 11));
  });
}

TEST_CASE("a bundle proves its entries without the ledger") {
  const Venue venue(false);
  const LedgerSigner signer;
  const auto ledger = venue.open(kNever);
  std::vector<Entry> entries = samples(0, 5);
  entries[2].prints = {sample_print(2)};
  entries[2].tiles = {7, 7};
  entries[2].supply = {"Bob", "12", {}};
  REQUIRE_OK(ledger->append(entries, nullptr));
  std::string text;
  const auto sink = [&](std::string_view part) {
    text += part;
    return Status();
  };
  CHECK(code_of(write_bundle(*ledger, {}, nullptr, sink)) == "ledger.checkpoint.none");
  REQUIRE_OK(write_bundle(*ledger, {}, &signer, sink));
  const auto audit = check_bundle(text);
  REQUIRE_OK(audit);
  CHECK(audit->faults.empty());
  CHECK(audit->entries == 5);
  CHECK(audit->last == 4);
  CHECK(audit->certificates == signer.chain());

  const auto faults_with = [&](std::string_view what, std::string_view instead) {
    std::string other = text;
    other.replace(other.find(what), what.size(), instead);
    const auto checked = check_bundle(other);
    REQUIRE_OK(checked);
    return checked->faults.empty() ? std::string() : checked->faults.front().code;
  };
  CHECK(faults_with("picture 3.png", "picture 4.png") == "ledger.tampered.edited");
  CHECK(faults_with("\"Bob\"", "\"Eve\"") == "ledger.tampered.edited");
  CHECK(faults_with("time 2026", "time 2025") == "ledger.tampered.checkpoint");
  const std::size_t line = text.find("\n{\"entry\":{\"sequence\":2");
  CHECK(faults_with(text.substr(line, text.find('\n', line + 1) - line), "") ==
        "ledger.tampered.deleted");
  CHECK(code_of(check_bundle("{}")) == "ledger.bundle.syntax");
  CHECK(code_of(check_bundle("[1")) == "ledger.bundle.syntax");

  // What came after the checkpoint is there, and is told apart.
  REQUIRE_OK(ledger->append(samples(5, 2), nullptr));
  text.clear();
  REQUIRE_OK(write_bundle(*ledger, {}, nullptr, sink));
  CHECK(check_bundle(text)->entries == 5);
  CHECK(check_bundle(text)->unproved == 2);
}

TEST_CASE("what is no ledger is not made one") {
  const Venue venue(false);
  CHECK(code_of(Ledger::open(venue.context, {venue.location, true, {}})) == "ledger.open");
  CHECK_FALSE(std::filesystem::exists(venue.location));
  const std::string other = (venue.dir / "other.db").string();
  REQUIRE_OK(database::open(venue.context, other).value()->script("create table job(id bigint)"));
  CHECK(code_of(Ledger::open(venue.context, {other, false, {}})) == "ledger.open");
  CHECK(code_of(Ledger::open(venue.context, {"postgresql://a:b@host/db", false, {}})) ==
        "ledger.password");
  venue.open();
  REQUIRE_OK(database::open(venue.context, venue.location)
                 .value()
                 ->script("update ledger_about set value = '2' where name = 'version'"));
  CHECK(code_of(Ledger::open(venue.context, {venue.location, false, {}})) == "ledger.version");
}

TEST_CASE("a ledger opened for reading is not changed") {
  const Venue venue(false);
  const LedgerSigner signer;
  REQUIRE_OK(venue.open()->append(samples(0, 2), &signer));
  const auto reader = Ledger::open(venue.context, {venue.location, true, {}});
  REQUIRE_OK(reader);
  CHECK(code_of((*reader)->append(samples(2, 1), nullptr)) == "ledger.read-only");
  CHECK(code_of((*reader)->checkpoint(signer)) == "ledger.read-only");
  CHECK(code_of((*reader)->prune(0, nullptr)) == "ledger.read-only");
  check_sound(**reader, 2);
}

}  // namespace
}  // namespace signmark::ledger
