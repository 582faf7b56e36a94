// SPDX-License-Identifier: Apache-2.0
// Certificates with any fault one likes, made with OpenSSL while the test runs.
#pragma once

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>
#include <vector>

#include "c2pa/x509.hpp"
#include "support/test_support.hpp"

namespace signmark::c2pa::forge {

/// What test_context()'s clock says.
inline constexpr UnixTime kNow = 1'795'348'800;
inline constexpr UnixTime kDay = 86'400;

using KeyPtr = std::shared_ptr<EVP_PKEY>;

/// "ed25519", "P-256", "P-384", "P-521", "secp256k1", "rsa2048", "rsa1024".
inline KeyPtr make_key(const std::string& kind) {
  EVP_PKEY* key = nullptr;
  if (kind == "ed25519")
    key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  else if (kind.starts_with("rsa"))
    key = EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA",
                            static_cast<std::size_t>(std::stoul(kind.substr(3))));
  else
    key = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", kind.c_str());
  REQUIRE(key != nullptr);
  return {key, EVP_PKEY_free};
}

/// The profile of c2pa.md section 6; a test changes one thing. Empty texts leave the extension out.
struct CertificateSpec {
  std::string key = "ed25519";
  std::string subject = "forged signer";
  std::string usages = "1.3.6.1.4.1.62558.2.1,emailProtection";
  std::string key_usage = "critical,digitalSignature";
  std::string constraints = "critical,CA:FALSE";
  std::string authority_key_id = "keyid:always";
  UnixTime from = kNow - kDay;
  UnixTime until = kNow + 365 * kDay;
};

/// A private key with its certificates, leaf first.
struct Identity {
  KeyPtr key;
  std::vector<Bytes> chain;
};

inline void add_extension(X509* certificate, X509* issuer, const char* name,
                          const std::string& value) {
  if (value.empty()) return;
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_nconf(nullptr, &context, name, value.c_str());
  REQUIRE(extension != nullptr);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

inline X509Ptr blank_certificate(const CertificateSpec& spec, EVP_PKEY* key) {
  X509Ptr certificate(X509_new());
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 4711);
  ASN1_TIME_set(X509_getm_notBefore(certificate.get()), spec.from);
  ASN1_TIME_set(X509_getm_notAfter(certificate.get()), spec.until);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(spec.subject.c_str()), -1, -1,
                             0);
  X509_set_pubkey(certificate.get(), key);
  return certificate;
}

/// Issues with `issuer_key`; without an issuer the certificate signs itself.
inline X509Ptr issue(const CertificateSpec& spec, EVP_PKEY* key, X509* issuer,
                     EVP_PKEY* issuer_key) {
  X509Ptr certificate = blank_certificate(spec, key);
  X509* above = issuer != nullptr ? issuer : certificate.get();
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(above));
  add_extension(certificate.get(), above, "basicConstraints", spec.constraints);
  add_extension(certificate.get(), above, "keyUsage", spec.key_usage);
  add_extension(certificate.get(), above, "extendedKeyUsage", spec.usages);
  add_extension(certificate.get(), above, "subjectKeyIdentifier", "hash");
  add_extension(certificate.get(), above, "authorityKeyIdentifier", spec.authority_key_id);
  const bool pure = EVP_PKEY_get_base_id(issuer_key) == EVP_PKEY_ED25519;
  REQUIRE(X509_sign(certificate.get(), issuer_key, pure ? nullptr : EVP_sha256()) > 0);
  return certificate;
}

inline CertificateSpec authority_spec(std::string subject) {
  CertificateSpec spec;
  spec.subject = std::move(subject);
  spec.usages.clear();
  spec.key_usage = "critical,keyCertSign,cRLSign";
  spec.constraints = "critical,CA:TRUE";
  spec.from = kNow - 400 * kDay;
  spec.until = kNow + 3650 * kDay;
  return spec;
}

/// A root of its own.
class Authority {
 public:
  Authority() : key_(make_key("ed25519")) {
    root_ = issue(authority_spec("forged root"), key_.get(), nullptr, key_.get());
  }

  [[nodiscard]] Bytes root() const { return certificate_der(*root_); }

  [[nodiscard]] Identity leaf(const CertificateSpec& spec = {}) const {
    KeyPtr key = make_key(spec.key);
    return {key, {certificate_der(*issue(spec, key.get(), root_.get(), key_.get()))}};
  }

  /// A leaf below a certificate between it and the root.
  [[nodiscard]] Identity leaf_below(const CertificateSpec& between) const {
    const KeyPtr middle_key = make_key(between.key);
    const X509Ptr middle = issue(between, middle_key.get(), root_.get(), key_.get());
    const KeyPtr key = make_key("ed25519");
    const X509Ptr leaf = issue({}, key.get(), middle.get(), middle_key.get());
    return {key, {certificate_der(*leaf), certificate_der(*middle)}};
  }

 private:
  KeyPtr key_;
  X509Ptr root_;
};

inline Identity self_signed(const CertificateSpec& spec = {}) {
  KeyPtr key = make_key(spec.key);
  return {key, {certificate_der(*issue(spec, key.get(), nullptr, key.get()))}};
}

}  // namespace signmark::c2pa::forge
