// SPDX-License-Identifier: Apache-2.0
#include "work_thread.hpp"

#include <utility>

namespace signmark_gst {

WorkThread::~WorkThread() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    jobs_.clear();
  }
  changed_.notify_all();
  thread_.join();
}

bool WorkThread::add(Job job, Full when_full) {
  std::unique_lock lock(mutex_);
  if (when_full == Full::drop && jobs_.size() >= room_) return false;
  changed_.wait(lock, [this] { return jobs_.size() < room_; });
  jobs_.push_back(std::move(job));
  changed_.notify_all();
  return true;
}

void WorkThread::drain() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return jobs_.empty() && !busy_; });
}

void WorkThread::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return ending_ || !jobs_.empty(); });
    if (ending_) return;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    busy_ = true;
    changed_.notify_all();
    lock.unlock();
    try {
      job();
    } catch (...) {  // no memory: what was to be looked at is not
    }
    job = nullptr;  // what it holds goes before anybody is told
    lock.lock();
    busy_ = false;
    changed_.notify_all();
  }
}

}  // namespace signmark_gst
