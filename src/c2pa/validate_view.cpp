// SPDX-License-Identifier: Apache-2.0
// What a manifest claims, for people.
#include "c2pa/validate_view.hpp"

#include "c2pa/labels.hpp"

namespace signmark::c2pa {
namespace {

using cbor::Value;

std::string text_or_empty(const Value& map, std::string_view key) {
  const Value* value = map.find(key);
  return value && value->as_text() ? *value->as_text() : std::string();
}

void view_actions(const Value& assertion, ManifestView& view) {
  const Value* actions = assertion.find("actions");
  const auto* list = actions ? actions->as_array() : nullptr;
  if (list == nullptr) return;
  for (const Value& action : *list) {
    view.actions.push_back(text_or_empty(action, "action"));
    std::string type = text_or_empty(action, "digitalSourceType");
    if (!type.empty()) view.digital_source_types.push_back(std::move(type));
  }
}

void view_soft_binding(const Value& assertion, ManifestView& view) {
  const Value* blocks = assertion.find("blocks");
  const auto* list = blocks ? blocks->as_array() : nullptr;
  if (list == nullptr) return;
  for (const Value& block : *list) {
    const Value* value = block.find("value");
    if (value == nullptr) continue;
    SoftBinding binding{text_or_empty(assertion, "alg"), {}};
    if (value->as_bytes() != nullptr) binding.value = *value->as_bytes();
    // Before 2.1 the value was text.
    if (const std::string* text = value->as_text())
      binding.value.assign(text->begin(), text->end());
    view.soft_bindings.push_back(std::move(binding));
  }
}

void view_disclosure(const Value& assertion, ManifestView& view) {
  AiDisclosure disclosure;
  disclosure.model_type = text_or_empty(assertion, "modelType");
  disclosure.model_name = text_or_empty(assertion, "modelName");
  disclosure.model_identifier = text_or_empty(assertion, "modelIdentifier");
  if (const Value* profile = assertion.find("contentProfile"))
    disclosure.human_oversight = text_or_empty(*profile, "humanOversightLevel");
  view.disclosure = std::move(disclosure);
}

void view_own(const Limits& limits, const Assertion& assertion, ManifestView& view) {
  if (const auto value = decode_assertion(limits, assertion))
    view.own_assertions.push_back({assertion.base, cbor::encode(*value)});
}

}  // namespace

void fill_view(const Limits& limits, const Manifest& manifest, ManifestView& view) {
  view.label = manifest.label;
  if (manifest.claim) {
    view.title = manifest.claim->title;
    view.instance_id = manifest.claim->instance_id;
    view.generator = manifest.claim->generator;
    view.generator_version = manifest.claim->generator_version;
  }
  for (const Assertion& assertion : manifest.assertions) {
    if (!assertion.listed) continue;
    view.assertions.push_back(assertion.label);
    if (assertion.base.starts_with(kOwnPrefix)) view_own(limits, assertion, view);
    const bool actions = assertion.is(kActionsV1Label);
    const bool soft_binding = assertion.base == kSoftBindingLabel;
    if (!actions && !soft_binding && assertion.base != kDisclosureLabel) continue;
    const auto value = decode_assertion(limits, assertion);
    if (!value) continue;
    if (actions)
      view_actions(*value, view);
    else if (soft_binding)
      view_soft_binding(*value, view);
    else
      view_disclosure(*value, view);
  }
}

}  // namespace signmark::c2pa
