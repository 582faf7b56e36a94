// SPDX-License-Identifier: Apache-2.0
// Runs with workers that do as the first letter of a file says: the supervisor alone is under test.
#include "batch/supervisor.hpp"

#include <unistd.h>

#include <fstream>

#include "base/json.hpp"
#include "batch/description.hpp"
#include "batch/report.hpp"
#include "support/test_support.hpp"

using namespace signmark;
using namespace signmark::batch;
using namespace signmark::test;

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

/// m marks, f fails, s is marked already, c crashes, t does so twice, h hangs until it is stopped,
/// e writes nothing.
class FakeWorker final : public Worker {
 public:
  explicit FakeWorker(std::atomic<int>& tries) : tries_(tries) {}

  Result<WorkOutcome> work(const WorkOrder& order, const std::function<bool()>& stop) override {
    char deed = 0;
    REQUIRE(::pread(order.input, &deed, 1, 0) == 1);
    WorkOutcome outcome;
    if (deed == 'c' || (deed == 't' && ++tries_ < 3))
      return fail("batch.worker.crashed", "the worker was killed by signal 11");
    while (deed == 'h') {
      if (stop()) return fail("base.cancelled", "stopped");
      std::this_thread::sleep_for(5ms);
    }
    if (deed == 'f') {
      outcome.file.state = ItemState::failed;
      outcome.file.error = Error{"pipeline.damaged", "it is damaged", {}, "restore it"};
    }
    if (deed == 's') {
      outcome.file.state = ItemState::skipped;
      outcome.file.why = "already-marked";
    }
    outcome.file.report = R"({"content_id":"0123456789abcdef"})";
    if (order.output < 0) outcome.file.verdict = "verified";
    if (order.output >= 0 && (deed == 'm' || deed == 't'))
      REQUIRE(::write(order.output, "marked", 6) == 6);
    return outcome;
  }
  [[nodiscard]] std::string sandbox() const override { return R"({"seccomp":true})"; }

 private:
  std::atomic<int>& tries_;
};

/// Lets the back-off between attempts pass at once.
class HastyClock final : public Clock {
 public:
  [[nodiscard]] UnixTime now() const override { return now_ += 1000; }

 private:
  mutable std::atomic<UnixTime> now_ = 1;
};

struct Trial {
  ScratchDir dir;
  Context context = test_context();
  Job job;
  JobRow row;
  Running running;
  Powers powers;
  Observer observer;
  std::unique_ptr<JobStore> store;
  std::atomic<int> tries = 0, workers = 0;
  Error no_worker;  ///< when set, none can be started

  Trial() {
    context.clock = std::make_shared<HastyClock>();
    running.jobs = 2;
    running.max_failures = 100;
    job.output = dir / "out";
    fs::create_directory(dir / "in");
  }

  Trial& file(const std::string& name, const std::string& text) {
    std::ofstream(dir / ("in/" + name)) << text;
    return *this;
  }

  Result<Summary> run() {
    job.paths = {dir / "in"};
    row = row_of(job, 1);
    if (!store) {
      auto opened = open_job_file(context, dir / "job.db");
      REQUIRE_OK(opened);
      store = std::move(*opened);
    }
    REQUIRE_OK(store->open_job(row));
    const auto start = [this](int) -> Result<std::unique_ptr<Worker>> {
      if (!no_worker.code.empty()) return tl::unexpected<Error>(no_worker);
      ++workers;
      return std::make_unique<FakeWorker>(tries);
    };
    return Supervisor({context, job, row, powers, running, observer, *store, start, {}, true, {}})
        .run();
  }

  std::uint64_t count(const Summary& summary, ItemState state) const {
    const auto found = summary.status.items.find(state);
    return found == summary.status.items.end() ? 0 : found->second;
  }

  std::vector<Json> lines(const Summary& summary) {
    std::vector<Json> all;
    observer.record = [&all](const std::string& line) { all.push_back(*parse_json(line)); };
    REQUIRE_OK(write_report(dir / "report.jsonl", job, *store, summary, observer));
    return all;
  }

