// SPDX-License-Identifier: Apache-2.0
// The supervisor's side of a worker: orders, answers, and what became of a worker that died.
#include "batch/worker.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstring>

#include "batch/worker_process.hpp"
#include "batch/worker_requests.hpp"

namespace signmark::batch {
namespace fs = std::filesystem;
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int kTick = 50;  // milliseconds between two looks at the clock and at `stop`
constexpr double kSetupSeconds = 120;
constexpr std::uint64_t kDefaultMemory = 2ULL << 30;
constexpr std::uint64_t kOutputFactor = 4, kOutputBase = 64U << 20;  // reliability.md section 6
constexpr std::uint64_t kMaxEntryBytes = 1U << 30;  // told by one archive, all together
// A worker is made anew now and then: what a file may have left in its memory ends there.
constexpr int kItemsEach = 256;
constexpr std::uint64_t kGrowth = 384U << 20;

double seconds_since(SteadyClock::time_point start) {
  return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

std::uint64_t size_of(int fd) {
  struct stat info {};
  return ::fstat(fd, &info) == 0 && info.st_size > 0 ? static_cast<std::uint64_t>(info.st_size) : 0;
}

/// Large enough for honest work; archives unpack their entries one at a time.
std::uint64_t output_bound(const WorkOrder& order, std::uint64_t input,
                           const ArchiveGuards& guards) {
  const std::uint64_t bound = kOutputFactor * input + kOutputBase;
  if (!order.archive) return bound;
  const std::uint64_t entry = std::max(guards.ratio_from, guards.ratio * input);
  return std::max(bound, std::min(guards.entry, entry));
}

void empty_folder(const fs::path& folder) {
  std::error_code ignored;
  for (fs::directory_iterator entry(folder, ignored), end; entry != end; entry.increment(ignored))
    fs::remove_all(entry->path(), ignored);
}

tl::unexpected<Error> over_limit(const char* which, std::string message, const char* flag) {
  return fail(fmt::format("limit.{}", which), std::move(message), {},
              fmt::format("the item is too much for its limits; {}", flag));
}

tl::unexpected<Error> over_cpu(double seconds) {
  return over_limit("cpu",
                    fmt::format("the item used more than {:.0f} s of processor time", seconds),
                    "raise --item-timeout");
}

class ProcessWorker final : public Worker {
 public:
  ProcessWorker(Context context, fs::path program, WorkerSetup setup, Powers powers)
      : context_(std::move(context)),
        program_(std::move(program)),
        setup_(std::move(setup)),
        powers_(std::move(powers)),
        desk_(setup_.task, powers_) {}

  Status ensure_running();
  Result<WorkOutcome> work(const WorkOrder& order, const std::function<bool()>& stop) override;
  [[nodiscard]] std::string sandbox() const override { return sandbox_; }

 private:
  Status set_up();
  Status read_ready(const Message& message);
  Status begin(const WorkOrder& order);
  Status check_clock(const WorkOrder& order, const std::function<bool()>& stop) const;
  Status take(const Message& message, WorkOutcome& outcome, bool& done);
  Status take_entry(const Message& message, WorkOutcome& outcome);
  tl::unexpected<Error> put_down(const Error& cause);
  [[nodiscard]] Error death(int status) const;

  Context context_;
  fs::path program_;
  WorkerSetup setup_;
  Powers powers_;
  RequestDesk desk_;
  std::unique_ptr<WorkerProcess> process_;
  std::string sandbox_;
  std::uint64_t resident_ = 0;  ///< when it was ready
  int items_ = 0;
  // Of the present order:
  SteadyClock::time_point started_;
  double cpu_before_ = 0, cpu_seconds_ = 0;
  std::uint64_t entry_bytes_ = 0;
};

Status ProcessWorker::ensure_running() {
  if (process_ && items_ < kItemsEach && process_->use().resident < resident_ + kGrowth) return {};
  process_.reset();
  empty_folder(setup_.scratch);
  SIGNMARK_ASSIGN(process_, WorkerProcess::start(program_, setup_.scratch));
  items_ = 0;
  if (const Status ready = set_up(); !ready) return put_down(ready.error());
  resident_ = process_->use().resident;
  return {};
}

Status ProcessWorker::set_up() {
  SIGNMARK_TRY(process_->channel().send(setup_message(setup_, powers_, setup_.limits)));
  const auto start = SteadyClock::now();
  for (;;) {
    process_->wait(kTick);
    SIGNMARK_ASSIGN(const std::optional<Message> message, process_->channel().poll_message());
    if (message) return read_ready(*message);
    if (seconds_since(start) > kSetupSeconds)
      return fail("batch.worker.start", "the worker does not get ready");
  }
}

Status ProcessWorker::read_ready(const Message& message) {
  if (message.kind == kFailed) return tl::unexpected<Error>(read_failure(message));
  if (message.kind != kReady) return protocol_error("it should have said that it is ready");
  SIGNMARK_ASSIGN(const std::string text, message.text("sandbox"));
  SIGNMARK_ASSIGN(const Json sandbox, parse_json(text));
  sandbox_ = dump_json(sandbox);
  return {};
}

Status ProcessWorker::begin(const WorkOrder& order) {
  SIGNMARK_TRY(ensure_running());
  ++items_;
  const std::uint64_t input = size_of(order.input);
  desk_.begin_item(input);
  entry_bytes_ = 0;
  ProcessBounds bounds;
  bounds.memory = order.memory != 0 ? order.memory : kDefaultMemory;
  bounds.file_size = output_bound(order, input, setup_.guards);
  bounds.mapped = input + bounds.file_size;
  bounds.cpu_seconds = cpu_seconds_ = order.cpu_seconds;
  cpu_before_ = process_->use().cpu_seconds;
  SIGNMARK_TRY(process_->set_bounds(bounds));
  std::vector<int> descriptors = {order.input};
  for (const int fd : {order.output, order.sidecar})
    if (fd >= 0) descriptors.push_back(fd);
  started_ = SteadyClock::now();
  return process_->channel().send(order_message(order), descriptors);
}

Status ProcessWorker::check_clock(const WorkOrder& order, const std::function<bool()>& stop) const {
  if (stop && stop()) return fail("base.cancelled", "cancelled");
  if (order.wall_seconds > 0 && seconds_since(started_) > order.wall_seconds)
    return over_limit("wall", fmt::format("the item took longer than {:.0f} s", order.wall_seconds),
                      "raise --item-timeout");
  if (order.cpu_seconds > 0 && process_->use().cpu_seconds - cpu_before_ > order.cpu_seconds)
    return over_cpu(order.cpu_seconds);
  return {};
}

Status ProcessWorker::take_entry(const Message& message, WorkOutcome& outcome) {
  SIGNMARK_ASSIGN(FileOutcome file, read_file_outcome(message));
  desk_.begin_entry();
  entry_bytes_ += file.report.size() + file.entry.tiles.size() + file.name.size() +
                  file.entry.prints.size() * sizeof(Print) + sizeof(FileOutcome);
  if (outcome.entries.size() >= setup_.guards.entries || entry_bytes_ > kMaxEntryBytes)
    return protocol_error("it tells of too many entries");
  outcome.entries.push_back(std::move(file));
  return {};
}

Status ProcessWorker::take(const Message& message, WorkOutcome& outcome, bool& done) {
  if (RequestDesk::is_request(message)) return process_->channel().send(desk_.answer(message));
  if (message.kind == kEntry) return take_entry(message, outcome);
  if (message.kind != kOutcome) return protocol_error("its kind is unknown");
  SIGNMARK_ASSIGN(outcome.file, read_file_outcome(message));
  SIGNMARK_ASSIGN(const ByteView sidecar, message.part("store"));
  SIGNMARK_ASSIGN(const ByteView thumbnail, message.part("thumbnail"));
  outcome.sidecar.assign(sidecar.begin(), sidecar.end());
  outcome.thumbnail.assign(thumbnail.begin(), thumbnail.end());
  done = true;
  return {};
}

Result<WorkOutcome> ProcessWorker::work(const WorkOrder& order, const std::function<bool()>& stop) {
  if (const Status begun = begin(order); !begun) return put_down(begun.error());
  WorkOutcome outcome;
  for (bool done = false; !done;) {
    if (const Status fine = check_clock(order, stop); !fine) return put_down(fine.error());
    process_->wait(kTick);
    auto message = process_->channel().poll_message();
    if (!message) return put_down(message.error());
    if (!*message) continue;
    if (const Status taken = take(**message, outcome, done); !taken) return put_down(taken.error());
  }
  return outcome;
}

/// Ends a worker that cannot go on. When it is gone already, its own end is the cause.
tl::unexpected<Error> ProcessWorker::put_down(const Error& cause) {
  if (!process_) return tl::unexpected<Error>(cause);
  const bool gone = cause.code == "batch.worker.gone";
  if (!gone) process_->kill();
  const int status = process_->reap();
  Error error = gone ? death(status) : cause;
  process_.reset();
  return tl::unexpected<Error>(std::move(error));
}

Error ProcessWorker::death(int status) const {
  const std::string words = process_->last_words();
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU) return over_cpu(cpu_seconds_).value();
  if (WIFEXITED(status) && WEXITSTATUS(status) == kMemoryExit)
    return over_limit("memory", "the item needs more memory than it may have", "raise --memory")
        .value();
  std::string message = WIFSIGNALED(status)
                            ? fmt::format("the worker was ended by signal {} ({})",
                                          WTERMSIG(status), ::strsignal(WTERMSIG(status)))
                            : fmt::format("the worker ended with status {}", WEXITSTATUS(status));
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
    message += ": it asked the system for something that it may not have";
  return Error{"batch.worker.crashed", std::move(message), {}, words};
}

}  // namespace

Result<std::unique_ptr<Worker>> Worker::start(const Context& context, const fs::path& program,
                                              const WorkerSetup& setup, const Powers& powers) {
  auto worker = std::make_unique<ProcessWorker>(
      context, program.empty() ? fs::path("/proc/self/exe") : program, setup, powers);
  SIGNMARK_TRY(worker->ensure_running());
  return worker;
}

}  // namespace signmark::batch
