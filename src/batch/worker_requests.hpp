// SPDX-License-Identifier: Apache-2.0
// The supervisor's answers to what a worker asks of the keys. The worker may be in the hands of
// whoever made the file that it reads: it gets what marking one item needs, and no more.
#pragma once

#include "batch/worker_messages.hpp"

namespace signmark::batch {

class RequestDesk {
 public:
  /// `powers` must outlive the desk.
  RequestDesk(Task task, const Powers& powers) : task_(task), powers_(powers) {}

  /// A new item of so many bytes: texts have a signed record every few sentences.
  void begin_item(std::uint64_t bytes) { signatures_left_ = kBase + bytes / kBytesEach; }
  /// One more file of an archive.
  void begin_entry() { signatures_left_ += kBase; }

  static bool is_request(const Message& message);
  /// Granted or refused.
  [[nodiscard]] Message answer(const Message& request);

 private:
  static constexpr std::uint64_t kBase = 64, kBytesEach = 32;

  Result<Bytes> grant(const Message& request);
  Result<Bytes> sign(const Message& request);
  Result<Bytes> derive(const Message& request) const;

  Task task_;
  const Powers& powers_;
  std::uint64_t signatures_left_ = 0;
};

}  // namespace signmark::batch
