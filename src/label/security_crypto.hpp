// SPDX-License-Identifier: Apache-2.0
// SM2 and RSA signatures of SecurityData over OpenSSL, in every key and signature encoding seen.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace signmark::label {

inline constexpr std::string_view kSm3WithSm2 = "1.2.156.10197.1.501";
inline constexpr std::string_view kRsaSha256 = "1.2.840.113549.1.1.11";

/// One way to read key, signature and message that verified.
struct SignatureForm {
  std::string message;    ///< "message", "SM3(message)"
  std::string key;        ///< "SubjectPublicKeyInfo", "04||x||y", …
  std::string signature;  ///< "DER", "raw r||s"; empty for RSA
};

/// How a check of one signature with one key ended.
struct SignatureAnswer {
  bool key_readable = false;          ///< the key has one of the encodings seen
  std::optional<SignatureForm> form;  ///< set when the signature is good
};

/// Tries {message, SM3(message)} x every reading of the key x {DER, raw r||s}; user id
/// `1234567812345678` (TC260-PG-202511A A.1).
SignatureAnswer check_sm2(ByteView key, ByteView signature, ByteView message);

/// PKCS #1 v1.5 with SHA-256; the key as SubjectPublicKeyInfo, certificate or RSAPublicKey.
SignatureAnswer check_rsa(ByteView key, ByteView signature, ByteView message);

}  // namespace signmark::label
