// SPDX-License-Identifier: Apache-2.0
// Reading and writing file descriptors of pipes.
#include "video/descriptor.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/file.hpp"

namespace signmark::video {

Result<bool> DescriptorReader::refill() {
  at_ = size_ = 0;
  while (true) {
    const ssize_t count = ::read(descriptor_, buffer_.data(), buffer_.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail("base.file.read", "cannot read: " + system_message(errno));
    size_ = static_cast<std::size_t>(count);
    return count > 0;
  }
}

Result<std::optional<std::string>> DescriptorReader::line(std::size_t limit) {
  std::string text;
  while (true) {
    if (at_ == size_) {
      SIGNMARK_ASSIGN(const bool more, refill());
      if (!more && text.empty()) return std::nullopt;
      if (!more) return fail("video.pipe.syntax", "the stream ends within a header");
    }
    const char next = static_cast<char>(buffer_[at_++]);
    if (next == '\n') return text;
    text += next;
    if (text.size() > limit)
      return fail("video.pipe.syntax", "a header is too long: this is no YUV4MPEG2 stream");
  }
}

Result<std::size_t> DescriptorReader::read(std::span<Byte> out) {
  std::size_t done = 0;
  while (done < out.size()) {
    if (at_ == size_) {
      SIGNMARK_ASSIGN(const bool more, refill());
      if (!more) break;
    }
    const std::size_t some = std::min(out.size() - done, size_ - at_);
    std::copy_n(buffer_.data() + at_, some, out.data() + done);
    at_ += some;
    done += some;
  }
  return done;
}

}  // namespace signmark::video
