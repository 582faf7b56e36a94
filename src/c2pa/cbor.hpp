// SPDX-License-Identifier: Apache-2.0
// CBOR values (RFC 8949): a small tree, a deterministic encoder and a strict, bounded decoder.
//
// Writing follows the core deterministic encoding of 4.2.1. Reading accepts what others write
// (indefinite lengths, longer integers than needed), so decode followed by encode need not give the
// same bytes: hash and verify the raw bytes, never a re-encoding.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"

namespace signmark::c2pa::cbor {

enum class Kind {
  uint,
  negint,
  bytes,
  text,
  array,
  map,
  tag,
  boolean,
  null,
  undefined,
  floating,
  simple
};

class Value;
struct Entry;

/// Major type 6: a number that gives meaning to one value (`content` holds exactly one).
struct Tagged {
  std::uint64_t number = 0;
  std::vector<Value> content;
};

/// One data item. Copyable; maps keep the order in which they were read or built.
class Value {
 public:
  // Defined behind Entry: a vector of an incomplete type can be named, not yet made or destroyed.
  Value();  ///< null
  Value(const Value&);
  Value(Value&&) noexcept;
  Value& operator=(const Value&);
  Value& operator=(Value&&) noexcept;
  ~Value();

  static Value uint(std::uint64_t v);
  static Value integer(std::int64_t v);                ///< uint or negint
  static Value negint(std::uint64_t minus_one_minus);  ///< -1 - n: the wire form of major type 1
  static Value bytes(Bytes v);
  static Value bytes(ByteView v);
  static Value text(std::string v);
  static Value array(std::vector<Value> items = {});
  static Value map();
  static Value tag(std::uint64_t number, Value content);
  static Value boolean(bool v);
  static Value null();
  static Value undefined();
  static Value floating(double v);
  static Value simple(std::uint8_t v);  ///< an unassigned simple value

  [[nodiscard]] Kind kind() const;
  [[nodiscard]] bool is(Kind k) const { return kind() == k; }

  // Each accessor says "something else" with nothing or nullptr; no accessor looks through a tag.
  [[nodiscard]] std::optional<std::uint64_t> as_uint() const;
  /// uint or negint that fits.
  [[nodiscard]] std::optional<std::int64_t> as_int() const;
  /// n of -1 - n.
  [[nodiscard]] std::optional<std::uint64_t> as_negint() const;
  [[nodiscard]] std::optional<bool> as_bool() const;
  [[nodiscard]] std::optional<double> as_double() const;
  [[nodiscard]] std::optional<std::uint8_t> as_simple() const;
  [[nodiscard]] const Bytes* as_bytes() const;
  [[nodiscard]] const std::string* as_text() const;
  [[nodiscard]] const std::vector<Value>* as_array() const;
  [[nodiscard]] const std::vector<Entry>* as_map() const;
  [[nodiscard]] const Tagged* as_tag() const;
  /// The content of a tag (through several), or the value itself.
  [[nodiscard]] const Value& untagged() const;

  /// The value of a map's key; nullptr when this is no map or has no such key.
  [[nodiscard]] const Value* find(std::string_view key) const;
  [[nodiscard]] const Value* find(std::int64_t key) const;

  /// Appends to a map; the caller keeps keys unique. Only on maps.
  Value& set(std::string key, Value value);
  Value& set(std::int64_t key, Value value);
  Value& set(Value key, Value value);
  /// Appends to an array. Only on arrays.
  Value& push(Value value);

 private:
  struct Negint {
    std::uint64_t n = 0;
  };
  struct Null {};
  struct Undefined {};
  struct Simple {
    std::uint8_t v = 0;
  };
  using Storage = std::variant<Null, std::uint64_t, Negint, Bytes, std::string, std::vector<Value>,
                               std::vector<Entry>, Tagged, bool, Undefined, double, Simple>;
  template <class T>
  static Value make(T v);
  Storage data_;
};

struct Entry {
  Value key;
  Value value;
};

inline Value::Value() = default;
inline Value::Value(const Value&) = default;
inline Value::Value(Value&&) noexcept = default;
inline Value& Value::operator=(const Value&) = default;
inline Value& Value::operator=(Value&&) noexcept = default;
inline Value::~Value() = default;

/// Tag 0: an RFC 3339 date and time.
inline constexpr std::uint64_t kTagDateTime = 0;

/// Core deterministic encoding: shortest integers, lengths and floats, definite lengths, map
/// entries sorted by the bytes of their encoded keys.
Bytes encode(const Value& value);

/// Decodes exactly one item that fills `data`. Text must be UTF-8 and map keys unique.
/// `where` names the place in messages ("claim of urn:c2pa:…").
/// Errors: `c2pa.cbor.truncated`, `c2pa.cbor.malformed`, `c2pa.cbor.trailing`,
/// `c2pa.cbor.duplicate-key`, `c2pa.cbor.utf8`, `c2pa.cbor.limit` (nesting above limits.box_depth
/// or more than limits.blocks items).
Result<Value> decode(const Limits& limits, ByteView data, std::string_view where = {});

/// Diagnostic notation (RFC 8949 section 8) on several lines, two blanks a level, safe for
/// terminals; byte strings longer than `max_bytes` are shortened and their length told.
std::string diagnostic(const Value& value, std::size_t indent = 0, std::size_t max_bytes = 64);

}  // namespace signmark::c2pa::cbor
