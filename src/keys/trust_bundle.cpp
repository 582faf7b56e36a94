// SPDX-License-Identifier: Apache-2.0
// Bodies of type `trust-bundle` (keys.md 8.1): writing and strict reading.
#include "keys/trust_bundle.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "base/time.hpp"

namespace signmark::keys {
namespace {

constexpr std::int64_t kFormat = 1;
constexpr std::size_t kMaxName = 256;
constexpr std::size_t kMaxOrigin = 256;
constexpr std::size_t kMaxCertificate = 8U << 10;  // as parse_certificate
constexpr std::size_t kMaxKinds = 16;

// ---------------------------------------------------------------------------------------------
// Writing

template <class E, class NameOf>
Json names_to_json(const std::vector<E>& values, NameOf name_of) {
  Json out = Json::array();
  for (const E value : values) out.push_back(name_of(value));
  return out;
}

Json leaf_to_json(const LeafGrant& leaf) {
  Json out = Json::object();
  if (!leaf.certificate.empty()) out["certificate"] = base64(leaf.certificate);
  out["principal"] = leaf.principal;
  out["purposes"] = names_to_json(leaf.purposes, purpose_name);
  out["media"] = names_to_json(leaf.media, media_name);
  out["not_before"] = rfc3339(leaf.not_before);
  out["not_after"] = rfc3339(leaf.not_after);
  return out;
}

Json to_json(const TrustBundle& bundle) {
  Json issuers = Json::array(), leaves = Json::array(), checkpoints = Json::array();
  for (const IssuerRoot& issuer : bundle.issuers)
    issuers.push_back({{"key", public_text(Role::issuer, issuer.key)},
                       {"certificate", base64(issuer.certificate)}});
  for (const LeafGrant& leaf : bundle.leaves) leaves.push_back(leaf_to_json(leaf));
  for (const CheckpointKey& entry : bundle.checkpoint_keys)
    checkpoints.push_back(
        {{"key", public_text(Role::signing, entry.key)}, {"origin", entry.origin}});
  return {{"format", kFormat},
          {"version", bundle.version},
          {"issued", rfc3339(bundle.issued)},
          {"expires", rfc3339(bundle.expires)},
          {"name", bundle.name},
          {"contact", bundle.contact},
          {"issuers", std::move(issuers)},
          {"leaves", std::move(leaves)},
          {"checkpoint_keys", std::move(checkpoints)},
          {"revocation", {{"version", bundle.revocation_version}}}};
}

// ---------------------------------------------------------------------------------------------
// Reading

template <class E, class FromName>
std::vector<E> read_names(BodyReader& reader, std::string_view name, FromName from_name) {
  std::vector<E> out;
  for (const std::string& text : reader.texts(name, kMaxKinds)) {
    // A newer issuer may know more kinds; what is not known here is simply not granted.
    if (const auto value = from_name(text)) out.push_back(*value);
  }
  if (!reader.has(name)) reader.refuse("is missing", name);
  return out;
}

Result<IssuerRoot> parse_issuer(const Json& json, std::size_t index) {
  BodyReader reader(json, fmt::format("issuers[{}]", index));
  IssuerRoot out;
  out.key = reader.key("key", Role::issuer);
  out.certificate = reader.base64_bytes("certificate", kMaxCertificate);
  SIGNMARK_TRY(reader.finish());
  return out;
}

Result<LeafGrant> parse_leaf(const Json& json, std::size_t index) {
  BodyReader reader(json, fmt::format("leaves[{}]", index));
  LeafGrant out;
  if (reader.has("certificate"))
    out.certificate = reader.base64_bytes("certificate", kMaxCertificate);
  out.principal = reader.text("principal", kMaxName);
  out.purposes = read_names<Purpose>(reader, "purposes", purpose_from_name);
  out.media = read_names<MediaKind>(reader, "media", media_from_name);
  out.not_before = reader.time("not_before");
  out.not_after = reader.time("not_after");
  if (out.not_after < out.not_before) reader.refuse("ends before it begins", "not_after");
  if (out.principal.empty()) reader.refuse("must not be empty", "principal");
  SIGNMARK_TRY(reader.finish());
  return out;
}

Result<CheckpointKey> parse_checkpoint(const Json& json, std::size_t index) {
  BodyReader reader(json, fmt::format("checkpoint_keys[{}]", index));
  CheckpointKey out;
  out.key = reader.key("key", Role::signing);
  out.origin = reader.text("origin", kMaxOrigin);
  SIGNMARK_TRY(reader.finish());
  return out;
}

template <class T, class Parse>
Status parse_list(const std::vector<const Json*>& list, Parse parse, std::vector<T>& out) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    SIGNMARK_ASSIGN(T entry, parse(*list[i], i));
    out.push_back(std::move(entry));
  }
  return {};
}

Status parse_pointer(const Json* json, TrustBundle& bundle) {
  if (json == nullptr) return {};
  BodyReader reader(*json, "revocation");
  bundle.revocation_version = static_cast<std::uint64_t>(reader.integer("version", 0, INT32_MAX));
  return reader.finish();
}

}  // namespace

Result<TrustBundle> parse_bundle_body(ByteView body) {
  SIGNMARK_ASSIGN(const Json json, parse_body(body));
  BodyReader reader(json, "trust bundle");
  TrustBundle out;
  reader.integer("format", kFormat, kFormat);
  out.version = static_cast<std::uint64_t>(reader.integer("version", 1, INT32_MAX));
  out.issued = reader.time("issued");
  out.expires = reader.time("expires");
  out.name = reader.optional_text("name", kMaxName);
  out.contact = reader.optional_text("contact", kMaxName);
  const auto issuers = reader.list("issuers", kMaxIssuers);
  const auto leaves = reader.list("leaves", kMaxLeaves);
  const auto checkpoints = reader.list("checkpoint_keys", kMaxCheckpointKeys);
  const Json* pointer = reader.object("revocation");
  if (issuers.empty()) reader.refuse("names no issuer", "issuers");
  SIGNMARK_TRY(reader.finish());
  SIGNMARK_TRY(parse_list(issuers, parse_issuer, out.issuers));
  SIGNMARK_TRY(parse_list(leaves, parse_leaf, out.leaves));
  SIGNMARK_TRY(parse_list(checkpoints, parse_checkpoint, out.checkpoint_keys));
  SIGNMARK_TRY(parse_pointer(pointer, out));
  return out;
}

Result<Bytes> bundle_body(const TrustBundle& bundle) {
  const std::string text = dump_json(to_json(bundle));
  if (text.size() > kMaxBundleBody)
    return fail(
        "trust.bundle.size",
        fmt::format("the bundle would have {} bytes, {} are allowed", text.size(), kMaxBundleBody),
        {}, "drop leaves that ended long ago, or grant by name");
  const ByteView view = as_bytes(text);
  return Bytes(view.begin(), view.end());
}

}  // namespace signmark::keys
