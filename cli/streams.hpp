// SPDX-License-Identifier: Apache-2.0
// `-` as a file name: stdin and stdout.
#pragma once

#include <string_view>

#include "signmark/base.hpp"

namespace signmark::cli {

/// Whether a file name means stdin or stdout.
inline bool is_stream(std::string_view name) { return name == "-"; }

/// Everything that stdin gives. Errors: `cli.stdin` (a terminal, or reading failed),
/// `base.file.size` above limits.file_size.
Result<Bytes> read_stdin(const Limits& limits);

/// Refuses to write media to a terminal; to be called before the work. Errors: `cli.usage`.
Status check_stdout();

/// Errors: `cli.stdout`.
Status write_stdout(ByteView bytes);

}  // namespace signmark::cli
