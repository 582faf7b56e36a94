// SPDX-License-Identifier: Apache-2.0
// X.509 over OpenSSL: parsing, names, dates, chains.
#include "c2pa/x509.hpp"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>

#include "base/text.hpp"
#include "base/time.hpp"

namespace signmark::c2pa {
namespace {

/// A chain longer than this is an attack, not a hierarchy (C2PA chains have two to four members).
constexpr int kMaxChainDepth = 16;

tl::unexpected<Error> unreadable(std::string message) {
  ERR_clear_error();
  return fail("c2pa.certificate.unreadable", std::move(message));
}

struct BioDelete {
  void operator()(BIO* p) const { BIO_free(p); }
};

std::string name_text(const X509_NAME* name) {
  std::unique_ptr<BIO, BioDelete> bio(BIO_new(BIO_s_mem()));
  if (!bio || name == nullptr) return {};
  // UTF-8 as it is (RFC 2253 would escape it), control characters escaped.
  const unsigned long flags = XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB;
  if (X509_NAME_print_ex(bio.get(), name, 0, flags) < 0) return {};
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return size > 0 ? printable({data, static_cast<std::size_t>(size)}) : std::string();
}

std::string common_name(const X509_NAME* name) {
  if (name == nullptr) return {};
  const int index = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
  if (index < 0) return {};
  const ASN1_STRING* value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, index));
  unsigned char* utf8 = nullptr;
  const int size = ASN1_STRING_to_UTF8(&utf8, value);
  if (size < 0) return {};
  std::string text(reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(size));
  OPENSSL_free(utf8);
  return printable(text);
}

std::string serial_text(const X509& certificate) {
  const ASN1_INTEGER* serial = X509_get0_serialNumber(&certificate);
  if (serial == nullptr || ASN1_STRING_length(serial) < 0) return {};
  return hex({ASN1_STRING_get0_data(serial), static_cast<std::size_t>(ASN1_STRING_length(serial))});
}

/// `certificates` as an OpenSSL stack; its members get one more reference.
X509StackPtr make_stack(std::span<const X509Ptr> certificates) {
  X509StackPtr stack(sk_X509_new_null());
  if (!stack) return stack;
  for (const X509Ptr& certificate : certificates) {
    X509_up_ref(certificate.get());
    if (sk_X509_push(stack.get(), certificate.get()) == 0) {
      X509_free(certificate.get());
      return nullptr;
    }
  }
  return stack;
}

}  // namespace

Result<X509Ptr> parse_certificate(ByteView der) {
  if (der.size() > 1U << 20) return unreadable("the certificate is larger than 1 MiB");
  const unsigned char* at = der.data();
  X509Ptr certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  if (!certificate) return unreadable("the certificate is not X.509 in DER");
  if (at != der.data() + der.size()) return unreadable("bytes follow the certificate");
  ERR_clear_error();
  return certificate;
}

Bytes certificate_der(const X509& certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509(&certificate, &der);
  if (size < 0) return {};
  Bytes bytes(der, der + size);
  OPENSSL_free(der);
  return bytes;
}

Result<UnixTime> unix_time(const ASN1_TIME& time) {
  std::tm tm{};
  if (ASN1_TIME_to_tm(&time, &tm) != 1) return unreadable("a date is malformed");
  return unix_from_civil(
      {tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec});
}

Result<CertificateView> view_certificate(const X509& certificate) {
  CertificateView view;
  view.subject = name_text(X509_get_subject_name(&certificate));
  view.issuer = name_text(X509_get_issuer_name(&certificate));
  view.common_name = common_name(X509_get_subject_name(&certificate));
  view.serial = serial_text(certificate);
  SIGNMARK_ASSIGN(view.not_before, unix_time(*X509_get0_notBefore(&certificate)));
  SIGNMARK_ASSIGN(view.not_after, unix_time(*X509_get0_notAfter(&certificate)));
  return view;
}

bool valid_at(const CertificateView& certificate, UnixTime time) {
  return certificate.not_before <= time && time <= certificate.not_after;
}

Result<AnchorStore> AnchorStore::create(std::span<const Bytes> anchors_der) {
  AnchorStore anchors;
  anchors.store_.reset(X509_STORE_new());
  if (!anchors.store_) return fail("c2pa.anchor.unreadable", "out of memory for the anchors");
  for (const Bytes& der : anchors_der) {
    const std::string place = "anchor " + std::to_string(anchors.count_ + 1);
    auto certificate = parse_certificate(der);
    if (!certificate || X509_STORE_add_cert(anchors.store_.get(), certificate->get()) != 1) {
      ERR_clear_error();
      return fail("c2pa.anchor.unreadable", "a trust anchor is not a certificate in DER", place);
    }
    ++anchors.count_;
  }
  return anchors;
}

bool AnchorStore::trusts(X509& leaf, std::span<const X509Ptr> intermediates, UnixTime time) const {
  if (empty()) return false;
  const X509StackPtr chain = make_stack(intermediates);
  const std::unique_ptr<X509_STORE_CTX, OpenSslDelete> context(X509_STORE_CTX_new());
  if (!chain || !context) return false;
  if (X509_STORE_CTX_init(context.get(), store_.get(), &leaf, chain.get()) != 1) return false;
  X509_VERIFY_PARAM* param = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_time(param, static_cast<std::time_t>(time));
  // An anchor is an anchor even when another authority has issued it (C2PA trust list entries are).
  X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
  X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_ANY);
  X509_VERIFY_PARAM_set_depth(param, kMaxChainDepth);
  X509_VERIFY_PARAM_set_auth_level(param, 1);  // no SHA-1, no RSA below 1024 anywhere in the chain
  const bool trusted = X509_verify_cert(context.get()) == 1;
  ERR_clear_error();
  return trusted;
}

}  // namespace signmark::c2pa
