// SPDX-License-Identifier: Apache-2.0
#include "batch/lease_pool.hpp"

#include <algorithm>
#include <chrono>

namespace signmark::batch {
namespace {

using Seconds = std::chrono::duration<double>;
constexpr double kShortest = 0.02, kLongest = 0.5;  // between two looks, seconds

}  // namespace

Result<LeasePool::Claimed> LeasePool::claim() {
  Claimed claimed;
  SIGNMARK_ASSIGN(claimed.leases, store_.claim(terms_.owner, terms_.at_once, terms_.seconds));
  if (claimed.leases.empty()) {
    SIGNMARK_ASSIGN(claimed.wait, store_.wait());
  }
  return claimed;
}

Result<std::optional<Lease>> LeasePool::next(const std::function<bool()>& stop) {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (stop()) return std::nullopt;
    if (!ready_.empty()) {
      Lease lease = std::move(ready_.front());
      ready_.pop_front();
      return lease;
    }
    if (claiming_) {  // one asks for all
      changed_.wait_for(lock, Seconds(kLongest));
      continue;
    }
    claiming_ = true;
    const bool more = planning_;
    lock.unlock();
    auto claimed = claim();
    lock.lock();
    claiming_ = false;
    changed_.notify_all();
    if (!claimed) return tl::unexpected<Error>(claimed.error());
    for (Lease& lease : claimed->leases) {
      held_[lease.id] = lease;
      ready_.push_back(std::move(lease));
    }
    if (!ready_.empty()) continue;
    if (!claimed->wait && !more) return std::nullopt;
    changed_.wait_for(lock, Seconds(std::clamp(claimed->wait.value_or(0), kShortest, kLongest)));
  }
}

void LeasePool::drop(const Lease& lease) {
  {
    const std::lock_guard lock(mutex_);
    held_.erase(lease.id);
  }
  changed_.notify_all();
}

void LeasePool::planning(bool more) {
  {
    const std::lock_guard lock(mutex_);
    planning_ = more;
  }
  changed_.notify_all();
}

void LeasePool::wake() { changed_.notify_all(); }

Status LeasePool::heartbeat() {
  std::vector<Lease> leases;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, lease] : held_) leases.push_back(lease);
  }
  if (!leases.empty()) {
    SIGNMARK_ASSIGN(const std::vector<Lease> kept, store_.heartbeat(leases, terms_.seconds));
    const std::lock_guard lock(mutex_);
    for (const Lease& lease : leases)
      if (std::none_of(kept.begin(), kept.end(), [&](const Lease& k) { return k.id == lease.id; }))
        held_.erase(lease.id);
    std::erase_if(ready_, [this](const Lease& lease) { return !held_.contains(lease.id); });
  }
  SIGNMARK_TRY(store_.reclaim());
  return {};
}

bool LeasePool::lost(const Lease& lease) const {
  const std::lock_guard lock(mutex_);
  const auto found = held_.find(lease.id);
  return found == held_.end() || found->second.epoch != lease.epoch;
}

Status LeasePool::release() {
  std::deque<Lease> ready;
  {
    const std::lock_guard lock(mutex_);
    ready.swap(ready_);
    for (const Lease& lease : ready) held_.erase(lease.id);
  }
  for (const Lease& lease : ready) SIGNMARK_TRY(store_.release(lease));
  return {};
}

}  // namespace signmark::batch
