// SPDX-License-Identifier: Apache-2.0
// Keyring: making keys, and their successors (keys.md sections 7.1 and 7.2).
#include <algorithm>

#include "base/result.hpp"
#include "keys/key_birth.hpp"
#include "keys/key_select.hpp"

namespace signmark::keys {
namespace fs = std::filesystem;
namespace {

constexpr std::int64_t kOverlap = std::int64_t{14} * 86'400;  // 14 days, keys.md section 7.2

/// The request file is prepared before the key is published and appears after it, so that a folder
/// that cannot be written stops the whole.
Result<std::optional<AtomicFile>> prepare_request(const NewKey& wanted, const KeyPlan& plan,
                                                  const SecretBytes& secret) {
  if (wanted.request.empty()) return std::nullopt;
  KeyInfo info;
  info.role = plan.role;
  info.label = plan.label;
  info.public_key = public_part(plan.role, secret.open().bytes());
  SIGNMARK_ASSIGN(const std::string pem,
                  build_request(info.public_key, request_name(info), der_signer(secret)));
  if (has_file(wanted.request))
    return fail("keys.file.exists", "the request file exists already and is not replaced",
                wanted.request.string(), "name another file");
  SIGNMARK_ASSIGN(AtomicFile file, AtomicFile::create(wanted.request, {}));
  SIGNMARK_TRY(file.write(as_bytes(pem)));
  SIGNMARK_TRY(file.sync());
  return std::optional(std::move(file));
}

/// What a first use needs and the keyring has not. An issuer whose secret lies offline counts as
/// there.
struct Missing {
  bool issuer = true, signing = true, carrier = true;
};

Missing missing_of(const FoundKeys& found) {
  Missing missing;
  for (const StoredKey& key : found.keys) {
    const bool usable = key.state == KeyState::usable;
    const bool offline = key.state == KeyState::no_secret;
    if (key.info.role == Role::issuer && (usable || offline)) missing.issuer = false;
    if (key.info.role == Role::signing && usable && key.certificate) missing.signing = false;
    if (key.info.role == Role::carrier && usable) missing.carrier = false;
  }
  return missing;
}

/// A key that cannot be read might be the one that seems to be missing.
Status check_readable(const FoundKeys& found) {
  for (const Error& problem : found.problems)
    if (problem.code != "keys.file.unknown") return tl::unexpected<Error>(problem);
  return {};
}

Result<CreatedKey> make_drawn(const KeyringParts& parts, Role role, const NewKey& wanted,
                              const SecretBytes& passphrase, const Authority* authority) {
  SIGNMARK_ASSIGN(KeyPlan plan, plan_key(parts, role, wanted));
  SIGNMARK_ASSIGN(const SecretBytes secret, draw_secret(*parts.arena));
  return make_key(parts, std::move(plan), secret, passphrase, authority);
}

/// `wanted` for the keys of a set that are no leaf: an end that was asked for is the leaf's.
NewKey without_end(NewKey wanted) {
  wanted.expires.reset();
  return wanted;
}

Result<Authority> make_issuer(const KeyringParts& parts, const NewKey& wanted,
                              const SecretBytes& passphrase, CreatedSet& set) {
  SIGNMARK_ASSIGN(KeyPlan plan, plan_key(parts, Role::issuer, without_end(wanted)));
  SIGNMARK_ASSIGN(SecretBytes seed, draw_secret(*parts.arena));
  SIGNMARK_ASSIGN(set.issuer, make_key(parts, std::move(plan), seed, passphrase, nullptr));
  return Authority{set.issuer->key, std::move(seed)};
}

Status mark_superseded(const KeyringParts& parts, const StoredKey& old, CreatedKey& created) {
  created.old_id = old.info.id();
  created.old_stops = std::min(old.info.expires, parts.now() + kOverlap);
  return change_record(parts, old, [&](KeyRecord& record) {
    record.stops = created.old_stops;
    record.superseded_by = created.key.info.id();
  });
}

}  // namespace

Result<CreatedSet> Keyring::create_set(const NewKey& wanted) const {
  const KeyringParts parts{context_, home_, options_, arena_};
  SIGNMARK_ASSIGN(const FoundKeys found, scan_keys(parts));
  SIGNMARK_TRY(check_readable(found));
  const Missing missing = missing_of(found);
  if (!missing.issuer && !missing.signing && !missing.carrier)
    return fail("keys.set.exists", "issuer, signing key and carrier key are there already", {},
                "signmark key rotate ROLE makes a successor; signmark key list shows them");
  SIGNMARK_TRY(plan_key(parts, Role::signing, wanted));
  std::optional<Authority> authority;
  if (missing.signing && !missing.issuer) {
    SIGNMARK_ASSIGN(authority, open_authority(parts, wanted.issuer, wanted.unlock_issuer));
  }
  SIGNMARK_ASSIGN(const SecretBytes passphrase,
                  new_passphrase(parts, wanted.protection, "the new keys"));
  CreatedSet set;
  if (missing.issuer) {
    SIGNMARK_ASSIGN(authority, make_issuer(parts, wanted, passphrase, set));
  }
  if (missing.signing) {
    SIGNMARK_ASSIGN(set.signing, make_drawn(parts, Role::signing, wanted, passphrase, &*authority));
  }
  if (missing.carrier) {
    SIGNMARK_ASSIGN(set.carrier,
                    make_drawn(parts, Role::carrier, without_end(wanted), passphrase, nullptr));
  }
  return set;
}

Result<CreatedKey> Keyring::create(Role role, const NewKey& wanted) const {
  const KeyringParts parts{context_, home_, options_, arena_};
  SIGNMARK_ASSIGN(KeyPlan plan, plan_key(parts, role, wanted));
  std::optional<Authority> authority;
  if (role == Role::signing && wanted.request.empty()) {
    SIGNMARK_ASSIGN(authority, find_authority(parts, wanted));
  }
  SIGNMARK_ASSIGN(
      const SecretBytes passphrase,
      new_passphrase(parts, wanted.protection, "the new " + std::string(role_name(role)) + " key"));
  SIGNMARK_ASSIGN(const SecretBytes secret, draw_secret(*arena_));
  SIGNMARK_ASSIGN(auto request, prepare_request(wanted, plan, secret));
  SIGNMARK_ASSIGN(CreatedKey created, make_key(parts, std::move(plan), secret, passphrase,
                                               authority ? &*authority : nullptr));
  if (request) SIGNMARK_TRY(request->commit());
  created.request = wanted.request;
  return created;
}

Result<CreatedKey> Keyring::rotate(Role role, std::string_view selector, NewKey wanted) const {
  const KeyringParts parts{context_, home_, options_, arena_};
  SIGNMARK_ASSIGN(const StoredKey old, find(selector, role));
  if (wanted.label.empty()) wanted.label = old.info.label;
  if (!wanted.protection.kdf && old.has_secret) {
    if (old.is_protected())
      wanted.protection.kdf = old.kdf;
    else
      wanted.protection.without_passphrase = true;
  }
  SIGNMARK_ASSIGN(CreatedKey created, create(role, wanted));
  SIGNMARK_TRY(mark_superseded(parts, old, created));
  return created;
}

}  // namespace signmark::keys
