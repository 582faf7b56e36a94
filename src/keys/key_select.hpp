// SPDX-License-Identifier: Apache-2.0
// Which key a selector means.
#pragma once

#include "keys/key_disk.hpp"

namespace signmark::keys {

/// A short id or a unique beginning of one, a public line, a label; empty: the newest usable key. A
/// label that several keys of one succession bear means the one that has no successor.
/// Errors: `keys.select.none`, `keys.select.ambiguous`, `keys.text.secret` (a secret was given),
/// and the problem of the file that the selector names when it could not be read.
Result<StoredKey> select_key(const FoundKeys& found, std::string_view selector,
                             std::optional<Role> role);

/// Why this key may not be used. Errors: `keys.state.future`, `keys.state.expired`,
/// `keys.state.stopped`, `keys.state.withdrawn`, `keys.state.no_secret`.
Status check_usable(const StoredKey& key);

/// For questions and messages: `issuer key sm1-… "studio"`.
std::string describe(const KeyInfo& info);

}  // namespace signmark::keys
