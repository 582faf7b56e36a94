// SPDX-License-Identifier: Apache-2.0
// RFC 3161 time stamps over OpenSSL's CMS and TS parsers.
#include "c2pa/time_stamp.hpp"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/ess.h>
#include <openssl/ts.h>

#include "base/hash.hpp"
#include "c2pa/credential.hpp"

namespace signmark::c2pa {
namespace {

struct CmsDelete {
  void operator()(CMS_ContentInfo* p) const { CMS_ContentInfo_free(p); }
  void operator()(TS_RESP* p) const { TS_RESP_free(p); }
  void operator()(TS_TST_INFO* p) const { TS_TST_INFO_free(p); }
  void operator()(BIO* p) const { BIO_free(p); }
  void operator()(ESS_SIGNING_CERT* p) const { ESS_SIGNING_CERT_free(p); }
  void operator()(ESS_SIGNING_CERT_V2* p) const { ESS_SIGNING_CERT_V2_free(p); }
};
template <class T>
using Owned = std::unique_ptr<T, CmsDelete>;

/// A step of the check: nothing, or the code and reason with which it ends.
struct Fault {
  std::string_view code;
  std::string why;
};
constexpr std::string_view kMalformed = "timeStamp.malformed";
constexpr std::string_view kMismatch = "timeStamp.mismatch";
constexpr std::string_view kUntrusted = "timeStamp.untrusted";
constexpr std::string_view kOutside = "timeStamp.outsideValidity";

/// A token whose signature holds.
struct Token {
  Owned<CMS_ContentInfo> cms;
  Owned<TS_TST_INFO> info;
  X509* signer = nullptr;  ///< owned by `cms`
  CertificateView view;    ///< of the signer
  UnixTime time = 0;
};

/// The bytes after the first element of a SEQUENCE: in a TimeStampResp, the token.
ByteView after_first_element(ByteView sequence) {
  const unsigned char* at = sequence.data();
  const unsigned char* const end = at + sequence.size();
  long size = 0;
  int tag = 0;
  int type = 0;
  if ((ASN1_get_object(&at, &size, &tag, &type, end - at) & 0x80) != 0) return {};
  if ((ASN1_get_object(&at, &size, &tag, &type, end - at) & 0x80) != 0 || size > end - at)
    return {};
  at += size;
  return {at, static_cast<std::size_t>(end - at)};
}

/// `TimeStampResp` is opened when it grants a token; anything else is taken for the token itself.
ByteView token_of(ByteView bytes) {
  const unsigned char* at = bytes.data();
  const Owned<TS_RESP> response(d2i_TS_RESP(nullptr, &at, static_cast<long>(bytes.size())));
  if (!response) return bytes;
  TS_STATUS_INFO* status = TS_RESP_get_status_info(response.get());
  const long number = ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(status));
  const bool granted = number == TS_STATUS_GRANTED || number == TS_STATUS_GRANTED_WITH_MODS;
  return granted && TS_RESP_get_token(response.get()) ? after_first_element(bytes) : ByteView{};
}

/// The certificate named inside the signed attributes must be the signer's (RFC 5816).
bool signer_is_named(CMS_SignerInfo* signer, X509* certificate) {
  const auto attribute = [&](int nid) {
    return static_cast<ASN1_STRING*>(
        CMS_signed_get0_data_by_OBJ(signer, OBJ_nid2obj(nid), -3, V_ASN1_SEQUENCE));
  };
  Owned<ESS_SIGNING_CERT> v1;
  Owned<ESS_SIGNING_CERT_V2> v2;
  if (const ASN1_STRING* text = attribute(NID_id_smime_aa_signingCertificate)) {
    const unsigned char* at = ASN1_STRING_get0_data(text);
    v1.reset(d2i_ESS_SIGNING_CERT(nullptr, &at, ASN1_STRING_length(text)));
  }
  if (const ASN1_STRING* text = attribute(NID_id_smime_aa_signingCertificateV2)) {
    const unsigned char* at = ASN1_STRING_get0_data(text);
    v2.reset(d2i_ESS_SIGNING_CERT_V2(nullptr, &at, ASN1_STRING_length(text)));
  }
  X509StackPtr chain(sk_X509_new_null());
  if (!chain || X509_up_ref(certificate) != 1) return false;
  if (sk_X509_push(chain.get(), certificate) == 0) {
    X509_free(certificate);
    return false;
  }
  return OSSL_ESS_check_signing_certs(v1.get(), v2.get(), chain.get(), 1) > 0;
}

std::optional<Fault> verify_token(Token& token) {
  const Owned<BIO> content(BIO_new(BIO_s_mem()));
  if (!content || CMS_verify(token.cms.get(), nullptr, nullptr, nullptr, content.get(),
                             CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY) != 1)
    return Fault{kUntrusted, "the time stamp's own signature does not match"};
  STACK_OF(CMS_SignerInfo)* signers = CMS_get0_SignerInfos(token.cms.get());
  if (sk_CMS_SignerInfo_num(signers) != 1) return Fault{kMalformed, "not exactly one signer"};
  CMS_SignerInfo* signer = sk_CMS_SignerInfo_value(signers, 0);
  CMS_SignerInfo_get0_algs(signer, nullptr, &token.signer, nullptr, nullptr);
  if (token.signer == nullptr || !signer_is_named(signer, token.signer))
    return Fault{kUntrusted, "the time stamp does not name its signer's certificate"};
  token.info.reset(d2i_TS_TST_INFO_bio(content.get(), nullptr));
  if (!token.info) return Fault{kMalformed, "the time stamp holds no TSTInfo"};
  return std::nullopt;
}

std::optional<Fault> open_token(Token& token, ByteView bytes) {
  const ByteView der = token_of(bytes);
  const unsigned char* at = der.data();
  token.cms.reset(d2i_CMS_ContentInfo(nullptr, &at, static_cast<long>(der.size())));
  if (!token.cms || OBJ_obj2nid(CMS_get0_type(token.cms.get())) != NID_pkcs7_signed ||
      OBJ_obj2nid(CMS_get0_eContentType(token.cms.get())) != NID_id_smime_ct_TSTInfo)
    return Fault{kMalformed, "the time stamp is no signed TSTInfo"};
  if (auto fault = verify_token(token)) return fault;
  auto view = view_certificate(*token.signer);
  const auto time = unix_time(*TS_TST_INFO_get_time(token.info.get()));
  if (!view || !time) return Fault{kMalformed, "a date in the time stamp is malformed"};
  token.view = std::move(*view);
  token.time = *time;
  return std::nullopt;
}

std::optional<HashAlg> imprint_hash(TS_MSG_IMPRINT* imprint) {
  const ASN1_OBJECT* object = nullptr;
  X509_ALGOR_get0(&object, nullptr, nullptr, TS_MSG_IMPRINT_get_algo(imprint));
  switch (OBJ_obj2nid(object)) {
    case NID_sha256:
      return HashAlg::sha256;
    case NID_sha384:
      return HashAlg::sha384;
    case NID_sha512:
      return HashAlg::sha512;
    default:
      return std::nullopt;
  }
}

std::optional<Fault> check_content(const Token& token, ByteView message) {
  if (!valid_at(token.view, token.time))
    return Fault{kOutside, "the time stamp lies outside its certificate's validity"};
  TS_MSG_IMPRINT* imprint = TS_TST_INFO_get_msg_imprint(token.info.get());
  const auto alg = imprint_hash(imprint);
  if (!alg) return Fault{kUntrusted, "the time stamp uses a hash that is not SHA-2"};
  const ASN1_OCTET_STRING* stated = TS_MSG_IMPRINT_get_msg(imprint);
  const Bytes actual = hash(*alg, message);
  const std::string_view text(reinterpret_cast<const char*>(ASN1_STRING_get0_data(stated)),
                              static_cast<std::size_t>(ASN1_STRING_length(stated)));
  if (text != as_text(actual)) return Fault{kMismatch, "the time stamp is of other bytes"};
  return std::nullopt;
}

bool authority_is_trusted(const Token& token, const AnchorStore& anchors) {
  if (anchors.empty() || profile_fault(*token.signer, CredentialUse::time_stamping)) return false;
  const X509StackPtr carried(CMS_get1_certs(token.cms.get()));
  std::vector<X509Ptr> intermediates;
  for (int i = 0; i < sk_X509_num(carried.get()); ++i) {
    X509* certificate = sk_X509_value(carried.get(), i);
    if (X509_up_ref(certificate) == 1) intermediates.emplace_back(certificate);
  }
  return anchors.trusts(*token.signer, intermediates, token.time);
}

}  // namespace

TimeStampResult check_time_stamp(ByteView token_bytes, ByteView message, bool legacy,
                                 const AnchorStore& anchors, const std::string& url) {
  TimeStampResult result;
  Token token;
  auto fault = open_token(token, token_bytes);
  if (!fault) fault = check_content(token, message);
  if (fault) {
    inform(result.codes, fault->code, url, fault->why);
  } else {
    succeed(result.codes, "timeStamp.validated", url, token.view.common_name);
    result.known_authority = authority_is_trusted(token, anchors);
    if (legacy || result.known_authority) {
      succeed(result.codes, "timeStamp.trusted", url,
              result.known_authority ? token.view.common_name
                                     : "claim of version 1: any authority counts");
      result.time = token.time;
    } else {
      inform(result.codes, kUntrusted, url,
             "the time stamp authority leads to no anchor: " + token.view.common_name);
    }
  }
  ERR_clear_error();
  return result;
}

}  // namespace signmark::c2pa