  /// Files of the output folder, temporaries among them.
  std::string outputs() const {
    std::vector<std::string> names;
    if (fs::exists(job.output))
      for (const auto& entry : fs::directory_iterator(job.output))
        names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    std::string text;
    for (const std::string& name : names) text += name + " ";
    return text;
  }
};

}  // namespace

TEST_CASE("every item ends, whatever became of it") {
  Trial trial;
  trial.file("d.png", "m").file("b.png", "f").file("c.png", "s").file("a.png", "m");
  trial.file("e.png", "e");
  const auto summary = trial.run();
  REQUIRE_OK(summary);
  CHECK(trial.count(*summary, ItemState::done) == 2);
  CHECK(trial.count(*summary, ItemState::skipped) == 1);
  CHECK(summary->sandbox == R"({"seccomp":true})");
  CHECK(trial.outputs() == "a.png d.png ");
  CHECK_FALSE(summary->interrupted);

  const auto lines = trial.lines(*summary);
  REQUIRE(lines.size() == 6);
  for (std::size_t i = 0; i < 5; ++i)
    CHECK(lines[i]["path"] ==
          (trial.dir / ("in/" + std::string(1, static_cast<char>('a' + i)) + ".png")).string());
  CHECK(lines[0]["output"]["digest"].get<std::string>().starts_with("blake2b-256:"));
  CHECK(lines[0]["output"]["bytes"] == 6);
  CHECK(lines[0]["content_id"] == "0123456789abcdef");
  CHECK(lines[1]["state"] == "failed");
  CHECK(lines[1]["errors"][0]["hint"] == "restore it");
  CHECK(lines[2]["why"] == "already-marked");
  CHECK(lines[5]["type"] == "summary");
  CHECK(lines[5]["items"]["done"] == 2);
}

TEST_CASE("the same job again is its resumption") {
  Trial trial;
  trial.file("a.png", "m");
  REQUIRE_OK(trial.run());
  const auto first = fs::last_write_time(trial.dir / "out/a.png");
  trial.file("b.png", "m");
  const auto summary = trial.run();
  REQUIRE_OK(summary);
  CHECK(trial.count(*summary, ItemState::done) == 2);
  CHECK(fs::last_write_time(trial.dir / "out/a.png") == first);
}

TEST_CASE("three crashes fail an item, fewer do not, and others go on") {
  Trial trial;
  trial.file("a.png", "c").file("b.png", "m");
  trial.file("c.png", "t");
  const auto summary = trial.run();
  REQUIRE_OK(summary);
  CHECK(trial.count(*summary, ItemState::done) == 2);
  CHECK(trial.count(*summary, ItemState::failed) == 1);
  CHECK(summary->status.errors.at("batch.worker.crashed") == 1);
  CHECK(summary->workers_crashed == 5);
  CHECK(trial.outputs() == "b.png c.png ");
  CHECK(trial.lines(*summary)[0]["attempts"] == 3);
}

TEST_CASE("verifying writes no files") {
  Trial trial;
  trial.job.task = Task::verify;
  trial.job.output.clear();
  trial.file("a.png", "m").file("b.png", "m");
  const auto summary = trial.run();
  REQUIRE_OK(summary);
  CHECK(summary->status.verdicts.at("verified") == 2);
  CHECK(trial.lines(*summary)[1]["verdict"] == "verified");
}

TEST_CASE("too many failures stop a job") {
  Trial trial;
  for (int i = 0; i < 200; ++i) trial.file("f" + std::to_string(i), "f");
  SECTION("by a share") { trial.running.max_failures = 0.05; }
  SECTION("by a number") { trial.running.max_failures = 30; }
  const auto summary = trial.run();
  REQUIRE_OK(summary);
  CHECK(summary->stopped);
  CHECK(trial.count(*summary, ItemState::planned) > 50);
  trial.running.max_failures = 1e9;
  CHECK(trial.count(*trial.run(), ItemState::failed) == 200);
}

TEST_CASE("no worker to be had ends the run, not the items") {
  Trial trial;
  trial.file("a.png", "m");
  trial.no_worker = Error{"batch.worker.start", "cannot start", {}, {}};
  CHECK(code_of(trial.run()) == "batch.worker.start");
  CHECK(trial.outputs().empty());
  trial.no_worker = {};
  REQUIRE_OK(trial.store->reclaim());
  CHECK(trial.count(*trial.run(), ItemState::done) == 1);
}

