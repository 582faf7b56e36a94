// SPDX-License-Identifier: Apache-2.0
// Strict, bounded CBOR decoder (RFC 8949 sections 3 and 5.3).
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "c2pa/cbor.hpp"

namespace signmark::c2pa::cbor {
namespace {

// A user may raise limits.box_depth; the stack of a thread is still finite.
constexpr std::uint64_t kHardDepth = 256;

/// Initial byte and argument of an item.
struct Head {
  std::uint8_t major = 0;
  std::uint8_t info = 0;  ///< low five bits of the initial byte
  std::uint64_t argument = 0;
  [[nodiscard]] bool indefinite() const { return info == 31; }
};

double half_to_double(std::uint16_t half) {
  const int exponent = half >> 10 & 0x1f;
  const int fraction = half & 0x3ff;
  double magnitude = 0;
  if (exponent == 0)
    magnitude = std::ldexp(fraction, -24);
  else if (exponent == 31)
    magnitude = fraction == 0 ? HUGE_VAL : std::nan("");
  else
    magnitude = std::ldexp(fraction + 1024, exponent - 25);
  return (half & 0x8000) != 0 ? -magnitude : magnitude;
}

class Decoder {
 public:
  Decoder(const Limits& limits, ByteView data)
      : reader_(data, "c2pa.cbor"),
        max_depth_(std::min(limits.box_depth, kHardDepth)),
        max_items_(limits.blocks) {}

  Result<Value> whole() {
    SIGNMARK_ASSIGN(Value value, item(0));
    if (!reader_.at_end())
      return reader_.error("trailing",
                           fmt::format("{} bytes follow the CBOR item", reader_.remaining()));
    return value;
  }

 private:
  [[nodiscard]] tl::unexpected<Error> malformed(std::string message) const {
    return reader_.error("malformed", std::move(message));
  }

  Result<std::uint64_t> argument(std::uint8_t info) {
    if (info < 24) return info;
    if (info == 24) return reader_.u8();
    if (info == 25) return reader_.u16be();
    if (info == 26) return reader_.u32be();
    if (info == 27) return reader_.u64be();
    if (info == 31) return 0;
    return malformed(fmt::format("reserved additional information {}", info));
  }

  Result<Head> head() {
    SIGNMARK_ASSIGN(const std::uint8_t initial, reader_.u8());
    Head head{static_cast<std::uint8_t>(initial >> 5), static_cast<std::uint8_t>(initial & 0x1f),
              0};
    SIGNMARK_ASSIGN(head.argument, argument(head.info));
    return head;
  }

  Status count_item(std::uint64_t depth) {
    if (depth > max_depth_)
      return fail("c2pa.cbor.limit", fmt::format("nested deeper than {} levels", max_depth_),
                  fmt::format("byte {}", reader_.position()), "raise it with --limit box-depth=N");
    if (++items_ > max_items_)
      return fail("c2pa.cbor.limit", fmt::format("more than {} items", max_items_),
                  fmt::format("byte {}", reader_.position()), "raise it with --limit blocks=N");
    return {};
  }

  Result<Value> item(std::uint64_t depth) {
    SIGNMARK_TRY(count_item(depth));
    SIGNMARK_ASSIGN(const Head h, head());
    if (h.indefinite() && (h.major < 2 || h.major == 6))
      return malformed("an integer or tag cannot have an indefinite length");
    switch (h.major) {
      case 0:
        return Value::uint(h.argument);
      case 1:
        return Value::negint(h.argument);
      case 2:
      case 3:
        return string(h);
      case 4:
        return array(h, depth);
      case 5:
        return map(h, depth);
      case 6:
        return tag(h, depth);
      default:
        return other(h);
    }
  }

  Result<Value> tag(const Head& h, std::uint64_t depth) {
    SIGNMARK_ASSIGN(Value content, item(depth + 1));
    return Value::tag(h.argument, std::move(content));
  }

