// SPDX-License-Identifier: Apache-2.0
// The control socket: whole messages over a stream, descriptors beside them.
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/bytes.hpp"
#include "base/file.hpp"
#include "batch/protocol.hpp"

namespace signmark::batch {
namespace {

constexpr std::size_t kPrefix = 4;
constexpr std::size_t kChunk = 64U << 10;
constexpr std::size_t kMaxDescriptors = 4;

/// Room for the descriptors of one message, aligned as the kernel wants it.
union ControlBuffer {
  cmsghdr aligned;
  char bytes[CMSG_SPACE(kMaxDescriptors * sizeof(int))];
};

tl::unexpected<Error> gone(std::string_view how) {
  return fail("batch.worker.gone",
              "the other end of the control socket is gone: " + std::string(how));
}

/// Descriptors go with the first byte.
ssize_t send_first(int socket, ByteView bytes, std::span<const int> descriptors) {
  ControlBuffer control{};
  iovec piece{const_cast<Byte*>(bytes.data()), bytes.size()};
  msghdr header{};
  header.msg_iov = &piece;
  header.msg_iovlen = 1;
  if (!descriptors.empty()) {
    const std::size_t size = descriptors.size() * sizeof(int);
    header.msg_control = control.bytes;
    header.msg_controllen = CMSG_SPACE(size);
    cmsghdr* const entry = CMSG_FIRSTHDR(&header);
    entry->cmsg_level = SOL_SOCKET;
    entry->cmsg_type = SCM_RIGHTS;
    entry->cmsg_len = CMSG_LEN(size);
    std::memcpy(CMSG_DATA(entry), descriptors.data(), size);
  }
  return ::sendmsg(socket, &header, MSG_NOSIGNAL);
}

}  // namespace

Status Channel::send(const Message& message, std::span<const int> descriptors) {
  if (descriptors.size() > kMaxDescriptors) return protocol_error("too many descriptors");
  const Bytes body = encode_message(message);
  ByteWriter frame;
  frame.u32be(static_cast<std::uint32_t>(body.size())).bytes(body);
  ByteView left = frame.view();
  while (!left.empty()) {
    const ssize_t n = send_first(socket_.get(), left, descriptors);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return gone(system_message(errno));
    descriptors = {};
    left = left.subspan(static_cast<std::size_t>(n));
  }
  return {};
}

void Channel::keep_descriptors(const msghdr& header) {
  auto* const mutable_header = const_cast<msghdr*>(&header);
  for (cmsghdr* entry = CMSG_FIRSTHDR(mutable_header); entry != nullptr;
       entry = CMSG_NXTHDR(mutable_header, entry)) {
    if (entry->cmsg_level != SOL_SOCKET || entry->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (entry->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(entry) + i * sizeof(int), sizeof fd);
      received_.emplace_back(fd);
    }
  }
}

/// False when nothing is there now.
Result<bool> Channel::read_some() {
  std::array<Byte, kChunk> chunk{};
  ControlBuffer control{};
  iovec piece{chunk.data(), chunk.size()};
  msghdr header{};
  header.msg_iov = &piece;
  header.msg_iovlen = 1;
  if (max_descriptors_ > 0) {
    header.msg_control = control.bytes;
    header.msg_controllen = sizeof control.bytes;
  }
  const ssize_t n = ::recvmsg(socket_.get(), &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return false;
  if (n < 0) return gone(system_message(errno));
  if (n == 0) return gone("closed");
  keep_descriptors(header);
  if (received_.size() > static_cast<std::size_t>(max_descriptors_))
    return protocol_error("too many descriptors came");
  buffer_.insert(buffer_.end(), chunk.begin(), chunk.begin() + n);
  return true;
}

Result<std::optional<Message>> Channel::take_buffered() {
  if (buffer_.size() < kPrefix) return std::nullopt;
  ByteReader reader(buffer_, "batch.worker");
  SIGNMARK_ASSIGN(const std::uint32_t length, reader.u32be());
  if (length > max_receive_) return protocol_error("it is too large");
  if (reader.remaining() < length) return std::nullopt;
  SIGNMARK_ASSIGN(const ByteView body, reader.take(length));
  SIGNMARK_ASSIGN(Message message, decode_message(body));
  message.descriptors = std::move(received_);
  received_.clear();
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(kPrefix + length));
  return message;
}

Result<std::optional<Message>> Channel::poll_message() {
  for (;;) {
    SIGNMARK_ASSIGN(std::optional<Message> message, take_buffered());
    if (message) return message;
    SIGNMARK_ASSIGN(const bool more, read_some());
    if (!more) return std::nullopt;
  }
}

Result<Message> Channel::receive() {
  for (;;) {
    SIGNMARK_ASSIGN(std::optional<Message> message, poll_message());
    if (message) return std::move(*message);
    pollfd entry{socket_.get(), POLLIN, 0};
    if (::poll(&entry, 1, -1) < 0 && errno != EINTR) return gone(system_message(errno));
  }
}

}  // namespace signmark::batch
