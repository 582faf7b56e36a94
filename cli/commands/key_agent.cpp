// SPDX-License-Identifier: Apache-2.0
// `signmark key agent`: being the agent, and talking to the one that runs (keys.md 5.1).
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>

#include "base/file.hpp"
#include "base/result.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "commands/key_verbs.hpp"
#include "key_agent_access.hpp"

namespace signmark::cli {
namespace {

constexpr int kKeyExit = 15;  // architecture.md section 5

tl::unexpected<Error> system_failure(std::string_view verb) {
  const int number = errno;
  return fail("agent.start", fmt::format("cannot {}: {}", verb, system_message(number)));
}

/// A descriptor that becomes readable on SIGINT, SIGTERM and SIGHUP, which no longer end the
/// program by themselves: the socket is to be removed and the keys wiped.
Result<int> stop_descriptor() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) ::sigaddset(&set, signal);
  if (::sigprocmask(SIG_BLOCK, &set, nullptr) != 0) return system_failure("block signals");
  const int fd = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  if (fd < 0) return system_failure("wait for signals");
  return fd;
}

/// The two halves of `--detach`. The fork comes before any key is opened: what is secret is wiped
/// in forked children.
class Detached {
 public:
  /// True in the process that becomes the agent.
  Result<bool> split() {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0) return system_failure("make a pipe");
    const pid_t pid = ::fork();
    if (pid < 0) return system_failure("start a process");
    ::close(ends[pid == 0 ? 0 : 1]);
    fd_ = ends[pid == 0 ? 1 : 0];
    return pid == 0;
  }
  /// Waits until the agent is ready; false when it gave up and has said why.
  [[nodiscard]] bool wait_ready() const {
    char ready = 0;
    ssize_t n = 0;
    do {
      n = ::read(fd_, &ready, 1);
    } while (n < 0 && errno == EINTR);
    return n == 1;
  }
  /// Lets the waiting process go and leaves its terminal.
  Status become_ready() const {
    const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0 || ::setsid() < 0 || ::chdir("/") != 0)
      return system_failure("leave the terminal");
    if (::write(fd_, "1", 1) != 1) return system_failure("report that the agent is ready");
    for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(null, standard);
    ::close(null);
    ::close(fd_);
    return {};
  }

 private:
  int fd_ = -1;
};

JsonLine agent_key_json(const keys::AgentKey& key) {
  JsonLine purposes = JsonLine::array();
  for (const keys::Purpose purpose : key.purposes) purposes.push_back(keys::purpose_name(purpose));
  JsonLine item = {{"role", keys::role_name(key.info.role)},
                   {"id", key.info.id()},
                   {"label", key.info.label},
                   {"expires", rfc3339(key.info.expires)}};
  if (key.until != 0) item["until"] = rfc3339(key.until);
  if (key.info.role == keys::Role::signing) {
    item["purposes"] = std::move(purposes);
    item["certificate"] = key.certified;
  }
  return item;
}

class KeyAgentCommand final : public Command {
 public:
  CLI::App* declare(CLI::App& app) override {
    CLI::App* verb = app.add_subcommand(
        "agent", "Hold keys in memory and sign for other programs, which never get them");
    verb->add_option("--add", add_,
                     "Keys to hold (default: the newest signing key, and carrier key if any)")
        ->type_name("KEY");
    verb->add_option("--lifetime", lifetime_, "Forget the keys after this time: 8h, 1d")
        ->type_name("DURATION");
    verb->add_option("--purpose", purposes_,
                     "Sign for these purposes only: manifest, frame, text, checkpoint, aigc")
        ->check(CLI::IsMember({"manifest", "frame", "text", "checkpoint", "aigc"}))
        ->delimiter(',');
    verb->add_flag("--detach", detach_, "Go on in the background when the keys are unlocked");
    auto* ask = verb->add_option_group("ask", "Instead of starting one, ask the running agent:");
    ask->add_flag("--list", list_, "What it holds");
    ask->add_flag("--lock", lock_, "Do nothing until it is unlocked; asks for a new passphrase");
    ask->add_flag("--unlock", unlock_agent_, "With the passphrase that it was locked with");
    ask->add_flag("--stop", stop_, "End it");
    ask->require_option(0, 1);
    unlock_.declare(*verb);
    verb->footer(
        "Example: signmark key agent --lifetime 8h --detach\n"
        "Next:    signmark mark photo.png -o marked.png");
    return verb;
  }

  Result<int> run(Session& session) override {
    SIGNMARK_ASSIGN(const std::filesystem::path socket, agent_socket_path());
    if (list_) return print_list(session.out(), socket);
    if (lock_ || unlock_agent_) return change_lock(session, socket);
    if (stop_) return stop_agent(session.out(), socket);
    return start(session, socket);
  }

 private:
  // -- asking the running agent

  static Result<int> print_list(const Output& out, const std::filesystem::path& socket) {
    SIGNMARK_ASSIGN(const keys::AgentStatus status, keys::agent_status(socket));
    for (const keys::AgentKey& key : status.keys) {
      out.line(fmt::format("{:<8} {}  {}  {}", keys::role_name(key.info.role), key.info.id(),
                           key.until == 0 ? "until it ends" : "until " + rfc3339(key.until),
                           printable(key.info.label)));
      out.object(agent_key_json(key), "item");
    }
    if (status.locked)
      out.line("locked");
    else if (status.keys.empty())
      out.line("no keys");
    out.note(status.locked         ? "next: signmark key agent --unlock"
             : status.keys.empty() ? "next: signmark key agent --stop, then signmark key agent"
                                   : "next: signmark mark photo.png -o marked.png");
    out.object({{"locked", status.locked}, {"keys", status.keys.size()}}, "summary");
    return 0;
  }

