// SPDX-License-Identifier: Apache-2.0
// Making certificates of our own profile and PKCS #10 requests for them (c2pa.md section 6).
#pragma once

#include <functional>

#include "base/result.hpp"
#include "signmark/keys.hpp"

namespace signmark::keys {

/// Subject of a certificate: the issuer's label and the key's. At least one must not be empty.
struct CertificateName {
  std::string organization, common_name;
};

/// Both inclusive, as in RFC 5280; times from 1970 to 2049, the range of UTCTime that we write.
struct CertificateWindow {
  UnixTime not_before = 0, not_after = 0;
};

/// Pure Ed25519 over the DER handed in: the exception that keys.md section 6 makes for X.509. DER
/// begins with 0x30, so such a signature is never one of our typed objects.
using SignBytes = std::function<Result<Signature>(ByteView der)>;

/// 16 random bytes, the first 0x40…0x7f: positive and of one length whatever is drawn.
std::array<Byte, 16> draw_serial(Random& random);

/// A self-signed root certificate. Parsed and checked again before it is handed out.
/// Errors: `keys.cert.name`, `keys.cert.window`, those of `sign`, `keys.cert.signature` when `sign`
/// does not sign with `key`.
Result<Bytes> build_root(const PublicKey& key, const CertificateName& name,
                         const CertificateWindow& window, const std::array<Byte, 16>& serial,
                         const SignBytes& sign);

/// A leaf below `root`, signed by the root's key; its window must lie inside the root's.
/// Errors: as build_root, `keys.cert.path`.
Result<Bytes> build_leaf(const PublicKey& key, const CertificateName& subject,
                         const CertificateWindow& window, const std::array<Byte, 16>& serial,
                         const Certificate& root, const SignBytes& sign);

/// What a request (RFC 2986) asks for: nothing but a key and a name; the issuer decides the rest.
struct CertificateRequest {
  PublicKey key{};
  CertificateName name;
};

/// A request in PEM, self-signed. Errors: `keys.cert.name`, those of `sign`.
Result<std::string> build_request(const PublicKey& key, const CertificateName& name,
                                  const SignBytes& sign);

/// Reads what build_request writes, and the same of OpenSSL; attributes are refused, since nothing
/// would heed them. Errors: `keys.request.syntax`, `keys.request.signature`.
Result<CertificateRequest> parse_request(std::string_view pem);

}  // namespace signmark::keys
