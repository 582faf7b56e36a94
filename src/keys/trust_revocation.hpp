// SPDX-License-Identifier: Apache-2.0
// Revocation: the issuer's versioned list, the issuer's own revocation, and what each reason means.
#pragma once

#include "keys/signed_object.hpp"
#include "signmark/trust.hpp"

namespace signmark::keys {

inline constexpr std::string_view kRevocationType = "revocation";
/// What fits into 64 KiB with room to spare; a list of more is refused before it is walked.
inline constexpr std::size_t kMaxRevocations = 4096;

/// Body of an issuer's own revocation, signed as type `revocation` when its key is made and kept
/// apart (keys.md 7.3). It withdraws the key and everything below it, for ever.
Bytes issuer_revocation_body(const PublicKey& issuer, UnixTime issued);

/// Body of a revocation list. Errors: `keys.revocation.size` above 64 KiB.
Result<Bytes> revocation_list_body(const RevocationList& list);

/// A parsed `revocation` body of either kind.
struct RevocationBody {
  bool own = false;  ///< the issuer withdraws itself; only list.issuer and list.issued are set
  RevocationList list;
};

/// Reads *verified* body bytes. Errors: `keys.object.body`, `keys.object.critical`.
Result<RevocationBody> parse_revocation_body(ByteView body);

/// Whether this entry makes a signature bad (keys.md 7.3).
bool entry_applies(const RevocationEntry& entry, const std::optional<ProvenTime>& proven);

/// For people: "compromised since 2026-11-01T00:00:00Z".
std::string describe(const RevocationEntry& entry);

}  // namespace signmark::keys
