// SPDX-License-Identifier: Apache-2.0
// Unlocking: the order of sources, and what each refuses.
#include "keys/unlock.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <thread>

#include "keyring_support.hpp"

using namespace signmark;
using namespace signmark::keys;
using namespace signmark::test;
namespace fs = std::filesystem;

namespace {

std::string line_of(std::size_t length) {
  std::string line(length + 1, 'x');
  line.back() = '\n';
  return line;
}

struct Asked {
  ScratchDir scratch;
  std::shared_ptr<SecureArena> arena = make_arena();
  std::vector<std::string> log;

  Result<std::string> operator()(const UnlockOptions& unlock) {
    Context context = test_context();
    context.log = [&](LogLevel, std::string_view text) { log.emplace_back(text); };
    const Prompt prompt{Prompt::Purpose::unlock, "a key", false};
    return passphrase_for(context, unlock, prompt, *arena).map([](const SecretBytes& secret) {
      const Bytes bytes = reveal(secret);
      return std::string(as_text(bytes));
    });
  }
  fs::path file(const std::string& name, const std::string& text, unsigned mode = 0600) {
    overwrite(scratch / name, text);
    fs::permissions(scratch / name, fs::perms(mode));
    return scratch / name;
  }
};

/// A pipe that holds this text.
int pipe_with(std::string_view text) {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  REQUIRE(::write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  ::close(ends[1]);
  return ends[0];
}

}  // namespace

TEST_CASE("unlock: the first source that is set wins") {
  Asked ask;
  const fs::path credentials = ask.scratch / "credentials";
  fs::create_directory(credentials);
  overwrite(credentials / "signmark.passphrase", "from credential");
  UnlockOptions unlock = answer("from prompt");
  CHECK(ask(unlock) == "from prompt");
  CHECK(ask.log.empty());
  unlock.environment_passphrase = "from environment";
  CHECK(ask(unlock) == "from environment");
  CHECK(ask.log.size() == 1);
  CHECK_FALSE(has_explicit_source(unlock));
  unlock.credentials_directory = credentials;
  CHECK(ask(unlock) == "from credential");
  CHECK(has_explicit_source(unlock));
  unlock.passphrase_file = ask.file("pass", "from file\n");
  CHECK(ask(unlock) == "from file");
  unlock.passphrase_fd = pipe_with("from descriptor\nsecond\n");
  CHECK(ask(unlock) == "from descriptor");
  CHECK(ask(unlock) == "second");
  CHECK(code_of(ask(unlock)) == "keys.passphrase.empty");
  ::close(*unlock.passphrase_fd);
  CHECK(code_of(ask(unlock)) == "keys.passphrase.read");
}

TEST_CASE("unlock: without any source the error names the flags") {
  Asked ask;
  const auto refused = ask({});
  CHECK(code_of(refused) == "keys.passphrase.none");
  CHECK(refused.error().hint.find("--passphrase-fd") != std::string::npos);
  CHECK(refused.error().hint.find("--passphrase-file") != std::string::npos);
}

TEST_CASE("unlock: passphrase files are as strict as key files") {
  Asked ask;
  UnlockOptions unlock;
  const auto with = [&](const fs::path& path) {
    unlock.passphrase_file = path;
    return ask(unlock);
  };
  CHECK(with(ask.file("plain", "pass phrase")) == "pass phrase");
  CHECK(with(ask.file("cr", "x\r\n")) == "x\r");
  CHECK(code_of(with(ask.file("two", "a\nb\n"))) == "keys.passphrase.lines");
  CHECK(code_of(with(ask.file("blank", "a\n\n"))) == "keys.passphrase.lines");
  CHECK(code_of(with(ask.file("empty", ""))) == "keys.passphrase.empty");
  CHECK(code_of(with(ask.file("loose", "a", 0644))) == "keys.file.permissions");
  CHECK(with(ask.file("longest", line_of(kMaxPassphrase)))->size() == kMaxPassphrase);
  CHECK(code_of(with(ask.file("long", std::string(kMaxPassphrase + 1, 'x')))) ==
        "keys.passphrase.size");
  CHECK(code_of(with(ask.file("huge", std::string(100'000, 'x')))) == "keys.file.size");
  CHECK(code_of(with(ask.scratch / "none")) == "keys.file.open");
  fs::create_symlink(ask.scratch / "plain", ask.scratch / "link");
  CHECK(code_of(with(ask.scratch / "link")) == "keys.file.type");
  CHECK(code_of(with(ask.scratch.path())) == "keys.file.type");
}

TEST_CASE("unlock: a pipe serves as passphrase file") {
  Asked ask;
  const fs::path pipe = ask.scratch / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  std::thread writer([&] {
    const int fd = ::open(pipe.c_str(), O_WRONLY);
    [[maybe_unused]] const ssize_t n = ::write(fd, "piped\n", 6);
    ::close(fd);
  });
  UnlockOptions unlock;
  unlock.passphrase_file = pipe;
  CHECK(ask(unlock) == "piped");
  writer.join();
}

TEST_CASE("unlock: a credential may be readable by its group, other files may not") {
  Asked ask;
  UnlockOptions unlock;
  unlock.credentials_directory = ask.scratch.path();
  CHECK(code_of(ask(unlock)) == "keys.passphrase.none");  // the directory has no such file
  ask.file("signmark.passphrase", "x", 0440);
  CHECK(ask(unlock) == "x");
  ask.file("signmark.passphrase", "x", 0444);
  CHECK(code_of(ask(unlock)) == "keys.file.permissions");
}

TEST_CASE("unlock: environment and prompt have the same bounds") {
  Asked ask;
  const std::string huge(kMaxPassphrase + 1, 'x');
  UnlockOptions unlock;
  unlock.environment_passphrase = huge.c_str();
  CHECK(code_of(ask(unlock)) == "keys.passphrase.size");
  unlock.environment_passphrase = "";
  CHECK(code_of(ask(unlock)) == "keys.passphrase.empty");
  unlock = {};
  unlock.prompt = [](const Prompt&, std::span<char> buffer) -> Result<std::size_t> {
    return buffer.size() + 1;
  };
  CHECK(code_of(ask(unlock)) == "keys.passphrase.size");
  unlock.prompt = [](const Prompt&, std::span<char>) -> Result<std::size_t> {
    return fail("keys.passphrase.prompt", "no terminal");
  };
  CHECK(code_of(ask(unlock)) == "keys.passphrase.prompt");
}

TEST_CASE("unlock: the process's own sources") {
  ::setenv("SIGNMARK_PASSPHRASE", "from the process", 1);
  ::setenv("CREDENTIALS_DIRECTORY", "/run/credentials/x", 1);
  CHECK(UnlockOptions::from_process().environment_passphrase == std::string("from the process"));
  CHECK(UnlockOptions::from_process().credentials_directory == "/run/credentials/x");
  ::setenv("SIGNMARK_PASSPHRASE", "", 1);
  CHECK(UnlockOptions::from_process().environment_passphrase == nullptr);
  ::unsetenv("SIGNMARK_PASSPHRASE");
  ::unsetenv("CREDENTIALS_DIRECTORY");
  CHECK(UnlockOptions::from_process().environment_passphrase == nullptr);
  CHECK(UnlockOptions::from_process().credentials_directory.empty());
}
