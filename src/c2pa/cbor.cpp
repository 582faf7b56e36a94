// SPDX-License-Identifier: Apache-2.0
// The CBOR value tree.
#include "c2pa/cbor.hpp"

#include <limits>

namespace signmark::c2pa::cbor {

template <class T>
Value Value::make(T v) {
  Value value;
  value.data_ = std::move(v);
  return value;
}

Value Value::uint(std::uint64_t v) { return make(v); }

Value Value::integer(std::int64_t v) {
  if (v >= 0) return uint(static_cast<std::uint64_t>(v));
  return negint(static_cast<std::uint64_t>(-1 - v));
}

Value Value::negint(std::uint64_t minus_one_minus) { return make(Negint{minus_one_minus}); }
Value Value::bytes(Bytes v) { return make(std::move(v)); }
Value Value::bytes(ByteView v) { return make(Bytes(v.begin(), v.end())); }
Value Value::text(std::string v) { return make(std::move(v)); }
Value Value::array(std::vector<Value> items) { return make(std::move(items)); }
Value Value::map() { return make(std::vector<Entry>()); }

Value Value::tag(std::uint64_t number, Value content) {
  Tagged tagged{number, {}};
  tagged.content.push_back(std::move(content));
  return make(std::move(tagged));
}

Value Value::boolean(bool v) { return make(v); }
Value Value::null() { return {}; }
Value Value::undefined() { return make(Undefined{}); }
Value Value::floating(double v) { return make(v); }
Value Value::simple(std::uint8_t v) { return make(Simple{v}); }

Kind Value::kind() const {
  // In the order of Storage's alternatives.
  static constexpr Kind kKinds[] = {Kind::null,    Kind::uint,      Kind::negint,   Kind::bytes,
                                    Kind::text,    Kind::array,     Kind::map,      Kind::tag,
                                    Kind::boolean, Kind::undefined, Kind::floating, Kind::simple};
  return kKinds[data_.index()];
}

std::optional<std::uint64_t> Value::as_uint() const {
  const auto* v = std::get_if<std::uint64_t>(&data_);
  return v ? std::optional(*v) : std::nullopt;
}

std::optional<std::int64_t> Value::as_int() const {
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (const auto v = as_uint(); v && *v <= kMax) return static_cast<std::int64_t>(*v);
  if (const auto n = as_negint(); n && *n <= kMax) return -1 - static_cast<std::int64_t>(*n);
  return std::nullopt;
}

std::optional<std::uint64_t> Value::as_negint() const {
  const auto* v = std::get_if<Negint>(&data_);
  return v ? std::optional(v->n) : std::nullopt;
}

std::optional<bool> Value::as_bool() const {
  const auto* v = std::get_if<bool>(&data_);
  return v ? std::optional(*v) : std::nullopt;
}

std::optional<double> Value::as_double() const {
  const auto* v = std::get_if<double>(&data_);
  return v ? std::optional(*v) : std::nullopt;
}

std::optional<std::uint8_t> Value::as_simple() const {
  const auto* v = std::get_if<Simple>(&data_);
  return v ? std::optional(v->v) : std::nullopt;
}

const Bytes* Value::as_bytes() const { return std::get_if<Bytes>(&data_); }
const std::string* Value::as_text() const { return std::get_if<std::string>(&data_); }
const std::vector<Value>* Value::as_array() const {
  return std::get_if<std::vector<Value>>(&data_);
}
const std::vector<Entry>* Value::as_map() const { return std::get_if<std::vector<Entry>>(&data_); }
const Tagged* Value::as_tag() const { return std::get_if<Tagged>(&data_); }

const Value& Value::untagged() const {
  const Value* value = this;
  while (const Tagged* tagged = value->as_tag()) value = &tagged->content.front();
  return *value;
}

const Value* Value::find(std::string_view key) const {
  const auto* entries = as_map();
  if (!entries) return nullptr;
  for (const Entry& entry : *entries)
    if (const auto* text = entry.key.as_text(); text && *text == key) return &entry.value;
  return nullptr;
}

const Value* Value::find(std::int64_t key) const {
  const auto* entries = as_map();
  if (!entries) return nullptr;
  for (const Entry& entry : *entries)
    if (entry.key.as_int() == key) return &entry.value;
  return nullptr;
}

Value& Value::set(std::string key, Value value) {
  return set(text(std::move(key)), std::move(value));
}

Value& Value::set(std::int64_t key, Value value) { return set(integer(key), std::move(value)); }

Value& Value::set(Value key, Value value) {
  std::get<std::vector<Entry>>(data_).push_back({std::move(key), std::move(value)});
  return *this;
}

Value& Value::push(Value value) {
  std::get<std::vector<Value>>(data_).push_back(std::move(value));
  return *this;
}

}  // namespace signmark::c2pa::cbor
