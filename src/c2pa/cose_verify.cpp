// SPDX-License-Identifier: Apache-2.0
// Reading COSE_Sign1 and checking its raw signature with OpenSSL.
#include "c2pa/cose_verify.hpp"

#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>

#include "c2pa/cbor.hpp"
#include "c2pa/labels.hpp"

namespace signmark::c2pa {
namespace {

using cbor::Value;

constexpr std::int64_t kCoseCritical = 2;  ///< header: labels that must be understood

/// What belongs to an algorithm. `number` is its COSE value.
struct AlgInfo {
  std::int64_t number;
  SignatureAlg alg;
  std::string_view name;
  const char* curve;         ///< ECDSA: OpenSSL's name
  std::size_t integer_size;  ///< ECDSA: bytes of r and of s
  const EVP_MD* (*digest)();
};

// RFC 9053, RFC 8230; the fully specified ESP* of RFC 9864 mean the same with the curve fixed,
// which C2PA fixes anyhow.
constexpr std::array<AlgInfo, 10> kAlgorithms{{
    {kCoseAlgEdDsa, SignatureAlg::ed25519, "EdDSA", nullptr, 0, nullptr},
    {-7, SignatureAlg::es256, "ES256", "prime256v1", 32, EVP_sha256},
    {-35, SignatureAlg::es384, "ES384", "secp384r1", 48, EVP_sha384},
    {-36, SignatureAlg::es512, "ES512", "secp521r1", 66, EVP_sha512},
    {-37, SignatureAlg::ps256, "PS256", nullptr, 0, EVP_sha256},
    {-38, SignatureAlg::ps384, "PS384", nullptr, 0, EVP_sha384},
    {-39, SignatureAlg::ps512, "PS512", nullptr, 0, EVP_sha512},
    {-9, SignatureAlg::es256, "ESP256", "prime256v1", 32, EVP_sha256},
    {-51, SignatureAlg::es384, "ESP384", "secp384r1", 48, EVP_sha384},
    {-52, SignatureAlg::es512, "ESP512", "secp521r1", 66, EVP_sha512},
}};

const AlgInfo& info_of(SignatureAlg alg) {
  return *std::find_if(kAlgorithms.begin(), kAlgorithms.end(),
                       [&](const AlgInfo& info) { return info.alg == alg; });
}

tl::unexpected<Error> malformed(std::string message) {
  return fail("c2pa.cose.malformed", std::move(message));
}

// ---------------------------------------------------------------------------------------------
// Headers

void read_algorithm(CoseSign1& cose, const Value& header) {
  const Value* value = header.find(kCoseAlg);
  const auto number = value ? value->as_int() : std::nullopt;
  cose.algorithm_name = number ? std::to_string(*number) : "none";
  if (!number) return;
  for (const AlgInfo& info : kAlgorithms) {
    if (info.number != *number) continue;
    cose.algorithm = info.alg;
    cose.algorithm_name = info.name;
  }
}

/// The chain of one bucket: integer 33 first, then the text label of older writers.
const Value* chain_value(const Value& bucket) {
  if (const Value* value = bucket.find(kCoseX5Chain)) return value;
  return bucket.find("x5chain");
}

bool read_certificates(CoseSign1& cose, const Value& value) {
  if (const Bytes* one = value.as_bytes()) {
    cose.chain.push_back(*one);
    return true;
  }
  const auto* several = value.as_array();
  if (several == nullptr || several->empty()) return false;
  for (const Value& item : *several) {
    const Bytes* der = item.as_bytes();
    if (der == nullptr) return false;
    cose.chain.push_back(*der);
  }
  return true;
}

void read_chain(CoseSign1& cose, const Value& protected_map, const Value& unprotected) {
  const Value* inside = chain_value(protected_map);
  const Value* outside = chain_value(unprotected);
  if (inside != nullptr && outside != nullptr) {
    cose.chain_fault = "certificate chains both in the protected and in the unprotected header";
    return;
  }
  const Value* value = inside != nullptr ? inside : outside;
  if (value == nullptr) {
    cose.chain_fault = "the signature carries no certificate";
  } else if (!read_certificates(cose, *value)) {
    cose.chain.clear();
    cose.chain_fault = "the certificate chain is malformed";
  }
}

void read_time_stamps(CoseSign1& cose, const Value& unprotected) {
  const Value* header = unprotected.find("sigTst2");
  cose.legacy_time_stamp = header == nullptr;
  if (header == nullptr) header = unprotected.find("sigTst");
  cose.has_time_stamp = header != nullptr;
  const Value* tokens = header ? header->find("tstTokens") : nullptr;
  const auto* list = tokens ? tokens->as_array() : nullptr;
  if (list == nullptr) return;
  for (const Value& item : *list) {
    const Value* value = item.find("val");
    if (value != nullptr && value->as_bytes() != nullptr)
      cose.time_stamps.push_back(*value->as_bytes());
  }
}

bool is_zero(const Value* pad) {
  if (pad == nullptr) return true;
  const Bytes* bytes = pad->as_bytes();
  return bytes != nullptr &&
         std::all_of(bytes->begin(), bytes->end(), [](Byte b) { return b == 0; });
}

/// Labels that may stand outside the signature (C2PA 2.5: 12.3); integers are registered headers.
constexpr std::array<std::string_view, 6> kUnsignedLabels{"pad",     "pad2",  "sigTst",
                                                          "sigTst2", "rVals", "x5chain"};

bool is_known_label(const Value& label) {
  const std::string* name = label.as_text();
  if (name == nullptr) return label.as_int().has_value();
  return std::find(kUnsignedLabels.begin(), kUnsignedLabels.end(), *name) != kUnsignedLabels.end();
}

/// Whether the unprotected header holds known labels and zero padding only.
bool is_plain(const Value& unprotected) {
  const auto& entries = *unprotected.as_map();
  return std::all_of(entries.begin(), entries.end(),
                     [](const cbor::Entry& entry) { return is_known_label(entry.key); }) &&
         is_zero(unprotected.find("pad")) && is_zero(unprotected.find("pad2"));
}

Result<Value> protected_map(const Limits& limits, ByteView bytes) {
  if (bytes.empty()) return Value::map();
  SIGNMARK_ASSIGN(Value map, cbor::decode(limits, bytes, "protected header"));
  if (map.as_map() == nullptr) return malformed("the protected header is no map");
  // RFC 9052 3.1: who does not know a critical header must not accept the signature.
  if (map.find(kCoseCritical) != nullptr) return malformed("the signature has critical headers");
  return map;
}

// ---------------------------------------------------------------------------------------------
// Raw signatures

struct SigDelete {
  void operator()(ECDSA_SIG* p) const { ECDSA_SIG_free(p); }
};

/// r‖s to DER; empty when the length is wrong.
Bytes ecdsa_der(ByteView raw, std::size_t integer_size) {
  if (raw.size() != 2 * integer_size) return {};
  const std::unique_ptr<ECDSA_SIG, SigDelete> sig(ECDSA_SIG_new());
  BIGNUM* r = BN_bin2bn(raw.data(), static_cast<int>(integer_size), nullptr);
  BIGNUM* s = BN_bin2bn(raw.data() + integer_size, static_cast<int>(integer_size), nullptr);
  if (!sig || ECDSA_SIG_set0(sig.get(), r, s) != 1) {
    BN_free(r);
    BN_free(s);
    return {};
  }
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(sig.get(), &der);
  if (size <= 0) return {};
  Bytes bytes(der, der + size);
  OPENSSL_free(der);
  return bytes;
}

bool on_curve(const EVP_PKEY& key, const char* curve) {
  std::array<char, 64> name{};
  std::size_t size = 0;
  return EVP_PKEY_get_group_name(&key, name.data(), name.size(), &size) == 1 &&
         std::string_view(name.data(), size) == curve;
}

bool key_fits(const AlgInfo& info, const EVP_PKEY& key) {
  const int type = EVP_PKEY_get_base_id(&key);
  if (info.alg == SignatureAlg::ed25519) return type == EVP_PKEY_ED25519;
  if (info.curve != nullptr) return type == EVP_PKEY_EC && on_curve(key, info.curve);
  return type == EVP_PKEY_RSA || type == EVP_PKEY_RSA_PSS;
}

bool set_pss(EVP_PKEY_CTX* context, const AlgInfo& info) {
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_mgf1_md(context, info.digest()) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

bool verify(const AlgInfo& info, EVP_PKEY& key, ByteView message, ByteView signature) {
  const std::unique_ptr<EVP_MD_CTX, OpenSslDelete> context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* key_context = nullptr;
  const EVP_MD* digest = info.digest != nullptr ? info.digest() : nullptr;
  if (!context || EVP_DigestVerifyInit(context.get(), &key_context, digest, nullptr, &key) != 1)
    return false;
  const bool pss = info.digest != nullptr && info.curve == nullptr;
  if (pss && !set_pss(key_context, info)) return false;
  return EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(),
                          message.size()) == 1;
}

}  // namespace

Result<CoseSign1> parse_cose_sign1(const Limits& limits, ByteView cbor) {
  SIGNMARK_ASSIGN(const Value item, cbor::decode(limits, cbor, "claim signature"));
  const cbor::Tagged* tagged = item.as_tag();
  if (tagged == nullptr || tagged->number != kCoseSign1Tag)
    return malformed("the signature is no tagged COSE_Sign1");
  const auto* parts = tagged->content.front().as_array();
  if (parts == nullptr || parts->size() != 4) return malformed("COSE_Sign1 has four elements");
  const Bytes* header = (*parts)[0].as_bytes();
  const Value& unprotected = (*parts)[1];
  const Bytes* signature = (*parts)[3].as_bytes();
  if (header == nullptr || signature == nullptr || unprotected.as_map() == nullptr)
    return malformed("an element of COSE_Sign1 has the wrong type");
  if (!(*parts)[2].is(cbor::Kind::null)) return malformed("the payload is not detached");
  CoseSign1 cose;
  cose.protected_header = *header;
  cose.signature = *signature;
  SIGNMARK_ASSIGN(const Value map, protected_map(limits, *header));
  read_algorithm(cose, map);
  read_chain(cose, map, unprotected);
  read_time_stamps(cose, unprotected);
  cose.unsigned_is_plain = is_plain(unprotected);
  return cose;
}

Bytes signature_structure(std::string_view context, ByteView protected_header, ByteView payload) {
  return cbor::encode(
      Value::array({Value::text(std::string(context)), Value::bytes(protected_header),
                    Value::bytes(Bytes{}), Value::bytes(payload)}));
}

bool signature_matches(SignatureAlg algorithm, EVP_PKEY& key, ByteView message,
                       ByteView signature) {
  const AlgInfo& info = info_of(algorithm);
  bool good = false;
  if (key_fits(info, key)) {
    const Bytes der = info.curve != nullptr ? ecdsa_der(signature, info.integer_size) : Bytes{};
    if (info.curve == nullptr || !der.empty())
      good = verify(info, key, message, info.curve != nullptr ? ByteView(der) : signature);
  }
  ERR_clear_error();
  return good;
}

}  // namespace signmark::c2pa
