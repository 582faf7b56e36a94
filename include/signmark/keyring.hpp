// SPDX-License-Identifier: Apache-2.0
// Room `keys`: the keyring of one user: where keys lie, how they are made, unlocked and withdrawn.
//
// Nothing here prints or asks: a person's answers come through UnlockOptions, and every call
// returns what that person must be told. Section numbers are those of keys.md.
#ifndef SIGNMARK_KEYRING_HPP_
#define SIGNMARK_KEYRING_HPP_

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "signmark/base.hpp"
#include "signmark/keys.hpp"
#include "signmark/trust.hpp"

namespace signmark::keys {

// ---------------------------------------------------------------------------------------------
// Where things lie (section 4.3)

/// Looks up an environment variable; nothing when it is unset.
using Environment = std::function<std::optional<std::string>(const char* name)>;

/// The folders of one user, and those of the system.
struct Home {
  std::filesystem::path config;   ///< config.toml
  std::filesystem::path data;     ///< keys/ and trust/
  std::filesystem::path state;    ///< jobs/ and the ledger
  std::filesystem::path runtime;  ///< agent.sock; empty without XDG_RUNTIME_DIR
  /// `/etc/signmark`, `/usr/share/signmark/trust.d`, `/var/lib/signmark`; empty with SIGNMARK_HOME.
  std::filesystem::path system_config, system_trust, system_state;

  /// XDG folders, or all below SIGNMARK_HOME when that is set. An empty `environment` is the
  /// process's own. Errors: `keys.home` (neither SIGNMARK_HOME nor HOME is an absolute path).
  static Result<Home> from_environment(const Environment& environment = {});
  /// As SIGNMARK_HOME=root.
  static Home at(const std::filesystem::path& root);

  [[nodiscard]] std::filesystem::path keys() const { return data / "keys"; }
  [[nodiscard]] std::filesystem::path keys(Role role) const { return keys() / role_name(role); }
  [[nodiscard]] std::filesystem::path trust() const { return data / "trust"; }
};

// ---------------------------------------------------------------------------------------------
// Cost of a passphrase (section 4.1)

/// Argon2id v1.3 with one lane. Passes 0 means a key without passphrase.
struct KdfCost {
  std::uint32_t passes = 0;      ///< 1 to 8
  std::uint32_t memory_kib = 0;  ///< 8 to 1048576 KiB
  friend bool operator==(const KdfCost&, const KdfCost&) = default;
};

inline constexpr KdfCost kKdfInteractive{2, 64 * 1024};  ///< libsodium's presets
inline constexpr KdfCost kKdfModerate{3, 256 * 1024};
inline constexpr KdfCost kKdfSensitive{4, 1024 * 1024};

/// "interactive", "moderate", "sensitive"; nothing for other names.
std::optional<KdfCost> kdf_from_name(std::string_view name);
/// "none", a preset's name, or "argon2id 3/4096" (passes/KiB).
std::string kdf_text(const KdfCost& cost);
/// sensitive for issuer keys, else moderate.
KdfCost default_kdf(Role role);
/// Seconds: issuer 5 years, signing 90 days (24 hours without passphrase), carrier 1 year.
std::int64_t default_life(Role role, bool without_passphrase = false);

// ---------------------------------------------------------------------------------------------
// Unlocking (section 5)

inline constexpr std::size_t kMaxPassphrase = 1024;  ///< bytes

/// What a person is asked for.
struct Prompt {
  enum class Purpose { unlock, protect };
  Purpose purpose = Purpose::unlock;
  std::string subject;   ///< e.g. `issuer key sm1-… "studio"`, for the question
  bool confirm = false;  ///< ask twice and compare: a typing error would lose the key
};

/// Writes the answer to `buffer` (locked memory, kMaxPassphrase bytes) and returns its length in
/// bytes, without line end.
using PromptFunction = std::function<Result<std::size_t>(const Prompt&, std::span<char> buffer)>;

/// The running agent, which signs without handing out keys. An answer of null or nothing means that
/// it does not hold the key; an error, that it could not be asked.
struct AgentHooks {
  std::function<Result<std::shared_ptr<Signer>>(const KeyInfo&)> signer;
  std::function<Result<std::optional<CarrierKey>>(const KeyInfo&)> carrier;
};

/// Where a passphrase comes from; the first source that is set wins: descriptor, file, credential,
/// agent (only where a signature or carrier key is wanted, not the secret itself), environment,
/// prompt. Descriptor and file give their first line, without its LF; more lines in a file are an
/// error.
struct UnlockOptions {
  std::optional<int> passphrase_fd;       ///< read up to the first LF, so it may serve twice
  std::filesystem::path passphrase_file;  ///< 0600, or a pipe
  /// $CREDENTIALS_DIRECTORY; its file `signmark.passphrase` is used when it exists.
  std::filesystem::path credentials_directory;
  AgentHooks agent;
  /// Value of SIGNMARK_PASSPHRASE or null. Host plugins leave it null.
  const char* environment_passphrase = nullptr;
  PromptFunction prompt;  ///< empty: `--no-input`

