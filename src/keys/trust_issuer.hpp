// SPDX-License-Identifier: Apache-2.0
// One trusted issuer in memory: chain, revocations, and how files of others change it.
#pragma once

#include "keys/trust_bundle.hpp"
#include "keys/trust_file.hpp"

namespace signmark::keys {

/// All that is known of one issuer. Plain data; every change is made on a copy and checked whole.
struct TrustedIssuer {
  PublicKey identity{};  ///< the first issuer key; never changes
  TrustOrigin origin = TrustOrigin::user;
  std::filesystem::path directory;   ///< where it was read from or will be written
  std::vector<BundleVersion> chain;  ///< empty: local issuer without a bundle
  Bytes local_root;                  ///< DER of an issuer made on this machine
  BundleCertificates certificates;   ///< of the newest version, or just the local root
  std::optional<SignedObject> revocation_object;
  RevocationList revocations;             ///< version 0: none known
  std::vector<SignedObject> withdrawals;  ///< own revocations of issuer keys
  std::vector<PublicKey> withdrawn;       ///< their keys

  /// Null for a local issuer without a bundle.
  [[nodiscard]] const TrustBundle* bundle() const {
    return chain.empty() ? nullptr : &chain.back().bundle;
  }
  [[nodiscard]] const PublicKey& signer() const {
    return chain.empty() ? identity : chain.back().signer();
  }
  [[nodiscard]] bool is_withdrawn(const PublicKey& issuer) const;
};

/// A new issuer from a file; verified and parsed, but nobody has said yet that it may be trusted.
/// Errors: `trust.bundle.*`, `trust.update.*`, `keys.object.*`.
Result<TrustedIssuer> issuer_from_file(IssuerFile file);

/// An issuer made on this machine. Errors: `keys.cert.*`.
Result<TrustedIssuer> local_issuer(ByteView root_der);

/// Takes a file of the same issuer in. Errors: `trust.update.rollback` when the file's newest
/// version is older than the known one, and those of append_bundle and take_revocation.
Status take_file(TrustedIssuer& issuer, IssuerFile file);

/// Takes one bundle in. Errors: as append_bundle; `trust.update.rollback` for an older version.
Status take_bundle(TrustedIssuer& issuer, SignedObject object);

/// Whose signature a revocation needs.
enum class RevocationSource {
  incoming,  ///< of an issuer key that the newest bundle lists: others may be stolen by now
  stored     ///< of any key that ever signed the chain: it was checked when it came in
};

/// Takes a revocation list or an issuer's own revocation in. Errors: `trust.update.unknown`,
/// `trust.update.rollback`, `trust.update.conflict`, `trust.revocation.issuer`, `keys.object.*`.
Status take_revocation(TrustedIssuer& issuer, SignedObject object, RevocationSource source);

/// Whether a key of this issuer signed the revocation, at any version.
bool owns_revocation(const TrustedIssuer& issuer, const SignedObject& object);

/// Last step after changes: certificates of the newest version. With `now`, also the checks for
/// bundles that come in: listed leaves, and last of all the expiry.
Status settle(TrustedIssuer& issuer, std::optional<UnixTime> now);

/// Why the issuer is not believed at present; empty when it is.
std::string staleness(const TrustedIssuer& issuer, const TrustPolicy& policy, UnixTime now);

IssuerSummary summarize(const TrustedIssuer& issuer, const TrustPolicy& policy, UnixTime now);

}  // namespace signmark::keys
