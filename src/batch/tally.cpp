// SPDX-License-Identifier: Apache-2.0
#include "batch/tally.hpp"

namespace signmark::batch {
namespace {

std::string name_of(const PlannedItem& item) {
  return std::filesystem::path(item.source).filename().native();
}

}  // namespace

Tally::Tally(JobStatus stored) : status_(std::move(stored)) {}

void Tally::planned(std::uint64_t items, std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  status_.items[ItemState::planned] += items;
  status_.bytes_total += bytes;
}

void Tally::scanned() {
  const std::lock_guard lock(mutex_);
  status_.scanning = false;
}

void Tally::begin(const PlannedItem& item) {
  const std::lock_guard lock(mutex_);
  now_.insert(name_of(item));
}

void Tally::leave(const PlannedItem& item) {
  const std::lock_guard lock(mutex_);
  if (const auto found = now_.find(name_of(item)); found != now_.end()) now_.erase(found);
}

void Tally::ended(const PlannedItem& item, const ItemEnd& end) {
  const std::lock_guard lock(mutex_);
  // Of a queue the counts are those of the beginning and may run below what others did since.
  if (auto& planned = status_.items[ItemState::planned]; planned > 0) --planned;
  ++status_.items[end.state];
  ++ended_;
  status_.bytes_done += item.bytes;
  if (!end.verdict.empty()) ++status_.verdicts[end.verdict];
  if (end.state != ItemState::failed) return;
  ++failed_;
  ++status_.errors[end.error.code];
}

void Tally::crashed() {
  const std::lock_guard lock(mutex_);
  ++crashes_;
}

JobStatus Tally::status() const {
  const std::lock_guard lock(mutex_);
  JobStatus status = status_;
  status.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  status.now.assign(now_.begin(), now_.end());
  return status;
}

std::uint64_t Tally::crashes() const {
  const std::lock_guard lock(mutex_);
  return crashes_;
}

bool Tally::too_many_failed(double most) const {
  constexpr std::uint64_t kEnough = 20;  // 1 of 5 is no sign that a million will fail
  const std::lock_guard lock(mutex_);
  if (most >= 1) return static_cast<double>(failed_) > most;
  return ended_ >= kEnough && static_cast<double>(failed_) > most * static_cast<double>(ended_);
}

}  // namespace signmark::batch
