// SPDX-License-Identifier: Apache-2.0
// Room `ledger`: what was issued, when and by which key (batch.md section 5), so that stripped
// media can be looked up and a provider can show an inspector what was labelled.
//
// What it proves: rows are leaves of a Merkle tree (RFC 6962 section 2.1) whose root is signed now
// and then as a checkpoint. An edited, removed or reordered row does not fit the checkpoints any
// more. What it does not prove: a tree alone cannot show that its tail was cut off, or that the
// holder of the key wrote it anew. Only a checkpoint kept elsewhere can.
#ifndef SIGNMARK_LEDGER_HPP_
#define SIGNMARK_LEDGER_HPP_

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "signmark/base.hpp"
#include "signmark/keys.hpp"
#include "signmark/prints.hpp"

namespace signmark::ledger {

// ---------------------------------------------------------------------------------------------
// Entries

/// To whom content went without a visible label, and under which agreement (Labelling Measures,
/// Article 9: kept at least six months). Personal data: kept in a table of its own.
struct Supply {
  std::string recipient;  ///< name or number of the user who asked, UTF-8
  std::string agreement;  ///< number or place of the agreement
  Bytes salt{};           ///< drawn when appended, so that the digest does not confirm a guess
  [[nodiscard]] bool empty() const { return recipient.empty() && agreement.empty(); }
};

/// One event. Texts are UTF-8, digests `alg:hex`, times seconds.
struct Entry {
  // Given by the ledger when it is appended:
  std::uint64_t sequence = 0;  ///< from 0, without gaps
  UnixTime time = 0;

  /// "mark", "propagate", "declare", "job"; by the ledger itself "prune" (`bytes`: entries below
  /// this sequence have no body any more) and "heal" (`bytes`: length of the torn note cut off).
  std::string action;
  std::string actor;        ///< fingerprint of the signing key, hex; empty without one
  std::string item_key;     ///< of a batch item; else empty
  std::string content_id;   ///< 16 hex digits
  std::string name;         ///< file name of the output, without folders
  std::string format;       ///< MIME type
  std::uint64_t bytes = 0;  ///< of the output
  std::string input_digest, output_digest;  ///< "blake2b-256:…"
  std::string layers;                       ///< laid: "robust,visible,metadata,manifest"
  std::string manifest;                     ///< label of the active manifest
  std::string label, producer, produce_id, propagator, propagate_id;  ///< the AIGC record
  std::string outcome = "done";
  Bytes tiles;                ///< body of the assertion io.signmark.tiles, for tamper maps
  std::vector<Print> prints;  ///< for search
  Supply supply;
};

// ---------------------------------------------------------------------------------------------
// Checkpoints (C2SP tlog-checkpoint: origin, size and root; the time as an extension line; a
// signature line)

struct Checkpoint {
  std::string origin;      ///< which ledger: "signmark/" and 16 random hex digits
  std::uint64_t size = 0;  ///< entries covered
  std::array<Byte, 32> root{};
  UnixTime time = 0;
  keys::PublicKey key{};  ///< who signed; its certificate chain is beside the ledger
  keys::Signature signature{};
  /// The note as it is printed, kept elsewhere and given to `verify --against`.
  [[nodiscard]] std::string text() const;
  /// Errors: `ledger.checkpoint.syntax`. The signature is not checked.
  static Result<Checkpoint> parse(std::string_view text);
  /// The same for a file of several. Errors: as parse; `where` says which one.
  static Result<std::vector<Checkpoint>> parse_all(std::string_view text);
  /// Whether the signature is a good one of `key`. Whose key that is, it does not say.
  [[nodiscard]] bool signature_holds() const;
};

// ---------------------------------------------------------------------------------------------
// The ledger

/// When a checkpoint is due.
struct CheckpointRule {
  std::uint64_t entries = 64;  ///< since the last one
  int seconds = 60;
};

/// Where a ledger is.
struct Place {
  /// A file, or `postgresql://…` without a password (a password in it is refused: it would stand in
  /// argv; use ~/.pgpass or a service file).
  std::string location;
  bool read_only = false;  ///< never creates or changes anything
  CheckpointRule rule;
};

/// `$XDG_STATE_HOME/signmark/ledger.db` of this user (keys.md 4.3), or below SIGNMARK_HOME.
/// Errors: `keys.home`.
Result<std::string> default_location();

/// What was found for a file.
struct Hit {
  Entry entry;
  enum class By { content_id, digest, produce_id, item_key, producer, print } by = By::content_id;
  int prints_close = 0;      ///< prints of the file that fit this entry
  int distance = 0;          ///< of the closest, in bits of 256
  double chance_log10 = 0;   ///< bound for a hit of an unrelated work among all entries searched
  std::optional<Print> own;  ///< the closest print of the entry: says which window or time
};

/// What to look for; empty parts are not looked at. Each of content id, digest (of an output or an
/// input), produce id, item key and prints is a way of its own to an entry; `producer` and times
/// narrow, and without any of those ways list.
struct Query {
  std::string content_id, digest, produce_id, producer;
  std::string item_key;  ///< of a batch item: whether its entries are there already
  std::vector<Print> prints;
  std::optional<UnixTime> since, until;
  std::size_t limit = 20;
};

/// What `verify` says. An inconsistent ledger is `tampered` (exit 12).
struct Audit {
  std::uint64_t entries = 0, pruned = 0, checkpoints = 0;
  std::optional<Checkpoint> newest;
  /// The newest good checkpoint of each key; whether to believe these keys is open.
  std::vector<Checkpoint> signers;
  bool checked_against = false;
  std::vector<Error> faults;        ///< `ledger.tampered.*`, with the sequence in `where`
  std::uint64_t unsigned_tail = 0;  ///< entries after the newest checkpoint
  [[nodiscard]] bool sound() const { return faults.empty(); }
};

/// Proof that an entry lies in the tree of a checkpoint (RFC 9162 section 2.1.3).
struct Inclusion {
  std::uint64_t sequence = 0, size = 0;
  std::vector<std::array<Byte, 32>> path;
};

/// Proof that the tree of `from` entries is the beginning of that of `to` (RFC 9162 2.1.4).
struct Consistency {
  std::uint64_t from = 0, to = 0;
  std::vector<std::array<Byte, 32>> path;
};

/// One ledger. Thread-safe; several processes may use one place at once.
class Ledger {
 public:
  /// Opens or makes it. Errors: `ledger.open`, `ledger.version`, `ledger.password`,
  /// `database.*`.
  static Result<std::unique_ptr<Ledger>> open(const Context& context, const Place& place);
  virtual ~Ledger() = default;

