// SPDX-License-Identifier: Apache-2.0
// Claims and finishes a second (batch.md 6.2), for a PostgreSQL queue and for a job file.
// Usage: queue_bench [postgresql://… [items]]; without a location a server is started here, with
// fsync on.
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "batch/job_store.hpp"

using namespace signmark;
using namespace signmark::batch;
using std::chrono::duration;
using std::chrono::steady_clock;

namespace {

namespace fs = std::filesystem;

[[noreturn]] void give_up(const Error& error) {
  fmt::print(stderr, "queue_bench: {}: {}\n", error.code, error.message);
  std::exit(1);
}

template <class T>
T must(Result<T> result) {
  if (!result) give_up(result.error());
  return std::move(*result);
}

struct Course {
  std::string location;  // of a server, or a job file
  int workers, at_once;
  double seconds;
};

struct Reading {
  double items = 0;  // finished a second
  int most_attempts = 0;
};

std::unique_ptr<JobStore> open_store(const Course& course, const std::string& job) {
  const Context context = Context::standard();
  if (!database::is_server(course.location)) return must(open_job_file(context, course.location));
  return must(open_queue(context, course.location, job));
}

std::vector<PlannedItem> make_items(std::size_t count) {
  std::vector<PlannedItem> items(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = fmt::format("folder/picture-{:07}.png", i);
    items[i] = {fmt::format("{:064x}", i * 2654435761U), name,    name,
                fmt::format("blake2b-256:{:064x}", i),   100'000, false};
  }
  return items;
}

ItemEnd make_end() {
  ItemEnd end;
  end.output_digest = "blake2b-256:" + std::string(64, 'a');
  end.mark_digest = std::string(64, 'b');
  end.content_id = "0123456789abcdef";
  end.record = std::string(600, 'r');
  return end;
}

void work(JobStore& store, const Course& course, std::atomic<bool>& stop,
          std::atomic<int>& finished, std::atomic<int>& most) {
  const ItemEnd end = make_end();
  while (!stop) {
    std::vector<Ending> endings;
    for (Lease& lease : must(store.claim("bench", course.at_once, 60))) {
      most = std::max(most.load(), lease.attempt);
      endings.push_back({std::move(lease), end});
    }
    if (endings.empty()) stop = true;  // the items ran out: what was done counts
    for (const bool kept : must(store.finish(endings))) finished += kept ? 1 : 0;
  }
}

/// On a server each worker is a store of its own; a job file has one store for all.
Reading run(const Course& course, const std::string& job) {
  std::atomic<bool> stop = false;
  std::atomic<int> finished = 0, most = 0;
  const bool server = database::is_server(course.location);
  std::vector<std::unique_ptr<JobStore>> stores;
  for (int i = 0; i < (server ? course.workers : 1); ++i) stores.push_back(open_store(course, job));
  const auto begin = steady_clock::now();
  std::vector<std::jthread> threads;
  for (int i = 0; i < course.workers; ++i) {
    JobStore& store = *stores[server ? static_cast<std::size_t>(i) : 0];
    threads.emplace_back([&] { work(store, course, stop, finished, most); });
  }
  const auto end =
      begin + std::chrono::duration_cast<steady_clock::duration>(duration<double>(course.seconds));
  while (!stop && steady_clock::now() < end)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  stop = true;
  threads.clear();
  return {finished / duration<double>(steady_clock::now() - begin).count(), most};
}

void measure(const std::string& location, std::size_t items) {
  const std::string job = fmt::format("bench-{}", steady_clock::now().time_since_epoch().count());
  const auto begin = steady_clock::now();
  {
    const auto store = open_store({location, 1, 1, 0}, job);
    must(store->open_job({job, "p", "{}", 1, false}));
    const std::vector<PlannedItem> planned = make_items(items);
    for (std::size_t at = 0; at < items; at += 10'000)
      must(store->plan(std::span(planned).subspan(at, std::min<std::size_t>(10'000, items - at))));
    if (const Status status = store->scanned(); !status) give_up(status.error());
  }
  const double seconds = duration<double>(steady_clock::now() - begin).count();
  fmt::print("planned {} items: {:.0f}/s\nworkers  at once  items/s  most attempts\n", items,
             static_cast<double>(items) / seconds);
  for (const int at_once : {1, 16})
    for (const int workers : {1, 2, 4, 8, 16}) {
      const Reading reading = run({location, workers, at_once, 3}, job);
      fmt::print("{:7}  {:7}  {:7.0f}  {:13}\n", workers, at_once, reading.items,
                 reading.most_attempts);
      std::fflush(stdout);
    }
}

/// What a command prints; it must succeed.
std::string output_of(const std::string& command) {
  std::FILE* pipe = ::popen(command.c_str(), "r");
  std::string said;
  for (int c = std::fgetc(pipe); c != EOF && c != '\n'; c = std::fgetc(pipe))
    said += static_cast<char>(c);
  if (::pclose(pipe) != 0) give_up({"bench.server", command, {}, {}});
  return said;
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t items = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 100'000;
  const fs::path folder = fs::temp_directory_path() / fmt::format("queue-bench-{}", ::getpid());
  fs::create_directories(folder);
  fmt::print("job file\n");
  measure((folder / "job.db").string(), items);
  const std::string server = "FSYNC=on bash " SIGNMARK_SOURCE_DIR "/tests/support/postgres.sh ";
  const std::string place = (folder / "server").string();
  fmt::print("PostgreSQL\n");
  if (argc > 1) {
    measure(argv[1], items);
  } else {
    fs::permissions(folder, fs::perms::owner_all | fs::perms::others_exec);
    measure(output_of(server + fmt::format("start {} {}", place, ::getpid())), items);
    output_of(server + "stop " + place);
  }
  fs::remove_all(folder);
  return 0;
}
