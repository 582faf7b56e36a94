// SPDX-License-Identifier: Apache-2.0
// The audit, in this order: which checkpoints are good; each row against its leaf; the leaves
// against the kept tree and, at their sizes, against the checkpoints; what lies outside the tree.
#include "ledger/audit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "ledger/checkpoint_file.hpp"
#include "ledger/entry_form.hpp"
#include "ledger/rows.hpp"
#include "ledger/store.hpp"

namespace signmark::ledger {
namespace {

using database::Connection;
using database::Row;

constexpr std::uint64_t kChunk = 512;     // rows read at once
constexpr std::size_t kMaxFaults = 1000;  // enough to be sure
constexpr std::size_t kMaxSuspects = 64;  // rows that are tried at other places

enum class Source { stored, file, against };

/// A checkpoint with a good signature, and what became of it.
struct Given {
  Checkpoint checkpoint;
  Source source = Source::stored;
  bool fits = false;
};

std::string span_place(std::uint64_t begin, std::uint64_t end) {
  return end - begin == 1 ? entry_place(begin) : fmt::format("entries {} to {}", begin, end - 1);
}

class Auditor {
 public:
  Auditor(const Context& context, Connection& db, const std::string& origin)
      : context_(context), db_(db), origin_(origin) {}
  Result<Audit> run(const Witnesses& witnesses);

 private:
  /// A body that does not hash to its leaf.
  struct Suspect {
    Entry entry;
    Hash leaf;
  };

  void fault(const char* code, std::string message, std::string where) {
    if (audit_.faults.size() < kMaxFaults)
      audit_.faults.push_back(
          {std::string("ledger.tampered.") + code, std::move(message), std::move(where), {}});
  }
  Status take_stored();
  void take(const Checkpoint& checkpoint, Source source);
  Status load_nodes();
  Status walk();
  Status walk_chunk(std::uint64_t begin, std::uint64_t end);
  void look_at(std::uint64_t sequence, const Entry* body, const Hash* leaf);
  void close_gap(std::uint64_t end);
  void add_leaf(const Hash& leaf);
  void compare_checkpoints();
  void judge_suspects();
  [[nodiscard]] bool was_moved(const Suspect& suspect) const;
  Status look_outside();
  void check_kept_tree();
  void check_lengths();
  void sum_up();

