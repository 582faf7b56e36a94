// SPDX-License-Identifier: Apache-2.0
// Opening, appending, checkpoints, pruning.
#include "ledger/store.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "base/time.hpp"
#include "ledger/checkpoint_file.hpp"
#include "ledger/entry_form.hpp"
#include "ledger/location.hpp"
#include "ledger/note.hpp"
#include "ledger/rows.hpp"

namespace signmark::ledger {
namespace {

using database::Connection;
using database::Row;
using database::Rows;
using database::Transaction;

// The longest six calendar months have 184 days.
constexpr std::int64_t kFloor = std::int64_t{184} * 86'400;
constexpr std::size_t kSalt = 16;

/// What a table cannot hold (NUL, other encodings) becomes U+FFFD: a name is no reason to lose a
/// row.
void tidy(std::string& text) {
  if (!is_utf8(text) || text.find('\0') != std::string::npos) text = printable(text);
}

void make_ready(Entry& entry, std::uint64_t sequence, const Context& context) {
  entry.sequence = sequence;
  entry.time = context.clock->now();
  for (const TextField& field : kTexts) tidy(entry.*field.text);
  tidy(entry.supply.recipient);
  tidy(entry.supply.agreement);
  if (entry.supply.empty() || !entry.supply.salt.empty()) return;
  entry.supply.salt.resize(kSalt);
  context.random->fill(entry.supply.salt);
}

Status store_checkpoint(Connection& db, const Checkpoint& checkpoint,
                        const std::vector<Bytes>& chain) {
  SIGNMARK_ASSIGN(auto transaction, Transaction::begin(db));
  // First, because it locks out others: numbers are given in order.
  SIGNMARK_TRY(note_checkpoint(db, checkpoint.size, checkpoint.time));
  SIGNMARK_TRY(db.run(
      "insert into ledger_checkpoint(number, size, note) select coalesce(max(number), 0) + 1,"
      " $1, $2 from ledger_checkpoint",
      {integer(checkpoint.size), checkpoint.text()}));
  for (std::size_t i = 0; i < chain.size(); ++i)
    SIGNMARK_TRY(db.run("insert into ledger_certificate values ($1, $2, $3) on conflict do nothing",
                        {hex(checkpoint.key), integer(i), chain[i]}));
  return transaction.commit();
}

/// The notes that were stored after this one; after none: all. After one that is not ours (a file
/// of another ledger): the newest, and `verify` tells the rest.
Result<std::vector<std::string>> stored_after(Connection& db, const std::string& last) {
  SIGNMARK_ASSIGN(
      const Rows rows,
      db.run("select note from ledger_checkpoint where number > (case when $1 = '' then 0 else "
             "coalesce((select max(number) from ledger_checkpoint where note = $2), (select "
             "max(number) - 1 from ledger_checkpoint)) end) order by number",
             {last, last}));
  std::vector<std::string> notes;
  for (const Row& row : rows) notes.push_back(database::as_string(row[0]));
  return notes;
}

}  // namespace

Store::Store(Context context, Place place, std::unique_ptr<Connection> db, std::string origin)
    : context_(std::move(context)),
      place_(std::move(place)),
      origin_(std::move(origin)),
      db_(std::move(db)) {}

std::string Store::beside(std::string_view ending) const {
  return database::is_server(place_.location) ? std::string()
                                              : place_.location + std::string(ending);
}

Status Store::writable() const {
  if (place_.read_only) return fail("ledger.read-only", "the ledger was opened for reading only");
  return {};
}

Result<std::unique_ptr<Connection>> Store::reader() const {
  return database::open(context_, place_.location, {.create = false, .read_only = true});
}

/// Within a transaction: the rows, the nodes that they complete, and the head.
Result<Frontier> Store::append_rows(Connection& db, std::vector<Entry>& entries) const {
  SIGNMARK_ASSIGN(const Head head, read_head(db, true));
  SIGNMARK_ASSIGN(Frontier tree, head.tree());
  for (Entry& entry : entries) {
    make_ready(entry, tree.size(), context_);
    const Hash leaf = leaf_hash(canonical_line(entry));
    SIGNMARK_TRY(insert_entry(db, entry, leaf));
    Status written;
    tree.add(leaf, [&](unsigned level, std::uint64_t place, const Hash& hash) {
      if (written && level >= kNodeLevel) written = insert_node(db, level, place, hash);
    });
    SIGNMARK_TRY(written);
  }
  SIGNMARK_TRY(write_head(db, tree));
  return tree;
}

Result<std::uint64_t> Store::append(std::vector<Entry> entries, const keys::Signer* signer) {
  SIGNMARK_TRY(writable());
  return with([&](Connection& db) -> Result<std::uint64_t> {
    SIGNMARK_ASSIGN(auto transaction, Transaction::begin(db));
    SIGNMARK_ASSIGN(const Frontier tree, append_rows(db, entries));
    SIGNMARK_TRY(transaction.commit());
    sign_if_due(db, signer);
    return tree.size() - entries.size();
  });
}

void Store::sign_if_due(Connection& db, const keys::Signer* signer) const {
  if (signer == nullptr) return;
  const auto head = read_head(db, false);
  const bool due =
      head && (head->size - std::min(head->size, head->checkpoint_size) >= place_.rule.entries ||
               context_.clock->now() - head->checkpoint_time >= place_.rule.seconds);
  if (!due) return;
  const auto made = sign_now(db, *signer);
  if (!made && context_.log)
    context_.log(LogLevel::warning, fmt::format("the ledger's checkpoint was not made ({}): {}",
                                                made.error().code, made.error().message));
}

Result<Checkpoint> Store::sign_now(Connection& db, const keys::Signer& signer) const {
  SIGNMARK_ASSIGN(const Head head, read_head(db, false));
  SIGNMARK_ASSIGN(const Frontier tree, head.tree());
  SIGNMARK_ASSIGN(const Checkpoint made,
                  sign_checkpoint(origin_, tree, context_.clock->now(), signer));
  SIGNMARK_TRY(store_checkpoint(db, made, signer.chain()));
  // The database holds it: a file that cannot be written only lacks it until the next one.
  const Status kept = keep_beside(db);
  if (!kept && context_.log) context_.log(LogLevel::warning, kept.error().message);
  return made;
}

Status Store::keep_beside(Connection& db) const {
  const std::string file = beside(".checkpoints");
  if (file.empty()) return {};
  SIGNMARK_ASSIGN(const std::uint64_t torn, append_notes(file, [&](const std::string& last) {
                    return stored_after(db, last);
                  }));
  if (torn == 0) return {};
  std::vector<Entry> healing(1);
  healing[0].action = "heal";
  healing[0].bytes = torn;
  SIGNMARK_ASSIGN(auto transaction, Transaction::begin(db));
  SIGNMARK_TRY(append_rows(db, healing));
  return transaction.commit();
}

Result<Checkpoint> Store::checkpoint(const keys::Signer& signer) {
  SIGNMARK_TRY(writable());
  return with([&](Connection& db) { return sign_now(db, signer); });
}

Result<std::vector<Checkpoint>> Store::checkpoints() const {
  return with([&](Connection& db) -> Result<std::vector<Checkpoint>> {
    SIGNMARK_ASSIGN(const Rows rows, db.run("select note from ledger_checkpoint order by number"));
    std::vector<Checkpoint> out;
    for (const Row& row : rows) {
      SIGNMARK_ASSIGN(out.emplace_back(), Checkpoint::parse(database::as_string(row[0])));
    }
    return out;
  });
}

Result<std::optional<Checkpoint>> Store::covering(std::uint64_t sequence) const {
  return with([&](Connection& db) -> Result<std::optional<Checkpoint>> {
    SIGNMARK_ASSIGN(
        const Rows rows,
        db.run("select note from ledger_checkpoint where size > $1 order by size, number "
               "limit 1",
               {integer(sequence)}));
    if (rows.empty()) return std::optional<Checkpoint>();
    SIGNMARK_ASSIGN(Checkpoint found, Checkpoint::parse(database::as_string(rows[0].at(0))));
    return std::optional<Checkpoint>(std::move(found));
  });
}

Result<std::vector<Bytes>> Store::certificates(const keys::PublicKey& key) const {
  return with([&](Connection& db) -> Result<std::vector<Bytes>> {
    SIGNMARK_ASSIGN(
        const Rows rows,
        db.run("select der from ledger_certificate where key = $1 order by place", {hex(key)}));
    std::vector<Bytes> out;
    for (const Row& row : rows) out.push_back(database::as_blob(row[0]));
    return out;
  });
}

Result<std::uint64_t> Store::size() const {
  return with([](Connection& db) -> Result<std::uint64_t> {
    SIGNMARK_ASSIGN(const Head head, read_head(db, false));
    return head.size;
  });
}

Result<std::uint64_t> Store::prune(UnixTime before, const keys::Signer* signer) {
  SIGNMARK_TRY(writable());
  const UnixTime floor = context_.clock->now() - kFloor;
  if (before > floor)
    return fail(
        "ledger.retention",
        fmt::format("entries are kept for six months: none after {} may go", rfc3339(floor)),
        "Labelling Measures, Article 9; Cybersecurity Law, Article 21(3)",
        fmt::format("prune before {} at the latest", date_text(floor)));
  return with([&](Connection& db) -> Result<std::uint64_t> {
    // Names of recipients shall not live on in pages that are free.
    if (db.engine() == database::Engine::sqlite) SIGNMARK_TRY(db.run("pragma secure_delete=on"));
    SIGNMARK_ASSIGN(auto transaction, Transaction::begin(db));
    SIGNMARK_ASSIGN(const Head head, read_head(db, true));
    // A beginning of the ledger: one number says for ever which bodies may be missing.
    SIGNMARK_ASSIGN(const Rows first,
                    db.run("select coalesce(min(sequence), $1) from ledger_entry where time >= $2",
                           {integer(head.size), before}));
    const std::uint64_t end = as_count(first.at(0).at(0));
    SIGNMARK_ASSIGN(const std::uint64_t removed, remove_bodies(db, end));
    if (removed == 0) return removed;
    std::vector<Entry> event(1);
    event[0].action = "prune";
    event[0].bytes = end;
    SIGNMARK_TRY(append_rows(db, event));
    SIGNMARK_TRY(transaction.commit());
    sign_if_due(db, signer);
    return removed;
  });
}

std::string location_of(const keys::Home& home) { return (home.state / "ledger.db").string(); }

Result<std::string> default_location() {
  SIGNMARK_ASSIGN(const keys::Home home, keys::Home::from_environment());
  return location_of(home);
}

Result<std::unique_ptr<Ledger>> Ledger::open(const Context& context, const Place& place) {
  auto db = database::open(context, place.location,
                           {.create = !place.read_only, .read_only = place.read_only});
  if (!db) {
    Error error = db.error();
    if (error.code == "database.password") error.code = "ledger.password";
    if (error.code == "database.open") error.code = "ledger.open";
    return tl::unexpected(std::move(error));
  }
  auto origin = ensure_schema(**db, *context.random, place.read_only);
  if (!origin) return tl::unexpected(origin.error().at(place.location));
  return std::make_unique<Store>(context, place, std::move(*db), std::move(*origin));
}

}  // namespace signmark::ledger
