// SPDX-License-Identifier: Apache-2.0
// Names, keys and the signed wrapping of X.509 and PKCS #10.
#include "keys/certificate_form.hpp"

#include <algorithm>

#include "keys/ed25519.hpp"
#include "keys/key_file.hpp"

namespace signmark::keys {
namespace {

// X.520: id-at 10 is organizationName, id-at 3 commonName.
constexpr std::array<Byte, 5> kOrganization{0x06, 0x03, 0x55, 0x04, 0x0a};
constexpr std::array<Byte, 5> kCommonName{0x06, 0x03, 0x55, 0x04, 0x03};

constexpr std::array<Byte, 12> kKeyPrefix{0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
                                          0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
constexpr std::array<Byte, 3> kSignaturePrefix{0x03, 0x41, 0x00};  // 64 bytes, no unused bits

Result<std::string> clean_text(std::string_view text) {
  auto label = check_label(text);
  if (!label) return fail("keys.cert.name", "in a certificate's name: " + label.error().message);
  return label;
}

/// One relative distinguished name with one attribute; nothing for an empty text.
Bytes encode_attribute(ByteView oid, std::string_view text) {
  if (text.empty()) return {};
  const Bytes value = der_element(kDerUtf8, as_bytes(text));
  return der_element(kDerSet, der_element(kDerSequence, {oid, value}));
}

/// Reads an attribute of this kind if it comes next.
Status decode_attribute(DerReader& names, ByteView oid, std::string& out) {
  if (names.at_end()) return {};
  DerReader ahead = names;
  SIGNMARK_ASSIGN(DerReader set, ahead.enter(kDerSet));
  SIGNMARK_ASSIGN(DerReader attribute, set.enter(kDerSequence));
  SIGNMARK_TRY(set.finish());
  if (!attribute.expect(oid, "an attribute")) return {};  // the other one
  SIGNMARK_ASSIGN(const ByteView text, attribute.take(kDerUtf8));
  SIGNMARK_TRY(attribute.finish());
  out = as_text(text);
  names = ahead;
  return {};
}

}  // namespace

Result<Bytes> encode_name(const CertificateName& name) {
  SIGNMARK_ASSIGN(const std::string organization, clean_text(name.organization));
  SIGNMARK_ASSIGN(const std::string common_name, clean_text(name.common_name));
  if (organization.empty() && common_name.empty())
    return fail("keys.cert.name", "a certificate needs a name");
  return der_element(kDerSequence, {encode_attribute(kOrganization, organization),
                                    encode_attribute(kCommonName, common_name)});
}

Result<CertificateName> decode_name(ByteView der, std::string_view context) {
  DerReader outer(der, context);
  SIGNMARK_ASSIGN(DerReader names, outer.enter(kDerSequence));
  CertificateName name;
  SIGNMARK_TRY(decode_attribute(names, kOrganization, name.organization));
  SIGNMARK_TRY(decode_attribute(names, kCommonName, name.common_name));
  // One form only, and no text that a terminal or a comparison could be fooled with.
  const auto again = encode_name(name);
  if (!again || !std::equal(again->begin(), again->end(), der.begin(), der.end()))
    return fail(std::string(context) + ".syntax",
                "a name holds something else than one organization and one common name");
  return name;
}

Bytes encode_key(const PublicKey& key) {
  ByteWriter writer;
  writer.bytes(kKeyPrefix).bytes(key);
  return writer.take();
}

Result<PublicKey> decode_key(DerReader& reader) {
  SIGNMARK_ASSIGN(const ByteView whole, reader.take_whole(kDerSequence));
  DerReader parts(whole, reader.context());
  SIGNMARK_TRY(parts.expect(kKeyPrefix, "an Ed25519 public key"));
  const ByteView rest = whole.subspan(kKeyPrefix.size());
  PublicKey key{};
  std::copy(rest.begin(), rest.end(), key.begin());
  return key;
}

Result<SignedDer> split_signed(ByteView der, std::string_view context) {
  DerReader outer(der, context);
  SIGNMARK_ASSIGN(DerReader parts, outer.enter(kDerSequence));
  SIGNMARK_TRY(outer.finish());
  SignedDer out;
  SIGNMARK_ASSIGN(out.body, parts.take_whole(kDerSequence));
  SIGNMARK_TRY(parts.expect(kEd25519Algorithm, "the algorithm Ed25519"));
  SIGNMARK_ASSIGN(const ByteView bits, parts.take(kDerBitString));
  SIGNMARK_TRY(parts.finish());
  if (bits.size() != out.signature.size() + 1 || bits.front() != 0)
    return fail(std::string(context) + ".syntax", "the signature is not one of Ed25519");
  std::copy(bits.begin() + 1, bits.end(), out.signature.begin());
  return out;
}

Result<Bytes> sign_der(ByteView body, const PublicKey& key, const SignBytes& sign) {
  SIGNMARK_ASSIGN(const Signature signature, sign(body));
  if (!verify_exact(key, body, signature))
    return fail("keys.cert.signature", "the signature just made does not verify");
  Bytes bits(kSignaturePrefix.begin(), kSignaturePrefix.end());
  bits.insert(bits.end(), signature.begin(), signature.end());
  return der_element(kDerSequence, {body, kEd25519Algorithm, bits});
}

}  // namespace signmark::keys
