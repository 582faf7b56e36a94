// SPDX-License-Identifier: Apache-2.0
// Binding, connecting, peer credentials.
#include "keys/agent_socket.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

#include "base/file.hpp"
#include "keys/secret_file.hpp"

namespace signmark::keys {
namespace fs = std::filesystem;
namespace {

constexpr int kBacklog = 64;
constexpr int kType = SOCK_STREAM | SOCK_CLOEXEC;

tl::unexpected<Error> system_error(std::string code, std::string_view verb, const fs::path& path) {
  const int number = errno;
  return fail(std::move(code), fmt::format("cannot {}: {}", verb, system_message(number)),
              path.string());
}

const sockaddr* generic(const sockaddr_un& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

/// Refuses to disturb a running agent, and any file that is no socket.
Status check_free(const fs::path& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) return {};
  if (!S_ISSOCK(info.st_mode))
    return fail("agent.socket", "the file is there and is no socket", path.string());
  const auto running = connect_agent(path);
  if (!running && running.error().code == "agent.absent") return {};
  return fail("agent.running", "a key agent is running already", path.string(),
              "signmark key agent --list, or end it: signmark key agent --stop");
}

/// Binds under a name of its own first: the final name never stands for a socket that others may
/// reach.
Status bind_hidden(const Descriptor& fd, const fs::path& hidden) {
  SIGNMARK_ASSIGN(const sockaddr_un address, socket_address(hidden));
  ::unlink(hidden.c_str());
  if (::bind(fd.get(), generic(address), sizeof address) != 0)
    return system_error("agent.socket", "bind the socket", hidden);
  if (::chmod(hidden.c_str(), 0600) == 0 && ::listen(fd.get(), kBacklog) == 0) return {};
  const auto failure = system_error("agent.socket", "listen on the socket", hidden);
  ::unlink(hidden.c_str());
  return failure;
}

}  // namespace

Result<sockaddr_un> socket_address(const fs::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = path.string();
  if (name.empty() || name.size() >= sizeof address.sun_path)
    return fail("agent.socket",
                fmt::format("the socket's path has {} bytes, at most {} are possible", name.size(),
                            sizeof address.sun_path - 1),
                name, "set SIGNMARK_AGENT_SOCK to a shorter path");
  std::memcpy(address.sun_path, name.data(), name.size());
  return address;
}

Result<Descriptor> connect_agent(const fs::path& path) {
  if (path.empty())
    return fail("agent.absent", "no place for a key agent's socket is known", {},
                "set SIGNMARK_AGENT_SOCK or XDG_RUNTIME_DIR");
  SIGNMARK_ASSIGN(const sockaddr_un address, socket_address(path));
  Descriptor fd(::socket(AF_UNIX, kType, 0));
  if (!fd.valid()) return system_error("agent.connect", "make a socket", path);
  int done = -1;
  do {
    done = ::connect(fd.get(), generic(address), sizeof address);
  } while (done != 0 && errno == EINTR);
  if (done == 0) return fd;
  const int number = errno;
  struct stat info {};
  // A refusal also comes from a file that is no socket: that is broken, not absent.
  const bool broken = ::lstat(path.c_str(), &info) == 0 && !S_ISSOCK(info.st_mode);
  if ((number == ENOENT || number == ECONNREFUSED) && !broken)
    return fail("agent.absent", "no key agent is running", path.string(),
                "start one: signmark key agent");
  errno = number;
  return system_error("agent.connect", "reach the key agent", path);
}

bool is_own_user(int connection) {
  struct ucred peer {};
  socklen_t size = sizeof peer;
  return ::getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
         size == sizeof peer && peer.uid == ::geteuid();
}

Result<Listener> listen_agent(const fs::path& path) {
  if (!path.is_absolute() || !path.has_filename())
    return fail("agent.socket", "the socket's path must be absolute", path.string());
  SIGNMARK_TRY(ensure_private_directory(path.parent_path()));
  SIGNMARK_ASSIGN(const DirectoryLock lock, DirectoryLock::acquire(path.parent_path()));
  SIGNMARK_TRY(check_free(path));
  Listener out{Descriptor(::socket(AF_UNIX, kType | SOCK_NONBLOCK, 0)), path, 0, 0};
  if (!out.fd.valid()) return system_error("agent.socket", "make a socket", path);
  const fs::path hidden = path.string() + "~";
  SIGNMARK_TRY(bind_hidden(out.fd, hidden));
  struct stat info {};
  if (::lstat(hidden.c_str(), &info) != 0 || ::rename(hidden.c_str(), path.c_str()) != 0) {
    const auto failure = system_error("agent.socket", "publish the socket", path);
    ::unlink(hidden.c_str());
    return failure;
  }
  out.device = info.st_dev;
  out.inode = info.st_ino;
  return out;
}

void remove_socket(const Listener& listener) {
  struct stat info {};
  if (::lstat(listener.path.c_str(), &info) == 0 && info.st_dev == listener.device &&
      info.st_ino == listener.inode)
    ::unlink(listener.path.c_str());
}

}  // namespace signmark::keys
