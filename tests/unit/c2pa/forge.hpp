// SPDX-License-Identifier: Apache-2.0
// Manifest stores with any fault one likes, correctly signed unless the fault is in the signature.
#pragma once

#include <functional>
#include <map>

#include "base/hash.hpp"
#include "c2pa/assertions.hpp"
#include "c2pa/cbor.hpp"
#include "c2pa/cose_verify.hpp"
#include "c2pa/hard_binding.hpp"
#include "c2pa/jumbf.hpp"
#include "c2pa/labels.hpp"
#include "unit/c2pa/forge_certificate.hpp"
#include "unit/c2pa/writer_fixture.hpp"

namespace signmark::c2pa::forge {

using cbor::Value;

inline Value text(std::string_view v) { return Value::text(std::string(v)); }

// ---------------------------------------------------------------------------------------------
// COSE

struct CoseSpec {
  std::int64_t alg = kCoseAlgEdDsa;
  bool tagged = true;
  bool der = false;  ///< ECDSA as DER instead of r‖s
  Bytes pad;
  /// Headers that take the chain.
  bool protected_label = true, protected_text = false, unprotected_label = false,
       unprotected_text = false;
  bool critical = false;
  std::optional<Value> text_chain;                    ///< another chain for the text label
  std::function<Bytes(ByteView message)> time_stamp;  ///< makes the token of header sigTst2
};

/// Which digest and padding a COSE algorithm uses.
inline const EVP_MD* digest_of(std::int64_t alg) {
  if (alg == kCoseAlgEdDsa) return nullptr;
  if (alg == -35 || alg == -38 || alg == -51) return EVP_sha384();
  return alg == -36 || alg == -39 || alg == -52 ? EVP_sha512() : EVP_sha256();
}

inline Bytes raw_ecdsa(const Bytes& der, int integer_size) {
  const unsigned char* at = der.data();
  ECDSA_SIG* sig = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
  REQUIRE(sig != nullptr);
  const auto size = static_cast<std::size_t>(integer_size);
  Bytes raw(2 * size);
  BN_bn2binpad(ECDSA_SIG_get0_r(sig), raw.data(), integer_size);
  BN_bn2binpad(ECDSA_SIG_get0_s(sig), raw.data() + size, integer_size);
  ECDSA_SIG_free(sig);
  return raw;
}

inline Bytes sign_bytes(EVP_PKEY* key, const CoseSpec& spec, ByteView message) {
  const std::unique_ptr<EVP_MD_CTX, OpenSslDelete> context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* options = nullptr;
  REQUIRE(EVP_DigestSignInit(context.get(), &options, digest_of(spec.alg), nullptr, key) == 1);
  if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA) {
    EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST);
  }
  std::size_t size = 0;
  EVP_DigestSign(context.get(), nullptr, &size, message.data(), message.size());
  Bytes signature(size);
  REQUIRE(EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) ==
          1);
  signature.resize(size);
  const bool ecdsa = EVP_PKEY_get_base_id(key) == EVP_PKEY_EC;
  if (ecdsa && !spec.der) return raw_ecdsa(signature, (EVP_PKEY_get_bits(key) + 7) / 8);
  return signature;
}

inline Value chain_value(const std::vector<Bytes>& chain) {
  if (chain.size() == 1) return Value::bytes(chain.front());
  Value list = Value::array();
  for (const Bytes& der : chain) list.push(Value::bytes(der));
  return list;
}

inline Value protected_header(const Identity& identity, const CoseSpec& spec) {
  const Value chain = chain_value(identity.chain);
  Value header = Value::map().set(kCoseAlg, Value::integer(spec.alg));
  if (spec.critical) header.set(2, Value::array({Value::integer(99)}));
  if (spec.protected_label) header.set(kCoseX5Chain, chain);
  if (spec.protected_text) header.set("x5chain", spec.text_chain.value_or(chain));
  return header;
}

inline Value unprotected_header(const Identity& identity, const CoseSpec& spec, ByteView header,
                                const Bytes& signature) {
  Value outside = Value::map().set("pad", Value::bytes(spec.pad));
  if (spec.unprotected_label) outside.set(kCoseX5Chain, chain_value(identity.chain));
  if (spec.unprotected_text) outside.set("x5chain", chain_value(identity.chain));
  if (!spec.time_stamp) return outside;
  const Bytes field = cbor::encode(Value::bytes(signature));
  const Bytes token = spec.time_stamp(signature_structure("CounterSignature", header, field));
  return outside.set(
      "sigTst2",
      Value::map().set("tstTokens", Value::array({Value::map().set("val", Value::bytes(token))})));
}

inline Bytes cose(const Identity& identity, const CoseSpec& spec, ByteView claim) {
  const Bytes header = cbor::encode(protected_header(identity, spec));
  const Bytes message = signature_structure("Signature1", header, claim);
  const Bytes signature = sign_bytes(identity.key.get(), spec, message);
  Value parts =
      Value::array({Value::bytes(header), unprotected_header(identity, spec, header, signature),
                    Value::null(), Value::bytes(signature)});
  return cbor::encode(spec.tagged ? Value::tag(kCoseSign1Tag, parts) : parts);
}

// ---------------------------------------------------------------------------------------------
// The store

struct NamedAssertion {
  std::string label;
  Value content;
};

using References = std::vector<HashedUri>;

