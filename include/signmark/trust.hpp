// SPDX-License-Identifier: Apache-2.0
// Whom this machine believes: trust bundles, revocation, local policy (keys.md sections 7.3 and 8).
#ifndef SIGNMARK_TRUST_HPP_
#define SIGNMARK_TRUST_HPP_

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "signmark/base.hpp"
#include "signmark/keys.hpp"

namespace signmark::keys {

struct Home;  // signmark/keyring.hpp

// ---------------------------------------------------------------------------------------------
// What a leaf is good for

/// What a signing key signs. The issuer lists the purposes of each leaf.
enum class Purpose {
  manifest,    ///< C2PA claims
  frame,       ///< signed frames of robust marks in pixels and samples
  text,        ///< text records
  checkpoint,  ///< ledger checkpoints
  aigc         ///< integrity values of AIGC records
};

/// The kind of media that a signature is on.
enum class MediaKind { image, video, audio, text };

std::string_view purpose_name(Purpose purpose);
std::string_view media_name(MediaKind media);
std::optional<Purpose> purpose_from_name(std::string_view name);
std::optional<MediaKind> media_from_name(std::string_view name);

// ---------------------------------------------------------------------------------------------
// Time (keys.md 8.3)

/// How well the time of a signature is proved. A time claimed inside a signature proves nothing.
/// Ordered: a later one satisfies a policy that asks for an earlier one.
enum class TimeEvidence {
  none,
  time_stamp,  ///< validated RFC 3161 token of a C2PA manifest
  logged,      ///< inclusion proof to a signed ledger checkpoint
  witnessed    ///< such a checkpoint, cosigned by somebody else
};

std::string_view evidence_name(TimeEvidence evidence);
std::optional<TimeEvidence> evidence_from_name(std::string_view name);

struct ProvenTime {
  UnixTime time = 0;
  TimeEvidence evidence = TimeEvidence::none;
};

// ---------------------------------------------------------------------------------------------
// Revocation (keys.md 7.3)

enum class RevocationReason {
  compromised,  ///< all is bad, unless a ledger proves that it is older than `since`
  superseded,   ///< signatures proved to be older than `since` stay good
  retired       ///< the same
};

std::string_view reason_name(RevocationReason reason);
std::optional<RevocationReason> reason_from_name(std::string_view name);

/// What one entry is about.
enum class RevocationTarget {
  key,      ///< 32 bytes, the public key
  serial,   ///< serial of a certificate, 1 to 20 bytes
  manifest  ///< SHA-256 of a manifest's claim bytes, 32 bytes
};

struct RevocationEntry {
  RevocationTarget target = RevocationTarget::key;
  Bytes value;
  RevocationReason reason = RevocationReason::compromised;
  UnixTime since = 0;
};

/// `revoked.N.json`: what an issuer has withdrawn. A newer list replaces the older one whole.
struct RevocationList {
  PublicKey issuer{};
  std::uint64_t version = 0;  ///< from 1
  UnixTime issued = 0;
  UnixTime next_update = 0;  ///< after this the list is overdue and trust stops
  std::vector<RevocationEntry> entries;
};

// ---------------------------------------------------------------------------------------------
// Trust bundles (keys.md 8.1)

/// An issuer key with its self-signed root certificate.
struct IssuerRoot {
  PublicKey key{};
  Bytes certificate;  ///< DER
};

/// One leaf in use, or all leaves of a name, and what for.
struct LeafGrant {
  Bytes certificate;      ///< DER; empty: every leaf of these issuers whose name fits `principal`
  std::string principal;  ///< common name; without a certificate one `*` at its end is a wildcard
  std::vector<Purpose> purposes;
  std::vector<MediaKind> media;
  UnixTime not_before = 0, not_after = 0;  ///< both inclusive
};

/// A grant of everything to one leaf, for its certificate's life; the name is the certificate's.
/// Errors: `keys.cert.*`.
Result<LeafGrant> full_grant(ByteView leaf_der);

struct CheckpointKey {
  PublicKey key{};
  std::string origin;  ///< name of the ledger
};

/// `trust.N.json`: what an issuer says about its own keys.
struct TrustBundle {
  std::uint64_t version = 0;  ///< from 1, without gaps
  UnixTime issued = 0, expires = 0;
  std::string name;     ///< of the issuer, for people
  std::string contact;  ///< of a human
  /// The first one signs the bundle; the others signed earlier versions and their leaves still
  /// count.
  std::vector<IssuerRoot> issuers;
  std::vector<LeafGrant> leaves;
  std::vector<CheckpointKey> checkpoint_keys;
  /// The revocation list that must be known at least; 0 when there is none.
  std::uint64_t revocation_version = 0;
};

// ---------------------------------------------------------------------------------------------
// Local policy (keys.md 8.2)

/// This computer's own choices, table `[trust]` of config.toml. No bundle can relax them.
struct TrustPolicy {
  TimeEvidence required_time = TimeEvidence::none;  ///< key `time`
  std::optional<std::int64_t> max_bundle_age;       ///< key `max-bundle-age` ("90d"), seconds
  bool allow_untrusted = false;                     ///< key `allow-untrusted`
};

/// Reads the policy; a missing file or table gives the defaults. A key that is unknown or has a
/// wrong value is an error: a misspelt restriction must not vanish. Errors: `trust.policy.syntax`,
/// `trust.policy.value`, those of reading.
Result<TrustPolicy> read_trust_policy(const std::filesystem::path& config_file);

// ---------------------------------------------------------------------------------------------
// Asking about a leaf

enum class LeafStatus {
  trusted,
  not_listed,  ///< not certified by a trusted issuer, or not in its bundle
  revoked,
  wrong_purpose,   ///< listed, but not for this purpose or kind of media
  outside_window,  ///< signed before or after the time it is good for
  stale,           ///< bundle or revocation list too old to judge by: update it
  time_unproven    ///< local policy asks for better evidence of time
};

std::string_view leaf_status_name(LeafStatus status);

struct LeafQuery {
  ByteView leaf_der;
  Purpose purpose = Purpose::manifest;
  MediaKind media = MediaKind::image;
  UnixTime at = 0;                   ///< time of judging, taken when no time is proved
  std::optional<ProvenTime> proven;  ///< when the signature was made, with its evidence
  ByteView manifest_digest;          ///< SHA-256 of the claim bytes; may be empty
};

struct LeafVerdict {
  LeafStatus status = LeafStatus::not_listed;
  std::optional<RevocationReason> reason;  ///< when revoked
  std::string words;      ///< one sentence for people, lower case, without full stop
  std::string hint;       ///< the cure; may be empty
  std::string issuer_id;  ///< short id of the issuer; empty when none is known
  std::string issuer_name;
  std::string principal;
  bool local = false;  ///< the issuer was made on this machine and published no bundle
  [[nodiscard]] bool trusted() const { return status == LeafStatus::trusted; }
};

/// A leaf known by a hint; not yet a reason to trust it.
struct KnownLeaf {
  PublicKey key{};
  Bytes certificate;  ///< DER
  std::string principal;
};

// ---------------------------------------------------------------------------------------------
// The store

/// Where the store lives. Empty paths are skipped.
struct TrustPaths {
  std::filesystem::path directory;            ///< of the user; made when first written to
  std::vector<std::filesystem::path> system;  ///< read-only folders of `*.smbundle`
  /// keys.md 4.3: the user's data folder, `/etc/signmark/trust.d`, `/usr/share/signmark/trust.d`;
  /// only the first under SIGNMARK_HOME.
  static TrustPaths of(const Home& home);
};

enum class TrustOrigin { user, system, local, file };
std::string_view origin_name(TrustOrigin origin);

/// One line of `trust list`.
struct IssuerSummary {
  Fingerprint fingerprint{};          ///< of the first issuer key: names the entry for ever
  Fingerprint current_fingerprint{};  ///< of the key that signs now
  PublicKey current_key{};
  std::string name, contact;
  TrustOrigin origin = TrustOrigin::user;
  std::uint64_t version = 0;  ///< 0: local issuer without a bundle
  UnixTime issued = 0, expires = 0;
  std::size_t leaves = 0, checkpoint_keys = 0;
  std::uint64_t revocation_version = 0;
  std::size_t revocations = 0;
  bool withdrawn = false;  ///< the issuer revoked its own key
  std::string stale;       ///< why it is not believed at present; empty when it is
  [[nodiscard]] std::string id() const { return short_id(fingerprint); }
};

/// How `add` knows that the file is the right issuer's. Ids and first use are no reasons.
struct AddConfirmation {
  /// Full fingerprint (64 hex digits, colons and blanks ignored) or the line `smissuer1…`.
  std::string expected;
  /// Asked when `expected` is empty; shows the fingerprint and returns whether to go on.
  std::function<bool(const IssuerSummary&)> confirm;
};

/// What an update did.
struct UpdateOutcome {
  std::uint64_t bundle_from = 0, bundle_to = 0;
  std::uint64_t revocation_from = 0, revocation_to = 0;
  bool withdrawn = false;  ///< an issuer's own revocation was taken in
  [[nodiscard]] bool changed() const {
    return bundle_from != bundle_to || revocation_from != revocation_to || withdrawn;
  }
};

/// Something in the store that could not be read; never silently treated as absent.
struct TrustProblem {
  std::filesystem::path path;
  Error error;
};

/// The trusted issuers. Const members are thread-safe; the others need the caller's own lock.
/// Every change is checked in memory first and written (temp file, fsync, rename) only then.
class TrustStore {
 public:
  /// Reads user and system folders. An issuer that cannot be read becomes a problem(), the others
  /// work. Errors: `trust.store.unreadable` when the folder exists and cannot be listed.
  static Result<TrustStore> load(const Context& context, const TrustPaths& paths,
                                 const TrustPolicy& policy = {});
  /// One public file only, as for `verify --trust F`: no home directory, no network.
  /// Errors: those of the file, see `add`.
  static Result<TrustStore> from_bundle_file(const Context& context,
                                             const std::filesystem::path& file,
                                             const TrustPolicy& policy = {});

