// SPDX-License-Identifier: Apache-2.0
// posix_spawn, one pipe, one deadline.
#include "keys/external_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <string_view>
#include <thread>

#include "base/file.hpp"
#include "keys/descriptor.hpp"

namespace signmark::keys {
namespace {

using SteadyClock = std::chrono::steady_clock;
using Milliseconds = std::chrono::milliseconds;

constexpr Milliseconds kReapPause{2};
constexpr std::size_t kChunk = 4096;

tl::unexpected<Error> cannot(std::string_view verb, int number) {
  return fail("keys.external.start", fmt::format("cannot {}: {}", verb, system_message(number)));
}

/// The input as a file in memory: nothing to feed, so neither a deadlock nor SIGPIPE.
Result<Descriptor> input_file(ByteView input) {
  Descriptor fd(::memfd_create("signmark-to-be-signed", MFD_CLOEXEC));
  if (!fd.valid()) return cannot("hold the bytes to be signed", errno);
  while (!input.empty()) {
    const ssize_t n = ::write(fd.get(), input.data(), input.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return cannot("hold the bytes to be signed", errno);
    input = input.subspan(static_cast<std::size_t>(n));
  }
  if (::lseek(fd.get(), 0, SEEK_SET) != 0) return cannot("rewind the bytes to be signed", errno);
  return fd;
}

struct Pipe {
  Descriptor read, write;
};

Result<Pipe> make_pipe() {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) return cannot("make a pipe", errno);
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

/// The environment without our passphrase: the program has no business with it.
std::vector<char*> environment() {
  std::vector<char*> out;
  for (char** entry = environ; *entry != nullptr; ++entry)
    if (!std::string_view(*entry).starts_with("SIGNMARK_PASSPHRASE")) out.push_back(*entry);
  out.push_back(nullptr);
  return out;
}

/// What posix_spawn is to do in the child.
class SpawnSetup {
 public:
  SpawnSetup() {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawnattr_init(&attributes_);
  }
  SpawnSetup(const SpawnSetup&) = delete;
  SpawnSetup& operator=(const SpawnSetup&) = delete;
  ~SpawnSetup() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }

  /// stdin, stdout, no other descriptor; the signals of a fresh program.
  int prepare(int in, int out) {
    sigset_t none, all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    const int steps[] = {
        ::posix_spawn_file_actions_adddup2(&actions_, in, STDIN_FILENO),
        ::posix_spawn_file_actions_adddup2(&actions_, out, STDOUT_FILENO),
        ::posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1),
        ::posix_spawnattr_setsigmask(&attributes_, &none),
        ::posix_spawnattr_setsigdefault(&attributes_, &all),
        ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)};
    const auto* bad =
        std::find_if(std::begin(steps), std::end(steps), [](int s) { return s != 0; });
    return bad == std::end(steps) ? 0 : *bad;
  }
  int spawn(pid_t& pid, const std::vector<std::string>& argv) {
    std::vector<char*> arguments;
    arguments.reserve(argv.size() + 1);
    for (const std::string& argument : argv)
      arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    std::vector<char*> variables = environment();
    return ::posix_spawn(&pid, arguments[0], &actions_, &attributes_, arguments.data(),
                         variables.data());
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

/// A running program; killed and reaped when nobody waits for it any more.
class Child {
 public:
  Child(pid_t pid, SteadyClock::time_point deadline) : pid_(pid), deadline_(deadline) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }

  Result<Bytes> read_output(int fd, std::size_t max_output) {
    Bytes out;
    std::array<Byte, kChunk> chunk{};
    for (;;) {
      SIGNMARK_TRY(wait_readable(fd));
      const ssize_t n = ::read(fd, chunk.data(), chunk.size());
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return out;
      out.insert(out.end(), chunk.begin(), chunk.begin() + n);
      if (out.size() > max_output)
        return fail("keys.external.output",
                    fmt::format("the signing program printed more than {} bytes", max_output));
    }
  }

  Status wait_for_end() {
    for (;;) {
      int status = 0;
      const pid_t done = ::waitpid(pid_, &status, WNOHANG);
      if (done < 0 && errno == EINTR) continue;
      if (done != 0) {
        pid_ = 0;
        // A host that ignores SIGCHLD lets the system reap: no status, so the output must speak.
        return done < 0 ? Status{} : judge(status);
      }
      if (SteadyClock::now() >= deadline_) return too_slow();
      std::this_thread::sleep_for(kReapPause);
    }
  }

 private:
  static tl::unexpected<Error> too_slow() {
    return fail("keys.external.timeout", "the signing program took too long and was ended");
  }

  static Status judge(int status) {
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
    return fail("keys.external.failed",
                WIFEXITED(status)
                    ? fmt::format("the signing program ended with status {}", WEXITSTATUS(status))
                    : fmt::format("the signing program was ended by signal {}", WTERMSIG(status)));
  }

  Status wait_readable(int fd) const {
    for (;;) {
      const auto left =
          std::chrono::duration_cast<Milliseconds>(deadline_ - SteadyClock::now()).count();
      if (left <= 0) return too_slow();
      pollfd entry{fd, POLLIN, 0};
      const int ready = ::poll(&entry, 1, static_cast<int>(left));
      if (ready > 0) return {};
      if (ready < 0 && errno != EINTR) return cannot("wait for the signing program", errno);
    }
  }

  pid_t pid_;
  SteadyClock::time_point deadline_;
};

}  // namespace

Result<Bytes> run_program(const std::vector<std::string>& argv, ByteView input,
                          std::size_t max_output, Milliseconds timeout) {
  SIGNMARK_ASSIGN(const Descriptor in, input_file(input));
  SIGNMARK_ASSIGN(Pipe out, make_pipe());
  SpawnSetup setup;
  pid_t pid = 0;
  int failure = setup.prepare(in.get(), out.write.get());
  if (failure == 0) failure = setup.spawn(pid, argv);
  if (failure != 0) return cannot(fmt::format("start \"{}\"", argv.front()), failure);
  out.write.reset();  // else the end of the output would never be seen
  Child child(pid, SteadyClock::now() + timeout);
  SIGNMARK_ASSIGN(Bytes output, child.read_output(out.read.get(), max_output));
  SIGNMARK_TRY(child.wait_for_end());
  return output;
}

}  // namespace signmark::keys
