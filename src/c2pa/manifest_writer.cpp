// SPDX-License-Identifier: Apache-2.0
// Puts a manifest store together.
#include "c2pa/manifest_writer.hpp"

#include <fmt/format.h>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "c2pa/cose_sign.hpp"
#include "c2pa/jumbf.hpp"

namespace signmark::c2pa {
namespace {

using cbor::Value;

/// 16 or 32 random bytes keep the content of a redacted assertion from being guessed (11.5.3).
constexpr std::size_t kSaltSize = 16;

Bytes random_salt(Random& random) {
  Bytes salt(kSaltSize);
  random.fill(salt);
  return salt;
}

HashedUri reference(std::string_view label, ByteView box) {
  return {jumbf::relative_uri({kAssertionStoreLabel, label}),
          hash(HashAlg::sha256, jumbf::payload_of(box))};
}

Bytes assertion_box(std::string_view label, const Value& content, ByteView salt) {
  return jumbf::superbox(kCborType, label, salt, {jumbf::box("cbor", cbor::encode(content))});
}

}  // namespace

ManifestDraft::ManifestDraft(ClaimFacts facts, Bytes earlier, Random& random)
    : facts_(std::move(facts)),
      earlier_(std::move(earlier)),
      random_(random),
      binding_salt_(random_salt(random)) {}

HashedUri ManifestDraft::add(std::string_view label, const Value& content) {
  const int number = used_[std::string(label)]++;
  const std::string name = number == 0 ? std::string(label) : fmt::format("{}__{}", label, number);
  boxes_.push_back(assertion_box(name, content, random_salt(random_)));
  uris_.push_back(reference(name, boxes_.back()));
  return uris_.back();
}

Value ManifestDraft::claim(const std::vector<HashedUri>& assertions) const {
  Value value = Value::map();
  value.set("instanceID", Value::text(facts_.instance_id))
      .set("claim_generator_info", generator_info())
      .set("signature", Value::text(jumbf::absolute_uri(facts_.manifest_label, {kSignatureLabel})))
      .set("created_assertions", to_cbor(assertions))
      .set("alg", Value::text(std::string(hash_name(HashAlg::sha256))));
  if (!facts_.title.empty()) value.set("dc:title", Value::text(facts_.title));
  return value;
}

ManifestDraft::Unsigned ManifestDraft::assemble(std::string_view binding_label,
                                                const Value& binding) const {
  std::vector<Bytes> boxes = {assertion_box(binding_label, binding, binding_salt_)};
  std::vector<HashedUri> uris = {reference(binding_label, boxes.front())};
  boxes.insert(boxes.end(), boxes_.begin(), boxes_.end());
  uris.insert(uris.end(), uris_.begin(), uris_.end());
  return {jumbf::superbox(kAssertionStoreType, kAssertionStoreLabel, {}, boxes),
          cbor::encode(claim(uris))};
}

Bytes ManifestDraft::store(const Unsigned& parts, ByteView cose) const {
  const Bytes claim_box =
      jumbf::superbox(kClaimType, kClaimLabel, {}, {jumbf::box("cbor", parts.claim)});
  const Bytes signature_box =
      jumbf::superbox(kSignatureType, kSignatureLabel, {}, {jumbf::box("cbor", cose)});
  const Bytes manifest = jumbf::superbox(kStandardManifestType, facts_.manifest_label, {},
                                         {parts.assertion_store, claim_box, signature_box});
  return jumbf::superbox(kStoreType, kStoreLabel, {}, {earlier_, manifest});
}

std::size_t ManifestDraft::padding(const Unsigned& parts, const keys::Signer& signer) const {
  return store(parts, unsigned_claim(signer, 0)).size() % 2;
}

Result<Bytes> ManifestDraft::signed_store(std::string_view binding_label, const Value& binding,
                                          const keys::Signer& signer) const {
  const Unsigned parts = assemble(binding_label, binding);
  SIGNMARK_ASSIGN(const Bytes cose, sign_claim(signer, parts.claim, padding(parts, signer)));
  return store(parts, cose);
}

Bytes ManifestDraft::unsigned_store(std::string_view binding_label, const Value& binding,
                                    const keys::Signer& signer) const {
  const Unsigned parts = assemble(binding_label, binding);
  return store(parts, unsigned_claim(signer, padding(parts, signer)));
}

}  // namespace signmark::c2pa
