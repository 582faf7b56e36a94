// SPDX-License-Identifier: Apache-2.0
// Running one program without a shell: bytes on stdin, bounded output, bounded time.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace signmark::keys {

/// Runs `argv` (the first an absolute path), hands it `input` as stdin and returns its stdout.
/// stderr is this process's own. The program inherits no other descriptor and no
/// SIGNMARK_PASSPHRASE; it is killed when its time is over. Errors: `keys.external.start`,
/// `keys.external.timeout`, `keys.external.failed` (exit status other than 0),
/// `keys.external.output` (more than `max_output` bytes).
Result<Bytes> run_program(const std::vector<std::string>& argv, ByteView input,
                          std::size_t max_output, std::chrono::milliseconds timeout);

}  // namespace signmark::keys
