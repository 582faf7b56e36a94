// SPDX-License-Identifier: Apache-2.0
#include "batch/commit.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>

#include "base/file.hpp"
#include "base/json.hpp"
#include "batch/digest.hpp"
#include "batch/patience.hpp"
#include "ledger/entry_json.hpp"

namespace signmark::batch {
namespace fs = std::filesystem;
namespace {

// Far less than the shortest lease, after twice of which a finisher counts as vanished.
constexpr std::chrono::seconds kPrompt{1};

/// ItemEnd::pending: what is still to be done once the digest of the output is known.
std::string pending_json(const Finished& item) {
  Json value = {{"file", item.file.name()}};
  if (item.sidecar.valid()) {
    value["sidecar"] = item.sidecar.name();
    value["sidecar_digest"] = item.sidecar_digest;
  }
  value["entries"] = Json::array();
  for (const ledger::Entry& entry : item.entries)
    value["entries"].push_back(ledger::to_json(entry));
  return dump_json(value);
}

Result<Pending> read_pending(const std::string& json) {
  const auto value = parse_json(json);
  if (!value || !value->is_object() || !value->contains("entries") ||
      !(*value)["entries"].is_array())
    return fail("batch.job.damaged", "what a job file says of an unfinished item is damaged");
  Pending pending;
  const std::pair<const char*, std::string*> texts[] = {
      {"file", &pending.file},
      {"sidecar", &pending.sidecar},
      {"sidecar_digest", &pending.sidecar_digest}};
  for (const auto& [name, text] : texts)
    if (const auto found = value->find(name); found != value->end() && found->is_string())
      *text = found->get<std::string>();
  for (const Json& item : (*value)["entries"]) {
    SIGNMARK_ASSIGN(ledger::Entry entry, ledger::entry_from_json(item));
    pending.entries.push_back(std::move(entry));
  }
  return pending;
}

void fail_item(Finished& item, Error why) {
  item.file = Part();
  item.sidecar = Part();
  item.entries.clear();
  ItemEnd& end = item.ending.end;
  end.state = ItemState::failed;
  end.error = std::move(why);
  end.output_digest.clear();
  end.mark_digest.clear();
  end.pending.clear();
}

bool has_digest(const fs::path& file, const std::string& digest) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(file, ignored)) && digest_of(file) == digest;
}

/// Takes a sidecar away that was published for a file that was not.
void remove_sidecar(const fs::path& destination, const std::string& digest) {
  std::error_code ignored;
  if (has_digest(sidecar_of(destination), digest)) fs::remove(sidecar_of(destination), ignored);
}

std::vector<Ending> endings_of(const std::vector<Finished>& batch, bool with_file_only) {
  std::vector<Ending> endings;
  for (const Finished& item : batch)
    if (!with_file_only || item.file.valid()) endings.push_back(item.ending);
  return endings;
}

}  // namespace

fs::path sidecar_of(const fs::path& file) {
  fs::path path = file;
  path += ".c2pa";
  return path;
}

Status Committer::commit(std::vector<Finished>& batch) {
  for (Finished& item : batch) seal(item);
  return rules_.queue ? commit_shared(batch) : commit_here(batch);
}

void Committer::seal(Finished& item) const {
  if (!item.file.valid()) return;
  item.ending.end.pending = pending_json(item);
  for (Part* part : {&item.sidecar, &item.file}) {
    if (!part->valid()) continue;
    if (const Status sealed = part->seal(rules_.mode); !sealed)
      return fail_item(item, sealed.error());
  }
}

/// Job file: noted, renamed, recorded, ended. A crash leaves a note with which the next run sees
/// that the output is its own.
Status Committer::commit_here(std::vector<Finished>& batch) {
  if (const auto noted = endings_of(batch, true); !noted.empty())
    SIGNMARK_TRY(store_.intend(noted));
  for (Finished& item : batch) publish(item);
  SIGNMARK_TRY(sync_folders(batch));
  SIGNMARK_TRY(record(batch, false));
  for (Finished& item : batch) item.ending.end.pending.clear();
  return finish(batch);
}

