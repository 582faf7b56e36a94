// SPDX-License-Identifier: Apache-2.0
// Terminal questions.
#include "prompt.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/result.hpp"

namespace signmark::cli {
namespace {

/// /dev/tty, with echo off while it lives when asked for.
class Terminal {
 public:
  explicit Terminal(bool hide) : fd_(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    if (fd_ < 0 || !hide || ::tcgetattr(fd_, &before_) != 0) return;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    hidden_ = ::tcsetattr(fd_, TCSAFLUSH, &quiet) == 0;
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal() {
    if (hidden_) {
      ::tcsetattr(fd_, TCSAFLUSH, &before_);
      write("\n");
    }
    if (fd_ >= 0) ::close(fd_);
  }

  [[nodiscard]] bool ok() const { return fd_ >= 0; }

  void write(std::string_view text) const {
    [[maybe_unused]] const ssize_t n = ::write(fd_, text.data(), text.size());
  }

  /// One line without its end; nothing when the input ends or does not fit.
  std::optional<std::size_t> read_line(std::span<char> buffer) const {
    std::size_t used = 0;
    for (;;) {
      char c = 0;
      const ssize_t n = ::read(fd_, &c, 1);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return std::nullopt;
      if (c == '\n') return used;
      if (used == buffer.size()) return std::nullopt;
      buffer[used++] = c;
    }
  }

 private:
  int fd_ = -1;
  termios before_{};
  bool hidden_ = false;
};

tl::unexpected<Error> no_terminal() {
  return fail("keys.passphrase.prompt", "a passphrase is needed and there is no terminal to ask on",
              {}, "use --passphrase-fd, --passphrase-file or a systemd credential");
}

Result<std::size_t> ask_once(const std::string& question, std::span<char> buffer) {
  const Terminal terminal(true);
  if (!terminal.ok()) return no_terminal();
  terminal.write(question);
  const auto size = terminal.read_line(buffer);
  if (!size) return fail("keys.passphrase.prompt", "no passphrase was entered");
  return *size;
}

}  // namespace

Result<std::size_t> ask_on_terminal(const keys::Prompt& prompt, std::span<char> buffer) {
  const bool fresh = prompt.purpose == keys::Prompt::Purpose::protect;
  SIGNMARK_ASSIGN(
      const std::size_t size,
      ask_once(fmt::format("{} for {}: ", fresh ? "New passphrase" : "Passphrase", prompt.subject),
               buffer));
  if (!prompt.confirm) return size;
  std::array<char, keys::kMaxPassphrase> again{};
  const auto repeated = ask_once("Again: ", again);
  const bool same =
      repeated && *repeated == size && sodium_memcmp(again.data(), buffer.data(), size) == 0;
  sodium_memzero(again.data(), again.size());
  if (!repeated) return tl::unexpected<Error>(repeated.error());
  if (!same) return fail("keys.passphrase.prompt", "the two passphrases differ");
  return size;
}

bool confirm_on_terminal(const std::string& question) {
  const Terminal terminal(false);
  if (!terminal.ok()) return false;
  terminal.write(question + " [y/N] ");
  std::array<char, 16> answer{};
  const auto size = terminal.read_line(answer);
  return size && *size > 0 && (answer[0] == 'y' || answer[0] == 'Y');
}

}  // namespace signmark::cli
