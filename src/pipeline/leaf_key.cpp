// SPDX-License-Identifier: Apache-2.0
// Public key of a leaf, by OpenSSL: it may be anybody's certificate.
#include "pipeline/leaf_key.hpp"

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>

namespace signmark {

std::optional<keys::PublicKey> ed25519_key_of(ByteView certificate_der) {
  const unsigned char* at = certificate_der.data();
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(
      d2i_X509(nullptr, &at, static_cast<long>(certificate_der.size())), &X509_free);
  if (!certificate) return std::nullopt;
  EVP_PKEY* key = X509_get0_pubkey(certificate.get());
  keys::PublicKey raw{};
  std::size_t size = raw.size();
  if (key == nullptr || EVP_PKEY_get_id(key) != EVP_PKEY_ED25519 ||
      EVP_PKEY_get_raw_public_key(key, raw.data(), &size) != 1)
    return std::nullopt;
  return raw;
}

}  // namespace signmark
