// SPDX-License-Identifier: Apache-2.0
// One thread that does jobs in their order, so that searching never holds up a stream.
#ifndef SIGNMARK_PLUGINS_GSTREAMER_WORK_THREAD_HPP_
#define SIGNMARK_PLUGINS_GSTREAMER_WORK_THREAD_HPP_

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace signmark_gst {

class WorkThread {
 public:
  using Job = std::function<void()>;

  // At most `room` jobs wait.
  explicit WorkThread(size_t room) : room_(room), thread_([this] { run(); }) {}
  // Ends after the job that is running; those that wait are dropped.
  ~WorkThread();
  WorkThread(const WorkThread&) = delete;
  WorkThread& operator=(const WorkThread&) = delete;

  enum class Full { wait, drop };
  // False: there was no room.
  bool add(Job job, Full when_full);
  // Until all is done.
  void drain();

 private:
  void run();

  const size_t room_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  bool busy_ = false, ending_ = false;
  std::thread thread_;  // the last member: it uses the others
};

}  // namespace signmark_gst

#endif  // SIGNMARK_PLUGINS_GSTREAMER_WORK_THREAD_HPP_
