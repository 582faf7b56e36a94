// SPDX-License-Identifier: Apache-2.0
// Ingredient assertions of versions 1 to 3, read into one shape.
#include "c2pa/ingredient.hpp"

#include "c2pa/labels.hpp"

namespace signmark::c2pa {
namespace {

using cbor::Value;

constexpr std::string_view kFamily = kIngredientV1Label;

tl::unexpected<Error> malformed(std::string message, const Assertion& assertion) {
  return fail("c2pa.ingredient.malformed", std::move(message), assertion.label);
}

std::optional<Relationship> relationship(const Value& map) {
  const Value* value = map.find("relationship");
  const std::string* text = value ? value->as_text() : nullptr;
  if (text == nullptr) return std::nullopt;
  if (*text == "parentOf") return Relationship::parent_of;
  if (*text == "componentOf") return Relationship::component_of;
  if (*text == "inputTo") return Relationship::input_to;
  return std::nullopt;
}

int version_of(const std::string& base) {
  if (base == kIngredientV1Label) return 1;
  return base == kIngredientV2Label ? 2 : 3;
}

/// False when the field is there but is no hashed URI.
bool read_field(const Value* value, std::optional<Reference>& out) {
  if (value == nullptr || value->is(cbor::Kind::null)) return true;
  out = read_reference(*value);
  return out.has_value();
}

/// URIs in validation results may be relative to the ingredient's manifest (16.5.13.4).
std::string absolute(const std::string& url, const std::string& manifest) {
  const auto uri = jumbf::parse_uri(url);
  if (!uri || !uri->manifest.empty()) return url;
  std::string path = jumbf::absolute_uri(manifest, {});
  for (const std::string& part : uri->path) path += "/" + part;
  return path;
}

void note_failures(const Value* list, const std::string& manifest, KnownFailures& known) {
  const auto* items = list ? list->as_array() : nullptr;
  if (items == nullptr) return;
  for (const Value& item : *items) {
    const Value* code = item.find("code");
    const Value* url = item.find("url");
    if (code == nullptr || code->as_text() == nullptr) continue;
    const std::string* text = url ? url->as_text() : nullptr;
    known.emplace(*code->as_text(), text ? absolute(*text, manifest) : std::string());
  }
}

void note_results(const Value& results, const std::string& manifest, KnownFailures& known) {
  if (const Value* active = results.find("activeManifest"))
    note_failures(active->find("failure"), manifest, known);
  const Value* deltas = results.find("ingredientDeltas");
  const auto* items = deltas ? deltas->as_array() : nullptr;
  if (items == nullptr) return;
  for (const Value& item : *items)
    if (const Value* delta = item.find("validationDeltas"))
      note_failures(delta->find("failure"), manifest, known);
}

}  // namespace

std::string Ingredient::manifest_label() const {
  if (!manifest) return {};
  auto uri = jumbf::parse_uri(manifest->url);
  return uri && uri->path.empty() ? uri->manifest : std::string();
}

bool is_ingredient(const Assertion& assertion) { return assertion.is(kFamily); }

Result<Ingredient> read_ingredient(const Limits& limits, const Assertion& assertion) {
  SIGNMARK_ASSIGN(const Value map, decode_assertion(limits, assertion));
  Ingredient ingredient;
  ingredient.version = version_of(assertion.base);
  const auto relation = relationship(map);
  if (!relation) return malformed("the ingredient has no known relationship", assertion);
  ingredient.relationship = *relation;
  if (const Value* title = map.find("dc:title"))
    if (const std::string* text = title->as_text()) ingredient.title = *text;
  const Value* manifest = map.find(ingredient.version == 3 ? "activeManifest" : "c2pa_manifest");
  if (!read_field(manifest, ingredient.manifest) ||
      !read_field(map.find("claimSignature"), ingredient.signature))
    return malformed("a reference of the ingredient is malformed", assertion);
  const Value* results = map.find("validationResults");
  ingredient.has_results = results != nullptr && results->as_map() != nullptr;
  const std::string label = ingredient.manifest_label();
  if (ingredient.has_results)
    note_results(*results, label, ingredient.known);
  else
    note_failures(map.find("validationStatus"), label, ingredient.known);
  return ingredient;
}

}  // namespace signmark::c2pa
