// SPDX-License-Identifier: Apache-2.0
// Typed signing messages and their strict verification (keys.md section 6).
#include "keys/typed_object.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>

#include "base/bytes.hpp"
#include "keys/ed25519.hpp"

namespace signmark::keys {
namespace {

constexpr std::size_t kKiB = 1024;

// keys.md section 6; sizes from section 13.
constexpr std::array<ObjectType, 8> kTypes{{
    {"trust-bundle", Role::issuer, 256 * kKiB},
    {"revocation", Role::issuer, 64 * kKiB},
    {"image-frame", Role::signing, 64 * kKiB},
    {"video-frame", Role::signing, 64 * kKiB},
    {"audio-frame", Role::signing, 64 * kKiB},
    {"text-record", Role::signing, 64 * kKiB},
    {"checkpoint", Role::signing, 64 * kKiB},
    {"aigc-record", Role::signing, 64 * kKiB},
}};

}  // namespace

const ObjectType* find_object_type(std::string_view name) {
  const auto* row = std::find_if(kTypes.begin(), kTypes.end(),
                                 [&](const ObjectType& type) { return type.name == name; });
  return row == kTypes.end() ? nullptr : row;
}

Bytes typed_message(std::string_view type, ByteView body) {
  ByteWriter writer;
  writer.text("signmark/").text(type).text("/v1").u8(0).bytes(body);
  return writer.take();
}

Status check_signable(Role role, std::string_view type, ByteView body) {
  const ObjectType* row = find_object_type(type);
  if (row == nullptr)
    return fail("keys.sign.type", fmt::format("\"{}\" is no type of signed object", type));
  if (row->signer != role)
    return fail("keys.sign.type",
                fmt::format("a key of role {} may not sign a {}", role_name(role), type), {},
                fmt::format("use a key of role {}", role_name(row->signer)));
  if (body.size() > row->max_body)
    return fail("keys.sign.size", fmt::format("the {} has {} bytes, {} are allowed", type,
                                              body.size(), row->max_body));
  return {};
}

bool verify_object(const PublicKey& key, std::string_view type, ByteView body,
                   const Signature& signature) {
  const ObjectType* row = find_object_type(type);
  if (row == nullptr || body.size() > row->max_body) return false;
  return verify_exact(key, typed_message(type, body), signature);
}

bool verify_exact(const PublicKey& key, ByteView message, const Signature& signature) {
  return crypto_sign_verify_detached(signature.data(), message.data(), message.size(),
                                     key.data()) == 0;
}

}  // namespace signmark::keys
