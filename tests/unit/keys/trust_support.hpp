// SPDX-License-Identifier: Apache-2.0
// Helpers of the trust, certificate and agent tests: keys with known seeds, issuers, bundles.
#pragma once

#include <sodium.h>

#include <atomic>

#include "keys/certificate_build.hpp"
#include "keys/key_signer.hpp"
#include "keys/signed_object.hpp"
#include "keys/trust_bundle.hpp"
#include "keys/trust_file.hpp"
#include "keys/trust_revocation.hpp"
#include "keys_support.hpp"

namespace signmark::test {

inline constexpr UnixTime kNow = 1'795'348'800;  // as test_context: 2026-11-22T12:00:00Z
inline constexpr UnixTime kDay = 86'400;

/// A clock that a test moves.
class MovableClock final : public Clock {
 public:
  explicit MovableClock(UnixTime time = kNow) : time_(time) {}
  UnixTime now() const override { return time_; }
  void set(UnixTime time) { time_ = time; }
  void advance(std::int64_t seconds) { time_ += seconds; }

 private:
  std::atomic<UnixTime> time_;
};

/// A key whose seed is 32 times one byte; its signatures are made without any check.
struct TestKey {
  std::array<Byte, 32> seed{};
  keys::PublicKey pk{};

  explicit TestKey(Byte fill) {
    REQUIRE(sodium_init() >= 0);
    seed.fill(fill);
    std::array<Byte, 64> secret{};
    crypto_sign_seed_keypair(pk.data(), secret.data(), seed.data());
  }

  [[nodiscard]] keys::Signature sign(ByteView message) const {
    keys::PublicKey unused{};
    std::array<Byte, 64> secret{};
    keys::Signature out{};
    crypto_sign_seed_keypair(unused.data(), secret.data(), seed.data());
    crypto_sign_detached(out.data(), nullptr, message.data(), message.size(), secret.data());
    return out;
  }

  [[nodiscard]] keys::SignBytes der() const {
    return [key = *this](ByteView bytes) -> Result<keys::Signature> { return key.sign(bytes); };
  }

  [[nodiscard]] keys::KeyInfo info(keys::Role role) const {
    keys::KeyInfo out;
    out.role = role;
    out.public_key = pk;
    out.fingerprint = keys::fingerprint(role, pk);
    out.created = kNow - 100 * kDay;
    out.expires = kNow + 1000 * kDay;
    return out;
  }

  [[nodiscard]] std::shared_ptr<keys::Signer> signer(keys::Role role,
                                                     std::vector<Bytes> chain = {}) const {
    const auto arena = make_arena();
    return keys::make_seed_signer(test_context(), info(role), std::move(chain),
                                  make_secret(*arena, seed));
  }
};

inline constexpr keys::CertificateWindow kRootWindow{kNow - 100 * kDay, kNow + 1000 * kDay};
inline constexpr keys::CertificateWindow kLeafWindow{kNow - 10 * kDay, kNow + 80 * kDay};

/// A serial number that is told apart by its last byte.
inline std::array<Byte, 16> serial(Byte last) {
  std::array<Byte, 16> out{0x40};
  out.back() = last;
  return out;
}

struct TestIssuer {
  TestKey key;
  keys::Certificate root;

  explicit TestIssuer(Byte fill, const std::string& name = "studio") : key(fill) {
    const auto der =
        keys::build_root(key.pk, {name, name + " root"}, kRootWindow, serial(fill), key.der());
    REQUIRE_OK(der);
    const auto parsed = keys::parse_certificate(*der);
    REQUIRE_OK(parsed);
    root = *parsed;
  }

  /// A leaf certificate for a key.
  [[nodiscard]] Bytes leaf(const TestKey& subject, const std::string& name = "ci",
                           keys::CertificateWindow window = kLeafWindow) const {
    const auto der = keys::build_leaf(subject.pk, {root.organization, name}, window,
                                      serial(subject.seed[0]), root, key.der());
    REQUIRE_OK(der);
    return *der;
  }

