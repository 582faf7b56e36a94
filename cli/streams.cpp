// SPDX-License-Identifier: Apache-2.0
// Standard input and output as files.
#include "streams.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/file.hpp"

namespace signmark::cli {

Result<Bytes> read_stdin(const Limits& limits) {
  if (::isatty(STDIN_FILENO) == 1)
    return fail("cli.stdin", "stdin is a terminal", "-", "pipe a file into it: … < photo.png");
  Bytes bytes;
  std::array<Byte, 1U << 16> chunk{};
  for (;;) {
    const ssize_t got = ::read(STDIN_FILENO, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail("cli.stdin", "cannot read stdin: " + system_message(errno), "-");
    if (got == 0) return bytes;
    bytes.insert(bytes.end(), chunk.begin(), chunk.begin() + got);
    if (bytes.size() > limits.file_size)
      return fail("base.file.size", "stdin is larger than the limit", "-",
                  "raise it with --limit file-size=BYTES");
  }
}

Status check_stdout() {
  if (::isatty(STDOUT_FILENO) != 1) return {};
  return fail("cli.usage", "refusing to write a media file to the terminal", "-",
              "redirect it: … > marked.png, or name a file with -o");
}

Status write_stdout(ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return fail("cli.stdout", "cannot write stdout: " + system_message(errno), "-");
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
  return {};
}

}  // namespace signmark::cli
