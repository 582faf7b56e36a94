// SPDX-License-Identifier: Apache-2.0
// What supervisor and worker say to each other, and the socket on which they say it.
//
// A message is a length (4 bytes, big-endian) and that many bytes: the length of a JSON object, the
// object, then parts (length, bytes) to which the object refers by number. The supervisor takes a
// worker for hostile: sizes are bounded, types are checked, nothing nests deeper than the parser
// allows, and nothing throws.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "keys/descriptor.hpp"

namespace signmark::batch {

using keys::Descriptor;

/// Largest messages: the manifest store of an outcome is one part; what a worker is told is small.
inline constexpr std::uint64_t kMaxFromWorker = 96U << 20;
inline constexpr std::uint64_t kMaxToWorker = 8U << 20;
inline constexpr std::uint64_t kMaxMessageJson = 1U << 20;

/// Errors of reading: `batch.worker.protocol`.
struct Message {
  std::string kind;
  Json fields = Json::object();
  std::vector<Bytes> parts;
  std::vector<Descriptor> descriptors;  ///< received ones

  explicit Message(std::string_view what = {}) : kind(what) {}
  /// Adds a part and names it in the fields.
  Message& attach(const char* name, ByteView bytes);
  Message& attach_all(const char* name, const std::vector<Bytes>& list);

  [[nodiscard]] Result<ByteView> part(const char* name) const;
  [[nodiscard]] Result<std::vector<Bytes>> part_list(const char* name) const;
  [[nodiscard]] Result<std::string> text(const char* name) const;
  [[nodiscard]] Result<std::uint64_t> whole(const char* name) const;
  [[nodiscard]] Result<bool> truth(const char* name) const;
  [[nodiscard]] bool has(const char* name) const { return fields.contains(name); }
};

tl::unexpected<Error> protocol_error(std::string what);

/// A message that only carries an error, and back. Codes and texts are cut to a sane length.
Json error_json(const Error& error);
Result<Error> read_error(const Json& value);

Bytes encode_message(const Message& message);
/// `body`: without the length before it.
Result<Message> decode_message(ByteView body);

/// One end of the control socket. Not thread-safe.
class Channel {
 public:
  /// `max_receive`: largest message that is taken; `max_descriptors`: that come with messages, more
  /// are thrown away by the kernel.
  Channel(Descriptor socket, std::uint64_t max_receive, int max_descriptors)
      : socket_(std::move(socket)), max_receive_(max_receive), max_descriptors_(max_descriptors) {}

  [[nodiscard]] int get() const { return socket_.get(); }
  /// Blocks as long as the socket's time-out allows. Errors: `batch.worker.gone`.
  Status send(const Message& message, std::span<const int> descriptors = {});
  /// The next message when it is there already as a whole; nothing when more must come first.
  /// Errors: `batch.worker.gone` (the other end is closed), `batch.worker.protocol`.
  Result<std::optional<Message>> poll_message();
  /// Waits for it.
  Result<Message> receive();

 private:
  Result<std::optional<Message>> take_buffered();
  Result<bool> read_some();
  void keep_descriptors(const struct msghdr& header);

  Descriptor socket_;
  std::uint64_t max_receive_;
  int max_descriptors_;
  Bytes buffer_;
  std::vector<Descriptor> received_;
};

}  // namespace signmark::batch
