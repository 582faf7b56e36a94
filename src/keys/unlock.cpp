// SPDX-License-Identifier: Apache-2.0
// Passphrases from descriptor, file, credential, environment and prompt, in this order.
#include "keys/unlock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "keys/secret_file.hpp"

namespace signmark::keys {
namespace fs = std::filesystem;
namespace {

constexpr const char* kCredential = "signmark.passphrase";
// A line of the longest passphrase, and enough more to tell "too long" from "too many lines".
constexpr std::size_t kMaxPassphraseFile = std::size_t{16} * 1024;
constexpr std::string_view kFlags =
    "use --passphrase-fd, --passphrase-file or a systemd credential";

tl::unexpected<Error> too_long(std::string where) {
  return fail("keys.passphrase.size",
              fmt::format("the passphrase is longer than {} bytes", kMaxPassphrase),
              std::move(where));
}

/// One byte; nothing at the end of the input.
Result<std::optional<Byte>> read_byte(int fd, const std::string& where) {
  Byte byte = 0;
  ssize_t n = 0;
  do n = ::read(fd, &byte, 1);
  while (n < 0 && errno == EINTR);
  if (n < 0)
    return fail("keys.passphrase.read",
                fmt::format("cannot read the passphrase: {}", system_message(errno)), where);
  return n == 0 ? std::nullopt : std::optional(byte);
}

/// The first line. Byte by byte: what follows it belongs to the next reader of the descriptor.
Result<SecretBytes> read_line(int fd, const std::string& where, SecureArena& arena) {
  SIGNMARK_ASSIGN(SecretBytes out, arena.allocate(kMaxPassphrase));
  std::size_t used = 0;
  for (;;) {
    SIGNMARK_ASSIGN(const auto byte, read_byte(fd, where));
    if (!byte || *byte == '\n') break;
    if (used == kMaxPassphrase) return too_long(where);
    out.open().bytes()[used++] = *byte;
  }
  out.truncate(used);
  return out;
}

Result<SecretBytes> read_only_line(int fd, const std::string& where, SecureArena& arena) {
  SIGNMARK_ASSIGN(SecretBytes out, read_line(fd, where, arena));
  SIGNMARK_ASSIGN(const auto more, read_byte(fd, where));
  if (more)
    return fail("keys.passphrase.lines", "the passphrase file has more than one line", where,
                "a passphrase is one line");
  return out;
}

/// A regular file under the rules of secret files, or a pipe, which only its two ends can read
/// (`--passphrase-file <(pass show signmark)`).
Result<SecretBytes> read_passphrase_file(const fs::path& path, const SecretFilePolicy& policy,
                                         SecureArena& arena) {
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0 && S_ISFIFO(info.st_mode)) {
    const OpenedSecretFile pipe(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (pipe.descriptor() < 0)
      return fail("keys.passphrase.read",
                  fmt::format("cannot open the pipe: {}", system_message(errno)), path.string());
    return read_only_line(pipe.descriptor(), path.string(), arena);
  }
  // One line and its LF; more is refused by reading on.
  SIGNMARK_ASSIGN(const OpenedSecretFile file, open_secret_file(path, kMaxPassphraseFile, policy));
  return read_only_line(file.descriptor(), path.string(), arena);
}

Result<SecretBytes> from_environment(const char* value, SecureArena& arena) {
  const ByteView text = as_bytes(value);
  if (text.size() > kMaxPassphrase) return too_long("SIGNMARK_PASSPHRASE");
  SIGNMARK_ASSIGN(SecretBytes out, arena.allocate(text.size()));
  std::copy(text.begin(), text.end(), out.open().bytes().begin());
  return out;
}

Result<SecretBytes> ask(const PromptFunction& question, const Prompt& prompt, SecureArena& arena) {
  SIGNMARK_ASSIGN(SecretBytes out, arena.allocate(kMaxPassphrase));
  std::size_t size = 0;
  {
    const auto view = out.open();
    SIGNMARK_ASSIGN(size, question(prompt, {reinterpret_cast<char*>(view.bytes().data()),
                                            view.bytes().size()}));
  }
  if (size > kMaxPassphrase) return too_long({});
  out.truncate(size);
  return out;
}

fs::path credential_of(const UnlockOptions& unlock) {
  if (unlock.credentials_directory.empty()) return {};
  const fs::path file = unlock.credentials_directory / kCredential;
  std::error_code code;
  return fs::exists(fs::symlink_status(file, code)) ? file : fs::path();
}

Result<SecretBytes> first_source(const Context& context, const UnlockOptions& unlock,
                                 const Prompt& prompt, SecureArena& arena) {
  if (unlock.passphrase_fd)
    return read_line(*unlock.passphrase_fd, fmt::format("descriptor {}", *unlock.passphrase_fd),
                     arena);
  if (!unlock.passphrase_file.empty())
    return read_passphrase_file(unlock.passphrase_file, {}, arena);
  if (const fs::path file = credential_of(unlock); !file.empty())
    return read_passphrase_file(file, {false, unlock.credentials_directory}, arena);
  if (unlock.environment_passphrase != nullptr) {
    if (context.log)
      context.log(LogLevel::info,
                  "the passphrase comes from SIGNMARK_PASSPHRASE; the environment "
                  "is readable by more programs than a file");
    return from_environment(unlock.environment_passphrase, arena);
  }
  if (unlock.prompt) return ask(unlock.prompt, prompt, arena);
  return fail("keys.passphrase.none",
              fmt::format("a passphrase for {} is needed, and nobody may be asked", prompt.subject),
              {}, std::string(kFlags));
}

}  // namespace

UnlockOptions UnlockOptions::from_process() {
  UnlockOptions unlock;
  if (const char* directory = std::getenv("CREDENTIALS_DIRECTORY"))
    unlock.credentials_directory = directory;
  // An empty variable is an unset one, as everywhere else.
  const char* passphrase = std::getenv("SIGNMARK_PASSPHRASE");
  if (passphrase != nullptr && *passphrase != '\0') unlock.environment_passphrase = passphrase;
  return unlock;
}

bool has_explicit_source(const UnlockOptions& unlock) {
  return unlock.passphrase_fd || !unlock.passphrase_file.empty() || !credential_of(unlock).empty();
}

Result<SecretBytes> passphrase_for(const Context& context, const UnlockOptions& unlock,
                                   const Prompt& prompt, SecureArena& arena) {
  SIGNMARK_ASSIGN(SecretBytes out, first_source(context, unlock, prompt, arena));
  if (!out.empty()) return out;
  return fail("keys.passphrase.empty",
              fmt::format("the passphrase for {} is empty", prompt.subject), {},
              "an empty passphrase protects nothing");
}

}  // namespace signmark::keys
