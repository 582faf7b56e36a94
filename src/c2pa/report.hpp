// SPDX-License-Identifier: Apache-2.0
// Collecting C2PA status codes (2.5: 14.2.2) while a manifest is validated.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "signmark/c2pa.hpp"

namespace signmark::c2pa {

// Codes that more than one place speaks of.
inline constexpr std::string_view kSignatureValidated = "claimSignature.validated";
inline constexpr std::string_view kInsideValidity = "claimSignature.insideValidity";
inline constexpr std::string_view kSignatureMismatch = "claimSignature.mismatch";
inline constexpr std::string_view kCredentialInvalid = "signingCredential.invalid";
inline constexpr std::string_view kCredentialTrusted = "signingCredential.trusted";
inline constexpr std::string_view kCredentialUntrusted = "signingCredential.untrusted";
inline constexpr std::string_view kCredentialRevoked = "signingCredential.revoked";
inline constexpr std::string_view kManifestCompressed = "io.signmark.manifest.compressed";
inline constexpr std::string_view kAlgorithmUnsupported = "algorithm.unsupported";
inline constexpr std::string_view kActionMalformed = "assertion.action.malformed";
inline constexpr std::string_view kIngredientMalformed = "assertion.ingredient.malformed";

using Codes = std::vector<StatusCode>;

void succeed(Codes& codes, std::string_view code, std::string url, std::string explanation = {});
void inform(Codes& codes, std::string_view code, std::string url, std::string explanation);
void reject(Codes& codes, std::string_view code, std::string url, std::string explanation);

bool has_code(const Codes& codes, std::string_view code);

/// Whether any failure is there; those of a code in `except` do not count.
bool has_failure(const Codes& codes, std::string_view except = {});

}  // namespace signmark::c2pa
