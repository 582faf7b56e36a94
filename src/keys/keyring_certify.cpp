// SPDX-License-Identifier: Apache-2.0
// Keyring: the way to an offline issuer and back (keys.md section 7.1).
#include <algorithm>

#include "base/result.hpp"
#include "keys/certificate_build.hpp"
#include "keys/key_birth.hpp"
#include "keys/key_select.hpp"

namespace signmark::keys {
namespace {

/// The issuer's copy of what it issued: a key without its secret.
Status keep_copy(const KeyringParts& parts, const KeyInfo& info, const std::string& pem) {
  const KeyPaths paths = paths_of(parts.home, info.role, info.id());
  SIGNMARK_ASSIGN(const DirectoryLock lock, lock_keyring(parts.home, parts.home.keys(info.role)));
  if (!has_file(paths.record) && !has_file(paths.secret))
    SIGNMARK_TRY(write_public_file(paths.record, encode_key_record(record_of(info))));
  return write_public_file(paths.certificate, pem);
}

KeyInfo info_of_leaf(const Certificate& leaf) {
  KeyInfo info;
  info.role = Role::signing;
  info.public_key = leaf.public_key;
  info.fingerprint = fingerprint(info.role, info.public_key);
  info.created = leaf.not_before;
  info.expires = leaf.not_after + 1;
  info.label = leaf.common_name == info.id() ? std::string() : leaf.common_name;
  return info;
}

}  // namespace

Result<std::string> Keyring::certificate_request(std::string_view selector,
                                                 const UnlockOptions& unlock) const {
  const KeyringParts parts{context_, home_, options_, arena_};
  SIGNMARK_ASSIGN(const StoredKey key, find(selector, Role::signing));
  SIGNMARK_TRY(check_usable(key));
  SIGNMARK_ASSIGN(const SecretBytes seed, open_secret(parts, key, unlock));
  return build_request(key.info.public_key, request_name(key.info), der_signer(seed));
}

Result<IssuedCertificate> Keyring::certify(std::string_view request_pem, std::string_view issuer,
                                           const UnlockOptions& unlock,
                                           std::optional<UnixTime> expires) const {
  const KeyringParts parts{context_, home_, options_, arena_};
  SIGNMARK_ASSIGN(const CertificateRequest request, parse_request(request_pem));
  NewKey wanted;
  wanted.label = request.name.common_name;
  wanted.expires = expires;
  SIGNMARK_ASSIGN(const KeyPlan plan, plan_key(parts, Role::signing, wanted));
  SIGNMARK_ASSIGN(const Authority authority, open_authority(parts, issuer, unlock));
  IssuedCertificate out;
  SIGNMARK_ASSIGN(
      out.leaf, issue_leaf(parts, authority, request.key, plan.label, plan.created, plan.expires));
  out.root = *authority.key.certificate;
  out.pem = certificates_to_pem({out.leaf.der, out.root.der});
  const KeyInfo info = info_of_leaf(out.leaf);
  out.id = info.id();
  SIGNMARK_TRY(keep_copy(parts, info, out.pem));
  return out;
}

Result<StoredKey> Keyring::import_certificate(std::string_view pem) const {
  SIGNMARK_ASSIGN(const auto certificates, certificates_from_pem(pem));
  if (certificates.size() != 2)
    return fail("keys.cert.path", "a leaf certificate and its root are wanted, in this order");
  const Certificate& leaf = certificates.front();
  SIGNMARK_TRY(check_issued_by(leaf, certificates.back()));
  const KeyInfo info = info_of_leaf(leaf);
  const KeyPaths paths = paths_of(home_, Role::signing, info.id());
  if (!has_file(paths.secret) && !has_file(paths.record))
    return fail("keys.import.unknown", "the certificate is for a key that is not here", info.id(),
                "import it where `signmark key new signing --request` was run");
  {
    SIGNMARK_ASSIGN(const DirectoryLock lock, lock_keyring(home_, home_.keys(Role::signing)));
    SIGNMARK_TRY(write_public_file(paths.certificate,
                                   certificates_to_pem({leaf.der, certificates.back().der})));
  }
  return find(info.id(), Role::signing);
}

}  // namespace signmark::keys
