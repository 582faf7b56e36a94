// SPDX-License-Identifier: Apache-2.0
// From one bundle version to the next: the rules against rollback, gaps and stolen keys
// (keys.md 8.1).
#include <fmt/format.h>

#include <algorithm>

#include "base/time.hpp"
#include "keys/trust_bundle.hpp"

namespace signmark::keys {
namespace {

// A clock that is a little wrong must not refuse a bundle made a minute ago.
constexpr std::int64_t kClockTolerance = 86'400;  // seconds

std::string id_of(const PublicKey& issuer) { return short_id(fingerprint(Role::issuer, issuer)); }

Status check_window(const TrustBundle& bundle) {
  if (bundle.expires > bundle.issued) return {};
  return fail("trust.bundle.window", "the bundle expires before it is issued",
              fmt::format("version {}", bundle.version));
}

/// Former issuers must have signed an earlier version, so that no bundle brings in a stranger's
/// root.
Status check_issuers(const std::vector<BundleVersion>& chain, const TrustBundle& next) {
  const auto once = [&](const IssuerRoot& root) {
    return std::count_if(next.issuers.begin(), next.issuers.end(),
                         [&](const IssuerRoot& r) { return r.key == root.key; }) == 1;
  };
  const auto signed_before = [&](const IssuerRoot& root) {
    return std::any_of(chain.begin(), chain.end(),
                       [&](const BundleVersion& v) { return v.signer() == root.key; });
  };
  if (std::all_of(next.issuers.begin(), next.issuers.end(), once) &&
      std::all_of(next.issuers.begin() + 1, next.issuers.end(), signed_before))
    return {};
  return fail("trust.bundle.issuers",
              "the bundle names an issuer key that never signed one of its versions",
              fmt::format("version {}", next.version));
}

/// A version that the chain has already: the same bytes or an attempt to rewrite history.
Result<bool> compare_known(const std::vector<BundleVersion>& chain, const SignedObject& object,
                           std::uint64_t version) {
  if (chain[version - 1].object.body == object.body) return false;
  return fail("trust.update.conflict",
              fmt::format("version {} is known with other content", version), {},
              "somebody rewrote history: ask the issuer before you trust either");
}

/// Both the key of the last version and, when it changes, the new one (keys.md 7.2).
Status check_signers(const BundleVersion& known, bool by_known, const SignedObject& object,
                     const TrustBundle& next) {
  if (!by_known)
    return fail("trust.update.old-key",
                fmt::format("version {} is not signed by the issuer key {} of version {}",
                            next.version, id_of(known.signer()), known.bundle.version));
  const PublicKey& fresh = next.issuers.front().key;
  if (fresh != known.signer() && !is_signed_by(object, Role::issuer, fresh))
    return fail("trust.update.new-key",
                fmt::format("version {} names the new issuer key {} but is not signed by it",
                            next.version, id_of(fresh)));
  return {};
}

}  // namespace

Result<BundleVersion> read_first_bundle(SignedObject object, const PublicKey& issuer) {
  if (!is_signed_by(object, Role::issuer, issuer))
    return fail("trust.bundle.signature",
                fmt::format("the bundle is not signed by the issuer key {}", id_of(issuer)));
  SIGNMARK_ASSIGN(TrustBundle bundle, parse_bundle_body(object.body));
  if (bundle.version != 1)
    return fail("trust.bundle.version",
                fmt::format("the chain begins with version {}, not with 1", bundle.version));
  if (bundle.issuers.size() != 1 || bundle.issuers.front().key != issuer)
    return fail("trust.bundle.issuers", "version 1 must name the one issuer that signs it");
  SIGNMARK_TRY(check_window(bundle));
  return BundleVersion{std::move(object), std::move(bundle)};
}

bool belongs_to(const std::vector<BundleVersion>& chain, const SignedObject& object) {
  // Newest first: nearly always its key.
  return std::any_of(chain.rbegin(), chain.rend(), [&](const BundleVersion& v) {
    return is_signed_by(object, Role::issuer, v.signer());
  });
}

Result<bool> append_bundle(std::vector<BundleVersion>& chain, SignedObject object) {
  const BundleVersion& known = chain.back();
  const bool by_known = is_signed_by(object, Role::issuer, known.signer());
  if (!by_known && !belongs_to(chain, object))
    return fail("trust.update.old-key",
                fmt::format("the bundle is not signed by the issuer key {} of version {}",
                            id_of(known.signer()), known.bundle.version));
  SIGNMARK_ASSIGN(TrustBundle next, parse_bundle_body(object.body));
  if (next.version <= chain.size()) return compare_known(chain, object, next.version);
  if (next.version != chain.size() + 1)
    return fail(
        "trust.update.gap",
        fmt::format("version {} is known, {} is not the next one", chain.size(), next.version), {},
        "get the file that holds all versions (issuer.smbundle)");
  SIGNMARK_TRY(check_signers(known, by_known, object, next));
  SIGNMARK_TRY(check_issuers(chain, next));
  SIGNMARK_TRY(check_window(next));
  chain.push_back({std::move(object), std::move(next)});
  return true;
}

Result<BundleCertificates> read_certificates(const TrustBundle& bundle) {
  BundleCertificates out;
  const auto refuse = [](std::string_view what, const Error& error) {
    return fail("trust.bundle.certificate", fmt::format("{}: {}", what, error.message),
                error.where);
  };
  for (const IssuerRoot& issuer : bundle.issuers) {
    auto root = parse_certificate(issuer.certificate);
    if (!root) return refuse("root certificate", root.error());
    if (!root->is_root || root->public_key != issuer.key)
      return fail("trust.bundle.certificate", "a root certificate is not of its issuer key",
                  id_of(issuer.key));
    out.roots.push_back(std::move(*root));
  }
  for (const LeafGrant& grant : bundle.leaves) {
    out.leaves.emplace_back();
    if (grant.certificate.empty()) continue;
    auto leaf = parse_certificate(grant.certificate);
    if (!leaf) return refuse("leaf certificate", leaf.error());
    out.leaves.back() = std::move(*leaf);
  }
  return out;
}

Status check_leaves(const BundleCertificates& certificates) {
  for (const auto& leaf : certificates.leaves) {
    if (!leaf) continue;
    const bool issued = std::any_of(
        certificates.roots.begin(), certificates.roots.end(),
        [&](const Certificate& root) { return check_issued_by(*leaf, root).has_value(); });
    if (!issued)
      return fail("trust.bundle.certificate", "a listed leaf was not issued by this issuer",
                  short_id(fingerprint(Role::signing, leaf->public_key)));
  }
  return {};
}

Status check_expiry(const TrustBundle& bundle, UnixTime now) {
  if (bundle.issued > now + kClockTolerance)
    return fail("trust.bundle.early",
                fmt::format("version {} is issued in the future, on {}", bundle.version,
                            date_text(bundle.issued)),
                {}, "is this computer's clock right?");
  if (now >= bundle.expires)
    return fail("trust.bundle.expired",
                fmt::format("version {} expired on {}", bundle.version, date_text(bundle.expires)),
                {}, "ask the issuer for a newer one");
  return {};
}

}  // namespace signmark::keys
