// SPDX-License-Identifier: Apache-2.0
// The 27-character provider code of TC260-PG-20252A and the credit code (GB 32100-2015) inside it.
#include "label/provider_code.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "label/aigc_fields.hpp"

namespace signmark::label {
namespace {

constexpr std::size_t kCodeLength = 27;
constexpr std::size_t kCreditLength = 18;
constexpr std::size_t kCreditOffset = 4;
/// GB 32100: digits and capitals without I, O, S, V, Z.
constexpr std::string_view kCreditAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
/// Format 00, subject 1 (organisation), binding 1 (credit code).
constexpr std::string_view kPrefix = "0011";

bool is_upper_alnum(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); }

bool is_shaped(std::string_view code) {
  return code.starts_with(kPrefix) && std::all_of(code.begin(), code.end(), is_upper_alnum) &&
         code.substr(kCreditOffset, kCreditLength).find_first_not_of(kCreditAlphabet) ==
             std::string_view::npos;
}

/// One character repeated, or a run up the keyboard: what people type to get past a check. GB 32100
/// has a region at 3-8 and a body at 9-17, so no registered code looks so.
bool is_placeholder(std::string_view credit) {
  const std::string_view body = credit.substr(0, kCreditLength - 1);
  if (std::all_of(body.begin(), body.end(), [&](char c) { return c == body.front(); })) return true;
  constexpr std::string_view kRuns = "01234567890123456789";
  if (kRuns.find(body) != std::string_view::npos) return true;
  const std::string_view region = body.substr(2, 6), subject = body.substr(8);
  const auto same = [](std::string_view part) {
    return part.find_first_not_of(part.front()) == std::string_view::npos;
  };
  return same(region) || same(subject);
}

}  // namespace

bool is_credit_code(std::string_view code) {
  if (code.size() != kCreditLength) return false;
  unsigned sum = 0, weight = 1;  // weights are 3^i mod 31
  for (const char c : code.substr(0, kCreditLength - 1)) {
    const std::size_t value = kCreditAlphabet.find(c);
    if (value == std::string_view::npos) return false;
    sum += static_cast<unsigned>(value) * weight;
    weight = weight * 3 % 31;
  }
  return kCreditAlphabet[(31 - sum % 31) % 31] == code.back();
}

bool looks_like_provider_code(std::string_view text) {
  const bool code_like = std::all_of(
      text.begin(), text.end(), [](char c) { return is_upper_alnum(c) || (c >= 'a' && c <= 'z'); });
  return code_like && (text.size() == kCodeLength || is_credit_code(text) ||
                       (text.starts_with("001") && text.size() >= kCreditLength));
}

std::optional<CodeFault> provider_code_fault(std::string_view code) {
  if (is_credit_code(code))
    return CodeFault{"length",
                     "this is a bare credit code of 18 characters, a provider code has 27",
                     fmt::format("write {}{}00000", kPrefix, code)};
  if (code.size() != kCodeLength)
    return CodeFault{
        "length", fmt::format("a provider code has 27 characters, not {}", code.size()), {}};
  if (!is_shaped(code))
    return CodeFault{"shape",
                     "a provider code is 0011, a credit code of 18 and 5 digits or capital letters",
                     {}};
  const std::string_view credit = code.substr(kCreditOffset, kCreditLength);
  if (is_placeholder(credit))
    return CodeFault{"placeholder", "the credit code is a placeholder",
                     "use the provider's registered unified social credit code, or its name"};
  if (!is_credit_code(credit))
    return CodeFault{"check", "the check digit of the credit code is wrong (GB 32100)",
                     "compare the code with the business licence"};
  return std::nullopt;
}

Status check_provider_code(std::string_view code) {
  auto fault = provider_code_fault(code);
  if (!fault) return {};
  return fail(fmt::format("label.code.{}", fault->what),
              fmt::format("{} ({})", fault->message, kCodeGuide), {}, std::move(fault->hint));
}

}  // namespace signmark::label