/// Queue: ended first, so that a holder who lost the lease can never publish; then renamed,
/// recorded, settled. A crash between leaves an unsettled item, which repair() takes care of.
Status Committer::commit_shared(std::vector<Finished>& batch) {
  SIGNMARK_TRY(finish(batch));
  const auto finished = std::chrono::steady_clock::now();
  std::vector<std::string> settled;
  for (Finished& item : batch) {
    if (item.lost) {
      item.file = Part();
      item.sidecar = Part();
      item.entries.clear();
    }
    if (!item.file.valid()) continue;
    publish(item);
    const ItemEnd& end = item.ending.end;
    if (end.state == ItemState::failed)
      SIGNMARK_TRY(store_.doubt(item.ending.lease.item.key, end.error));
    else
      settled.push_back(item.ending.lease.item.key);
  }
  SIGNMARK_TRY(sync_folders(batch));
  // After a sleep others may have taken this for a finisher that vanished.
  SIGNMARK_TRY(record(batch, std::chrono::steady_clock::now() - finished > kPrompt));
  if (settled.empty()) return {};
  return store_.settle(settled);
}

Status Committer::finish(std::vector<Finished>& batch) {
  SIGNMARK_ASSIGN(const std::vector<bool> held, store_.finish(endings_of(batch, false)));
  for (std::size_t i = 0; i < batch.size(); ++i) batch[i].lost = !held[i];
  return {};
}

void Committer::publish(Finished& item) const {
  if (!item.file.valid()) return;
  // With a queue: others gave it its name while this process slept behind finish().
  item.stands = rules_.queue && has_digest(item.destination, item.ending.end.output_digest);
  if (item.stands) return;
  std::error_code ignored;
  if (!rules_.replace && fs::exists(fs::symlink_status(item.destination, ignored)))
    return fail_item(item, Error{"base.file.exists", "the output exists already",
                                 item.destination.string(), "use -f to replace it"});
  // The sidecar first: without its file it is harmless, a file without it would look unmarked.
  if (item.sidecar.valid())
    if (const Status named = item.sidecar.publish(sidecar_of(item.destination), rules_.replace);
        !named)
      return fail_item(item, named.error());
  if (const Status named = item.file.publish(item.destination, rules_.replace); !named) {
    if (!item.sidecar_digest.empty()) remove_sidecar(item.destination, item.sidecar_digest);
    return fail_item(item, named.error());
  }
  item.stands = true;
}

Status Committer::sync_folders(const std::vector<Finished>& batch) const {
  std::set<fs::path> folders;
  for (const Finished& item : batch)
    if (item.stands) folders.insert(item.destination.parent_path());
  for (const fs::path& folder : folders) SIGNMARK_TRY(sync_folder(folder));
  return {};
}

Status Committer::record(std::vector<Finished>& batch, bool maybe_known) const {
  if (powers_.ledger == nullptr) return {};
  std::vector<ledger::Entry> entries;
  for (Finished& item : batch) {
    std::move(item.entries.begin(), item.entries.end(), std::back_inserter(entries));
    item.entries.clear();
  }
  return patiently(rules_.queue, [&](bool again) -> Status {
    if (maybe_known || again) SIGNMARK_TRY(drop_recorded(entries));
    if (entries.empty()) return {};
    SIGNMARK_TRY(powers_.ledger->append(entries, powers_.signer));
    return {};
  });
}

Result<bool> Committer::is_recorded(const std::string& key) const {
  ledger::Query query;
  query.item_key = key;
  query.limit = 1;
  SIGNMARK_ASSIGN(const std::vector<ledger::Hit> hits, powers_.ledger->search(query));
  return !hits.empty();
}