  /// Name of this ledger in its checkpoints.
  [[nodiscard]] virtual const std::string& origin() const = 0;
  /// Adds entries in one transaction and gives the sequence of the first. With `signer`, signs a
  /// checkpoint when one is due; one that cannot be signed stays due and is only logged, because
  /// the entries stand. Errors: `ledger.read-only`, `database.*`.
  virtual Result<std::uint64_t> append(std::vector<Entry> entries, const keys::Signer* signer) = 0;
  /// Signs a checkpoint now. Errors: as append, and `keys.*` of the signer.
  virtual Result<Checkpoint> checkpoint(const keys::Signer& signer) = 0;
  [[nodiscard]] virtual Result<std::vector<Checkpoint>> checkpoints() const = 0;
  /// The smallest one that covers an entry; nothing when none does yet.
  [[nodiscard]] virtual Result<std::optional<Checkpoint>> covering(
      std::uint64_t sequence) const = 0;

  /// X.509 certificates of a checkpoint's key as they were when it signed, leaf first; may be none.
  [[nodiscard]] virtual Result<std::vector<Bytes>> certificates(
      const keys::PublicKey& key) const = 0;

  /// Errors: `ledger.entry.none`, `ledger.entry.pruned`.
  [[nodiscard]] virtual Result<Entry> entry(std::uint64_t sequence) const = 0;
  [[nodiscard]] virtual Result<std::uint64_t> size() const = 0;
  /// Newest first; by id and digest before prints. Errors: `database.*`.
  [[nodiscard]] virtual Result<std::vector<Hit>> search(const Query& query) const = 0;
  /// Calls `sink` with the entries that have a body, in order. Errors: those of the sink.
  virtual Status each(std::optional<UnixTime> since, std::optional<UnixTime> until,
                      const std::function<Status(const Entry&)>& sink) const = 0;

  /// Recomputes every leaf and the root, and compares with every checkpoint of the ledger and the
  /// given ones. Errors: only where it could not look.
  [[nodiscard]] virtual Result<Audit> verify(const std::vector<Checkpoint>& against) const = 0;
  /// Errors: `ledger.proof` (no such tree or entry).
  [[nodiscard]] virtual Result<Inclusion> inclusion(std::uint64_t sequence,
                                                    std::uint64_t size) const = 0;
  [[nodiscard]] virtual Result<Consistency> consistency(std::uint64_t from,
                                                        std::uint64_t to) const = 0;
  /// Removes the bodies of entries older than `before`; leaf hashes stay, so the rest still
  /// verifies. Errors: `ledger.retention` when `before` is less than six months ago (Labelling
  /// Measures, Article 9; Cybersecurity Law, Article 21(3)).
  virtual Result<std::uint64_t> prune(UnixTime before, const keys::Signer* signer) = 0;
};

/// The canonical line of an entry (batch.md 5.3), whose hash is the leaf. Without prints, tiles and
/// supply themselves: their digests stand in it.
std::string canonical_line(const Entry& entry);

/// An entry as one JSON object, all of it, the form of bundles.
std::string entry_json(const Entry& entry);

/// Whether an inclusion proof fits a checkpoint (RFC 9162 2.1.3.2).
bool check_inclusion(const Inclusion& proof, std::string_view line, const Checkpoint& checkpoint);

/// Whether `later` only added to what `earlier` covers (RFC 9162 2.1.4.2).
bool check_consistency(const Consistency& proof, const Checkpoint& earlier,
                       const Checkpoint& later);

// ---------------------------------------------------------------------------------------------
// For an inspector: entries that prove themselves without the ledger

/// What goes into a bundle.
struct BundleRange {
  std::optional<UnixTime> since, until;
};

/// Writes a bundle (JSON): the checkpoint, its certificates, and the entries that it covers, each
/// with its inclusion proof; those after it stand under `unsigned`. With `signer`, a checkpoint is
/// signed first, so that it covers all. Errors: `ledger.checkpoint.none`, and as Ledger::each.
Status write_bundle(Ledger& ledger, const BundleRange& range, const keys::Signer* signer,
                    const std::function<Status(std::string_view)>& sink);

/// What a bundle proves.
struct BundleAudit {
  Checkpoint checkpoint;
  std::vector<Bytes> certificates;  ///< of its key, leaf first; whether to believe them is open
  std::uint64_t entries = 0, first = 0, last = 0;  ///< proved ones; without gaps from first to last
  std::uint64_t unproved = 0;
  std::vector<Error> faults;  ///< `ledger.tampered.*`
};

/// Checks a bundle without any ledger. Errors: `ledger.bundle.syntax`.
Result<BundleAudit> check_bundle(std::string_view json);

}  // namespace signmark::ledger

#endif  // SIGNMARK_LEDGER_HPP_
