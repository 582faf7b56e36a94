// SPDX-License-Identifier: Apache-2.0
// Unix sockets of the agent: binding one that only its user reaches, and asking who is at the other
// end.
#pragma once

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <filesystem>

#include "base/result.hpp"
#include "keys/descriptor.hpp"

namespace signmark::keys {

/// Errors: `agent.socket` when the path does not fit into the system's 107 bytes.
Result<sockaddr_un> socket_address(const std::filesystem::path& path);

/// Connects. Errors: `agent.absent` (no socket, or nobody behind it), `agent.connect`,
/// `agent.socket`.
Result<Descriptor> connect_agent(const std::filesystem::path& path);

/// Whether the process at the other end of a connection is of this process's user (SO_PEERCRED).
bool is_own_user(int connection);

/// A listening socket, and the file that stands for it.
struct Listener {
  Descriptor fd;
  std::filesystem::path path;
  dev_t device = 0;
  ino_t inode = 0;
};

/// Makes the socket with mode 0600 before it gets its name, in a directory with mode 0700, and
/// replaces one that nobody listens on. Errors: `agent.running`, `agent.socket`, `keys.dir.*`.
Result<Listener> listen_agent(const std::filesystem::path& path);

/// Removes the socket's file if it is still the listener's own.
void remove_socket(const Listener& listener);

}  // namespace signmark::keys