TEST_CASE("interrupted: the first time running items may end, the second time they are put back") {
  Trial trial;
  trial.file("a.png", "h").file("b.png", "m").file("c.png", "m");
  trial.running.jobs = 1;
  const auto start = std::chrono::steady_clock::now();
  trial.observer.stop = [&] {
    const auto passed = std::chrono::steady_clock::now() - start;
    return passed < 200ms ? 0 : passed < 400ms ? 1 : 2;
  };
  const auto summary = trial.run();
  REQUIRE_OK(summary);
  CHECK(summary->interrupted);
  CHECK(std::chrono::steady_clock::now() - start < 5s);
  CHECK(trial.count(*summary, ItemState::leased) == 0);
  CHECK(trial.count(*summary, ItemState::planned) >= 1);
  CHECK(trial.outputs().find(".part") == std::string::npos);

  trial.observer.stop = nullptr;
  trial.file("a.png", "m");  // and the input was changed meanwhile
  REQUIRE_OK(trial.run());
  CHECK(trial.outputs() == "a.png b.png c.png ");
  // The old content was never marked: it failed unless the new one was planned by then.
  REQUIRE_OK(trial.store->retry());
  const auto again = trial.run();
  REQUIRE_OK(again);
  CHECK(again->status.errors.empty());
  CHECK(trial.count(*again, ItemState::done) == 3);
  CHECK(trial.count(*again, ItemState::skipped) == 1);
  CHECK(trial.lines(*again)[0]["path"] == trial.lines(*again)[1]["path"]);
}

TEST_CASE("two sources with one place, and a place that is taken") {
  Trial trial;
  trial.file("a.png", "m");
  fs::create_directory(trial.dir / "out");
  std::ofstream(trial.dir / "out/a.png") << "somebody's";
  auto summary = trial.run();
  REQUIRE_OK(summary);
  CHECK(summary->status.errors.at("base.file.exists") == 1);
  CHECK(as_text(slurp(trial.dir / "out/a.png")) == "somebody's");
}

TEST_CASE("the bucket admits by bytes, and what is larger alone") {
  Bucket bucket(100);
  const auto never = [] { return false; };
  CHECK(bucket.take(60, never) == 60);
  CHECK_FALSE(bucket.take(60, [] { return true; }));
  bucket.give(60);
  CHECK(bucket.take(1000, never) == 100);
  CHECK_FALSE(bucket.take(1, [] { return true; }));
  std::jthread giver([&bucket] {
    std::this_thread::sleep_for(20ms);
    bucket.give(100);
  });
  CHECK(bucket.take(1, never) == 1);
}

TEST_CASE("memory is predicted by size and ending") {
  const auto of = [](const std::string& name, std::uint64_t bytes, bool archive = false) {
    return predicted_memory({"k", "in/" + name, name, "d", bytes, archive}, true);
  };
  CHECK(of("a.jpg", 3 << 20) > of("a.png", 3 << 20));
  CHECK(of("a.JPG", 3 << 20) == of("a.jpg", 3 << 20));
  CHECK(of("a.mp4", 1000) == of("a.mp4", 4ULL << 30));
  CHECK(of("a.txt", 2000) < of("a.zip", 2000, true));
  CHECK(predicted_memory({"k", "in/a.jpg", "a", "d", 3 << 20, false}, false) <
        of("a.jpg", 3 << 20));
}

TEST_CASE("time is allowed by what others took") {
  Pace pace(0);
  CHECK(pace.allow(10).cpu_seconds == 60);
  CHECK(pace.allow(10).wall_seconds == 240);
  const double before = pace.allow(1 << 30).cpu_seconds;
  for (int i = 0; i < 300; ++i) pace.learn(1 << 20, i % 2 == 0 ? 2 : 2.1);
  CHECK(pace.allow(1 << 30).cpu_seconds < before);
  CHECK(pace.allow(1 << 30).cpu_seconds > 10 * 2 * 1024);
  CHECK(Pace(7).allow(1 << 30).wall_seconds == 7);
}
