// SPDX-License-Identifier: Apache-2.0
// posix_spawn, prlimit and waitpid around a worker.
#include "batch/worker_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <thread>

#include "base/file.hpp"
#include "base/text.hpp"

namespace signmark::batch {
namespace fs = std::filesystem;
namespace {

constexpr int kControl = 3;
constexpr int kAboveFixed = 10;  // our ends are kept clear of the numbers that the worker gets
constexpr timeval kSendTimeout{20, 0};
constexpr std::size_t kMaxWords = 2048;
constexpr std::chrono::milliseconds kReapPause{2}, kReapPatience{3000};

tl::unexpected<Error> cannot(std::string_view verb, int number) {
  return fail("batch.worker.start", fmt::format("cannot {}: {}", verb, system_message(number)));
}

/// A copy above the numbers 0 to 3, closed by exec.
Descriptor lifted(int fd) { return Descriptor(::fcntl(fd, F_DUPFD_CLOEXEC, kAboveFixed)); }

struct Ends {
  Descriptor ours, theirs;
  [[nodiscard]] bool valid() const { return ours.valid() && theirs.valid(); }
};

Ends lift(const int (&pair)[2]) {
  Ends ends{lifted(pair[0]), lifted(pair[1])};
  ::close(pair[0]);
  ::close(pair[1]);
  return ends;
}

Result<Ends> make_control() {
  int pair[2] = {-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
    return cannot("make a socket", errno);
  Ends ends = lift(pair);
  if (!ends.valid()) return cannot("make a socket", errno);
  ::setsockopt(ends.ours.get(), SOL_SOCKET, SO_SNDTIMEO, &kSendTimeout, sizeof kSendTimeout);
  return ends;
}

Result<Ends> make_words() {
  int pair[2] = {-1, -1};
  if (::pipe2(pair, O_CLOEXEC) != 0) return cannot("make a pipe", errno);
  Ends ends = lift(pair);
  if (!ends.valid()) return cannot("make a pipe", errno);
  ::fcntl(ends.ours.get(), F_SETFL, O_NONBLOCK);
  return ends;
}

/// What libraries need to find themselves, fonts and the character set; nothing of ours, no secret.
std::vector<std::string> environment(const fs::path& scratch) {
  std::vector<std::string> out = {"TMPDIR=" + scratch.string(), "TZ=UTC0",
                                  "OPENCV_OPENCL_RUNTIME=disabled", "MALLOC_ARENA_MAX=2"};
  for (const char* name : {"HOME", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH"})
    if (const char* value = std::getenv(name)) out.push_back(fmt::format("{}={}", name, value));
  return out;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  out.reserve(texts.size() + 1);
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

/// What posix_spawn is to do in the child.
class Spawning {
 public:
  Spawning() {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawnattr_init(&attributes_);
  }
  Spawning(const Spawning&) = delete;
  Spawning& operator=(const Spawning&) = delete;
  ~Spawning() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }

  int prepare(int control, int words) {
    sigset_t none, all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    const std::array steps = {
        ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0),
        ::posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0),
        ::posix_spawn_file_actions_adddup2(&actions_, words, STDERR_FILENO),
        ::posix_spawn_file_actions_adddup2(&actions_, control, kControl),
        ::posix_spawn_file_actions_addclosefrom_np(&actions_, kControl + 1),
        ::posix_spawnattr_setsigmask(&attributes_, &none),
        ::posix_spawnattr_setsigdefault(&attributes_, &all),
        ::posix_spawnattr_setpgroup(&attributes_, 0),
        ::posix_spawnattr_setflags(
            &attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP)};
    for (const int step : steps)
      if (step != 0) return step;
    return 0;
  }
  int spawn(pid_t& pid, const fs::path& program, std::vector<std::string> variables) {
    std::vector<std::string> argv = {"signmark", "batch-worker", "--control",
                                     std::to_string(kControl)};
    return ::posix_spawn(&pid, program.c_str(), &actions_, &attributes_, pointers(argv).data(),
                         pointers(variables).data());
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

/// The soft limit only: the hard one could not be raised again for the next item.
Status limit(pid_t pid, __rlimit_resource resource, std::uint64_t value) {
  rlimit now{};
  if (::prlimit(pid, resource, nullptr, &now) != 0) return cannot("limit a worker", errno);
  now.rlim_cur = std::min<rlim_t>(value, now.rlim_max);
  if (::prlimit(pid, resource, &now, nullptr) != 0) return cannot("limit a worker", errno);
  return {};
}

}  // namespace

Result<std::unique_ptr<WorkerProcess>> WorkerProcess::start(const fs::path& program,
                                                            const fs::path& scratch) {
  SIGNMARK_ASSIGN(Ends control, make_control());
  SIGNMARK_ASSIGN(Ends words, make_words());
  Spawning spawning;
  pid_t pid = 0;
  int failure = spawning.prepare(control.theirs.get(), words.theirs.get());
  if (failure == 0) failure = spawning.spawn(pid, program, environment(scratch));
  if (failure != 0) return cannot(fmt::format("start \"{}\"", program.string()), failure);
  return std::unique_ptr<WorkerProcess>(new WorkerProcess(
      pid, Channel(std::move(control.ours), kMaxFromWorker, 0), std::move(words.ours)));
}

WorkerProcess::~WorkerProcess() {
  if (pid_ <= 0) return;
  kill();
  reap();
}

void WorkerProcess::kill() const {
  if (pid_ > 0) ::kill(pid_, SIGKILL);
}

int WorkerProcess::reap() {
  const auto patience = std::chrono::steady_clock::now() + kReapPatience;
  int status = SIGKILL;
  while (pid_ > 0) {
    const pid_t done = ::waitpid(pid_, &status, WNOHANG);
    if (done == pid_ || (done < 0 && errno != EINTR)) pid_ = 0;
    if (pid_ == 0) break;
    if (std::chrono::steady_clock::now() > patience) kill();
    std::this_thread::sleep_for(kReapPause);
  }
  read_words();
  return status;
}

ProcessUse WorkerProcess::use() const {
  ProcessUse use;
  std::ifstream statm(fmt::format("/proc/{}/statm", pid_));
  const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  std::uint64_t shared = 0, text = 0, library = 0;  // of proc(5), fields 3 to 5
  if (statm >> use.address_space >> use.resident >> shared >> text >> library >> use.data)
    for (std::uint64_t* pages : {&use.address_space, &use.resident, &use.data}) *pages *= page;
  clockid_t clock{};
  timespec spent{};
  if (::clock_getcpuclockid(pid_, &clock) == 0 && ::clock_gettime(clock, &spent) == 0)
    use.cpu_seconds = static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) / 1e9;
  return use;
}

Status WorkerProcess::set_bounds(const ProcessBounds& bounds) const {
  const ProcessUse now = use();
  SIGNMARK_TRY(limit(pid_, RLIMIT_DATA, now.data + bounds.memory));
  SIGNMARK_TRY(limit(pid_, RLIMIT_AS, now.address_space + bounds.memory + bounds.mapped));
  SIGNMARK_TRY(limit(pid_, RLIMIT_FSIZE, bounds.file_size));
  // Whole seconds, and one more: the supervisor itself looks at the clock more closely.
  const double cpu = std::ceil(now.cpu_seconds + bounds.cpu_seconds) + 1;
  return limit(pid_, RLIMIT_CPU,
               bounds.cpu_seconds > 0 ? static_cast<std::uint64_t>(cpu) : RLIM_INFINITY);
}

void WorkerProcess::read_words() {
  std::array<char, 1024> chunk{};
  for (int i = 0; i < 64; ++i) {  // a worker that never stops talking must not keep us here
    const ssize_t n = ::read(words_.get(), chunk.data(), chunk.size());
    if (n <= 0) {
      if (n == 0) words_.reset();
      return;
    }
    last_words_.append(chunk.data(), static_cast<std::size_t>(n));
    if (last_words_.size() > kMaxWords) last_words_.erase(0, last_words_.size() - kMaxWords);
  }
}

std::string WorkerProcess::last_words() const {
  std::string text = printable(last_words_);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\n')) text.pop_back();
  constexpr std::size_t kShown = 400;
  return text.size() > kShown ? text.substr(text.size() - kShown) : text;
}

void WorkerProcess::wait(int milliseconds) {
  pollfd entries[] = {{channel_.get(), POLLIN, 0}, {words_.get(), POLLIN, 0}};
  if (::poll(entries, 2, milliseconds) > 0 && entries[1].revents != 0) read_words();
}

}  // namespace signmark::batch
