// SPDX-License-Identifier: Apache-2.0
// Asking a person, on the terminal itself: pipes on stdin and stdout stay free (keys.md section 5).
#pragma once

#include "signmark/keyring.hpp"

namespace signmark::cli {

/// A passphrase without echo, from /dev/tty. Errors: `keys.passphrase.prompt` (no terminal).
Result<std::size_t> ask_on_terminal(const keys::Prompt& prompt, std::span<char> buffer);

/// A yes-or-no question on /dev/tty; no terminal is a no.
bool confirm_on_terminal(const std::string& question);

}  // namespace signmark::cli
