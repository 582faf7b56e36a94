// SPDX-License-Identifier: Apache-2.0
// links: signmark_keys
// Files of trust: issuer.smbundle, bundles, revocation lists, and their bodies without a signature.
#include <cstdlib>

#include "keys/trust_issuer.hpp"
#include "keys/trust_revocation.hpp"

using namespace signmark;
using namespace signmark::keys;

namespace {

void read_object(std::string_view text, std::string_view type) {
  const auto object = read_signed_object(text, type);
  if (object && !read_signed_object(to_text(*object), type)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  const std::string_view text = as_text(bytes);
  static_cast<void>(trust_file_kind(text));
  if (auto file = read_issuer_file(text)) {
    auto issuer = issuer_from_file(std::move(*file));
    if (issuer) static_cast<void>(settle(*issuer, 1'795'348'800));
  }
  read_object(text, kBundleType);
  read_object(text, kRevocationType);
  // The bodies as if they had been verified: a thief of a key must not crash anybody either.
  if (const auto bundle = parse_bundle_body(bytes)) static_cast<void>(read_certificates(*bundle));
  if (const auto body = parse_revocation_body(bytes))
    for (const RevocationEntry& entry : body->list.entries) static_cast<void>(describe(entry));
  return 0;
}
