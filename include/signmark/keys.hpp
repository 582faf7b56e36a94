// SPDX-License-Identifier: Apache-2.0
// Room `keys`: names of keys, signing and verifying, secrets in memory, certificates.
//
// Keys on disk and their life are in signmark/keyring.hpp, whom to believe in signmark/trust.hpp.
// The design is keys.md; section numbers below are its.
#ifndef SIGNMARK_KEYS_HPP_
#define SIGNMARK_KEYS_HPP_

#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "signmark/base.hpp"

namespace signmark::keys {

// ---------------------------------------------------------------------------------------------
// Names of keys (sections 2 and 3)

/// Never one key for two roles; the byte is inside the key file, the fingerprint and every check.
enum class Role : std::uint8_t { issuer = 1, signing = 2, carrier = 3 };

using PublicKey = std::array<Byte, 32>;    ///< raw Ed25519 public key
using Signature = std::array<Byte, 64>;    ///< raw Ed25519 signature
using Fingerprint = std::array<Byte, 32>;  ///< BLAKE2b-256, section 3

/// "issuer", "signing", "carrier".
std::string_view role_name(Role role);
/// The role of such a name; nothing for any other text.
std::optional<Role> role_from_name(std::string_view name);

/// Fingerprint of a public key in a role:
/// BLAKE2b-256("signmark/keyid/v1" || 0x00 || role byte || algorithm byte || key).
/// A carrier key has no public half: its fingerprint is its KeyInfo::public_key.
Fingerprint fingerprint(Role role, const PublicKey& key);

/// `sm1-q7fz-2lka-m5xd-jw3t`: the first 80 bits in base32, for people. Ids collide: a hint, never a
/// reason to trust.
std::string short_id(const Fingerprint& fingerprint);

/// The public line of an issuer or signing key: `smissuer1…` or `smsign1…` (Bech32, BIP 173).
/// Empty for role carrier, which has no public key.
std::string public_text(Role role, const PublicKey& key);

struct NamedPublicKey {
  Role role = Role::signing;
  PublicKey key{};
};

/// Reads a public line; surrounding white space is not allowed. Refuses secret lines without
/// quoting them. Errors: `keys.text.secret` (a secret was given), `keys.text.prefix`,
/// `keys.text.length`, `keys.text.character`, `keys.text.checksum`.
Result<NamedPublicKey> parse_public_text(std::string_view text);

/// What may be shown of a key.
struct KeyInfo {
  Role role = Role::signing;
  PublicKey public_key{};  ///< for a carrier key: its keyed fingerprint
  Fingerprint fingerprint{};
  UnixTime created = 0;
  UnixTime expires = 0;        ///< the first second in which the key may no longer be used
  std::string label;           ///< chosen by the user, UTF-8; may be empty
  std::filesystem::path file;  ///< empty when the key lives elsewhere
  [[nodiscard]] std::string id() const { return short_id(fingerprint); }
};

// ---------------------------------------------------------------------------------------------
// Signing (section 6)

/// Something that signs: a key file, the agent, an external program. Thread-safe.
class Signer {
 public:
  virtual ~Signer() = default;
  [[nodiscard]] virtual const KeyInfo& key() const = 0;
  /// X.509 certificates in DER, leaf first, without the root; empty when none was issued yet.
  [[nodiscard]] virtual const std::vector<Bytes>& chain() const = 0;
  /// Signs `"signmark/<type>/v1" || 0x00 || body`.
  /// Errors: `keys.sign.type` (unknown, or this role may not sign that), `keys.sign.size` (body
  /// above the type's cap: 256 KiB for a trust bundle, else 64 KiB), `keys.sign.expired`,
  /// `keys.sign.early` (the clock stands before the key's creation), the agent's own.
  [[nodiscard]] virtual Result<Signature> sign_object(std::string_view type,
                                                      ByteView body) const = 0;
  /// Signs a COSE `Sig_structure` (RFC 9052 4.4) after checking that it is one; signing keys only.
  /// Errors: `keys.sign.cose` (not a Sig_structure), and as sign_object.
  [[nodiscard]] virtual Result<Signature> sign_cose(ByteView sig_structure) const = 0;
};

/// Whether `signature` is a good one of `key` over a typed object. Strict (libsodium): refuses
/// malleated S, small-order and non-canonical points; false for unknown types and oversized bodies.
/// Verify first, then parse the verified bytes. Thread-safe.
bool verify_object(const PublicKey& key, std::string_view type, ByteView body,
                   const Signature& signature);

/// Whether the bytes are exactly the CBOR array ["Signature1", bstr, bstr .size 0, bstr] in
/// shortest form with nothing after it. Errors: `keys.sign.cose`.
Status check_sig_structure(ByteView bytes);

// ---------------------------------------------------------------------------------------------
// Secrets in memory (section 9)

class SecretBytes;

/// Pages for secrets: locked into memory where the system allows it, without access while idle,
/// wiped when freed and in a forked child, kept out of core files. Thread-safe.
class SecureArena : public std::enable_shared_from_this<SecureArena> {
 public:
  /// `pages` of 4 KiB (default 32 KiB: room for 512 keys, and inside a 64 KiB memlock limit).
  /// Errors: `keys.memory` (no memory at all). That locking failed is no error: ask locked().
  static Result<std::shared_ptr<SecureArena>> create(std::size_t pages = 8);
  SecureArena(const SecureArena&) = delete;
  SecureArena& operator=(const SecureArena&) = delete;
  ~SecureArena();

  /// Whether the pages are locked, as mlock(2) answered; false means they may reach swap.
  [[nodiscard]] bool locked() const { return locked_; }
  /// Zeroed bytes. Errors: `keys.memory` (the arena is full).
  Result<SecretBytes> allocate(std::size_t size);

