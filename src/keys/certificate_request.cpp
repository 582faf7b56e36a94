// SPDX-License-Identifier: Apache-2.0
// Certificate requests (PKCS #10, RFC 2986): how a key reaches an offline issuer.
#include "keys/armor.hpp"
#include "keys/certificate_build.hpp"
#include "keys/certificate_form.hpp"
#include "keys/ed25519.hpp"

namespace signmark::keys {
namespace {

constexpr std::string_view kContext = "keys.request";
constexpr std::string_view kPemLabel = "CERTIFICATE REQUEST";
constexpr std::array<Byte, 3> kVersion1{0x02, 0x01, 0x00};
constexpr std::array<Byte, 2> kNoAttributes{0xa0, 0x00};

Result<CertificateRequest> parse_body(ByteView body) {
  DerReader outer(body, kContext);
  SIGNMARK_ASSIGN(DerReader parts, outer.enter(kDerSequence));
  SIGNMARK_TRY(parts.expect(kVersion1, "version 1"));
  CertificateRequest out;
  SIGNMARK_ASSIGN(const ByteView name, parts.take_whole(kDerSequence));
  SIGNMARK_ASSIGN(out.name, decode_name(name, kContext));
  SIGNMARK_ASSIGN(out.key, decode_key(parts));
  SIGNMARK_TRY(parts.expect(kNoAttributes, "an empty list of attributes"));
  SIGNMARK_TRY(parts.finish());
  return out;
}

Result<Bytes> unwrap(std::string_view pem) {
  // Base64 needs four characters for three bytes; twice the size leaves room for line ends.
  if (pem.size() > 2 * kMaxCertificate)
    return fail("keys.request.syntax", "the request is too large");
  auto block = dearmor(pem);
  if (!block) return fail("keys.request.syntax", block.error().message, block.error().where);
  if (block->label != kPemLabel)
    return fail("keys.request.syntax", "this is no certificate request", {},
                "signmark key new signing --request out.req makes one");
  return std::move(block->bytes);
}

}  // namespace

Result<std::string> build_request(const PublicKey& key, const CertificateName& name,
                                  const SignBytes& sign) {
  SIGNMARK_ASSIGN(const Bytes subject, encode_name(name));
  const Bytes body =
      der_element(kDerSequence, {kVersion1, subject, encode_key(key), kNoAttributes});
  SIGNMARK_ASSIGN(const Bytes der, sign_der(body, key, sign));
  return armor(kPemLabel, der);
}

Result<CertificateRequest> parse_request(std::string_view pem) {
  SIGNMARK_ASSIGN(const Bytes der, unwrap(pem));
  SIGNMARK_ASSIGN(const SignedDer parts, split_signed(der, kContext));
  SIGNMARK_ASSIGN(CertificateRequest request, parse_body(parts.body));
  if (!verify_exact(request.key, parts.body, parts.signature))
    return fail("keys.request.signature", "the request is not signed by the key that it is for", {},
                "ask for a new request; somebody else may have changed this one");
  return request;
}

}  // namespace signmark::keys
