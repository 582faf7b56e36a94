// SPDX-License-Identifier: Apache-2.0
// Where a passphrase comes from (keys.md section 5); it lives in locked memory only.
#pragma once

#include "base/result.hpp"
#include "signmark/keyring.hpp"

namespace signmark::keys {

/// Whether descriptor, file or credential are set: the sources that come before the agent.
/// A credential counts when its file exists.
bool has_explicit_source(const UnlockOptions& unlock);

/// The passphrase from the first source that is set; never empty. Says so through `context.log`
/// when it was the environment. Errors: `keys.passphrase.none` (no source; names the flags),
/// `keys.passphrase.read`, `keys.passphrase.lines` (a file with more than one line),
/// `keys.passphrase.size`, `keys.passphrase.empty`, `keys.file.*`, `keys.memory`, the prompt's own.
Result<SecretBytes> passphrase_for(const Context& context, const UnlockOptions& unlock,
                                   const Prompt& prompt, SecureArena& arena);

}  // namespace signmark::keys
