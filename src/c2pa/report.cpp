// SPDX-License-Identifier: Apache-2.0
// Status codes, and the state that follows from them.
#include "c2pa/report.hpp"

#include <algorithm>

namespace signmark::c2pa {
namespace {

void add(Codes& codes, CodeKind kind, std::string_view code, std::string url, std::string why) {
  codes.push_back({kind, std::string(code), std::move(url), std::move(why)});
}

}  // namespace

void succeed(Codes& codes, std::string_view code, std::string url, std::string explanation) {
  add(codes, CodeKind::success, code, std::move(url), std::move(explanation));
}

void inform(Codes& codes, std::string_view code, std::string url, std::string explanation) {
  add(codes, CodeKind::informational, code, std::move(url), std::move(explanation));
}

void reject(Codes& codes, std::string_view code, std::string url, std::string explanation) {
  add(codes, CodeKind::failure, code, std::move(url), std::move(explanation));
}

bool has_code(const Codes& codes, std::string_view code) {
  return std::any_of(codes.begin(), codes.end(),
                     [&](const StatusCode& status) { return status.code == code; });
}

bool has_failure(const Codes& codes, std::string_view except) {
  return std::any_of(codes.begin(), codes.end(), [&](const StatusCode& status) {
    return status.kind == CodeKind::failure && status.code != except;
  });
}

bool Report::has(std::string_view code) const { return has_code(codes, code); }

std::string_view Report::state() const {
  // Content that could not be checked (a file cut off) has no failure code, yet is not valid.
  const bool valid = content == Answer::good && has(kSignatureValidated) && has(kInsideValidity) &&
                     !has_failure(codes, kCredentialUntrusted) &&
                     !has_failure(ingredient_codes, kCredentialUntrusted);
  if (!valid) return "Invalid";
  return has(kCredentialTrusted) && !has_failure(codes) ? "Trusted" : "Valid";
}

}  // namespace signmark::c2pa
