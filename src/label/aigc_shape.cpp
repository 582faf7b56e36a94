// SPDX-License-Identifier: Apache-2.0
// Unwraps JSON records: bare, under an AIGC key, and as a string inside a string.
#include "label/aigc_shape.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/json.hpp"
#include "label/aigc_fields.hpp"

namespace signmark::label {
namespace {

/// A string in a string in a string has been seen nowhere; the bound stops an onion of quotes.
constexpr int kMaxEncodings = 3;

bool is_hex4(std::string_view text) {
  return text.size() >= 4 &&
         text.substr(0, 4).find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

/// Whether some backslash is not followed by what RFC 8259 section 7 allows.
bool has_bad_escape(std::string_view text) {
  for (std::size_t i = text.find('\\'); i != std::string_view::npos; i = text.find('\\', i)) {
    const std::string_view rest = text.substr(i + 1);
    if (rest.empty() || std::string_view("\"\\/bfnrtu").find(rest[0]) == std::string_view::npos)
      return true;
    if (rest[0] == 'u' && !is_hex4(rest.substr(1))) return true;
    i += 2;
  }
  return false;
}

Error translate(const Error& error, std::string_view text) {
  Error out = error;
  out.code = "label.aigc." + error.code.substr(error.code.rfind('.') + 1);
  if (out.code == "label.aigc.syntax" && has_bad_escape(text)) {
    out.code = "label.aigc.escape";
    out.message = "malformed escape in the JSON";
  }
  return out;
}

Result<Json> parse(std::string_view text, const Limits& limits) {
  JsonRules rules;
  rules.max_depth = limits.json_depth;
  auto json = parse_json(text, rules);
  if (!json) return tl::unexpected<Error>(translate(json.error(), text));
  return json;
}

RawField raw_field(const std::string& key, const Json& value) {
  if (value.is_string()) return {key, value.get_ref<const std::string&>(), RawKind::string};
  if (value.is_null()) return {key, {}, RawKind::null};
  const RawKind kind = value.is_boolean()  ? RawKind::boolean
                       : value.is_number() ? RawKind::number
                                           : RawKind::nested;
  return {key, dump_json(value), kind};
}

RawObject raw_object(const Json& object) {
  RawObject out;
  out.reserve(object.size());
  for (const auto& [key, value] : object.items()) out.push_back(raw_field(key, value));
  return out;
}

/// Whether an object's keys make it a record in a place that says nothing (or says AIGC).
bool is_record(const Json& object, bool keyed) {
  std::size_t known = 0;
  for (const auto& [key, value] : object.items())
    known += field_index(key) || misspelt_field_index(key) ? 1 : 0;
  return known >= (keyed ? 1U : 2U);
}

const Json* aigc_member(const Json& object) {
  const Json* loose = nullptr;
  for (const auto& [key, value] : object.items()) {
    if (key == "AIGC") return &value;
    if (!loose && names_aigc(key)) loose = &value;
  }
  return loose;
}

bool is_blank(const Json& value) {
  return value.is_null() || (value.is_object() && value.empty()) ||
         (value.is_string() && trim_value(value.get_ref<const std::string&>()).empty());
}

tl::unexpected<Error> none() {
  return fail("label.aigc.none", "none of the seven fields of an AIGC record is there");
}

/// One step inwards: replaces `value` by what it holds. True when there was a step to take.
Result<bool> unwrap_once(Json& value, Shape& shape, const Limits& limits) {
  if (value.is_string() && !is_blank(value)) {
    const std::string inner = std::move(value.get_ref<std::string&>());
    shape.encoded_twice = true;
    SIGNMARK_ASSIGN(value, parse(trim_value(inner), limits));
    return true;
  }
  if (!value.is_object() || shape.wrapped) return false;
  const Json* member = aigc_member(value);
  if (member == nullptr || (member->is_object() && !member->empty() && !is_record(*member, true)))
    return false;
  Json inner = *member;
  value = std::move(inner);
  shape.keyed = shape.wrapped = true;
  return true;
}

}  // namespace

std::size_t count_fields(const RawObject& object) {
  return static_cast<std::size_t>(
      std::count_if(object.begin(), object.end(), [](const RawField& field) {
        return field_index(field.key) || misspelt_field_index(field.key);
      }));
}

Result<Shape> read_json_shape(std::string_view text, Place place, const Limits& limits) {
  Shape shape;
  shape.base = "bare";
  shape.keyed = place == Place::aigc;
  SIGNMARK_ASSIGN(Json value, parse(text, limits));
  for (int step = 0; step < kMaxEncodings; ++step) {
    SIGNMARK_ASSIGN(const bool moved, unwrap_once(value, shape, limits));
    if (!moved) break;
  }
  if (shape.keyed && is_blank(value)) return shape;
  if (!value.is_object() || !is_record(value, shape.keyed)) return none();
  shape.object = raw_object(value);
  return shape;
}

}  // namespace signmark::label
