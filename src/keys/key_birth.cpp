// SPDX-License-Identifier: Apache-2.0
// From a plan to the files of a key.
#include "keys/key_birth.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>

#include "base/result.hpp"
#include "base/time.hpp"
#include "keys/certificate_build.hpp"
#include "keys/key_select.hpp"
#include "keys/signed_object.hpp"
#include "keys/trust_revocation.hpp"

namespace signmark::keys {
namespace {

/// A name for certificates, which must have one.
std::string name_or_id(const std::string& label, Role role, const PublicKey& key) {
  return label.empty() ? short_id(fingerprint(role, key)) : label;
}

Result<std::string> root_pem(const KeyringParts& parts, const KeyInfo& info,
                             const SecretBytes& seed) {
  // Only an organization: a leaf of the same label must not bear the root's whole name, or path
  // builders take it for self-signed.
  const CertificateName name{name_or_id(info.label, info.role, info.public_key), {}};
  SIGNMARK_ASSIGN(Bytes der, build_root(info.public_key, name, {info.created, info.expires - 1},
                                        draw_serial(*parts.context.random), der_signer(seed)));
  return certificates_to_pem({std::move(der)});
}

/// An issuer's own revocation, signed now so that a lost key can still be withdrawn (keys.md 7.3).
Result<std::string> own_revocation(const KeyringParts& parts, KeyInfo info,
                                   const SecretBytes& secret) {
  SIGNMARK_ASSIGN(SecretBytes seed, copy_secret(*parts.arena, secret));
  Bytes body = issuer_revocation_body(info.public_key, info.created);
  // A key that is brought in may be past its life; its revocation is wanted all the same.
  info.created = std::min(info.created, parts.now());
  info.expires = kLastTime + 1;
  const auto signer = make_seed_signer(parts.context, std::move(info), {}, std::move(seed));
  const Signer* const signers[] = {signer.get()};
  SIGNMARK_ASSIGN(const SignedObject object,
                  sign_new_object(kRevocationType, std::move(body), signers));
  return to_text(object);
}

Status add_certificates(const KeyringParts& parts, const KeyInfo& info, const SecretBytes& secret,
                        const Authority* authority, NewKeyFiles& files) {
  if (info.role == Role::issuer) {
    SIGNMARK_ASSIGN(files.certificate, root_pem(parts, info, secret));
    SIGNMARK_ASSIGN(files.revocation, own_revocation(parts, info, secret));
  } else if (authority != nullptr) {
    SIGNMARK_ASSIGN(const Certificate leaf, issue_leaf(parts, *authority, info.public_key,
                                                       info.label, info.created, info.expires));
    files.certificate = certificates_to_pem({leaf.der, authority->key.certificate->der});
  }
  return {};
}

KeyHeader header_of(const KeyPlan& plan) {
  KeyHeader header;
  header.role = plan.role;
  header.cost = plan.cost;
  header.created = plan.created;
  header.expires = plan.expires;
  header.label = plan.label;
  return header;
}

}  // namespace

Result<KeyPlan> plan_key(const KeyringParts& parts, Role role, const NewKey& wanted) {
  KeyPlan plan;
  plan.role = role;
  SIGNMARK_ASSIGN(plan.label, check_label(wanted.label));
  SIGNMARK_ASSIGN(plan.cost, cost_of(wanted.protection, default_kdf(role)));
  plan.created = parts.now();
  const std::int64_t life = default_life(role, wanted.protection.without_passphrase);
  plan.expires = wanted.expires.value_or(std::min(plan.created + life, kLastTime + 1));
  if (plan.created < 0 || plan.expires <= plan.created || plan.expires > kLastTime + 1)
    return fail("keys.expires",
                fmt::format("a key cannot live from {} to {}", rfc3339(plan.created),
                            rfc3339(plan.expires)),
                {}, "choose an end that is still to come, before the year 2050");
  if (!wanted.request.empty() && role != Role::signing)
    return fail("keys.request.role",
                fmt::format("a key of role {} needs no certificate request", role_name(role)), {},
                "requests are for signing keys");
  return plan;
}

Result<Authority> open_authority(const KeyringParts& parts, std::string_view selector,
                                 const UnlockOptions& unlock) {
  SIGNMARK_ASSIGN(const FoundKeys found, scan_keys(parts));
  Authority authority;
  SIGNMARK_ASSIGN(authority.key, select_key(found, selector, Role::issuer));
  SIGNMARK_TRY(check_usable(authority.key));
  if (!authority.key.certificate)
    return fail("keys.cert.missing", "the issuer has no root certificate here",
                authority.key.info.id(), "restore its .cert file from a backup");
  SIGNMARK_ASSIGN(authority.seed, open_secret(parts, authority.key, unlock));
  return authority;
}

Result<std::optional<Authority>> find_authority(const KeyringParts& parts, const NewKey& wanted) {
  SIGNMARK_ASSIGN(const FoundKeys found, scan_keys(parts));
  const bool has_usable =
      std::any_of(found.keys.begin(), found.keys.end(), [](const StoredKey& key) {
        return key.info.role == Role::issuer && key.state == KeyState::usable;
      });
  if (wanted.issuer.empty() && !has_usable) return std::nullopt;
  SIGNMARK_ASSIGN(Authority authority, open_authority(parts, wanted.issuer, wanted.unlock_issuer));
  return std::optional(std::move(authority));
}

CertificateName request_name(const KeyInfo& info) {
  return {{}, name_or_id(info.label, info.role, info.public_key)};
}

Status check_absent(const KeyringParts& parts, Role role, const SecretBytes& secret) {
  const PublicKey key = public_part(role, secret.open().bytes());
  // Neither is anybody's secret (keys.md section 2).
  const auto bytes = secret.open();
  if (sodium_is_zero(bytes.bytes().data(), bytes.bytes().size()) == 1 ||
      key == public_carrier_info().public_key)
    return fail("keys.import.known", "everybody knows this secret, so it protects nothing", {},
                "make a key of your own: signmark key new");
  const std::string id = short_id(fingerprint_of(role, key));
  const std::filesystem::path path = paths_of(parts.home, role, id).secret;
  if (!has_file(path)) return {};
  return fail("keys.import.exists", "the key is here already", path.string(),
              "signmark key show " + id);
}

Result<SecretBytes> draw_secret(SecureArena& arena) {
  SIGNMARK_ASSIGN(SecretBytes secret, arena.allocate(kSeed));
  Context::standard().random->fill(secret.open().bytes());
  return secret;
}

Result<SecretBytes> copy_secret(SecureArena& arena, const SecretBytes& secret) {
  SIGNMARK_ASSIGN(SecretBytes copy, arena.allocate(secret.size()));
  const auto from = secret.open();
  std::copy(from.bytes().begin(), from.bytes().end(), copy.open().bytes().begin());
  return copy;
}

Result<Certificate> issue_leaf(const KeyringParts& parts, const Authority& authority,
                               const PublicKey& key, const std::string& label, UnixTime created,
                               UnixTime expires) {
  const Certificate& root = *authority.key.certificate;
  const CertificateName name{root.organization, name_or_id(label, Role::signing, key)};
  const UnixTime end = std::min(expires, authority.key.info.expires);
  SIGNMARK_ASSIGN(const Bytes der,
                  build_leaf(key, name, {std::max(created, root.not_before), end - 1},
                             draw_serial(*parts.context.random), root, der_signer(authority.seed)));
  return parse_certificate(der);
}

Result<CreatedKey> make_key(const KeyringParts& parts, KeyPlan plan, const SecretBytes& secret,
                            const SecretBytes& passphrase, const Authority* authority) {
  if (authority != nullptr) plan.expires = std::min(plan.expires, authority->key.info.expires);
  SIGNMARK_ASSIGN(const KeyFile sealed, seal_new_key(header_of(plan), secret, passphrase));
  const KeyInfo info = info_of(sealed.header);
  NewKeyFiles files;
  files.role = plan.role;
  files.id = info.id();
  files.secret = encode_key_file(sealed);
  files.record = encode_key_record(record_of(info));
  SIGNMARK_TRY(add_certificates(parts, info, secret, authority, files));
  SIGNMARK_TRY(publish_key(parts.home, files));
  CreatedKey created;
  SIGNMARK_ASSIGN(const FoundKeys found, scan_keys(parts));
  // Made, but not to be read back whole: whoever goes on with it would miss its certificate.
  const std::string certificate = paths_of(parts.home, files.role, files.id).certificate;
  for (const Error& problem : found.problems)
    if (problem.where == certificate) return tl::unexpected<Error>(problem);
  SIGNMARK_ASSIGN(created.key, select_key(found, files.id, plan.role));
  created.public_line = public_text(plan.role, info.public_key);
  return created;
}

}  // namespace signmark::keys