  /// Fills in credentials directory and SIGNMARK_PASSPHRASE from the process's environment.
  static UnlockOptions from_process();
};

// ---------------------------------------------------------------------------------------------
// What is in a keyring

enum class KeyState {
  usable,
  future,     ///< created later than now: the clock is wrong
  expired,    ///< its own life, or its certificate's, is over
  stopped,    ///< replaced by a newer key, and the overlap is over; or a carrier epoch retired
  withdrawn,  ///< revoked
  no_secret   ///< only certificate or public part are here
};
std::string_view key_state_name(KeyState state);

/// One key on disk, as its files say. Nothing of it is proved before the key is unlocked.
struct StoredKey {
  KeyInfo info;  ///< `expires` already takes certificate and replacement into account
  KeyState state = KeyState::usable;
  KdfCost kdf;  ///< passes 0: not protected by a passphrase
  bool has_secret = true;
  bool insecure = false;                   ///< loaded only because of insecure_permissions
  std::optional<Certificate> certificate;  ///< root of an issuer, leaf of a signing key
  std::optional<Certificate> root;         ///< of a leaf, when known
  std::optional<UnixTime> stops;           ///< end of the overlap after `key rotate`
  std::string superseded_by;               ///< short id
  std::optional<RevocationReason> withdrawn;
  std::filesystem::path secret_file, public_file, certificate_file, revocation_file;
  [[nodiscard]] bool is_protected() const { return kdf.passes != 0; }
};

struct Listing {
  std::vector<StoredKey> keys;  ///< by role, newest first
  /// Files that could not be read or do not belong; never silently left out.
  std::vector<Error> problems;
  /// Carrier epochs that a detection tries, beside the public one; the false-positive budget is
  /// divided by their number.
  std::size_t detection_epochs = 0;
};

// ---------------------------------------------------------------------------------------------
// What calls take and return

/// How a new or changed key is protected.
struct Protection {
  bool without_passphrase = false;  ///< whoever reads the file has the key
  std::optional<KdfCost> kdf;       ///< nothing: default_kdf(role). Below interactive: tests only
  UnlockOptions passphrase;         ///< where the new passphrase comes from
};

struct NewKey {
  std::string label;                ///< at most 64 characters; shown in certificates
  std::optional<UnixTime> expires;  ///< nothing: default_life
  Protection protection;
  std::string issuer;             ///< selector of the certifying issuer; empty: newest usable
  UnlockOptions unlock_issuer;    ///< for role signing
  std::filesystem::path request;  ///< role signing: write a certificate request here instead
};

/// A key that was made or brought in.
struct CreatedKey {
  StoredKey key;
  std::string public_line;        ///< smissuer1…, smsign1…; empty for carrier keys
  std::filesystem::path request;  ///< the request file, when one was written
  UnixTime old_stops = 0;         ///< rotate: when the old key stops; 0 otherwise
  std::string old_id;             ///< rotate: the old key
};

/// Result of `key new` without a role: what was missing was made.
struct CreatedSet {
  std::optional<CreatedKey> issuer, signing, carrier;  ///< nothing: it was there already
};

/// Carrier keys that opened without asking anybody.
struct CarriersAtHand {
  std::vector<CarrierKey> keys;
  std::size_t closed = 0;  ///< keys that need a passphrase, or could not be read
};

/// Result of withdrawing a key.
struct Withdrawal {
  StoredKey key;
  /// For TrustStore::revoke, to be signed by `issuer_id`. Empty for carrier keys, which are retired
  /// and not revoked.
  std::vector<RevocationEntry> entries;
  std::string issuer_id;  ///< short id of the issuer that certified the key; may be empty
  /// For an issuer: its revocation made at birth, text of a signed object for TrustStore::update
  /// and for publication.
  std::string own_revocation;
};

struct ChangedPassphrase {
  StoredKey key;
  std::filesystem::path kept;  ///< the old file, still under the old passphrase
};

struct IssuedCertificate {
  Certificate leaf, root;
  std::string pem;  ///< leaf and root, for `key import` at the requester's
  std::string id;   ///< short id of the certified key
};

struct BackupReport {
  std::filesystem::path file;
  std::size_t files = 0;
  std::vector<std::string> keys;  ///< short ids of all keys in it
  /// Keys that the backup's passphrase did not open: they need their own, and that was not proved.
  std::vector<std::string> not_opened;
  std::vector<std::string>
      restored;  ///< import: files that were written, relative to the data folder
};

/// What a text about keys is, told from how it begins; nothing of it is checked.
enum class KeyTextKind {
  unknown,
  secret_line,          ///< `SIGNMARK-…-SECRET-1…`
  paper,                ///< the same in rows for paper
  key_file,             ///< with or without a passphrase
  sealed_carrier,       ///< a carrier key sealed to a transfer request
  transfer_request,     ///< waits for a carrier key
  certificate,          ///< PEM; one or more
  certificate_request,  ///< PKCS #10, PEM
  public_line           ///< `smissuer1…`, `smsign1…`
};
KeyTextKind key_text_kind(std::string_view text);

/// Whether a file begins as a backup does (see Keyring::export_all).
bool is_backup(ByteView bytes);

struct TransferRequest {
  std::string text;         ///< the request file's content
  std::string fingerprint;  ///< to be compared over another channel
};

struct KeyringOptions {
  bool insecure_permissions = false;   ///< `--insecure-permissions`
  bool require_locked_memory = false;  ///< `--require-locked-memory`: else `keys.memory.unlocked`
  std::filesystem::path credentials_directory;  ///< its key files may be group-readable
};

// ---------------------------------------------------------------------------------------------
// The keyring

/// A selector names a key: a short id or a unique beginning of one (`sm1-q7fz`), a label, a public
/// line, or empty for the newest usable key (of signing keys, one with a certificate first). A
/// label that successors share means the one that was not replaced. Errors of every call with a
/// selector: `keys.select.none`, `keys.select.ambiguous`, `keys.text.secret` (a secret was given),
/// and those of the file that it names when that cannot be read.
///
/// Secrets come from libsodium's generator whatever Context::random is. Calls that change something
/// take the keyring's lock for the moments of writing, publish by rename only, and remove what
/// killed writers left. Const and thread-safe; several processes may share a keyring.
class Keyring {
 public:
  /// Creates nothing on disk. Errors: `keys.memory`, `keys.memory.unlocked`.
  static Result<Keyring> open(const Context& context, Home home, KeyringOptions options = {});

