// SPDX-License-Identifier: Apache-2.0
// `issuer.smbundle`: the one public file that a verifier gets (keys.md 8.4).
#pragma once

#include "keys/signed_object.hpp"
#include "signmark/trust.hpp"

namespace signmark::keys {

inline constexpr std::size_t kMaxIssuerFile = 4U << 20;
/// TUF's bounded number of steps: one version a week for twenty years.
inline constexpr std::size_t kMaxChain = 1024;

/// The file, decoded. The wrapper itself is not signed: `issuer` is a claim to be compared with a
/// fingerprint from elsewhere, all else is verified below it.
struct IssuerFile {
  PublicKey issuer{};               ///< signs version 1
  std::vector<SignedObject> chain;  ///< versions 1…N
  std::optional<SignedObject> revocation;
  std::vector<SignedObject> withdrawals;  ///< issuers' own revocations
};

/// What kind of file a text is.
enum class TrustFileKind { issuer_file, bundle, revocation };

/// Errors: `trust.file.size`, `trust.file.syntax`.
Result<TrustFileKind> trust_file_kind(std::string_view text);

/// Errors: `trust.file.size`, `trust.file.syntax`, `trust.file.steps`, `keys.object.*`.
Result<IssuerFile> read_issuer_file(std::string_view text);

/// Text form, with the id of the public carrier key and the formats that this version understands.
std::string issuer_file_text(const IssuerFile& file);

}  // namespace signmark::keys
