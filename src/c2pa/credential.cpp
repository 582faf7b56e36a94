// SPDX-License-Identifier: Apache-2.0
// The certificate profile of C2PA (2.5: 13.5.1), rule by rule.
#include "c2pa/credential.hpp"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace signmark::c2pa {
namespace {

using Fault = std::optional<std::string>;

constexpr std::string_view kClaimSigning = "1.3.6.1.4.1.62558.2.1";
constexpr std::string_view kEmailProtection = "1.3.6.1.5.5.7.3.4";
constexpr std::string_view kDocumentSigning = "1.3.6.1.5.5.7.3.36";
constexpr std::string_view kTimeStamping = "1.3.6.1.5.5.7.3.8";
constexpr std::string_view kOcspSigning = "1.3.6.1.5.5.7.3.9";
constexpr std::string_view kAnyUsage = "2.5.29.37.0";

constexpr int kMinRsaBits = 2048;

struct PssDelete {
  void operator()(RSA_PSS_PARAMS* p) const { RSA_PSS_PARAMS_free(p); }
  void operator()(X509_ALGOR* p) const { X509_ALGOR_free(p); }
  void operator()(EXTENDED_KEY_USAGE* p) const { EXTENDED_KEY_USAGE_free(p); }
  void operator()(BIGNUM* p) const { BN_free(p); }
};
template <class T>
using Owned = std::unique_ptr<T, PssDelete>;

int algorithm_nid(const X509_ALGOR* algorithm) {
  const ASN1_OBJECT* object = nullptr;
  X509_ALGOR_get0(&object, nullptr, nullptr, algorithm);
  return OBJ_obj2nid(object);
}

/// The parameters of an algorithm as a parsed structure, or nullptr.
template <class T>
Owned<T> parameters(const X509_ALGOR* algorithm, const ASN1_ITEM* item) {
  int type = V_ASN1_UNDEF;
  const void* value = nullptr;
  X509_ALGOR_get0(nullptr, &type, &value, algorithm);
  if (type != V_ASN1_SEQUENCE) return nullptr;
  return Owned<T>(static_cast<T*>(ASN1_item_unpack(static_cast<const ASN1_STRING*>(value), item)));
}

bool is_sha2(int nid) { return nid == NID_sha256 || nid == NID_sha384 || nid == NID_sha512; }

Fault pss_fault(const X509_ALGOR* algorithm) {
  const auto pss = parameters<RSA_PSS_PARAMS>(algorithm, ASN1_ITEM_rptr(RSA_PSS_PARAMS));
  if (!pss || pss->hashAlgorithm == nullptr || pss->maskGenAlgorithm == nullptr)
    return "its RSASSA-PSS signature lacks parameters";
  const auto mask = parameters<X509_ALGOR>(pss->maskGenAlgorithm, ASN1_ITEM_rptr(X509_ALGOR));
  const int hash = algorithm_nid(pss->hashAlgorithm);
  if (!is_sha2(hash)) return "its RSASSA-PSS signature does not use SHA-2";
  if (!mask || algorithm_nid(mask.get()) != hash)
    return "its RSASSA-PSS signature masks with another hash";
  return std::nullopt;
}

Fault signature_algorithm_fault(const X509& certificate) {
  const X509_ALGOR* algorithm = nullptr;
  X509_get0_signature(nullptr, &algorithm, &certificate);
  int parameter_type = V_ASN1_UNDEF;
  X509_ALGOR_get0(nullptr, &parameter_type, nullptr, algorithm);
  switch (algorithm_nid(algorithm)) {
    case NID_ecdsa_with_SHA256:
    case NID_ecdsa_with_SHA384:
    case NID_ecdsa_with_SHA512:
    case NID_sha256WithRSAEncryption:
    case NID_sha384WithRSAEncryption:
    case NID_sha512WithRSAEncryption:
      return std::nullopt;
    case NID_ED25519:  // RFC 8410 section 3: the parameters must be absent
      if (parameter_type != V_ASN1_UNDEF) return "its Ed25519 signature has parameters";
      return std::nullopt;
    case NID_rsassaPss:
      return pss_fault(algorithm);
    default:
      return "it is signed with an algorithm outside the profile";
  }
}

bool sound_exponent(const EVP_PKEY* key) {
  BIGNUM* raw = nullptr;
  if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &raw) != 1) return false;
  const Owned<BIGNUM> exponent(raw);
  return BN_is_odd(exponent.get()) == 1 && BN_is_one(exponent.get()) == 0;
}

Fault curve_fault(const EVP_PKEY* key) {
  std::array<char, 64> name{};
  std::size_t size = 0;
  if (EVP_PKEY_get_group_name(key, name.data(), name.size(), &size) != 1)
    return "its elliptic curve is not named";
  const std::string_view curve(name.data(), size);
  if (curve == "prime256v1" || curve == "secp384r1" || curve == "secp521r1") return std::nullopt;
  return "its elliptic curve is outside the profile";
}