  TrustStore(TrustStore&&) noexcept;
  TrustStore& operator=(TrustStore&&) noexcept;
  ~TrustStore();

  // -- questions

  /// Root certificates (DER) of issuers that have not withdrawn themselves.
  [[nodiscard]] std::vector<Bytes> anchors() const;
  /// Whether a leaf certificate may be believed for this use. Never fails: what cannot be read is
  /// not listed, and the words say so.
  [[nodiscard]] LeafVerdict check_leaf(const LeafQuery& query) const;
  /// Leaves whose key fingerprint, or whose issuer's, begins with these bytes (at least 4):
  /// candidates to try.
  [[nodiscard]] std::vector<KnownLeaf> find_by_hint(ByteView hint) const;
  /// Makes a leaf found elsewhere (keyring, manifest of the same file, ledger) known to
  /// find_by_hint. Adds no trust. Errors: `keys.cert.*`.
  Status offer_leaf(ByteView leaf_der);
  /// Whether a ledger checkpoint key is named by a believed, fresh bundle for this origin.
  [[nodiscard]] bool is_checkpoint_key(const PublicKey& key, std::string_view origin) const;
  [[nodiscard]] std::vector<IssuerSummary> list() const;
  [[nodiscard]] const std::vector<TrustProblem>& problems() const;
  [[nodiscard]] const TrustPolicy& policy() const;

