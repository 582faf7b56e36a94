// SPDX-License-Identifier: Apache-2.0
// Contents of the assertions that signmark writes.
#include "c2pa/assertions.hpp"

#include "base/time.hpp"

namespace signmark::c2pa {
namespace {

using cbor::Value;

constexpr std::string_view kGeneratorName = "signmark";
/// Written is what holds under 2.2 to 2.5 alike; the field is informational.
constexpr std::string_view kSpecVersion = "2.4.0";

Value text(std::string_view v) { return Value::text(std::string(v)); }

Value software_agent(const ManifestRequest& request) {
  if (request.agent_name.empty()) return generator_info();
  Value agent = Value::map().set("name", text(request.agent_name));
  if (!request.agent_version.empty()) agent.set("version", text(request.agent_version));
  return agent;
}

Value action(std::string_view name, const ActionFacts& facts) {
  return Value::map()
      .set("action", text(name))
      .set("when", Value::tag(cbor::kTagDateTime, text(rfc3339(facts.when))));
}

Value created(const ActionFacts& facts) {
  return action("c2pa.created", facts)
      .set("digitalSourceType", text(facts.request->digital_source_type))
      .set("softwareAgent", software_agent(*facts.request));
}

/// The source type stands here when generated media is marked again: the first action of a history
/// that goes on cannot be c2pa.created (16.4.1.2).
Value opened(const ActionFacts& facts) {
  Value value =
      action("c2pa.opened", facts)
          .set("softwareAgent", software_agent(*facts.request))
          .set("parameters", Value::map().set("ingredients", to_cbor(std::vector{*facts.parent})));
  if (facts.request->intent == Intent::created)
    value.set("digitalSourceType", text(facts.request->digital_source_type));
  return value;
}

Value watermarked(const ActionFacts& facts) {
  return action("c2pa.watermarked.bound", facts)
      .set("softwareAgent", generator_info())
      .set("parameters", Value::map().set("relatedAssertions", to_cbor(facts.soft_bindings)));
}

Value visibly_labelled(const ActionFacts& facts) {
  return action("c2pa.edited", facts)
      .set("description", text("visible label drawn: the content is AI-generated"))
      .set("softwareAgent", generator_info())
      .set("parameters", Value::map().set("name", text("io.signmark.visible-label")));
}

Value metadata_edited(const ActionFacts& facts) {
  return action("c2pa.edited.metadata", facts).set("softwareAgent", generator_info());
}

}  // namespace

Value to_cbor(const HashedUri& uri) {
  return Value::map().set("url", text(uri.url)).set("hash", Value::bytes(uri.hash));
}

Value to_cbor(const std::vector<HashedUri>& uris) {
  Value list = Value::array();
  for (const HashedUri& uri : uris) list.push(to_cbor(uri));
  return list;
}

Value generator_info() {
  return Value::map()
      .set("name", text(kGeneratorName))
      .set("version", text(SIGNMARK_VERSION))
      .set("specVersion", text(kSpecVersion));
}

Value soft_binding_assertion(const SoftBinding& binding) {
  Value block = Value::map().set("scope", Value::map()).set("value", Value::bytes(binding.value));
  return Value::map().set("alg", text(binding.alg)).set("blocks", Value::array({std::move(block)}));
}

Value disclosure_assertion(const AiDisclosure& disclosure) {
  Value value = Value::map().set("modelType", text(disclosure.model_type));
  if (!disclosure.model_name.empty()) value.set("modelName", text(disclosure.model_name));
  if (!disclosure.model_identifier.empty())
    value.set("modelIdentifier", text(disclosure.model_identifier));
  if (!disclosure.human_oversight.empty())
    value.set("contentProfile",
              Value::map().set("humanOversightLevel", text(disclosure.human_oversight)));
  return value;
}

Value actions_assertion(const ActionFacts& facts) {
  Value actions = Value::array();
  actions.push(facts.parent ? opened(facts) : created(facts));
  if (!facts.soft_bindings.empty() && !facts.request->marks_were_there)
    actions.push(watermarked(facts));
  if (facts.request->visible_label) actions.push(visibly_labelled(facts));
  if (facts.parent && facts.metadata_edited) actions.push(metadata_edited(facts));
  return Value::map()
      .set("actions", std::move(actions))
      .set("allActionsIncluded", Value::boolean(facts.all_included));
}

}  // namespace signmark::c2pa