Fault key_fault(const X509& certificate) {
  const EVP_PKEY* key = X509_get0_pubkey(&certificate);
  if (key == nullptr) return "its public key is unreadable";
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_ED25519:
      return std::nullopt;
    case EVP_PKEY_EC:
      return curve_fault(key);
    case EVP_PKEY_RSA:
    case EVP_PKEY_RSA_PSS:
      if (EVP_PKEY_get_bits(key) < kMinRsaBits) return "its RSA key is shorter than 2048 bits";
      if (!sound_exponent(key)) return "its RSA exponent is unsound";
      return std::nullopt;
    default:
      return "its key type is outside the profile";
  }
}

std::string oid_text(const ASN1_OBJECT* object) {
  std::array<char, 128> text{};
  const int size = OBJ_obj2txt(text.data(), text.size(), object, 1);
  if (size <= 0) return {};
  return {text.data(), std::min<std::size_t>(static_cast<std::size_t>(size), text.size() - 1)};
}

/// Extended key usages as dotted numbers; nothing when the extension is absent or malformed.
std::optional<std::vector<std::string>> extended_usages(const X509& certificate) {
  const Owned<EXTENDED_KEY_USAGE> usages(static_cast<EXTENDED_KEY_USAGE*>(
      X509_get_ext_d2i(&certificate, NID_ext_key_usage, nullptr, nullptr)));
  if (!usages) return std::nullopt;
  const int count = sk_ASN1_OBJECT_num(usages.get());
  std::vector<std::string> oids;
  oids.reserve(static_cast<std::size_t>(std::max(count, 0)));
  for (int i = 0; i < count; ++i) oids.push_back(oid_text(sk_ASN1_OBJECT_value(usages.get(), i)));
  return oids;
}

Fault extended_usage_fault(const X509& certificate, CredentialUse use) {
  const auto usages = extended_usages(certificate);
  if (!usages) return "it has no extended key usage";
  const auto has = [&](std::string_view oid) {
    return std::find(usages->begin(), usages->end(), oid) != usages->end();
  };
  if (has(kAnyUsage)) return "its extended key usage is 'any'";
  if ((has(kTimeStamping) || has(kOcspSigning)) && usages->size() > 1)
    return "it combines time stamping or OCSP signing with other usages";
  const bool fits = use == CredentialUse::time_stamping
                        ? has(kTimeStamping)
                        : has(kClaimSigning) || has(kEmailProtection) || has(kDocumentSigning);
  if (!fits) return "its extended key usage does not allow this use";
  return std::nullopt;
}

Fault key_usage_fault(X509& certificate) {
  if (X509_get_ext_by_NID(&certificate, NID_key_usage, -1) < 0) return "it has no key usage";
  const std::uint32_t usage = X509_get_key_usage(&certificate);
  if ((usage & KU_DIGITAL_SIGNATURE) == 0) return "its key usage lacks digitalSignature";
  if ((usage & KU_KEY_CERT_SIGN) != 0) return "its key usage allows signing certificates";
  return std::nullopt;
}

Fault form_fault(X509& certificate) {
  const ASN1_BIT_STRING* issuer_id = nullptr;
  const ASN1_BIT_STRING* subject_id = nullptr;
  X509_get0_uids(&certificate, &issuer_id, &subject_id);
  if (X509_get_version(&certificate) != X509_VERSION_3) return "it is not version 3";
  if (issuer_id != nullptr || subject_id != nullptr) return "it carries unique ids";
  const std::uint32_t flags = X509_get_extension_flags(&certificate);
  if ((flags & EXFLAG_INVALID) != 0) return "one of its extensions is malformed";
  if ((flags & EXFLAG_CRITICAL) != 0) return "it has an unknown critical extension";
  if ((flags & EXFLAG_CA) != 0) return "it belongs to an authority, not to an end entity";
  if ((flags & EXFLAG_SS) != 0) return "it is self-signed";
  if (X509_get_ext_by_NID(&certificate, NID_authority_key_identifier, -1) < 0)
    return "it has no authority key identifier";
  return std::nullopt;
}

}  // namespace

std::optional<std::string> profile_fault(X509& certificate, CredentialUse use) {
  Fault fault = form_fault(certificate);
  if (!fault) fault = signature_algorithm_fault(certificate);
  if (!fault) fault = key_fault(certificate);
  if (!fault) fault = key_usage_fault(certificate);
  if (!fault) fault = extended_usage_fault(certificate, use);
  ERR_clear_error();
  return fault;
}

}  // namespace signmark::c2pa