  /// Version `version` of this issuer's bundle, with these leaves for everything.
  [[nodiscard]] keys::TrustBundle bundle(std::uint64_t version,
                                         const std::vector<Bytes>& leaves = {}) const {
    keys::TrustBundle out;
    out.version = version;
    out.issued = kNow - kDay;
    out.expires = kNow + 100 * kDay;
    out.name = root.organization;
    out.issuers = {{key.pk, root.der}};
    for (const Bytes& der : leaves) {
      const auto grant = keys::full_grant(der);
      REQUIRE_OK(grant);
      out.leaves.push_back(*grant);
    }
    return out;
  }
};

/// An object signed by these keys in the role issuer, without any check of its content.
inline keys::SignedObject sign_as(std::string_view type, Bytes body,
                                  const std::vector<const TestKey*>& signers) {
  keys::SignedObject out{std::string(type), std::move(body), {}};
  std::string message = "signmark/" + std::string(type) + "/v1";
  message += '\0';
  message += as_text(out.body);
  for (const TestKey* key : signers)
    out.signatures.push_back({keys::short_id(keys::fingerprint(keys::Role::issuer, key->pk)),
                              key->sign(as_bytes(message))});
  return out;
}

inline keys::SignedObject sign_bundle(const keys::TrustBundle& bundle,
                                      const std::vector<const TestKey*>& signers) {
  const auto body = keys::bundle_body(bundle);
  REQUIRE_OK(body);
  return sign_as("trust-bundle", *body, signers);
}

inline keys::SignedObject sign_list(const keys::RevocationList& list, const TestKey& signer) {
  const auto body = keys::revocation_list_body(list);
  REQUIRE_OK(body);
  return sign_as("revocation", *body, {&signer});
}

/// A revocation list of an issuer with one entry about a key.
inline keys::RevocationList list_of(const TestIssuer& issuer, std::uint64_t version,
                                    const TestKey& revoked, keys::RevocationReason reason,
                                    UnixTime since) {
  keys::RevocationList out;
  out.issuer = issuer.key.pk;
  out.version = version;
  out.issued = kNow - kDay;
  out.next_update = kNow + 50 * kDay;
  out.entries.push_back(
      {keys::RevocationTarget::key, Bytes(revoked.pk.begin(), revoked.pk.end()), reason, since});
  return out;
}

/// A store in a scratch folder with a clock that a test moves.
struct StoreFixture {
  ScratchDir dir;
  std::shared_ptr<MovableClock> clock = std::make_shared<MovableClock>();
  keys::TrustPolicy policy;

  [[nodiscard]] Context context() const {
    Context out = test_context();
    out.clock = clock;
    return out;
  }
  [[nodiscard]] keys::TrustStore open() const {
    auto store = keys::TrustStore::load(context(), {dir / "trust", {}}, policy);
    REQUIRE_OK(store);
    return std::move(*store);
  }
  /// A store that trusts this issuer with version 1 of its bundle.
  [[nodiscard]] keys::TrustStore trusting(const TestIssuer& issuer,
                                          const std::vector<Bytes>& leaves = {}) const {
    keys::TrustStore store = open();
    keys::IssuerFile file{
        issuer.key.pk, {sign_bundle(issuer.bundle(1, leaves), {&issuer.key})}, std::nullopt, {}};
    REQUIRE_OK(store.add(keys::issuer_file_text(file),
                         {keys::public_text(keys::Role::issuer, issuer.key.pk), {}}));
    return store;
  }
  /// All files below the store with their sizes: what a refused change must not touch.
  [[nodiscard]] std::vector<std::string> files() const {
    std::vector<std::string> out;
    std::error_code code;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(dir.path(), code))
      if (entry.is_regular_file())
        out.push_back(entry.path().string() + " " + std::to_string(entry.file_size()));
    std::sort(out.begin(), out.end());
    return out;
  }
};

/// The verdict on a leaf for manifests of images, now.
inline keys::LeafVerdict judge(const keys::TrustStore& store, ByteView leaf,
                               std::optional<keys::ProvenTime> proven = {}) {
  keys::LeafQuery query;
  query.leaf_der = leaf;
  query.at = kNow;
  query.proven = proven;
  return store.check_leaf(query);
}

}  // namespace signmark::test
