// SPDX-License-Identifier: Apache-2.0
// Non-blocking reading and writing for one client of the agent.
#include "keys/agent_connection.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>

namespace signmark::keys {
namespace {

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

AgentConnection::~AgentConnection() {
  wipe(in_);
  wipe(out_);
}

short AgentConnection::events() const { return answering() ? POLLOUT : POLLIN; }

AgentConnection::Step AgentConnection::receive() {
  while (received_ < in_.size()) {
    const ssize_t n = ::recv(fd_.get(), in_.data() + received_, in_.size() - received_, 0);
    if (n < 0 && would_block()) return Step::blocked;
    if (n <= 0) return Step::over;
    received_ += static_cast<std::size_t>(n);
  }
  return Step::done;
}

AgentConnection::Step AgentConnection::send() {
  while (sent_ < out_.size()) {
    const ssize_t n = ::send(fd_.get(), out_.data() + sent_, out_.size() - sent_, MSG_NOSIGNAL);
    if (n < 0 && would_block()) return Step::blocked;
    if (n <= 0) return Step::over;
    sent_ += static_cast<std::size_t>(n);
  }
  return Step::done;
}

/// The length is complete: makes room for the message. False when it is too long.
bool AgentConnection::start_message() {
  ByteReader reader(in_, "agent");
  const auto length = reader.u32be();
  if (!length || *length == 0 || *length > kMaxAgentMessage) return false;
  in_.assign(*length, 0);
  received_ = 0;
  has_length_ = true;
  return true;
}

bool AgentConnection::advance(AgentVault& vault, Time next_deadline) {
  while (!vault.stopped() || answering()) {
    const Step step = answering() ? send() : receive();
    if (step != Step::done) return step == Step::blocked;
    if (answering()) {
      wipe(out_);
      deadline_ = next_deadline;
      return true;  // others first, then this client's next request
    } else if (!has_length_) {
      if (!start_message()) return false;
    } else {
      out_ = frame(vault.answer(in_));
      sent_ = received_ = 0;
      wipe(in_);
      in_.assign(kAgentPrefix, 0);
      has_length_ = false;
    }
  }
  return false;
}

}  // namespace signmark::keys
