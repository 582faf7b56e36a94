// SPDX-License-Identifier: Apache-2.0
// Our Ed25519 value in ReservedCode1 and ReservedCode2 over the message of TC260-PG-202511A A.1.
#include <fmt/format.h>

#include <algorithm>

#include "base/json.hpp"
#include "base/text.hpp"
#include "label/aigc_fields.hpp"

namespace signmark::label {
namespace {

constexpr std::string_view kType = "aigc-record";  // keys.md section 6
using Signature = std::array<Byte, 64>;

/// Indices into kFields, in the order of the message.
constexpr std::array<std::size_t, 3> trio_fields(Trio trio) {
  return trio == Trio::production ? std::array<std::size_t, 3>{0, 1, 2}
                                  : std::array<std::size_t, 3>{0, 4, 5};
}

/// A signature in the one form that we write.
std::optional<Signature> read_value(std::string_view text) {
  Signature out{};
  if (text.size() != 2 * out.size() ||
      text.find_first_not_of("0123456789abcdef") != std::string_view::npos)
    return std::nullopt;
  const auto bytes = unhex(text);
  if (!bytes) return std::nullopt;
  std::copy(bytes->begin(), bytes->end(), out.begin());
  return out;
}

}  // namespace

std::string integrity_message(const AigcRecord& record, Trio trio) {
  std::string out;
  for (const std::size_t index : trio_fields(trio)) {
    const FieldInfo& field = kFields[index];
    if (!out.empty()) out += ',';
    out += fmt::format("\"{}\":{}", field.name, dump_json(Json(record.*field.member)));
  }
  return out;
}

Result<std::string> sign_reserved_code(const AigcRecord& record, Trio trio,
                                       const SignObject& sign) {
  for (const std::size_t index : trio_fields(trio))
    if ((record.*kFields[index].member).empty())
      return fail("label.reserved.incomplete",
                  fmt::format("{} is empty, so there is nothing to protect", kFields[index].name));
  const std::string message = integrity_message(record, trio);
  SIGNMARK_ASSIGN(const Signature signature, sign(kType, as_bytes(message)));
  return hex(signature);
}

ReservedCheck verify_reserved_code(const AigcRecord& record, Trio trio,
                                   const VerifyObject& verify) {
  const std::string& value =
      trio == Trio::production ? record.reserved_code1 : record.reserved_code2;
  if (value.empty()) return ReservedCheck::absent;
  const auto signature = read_value(value);
  if (!signature) return ReservedCheck::foreign;
  const std::string message = integrity_message(record, trio);
  return verify(kType, as_bytes(message), *signature) ? ReservedCheck::verified
                                                      : ReservedCheck::failed;
}

}  // namespace signmark::label
