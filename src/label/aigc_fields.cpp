// SPDX-License-Identifier: Apache-2.0
// Names of the seven fields, as the standard writes them and as products misspell them.
#include "label/aigc_fields.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace signmark::label {
namespace {

/// Spellings of released products that are more than a change of case (gb45438.md section 9:
/// iFlow).
constexpr std::array<std::pair<std::string_view, std::string_view>, 2> kMisspelt{{
    {"ReserveCode1", "ReservedCode1"},
    {"ReserveCode2", "ReservedCode2"},
}};

std::optional<std::size_t> find_name(std::string_view name, bool ignore_case) {
  for (std::size_t i = 0; i < kFields.size(); ++i)
    if (ignore_case ? iequals(kFields[i].name, name) : kFields[i].name == name) return i;
  return std::nullopt;
}

}  // namespace

std::optional<std::size_t> field_index(std::string_view name) { return find_name(name, false); }

std::optional<std::size_t> misspelt_field_index(std::string_view name) {
  if (field_index(name)) return std::nullopt;
  for (const auto& [wild, meant] : kMisspelt)
    if (iequals(wild, name)) return find_name(meant, false);
  return find_name(name, true);
}

bool names_aigc(std::string_view key) {
  constexpr std::string_view kWord = "AIGC";
  for (std::size_t i = 0; i + kWord.size() <= key.size(); ++i)
    if (iequals(key.substr(i, kWord.size()), kWord)) return true;
  return false;
}

std::string excerpt(std::string_view text) {
  constexpr std::size_t kMost = 64;
  const auto code_points = decode_utf8(text.substr(0, 4 * kMost + 4));
  if (code_points && code_points->size() <= kMost && text.size() <= 4 * kMost)
    return printable(text);
  if (!code_points) return printable(text.substr(0, kMost));
  return printable(encode_utf8(std::u32string_view(*code_points).substr(0, kMost))) + "...";
}

std::string_view trim_value(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  constexpr std::string_view kBlank(" \t\r\n\0", 5);
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

}  // namespace signmark::label
