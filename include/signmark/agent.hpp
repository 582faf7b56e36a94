// SPDX-License-Identifier: Apache-2.0
// Room `keys`: signing without handing out keys: the key agent and external signers.
//
// Host plugins run inside other people's processes and must not hold a signing key (keys.md 5.1).
// They ask the agent, which signs for them; hardware and services sign through a program of their
// own (keys.md 5.2). Whoever signs, the signature is verified before it is used.
#ifndef SIGNMARK_AGENT_HPP_
#define SIGNMARK_AGENT_HPP_

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "signmark/base.hpp"
#include "signmark/keyring.hpp"
#include "signmark/keys.hpp"
#include "signmark/trust.hpp"

namespace signmark::keys {

// ---------------------------------------------------------------------------------------------
// Asking the agent

/// Where this user's agent listens: $SIGNMARK_AGENT_SOCK, else `agent.sock` in the runtime folder.
/// Empty when there is neither. An empty `environment` is the process's own.
std::filesystem::path agent_socket(const Home& home, const Environment& environment = {});

/// The hooks by which a keyring asks the agent first. Connects only when asked, once a question. No
/// socket, or a key that the agent does not hold: "does not hold it". Every signature that comes
/// back is verified. Errors of the hooks, and of what they return: `agent.connect`, `agent.peer`
/// (the agent runs as another user), `agent.protocol`, `agent.timeout`, `agent.locked`,
/// `agent.purpose`, `agent.signature` (what came back does not verify), `keys.sign.*`,
/// `keys.memory`.
AgentHooks agent_hooks(std::filesystem::path socket);

/// One key in the agent.
struct AgentKey {
  KeyInfo info;
  UnixTime until = 0;             ///< when the agent forgets it; 0: when it ends
  std::vector<Purpose> purposes;  ///< of a signing key: what the agent signs with it
  bool certified = false;         ///< of a signing key: has a certificate
};

struct AgentStatus {
  bool locked = false;         ///< then `keys` is empty
  std::vector<AgentKey> keys;  ///< in the order in which they were given
};

/// Errors of all four: `agent.absent` (no agent listens there), `agent.connect`, `agent.peer`,
/// `agent.protocol`, `agent.timeout`.
Result<AgentStatus> agent_status(const std::filesystem::path& socket);
/// From now on the agent does nothing but wait for this passphrase, which has nothing to do with
/// those of the keys. Errors: also `agent.locked` (it is already), `keys.passphrase.*`.
Status agent_lock(const Context& context, const std::filesystem::path& socket,
                  const UnlockOptions& passphrase);
/// Errors: also `agent.unlock` (wrong passphrase), `agent.unlock.wait` (tried too soon after a
/// wrong one), `agent.unlocked` (nothing to do), `keys.passphrase.*`.
Status agent_unlock(const Context& context, const std::filesystem::path& socket,
                    const UnlockOptions& passphrase);
/// Ends the agent; its keys are wiped.
Status agent_stop(const std::filesystem::path& socket);

// ---------------------------------------------------------------------------------------------
// Being the agent

struct AgentOptions {
  /// For one request, from the first byte awaited to the last byte of the answer taken.
  std::chrono::milliseconds request_timeout{10'000};
  std::size_t max_clients = 64;  ///< at once; more wait in the socket's queue
};

/// What a key may be used for while the agent holds it.
struct AgentGrant {
  std::optional<std::int64_t> lifetime;  ///< seconds; nothing: until the agent ends
  std::vector<Purpose> purposes;         ///< of a signing key; empty: all
};

/// The agent: a socket with mode 0600 in a directory with mode 0700, and the keys behind it. It
/// answers processes of its own user only, signs nothing that it does not recognise, and hands out
/// no secret but the derived key of one medium. Not thread-safe: fill it, then run it.
class KeyAgent {
 public:
  /// Binds the socket and replaces one that a killed agent left. Errors: `agent.running`,
  /// `agent.socket` (with the system's reason, or a path that is too long), `keys.dir.*`,
  /// `keys.memory`.
  static Result<KeyAgent> listen(const Context& context, const std::filesystem::path& socket,
                                 const AgentOptions& options = {});
  KeyAgent(KeyAgent&&) noexcept;
  KeyAgent& operator=(KeyAgent&&) noexcept;
  ~KeyAgent();  ///< removes the socket

  /// Takes a signing key in. Errors: `agent.role` (an issuer key stays offline), `agent.duplicate`,
  /// `agent.full`.
  Status add(std::shared_ptr<Signer> signer, const AgentGrant& grant = {});
  /// Takes a carrier key in. Errors: as above.
  Status add(CarrierKey carrier, const AgentGrant& grant = {});
  /// Serves until `stop_fd` becomes readable (or hangs up), or a client asks it to end.
  /// Errors: `agent.socket`.
  Status run(int stop_fd);

 private:
  struct State;
  explicit KeyAgent(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// ---------------------------------------------------------------------------------------------
// External signers

struct ExternalSignerOptions {
  std::chrono::milliseconds timeout{30'000};  ///< for each call of the program
  /// Certificates (DER, leaf first, without the root) of the key that the program names; may be
  /// empty, then the signer has none.
  std::function<std::vector<Bytes>(const KeyInfo&)> find_chain;
};

/// A program that signs: `exec:["/path","arg"]`, a JSON argv without any shell. `/path arg info`
/// prints `{"protocol":1,"key":"smsign1…","algorithm":"ed25519"}`; `/path arg sign` reads the bytes
/// to be signed on stdin (at most 320 KiB) and writes exactly 64 bytes. stderr is passed on,
/// nothing is tried twice, SIGNMARK_PASSPHRASE is not passed on. Calls `info` at once. Errors, also
/// of signing: `keys.external.uri`, `keys.external.start`, `keys.external.timeout`,
/// `keys.external.failed` (exit status), `keys.external.info`, `keys.external.output` (not 64
/// bytes), `keys.external.signature` (does not verify), `keys.sign.*`.
Result<std::shared_ptr<Signer>> open_external_signer(const Context& context, std::string_view uri,
                                                     const ExternalSignerOptions& options = {});

}  // namespace signmark::keys

#endif  // SIGNMARK_AGENT_HPP_
