// SPDX-License-Identifier: Apache-2.0
// When asking again helps, and for how long.
#include "batch/link.hpp"

#include <algorithm>
#include <thread>

namespace signmark::batch {
namespace {

using std::chrono::duration;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int kBusyTries = 20;  // of 10 ms more each time: 2 s in all, beside the engine's own wait
constexpr milliseconds kBusyPause{10};
constexpr milliseconds kFirstPause{50};
constexpr milliseconds kLongestPause{1000};

}  // namespace

Result<Link> Link::connect(Open open, double patience) {
  Link link(std::move(open), patience);
  SIGNMARK_ASSIGN(link.connection_, link.open_());
  return link;
}

Status Link::recover(const Error& error, Trouble& trouble) {
  if (error.code == "database.busy" && ++trouble.busy <= kBusyTries) {
    std::this_thread::sleep_for(kBusyPause * trouble.busy);
    return {};
  }
  if (error.code == "database.lost" && patience_ > 0) return reconnect(error, trouble);
  return tl::unexpected(error);
}

Status Link::reconnect(const Error& error, Trouble& trouble) {
  if (!std::exchange(trouble.lost, true)) trouble.since = steady_clock::now();
  const Time end = trouble.since +
                   std::chrono::duration_cast<steady_clock::duration>(duration<double>(patience_));
  std::string last = error.message;
  for (milliseconds pause = kFirstPause; steady_clock::now() < end;
       pause = std::min(2 * pause, kLongestPause)) {
    auto made = open_();
    if (made) {
      connection_ = std::move(*made);
      return {};
    }
    last = made.error().message;
    std::this_thread::sleep_for(pause);
  }
  return fail("queue.lost", "the queue's server is gone: " + last, error.where,
              "start the server and this command again: what was finished is kept");
}

}  // namespace signmark::batch
