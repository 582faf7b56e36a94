// SPDX-License-Identifier: Apache-2.0
// `signmark doctor`: environment, versions, limits, self-test.
#include "commands/doctor_command.hpp"

#include <fmt/format.h>
#include <linux/seccomp.h>
#include <openssl/crypto.h>
#include <sodium.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "base/hash.hpp"
#include "base/result.hpp"
#include "base/text.hpp"
#include "keys_access.hpp"
#include "signmark/image.hpp"
#include "signmark/version.hpp"
#include "signmark/video.hpp"

namespace signmark::cli {
namespace {

/// One line of the report; a check that is not ok makes the exit code 1.
struct Check {
  std::string name, value;
  bool ok = true;
};

Check check_hash() {
  const bool ok = hex(hash(HashAlg::sha256, as_bytes("abc"))).starts_with("ba7816bf8f01cfea");
  return {"SHA-256", ok ? "matches its published vector" : "WRONG", ok};
}

Check check_signature() {
  keys::PublicKey key{};
  std::array<Byte, crypto_sign_SECRETKEYBYTES> secret{};
  crypto_sign_keypair(key.data(), secret.data());
  const std::string message("signmark/checkpoint/v1\0self-test", 32);
  keys::Signature signature{};
  crypto_sign_detached(signature.data(), nullptr, as_bytes(message).data(), message.size(),
                       secret.data());
  sodium_memzero(secret.data(), secret.size());
  const bool good = keys::verify_object(key, "checkpoint", as_bytes("self-test"), signature);
  const bool refused = !keys::verify_object(key, "checkpoint", as_bytes("self-tesT"), signature);
  return {"Ed25519", good && refused ? "good signature accepted, changed one refused" : "WRONG",
          good && refused};
}

/// A library that is loaded on first need.
template <class Room>
Check check_module(const char* name, const Result<const Room*>& room) {
  return {name, room ? "loads" : room.error().message, room.has_value()};
}

/// What `mark` lays its robust mark with and `verify` always tries.
Check check_carriers(const Session& session) {
  const auto at_hand = carriers_to_try(session, {})();
  if (!at_hand) return {"carrier keys", at_hand.error().message, false};
  return {"carrier keys", fmt::format("public, {} private at hand, {} behind a passphrase",
                                      at_hand->keys.size(), at_hand->closed)};
}

Check check_keys() {
  const auto home = key_home();
  if (!home) return {"keys", home.error().message, false};
  return {"keys", path_text(home->keys())};
}

Check check_memory() {
  const auto arena = keys::SecureArena::create();
  if (!arena) return {"locked memory", arena.error().message, false};
  return {"locked memory", (*arena)->locked() ? "yes" : "no: secrets may reach swap (ulimit -l)"};
}

/// What the kernel offers to seal workers of `signmark batch` with (reliability.md section 7).
Check check_sandbox() {
  constexpr unsigned kAskVersion = 1;
  const long landlock = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, kAskVersion);
  // A filter at address 0 is refused for its address only where filters are known.
  ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, nullptr);
  const bool seccomp = errno == EFAULT;
  return {"sandbox", fmt::format("Landlock {}, seccomp {}",
                                 landlock > 0 ? fmt::format("version {}", landlock) : "absent",
                                 seccomp ? "present" : "absent")};
}

class DoctorCommand final : public Command {
 public:
  CLI::App* declare(CLI::App& app) override {
    return app.add_subcommand("doctor", "Environment, versions, limits, self-test");
  }

  Result<int> run(Session& session) override {
    const Output& out = session.out();
    std::vector<Check> checks = {
        {"signmark", std::string(version())},
        {"libsodium", sodium_version_string()},
        {"OpenSSL", OpenSSL_version(OPENSSL_VERSION_STRING)},
        {"settings", path_text(default_config_file())},
        check_keys(),
        check_memory(),
        check_hash(),
        check_signature(),
        check_module("media library", image::load()),
        check_module("film and sound", video::load()),
        check_sandbox(),
        check_carriers(session),
    };
    bool ok = true;
    JsonLine report = JsonLine::object();
    for (const Check& check : checks) {
      out.line(fmt::format("{:<16} {}", check.name, check.value));
      report[check.name] = {{"value", check.value}, {"ok", check.ok}};
      ok = ok && check.ok;
    }
    JsonLine limits = JsonLine::object();
    out.line("limits (raise with --limit NAME=VALUE)");
    for (const LimitEntry& entry : limit_table()) {
      const std::uint64_t value = session.context.limits.*entry.field;
      out.line(fmt::format("  {:<16} {:>13}  {}", entry.name, value, entry.what));
      limits[std::string(entry.name)] = value;
    }
    out.object({{"checks", std::move(report)}, {"limits", std::move(limits)}, {"ok", ok}},
               "summary");
    return ok ? 0 : 1;
  }
};

}  // namespace

std::unique_ptr<Command> make_doctor_command() { return std::make_unique<DoctorCommand>(); }

}  // namespace signmark::cli
