// SPDX-License-Identifier: Apache-2.0
// Reading COSE_Sign1 (RFC 9052, C2PA 2.5: 12.3) and checking its raw signature with OpenSSL.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "c2pa/x509.hpp"

namespace signmark::c2pa {

enum class SignatureAlg { ed25519, es256, es384, es512, ps256, ps384, ps512 };

/// What the signature box of a manifest holds. Nothing in it has been verified yet.
struct CoseSign1 {
  Bytes protected_header;                 ///< content of the first bstr, as signed
  std::optional<SignatureAlg> algorithm;  ///< nothing: not one that we can check
  std::string algorithm_name;             ///< "ES256", or the COSE number of an unknown one
  std::vector<Bytes> chain;               ///< certificates in DER, leaf first; may be empty
  std::string chain_fault;                ///< why `chain` is empty
  Bytes signature;
  bool has_time_stamp = false;
  bool legacy_time_stamp = false;  ///< header sigTst (over the claim) instead of sigTst2
  std::vector<Bytes> time_stamps;  ///< tokens or responses; empty when the header is malformed
  bool unsigned_is_plain = true;   ///< the unprotected header carries nothing unexplained
};

/// Parses a tagged COSE_Sign1 with detached payload. Untagged ones are refused, as c2pa-rs does.
/// Errors: `c2pa.cose.malformed` (says what), those of the CBOR decoder.
Result<CoseSign1> parse_cose_sign1(const Limits& limits, ByteView cbor);

/// The bytes that are signed or time-stamped: `[context, protected, h'', payload]` (RFC 9052 4.4).
/// Contexts: "Signature1" for the claim, "CounterSignature" for time stamps.
Bytes signature_structure(std::string_view context, ByteView protected_header, ByteView payload);

/// Whether `signature` over `message` is the key's. A key that does not belong to the algorithm
/// (type, curve) never matches. ECDSA signatures are r‖s of fixed length (never DER), PSS uses MGF1
/// with the same hash and a salt of the hash's length (RFC 8230).
bool signature_matches(SignatureAlg algorithm, EVP_PKEY& key, ByteView message, ByteView signature);

}  // namespace signmark::c2pa
