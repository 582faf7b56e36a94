// SPDX-License-Identifier: Apache-2.0
// links: signmark_keys
// Certificates in DER and PEM, certificate requests: what is read has one form only.
#include <cstdlib>

#include "keys/certificate_build.hpp"

using namespace signmark;
using namespace signmark::keys;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  if (const auto certificate = parse_certificate(bytes)) {
    if (certificate->der != Bytes(bytes.begin(), bytes.end())) std::abort();
    // A leaf is never its own issuer, and a root never a leaf.
    if (check_issued_by(*certificate, *certificate)) std::abort();
  }
  if (const auto list = certificates_from_pem(as_text(bytes))) {
    std::vector<Bytes> ders;
    for (const Certificate& certificate : *list) ders.push_back(certificate.der);
    if (certificates_to_pem(ders) != as_text(bytes)) std::abort();
  }
  static_cast<void>(parse_request(as_text(bytes)));
  return 0;
}