  [[nodiscard]] const Home& home() const { return home_; }
  /// Whether secrets are locked into memory (section 9), for `doctor` and JSON.
  [[nodiscard]] bool memory_locked() const { return arena_->locked(); }
  [[nodiscard]] const std::shared_ptr<SecureArena>& arena() const { return arena_; }

  // -- looking

  /// All keys, without unlocking any. Errors: `keys.dir.read` when a folder is there and cannot be
  /// listed.
  [[nodiscard]] Result<Listing> list() const;
  /// One key in any state; the newest usable for an empty selector.
  [[nodiscard]] Result<StoredKey> find(std::string_view selector,
                                       std::optional<Role> role = {}) const;

  /// Certificates (DER) of all signing keys in it, past ones too: for Trust::leaves. Errors: as
  /// list.
  [[nodiscard]] Result<std::vector<Bytes>> signing_certificates() const;

  // -- using

  /// A signer of role signing, or issuer when `role` says so. Agent before environment and prompt.
  /// Errors: `keys.state.*` (the key may not be used: expired, stopped, withdrawn, no_secret),
  /// `keys.unlock`, `keys.passphrase.*`, `keys.file.*`.
  [[nodiscard]] Result<std::shared_ptr<Signer>> open_signer(std::string_view selector,
                                                            const UnlockOptions& unlock,
                                                            Role role = Role::signing) const;
  /// A signing key file outside the keyring, with its certificate in a `.cert` file beside it:
  /// `--signer file:PATH`, credentials, tmpfs. Errors: as open_signer.
  [[nodiscard]] Result<std::shared_ptr<Signer>> open_signer_file(const std::filesystem::path& file,
                                                                 const UnlockOptions& unlock) const;
  /// A carrier key to embed with. Retired epochs are refused.
  [[nodiscard]] Result<CarrierKey> open_carrier(std::string_view selector,
                                                const UnlockOptions& unlock) const;
  /// All epochs that a detection tries, newest first, without the public one; expired ones are
  /// still tried, retired ones are not. Fails when one of them cannot be opened.
  [[nodiscard]] Result<std::vector<CarrierKey>> open_detection_carriers(
      const UnlockOptions& unlock) const;
  /// The same for a look in passing: keys without a passphrase, and those that the agent holds.
  /// Errors: `keys.dir.read`.
  [[nodiscard]] Result<CarriersAtHand> carriers_at_hand(const AgentHooks& agent) const;