  Result<int> change_lock(Session& session, const std::filesystem::path& socket) const {
    keys::UnlockOptions passphrase = unlock_.options(session);
    passphrase.agent = {};
    SIGNMARK_TRY(lock_ ? keys::agent_lock(session.context, socket, passphrase)
                       : keys::agent_unlock(session.context, socket, passphrase));
    const Output& out = session.out();
    out.line(lock_ ? "locked the key agent" : "unlocked the key agent");
    out.note(lock_ ? "next: signmark key agent --unlock" : "next: signmark key agent --list");
    out.object({{"locked", lock_}}, "item");
    return 0;
  }

  static Result<int> stop_agent(const Output& out, const std::filesystem::path& socket) {
    SIGNMARK_TRY(keys::agent_stop(socket));
    out.line("the key agent has ended, its keys are wiped");
    out.note("next: signmark key agent");
    out.object({{"stopped", true}}, "item");
    return 0;
  }

  // -- being the agent

  Result<int> start(Session& session, const std::filesystem::path& socket) const {
    Detached detached;
    if (detach_) {
      SIGNMARK_ASSIGN(const bool is_agent, detached.split());
      if (!is_agent) return detached.wait_ready() ? 0 : kKeyExit;
    }
    SIGNMARK_ASSIGN(const int stop_fd, stop_descriptor());
    // Bound first: nobody should type a passphrase for an agent that cannot run.
    SIGNMARK_ASSIGN(keys::KeyAgent agent, keys::KeyAgent::listen(session.context, socket));
    SIGNMARK_TRY(fill(session, agent));
    say_ready(session.out(), socket);
    if (detach_) SIGNMARK_TRY(detached.become_ready());
    SIGNMARK_TRY(agent.run(stop_fd));
    if (!detach_) session.out().note("the key agent has ended, its keys are wiped");
    return 0;
  }

  Result<keys::AgentGrant> grant() const {
    keys::AgentGrant out;
    if (!lifetime_.empty()) {
      SIGNMARK_ASSIGN(out.lifetime, parse_duration(lifetime_));
    }
    for (const std::string& name : purposes_)
      if (const auto purpose = keys::purpose_from_name(name)) out.purposes.push_back(*purpose);
    return out;
  }

  /// The keys named, or what marking needs: the newest signing key, and a carrier key if there is
  /// one.
  Result<std::vector<keys::StoredKey>> chosen(const keys::Keyring& keyring) const {
    std::vector<keys::StoredKey> out;
    for (const std::string& selector : add_) {
      SIGNMARK_ASSIGN(keys::StoredKey key, keyring.find(selector));
      out.push_back(std::move(key));
    }
    if (!add_.empty()) return out;
    SIGNMARK_ASSIGN(keys::StoredKey signing, keyring.find({}, keys::Role::signing));
    out.push_back(std::move(signing));
    if (auto carrier = keyring.find({}, keys::Role::carrier)) out.push_back(std::move(*carrier));
    return out;
  }

  static Status add_key(const keys::Keyring& keyring, const keys::StoredKey& key,
                        const keys::UnlockOptions& unlock, const keys::AgentGrant& given,
                        keys::KeyAgent& agent) {
    if (key.info.role == keys::Role::issuer)  // before anybody types its passphrase
      return fail("agent.role", "the agent does not hold issuer keys", key.info.id(),
                  "an issuer key stays offline; name signing and carrier keys");
    if (key.info.role == keys::Role::carrier) {
      SIGNMARK_ASSIGN(keys::CarrierKey carrier, keyring.open_carrier(key.info.id(), unlock));
      return agent.add(std::move(carrier), given);
    }
    SIGNMARK_ASSIGN(std::shared_ptr<keys::Signer> signer,
                    keyring.open_signer(key.info.id(), unlock));
    return agent.add(std::move(signer), given);
  }

  Status fill(Session& session, keys::KeyAgent& agent) const {
    SIGNMARK_ASSIGN(const keys::AgentGrant given, grant());
    SIGNMARK_ASSIGN(const keys::Keyring keyring, open_keyring(session, unlock_));
    SIGNMARK_ASSIGN(const std::vector<keys::StoredKey> wanted, chosen(keyring));
    keys::UnlockOptions unlock = unlock_.options(session);
    unlock.agent = {};  // the keys themselves are wanted here, not another agent's word
    for (const keys::StoredKey& key : wanted) {
      SIGNMARK_TRY(add_key(keyring, key, unlock, given, agent));
      session.out().line(fmt::format("holds {} key {}  {}", keys::role_name(key.info.role),
                                     key.info.id(), printable(key.info.label)));
    }
    return {};
  }

  void say_ready(const Output& out, const std::filesystem::path& socket) const {
    out.line("listens on " + path_text(socket));
    out.object({{"socket", socket.string()}, {"pid", ::getpid()}}, "item");
    out.note(detach_ ? "next: signmark mark photo.png -o marked.png"
                     : "next, in another terminal: signmark mark photo.png -o marked.png");
    // Whoever reads a pipe waits for these lines; the program goes on for hours.
    std::fflush(stdout);
  }

  std::vector<std::string> add_, purposes_;
  std::string lifetime_;
  bool detach_ = false, list_ = false, lock_ = false, unlock_agent_ = false, stop_ = false;
  UnlockFlags unlock_;
};

}  // namespace

std::unique_ptr<Command> make_key_agent() { return std::make_unique<KeyAgentCommand>(); }

}  // namespace signmark::cli
