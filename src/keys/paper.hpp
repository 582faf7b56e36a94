// SPDX-License-Identifier: Apache-2.0
// The paper form of a secret: its line in numbered rows of groups, each row with a check of its
// own, so that a typing error is found in its row (keys.md section 7.4).
//
//   SIGNMARK-SIGN-SECRET-1
//   1  QPZR Y9X8 GF2T VDW0 S3JN  A7
//   2  …
//   3  …
#pragma once

#include "base/result.hpp"
#include "keys/names.hpp"

namespace signmark::keys {

/// From a secret line (see secret_text). Errors: `keys.memory`.
Result<SecretBytes> paper_text(SecureArena& arena, const SecretBytes& line);

/// Whether the text begins as the paper form does: with a head and nothing behind it on its line.
bool is_paper_text(std::string_view text);

/// The secret line. Blanks and case do not matter, everything else does; never quotes the text.
/// Errors: `keys.text.prefix`, `keys.text.length`, `keys.text.checksum` (where: the row),
/// `keys.memory`.
Result<SecretBytes> parse_paper_text(SecureArena& arena, std::string_view text);

}  // namespace signmark::keys
