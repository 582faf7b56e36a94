// SPDX-License-Identifier: Apache-2.0
// Strict parsing of our own certificates, and the path of exactly root then leaf.
#include <fmt/format.h>

#include <algorithm>

#include "base/time.hpp"
#include "keys/armor.hpp"
#include "keys/certificate_form.hpp"
#include "keys/certificate_profile.hpp"
#include "keys/ed25519.hpp"

namespace signmark::keys {
namespace {

constexpr std::string_view kContext = "keys.cert";
constexpr std::string_view kPemLabel = "CERTIFICATE";
constexpr std::size_t kMaxPemBlocks = 4;
constexpr std::size_t kMaxExtensions = 16;

tl::unexpected<Error> profile(std::string message) {
  return fail("keys.cert.profile", std::move(message), {},
              "only certificates that signmark issues are read here");
}

template <class Range>
bool same(ByteView a, const Range& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

/// YYMMDDHHMMSSZ; RFC 5280 4.1.2.5.1 puts years from 50 on into the last century.
Result<UnixTime> parse_utc_time(ByteView digits) {
  const std::string_view text = as_text(digits);
  const bool shape =
      text.size() == 13 && text.back() == 'Z' &&
      std::all_of(text.begin(), text.end() - 1, [](char c) { return c >= '0' && c <= '9'; });
  if (!shape) return fail("keys.cert.syntax", "a time is not of the form YYMMDDHHMMSSZ");
  const auto pair = [&](std::size_t i) { return (text[i] - '0') * 10 + (text[i + 1] - '0'); };
  const int year = pair(0);
  const CivilTime civil{
      year < 50 ? 2000 + year : 1900 + year, pair(2), pair(4), pair(6), pair(8), pair(10)};
  const UnixTime time = unix_from_civil(civil);
  const CivilTime back = civil_from_unix(time);
  if (time < 0 || back.month != civil.month || back.day != civil.day || back.hour != civil.hour ||
      back.minute != civil.minute || back.second != civil.second)
    return fail("keys.cert.syntax", "a time does not exist, or lies before 1970");
  return time;
}

Status parse_window(DerReader& body, Certificate& out) {
  SIGNMARK_ASSIGN(DerReader window, body.enter(kDerSequence));
  SIGNMARK_ASSIGN(const ByteView begin, window.take(kDerUtcTime));
  SIGNMARK_ASSIGN(const ByteView end, window.take(kDerUtcTime));
  SIGNMARK_TRY(window.finish());
  SIGNMARK_ASSIGN(out.not_before, parse_utc_time(begin));
  SIGNMARK_ASSIGN(out.not_after, parse_utc_time(end));
  if (out.not_after < out.not_before) return profile("the certificate ends before it begins");
  return {};
}

Status parse_serial(DerReader& body, Certificate& out) {
  SIGNMARK_ASSIGN(const ByteView serial, body.take(kDerInteger));
  if (serial.size() != out.serial.size() || serial.front() < 0x40 || serial.front() > 0x7f)
    return profile("the serial number is not one of 16 random bytes");
  std::copy(serial.begin(), serial.end(), out.serial.begin());
  return {};
}

// ---------------------------------------------------------------------------------------------
// Extensions

struct Extension {
  ByteView oid;  ///< whole element
  bool critical = false;
  ByteView value;
};

Result<Extension> parse_extension(DerReader& list) {
  SIGNMARK_ASSIGN(DerReader parts, list.enter(kDerSequence));
  Extension out;
  SIGNMARK_ASSIGN(out.oid, parts.take_whole(kDerOid));
  if (parts.next_is(kDerBoolean)) {  // DER leaves the default, FALSE, out
    SIGNMARK_ASSIGN(const ByteView flag, parts.take(kDerBoolean));
    if (flag.size() != 1 || flag.front() != 0xff)
      return fail("keys.cert.syntax", "the flag of an extension is not DER");
    out.critical = true;
  }
  SIGNMARK_ASSIGN(out.value, parts.take(kDerOctetString));
  SIGNMARK_TRY(parts.finish());
  return out;
}

Result<std::vector<Extension>> parse_extensions(DerReader& body) {
  SIGNMARK_ASSIGN(DerReader outer, body.enter(kDerContext3));
  SIGNMARK_ASSIGN(DerReader list, outer.enter(kDerSequence));
  SIGNMARK_TRY(outer.finish());
  std::vector<Extension> out;
  while (!list.at_end()) {
    SIGNMARK_ASSIGN(const Extension next, parse_extension(list));
    const bool twice = std::any_of(out.begin(), out.end(),
                                   [&](const Extension& e) { return same(e.oid, next.oid); });
    if (twice || out.size() == kMaxExtensions)
      return profile("an extension stands twice, or there are too many");
    out.push_back(next);
  }
  return out;
}

/// The extensions of one certificate, taken out one by one; what is left at the end is unknown.
class ExtensionSet {
 public:
  explicit ExtensionSet(std::vector<Extension> list) : list_(std::move(list)) {}

  Result<ByteView> take(ByteView oid, bool critical, std::string_view name) {
    const auto it = std::find_if(list_.begin(), list_.end(),
                                 [&](const Extension& e) { return same(e.oid, oid); });
    if (it == list_.end() || it->critical != critical)
      return profile(fmt::format("the extension {} is missing or wrongly marked", name));
    const ByteView value = it->value;
    list_.erase(it);
    return value;
  }
  Status expect(ByteView oid, bool critical, ByteView wanted, std::string_view name) {
    SIGNMARK_ASSIGN(const ByteView value, take(oid, critical, name));
    if (!same(value, wanted)) return profile(fmt::format("the extension {} is not ours", name));
    return {};
  }
  Status take_id(ByteView oid, ByteView prefix, std::array<Byte, 20>& out, std::string_view name) {
    SIGNMARK_ASSIGN(const ByteView value, take(oid, false, name));
    if (value.size() != prefix.size() + out.size() || !same(value.first(prefix.size()), prefix))
      return profile(fmt::format("the extension {} is not ours", name));
    std::copy(value.begin() + static_cast<std::ptrdiff_t>(prefix.size()), value.end(), out.begin());
    return {};
  }
  /// Unknown extensions may stay only where they are not critical (RFC 5280 4.2).
  [[nodiscard]] Status finish() const {
    if (std::none_of(list_.begin(), list_.end(), [](const Extension& e) { return e.critical; }))
      return {};
    return profile("a critical extension is not understood");
  }

 private:
  std::vector<Extension> list_;
};

Status read_extensions(DerReader& body, Certificate& out) {
  SIGNMARK_ASSIGN(std::vector<Extension> list, parse_extensions(body));
  ExtensionSet set(std::move(list));
  SIGNMARK_ASSIGN(const ByteView constraints,
                  set.take(kOidBasicConstraints, true, "basicConstraints"));
  out.is_root = same(constraints, kRootConstraints);
  if (!out.is_root && !same(constraints, kLeafConstraints))
    return profile("the extension basicConstraints is not ours");
  SIGNMARK_TRY(set.expect(kOidKeyUsage, true, out.is_root ? kRootUsage : kLeafUsage, "keyUsage"));
  if (!out.is_root)
    SIGNMARK_TRY(set.expect(kOidExtendedKeyUsage, false, kLeafPurposes, "extKeyUsage"));
  SIGNMARK_TRY(set.take_id(kOidSubjectKeyId, kSubjectKeyIdPrefix, out.subject_key_id,
                           "subjectKeyIdentifier"));
  SIGNMARK_TRY(set.take_id(kOidAuthorityKeyId, kAuthorityKeyIdPrefix, out.authority_key_id,
                           "authorityKeyIdentifier"));
  return set.finish();
}

// ---------------------------------------------------------------------------------------------
// The body

Status parse_names(DerReader& body, Certificate& out) {
  SIGNMARK_ASSIGN(const ByteView issuer, body.take_whole(kDerSequence));
  SIGNMARK_TRY(parse_window(body, out));
  SIGNMARK_ASSIGN(const ByteView subject, body.take_whole(kDerSequence));
  SIGNMARK_TRY(decode_name(issuer, kContext));
  SIGNMARK_ASSIGN(CertificateName name, decode_name(subject, kContext));
  out.organization = std::move(name.organization);
  out.common_name = std::move(name.common_name);
  out.issuer_name.assign(issuer.begin(), issuer.end());
  out.subject_name.assign(subject.begin(), subject.end());
  return {};
}

/// Whoever is called its own issuer must be a root, and the other way round.
Status check_self(const Certificate& certificate) {
  const bool same_name = certificate.issuer_name == certificate.subject_name;
  const bool same_id = certificate.authority_key_id == certificate.subject_key_id;
  if (same_name == certificate.is_root && same_id == certificate.is_root) return {};
  return profile(certificate.is_root ? "a root must be its own issuer"
                                     : "a leaf must not be its own issuer");
}

Status check_signature(const Certificate& certificate, const PublicKey& signer,
                       std::string_view what) {
  SIGNMARK_ASSIGN(const SignedDer parts, split_signed(certificate.der, kContext));
  if (verify_exact(signer, parts.body, parts.signature)) return {};
  return fail("keys.cert.signature", fmt::format("the signature of the {} is wrong", what));
}

tl::unexpected<Error> bad_path(std::string message) {
  return fail("keys.cert.path", std::move(message), {},
              "ask the issuer for the certificate together with its root");
}

}  // namespace

Result<Certificate> parse_certificate(ByteView der) {
  if (der.size() > kMaxCertificate)
    return fail("keys.cert.size", fmt::format("the certificate has {} bytes, {} are allowed",
                                              der.size(), kMaxCertificate));
  SIGNMARK_ASSIGN(const SignedDer parts, split_signed(der, kContext));
  DerReader outer(parts.body, kContext);
  SIGNMARK_ASSIGN(DerReader body, outer.enter(kDerSequence));
  SIGNMARK_TRY(body.expect(kVersion3, "X.509 version 3"));
  Certificate out;
  SIGNMARK_TRY(parse_serial(body, out));
  SIGNMARK_TRY(body.expect(kEd25519Algorithm, "the algorithm Ed25519"));
  SIGNMARK_TRY(parse_names(body, out));
  SIGNMARK_ASSIGN(out.public_key, decode_key(body));
  SIGNMARK_TRY(read_extensions(body, out));
  SIGNMARK_TRY(body.finish());
  SIGNMARK_TRY(check_self(out));
  out.der.assign(der.begin(), der.end());
  return out;
}

Status check_issued_by(const Certificate& leaf, const Certificate& root) {
  if (!root.is_root) return bad_path("the issuing certificate is no root");
  if (leaf.is_root) return bad_path("the certificate is a root itself");
  if (leaf.issuer_name != root.subject_name || leaf.authority_key_id != root.subject_key_id)
    return bad_path("the certificate names another issuer");
  if (leaf.not_before < root.not_before || leaf.not_after > root.not_after)
    return bad_path("the certificate's window leaves that of its root");
  SIGNMARK_TRY(check_signature(root, root.public_key, "root certificate"));
  return check_signature(leaf, root.public_key, "certificate");
}

std::string certificates_to_pem(const std::vector<Bytes>& ders) {
  std::string out;
  for (const Bytes& der : ders) out += armor(kPemLabel, der);
  return out;
}

Result<std::vector<Certificate>> certificates_from_pem(std::string_view pem) {
  SIGNMARK_ASSIGN(const std::vector<ArmorBlock> blocks, dearmor_all(pem, kMaxPemBlocks));
  std::vector<Certificate> out;
  for (const ArmorBlock& block : blocks) {
    if (block.label != kPemLabel)
      return fail("keys.cert.syntax", fmt::format("a \"{}\" is no certificate", block.label));
    SIGNMARK_ASSIGN(Certificate certificate, parse_certificate(block.bytes));
    out.push_back(std::move(certificate));
  }
  return out;
}

}  // namespace signmark::keys