  // -- making (section 7.1)

  /// Makes what is missing of issuer, signing key with certificate, and carrier key, all under one
  /// passphrase. An issuer whose secret is elsewhere counts as there. `expires` is the signing
  /// key's. Errors: `keys.set.exists` (nothing is missing), and as create.
  Result<CreatedSet> create_set(const NewKey& wanted) const;
  /// Makes one key. Role signing gets its certificate from an issuer of this keyring unless
  /// `request` is set; without either it has none yet. Expiry is cut to the issuer's.
  /// Errors: `keys.label`, `keys.expires`, `keys.passphrase.*`, `keys.kdf.memory`, `keys.dir.*`,
  /// `keys.file.exists`, `base.file.*`.
  Result<CreatedKey> create(Role role, const NewKey& wanted) const;

  // -- life (sections 7.2 and 7.3)

  /// A successor of the selected key; the old one stops after 14 days, or when it expires. Label
  /// and protection cost are taken over where `wanted` leaves them open.
  Result<CreatedKey> rotate(Role role, std::string_view selector, NewKey wanted) const;
  /// Marks a key as withdrawn here and gives what must be published. Carrier keys are retired.
  Result<Withdrawal> revoke(Role role, std::string_view selector, RevocationReason reason,
                            UnixTime since) const;
  /// New passphrase or cost. Writes beside, verifies by decrypting, renames; the old file stays as
  /// `.key~` until the next change. Errors: `keys.file.changed` (another process was quicker).
  Result<ChangedPassphrase> change_passphrase(std::string_view selector,
                                              const UnlockOptions& current,
                                              const Protection& fresh) const;

  // -- offline issuer (section 7.1)

