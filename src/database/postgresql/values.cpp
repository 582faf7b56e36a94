// SPDX-License-Identifier: Apache-2.0
// Values on their way to libpq and back.
#include "database/postgresql/values.hpp"

#include <fmt/format.h>

#include <charconv>
#include <limits>

#include "base/text.hpp"

namespace signmark::database {
namespace {

constexpr int kText = 0, kBinary = 1;

// Types by their numbers in pg_type.dat; they never change.
enum : Oid {
  kBool = 16,
  kBytea = 17,
  kInt8 = 20,
  kInt2 = 21,
  kInt4 = 23,
  kOid = 26,
  kFloat4 = 700,
  kFloat8 = 701,
  kNumeric = 1700,
};

Value integer_of(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

Value real_of(std::string_view text) {
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// The server's form is `\x` and hex digits.
Value bytes_of(std::string_view text) {
  return unhex(text.substr(std::min<std::size_t>(2, text.size()))).value_or(Bytes{});
}

Value value_of(Oid type, std::string_view text) {
  switch (type) {
    case kBool:
      return std::int64_t{text == "t" ? 1 : 0};
    case kInt2:
    case kInt4:
    case kInt8:
    case kOid:
      return integer_of(text);
    case kFloat4:
    case kFloat8:
      return real_of(text);
    case kNumeric:  // sum() of integers
      return text.find_first_of(".eN") == std::string_view::npos ? integer_of(text) : real_of(text);
    case kBytea:
      return bytes_of(text);
    default:
      return std::string(text);
  }
}

}  // namespace

Result<Parameters> Parameters::of(const std::vector<Value>& values) {
  Parameters out;
  out.numbers_.reserve(values.size());
  for (const Value& value : values) SIGNMARK_TRY(out.add(value));
  return out;
}

void Parameters::add_text(const char* text, std::size_t size) {
  data_.push_back(text);
  sizes_.push_back(static_cast<int>(size));
  formats_.push_back(kText);
}

void Parameters::add_bytes(const Bytes& bytes) {
  static constexpr char kNothing[] = "";  // a null pointer would mean null
  data_.push_back(bytes.empty() ? kNothing : reinterpret_cast<const char*>(bytes.data()));
  sizes_.push_back(static_cast<int>(bytes.size()));
  formats_.push_back(kBinary);
}

Status Parameters::add(const Value& value) {
  if (const auto* bytes = std::get_if<Bytes>(&value)) {
    if (bytes->size() > std::numeric_limits<int>::max())
      return fail("database.full", "a value is larger than a server takes");
    add_bytes(*bytes);
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    if (text->find('\0') != std::string::npos || !is_utf8(*text))
      return fail("database.sql", "text with NUL or not UTF-8");
    add_text(text->c_str(), text->size());
  } else if (const auto* real = std::get_if<double>(&value)) {
    numbers_.push_back(fmt::format("{}", *real));
    add_text(numbers_.back().c_str(), numbers_.back().size());
  } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    numbers_.push_back(fmt::format("{}", *integer));
    add_text(numbers_.back().c_str(), numbers_.back().size());
  } else {
    add_text(nullptr, 0);
  }
  return {};
}

Row row_of(const PGresult* result, int row) {
  Row out(static_cast<std::size_t>(PQnfields(result)));
  for (int i = 0; i < PQnfields(result); ++i) {
    if (PQgetisnull(result, row, i) != 0) continue;
    const std::string_view text(PQgetvalue(result, row, i),
                                static_cast<std::size_t>(PQgetlength(result, row, i)));
    out[static_cast<std::size_t>(i)] = value_of(PQftype(result, i), text);
  }
  return out;
}

}  // namespace signmark::database