  const Context& context_;
  Connection& db_;
  const std::string& origin_;
  Audit audit_;
  Head head_;
  std::uint64_t pruned_below_ = 0;
  std::vector<Given> given_;  // by size
  std::size_t next_given_ = 0;
  std::uint64_t last_fit_ = 0;  // size of the largest checkpoint that fits so far
  std::map<std::pair<unsigned, std::uint64_t>, Hash> nodes_;
  bool nodes_fit_ = true;
  Frontier tree_;
  bool whole_ = true;                 // no leaf is missing so far
  std::optional<std::uint64_t> gap_;  // where missing rows begin
  std::vector<Suspect> suspects_;
};

void Auditor::take(const Checkpoint& checkpoint, Source source) {
  const std::string where = fmt::format("checkpoint of {} entries", checkpoint.size);
  if (checkpoint.origin != origin_)
    return fault("origin", fmt::format("a checkpoint is of another ledger, {}", checkpoint.origin),
                 where);
  if (!checkpoint.signature_holds())
    return fault("checkpoint", "the signature of a checkpoint does not hold", where);
  given_.push_back({checkpoint, source});
}

Status Auditor::take_stored() {
  SIGNMARK_ASSIGN(const database::Rows rows,
                  db_.run("select note, size from ledger_checkpoint order by number"));
  for (const Row& row : rows) {
    const auto note = Checkpoint::parse(database::as_string(row[0]));
    if (note && note->size == as_count(row[1]))
      take(*note, Source::stored);
    else
      fault("checkpoint", "a stored checkpoint is none",
            fmt::format("checkpoint of {} entries", as_count(row[1])));
  }
  audit_.checkpoints = rows.size();
  return {};
}

Status Auditor::load_nodes() {
  return db_.each("select level, place, hash from ledger_node", {}, [&](const Row& row) {
    const auto level = static_cast<unsigned>(as_count(row[0]));
    nodes_.emplace(std::pair(level, as_count(row[1])), as_hash(row[2]).value_or(Hash{}));
    return Status();
  });
}

void Auditor::add_leaf(const Hash& leaf) {
  if (!whole_) return;
  tree_.add(leaf, [&](unsigned level, std::uint64_t place, const Hash& hash) {
    if (level < kNodeLevel) return;
    const auto kept = nodes_.find({level, place});
    if (kept == nodes_.end() || kept->second != hash) nodes_fit_ = false;
  });
  compare_checkpoints();
}

/// At each size for which there are checkpoints: the root of the rows is the signed one or not.
void Auditor::compare_checkpoints() {
  if (next_given_ == given_.size() || given_[next_given_].checkpoint.size != tree_.size()) return;
  const Hash root = tree_.root();
  bool stored_differs = false;
  bool other_differs = false;
  bool any_fits = false;
  for (; next_given_ < given_.size() && given_[next_given_].checkpoint.size == tree_.size();
       ++next_given_) {
    Given& given = given_[next_given_];
    given.fits = given.checkpoint.root == root;
    any_fits = any_fits || given.fits;
    if (!given.fits) (given.source == Source::stored ? stored_differs : other_differs) = true;
  }
  const std::string where = span_place(last_fit_, std::max(tree_.size(), last_fit_ + 1));
  if (stored_differs)
    fault("root", "rows and their hashes were rewritten: they do not fit a signed checkpoint",
          where);
  else if (other_differs)
    fault("forked", "the ledger went on differently than a checkpoint outside of its database says",
          where);
  if (any_fits) last_fit_ = tree_.size();
}

/// Missing rows in the midst were deleted; those at the end were cut off.
void Auditor::close_gap(std::uint64_t end) {
  if (!gap_) return;
  if (end == head_.size)
    fault("truncated", "the last entries are missing", span_place(*gap_, end));
  else
    fault("deleted", "entries are missing", span_place(*gap_, end));
  gap_.reset();
}

void Auditor::look_at(std::uint64_t sequence, const Entry* body, const Hash* leaf) {
  if (leaf == nullptr) {
    if (body != nullptr)
      fault("inserted", "an entry stands there without its place in the tree",
            entry_place(sequence));
    else if (!gap_)
      gap_ = sequence;
    whole_ = false;
    return;
  }
  close_gap(sequence);
  add_leaf(*leaf);
  if (body == nullptr) {
    if (sequence < pruned_below_)
      ++audit_.pruned;
    else
      fault("deleted", "the body of an entry is missing", entry_place(sequence));
    return;
  }
  if (leaf_hash(canonical_line(*body)) == *leaf) return;
  if (suspects_.size() < kMaxSuspects)
    suspects_.push_back({*body, *leaf});
  else
    fault("edited", "the entry was changed after it was written", entry_place(sequence));
}

Status Auditor::walk_chunk(std::uint64_t begin, std::uint64_t end) {
  SIGNMARK_ASSIGN(const std::vector<Entry> entries, load_entries(db_, begin, end));
  SIGNMARK_ASSIGN(const std::vector<Leaf> leaves, load_leaves(db_, begin, end));
  auto entry = entries.begin();
  auto leaf = leaves.begin();
  for (std::uint64_t sequence = begin; sequence < end; ++sequence) {
    const bool has_entry = entry != entries.end() && entry->sequence == sequence;
    const bool has_leaf = leaf != leaves.end() && leaf->sequence == sequence;
    look_at(sequence, has_entry ? &*entry : nullptr, has_leaf ? &leaf->hash : nullptr);
    if (has_entry) ++entry;
    if (has_leaf) ++leaf;
  }
  return {};
}

Status Auditor::walk() {
  compare_checkpoints();  // of the empty tree
  for (std::uint64_t begin = 0; begin < head_.size; begin += kChunk) {
    SIGNMARK_TRY(context_.report("verify ledger", begin, head_.size));
    SIGNMARK_TRY(walk_chunk(begin, std::min(begin + kChunk, head_.size)));
  }
  close_gap(head_.size);
  return {};
}

/// Whether the body belongs to another place: there its line hashes to that place's leaf, or to its
/// own leaf, which was moved along.
bool Auditor::was_moved(const Suspect& suspect) const {
  Entry moved = suspect.entry;
  const auto fits_at = [&](std::uint64_t place, const Hash& leaf) {
    if (place == suspect.entry.sequence) return false;
    moved.sequence = place;
    const Hash hash = leaf_hash(canonical_line(moved));
    return hash == leaf || hash == suspect.leaf;
  };
  if (fits_at(suspect.entry.sequence - 1, suspect.leaf) ||
      fits_at(suspect.entry.sequence + 1, suspect.leaf))
    return true;
  return std::any_of(suspects_.begin(), suspects_.end(), [&](const Suspect& other) {
    return fits_at(other.entry.sequence, other.leaf);
  });
}

void Auditor::judge_suspects() {
  for (const Suspect& suspect : suspects_) {
    const std::string where = entry_place(suspect.entry.sequence);
    if (was_moved(suspect))
      fault("reordered", "the entry stands at another place than it was written to", where);
    else
      fault("edited", "the entry was changed after it was written", where);
  }
}

Status Auditor::look_outside() {
  for (const char* table : {"ledger_entry", "ledger_leaf"}) {
    SIGNMARK_ASSIGN(
        const database::Rows rows,
        db_.run(fmt::format("select sequence from {} where sequence < 0 or sequence >= $1 limit 10",
                            table),
                {integer(head_.size)}));
    for (const Row& row : rows)
      fault("inserted", "an entry stands outside of the tree",
            fmt::format("entry {}", database::as_integer(row[0])));
  }
  return {};
}

void Auditor::check_kept_tree() {
  if (!whole_) return;  // said already
  const auto kept = head_.tree();
  if (!kept || !(*kept == tree_) || !nodes_fit_)
    fault("tree", "the kept tree is not that of the entries", entry_place(head_.size));
}

/// A checkpoint that covers more than there is: the tail is gone, or this is an older copy.
void Auditor::check_lengths() {
  const bool longer = !given_.empty() && given_.back().checkpoint.size > head_.size;
  if (longer)
    fault("truncated",
          "a signed checkpoint covers more entries than there are: the last ones were cut off, or "
          "an older ledger was put in place",
          span_place(head_.size, given_.back().checkpoint.size));
}

void Auditor::sum_up() {
  audit_.entries = head_.size;
  for (const Given& given : given_) {
    if (!given.fits) continue;
    const auto known =
        std::find_if(audit_.signers.begin(), audit_.signers.end(),
                     [&](const Checkpoint& other) { return other.key == given.checkpoint.key; });
    if (known == audit_.signers.end())
      audit_.signers.push_back(given.checkpoint);
    else
      *known = given.checkpoint;
    if (given.source == Source::stored) audit_.newest = given.checkpoint;
  }
  audit_.unsigned_tail = head_.size - (audit_.newest ? audit_.newest->size : 0);
}

Result<Audit> Auditor::run(const Witnesses& witnesses) {
  SIGNMARK_ASSIGN(head_, read_head(db_, false));
  SIGNMARK_ASSIGN(pruned_below_, pruned_below(db_));
  SIGNMARK_TRY(take_stored());
  for (const Checkpoint& checkpoint : witnesses.file) take(checkpoint, Source::file);
  for (const Checkpoint& checkpoint : witnesses.against) take(checkpoint, Source::against);
  if (witnesses.file_fault)
    fault("checkpoints-file",
          "the file of checkpoints is damaged: " + witnesses.file_fault->message,
          witnesses.file_fault->where);
  audit_.checked_against = !witnesses.against.empty();
  std::stable_sort(given_.begin(), given_.end(), [](const Given& a, const Given& b) {
    return a.checkpoint.size < b.checkpoint.size;
  });
  SIGNMARK_TRY(load_nodes());
  SIGNMARK_TRY(walk());
  judge_suspects();
  SIGNMARK_TRY(look_outside());
  check_kept_tree();
  check_lengths();
  sum_up();
  return std::move(audit_);
}

}  // namespace

Result<Audit> audit_ledger(const Context& context, Connection& db, const std::string& origin,
                           const Witnesses& witnesses) {
  return Auditor(context, db, origin).run(witnesses);
}

Result<Audit> Store::verify(const std::vector<Checkpoint>& against) const {
  Witnesses witnesses;
  witnesses.against = against;
  SIGNMARK_ASSIGN(const auto db, reader());
  // The file first: a checkpoint that is added meanwhile is in the database before it is in there.
  if (const std::string file = beside(".checkpoints"); !file.empty()) {
    auto notes = read_notes(file);
    if (notes)
      witnesses.file = std::move(*notes);
    else
      witnesses.file_fault = notes.error();
  }
  // One state of the ledger throughout, whoever appends meanwhile.
  SIGNMARK_TRY(db->run(db->engine() == database::Engine::sqlite
                           ? "begin"
                           : "begin isolation level repeatable read read only"));
  return audit_ledger(context_, *db, origin_, witnesses);
}

}  // namespace signmark::ledger