  /// The request text (PKCS #10, PEM) of a signing key. Errors: as open_signer.
  [[nodiscard]] Result<std::string> certificate_request(std::string_view selector,
                                                        const UnlockOptions& unlock) const;
  /// Issues a leaf for the key in a request; a copy stays in this keyring. `expires` as for create.
  /// Errors: `keys.request.syntax`, `keys.request.signature`, and as open_signer.
  Result<IssuedCertificate> certify(std::string_view request_pem, std::string_view issuer,
                                    const UnlockOptions& unlock,
                                    std::optional<UnixTime> expires = {}) const;
  /// Takes in leaf and root for a key of this keyring. Errors: `keys.import.unknown` (no such key
  /// here), `keys.cert.*`, `keys.armor.*`.
  Result<StoredKey> import_certificate(std::string_view pem) const;

  // -- backup and exchange (sections 7.4 and 7.5)

  /// The secret line `SIGNMARK-…-SECRET-1…`. Hand it to a 0600 file or a descriptor, never to argv
  /// or a log.
  [[nodiscard]] Result<SecretBytes> export_secret(std::string_view selector,
                                                  const UnlockOptions& unlock) const;
  /// The same in rows of groups with a check each, for paper.
  [[nodiscard]] Result<SecretBytes> export_paper(std::string_view selector,
                                                 const UnlockOptions& unlock) const;
  /// The secret line or paper form into a new file with mode 0600. Errors: `keys.file.exists`.
  Status export_secret_file(std::string_view selector, const UnlockOptions& unlock, bool paper,
                            const std::filesystem::path& file) const;
  /// A key from its secret line or paper form. A signing key needs a certificate afterwards; an
  /// issuer gets a new root certificate. Errors: `keys.text.*`, `keys.import.exists`, and as
  /// create.
  Result<CreatedKey> import_secret(std::string_view text, const NewKey& wanted) const;
  /// A key from a key file under a transfer passphrase; label and dates are the file's.
  Result<CreatedKey> import_key_file(const std::filesystem::path& file,
                                     const UnlockOptions& transfer,
                                     const Protection& protection) const;

  /// Keys, certificates and trust in one encrypted file, read back before it is published.
  /// Errors: `keys.backup.*`, `keys.file.exists`.
  Result<BackupReport> export_all(const std::filesystem::path& file,
                                  const Protection& protection) const;
  /// Proves in memory only that a backup restores; tries its passphrase on the keys in it.
  [[nodiscard]] Result<BackupReport> check_backup(const std::filesystem::path& file,
                                                  const UnlockOptions& unlock) const;
  /// Restores files that are missing. Errors: `keys.backup.conflict` when a file here has other
  /// content (nothing is written then).
  Result<BackupReport> import_backup(const std::filesystem::path& file,
                                     const UnlockOptions& unlock) const;

  /// The receiver's half of sharing a carrier key: a one-time X25519 key whose secret half waits in
  /// the keyring.
  Result<TransferRequest> request_transfer() const;
  /// The fingerprint of a request, to be compared with the receiver's. Errors:
  /// `keys.transfer.syntax`.
  [[nodiscard]] static Result<std::string> transfer_fingerprint(std::string_view request);
  /// Seals a carrier key to a request; the text goes back to the receiver.
  [[nodiscard]] Result<std::string> export_carrier(std::string_view selector,
                                                   const UnlockOptions& unlock,
                                                   std::string_view request) const;
  /// Opens it and forgets the request's secret half. Errors: `keys.transfer.syntax`,
  /// `keys.transfer.unknown` (no such request waits here), `keys.transfer.sealed`.
  Result<CreatedKey> import_carrier(std::string_view sealed, const Protection& protection) const;

 private:
  Keyring(Context context, Home home, KeyringOptions options, std::shared_ptr<SecureArena> arena);

  Context context_;
  Home home_;
  KeyringOptions options_;
  std::shared_ptr<SecureArena> arena_;
};

}  // namespace signmark::keys

#endif  // SIGNMARK_KEYRING_HPP_
