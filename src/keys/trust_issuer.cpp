// SPDX-License-Identifier: Apache-2.0
// Changes to one trusted issuer, in memory.
#include "keys/trust_issuer.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/time.hpp"
#include "keys/trust_revocation.hpp"

namespace signmark::keys {
namespace {

bool contains(const std::vector<PublicKey>& keys, const PublicKey& key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

std::vector<PublicKey> listed_keys(const TrustedIssuer& issuer) {
  if (issuer.chain.empty()) return {issuer.identity};
  std::vector<PublicKey> out;
  for (const IssuerRoot& root : issuer.chain.back().bundle.issuers) out.push_back(root.key);
  return out;
}

/// Every key that signed a version, newest first.
std::vector<PublicKey> chain_keys(const TrustedIssuer& issuer) {
  std::vector<PublicKey> out;
  for (auto v = issuer.chain.rbegin(); v != issuer.chain.rend(); ++v)
    if (!contains(out, v->signer())) out.push_back(v->signer());
  if (!contains(out, issuer.identity)) out.push_back(issuer.identity);
  return out;
}

const PublicKey* signing_key(const SignedObject& object, const std::vector<PublicKey>& keys) {
  const auto it = std::find_if(keys.begin(), keys.end(), [&](const PublicKey& key) {
    return is_signed_by(object, Role::issuer, key);
  });
  return it == keys.end() ? nullptr : &*it;
}

tl::unexpected<Error> rollback(std::string_view what, std::uint64_t known, std::uint64_t given) {
  return fail("trust.update.rollback",
              fmt::format("{} {} is older than {}, which is known", what, given, known), {},
              "an older file would bring back what the issuer has withdrawn");
}

Status take_list(TrustedIssuer& issuer, SignedObject object, RevocationList list) {
  const std::uint64_t known = issuer.revocations.version;
  if (list.version < known) return rollback("revocation list", known, list.version);
  if (list.version == known && issuer.revocation_object->body != object.body)
    return fail("trust.update.conflict",
                fmt::format("revocation list {} is known with other content", known));
  issuer.revocations = std::move(list);
  issuer.revocation_object = std::move(object);
  return {};
}

}  // namespace

bool TrustedIssuer::is_withdrawn(const PublicKey& issuer) const {
  return contains(withdrawn, issuer);
}

Result<TrustedIssuer> local_issuer(ByteView root_der) {
  SIGNMARK_ASSIGN(Certificate root, parse_certificate(root_der));
  if (!root.is_root)
    return fail("keys.cert.profile", "an issuer needs a root certificate, this is a leaf");
  TrustedIssuer issuer;
  issuer.identity = root.public_key;
  issuer.origin = TrustOrigin::local;
  issuer.local_root = root.der;
  issuer.certificates.roots.push_back(std::move(root));
  return issuer;
}

Result<TrustedIssuer> issuer_from_file(IssuerFile file) {
  if (file.chain.empty()) return fail("trust.file.syntax", "the file holds no bundle");
  TrustedIssuer issuer;
  issuer.identity = file.issuer;
  SIGNMARK_ASSIGN(BundleVersion first, read_first_bundle(file.chain.front(), file.issuer));
  issuer.chain.push_back(std::move(first));
  SIGNMARK_TRY(take_file(issuer, std::move(file)));
  return issuer;
}

Status take_file(TrustedIssuer& issuer, IssuerFile file) {
  if (issuer.chain.empty() && !file.chain.empty()) {  // a local issuer's first publication
    SIGNMARK_ASSIGN(BundleVersion first, read_first_bundle(file.chain.front(), issuer.identity));
    issuer.chain.push_back(std::move(first));
  }
  if (file.chain.size() < issuer.chain.size())
    return rollback("version", issuer.chain.size(), file.chain.size());
  for (std::size_t i = 0; i < file.chain.size(); ++i) {
    SIGNMARK_TRY(append_bundle(issuer.chain, std::move(file.chain[i])));
    if (issuer.chain.size() <= i)
      return fail("trust.file.syntax", "the file does not hold its versions in order");
  }
  for (SignedObject& object : file.withdrawals)
    SIGNMARK_TRY(take_revocation(issuer, std::move(object), RevocationSource::incoming));
  if (file.revocation)
    SIGNMARK_TRY(take_revocation(issuer, std::move(*file.revocation), RevocationSource::incoming));
  return {};
}

Status take_bundle(TrustedIssuer& issuer, SignedObject object) {
  if (issuer.chain.empty()) {
    SIGNMARK_ASSIGN(BundleVersion first, read_first_bundle(std::move(object), issuer.identity));
    issuer.chain.push_back(std::move(first));
    return {};
  }
  const Bytes body = object.body;
  SIGNMARK_ASSIGN(const bool grew, append_bundle(issuer.chain, std::move(object)));
  if (grew || issuer.chain.back().object.body == body) return {};
  const auto same = std::find_if(issuer.chain.begin(), issuer.chain.end(),
                                 [&](const BundleVersion& v) { return v.object.body == body; });
  return rollback("version", issuer.chain.size(), same->bundle.version);
}

bool owns_revocation(const TrustedIssuer& issuer, const SignedObject& object) {
  return signing_key(object, chain_keys(issuer)) != nullptr;
}

Status take_revocation(TrustedIssuer& issuer, SignedObject object, RevocationSource source) {
  const std::vector<PublicKey> all = chain_keys(issuer);
  const PublicKey* key = signing_key(object, all);
  if (key == nullptr)
    return fail("trust.update.unknown", "the revocation is not signed by this issuer");
  SIGNMARK_ASSIGN(RevocationBody body, parse_revocation_body(object.body));
  if (body.list.issuer != *key)
    return fail("trust.revocation.issuer", "the revocation names another issuer than signed it");
  if (body.own) {  // valid from any key of the chain: each may withdraw itself
    if (issuer.is_withdrawn(*key)) return {};
    issuer.withdrawn.push_back(*key);
    issuer.withdrawals.push_back(std::move(object));
    return {};
  }
  if (source == RevocationSource::incoming && !contains(listed_keys(issuer), *key))
    return fail("trust.revocation.issuer",
                "the revocation list is signed by an issuer key that is no longer listed");
  return take_list(issuer, std::move(object), std::move(body.list));
}

Status settle(TrustedIssuer& issuer, std::optional<UnixTime> now) {
  if (issuer.chain.empty()) return {};
  SIGNMARK_ASSIGN(issuer.certificates, read_certificates(*issuer.bundle()));
  if (!now) return {};
  SIGNMARK_TRY(check_leaves(issuer.certificates));
  return check_expiry(*issuer.bundle(), *now);
}

std::string staleness(const TrustedIssuer& issuer, const TrustPolicy& policy, UnixTime now) {
  const TrustBundle* bundle = issuer.bundle();
  if (bundle == nullptr) return {};  // the own machine's list is the newest there is
  if (const Status expiry = check_expiry(*bundle, now); !expiry)
    return fmt::format("the trust bundle's {}", expiry.error().message);
  if (policy.max_bundle_age && now - bundle->issued > *policy.max_bundle_age)
    return fmt::format(
        "the trust bundle's version {} was issued on {}, older than the local policy allows",
        bundle->version, date_text(bundle->issued));
  if (issuer.revocations.version < bundle->revocation_version)
    return fmt::format("revocation list {} is missing, version {} is known",
                       bundle->revocation_version, issuer.revocations.version);
  if (issuer.revocations.version > 0 && now > issuer.revocations.next_update)
    return fmt::format("revocation list {} is overdue since {}", issuer.revocations.version,
                       date_text(issuer.revocations.next_update));
  return {};
}

IssuerSummary summarize(const TrustedIssuer& issuer, const TrustPolicy& policy, UnixTime now) {
  IssuerSummary out;
  out.fingerprint = fingerprint(Role::issuer, issuer.identity);
  out.current_key = issuer.signer();
  out.current_fingerprint = fingerprint(Role::issuer, issuer.signer());
  out.origin = issuer.origin;
  if (const TrustBundle* bundle = issuer.bundle()) {
    out.name = bundle->name;
    out.contact = bundle->contact;
    out.version = bundle->version;
    out.issued = bundle->issued;
    out.expires = bundle->expires;
    out.leaves = bundle->leaves.size();
    out.checkpoint_keys = bundle->checkpoint_keys.size();
  } else {
    const Certificate& root = issuer.certificates.roots.front();
    out.name = root.organization;
    out.issued = root.not_before;
    out.expires = root.not_after;
  }
  out.revocation_version = issuer.revocations.version;
  out.revocations = issuer.revocations.entries.size();
  out.withdrawn = issuer.is_withdrawn(issuer.signer());
  out.stale = staleness(issuer, policy, now);
  return out;
}

}  // namespace signmark::keys