/// The default is a perfect manifest of generated media; hooks spoil one thing each.
struct Forgery {
  Identity identity;
  CoseSpec cose;
  std::string label = "urn:c2pa:00000000-0000-4000-8000-00000000000a";
  Uuid type = kStandardManifestType;
  std::string claim_label{kClaimLabel};
  Bytes earlier;  ///< manifests before this one
  std::vector<NamedAssertion> assertions;
  /// The hard bindings over the planned file; default: one data hash.
  std::function<std::vector<NamedAssertion>(const std::vector<Range>&, ByteView digest)> bindings;
  std::function<void(References& created, References& gathered)> references;
  std::function<void(std::map<std::string, Value>& claim)> claim;
  std::function<void(std::vector<Bytes>& boxes)> assertion_boxes;
  std::function<void(std::vector<Bytes>& children)>
      children;                                   ///< assertion store, claim, signature
  std::function<void(Bytes& claim)> claim_bytes;  ///< before signing
};

inline Value created_action() {
  return Value::map()
      .set("action", text("c2pa.created"))
      .set("digitalSourceType", text(ManifestRequest().digital_source_type));
}

inline NamedAssertion actions(std::vector<Value> list) {
  return {std::string(kActionsLabel), Value::map()
                                          .set("actions", Value::array(std::move(list)))
                                          .set("allActionsIncluded", Value::boolean(true))};
}

inline Forgery perfect(Identity identity) {
  Forgery forgery;
  forgery.identity = std::move(identity);
  forgery.assertions.push_back(actions({created_action()}));
  return forgery;
}

inline Bytes assertion_box(const NamedAssertion& assertion) {
  return jumbf::superbox(kCborType, assertion.label, {},
                         {jumbf::box("cbor", cbor::encode(assertion.content))});
}

inline HashedUri reference_to(const std::string& label, ByteView box) {
  return {jumbf::relative_uri({kAssertionStoreLabel, label}),
          hash(HashAlg::sha256, jumbf::payload_of(box))};
}

inline Bytes claim_of(const Forgery& forgery, const References& created,
                      const References& gathered) {
  std::map<std::string, Value> fields{
      {"instanceID", text("urn:uuid:1")},
      {"claim_generator_info", Value::map().set("name", text("forger"))},
      {"signature", text(jumbf::absolute_uri(forgery.label, {kSignatureLabel}))},
      {"created_assertions", to_cbor(created)},
      {"alg", text("sha256")}};
  if (!gathered.empty()) fields["gathered_assertions"] = to_cbor(gathered);
  if (forgery.claim) forgery.claim(fields);
  Value value = Value::map();
  for (auto& [key, field] : fields) value.set(key, std::move(field));
  return cbor::encode(value);
}

/// The manifest box for a file whose exclusions and digest are known.
inline Bytes manifest_box(const Forgery& forgery, const std::vector<Range>& exclusions,
                          ByteView digest) {
  std::vector<NamedAssertion> all =
      forgery.bindings ? forgery.bindings(exclusions, digest)
                       : std::vector<NamedAssertion>{{std::string(kDataHashLabel),
                                                      data_hash_assertion(exclusions, digest)}};
  all.insert(all.end(), forgery.assertions.begin(), forgery.assertions.end());
  std::vector<Bytes> boxes;
  References created;
  References gathered;
  for (const NamedAssertion& assertion : all) {
    boxes.push_back(assertion_box(assertion));
    created.push_back(reference_to(assertion.label, boxes.back()));
  }
  if (forgery.references) forgery.references(created, gathered);
  Bytes claim = claim_of(forgery, created, gathered);
  if (forgery.claim_bytes) forgery.claim_bytes(claim);
  if (forgery.assertion_boxes) forgery.assertion_boxes(boxes);
  const Bytes signature = cose(forgery.identity, forgery.cose, claim);
  std::vector<Bytes> children = {
      jumbf::superbox(kAssertionStoreType, kAssertionStoreLabel, {}, boxes),
      jumbf::superbox(kClaimType, forgery.claim_label, {}, {jumbf::box("cbor", claim)}),
      jumbf::superbox(kSignatureType, kSignatureLabel, {}, {jumbf::box("cbor", signature)})};
  if (forgery.children) forgery.children(children);
  return jumbf::superbox(forgery.type, forgery.label, {}, children);
}

inline Bytes store_of(const Bytes& earlier, const Bytes& manifest) {
  return jumbf::superbox(kStoreType, kStoreLabel, {}, {earlier, manifest});
}

inline container::Plan plan_store(ByteView file, const container::Inventory& inventory,
                                  Bytes store) {
  container::Edits edits;
  edits.manifest = std::move(store);
  auto plan = container::plan(test::test_context(), file, inventory, edits);
  REQUIRE_OK(plan);
  return std::move(*plan);
}

/// Zero bytes behind a store are padding; every store of a forgery is brought to one size with
/// them, because ECDSA signatures and the numbers of exclusions vary in length.
inline void pad_to(Bytes& store, std::size_t size) {
  REQUIRE(store.size() <= size);
  store.resize(size, 0);
}

/// Puts the forged store into a file.
inline Bytes embed(const Forgery& forgery, ByteView file) {
  const Context context = test::test_context();
  const auto inventory = container::inspect(context, file);
  REQUIRE_OK(inventory);
  const Bytes zero(32, 0);
  Bytes first = store_of(forgery.earlier, manifest_box(forgery, {{1, 1}}, zero));
  const std::size_t size = first.size() + 64;
  pad_to(first, size);
  const container::Plan layout = plan_store(file, *inventory, std::move(first));
  const auto digest = hash_data(context, layout.rope, layout.manifest_exclusions);
  REQUIRE_OK(digest);
  Bytes store =
      store_of(forgery.earlier, manifest_box(forgery, layout.manifest_exclusions, *digest));
  pad_to(store, size);
  return plan_store(file, *inventory, std::move(store)).rope.flatten();
}

inline Bytes embed(const Forgery& forgery) { return embed(forgery, test_fixture::png()); }

}  // namespace signmark::c2pa::forge
