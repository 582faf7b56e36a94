// SPDX-License-Identifier: Apache-2.0
// The running agent: one thread, one poll(2) over the socket, its clients and the stop descriptor.
#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <list>

#include "base/file.hpp"
#include "keys/agent_connection.hpp"
#include "keys/agent_socket.hpp"

namespace signmark::keys {
namespace {

using SteadyClock = std::chrono::steady_clock;
using Milliseconds = std::chrono::milliseconds;

/// Keys whose lifetime is over are wiped within this time even when nobody asks for anything.
constexpr std::int64_t kLongestSleep = 30;  // seconds

}  // namespace

struct KeyAgent::State {
  Context context;
  AgentOptions options;
  Listener listener;
  AgentVault vault;
  std::list<AgentConnection> clients;

  State(Context c, const AgentOptions& o, Listener l, std::shared_ptr<SecureArena> arena)
      : context(c), options(o), listener(std::move(l)), vault(std::move(c), std::move(arena)) {}

  [[nodiscard]] SteadyClock::time_point deadline() const {
    return SteadyClock::now() + options.request_timeout;
  }
  [[nodiscard]] int poll_timeout() const;
  [[nodiscard]] std::vector<pollfd> poll_set(int stop_fd) const;
  void accept_client();
  void serve(const std::vector<pollfd>& ready);
  /// One round; false when the agent is to end.
  Result<bool> turn(int stop_fd);
};

/// Milliseconds until a client is overdue or a key is to be forgotten.
int KeyAgent::State::poll_timeout() const {
  std::int64_t least = std::min(vault.next_expiry().value_or(kLongestSleep), kLongestSleep) * 1000;
  const auto now = SteadyClock::now();
  for (const AgentConnection& client : clients) {
    const auto left = std::chrono::duration_cast<Milliseconds>(client.deadline() - now).count();
    least = std::min<std::int64_t>(least, left + 1);
  }
  return static_cast<int>(std::max<std::int64_t>(0, least));
}

/// The stop descriptor, the listener (ignored while there is no room), the clients in their order.
std::vector<pollfd> KeyAgent::State::poll_set(int stop_fd) const {
  const bool room = clients.size() < options.max_clients;
  std::vector<pollfd> out{{stop_fd, POLLIN, 0}, {room ? listener.fd.get() : -1, POLLIN, 0}};
  for (const AgentConnection& client : clients) out.push_back({client.fd(), client.events(), 0});
  return out;
}

void KeyAgent::State::accept_client() {
  Descriptor fd(::accept4(listener.fd.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!fd.valid()) return;  // it went away already, or there are no descriptors: others go on
  if (!is_own_user(fd.get())) {
    if (context.log) context.log(LogLevel::warning, "a process of another user was turned away");
    return;
  }
  clients.emplace_back(std::move(fd), deadline());
}

void KeyAgent::State::serve(const std::vector<pollfd>& ready) {
  const auto now = SteadyClock::now();
  std::size_t i = 2;  // after the stop descriptor and the listener
  for (auto client = clients.begin(); client != clients.end(); ++i) {
    const bool goes_on =
        ready[i].revents == 0 ? now < client->deadline() : client->advance(vault, deadline());
    client = goes_on ? std::next(client) : clients.erase(client);
  }
}

Result<bool> KeyAgent::State::turn(int stop_fd) {
  vault.forget_expired();
  std::vector<pollfd> set = poll_set(stop_fd);
  if (::poll(set.data(), set.size(), poll_timeout()) < 0) {
    if (errno == EINTR) return true;
    return fail("agent.socket", "cannot wait for requests: " + system_message(errno));
  }
  if (set[0].revents != 0) return false;
  serve(set);
  if ((set[1].revents & POLLIN) != 0) accept_client();
  const bool answering = std::any_of(clients.begin(), clients.end(),
                                     [](const AgentConnection& c) { return c.answering(); });
  return !vault.stopped() || answering;
}

KeyAgent::KeyAgent(std::unique_ptr<State> state) : state_(std::move(state)) {}
KeyAgent::KeyAgent(KeyAgent&&) noexcept = default;
KeyAgent& KeyAgent::operator=(KeyAgent&&) noexcept = default;
KeyAgent::~KeyAgent() {
  if (state_) remove_socket(state_->listener);
}

Result<KeyAgent> KeyAgent::listen(const Context& context, const std::filesystem::path& socket,
                                  const AgentOptions& options) {
  SIGNMARK_ASSIGN(auto arena, SecureArena::create(1));
  SIGNMARK_ASSIGN(Listener listener, listen_agent(socket));
  return KeyAgent(std::make_unique<State>(context, options, std::move(listener), std::move(arena)));
}

Status KeyAgent::add(std::shared_ptr<Signer> signer, const AgentGrant& grant) {
  return state_->vault.add(std::move(signer), grant);
}

Status KeyAgent::add(CarrierKey carrier, const AgentGrant& grant) {
  return state_->vault.add(std::move(carrier), grant);
}

Status KeyAgent::run(int stop_fd) {
  for (;;) {
    SIGNMARK_ASSIGN(const bool go_on, state_->turn(stop_fd));
    if (!go_on) break;
  }
  state_->clients.clear();
  return {};
}

}  // namespace signmark::keys