 private:
  friend class SecretBytes;
  SecureArena() = default;
  Byte* acquire();
  void release();
  void free(std::size_t offset, std::size_t size);

  struct State;
  std::unique_ptr<State> state_;
  bool locked_ = false;
};

/// A piece of a SecureArena. Movable; keeps its arena alive. The bytes are reachable only through
/// an open View.
class SecretBytes {
 public:
  /// Makes the arena accessible while it lives; keep it short. Must not outlive its SecretBytes.
  class View {
   public:
    View(std::shared_ptr<SecureArena> arena, std::span<Byte> bytes)
        : arena_(std::move(arena)), bytes_(bytes) {}
    View(View&& other) noexcept = default;
    View& operator=(View&&) = delete;
    View(const View&) = delete;
    View& operator=(const View&) = delete;
    ~View();
    [[nodiscard]] std::span<Byte> bytes() const { return bytes_; }

   private:
    std::shared_ptr<SecureArena> arena_;
    std::span<Byte> bytes_;
  };

  SecretBytes() = default;
  SecretBytes(SecretBytes&& other) noexcept;
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes();

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] View open() const;
  /// Forgets (and wipes) all but the first `size` bytes; `size` at most size().
  void truncate(std::size_t size);

 private:
  friend class SecureArena;
  std::shared_ptr<SecureArena> arena_;
  std::size_t offset_ = 0, size_ = 0, reserved_ = 0;
};

/// What harden_process() achieved.
struct Hardening {
  bool not_dumpable = false;   ///< PR_SET_DUMPABLE 0: no core file, no ptrace by the same user
  bool no_core_limit = false;  ///< RLIMIT_CORE 0
};

/// For programs that hold secrets (command line, agent) at their start; never called by the
/// library.
Hardening harden_process();

// ---------------------------------------------------------------------------------------------
// Carrier keys (section 2.2)

/// Ids of crypto_kdf under context "smkWMv01".
enum class Medium : std::uint8_t { image = 1, video = 2, audio = 3, text = 4 };

/// The one public carrier key: BLAKE2b-256("signmark public carrier key v1"). Anyone can look for a
/// mark with it, and anyone can forge or erase one; reports call it `public`.
const std::array<Byte, 32>& public_carrier_key();

/// Name and fingerprint of the public carrier key; label "public", no dates.
KeyInfo public_carrier_info();

/// The truth of section 1.4, for every place that hands out a carrier key.
inline constexpr std::string_view kCarrierTruth =
    "whoever can detect with a carrier key can also forge and erase its marks; share it only with "
    "those who may do all three";

/// A carrier key that can be used: its master, or an agent that holds it. Thread-safe.
class CarrierKey {
 public:
  /// Gives the 32-byte key of one medium.
  using Derive = std::function<Result<SecretBytes>(Medium)>;

  CarrierKey(KeyInfo info, Derive derive) : info_(std::move(info)), derive_(std::move(derive)) {}
  /// From the 32-byte master; derived keys come from the same arena.
  static CarrierKey from_master(KeyInfo info, std::shared_ptr<SecureArena> arena,
                                SecretBytes master);
  /// The public one. Errors: `keys.memory`.
  static Result<CarrierKey> make_public(const std::shared_ptr<SecureArena>& arena);

  [[nodiscard]] const KeyInfo& info() const { return info_; }
  [[nodiscard]] bool is_public() const;
  /// crypto_kdf (BLAKE2b) of the master; the codecs derive their named streams below it.
  /// Errors: `keys.memory`, the agent's own.
  [[nodiscard]] Result<SecretBytes> medium_key(Medium medium) const { return derive_(medium); }

 private:
  KeyInfo info_;
  Derive derive_;
};

// ---------------------------------------------------------------------------------------------
// Certificates (section 2.1; profile of c2pa.md section 6)

/// What our own certificates say. Foreign certificates are room c2pa's.
struct Certificate {
  Bytes der;                               ///< the whole certificate
  std::array<Byte, 16> serial;             ///< first byte 0x40…0x7f
  bool is_root = false;                    ///< certification authority, self-signed
  std::string organization;                ///< subject O: the issuer's label
  std::string common_name;                 ///< subject CN: the key's label
  Bytes issuer_name, subject_name;         ///< DER of the two Names
  UnixTime not_before = 0, not_after = 0;  ///< both inclusive, as in RFC 5280
  PublicKey public_key{};
  std::array<Byte, 20> subject_key_id{}, authority_key_id{};
};

/// Parses one certificate of our profile, strictly: DER, version 3, Ed25519, the extensions of
/// c2pa.md section 6, no unknown critical extension, nothing after the end. The signature is not
/// checked. At most 8 KiB. Errors: `keys.cert.syntax`, `keys.cert.profile`, `keys.cert.size`.
Result<Certificate> parse_certificate(ByteView der);

/// Checks that `leaf` was issued by `root`: root self-signed and a CA, leaf not, names and key ids
/// fit, both signatures good, the leaf's window inside the root's. Windows are not compared with
/// any clock. Errors: `keys.cert.path`, `keys.cert.signature`.
Status check_issued_by(const Certificate& leaf, const Certificate& root);

/// Text with one `-----BEGIN CERTIFICATE-----` block for each, strict RFC 7468.
std::string certificates_to_pem(const std::vector<Bytes>& ders);
/// At most 4. Errors: `keys.armor.syntax`, `keys.armor.count`, `keys.cert.*`.
Result<std::vector<Certificate>> certificates_from_pem(std::string_view pem);

}  // namespace signmark::keys

#endif  // SIGNMARK_KEYS_HPP_
