// SPDX-License-Identifier: Apache-2.0
// What stands behind TrustStore, shared by its source files.
#pragma once

#include "keys/trust_issuer.hpp"

namespace signmark::keys {

struct TrustStore::State {
  Context context;
  TrustPaths paths;
  TrustPolicy policy;
  std::vector<TrustedIssuer> issuers;
  std::vector<TrustProblem> problems;
  std::vector<KnownLeaf> offered;

  [[nodiscard]] UnixTime now() const { return context.clock->now(); }
  /// Null when the key is nobody's.
  TrustedIssuer* by_identity(const PublicKey& identity);
  /// A new issuer, news of a known one, or a problem.
  void add_system_file(const std::filesystem::path& path);
  /// Short id, full fingerprint, public line or name.
  /// Errors: `trust.issuer.unknown`, `trust.issuer.ambiguous`.
  Result<std::size_t> find(std::string_view selector) const;
  /// Errors: `trust.issuer.read-only` when the store has no folder of the user.
  Status require_writable() const;
  /// The issuer that a file is about, as a copy that has taken the file in.
  /// Errors: as TrustStore::update.
  Result<TrustedIssuer> updated_copy(std::string_view text);
  /// The last checks (the expiry only when there is a new bundle), then writes what is new and puts
  /// the issuer into the list. Nothing is written when a check fails.
  Result<UpdateOutcome> accept(TrustedIssuer issuer);
};

/// Full fingerprint or public line given by a person, compared with every key that signed the
/// chain: who trusts an earlier key is led to the present one by its signature. Errors:
/// `trust.add.expected`, `trust.add.mismatch`.
Status check_expected(const TrustedIssuer& issuer, std::string_view expected);

}  // namespace signmark::keys
