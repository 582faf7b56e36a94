// SPDX-License-Identifier: Apache-2.0
// The file below a new container, and its packets.
#include "video/output.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/file.hpp"

namespace signmark::video {
namespace {

constexpr int kBuffer = 1 << 18;

}  // namespace

int Output::write_bytes(void* opaque, std::uint8_t* buffer, int size) {
  auto& file = *static_cast<File*>(opaque);
  for (int done = 0; done < size;) {
    const ssize_t count = ::pwrite(file.fd, buffer + done, static_cast<std::size_t>(size - done),
                                   static_cast<off_t>(file.at));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      file.error = errno;
      return AVERROR(errno);
    }
    done += static_cast<int>(count);
    file.at += count;
  }
  return size;
}

int Output::read_bytes(void* opaque, std::uint8_t* buffer, int size) {
  auto& file = *static_cast<File*>(opaque);
  const ssize_t count =
      ::pread(file.fd, buffer, static_cast<std::size_t>(size), static_cast<off_t>(file.at));
  if (count < 0) return AVERROR(errno);
  if (count == 0) return AVERROR_EOF;
  file.at += count;
  return static_cast<int>(count);
}

std::int64_t Output::seek_bytes(void* opaque, std::int64_t offset, int whence) {
  auto& file = *static_cast<File*>(opaque);
  const int kind = whence & ~AVSEEK_FORCE;
  if (kind == AVSEEK_SIZE || kind == SEEK_END) {
    const off_t size = ::lseek(file.fd, 0, SEEK_END);
    if (size < 0 || kind == AVSEEK_SIZE) return size < 0 ? AVERROR(errno) : size;
    offset += size;
  } else if (kind == SEEK_CUR) {
    offset += file.at;
  }
  if (offset < 0) return AVERROR(EINVAL);
  file.at = offset;
  return offset;
}

AVIOContext* Output::make_io(File* file, bool writes) {
  auto* buffer = static_cast<unsigned char*>(av_malloc(kBuffer));
  return avio_alloc_context(buffer, kBuffer, writes ? 1 : 0, file, read_bytes, write_bytes,
                            seek_bytes);
}

void Output::free_io(AVIOContext* io) {
  if (io == nullptr) return;
  av_freep(&io->buffer);
  avio_context_free(&io);
}

/// The MP4 writer reads its own file a second time to move the index to the front.
int Output::open_again(AVFormatContext* format, AVIOContext** io, const char* /*url*/, int flags,
                       AVDictionary** /*options*/) {
  if ((flags & AVIO_FLAG_WRITE) != 0) return AVERROR(EPERM);
  const auto* output = static_cast<const Output*>(format->opaque);
  *io = make_io(new File{output->file_->fd, 0, 0}, false);
  return *io == nullptr ? AVERROR(ENOMEM) : 0;
}

int Output::close_again(AVFormatContext* /*format*/, AVIOContext* io) {
  if (io == nullptr) return 0;
  delete static_cast<File*>(io->opaque);
  free_io(io);
  return 0;
}

Result<Output> Output::create(const std::filesystem::path& path, const char* writer) {
  Output output;
  output.path_ = path;
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd < 0)
    return fail("base.file.create", "cannot create the file: " + system_message(errno),
                path.string());
  output.file_ = std::make_unique<File>(File{fd, 0, 0});
  const int error = avformat_alloc_output_context2(&output.format_, nullptr, writer, nullptr);
  if (error < 0)
    return av_failure("video.encode", fmt::format("no writer for \"{}\"", writer), error);
  output.format_->pb = make_io(output.file_.get(), true);
  output.format_->flags |= AVFMT_FLAG_CUSTOM_IO;
  output.format_->io_open = open_again;
  output.format_->io_close2 = close_again;
  return output;
}

Output::Output(Output&& other) noexcept
    : path_(std::move(other.path_)),
      file_(std::move(other.file_)),
      format_(std::exchange(other.format_, nullptr)),
      last_dts_(std::move(other.last_dts_)),
      finished_(other.finished_) {}

Output::~Output() {
  if (format_ != nullptr) free_io(std::exchange(format_->pb, nullptr));
  avformat_free_context(format_);
  if (file_ == nullptr) return;
  ::close(file_->fd);
  if (!finished_) ::unlink(path_.c_str());
}

tl::unexpected<Error> Output::write_failure(int error) const {
  if (file_->error != 0)
    return fail("base.file.write", "cannot write: " + system_message(file_->error), path_.string());
  return av_failure("video.encode", "the container cannot be written", error);
}

Status Output::write(AVPacket& packet, int stream, AVRational base) {
  const auto index = static_cast<std::size_t>(stream);
  av_packet_rescale_ts(&packet, base, format_->streams[index]->time_base);
  packet.stream_index = stream;
  packet.pos = -1;
  if (packet.dts == AV_NOPTS_VALUE) packet.dts = packet.pts;
  std::int64_t& last = last_dts_[index];
  if (packet.dts != AV_NOPTS_VALUE) {
    if (last != AV_NOPTS_VALUE && packet.dts <= last) packet.dts = last + 1;
    if (packet.pts != AV_NOPTS_VALUE && packet.pts < packet.dts) packet.pts = packet.dts;
    last = packet.dts;
  }
  const int error = av_interleaved_write_frame(format_, &packet);
  if (error < 0) return write_failure(error);
  return {};
}

Status Output::finish() {
  format_->opaque = this;
  int error = av_write_trailer(format_);
  avio_flush(format_->pb);
  if (error >= 0) error = format_->pb->error;
  if (error < 0) return write_failure(error);
  finished_ = true;
  return {};
}

}  // namespace signmark::video
