// SPDX-License-Identifier: Apache-2.0
// CBOR diagnostic notation (RFC 8949 section 8) for people.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "c2pa/cbor.hpp"

namespace signmark::c2pa::cbor {
namespace {

class Printer {
 public:
  explicit Printer(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  void print(const Value& value, std::size_t indent) {
    switch (value.kind()) {
      case Kind::array:
        return array(*value.as_array(), indent);
      case Kind::map:
        return map(*value.as_map(), indent);
      case Kind::tag:
        out_ += fmt::format("{}(", value.as_tag()->number);
        print(value.as_tag()->content.front(), indent);
        out_ += ')';
        return;
      default:
        out_ += scalar(value);
    }
  }

  std::string take() { return std::move(out_); }

 private:
  [[nodiscard]] std::string scalar(const Value& value) const {
    switch (value.kind()) {
      case Kind::uint:
        return fmt::format("{}", *value.as_uint());
      case Kind::negint:
        return negative(*value.as_negint());
      case Kind::bytes:
        return byte_string(*value.as_bytes());
      case Kind::text:
        return quoted(*value.as_text());
      case Kind::boolean:
        return *value.as_bool() ? "true" : "false";
      case Kind::undefined:
        return "undefined";
      case Kind::floating:
        return fmt::format("{:#}", *value.as_double());
      case Kind::simple:
        return fmt::format("simple({})", *value.as_simple());
      default:
        return "null";
    }
  }

  /// -1 - n, which for the largest n needs one bit more than any integer type here has.
  static std::string negative(std::uint64_t n) {
    if (n == UINT64_MAX) return "-18446744073709551616";
    return fmt::format("-{}", n + 1);
  }

  [[nodiscard]] std::string byte_string(const Bytes& bytes) const {
    if (bytes.size() <= max_bytes_) return fmt::format("h'{}'", hex(bytes));
    if (std::all_of(bytes.begin(), bytes.end(), [](Byte b) { return b == 0; }))
      return fmt::format("h'00…' / {} zero bytes /", bytes.size());
    return fmt::format("h'{}…' / {} bytes /", hex(ByteView(bytes).first(max_bytes_ / 2)),
                       bytes.size());
  }

  static std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (const char c : printable(text)) {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
    return out += '"';
  }

  void line(std::size_t indent) {
    out_ += '\n';
    out_.append(indent, ' ');
  }

  void array(const std::vector<Value>& items, std::size_t indent) {
    if (items.empty()) {
      out_ += "[]";
      return;
    }
    out_ += '[';
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i > 0) out_ += ',';
      line(indent + 2);
      print(items[i], indent + 2);
    }
    line(indent);
    out_ += ']';
  }

  void map(const std::vector<Entry>& entries, std::size_t indent) {
    if (entries.empty()) {
      out_ += "{}";
      return;
    }
    out_ += '{';
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (i > 0) out_ += ',';
      line(indent + 2);
      print(entries[i].key, indent + 2);
      out_ += ": ";
      print(entries[i].value, indent + 2);
    }
    line(indent);
    out_ += '}';
  }

  std::size_t max_bytes_;
  std::string out_;
};

}  // namespace

std::string diagnostic(const Value& value, std::size_t indent, std::size_t max_bytes) {
  Printer printer(max_bytes);
  printer.print(value, indent);
  return printer.take();
}

}  // namespace signmark::c2pa::cbor