  // -- changes by files of others

  /// Takes in an `issuer.smbundle`. For an issuer known already it acts as update().
  /// Errors: `trust.add.unconfirmed`, `trust.add.mismatch`, `trust.add.expected`, `trust.file.*`,
  /// `trust.bundle.*`, `trust.update.*`, `keys.object.*`.
  Result<IssuerSummary> add(std::string_view file_text, const AddConfirmation& confirmation);
  /// Takes in a newer `issuer.smbundle`, `trust.N.json`, `revoked.N.json` or an issuer's own
  /// revocation, of an issuer that is trusted already.
  /// Errors: `trust.update.unknown` (nobody we trust), `trust.update.rollback`,
  /// `trust.update.conflict` (other content under a known version), `trust.update.gap` (not the
  /// next version), `trust.update.old-key`, `trust.update.new-key` (a signature of that issuer key
  /// is missing), `trust.bundle.expired`, `trust.bundle.*`, `trust.file.*`, `keys.object.*`.
  Result<UpdateOutcome> update(std::string_view file_text);
  /// Forgets an issuer, named by short id, full fingerprint, public line or name; one that cannot
  /// be read (see problems()) by the public line that its folder has as name. Errors:
  /// `trust.issuer.unknown`, `trust.issuer.ambiguous`, `trust.issuer.read-only`.
  Status remove(std::string_view issuer);

  // -- the own issuer

  /// Trusts an issuer made on this machine (keys.md 7.1). Twice is no error.
  /// Errors: `keys.cert.*`, those of writing.
  Status add_local_issuer(ByteView root_der);
  /// Signs and stores the next bundle of an own issuer. `content.version`, `issued` and, when
  /// empty, `issuers` are filled in. `old` is the issuer key of the last version when it changes.
  /// Errors: those of update() and of the signers.
  Result<UpdateOutcome> publish(TrustBundle content, const Signer& issuer,
                                const Signer* old = nullptr);
  /// Signs and stores the next revocation list: the known entries and these.
  /// Errors: `keys.revocation.size`, `trust.issuer.unknown`, those of the signer.
  Result<UpdateOutcome> revoke(std::vector<RevocationEntry> entries, UnixTime next_update,
                               const Signer& issuer);
  /// Text of `issuer.smbundle`: chain 1…N, newest revocation list, id of the public carrier key and
  /// the formats understood. Errors: `trust.issuer.unknown`, `trust.export.unpublished`.
  [[nodiscard]] Result<std::string> export_bundle(std::string_view issuer) const;

 private:
  struct State;
  explicit TrustStore(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace signmark::keys

#endif  // SIGNMARK_TRUST_HPP_
