// SPDX-License-Identifier: Apache-2.0
// What a sealed process cannot do, what it still can, and that every medium is marked in one.
#include "batch/sandbox.hpp"

#include <fcntl.h>
#include <linux/bpf.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "unit/batch/worker_support.hpp"

namespace signmark::batch {
namespace {

namespace fs = std::filesystem;
using test::Workplace;

constexpr int kNotSealed = 99;

/// Runs `deed` in a sealed child; gives its exit code, or 100 and the signal that ended it.
int in_sealed(const SealPlan& plan, const std::function<int()>& deed) {
  const pid_t child = ::fork();
  if (child == 0) {
    const auto seal = seal_process(plan);
    ::_exit(seal && seal->seccomp ? deed() : kNotSealed);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 100 + WTERMSIG(status);
}

/// 0 when a call was refused as it should be, 1 when it went through.
int refused(long result) { return result < 0 && (errno == EPERM || errno == EACCES) ? 0 : 1; }

constexpr int kKilled = 100 + SIGSYS;

class Cell {
 public:
  Cell() {
    plan.scratch = scratch_.path();
    plan.readable = {outside_ / "font"};
    test::save(outside_ / "font", as_bytes("font"));
    test::save(outside_ / "secret", as_bytes("secret"));
  }
  int operator()(const std::function<int()>& deed) const { return in_sealed(plan, deed); }
  [[nodiscard]] std::string in(const char* name) const { return (scratch_ / name).string(); }
  [[nodiscard]] std::string out(const char* name) const { return (outside_ / name).string(); }

  SealPlan plan;

 private:
  test::ScratchDir scratch_, outside_;
};

TEST_CASE("sandbox: files outside the scratch folder are out of reach") {
  const Cell cell;
  const auto opened = [&](const std::string& path, int flags) {
    return cell([&] { return refused(::open(path.c_str(), flags, 0600)); });
  };
  CHECK(opened("/etc/passwd", O_RDONLY) == 0);
  CHECK(opened("/proc/self/environ", O_RDONLY) == 0);
  CHECK(opened("/", O_RDONLY | O_DIRECTORY) == 0);
  CHECK(opened(cell.out("secret"), O_RDONLY) == 0);
  CHECK(opened(cell.out("secret"), O_WRONLY | O_TRUNC) == 0);
  CHECK(opened(cell.out("new"), O_WRONLY | O_CREAT) == 0);
  CHECK(opened(cell.out("font"), O_WRONLY) == 0);
  CHECK(opened(cell.out("font"), O_RDONLY) == 1);
  CHECK(opened(cell.in("new"), O_RDWR | O_CREAT | O_EXCL) == 1);
  CHECK(fs::file_size(cell.out("secret")) == 6);
  CHECK(cell([&] { return refused(::unlink(cell.out("secret").c_str())); }) == 0);
  CHECK(cell([&] { return refused(::rename(cell.in("new").c_str(), cell.out("x").c_str())); }) ==
        0);
  CHECK(cell([&] { return refused(::symlink("/etc/passwd", cell.in("link").c_str())); }) == 0);
  CHECK(cell([&] { return refused(::chmod(cell.in("new").c_str(), 0777)); }) == 0);
}

TEST_CASE("sandbox: calls that no codec needs end the process") {
  const Cell cell;
  CHECK(cell([&] { return refused(::truncate(cell.in("new").c_str(), 0)); }) == kKilled);
  CHECK(cell([] { return refused(::socket(AF_UNIX, SOCK_STREAM, 0)); }) == kKilled);
  CHECK(cell([] { return refused(::socket(AF_INET, SOCK_STREAM, 0)); }) == kKilled);
  CHECK(cell([] { return refused(::execl("/bin/true", "true", nullptr)); }) == kKilled);
  CHECK(cell([] { return refused(::ptrace(PTRACE_ATTACH, ::getppid(), 0, 0)); }) == kKilled);
  for (const long call :
       {SYS_process_vm_readv, SYS_process_vm_writev, SYS_mount, SYS_unshare, SYS_bpf,
        SYS_io_uring_setup, SYS_userfaultfd, SYS_keyctl, SYS_connect, SYS_perf_event_open})
    CHECK(cell([call] { return refused(::syscall(call, 0, 0, 0, 0, 0, 0)); }) == kKilled);
}

TEST_CASE("sandbox: no new process, code, limit or signal to others") {
  const Cell cell;
  CHECK(cell([] { return refused(::fork()); }) == 0);
  CHECK(cell([] { return refused(::kill(::getppid(), 0)); }) == 0);
  CHECK(cell([] { return refused(::syscall(SYS_tgkill, ::getppid(), ::getppid(), 0)); }) == 0);
  CHECK(cell([] {
          void* code = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                              MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
          return refused(code == MAP_FAILED ? -1 : 0);
        }) == 0);
  CHECK(cell([] {
          const rlimit more{RLIM_INFINITY, RLIM_INFINITY};
          return refused(::setrlimit(RLIMIT_AS, &more));
        }) == 0);
  CHECK(cell([] {
          rlimit files{};
          return ::getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_max == 64 ? 0 : 1;
        }) == 0);
  CHECK(cell([] {
          int sum = 0;
          std::thread([&sum] { sum = 42; }).join();
          return sum;
        }) == 42);
}

TEST_CASE("sandbox: a process with two threads is not sealed by half") {
  test::ScratchDir scratch;
  const pid_t child = ::fork();
  if (child == 0) {
    std::thread([] { ::pause(); }).detach();
    SealPlan plan;
    plan.scratch = scratch.path();
    const auto seal = seal_process(plan);
    ::_exit(!seal && seal.error().code == "batch.sandbox" ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(status == 0);
}

TEST_CASE("sandbox: every medium is marked and verified in a sealed worker") {
  Workplace place;
  place.setup.sandbox = Sandbox::require;
  place.setup.thumbnails = true;
  place.start();
  CHECK(place.worker->sandbox().find("\"seccomp\":true") != std::string::npos);
  std::vector<std::pair<std::string, Bytes>> marked;
  // Retrieval prints are taken of each, so every decoder is at work.
  for (const char* name :
       {"rgb.png", "baseline.jpg", "lossy.webp", "still_87a.gif", "le.tif", "plain.avif",
        "plain.heic", "plain.mp4", "film.avi", "sound.wav", "tight.flac", "bare.mp3"}) {
    const auto outcome = place.mark(test::slurp(test::media(std::string("samples/") + name)), name);
    REQUIRE_OK(outcome);
    INFO(name << ": " << (outcome->file.error ? outcome->file.error->message : ""));
    CHECK(outcome->file.state == ItemState::done);
    const bool picture = outcome->file.entry.format.starts_with("image/");
    CHECK(outcome->thumbnail.empty() == !picture);
    marked.emplace_back(name, test::bytes_of(place.out));
  }
  place.setup.task = Task::verify;
  place.setup.options = {{"layers", "metadata,manifest"}};
  place.powers.anchors = {place.studio().root()};
  place.start();
  for (const auto& [name, bytes] : marked) {
    const auto outcome = place.verify(bytes, name);
    REQUIRE_OK(outcome);
    INFO(name);
    CHECK(outcome->file.verdict == "verified");
  }
}

TEST_CASE("sandbox: pixels and samples are changed in a sealed worker") {
  Workplace place;
  place.setup.sandbox = Sandbox::require;
  place.setup.options = {{"producer", "Studio"}, {"layers", "visible,metadata,manifest"}};
  place.start();
  for (const char* name :
       {"samples/rgb.png", "samples/baseline.jpg", "samples/lossy.webp", "samples/still_87a.gif"}) {
    const auto outcome = place.mark(test::slurp(test::media(name)), name);
    REQUIRE_OK(outcome);
    INFO(name << ": " << (outcome->file.error ? outcome->file.error->message : ""));
    CHECK(outcome->file.state == ItemState::done);
  }
}

}  // namespace
}  // namespace signmark::batch
