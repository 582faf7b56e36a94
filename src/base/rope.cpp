// SPDX-License-Identifier: Apache-2.0
// Rope: the output file as pieces of the input and new bytes.
#include <fmt/format.h>

#include <algorithm>

#include "base/result.hpp"

namespace signmark {

void Rope::view(ByteView bytes) {
  if (bytes.empty()) return;
  pieces_.push_back(bytes);
  size_ += bytes.size();
}

void Rope::own(Bytes bytes) {
  if (bytes.empty()) return;
  owned_.push_back(std::move(bytes));
  view(owned_.back());
}

Status Rope::visit(Range range, const std::function<Status(ByteView)>& sink) const {
  if (range.offset > size_ || range.size > size_ - range.offset)
    return fail("base.rope.range",
                fmt::format("bytes {}+{} of {}", range.offset, range.size, size_));
  std::uint64_t start = 0;
  for (const ByteView piece : pieces_) {
    const std::uint64_t from = std::max(range.offset, start);
    const std::uint64_t to = std::min(range.end(), start + piece.size());
    if (from < to) SIGNMARK_TRY(sink(piece.subspan(from - start, to - from)));
    start += piece.size();
    if (start >= range.end()) break;
  }
  return {};
}

Result<Bytes> Rope::copy(Range range) const {
  Bytes out;
  SIGNMARK_TRY(visit(range, [&](ByteView piece) -> Status {
    out.insert(out.end(), piece.begin(), piece.end());
    return {};
  }));
  return out;
}

Bytes Rope::flatten() const {
  Bytes out;
  out.reserve(size_);
  for (const ByteView piece : pieces_) out.insert(out.end(), piece.begin(), piece.end());
  return out;
}

Status Rope::patch(std::uint64_t offset, ByteView bytes) {
  if (offset > size_ || bytes.size() > size_ - offset)
    return fail("base.rope.range", "patch beyond the end");
  std::uint64_t start = 0;
  for (const ByteView piece : pieces_) {
    const std::uint64_t from = std::max(offset, start);
    const std::uint64_t to = std::min<std::uint64_t>(offset + bytes.size(), start + piece.size());
    if (from < to) {
      const auto home = std::find_if(owned_.begin(), owned_.end(),
                                     [&](const Bytes& b) { return b.data() == piece.data(); });
      if (home == owned_.end())
        return fail("base.rope.view", "patch of bytes that are only viewed");
      std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(from - offset), to - from,
                  home->begin() + static_cast<std::ptrdiff_t>(from - start));
    }
    start += piece.size();
  }
  return {};
}

}  // namespace signmark
