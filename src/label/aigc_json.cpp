// SPDX-License-Identifier: Apache-2.0
// Writes the AIGC record: compact JSON, seven fields, the standard's order (Annex E b and j).
#include "base/json.hpp"
#include "label/aigc_fields.hpp"

namespace signmark::label {
namespace {

Json as_json(const AigcRecord& record) {
  Json object = Json::object();
  for (const FieldInfo& field : kFields) object[std::string(field.name)] = record.*field.member;
  return object;
}

}  // namespace

std::string to_json(const AigcRecord& record) { return dump_json(as_json(record)); }

std::string to_wrapped_json(const AigcRecord& record) {
  return "{\"AIGC\":" + to_json(record) + "}";
}

}  // namespace signmark::label
