// SPDX-License-Identifier: Apache-2.0
// X.509 over OpenSSL: owning handles, what may be shown of a certificate, and chains to anchors.
// Foreign certificates only are read here; ours are made by the room `keys`.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace signmark::c2pa {

/// Frees an OpenSSL object; one type for all, so that every handle is a unique_ptr.
struct OpenSslDelete {
  void operator()(X509* p) const { X509_free(p); }
  void operator()(X509_STORE* p) const { X509_STORE_free(p); }
  void operator()(X509_STORE_CTX* p) const { X509_STORE_CTX_free(p); }
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
  void operator()(EVP_MD_CTX* p) const { EVP_MD_CTX_free(p); }
  void operator()(STACK_OF(X509) * p) const { sk_X509_pop_free(p, X509_free); }
};

using X509Ptr = std::unique_ptr<X509, OpenSslDelete>;
using X509StackPtr = std::unique_ptr<STACK_OF(X509), OpenSslDelete>;

/// The certificate in exactly these DER bytes. Errors: `c2pa.certificate.unreadable`.
Result<X509Ptr> parse_certificate(ByteView der);

/// The DER bytes of a certificate; empty when OpenSSL runs out of memory.
Bytes certificate_der(const X509& certificate);

/// What people are shown.
struct CertificateView {
  std::string subject, issuer;  ///< RFC 2253 text, UTF-8, control characters replaced
  std::string common_name;      ///< of the subject; may be empty
  std::string serial;           ///< lower-case hex
  UnixTime not_before = 0, not_after = 0;
};

/// Errors: `c2pa.certificate.unreadable` (a date that is none).
Result<CertificateView> view_certificate(const X509& certificate);

/// Seconds since 1970 of an ASN.1 time. Errors: `c2pa.certificate.unreadable`.
Result<UnixTime> unix_time(const ASN1_TIME& time);

/// Whether `time` lies inside the certificate's validity, both ends included (RFC 5280 4.1.2.5).
bool valid_at(const CertificateView& certificate, UnixTime time);

/// Anchors, parsed once for a whole validation. Movable.
class AnchorStore {
 public:
  /// Errors: `c2pa.anchor.unreadable`; `where` says which one.
  static Result<AnchorStore> create(std::span<const Bytes> anchors_der);

  /// Whether `leaf` leads to an anchor through `intermediates` at `time`, every certificate inside
  /// its validity and every issuer a CA. Nothing is fetched. An anchor need not be self-signed.
  /// Extended key usage is the caller's business (credential.hpp).
  [[nodiscard]] bool trusts(X509& leaf, std::span<const X509Ptr> intermediates,
                            UnixTime time) const;

  [[nodiscard]] bool empty() const { return count_ == 0; }

 private:
  std::unique_ptr<X509_STORE, OpenSslDelete> store_;
  std::size_t count_ = 0;
};

}  // namespace signmark::c2pa
