// SPDX-License-Identifier: Apache-2.0
// Finding claims and assertions in the raw boxes of a manifest (2.5: 11.3, 11.5).
#include "c2pa/validate_store.hpp"

#include <algorithm>

namespace signmark::c2pa {
namespace {

using cbor::Value;

const std::string* text_of(const Value& map, std::string_view key) {
  const Value* value = map.find(key);
  return value ? value->as_text() : nullptr;
}

std::string text_or_empty(const Value& map, std::string_view key) {
  const std::string* text = text_of(map, key);
  return text ? *text : std::string();
}

/// False when the list is there but is no list of hashed URIs.
bool read_list(const Value* list, std::vector<Reference>& out) {
  if (list == nullptr) return true;
  const auto* items = list->as_array();
  if (items == nullptr) return false;
  for (const Value& item : *items) {
    auto uri = read_reference(item);
    if (!uri) return false;
    out.push_back(std::move(*uri));
  }
  return true;
}

bool read_redactions(const Value* list, std::vector<std::string>& out) {
  if (list == nullptr) return true;
  const auto* items = list->as_array();
  if (items == nullptr) return false;
  for (const Value& item : *items) {
    const std::string* uri = item.as_text();
    if (uri == nullptr) return false;
    out.push_back(*uri);
  }
  return true;
}

/// Version 2 has one map, version 1 an array of maps or only a User-Agent text.
bool read_generator(const Value& map, Claim& claim) {
  const Value* info = map.find("claim_generator_info");
  if (info != nullptr && claim.version == 1 && info->as_array() && !info->as_array()->empty())
    info = &info->as_array()->front();
  if (info != nullptr && info->as_map() != nullptr) {
    claim.generator = text_or_empty(*info, "name");
    claim.generator_version = text_or_empty(*info, "version");
  }
  if (claim.generator.empty() && claim.version == 1)
    claim.generator = text_or_empty(map, "claim_generator");
  return claim.version == 1 || !claim.generator.empty();
}

/// Nothing when all required fields are there; else what is wrong.
std::optional<std::string> fill_claim(const Value& map, Claim& claim) {
  if (map.as_map() == nullptr) return "the claim is no map";
  const char* list = claim.version == 1 ? "assertions" : "created_assertions";
  const std::string* signature = text_of(map, "signature");
  const std::string* instance = text_of(map, "instanceID");
  if (signature == nullptr) return "the claim has no signature field";
  if (instance == nullptr) return "the claim has no instanceID";
  if (!read_generator(map, claim)) return "the claim has no claim_generator_info with a name";
  if (map.find(list) == nullptr || !read_list(map.find(list), claim.created))
    return std::string("the claim has no usable ") + list;
  if (claim.version == 2 && claim.created.empty()) return "created_assertions is empty";
  if (claim.version == 2 && !read_list(map.find("gathered_assertions"), claim.gathered))
    return "gathered_assertions is malformed";
  if (!read_redactions(map.find("redacted_assertions"), claim.redacted))
    return "redacted_assertions is malformed";
  claim.signature = *signature;
  claim.instance_id = *instance;
  claim.title = text_or_empty(map, "dc:title");
  claim.alg = text_or_empty(map, "alg");
  return std::nullopt;
}

const jumbf::Box* only_claim(Manifest& manifest) {
  const auto is_claim = [](const jumbf::Box& box) { return box.super() && box.uuid == kClaimType; };
  const auto& boxes = manifest.box->children;
  const auto count = std::count_if(boxes.begin(), boxes.end(), is_claim);
  if (count == 0) reject(manifest.faults, "claim.missing", manifest.uri(), "no claim box");
  if (count > 1) reject(manifest.faults, "claim.multiple", manifest.uri(), "several claim boxes");
  return count == 1 ? &*std::find_if(boxes.begin(), boxes.end(), is_claim) : nullptr;
}

void load_claim(const Limits& limits, Manifest& manifest) {
  const jumbf::Box* box = only_claim(manifest);
  if (box == nullptr) return;
  const std::string uri = jumbf::absolute_uri(manifest.label, {box->label});
  Claim claim;
  const jumbf::Box* content = box->content("cbor");
  if (box->label != kClaimLabel && box->label != kClaimV1Label)
    return reject(manifest.faults, "claim.malformed", uri, "unknown version of the claim");
  if (content == nullptr)
    return reject(manifest.faults, "claim.malformed", uri, "the claim box holds no CBOR");
  claim.version = box->label == kClaimLabel ? 2 : 1;
  claim.bytes = content->payload;
  const auto value = cbor::decode(limits, claim.bytes);
  if (!value) return reject(manifest.faults, "claim.cbor.invalid", uri, value.error().message);
  if (auto fault = fill_claim(*value, claim))
    return reject(manifest.faults, "claim.malformed", uri, std::move(*fault));
  manifest.claim = std::move(claim);
}

void load_assertions(Manifest& manifest) {
  const jumbf::Box* store = manifest.box->only(kAssertionStoreLabel);
  if (store == nullptr || store->uuid != kAssertionStoreType) return;
  std::unordered_map<std::string, bool> listed;  // label: whether created
  if (manifest.claim) {
    for (const Reference& uri : manifest.claim->gathered)
      listed.emplace(assertion_label(manifest, uri.url), false);
    for (const Reference& uri : manifest.claim->created)
      listed[assertion_label(manifest, uri.url)] = true;
  }
  for (const jumbf::Box& box : store->children) {
    if (!box.super()) continue;
    const auto entry = listed.find(box.label);
    const bool known = box.labelled && entry != listed.end();
    const auto [place, first] = manifest.places.emplace(box.label, manifest.assertions.size());
    if (!first) place->second = kAmbiguous;
    manifest.assertions.push_back(
        {box.label, base_label(box.label), &box, known, known && entry->second});
  }
}

}  // namespace

std::optional<Reference> read_reference(const Value& value) {
  const std::string* url = text_of(value, "url");
  const Value* hash = value.find("hash");
  if (url == nullptr || hash == nullptr || hash->as_bytes() == nullptr) return std::nullopt;
  return Reference{*url, *hash->as_bytes(), text_or_empty(value, "alg")};
}

bool Assertion::is(std::string_view family) const {
  if (base.substr(0, family.size()) != family) return false;
  const std::string_view rest = std::string_view(base).substr(family.size());
  return rest.empty() || (rest.size() > 2 && rest.substr(0, 2) == ".v" &&
                          rest.find_first_not_of("0123456789", 2) == std::string_view::npos);
}

std::string Manifest::uri() const { return jumbf::absolute_uri(label, {}); }

std::string Manifest::signature_uri() const {
  return jumbf::absolute_uri(label, {kSignatureLabel});
}

std::string Manifest::assertion_uri(std::string_view assertion_label) const {
  return jumbf::absolute_uri(label, {kAssertionStoreLabel, assertion_label});
}

const Assertion* Manifest::find(const std::string& assertion_label) const {
  const auto place = places.find(assertion_label);
  if (place == places.end() || place->second == kAmbiguous) return nullptr;
  return &assertions[place->second];
}

std::string assertion_label(const Manifest& manifest, const std::string& url) {
  const auto uri = jumbf::parse_uri(url);
  if (!uri || uri->path.size() != 2 || uri->path.front() != kAssertionStoreLabel) return {};
  if (!uri->manifest.empty() && uri->manifest != manifest.label) return {};
  return uri->path.back();
}

std::string base_label(std::string_view label) {
  const std::size_t at = label.rfind("__");
  const bool instance = at != std::string_view::npos && at + 2 < label.size() &&
                        label.find_first_not_of("0123456789", at + 2) == std::string_view::npos;
  return std::string(instance ? label.substr(0, at) : label);
}

Manifest load_manifest(const Limits& limits, const jumbf::Box& box) {
  Manifest manifest;
  manifest.box = &box;
  manifest.label = box.label;
  manifest.update = box.uuid == kUpdateManifestType;
  manifest.compressed = box.uuid == kCompressedManifestType;
  if (manifest.compressed) return manifest;
  load_claim(limits, manifest);
  load_assertions(manifest);
  return manifest;
}

Result<Value> decode_assertion(const Limits& limits, const Assertion& assertion) {
  const jumbf::Box* content = assertion.box->content("cbor");
  if (content == nullptr) return fail("c2pa.assertion.content", "the assertion holds no CBOR");
  return cbor::decode(limits, content->payload, assertion.label);
}

}  // namespace signmark::c2pa
