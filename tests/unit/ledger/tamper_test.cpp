// SPDX-License-Identifier: Apache-2.0
// What `verify` says of a ledger that was tampered with by raw SQL or by exchanging its files.
#include <fstream>

#include "database/database.hpp"
#include "ledger/merkle.hpp"
#include "ledger_signer.hpp"

namespace signmark::ledger {
namespace {

namespace fs = std::filesystem;
using test::LedgerSigner;
using test::sample_entry;
using test::sample_print;

constexpr std::uint64_t kEntries = 20;

/// A ledger of twenty entries with checkpoints of 1, 6, 11 and 16.
struct Scene {
  Scene() {
    context.clock = clock;
    ledger = test::open_ledger(context, file(), {5, 1'000'000'000});
    std::uint64_t next = 0;
    for (const std::uint64_t count : {1U, 5U, 5U, 5U, 4U}) {
      std::vector<Entry> entries;
      for (std::uint64_t i = 0; i < count; ++i, ++next) {
        entries.push_back(sample_entry(next));
        entries.back().prints = {sample_print(next)};
        if (next == 3) entries.back().supply = {"Bob", "12", {}};
      }
      REQUIRE_OK(ledger->append(entries, &signer));
    }
    REQUIRE(ledger->checkpoints()->size() == 4);
  }
  [[nodiscard]] std::string file() const { return (dir / "ledger.db").string(); }
  [[nodiscard]] std::string notes() const { return file() + ".checkpoints"; }
  void sql(const std::string& script) const {
    auto db = database::open(context, file());
    REQUIRE_OK(db);
    REQUIRE_OK((*db)->script(script));
  }
  /// "code place; code place", without the common beginning.
  [[nodiscard]] std::string faults(const std::vector<Checkpoint>& against = {}) const {
    const auto audit = test::open_ledger(context, file())->verify(against);
    REQUIRE_OK(audit);
    std::string out;
    for (const Error& fault : audit->faults) {
      REQUIRE(fault.code.starts_with("ledger.tampered."));
      out += (out.empty() ? "" : "; ") + fault.code.substr(16) + " " + fault.where;
    }
    return out;
  }
  /// Closes the ledger, so that all of it lies in its one file.
  void close() { ledger.reset(); }

  test::ScratchDir dir;
  std::shared_ptr<test::HandClock> clock = std::make_shared<test::HandClock>();
  Context context = test::test_context();
  LedgerSigner signer;
  std::unique_ptr<Ledger> ledger;
};

TEST_CASE("an untouched ledger is sound") {
  const Scene scene;
  CHECK(scene.faults().empty());
  CHECK(scene.ledger->verify({}).value().unsigned_tail == 4);
}

TEST_CASE("an edited entry is named, whatever was edited") {
  for (const char* change :
       {"update ledger_entry set producer = 'Eve' where sequence = 3",
        "update ledger_entry set time = time - 1 where sequence = 3",
        "update ledger_entry set tiles = x'00' where sequence = 3",
        "update ledger_entry set name = 5 where sequence = 3",
        "update ledger_leaf set hash = x'00' where sequence = 3; update ledger_leaf set hash = "
        "(select hash from ledger_leaf where sequence = 4) where sequence = 3",
        "update ledger_print set bits = x'00' where sequence = 3",
        "insert into ledger_print values (3, 9, 1, 0, x'00')",
        "delete from ledger_print where sequence = 3",
        "update ledger_supply set recipient = 'Eve' where sequence = 3",
        "delete from ledger_supply where sequence = 3",
        "insert into ledger_supply values (4, 'Eve', '1', x'00'); update ledger_entry set name = "
        "'x' where sequence = 3"}) {
    const Scene scene;
    scene.sql(change);
    INFO(change);
    CHECK(scene.faults().find("edited entry 3") != std::string::npos);
  }
}

TEST_CASE("deleted, inserted and reordered entries have names of their own") {
  const auto said = [](const std::string& change) {
    const Scene scene;
    scene.sql(change);
    return scene.faults();
  };
  CHECK(said("delete from ledger_entry where sequence = 7") == "deleted entry 7");
  CHECK(said("delete from ledger_entry where sequence in (7, 8); delete from ledger_leaf where "
             "sequence in (7, 8)") == "deleted entries 7 to 8");
  CHECK(said("insert into ledger_entry select 20, time, bytes, tiles, action, actor, item_key, "
             "content_id, name, format, input_digest, output_digest, layers, manifest, label, "
             "producer, produce_id, propagator, propagate_id, outcome from ledger_entry where "
             "sequence = 4") == "inserted entry 20");
  CHECK(said("delete from ledger_leaf where sequence = 7") == "inserted entry 7");
  const std::string swap =
      "update ledger_entry set sequence = 99 where sequence = 4; update ledger_entry set sequence "
      "= 4 where sequence = 5; update ledger_entry set sequence = 5 where sequence = 99;"
      "update ledger_print set sequence = 99 where sequence = 4; update ledger_print set sequence "
      "= 4 where sequence = 5; update ledger_print set sequence = 5 where sequence = 99;";
  CHECK(said(swap) == "reordered entry 4; reordered entry 5");
  const std::string leaves =
      "update ledger_leaf set sequence = 99 where sequence = 4; update ledger_leaf set sequence = "
      "4 where sequence = 5; update ledger_leaf set sequence = 5 where sequence = 99;";
  CHECK(said(swap + leaves) ==
        "root entries 1 to 5; root entries 1 to 10; root entries 1 to 15; reordered entry 4; "
        "reordered entry 5; tree entry 20");
}

TEST_CASE("an entry rewritten together with its hash does not fit the checkpoints") {
  Scene scene;
  Entry entry = scene.ledger->entry(12).value();
  entry.producer = "Eve";
  const std::string leaf = hex(leaf_hash(canonical_line(entry)));
  scene.sql(
      "update ledger_entry set producer = 'Eve' where sequence = 12; update ledger_leaf set "
      "hash = x'" +
      leaf + "' where sequence = 12");
  CHECK(scene.faults() == "root entries 11 to 15; tree entry 20");
  // The same after the last checkpoint is seen only by the kept tree, and would not be, were that
  // rewritten too: nothing signed covers these entries.
  Scene tail;
  entry = tail.ledger->entry(18).value();
  entry.producer = "Eve";
  tail.sql(
      "update ledger_entry set producer = 'Eve' where sequence = 18; update ledger_leaf set "
      "hash = x'" +
      hex(leaf_hash(canonical_line(entry))) + "' where sequence = 18");
  CHECK(tail.faults() == "tree entry 20");
}

/// Removes all from `size` on as an attacker does who knows the format: no trace in the database.
std::string cut_to(std::uint64_t size, const Ledger& ledger) {
  Frontier tree;
  for (std::uint64_t i = 0; i < size; ++i)
    tree.add(leaf_hash(canonical_line(ledger.entry(i).value())));
  const std::string from = std::to_string(size);
  return "delete from ledger_entry where sequence >= " + from +
         ";delete from ledger_leaf where sequence >= " + from +
         ";delete from ledger_print where sequence >= " + from +
         ";delete from ledger_checkpoint where size > " + from +
         ";update ledger_head set size = " + from + ", frontier = x'" + hex(tree.bytes()) + "'";
}

TEST_CASE("a tail that was cut off is seen by what was signed before") {
  Scene scene;
  const Checkpoint kept = scene.ledger->checkpoints()->back();  // of 16
  const std::string cut = cut_to(14, *scene.ledger);
  scene.sql(
      "delete from ledger_entry where sequence >= 14; delete from ledger_leaf where "
      "sequence >= 14");
  CHECK(scene.faults() == "truncated entries 14 to 19");
  scene.sql(cut);
  CHECK(scene.faults() == "truncated entries 14 to 15");  // the file beside it
  fs::remove(scene.notes());
  CHECK(scene.faults().empty());  // nothing is left that knows: a tree alone cannot say it
  CHECK(scene.faults({kept}) == "truncated entries 14 to 15");
}

TEST_CASE("an older copy put in place, and a history that went on differently, are seen") {
  Scene scene;
  scene.close();
  fs::copy_file(scene.file(), scene.dir / "old.db");
  scene.ledger = test::open_ledger(scene.context, scene.file());
  REQUIRE_OK(scene.ledger->append({sample_entry(20), sample_entry(21)}, nullptr));
  const Checkpoint kept = scene.ledger->checkpoint(scene.signer).value();
  scene.close();
  fs::copy_file(scene.dir / "old.db", scene.file(), fs::copy_options::overwrite_existing);
  CHECK(scene.faults() == "truncated entries 20 to 21");
  // Goes on with the same key: another history of the same length.
  scene.ledger = test::open_ledger(scene.context, scene.file());
  REQUIRE_OK(scene.ledger->append({sample_entry(30), sample_entry(31)}, nullptr));
  REQUIRE_OK(scene.ledger->checkpoint(scene.signer));
  CHECK(scene.faults() == "forked entries 16 to 21");
  fs::remove(scene.notes());
  CHECK(scene.faults().empty());
  CHECK(scene.faults({kept}) == "forked entries 16 to 21");
}

TEST_CASE("checkpoints that are not this ledger's, or not signed, are faults") {
  Scene scene;
  const Checkpoint good = scene.ledger->checkpoints()->back();
  Checkpoint other = good;
  other.origin = "signmark/0000000000000000";
  CHECK(scene.faults({other}) == "origin checkpoint of 16 entries");
  Checkpoint forged = good;
  forged.time += 1;
  CHECK(scene.faults({forged}) == "checkpoint checkpoint of 16 entries");
  scene.sql("update ledger_checkpoint set note = 'x' where size = 6");
  CHECK(scene.faults() == "checkpoint checkpoint of 6 entries");
  std::string text = good.text();
  std::ofstream(scene.notes(), std::ios::app) << text.substr(1) + text;
  CHECK(scene.faults().starts_with("checkpoint checkpoint of 6 entries; checkpoints-file "));
}

TEST_CASE("bodies missing where no pruning says so are deleted ones") {
  Scene scene;
  scene.sql("delete from ledger_entry where sequence < 3");
  CHECK(scene.faults() == "deleted entry 0; deleted entry 1; deleted entry 2");
}

TEST_CASE("a key that was exchanged is seen among the signers") {
  Scene scene;
  const LedgerSigner next(0x44);
  REQUIRE_OK(scene.ledger->checkpoint(next));
  const auto audit = scene.ledger->verify({});
  REQUIRE_OK(audit);
  CHECK(audit->sound());
  REQUIRE(audit->signers.size() == 2);
  CHECK(audit->signers[0].key == scene.signer.key().public_key);
  CHECK(audit->signers[0].size == 16);
  CHECK(audit->signers[1].key == next.key().public_key);
  CHECK(audit->signers[1].size == kEntries);
}

TEST_CASE("a torn note is healed, and the healing recorded") {
  Scene scene;
  const std::string last = scene.ledger->checkpoints()->back().text();
  const auto size = fs::file_size(scene.notes());
  fs::resize_file(scene.notes(), size - 30);
  CHECK(scene.faults().empty());  // torn off while being written: no sign of tampering
  REQUIRE_OK(scene.ledger->checkpoint(scene.signer));
  CHECK(scene.faults().empty());
  const Entry healed = scene.ledger->entry(kEntries).value();
  CHECK(healed.action == "heal");
  CHECK(healed.bytes == last.size() - 30);
  // What was torn is there again, and so is the newest.
  CHECK(fs::file_size(scene.notes()) == size + scene.ledger->checkpoints()->back().text().size());
  fs::remove(scene.notes());
  REQUIRE_OK(scene.ledger->checkpoint(scene.signer));
  std::string all;
  const auto stored = scene.ledger->checkpoints();
  REQUIRE_OK(stored);
  for (const Checkpoint& checkpoint : *stored) all += checkpoint.text();
  CHECK(as_text(test::slurp(scene.notes())) == all);
}

TEST_CASE("an append that was killed in its midst leaves nothing") {
  Scene scene;
  auto db = database::open(scene.context, scene.file());
  REQUIRE_OK(db);
  {
    auto transaction = database::Transaction::begin(**db);
    REQUIRE_OK(transaction);
    REQUIRE_OK((*db)->run("insert into ledger_leaf values (20, x'00')"));
    // As after kill -9: the files as they lie there now, with a write-ahead log in use.
    for (const char* end : {"", "-wal"})
      fs::copy_file(scene.file() + end, (scene.dir / "copy.db").string() + end);
  }
  const auto copy = test::open_ledger(scene.context, (scene.dir / "copy.db").string());
  CHECK(copy->size().value() == kEntries);
  CHECK(copy->verify({}).value().sound());
  CHECK(copy->append({sample_entry(20)}, nullptr).value() == kEntries);
}

}  // namespace
}  // namespace signmark::ledger
