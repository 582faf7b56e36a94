// SPDX-License-Identifier: Apache-2.0
// A new container on disk: every stream, tag, chapter and side fact of the source that it can hold.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "video/input.hpp"

namespace signmark::video {

class Output {
 public:
  /// The file must not exist. It is removed again unless `finish` succeeds.
  /// Errors: `video.encode`, `base.file.create`.
  static Result<Output> create(const std::filesystem::path& path, const char* writer);

  Output(Output&& other) noexcept;
  Output& operator=(Output&&) = delete;
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  ~Output();

  [[nodiscard]] const AVOutputFormat& writer() const { return *format_->oformat; }
  /// Adds a stream that is copied; false (and a note) if this container cannot hold it.
  bool add_copy(const AVStream& source, std::vector<std::string>& notes);
  /// Adds a stream that is encoded anew.
  Status add_encoded(const AVStream& source, const AVCodecContext& encoder,
                     std::vector<std::string>& notes);
  /// Index of the stream that was added last.
  [[nodiscard]] int last() const { return static_cast<int>(format_->nb_streams) - 1; }
  /// Tags and chapters; then the header. `file`: the source's bytes.
  Status begin(const Input& source, ByteView file);
  /// Takes the packet's content, whose times are in `base`; puts streams in the order of time.
  Status write(AVPacket& packet, int stream, AVRational base);
  Status finish();

 private:
  struct File {
    int fd = -1;
    std::int64_t at = 0;
    int error = 0;
  };
  Output() = default;
  static int write_bytes(void* opaque, std::uint8_t* buffer, int size);
  static int read_bytes(void* opaque, std::uint8_t* buffer, int size);
  static std::int64_t seek_bytes(void* opaque, std::int64_t offset, int whence);
  static int open_again(AVFormatContext* format, AVIOContext** io, const char* url, int flags,
                        AVDictionary** options);
  static int close_again(AVFormatContext* format, AVIOContext* io);
  static AVIOContext* make_io(File* file, bool writes);
  static void free_io(AVIOContext* io);
  AVStream* add(const AVStream& source);
  [[nodiscard]] tl::unexpected<Error> write_failure(int error) const;

  std::filesystem::path path_;
  std::unique_ptr<File> file_;
  AVFormatContext* format_ = nullptr;
  std::vector<std::int64_t> last_dts_;
  bool finished_ = false;
};

/// What becomes of the samples that an encoder puts in front.
enum class Priming {
  signalled,   ///< they have times below zero, and players leave them out
  subtracted,  ///< Opus in Matroska: times count from zero, and readers subtract the delay
  played       ///< nobody is told
};
Priming priming_in(const AVOutputFormat& writer, AVCodecID codec);

}  // namespace signmark::video
