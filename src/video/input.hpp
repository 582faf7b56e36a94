// SPDX-License-Identifier: Apache-2.0
// A container that is read from memory, and nothing beside it: no network, no second file.
#pragma once

#include <string_view>

#include "video/av.hpp"

namespace signmark::video {

class Input {
 public:
  /// `format_mime` alone picks the reader, so that bytes cannot. Errors: `video.unsupported`,
  /// `video.decode`.
  static Result<Input> open(const Context& context, ByteView file, std::string_view format_mime);

  Input(Input&& other) noexcept;
  Input& operator=(Input&& other) noexcept;
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;
  ~Input();

  [[nodiscard]] AVFormatContext& format() const { return *format_; }
  [[nodiscard]] unsigned count() const { return format_->nb_streams; }
  [[nodiscard]] AVStream& stream(unsigned index) const { return *format_->streams[index]; }
  /// The first stream of film (not cover art) or sound; -1 without.
  [[nodiscard]] int first_film() const;
  [[nodiscard]] int first_sound() const;
  /// Length of the longest stream; negative when unknown.
  [[nodiscard]] double seconds() const;

  /// The next packet; false at the end. What is broken inside ends the film there: `cut_off` says
  /// so.
  bool read(AVPacket& packet);
  [[nodiscard]] bool cut_off() const { return cut_off_; }
  /// Goes to the last keyframe not after `time` (of the stream's base). False if it cannot.
  bool seek(unsigned stream, std::int64_t time);
  /// Packets of other streams are skipped from now on.
  void only(unsigned stream);

 private:
  struct Memory {
    ByteView bytes;
    std::size_t at = 0;
  };
  Input() = default;
  static int read_bytes(void* opaque, std::uint8_t* buffer, int size);
  static std::int64_t seek_bytes(void* opaque, std::int64_t offset, int whence);
  Status open_format(const AVInputFormat* reader);
  void close();

  std::unique_ptr<Memory> memory_;
  AVIOContext* io_ = nullptr;
  AVFormatContext* format_ = nullptr;
  bool cut_off_ = false;
};

/// libav's name of the writer for a container, nullptr if it has none of it.
const char* writer_of(std::string_view format_mime);

}  // namespace signmark::video
