// SPDX-License-Identifier: Apache-2.0
// What certificates and requests have in common: names, key, and the signature around the body.
#pragma once

#include "keys/certificate_build.hpp"
#include "keys/der.hpp"

namespace signmark::keys {

inline constexpr std::size_t kMaxCertificate = 8U << 10;  ///< bytes; a request has no more either

/// AlgorithmIdentifier of Ed25519 (RFC 8410 section 3): no parameters.
inline constexpr std::array<Byte, 7> kEd25519Algorithm{0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70};

/// O and CN, in this order, as UTF8String; empty ones are left out.
/// Errors: `keys.cert.name` (no clean text of at most 64 characters, or both empty).
Result<Bytes> encode_name(const CertificateName& name);
/// Reads what encode_name writes. Errors: `<context>.syntax`.
Result<CertificateName> decode_name(ByteView der, std::string_view context);

/// SubjectPublicKeyInfo (RFC 8410 section 4).
Bytes encode_key(const PublicKey& key);
Result<PublicKey> decode_key(DerReader& reader);

/// SEQUENCE { body, algorithm, BIT STRING }: the shape of certificates and requests.
struct SignedDer {
  ByteView body;  ///< the signed bytes, a whole element
  Signature signature{};
};
/// Errors: `<context>.syntax`.
Result<SignedDer> split_signed(ByteView der, std::string_view context);
/// Signs the body and checks the signature. Errors: those of `sign`, `keys.cert.signature`.
Result<Bytes> sign_der(ByteView body, const PublicKey& key, const SignBytes& sign);

}  // namespace signmark::keys
