// SPDX-License-Identifier: Apache-2.0
// A bounded queue between threads: givers wait while it is full, the taker gets all that is there.
#pragma once

#include <condition_variable>
#include <mutex>
#include <utility>
#include <vector>

namespace signmark::batch {

template <class T>
class HandOver {
 public:
  explicit HandOver(std::size_t room) : room_(room) {}

  void give(T value) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return values_.size() < room_; });
    values_.push_back(std::move(value));
    lock.unlock();
    changed_.notify_all();
  }

  /// Waits for one at least; empty once it is closed and nothing is left.
  std::vector<T> take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return closed_ || !values_.empty(); });
    std::vector<T> all = std::exchange(values_, {});
    lock.unlock();
    changed_.notify_all();
    return all;
  }

  void close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    changed_.notify_all();
  }

 private:
  const std::size_t room_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<T> values_;
  bool closed_ = false;
};

}  // namespace signmark::batch