  /// Whether the break byte follows; consumes it.
  bool at_break() {
    if (!reader_.next_is("\xff")) return false;
    (void)reader_.u8();
    return true;
  }

  Result<Bytes> chunks(const Head& h) {
    Bytes all;
    while (!at_break()) {
      SIGNMARK_TRY(count_item(0));
      SIGNMARK_ASSIGN(const Head chunk, head());
      if (chunk.major != h.major || chunk.indefinite())
        return malformed("a chunk of a string has another type or no length");
      SIGNMARK_ASSIGN(const ByteView bytes, reader_.take(chunk.argument));
      if (h.major == 3 && !is_utf8(as_text(bytes))) return bad_text();
      all.insert(all.end(), bytes.begin(), bytes.end());
    }
    return all;
  }

  [[nodiscard]] tl::unexpected<Error> bad_text() const {
    return reader_.error("utf8", "a text string is not UTF-8");
  }

  Result<Value> string(const Head& h) {
    if (h.indefinite()) {
      SIGNMARK_ASSIGN(Bytes all, chunks(h));
      if (h.major == 3) return Value::text(std::string(as_text(all)));
      return Value::bytes(std::move(all));
    }
    SIGNMARK_ASSIGN(const ByteView bytes, reader_.take(h.argument));
    if (h.major == 2) return Value::bytes(bytes);
    if (!is_utf8(as_text(bytes))) return bad_text();
    return Value::text(std::string(as_text(bytes)));
  }

  /// Whether one more element of a container follows. `left` counts down for definite lengths.
  bool more(const Head& h, std::uint64_t& left) {
    if (h.indefinite()) return !at_break();
    return left-- != 0;
  }

  Result<Value> array(const Head& h, std::uint64_t depth) {
    std::vector<Value> items;
    std::uint64_t left = h.argument;
    while (more(h, left)) {
      SIGNMARK_ASSIGN(Value value, item(depth + 1));
      items.push_back(std::move(value));
    }
    return Value::array(std::move(items));
  }

  Result<Value> map(const Head& h, std::uint64_t depth) {
    Value map = Value::map();
    std::vector<std::string> keys;
    std::uint64_t left = h.argument;
    while (more(h, left)) {
      SIGNMARK_ASSIGN(Value key, item(depth + 1));
      SIGNMARK_ASSIGN(Value value, item(depth + 1));
      keys.emplace_back(as_text(encode(key)));
      map.set(std::move(key), std::move(value));
    }
    std::sort(keys.begin(), keys.end());
    if (std::adjacent_find(keys.begin(), keys.end()) != keys.end())
      return reader_.error("duplicate-key", "a map has the same key twice");
    return map;
  }

  Result<Value> other(const Head& h) {
    switch (h.info) {
      case 20:
      case 21:
        return Value::boolean(h.info == 21);
      case 22:
        return Value::null();
      case 23:
        return Value::undefined();
      case 24:
        if (h.argument < 32) return malformed("a simple value below 32 in two bytes");
        return Value::simple(static_cast<std::uint8_t>(h.argument));
      case 25:
        return Value::floating(half_to_double(static_cast<std::uint16_t>(h.argument)));
      case 26:
        return Value::floating(std::bit_cast<float>(static_cast<std::uint32_t>(h.argument)));
      case 27:
        return Value::floating(std::bit_cast<double>(h.argument));
      case 31:
        return malformed("a break without an open indefinite length");
      default:
        return Value::simple(h.info);
    }
  }

  ByteReader reader_;
  std::uint64_t max_depth_;
  std::uint64_t max_items_;
  std::uint64_t items_ = 0;
};

}  // namespace

Result<Value> decode(const Limits& limits, ByteView data, std::string_view where) {
  auto value = Decoder(limits, data).whole();
  if (value || where.empty()) return value;
  Error error = std::move(value).error();
  error.where = fmt::format("{}, {}", where, error.where);
  return tl::unexpected<Error>(std::move(error));
}

}  // namespace signmark::c2pa::cbor
