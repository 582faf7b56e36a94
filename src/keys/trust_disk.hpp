// SPDX-License-Identifier: Apache-2.0
// Trusted issuers on disk: one folder each, named by the public line of its first issuer key.
//
//   trust/smissuer1…/trust.1.json … trust.N.json   the whole chain
//                    revoked.N.json                the newest revocation list
//                    withdrawn.smissuer1….json     an issuer key's own revocation
//                    root.der                      an issuer made on this machine
#pragma once

#include "keys/trust_issuer.hpp"

namespace signmark::keys {

/// Folders of issuers below `directory`, sorted; empty when it does not exist yet.
/// Errors: `trust.store.unreadable`, `trust.store.permissions`.
Result<std::vector<std::filesystem::path>> issuer_folders(const std::filesystem::path& directory);

/// Reads and verifies one folder; nothing when it is empty or does not exist.
/// Errors: `trust.store.*`, `trust.bundle.*`, `trust.update.*`, `keys.object.*`, `base.file.*`.
Result<std::optional<TrustedIssuer>> load_issuer(const std::filesystem::path& folder);

/// `*.smbundle` files of a system folder, sorted; empty when it does not exist.
/// Errors: `trust.store.unreadable`, `trust.store.permissions`.
Result<std::vector<std::filesystem::path>> system_files(const std::filesystem::path& directory);

/// Writes what `after` has and `before` (may be null) has not, to after.directory. Bundles first: a
/// run that is cut off leaves a state that is whole, only older or marked as stale.
/// Errors: `base.file.*`, `keys.dir.*`, `trust.update.race` (another process was quicker).
Status save_issuer(const TrustedIssuer* before, const TrustedIssuer& after);

/// Forgets a folder at once (rename), then removes its files. Errors: `trust.store.remove`.
Status remove_issuer(const std::filesystem::path& folder);

}  // namespace signmark::keys
