// SPDX-License-Identifier: Apache-2.0
// The wrapper of signed JSON objects: reading, writing, signing, verifying (keys.md section 6).
#include "keys/signed_object.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "keys/typed_object.hpp"

namespace signmark::keys {
namespace {

constexpr std::size_t kMaxHint = 64;
constexpr std::uint64_t kWrapperDepth = 4;

tl::unexpected<Error> syntax(std::string message) {
  return fail("keys.object.syntax", std::move(message), {}, "is this a file written by signmark?");
}

/// A string member, or null.
const std::string* member_text(const Json& object, std::string_view name) {
  const auto it = object.find(name);
  return it == object.end() || !it->is_string() ? nullptr : &it->get_ref<const std::string&>();
}

/// The wrapper has one form: exactly these members.
bool has_exactly(const Json& object, std::initializer_list<std::string_view> names) {
  return object.is_object() && object.size() == names.size() &&
         std::all_of(names.begin(), names.end(),
                     [&](std::string_view name) { return object.contains(name); });
}

Result<ObjectSignature> signature_from_json(const Json& value) {
  if (!has_exactly(value, {"key", "signature"})) return syntax("malformed signature entry");
  const std::string* hint = member_text(value, "key");
  const std::string* text = member_text(value, "signature");
  if (hint == nullptr || text == nullptr || hint->size() > kMaxHint)
    return syntax("malformed signature entry");
  ObjectSignature out{*hint, {}};
  const auto raw = unbase64(*text);
  if (!raw || raw->size() != out.signature.size()) return syntax("a signature is not 64 bytes");
  std::copy(raw->begin(), raw->end(), out.signature.begin());
  return out;
}

Result<std::vector<ObjectSignature>> signatures_from_json(const Json& list) {
  if (!list.is_array() || list.empty()) return syntax("the object carries no signature");
  if (list.size() > kMaxObjectSignatures)
    return syntax(fmt::format("more than {} signatures", kMaxObjectSignatures));
  std::vector<ObjectSignature> out;
  for (const Json& entry : list) {
    SIGNMARK_ASSIGN(ObjectSignature signature, signature_from_json(entry));
    out.push_back(std::move(signature));
  }
  return out;
}

Result<Json> parse_wrapper(std::string_view text) {
  if (text.size() > kMaxWrapper)
    return fail("keys.object.size",
                fmt::format("{} bytes, a signed object has at most {}", text.size(), kMaxWrapper));
  auto json = parse_json(text, {.max_depth = kWrapperDepth, .integers_only = true});
  if (!json) return syntax("not a signed object: " + json.error().message);
  return json;
}

}  // namespace

Result<SignedObject> signed_object_from_json(const Json& wrapper, std::string_view type) {
  if (!has_exactly(wrapper, {"type", "body", "signatures"}))
    return syntax("a signed object has the members type, body and signatures");
  const std::string* found = member_text(wrapper, "type");
  const std::string* body = member_text(wrapper, "body");
  if (found == nullptr || body == nullptr) return syntax("type and body must be text");
  if (*found != type)
    return fail("keys.object.type", fmt::format("this is a \"{}\", a \"{}\" is needed here",
                                                printable(found->substr(0, kMaxHint)), type));
  const ObjectType* row = find_object_type(type);
  if (row == nullptr) return fail("keys.object.type", fmt::format("unknown type \"{}\"", type));
  SignedObject out{*found, {}, {}};
  SIGNMARK_ASSIGN(out.signatures, signatures_from_json(wrapper.at("signatures")));
  auto raw = unbase64(*body);
  if (!raw) return syntax("the body is not strict base64");
  if (raw->size() > row->max_body)
    return fail("keys.object.size", fmt::format("the body has {} bytes, a {} has at most {}",
                                                raw->size(), type, row->max_body));
  out.body = std::move(*raw);
  return out;
}

Result<SignedObject> read_signed_object(std::string_view text, std::string_view type) {
  SIGNMARK_ASSIGN(const Json wrapper, parse_wrapper(text));
  return signed_object_from_json(wrapper, type);
}

std::string wrapper_type(std::string_view text) {
  const auto wrapper = parse_wrapper(text);
  if (!wrapper || !wrapper->is_object()) return {};
  const std::string* type = member_text(*wrapper, "type");
  return type == nullptr ? std::string() : *type;
}

Json to_json(const SignedObject& object) {
  Json signatures = Json::array();
  for (const ObjectSignature& entry : object.signatures)
    signatures.push_back({{"key", entry.hint}, {"signature", base64(entry.signature)}});
  return {
      {"type", object.type}, {"body", base64(object.body)}, {"signatures", std::move(signatures)}};
}

std::string to_text(const SignedObject& object) { return dump_json(to_json(object), 1) + "\n"; }

Result<SignedObject> sign_new_object(std::string_view type, Bytes body,
                                     std::span<const Signer* const> signers) {
  SignedObject object{std::string(type), std::move(body), {}};
  for (const Signer* signer : signers) {
    SIGNMARK_ASSIGN(const Signature signature, signer->sign_object(type, object.body));
    object.signatures.push_back({signer->key().id(), signature});
  }
  return object;
}

bool is_signed_by(const SignedObject& object, Role role, const PublicKey& key) {
  const ObjectType* row = find_object_type(object.type);
  if (row == nullptr || row->signer != role) return false;
  // Ids collide, so every entry whose hint fits is tried and the signature decides.
  const std::string hint = short_id(fingerprint(role, key));
  return std::any_of(
      object.signatures.begin(), object.signatures.end(), [&](const ObjectSignature& entry) {
        return entry.hint == hint && verify_object(key, object.type, object.body, entry.signature);
      });
}

}  // namespace signmark::keys
