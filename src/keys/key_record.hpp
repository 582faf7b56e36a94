// SPDX-License-Identifier: Apache-2.0
// The `.pub` file beside a key: its public half, and what happened to it since it was made.
#pragma once

#include "base/result.hpp"
#include "signmark/keyring.hpp"

namespace signmark::keys {

inline constexpr std::size_t kMaxKeyRecord = 4096;  ///< bytes of text

struct RecordedWithdrawal {
  RevocationReason reason = RevocationReason::compromised;
  UnixTime since = 0;
};

/// Nothing in it is proved: whoever may write the keyring may write it.
struct KeyRecord {
  Role role = Role::signing;
  PublicKey public_key{};  ///< for a carrier key: its keyed fingerprint
  std::string label;
  UnixTime created = 0, expires = 0;
  std::optional<UnixTime> stops;  ///< end of the overlap after a rotation
  std::string superseded_by;      ///< short id
  std::optional<RecordedWithdrawal> withdrawn;
};

/// JSON, ends with a line feed.
std::string encode_key_record(const KeyRecord& record);
/// Errors: `keys.record`.
Result<KeyRecord> decode_key_record(std::string_view text);

/// The record of a key as it was made.
KeyRecord record_of(const KeyInfo& info);

}  // namespace signmark::keys
