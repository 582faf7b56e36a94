// SPDX-License-Identifier: Apache-2.0
// The agent's side of one connection: a request comes in piece by piece, its answer goes out.
#pragma once

#include <chrono>

#include "keys/agent_vault.hpp"
#include "keys/descriptor.hpp"

namespace signmark::keys {

/// One client. Everything it sent and is sent is wiped: it may be a passphrase or a key.
class AgentConnection {
 public:
  using Time = std::chrono::steady_clock::time_point;

  AgentConnection(Descriptor fd, Time deadline) : fd_(std::move(fd)), deadline_(deadline) {}
  AgentConnection(AgentConnection&&) noexcept = default;
  AgentConnection& operator=(AgentConnection&&) noexcept = default;
  AgentConnection(const AgentConnection&) = delete;
  AgentConnection& operator=(const AgentConnection&) = delete;
  ~AgentConnection();

  [[nodiscard]] int fd() const { return fd_.get(); }
  /// What poll(2) shall wait for.
  [[nodiscard]] short events() const;
  [[nodiscard]] Time deadline() const { return deadline_; }
  [[nodiscard]] bool answering() const { return !out_.empty(); }
  /// Goes on as far as the socket allows, asking the vault when a request is complete. Returns
  /// false when the connection is over. `next_deadline` holds from the next request on.
  bool advance(AgentVault& vault, Time next_deadline);

 private:
  enum class Step { blocked, done, over };
  Step receive();
  Step send();
  bool start_message();

  Descriptor fd_;
  Time deadline_;
  Bytes in_ = Bytes(kAgentPrefix);  ///< the length, then the message
  std::size_t received_ = 0;
  bool has_length_ = false;
  Bytes out_;
  std::size_t sent_ = 0;
};

}  // namespace signmark::keys
