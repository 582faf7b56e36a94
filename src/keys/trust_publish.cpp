// SPDX-License-Identifier: Apache-2.0
// TrustStore: the own issuer. What it publishes goes through the same checks as what others
// publish.
#include <fmt/format.h>

#include <algorithm>

#include "base/time.hpp"
#include "keys/trust_revocation.hpp"
#include "keys/trust_state.hpp"

namespace signmark::keys {
namespace {

/// The issuer that this key signs for at present, as a copy to work on.
Result<TrustedIssuer> own_issuer(const std::vector<TrustedIssuer>& issuers, const KeyInfo& key) {
  const auto it = std::find_if(issuers.begin(), issuers.end(), [&](const TrustedIssuer& issuer) {
    return issuer.signer() == key.public_key;
  });
  if (key.role == Role::issuer && it != issuers.end()) return *it;
  return fail("trust.issuer.unknown",
              fmt::format("the key {} is of no issuer trusted here", key.id()), {},
              "an issuer made on another machine must be added first: signmark trust add FILE");
}

std::vector<IssuerRoot> present_issuers(const TrustedIssuer& issuer) {
  if (const TrustBundle* bundle = issuer.bundle()) return bundle->issuers;
  return {{issuer.identity, issuer.local_root}};
}

bool same_entry(const RevocationEntry& a, const RevocationEntry& b) {
  return a.target == b.target && a.value == b.value && a.reason == b.reason && a.since == b.since;
}

}  // namespace

Result<LeafGrant> full_grant(ByteView leaf_der) {
  SIGNMARK_ASSIGN(Certificate leaf, parse_certificate(leaf_der));
  LeafGrant grant;
  grant.principal = leaf.common_name.empty() ? short_id(fingerprint(Role::signing, leaf.public_key))
                                             : leaf.common_name;
  grant.purposes = {Purpose::manifest, Purpose::frame, Purpose::text, Purpose::checkpoint,
                    Purpose::aigc};
  grant.media = {MediaKind::image, MediaKind::video, MediaKind::audio, MediaKind::text};
  grant.not_before = leaf.not_before;
  grant.not_after = leaf.not_after;
  grant.certificate = std::move(leaf.der);
  return grant;
}

Status TrustStore::add_local_issuer(ByteView root_der) {
  SIGNMARK_TRY(state_->require_writable());
  SIGNMARK_ASSIGN(TrustedIssuer issuer, local_issuer(root_der));
  const TrustedIssuer* known = state_->by_identity(issuer.identity);
  if (known != nullptr && !known->local_root.empty()) return {};
  if (known != nullptr) {  // published already; only the root is new here
    Bytes root = std::move(issuer.local_root);
    issuer = *known;
    issuer.local_root = std::move(root);
    issuer.origin = TrustOrigin::local;
  }
  SIGNMARK_TRY(state_->accept(std::move(issuer)));
  return {};
}

Result<UpdateOutcome> TrustStore::publish(TrustBundle content, const Signer& issuer,
                                          const Signer* old) {
  SIGNMARK_ASSIGN(TrustedIssuer own,
                  own_issuer(state_->issuers, old == nullptr ? issuer.key() : old->key()));
  content.version = own.chain.size() + 1;
  content.issued = state_->now();
  content.revocation_version = own.revocations.version;
  if (content.issuers.empty()) content.issuers = present_issuers(own);
  if (content.name.empty()) content.name = summarize(own, state_->policy, content.issued).name;
  SIGNMARK_ASSIGN(Bytes body, bundle_body(content));
  std::vector<const Signer*> signers;
  if (old != nullptr) signers.push_back(old);
  signers.push_back(&issuer);
  SIGNMARK_ASSIGN(SignedObject object, sign_new_object(kBundleType, std::move(body), signers));
  SIGNMARK_TRY(take_bundle(own, std::move(object)));
  return state_->accept(std::move(own));
}

Result<UpdateOutcome> TrustStore::revoke(std::vector<RevocationEntry> entries, UnixTime next_update,
                                         const Signer& issuer) {
  SIGNMARK_ASSIGN(TrustedIssuer own, own_issuer(state_->issuers, issuer.key()));
  RevocationList list = own.revocations;  // nothing is ever taken off the list
  list.issuer = issuer.key().public_key;
  list.version = own.revocations.version + 1;
  list.issued = state_->now();
  list.next_update = next_update;
  for (RevocationEntry& entry : entries) {
    const bool known = std::any_of(list.entries.begin(), list.entries.end(),
                                   [&](const RevocationEntry& e) { return same_entry(e, entry); });
    if (!known) list.entries.push_back(std::move(entry));
  }
  SIGNMARK_ASSIGN(Bytes body, revocation_list_body(list));
  const Signer* const signers[] = {&issuer};
  SIGNMARK_ASSIGN(SignedObject object, sign_new_object(kRevocationType, std::move(body), signers));
  SIGNMARK_TRY(take_revocation(own, std::move(object), RevocationSource::incoming));
  return state_->accept(std::move(own));
}

Result<std::string> TrustStore::export_bundle(std::string_view selector) const {
  SIGNMARK_ASSIGN(const std::size_t index, state_->find(selector));
  const TrustedIssuer& issuer = state_->issuers[index];
  if (issuer.chain.empty())
    return fail("trust.export.unpublished", "this issuer has not published a trust bundle yet",
                short_id(fingerprint(Role::issuer, issuer.identity)),
                "unlock the issuer key and publish one first");
  IssuerFile file{issuer.identity, {}, issuer.revocation_object, issuer.withdrawals};
  for (const BundleVersion& version : issuer.chain) file.chain.push_back(version.object);
  return issuer_file_text(file);
}

}  // namespace signmark::keys
