// SPDX-License-Identifier: Apache-2.0
// Writing root and leaf certificates. What is written is read again before it is handed out.
#include "keys/certificate_build.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.hpp"
#include "base/time.hpp"
#include "keys/certificate_form.hpp"
#include "keys/certificate_profile.hpp"
#include "keys/key_file.hpp"

namespace signmark::keys {
namespace {

using KeyId = std::array<Byte, 20>;

/// RFC 7093 section 2, method 1: the first 160 bits of SHA-256 of the key.
KeyId key_id(const PublicKey& key) {
  const Bytes digest = hash(HashAlg::sha256, key);
  KeyId out{};
  std::copy_n(digest.begin(), out.size(), out.begin());
  return out;
}

Bytes utc_time(UnixTime time) {
  const CivilTime c = civil_from_unix(time);
  const std::string text = fmt::format("{:02}{:02}{:02}{:02}{:02}{:02}Z", c.year % 100, c.month,
                                       c.day, c.hour, c.minute, c.second);
  return der_element(kDerUtcTime, as_bytes(text));
}

Result<Bytes> encode_window(const CertificateWindow& window) {
  if (window.not_before < 0 || window.not_after > kLastTime || window.not_after < window.not_before)
    return fail("keys.cert.window", "a certificate lasts from some time after 1970 to 2049");
  return der_element(kDerSequence, {utc_time(window.not_before), utc_time(window.not_after)});
}

Bytes extension(ByteView oid, bool critical, ByteView value) {
  const Bytes flag = critical ? Bytes{kDerBoolean, 1, 0xff} : Bytes{};
  return der_element(kDerSequence, {oid, flag, der_element(kDerOctetString, value)});
}

Bytes id_extension(ByteView oid, ByteView prefix, const KeyId& id) {
  Bytes value(prefix.begin(), prefix.end());
  value.insert(value.end(), id.begin(), id.end());
  return extension(oid, false, value);
}

Bytes encode_extensions(bool root, const KeyId& subject, const KeyId& authority) {
  const ByteView constraints = root ? ByteView(kRootConstraints) : ByteView(kLeafConstraints);
  const Bytes purposes = root ? Bytes{} : extension(kOidExtendedKeyUsage, false, kLeafPurposes);
  const Bytes list = der_element(
      kDerSequence, {extension(kOidBasicConstraints, true, constraints),
                     extension(kOidKeyUsage, true, root ? kRootUsage : kLeafUsage), purposes,
                     id_extension(kOidSubjectKeyId, kSubjectKeyIdPrefix, subject),
                     id_extension(kOidAuthorityKeyId, kAuthorityKeyIdPrefix, authority)});
  return der_element(kDerContext3, list);
}

/// What stands in a body beside its serial number.
struct BodyParts {
  const PublicKey& key;
  ByteView issuer_name, subject_name;
  CertificateWindow window;
  bool root;
  KeyId authority;
};

Result<Bytes> encode_body(const BodyParts& parts, const std::array<Byte, 16>& serial) {
  SIGNMARK_ASSIGN(const Bytes window, encode_window(parts.window));
  return der_element(kDerSequence,
                     {kVersion3, der_element(kDerInteger, serial), kEd25519Algorithm,
                      parts.issuer_name, window, parts.subject_name, encode_key(parts.key),
                      encode_extensions(parts.root, key_id(parts.key), parts.authority)});
}

}  // namespace

std::array<Byte, 16> draw_serial(Random& random) {
  std::array<Byte, 16> serial{};
  random.fill(serial);
  serial[0] = static_cast<Byte>((serial[0] & 0x3f) | 0x40);
  return serial;
}

Result<Bytes> build_root(const PublicKey& key, const CertificateName& name,
                         const CertificateWindow& window, const std::array<Byte, 16>& serial,
                         const SignBytes& sign) {
  SIGNMARK_ASSIGN(const Bytes subject, encode_name(name));
  SIGNMARK_ASSIGN(const Bytes body,
                  encode_body({key, subject, subject, window, true, key_id(key)}, serial));
  SIGNMARK_ASSIGN(Bytes der, sign_der(body, key, sign));
  SIGNMARK_TRY(parse_certificate(der));
  return der;
}

Result<Bytes> build_leaf(const PublicKey& key, const CertificateName& subject,
                         const CertificateWindow& window, const std::array<Byte, 16>& serial,
                         const Certificate& root, const SignBytes& sign) {
  SIGNMARK_ASSIGN(const Bytes name, encode_name(subject));
  if (name == root.subject_name)
    return fail("keys.cert.name", "the key must not have the same name as its issuer", {},
                "choose another --label");
  SIGNMARK_ASSIGN(
      const Bytes body,
      encode_body({key, root.subject_name, name, window, false, root.subject_key_id}, serial));
  SIGNMARK_ASSIGN(Bytes der, sign_der(body, root.public_key, sign));
  SIGNMARK_ASSIGN(const Certificate leaf, parse_certificate(der));
  SIGNMARK_TRY(check_issued_by(leaf, root));
  return der;
}

}  // namespace signmark::keys
