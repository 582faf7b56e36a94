// SPDX-License-Identifier: Apache-2.0
// Bodies of signed objects: strict JSON, and members read with their types and bounds.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "base/time.hpp"
#include "keys/signed_object.hpp"

namespace signmark::keys {
namespace {

constexpr std::uint64_t kBodyDepth = 16;
constexpr std::size_t kMaxCritical = 64;
constexpr std::string_view kCritical = "critical";

}  // namespace

Result<Json> parse_body(ByteView body) {
  // A byte order mark would be skipped by the parser, so the first byte is looked at here.
  if (body.empty() || body[0] != '{')
    return fail("keys.object.body", "the signed body is not a JSON object");
  auto json = parse_json(as_text(body), {.max_depth = kBodyDepth, .integers_only = true});
  if (!json)
    return fail("keys.object.body", "the signed body is not strict JSON: " + json.error().message,
                json.error().where);
  return json;
}

BodyReader::BodyReader(const Json& object, std::string place)
    : object_(object), place_(std::move(place)) {
  if (!object_.is_object()) refuse("must be a JSON object");
}

void BodyReader::refuse(std::string message, std::string_view name) {
  if (error_) return;
  std::string where = place_;
  if (!name.empty()) where += fmt::format(".{}", name);
  error_ = Error{"keys.object.body", std::move(message), std::move(where), {}};
}

const Json* BodyReader::find(std::string_view name) {
  read_.emplace_back(name);
  if (!object_.is_object()) return nullptr;
  const auto it = object_.find(name);
  return it == object_.end() ? nullptr : &*it;
}

bool BodyReader::has(std::string_view name) const {
  return object_.is_object() && object_.contains(name);
}

std::string BodyReader::text(std::string_view name, std::size_t max_size) {
  if (!has(name)) refuse("is missing", name);
  return optional_text(name, max_size);
}

std::string BodyReader::optional_text(std::string_view name, std::size_t max_size) {
  const Json* value = find(name);
  if (value == nullptr) return {};
  if (!value->is_string()) {
    refuse("must be text", name);
    return {};
  }
  const auto& text = value->get_ref<const std::string&>();
  if (text.size() > max_size) {
    refuse(fmt::format("has {} bytes, {} are allowed", text.size(), max_size), name);
    return {};
  }
  return text;
}

std::int64_t BodyReader::integer(std::string_view name, std::int64_t min, std::int64_t max) {
  const Json* value = find(name);
  // Unsigned values above the signed range would wrap, so they are looked at as unsigned first.
  const bool fits = value != nullptr && value->is_number_integer() &&
                    !(value->is_number_unsigned() &&
                      value->get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX));
  const std::int64_t number = fits ? value->get<std::int64_t>() : min;
  if (fits && number >= min && number <= max) return number;
  refuse(fmt::format("must be a whole number from {} to {}", min, max), name);
  return min;
}

UnixTime BodyReader::time(std::string_view name) {
  constexpr std::size_t kTimeSize = 20;  // 2026-11-22T11:53:00Z
  const std::string value = text(name, kTimeSize);
  const auto time = parse_rfc3339(value);
  if (time && rfc3339(*time) == value) return *time;
  refuse("must be a time like 2026-11-22T11:53:00Z", name);
  return 0;
}

Bytes BodyReader::base64_bytes(std::string_view name, std::size_t max_size) {
  auto raw = unbase64(text(name, (max_size + 2) / 3 * 4));
  if (raw && !raw->empty() && raw->size() <= max_size) return std::move(*raw);
  refuse("must be base64", name);
  return {};
}

PublicKey BodyReader::key(std::string_view name, Role role) {
  constexpr std::size_t kMaxLine = 128;
  const std::string line = text(name, kMaxLine);
  const auto named = parse_public_text(line);
  // One form only: what parses must also be what would be written.
  if (named && named->role == role && public_text(role, named->key) == line) return named->key;
  refuse(fmt::format("must be the public line of a key of role {}", role_name(role)), name);
  return {};
}

std::vector<const Json*> BodyReader::list(std::string_view name, std::size_t max_count) {
  const Json* value = find(name);
  if (value == nullptr) return {};
  if (!value->is_array() || value->size() > max_count) {
    refuse(fmt::format("must be a list of at most {} entries", max_count), name);
    return {};
  }
  std::vector<const Json*> out;
  out.reserve(value->size());
  for (const Json& entry : *value) out.push_back(&entry);
  return out;
}

std::vector<std::string> BodyReader::texts(std::string_view name, std::size_t max_count) {
  constexpr std::size_t kMaxEntry = 256;
  std::vector<std::string> out;
  for (const Json* entry : list(name, max_count)) {
    if (!entry->is_string() || entry->get_ref<const std::string&>().size() > kMaxEntry)
      refuse("must be a list of short texts", name);
    else
      out.push_back(entry->get<std::string>());
  }
  return out;
}

const Json* BodyReader::object(std::string_view name) {
  const Json* value = find(name);
  if (value == nullptr || value->is_object()) return value;
  refuse("must be a JSON object", name);
  return nullptr;
}

Status BodyReader::check_critical() {
  for (const std::string& name : texts(kCritical, kMaxCritical)) {
    const bool known = std::find(read_.begin(), read_.end(), name) != read_.end();
    if (!known || name == kCritical || !has(name))
      return fail("keys.object.critical",
                  fmt::format("the member \"{}\" is marked critical and not understood here",
                              printable(name)),
                  place_, "a newer signmark may know it");
  }
  return {};
}

Status BodyReader::finish() {
  if (error_) return tl::unexpected<Error>(*error_);
  SIGNMARK_TRY(check_critical());
  if (error_) return tl::unexpected<Error>(*error_);
  return {};
}

}  // namespace signmark::keys