/// Entries of one item are appended in one transaction: all of them are there, or none.
Status Committer::drop_recorded(std::vector<ledger::Entry>& entries) const {
  std::map<std::string, bool> known;
  for (const ledger::Entry& entry : entries) {
    if (known.contains(entry.item_key)) continue;
    SIGNMARK_ASSIGN(known[entry.item_key], is_recorded(entry.item_key));
  }
  std::erase_if(entries, [&](const ledger::Entry& entry) { return known[entry.item_key]; });
  return {};
}

/// The entries of a pending item that the ledger does not have yet.
Status Committer::take_entries(const std::string& key, Pending pending, Finished& item) const {
  if (powers_.ledger == nullptr) return {};
  SIGNMARK_ASSIGN(const bool known,
                  patiently(rules_.queue, [&](bool) { return is_recorded(key); }));
  if (!known) item.entries = std::move(pending.entries);
  return {};
}

Result<std::optional<Finished>> Committer::heal(const Lease& lease, const fs::path& destination) {
  std::error_code ignored;
  const auto there = [&](const fs::path& file) {
    return fs::exists(fs::symlink_status(file, ignored));
  };
  if (!there(destination) && !there(sidecar_of(destination))) return std::nullopt;
  SIGNMARK_ASSIGN(const auto stored, store_.find(lease.item.key));
  if (!stored || stored->end.pending.empty()) return std::nullopt;
  SIGNMARK_ASSIGN(Pending pending, read_pending(stored->end.pending));
  if (!has_digest(destination, stored->end.output_digest)) {
    if (!pending.sidecar_digest.empty()) remove_sidecar(destination, pending.sidecar_digest);
    return std::nullopt;
  }
  Finished item;
  item.ending = {lease, stored->end};
  item.destination = destination;
  item.stands = true;
  SIGNMARK_TRY(take_entries(lease.item.key, std::move(pending), item));
  return item;
}

/// Gives an output of a finisher that vanished its name. False: it is gone.
bool Committer::rename_pending(const Pending& pending, const Finished& item) const {
  const fs::path folder = item.destination.parent_path();
  const std::string& digest = item.ending.end.output_digest;
  if (has_digest(item.destination, digest)) return true;
  // Results are not looked at: its finisher may have woken up, so what counts is what is there.
  if (!pending.sidecar_digest.empty())
    (void)rename_file(folder / pending.sidecar, sidecar_of(item.destination), rules_.replace);
  if (has_digest(folder / pending.file, digest))
    (void)rename_file(folder / pending.file, item.destination, rules_.replace);
  return has_digest(item.destination, digest);
}

Status Committer::repair_item(const StoredItem& stored, std::vector<Finished>& repaired) {
  SIGNMARK_ASSIGN(Pending pending, read_pending(stored.end.pending));
  Finished item;
  item.ending.lease.item = stored.item;
  item.ending.end = stored.end;
  item.destination = rules_.output / stored.item.destination;
  if (!rename_pending(pending, item))
    return store_.doubt(stored.item.key,
                        Error{"batch.output.missing", "the output is gone before it had its name",
                              item.destination.string(), "signmark batch retry"});
  item.stands = true;
  SIGNMARK_TRY(take_entries(stored.item.key, std::move(pending), item));
  repaired.push_back(std::move(item));
  return {};
}

Result<std::uint64_t> Committer::repair(double older_seconds) {
  constexpr int kAtOnce = 64;
  SIGNMARK_ASSIGN(const std::vector<StoredItem> items, store_.unsettled(older_seconds, kAtOnce));
  std::vector<Finished> repaired;
  std::vector<std::string> keys;
  for (const StoredItem& item : items) SIGNMARK_TRY(repair_item(item, repaired));
  if (repaired.empty()) return 0;
  SIGNMARK_TRY(sync_folders(repaired));
  SIGNMARK_TRY(record(repaired, true));
  keys.reserve(repaired.size());
  for (const Finished& item : repaired) keys.push_back(item.ending.lease.item.key);
  SIGNMARK_TRY(store_.settle(keys));
  return keys.size();
}

}  // namespace signmark::batch
