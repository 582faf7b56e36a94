// SPDX-License-Identifier: Apache-2.0
// Trust bundles: body form, certificates inside them, and the rules from one version to the next.
#pragma once

#include "keys/signed_object.hpp"
#include "signmark/trust.hpp"

namespace signmark::keys {

inline constexpr std::string_view kBundleType = "trust-bundle";
inline constexpr std::size_t kMaxIssuers = 8;  // a change every five years for forty years
inline constexpr std::size_t kMaxLeaves = 1024;
inline constexpr std::size_t kMaxCheckpointKeys = 64;

/// Body bytes to be signed. Errors: `trust.bundle.size` above 256 KiB.
Result<Bytes> bundle_body(const TrustBundle& bundle);

/// One link of the chain: the object as signed and what it says.
struct BundleVersion {
  SignedObject object;
  TrustBundle bundle;
  /// The key that signs this version and must sign the next.
  [[nodiscard]] const PublicKey& signer() const { return bundle.issuers.front().key; }
};

/// Version 1 of an issuer whose key is known from elsewhere (folder name, fingerprint given by the
/// user): verified by that key, then read.
/// Errors: `trust.bundle.signature`, `trust.bundle.version`, `trust.bundle.issuers`,
/// `trust.bundle.window`, `keys.object.*`.
Result<BundleVersion> read_first_bundle(SignedObject object, const PublicKey& issuer);

/// Takes one object into a chain 1…N, after TUF 1.0.30 section 5.3; the expiry is looked at later
/// and only for the newest. Returns whether the chain grew; an object that the chain has is no
/// error. The chain is unchanged on error and never empty. Errors: `trust.update.conflict`,
/// `trust.update.gap`, `trust.update.old-key`, `trust.update.new-key`, and those of
/// read_first_bundle.
Result<bool> append_bundle(std::vector<BundleVersion>& chain, SignedObject object);

/// Whether one of the keys that signed this chain, at any version, signed the object.
bool belongs_to(const std::vector<BundleVersion>& chain, const SignedObject& object);

/// Certificates of the newest version, parsed. Null where a leaf is granted by name.
struct BundleCertificates {
  std::vector<Certificate> roots;                  ///< in the order of bundle.issuers
  std::vector<std::optional<Certificate>> leaves;  ///< in the order of bundle.leaves
};

/// Parses them and checks that each root holds its issuer's key. Errors:
/// `trust.bundle.certificate`.
Result<BundleCertificates> read_certificates(const TrustBundle& bundle);

/// Checks that each listed leaf was issued by one of the roots; check_leaf asks again for the leaf
/// in hand, so this is for bundles being taken in. Errors: `trust.bundle.certificate`.
Status check_leaves(const BundleCertificates& certificates);

/// The last check of an update. Errors: `trust.bundle.expired`, `trust.bundle.early` (issued in the
/// future, so that no maximum age would ever bite).
Status check_expiry(const TrustBundle& bundle, UnixTime now);

/// Reads the body of a bundle whose signature has been checked. Errors: `keys.object.*`.
Result<TrustBundle> parse_bundle_body(ByteView body);

}  // namespace signmark::keys
