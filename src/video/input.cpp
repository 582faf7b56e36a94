// SPDX-License-Identifier: Apache-2.0
// A container that is read from memory.
#include "video/input.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace signmark::video {
namespace {

constexpr int kBuffer = 1 << 16;
constexpr int kMaxStreams = 64;

struct Container {
  std::string_view mime;
  const char* reader;
  const char* writer;
};
constexpr Container kContainers[] = {
    {"video/mp4", "mov", "mp4"},
    {"video/quicktime", "mov", "mov"},
    {"audio/mp4", "mov", "ipod"},
    {"video/x-matroska", "matroska", "matroska"},
    {"audio/x-matroska", "matroska", "matroska"},
    {"video/webm", "matroska", "webm"},
    {"audio/webm", "matroska", "webm"},
    {"video/x-flv", "flv", "flv"},
    {"video/x-msvideo", "avi", "avi"},
    {"audio/wav", "wav", "wav"},
    {"audio/mpeg", "mp3", "mp3"},
    {"audio/flac", "flac", "flac"},
    {"audio/ogg", "ogg", "ogg"},
    {"audio/aac", "aac", "adts"},
};

const Container* find_container(std::string_view mime) {
  const auto* const found = std::ranges::find(kContainers, mime, &Container::mime);
  return found == std::end(kContainers) ? nullptr : found;
}

/// Refuses every other file that a container may point to.
int open_nothing(AVFormatContext* /*format*/, AVIOContext** /*io*/, const char* /*url*/,
                 int /*flags*/, AVDictionary** /*options*/) {
  return AVERROR(EPERM);
}

}  // namespace

const char* writer_of(std::string_view format_mime) {
  const Container* container = find_container(format_mime);
  return container == nullptr ? nullptr : container->writer;
}

int Input::read_bytes(void* opaque, std::uint8_t* buffer, int size) {
  auto& memory = *static_cast<Memory*>(opaque);
  const std::size_t left = memory.bytes.size() - memory.at;
  if (left == 0) return AVERROR_EOF;
  const std::size_t count = std::min(left, static_cast<std::size_t>(size));
  std::memcpy(buffer, memory.bytes.data() + memory.at, count);
  memory.at += count;
  return static_cast<int>(count);
}

std::int64_t Input::seek_bytes(void* opaque, std::int64_t offset, int whence) {
  auto& memory = *static_cast<Memory*>(opaque);
  const auto size = static_cast<std::int64_t>(memory.bytes.size());
  switch (whence & ~AVSEEK_FORCE) {
    case AVSEEK_SIZE:
      return size;
    case SEEK_SET:
      break;
    case SEEK_CUR:
      offset += static_cast<std::int64_t>(memory.at);
      break;
    case SEEK_END:
      offset += size;
      break;
    default:
      return AVERROR(EINVAL);
  }
  if (offset < 0) return AVERROR(EINVAL);
  memory.at = static_cast<std::size_t>(std::min(offset, size));
  return offset;
}

Input::Input(Input&& other) noexcept
    : memory_(std::move(other.memory_)),
      io_(std::exchange(other.io_, nullptr)),
      format_(std::exchange(other.format_, nullptr)),
      cut_off_(other.cut_off_) {}

Input& Input::operator=(Input&& other) noexcept {
  std::swap(memory_, other.memory_);
  std::swap(io_, other.io_);
  std::swap(format_, other.format_);
  std::swap(cut_off_, other.cut_off_);
  return *this;
}

void Input::close() {
  avformat_close_input(&format_);
  if (io_ != nullptr) av_freep(&io_->buffer);
  avio_context_free(&io_);
}

Input::~Input() { close(); }

Status Input::open_format(const AVInputFormat* reader) {
  auto* buffer = static_cast<unsigned char*>(av_malloc(kBuffer));
  io_ = avio_alloc_context(buffer, kBuffer, 0, memory_.get(), read_bytes, nullptr, seek_bytes);
  format_ = avformat_alloc_context();
  if (io_ == nullptr || format_ == nullptr) return fail("video.decode", "not enough memory");
  format_->pb = io_;
  format_->flags |= AVFMT_FLAG_CUSTOM_IO;
  format_->io_open = open_nothing;
  format_->max_streams = kMaxStreams;
  format_->max_analyze_duration = std::int64_t{5} * AV_TIME_BASE;
  int error = avformat_open_input(&format_, nullptr, reader, nullptr);
  if (error < 0) return av_failure("video.decode", "the container cannot be read", error);
  error = avformat_find_stream_info(format_, nullptr);
  if (error < 0) return av_failure("video.decode", "the streams cannot be read", error);
  return {};
}

Result<Input> Input::open(const Context& context, ByteView file, std::string_view format_mime) {
  const Container* container = find_container(format_mime);
  const AVInputFormat* reader =
      container == nullptr ? nullptr : av_find_input_format(container->reader);
  if (reader == nullptr)
    return fail("video.unsupported",
                fmt::format("films and sounds of type \"{}\" cannot be read", format_mime), {},
                "convert it to MP4, Matroska or WAV");
  Input input;
  input.memory_ = std::make_unique<Memory>(Memory{file, 0});
  SIGNMARK_TRY(input.open_format(reader));
  for (unsigned i = 0; i < input.count(); ++i) {
    const AVCodecParameters& codec = *input.stream(i).codecpar;
    if (codec.codec_type != AVMEDIA_TYPE_VIDEO) continue;
    const auto width = static_cast<std::uint64_t>(std::max(codec.width, 0));
    const auto height = static_cast<std::uint64_t>(std::max(codec.height, 0));
    if (std::max(width, height) > context.limits.image_side ||
        width * height > context.limits.image_pixels)
      return fail("video.limit", fmt::format("pictures of {} x {} exceed the limit", width, height),
                  {}, "raise --limit image-pixels or image-side");
  }
  return input;
}

int Input::first_film() const {
  for (unsigned i = 0; i < count(); ++i)
    if (is_film(stream(i))) return static_cast<int>(i);
  return -1;
}

int Input::first_sound() const {
  for (unsigned i = 0; i < count(); ++i)
    if (is_sound(stream(i))) return static_cast<int>(i);
  return -1;
}

double Input::seconds() const {
  if (format_->duration != AV_NOPTS_VALUE && format_->duration > 0)
    return static_cast<double>(format_->duration) / AV_TIME_BASE;
  double longest = -1;
  for (unsigned i = 0; i < count(); ++i)
    if (stream(i).duration != AV_NOPTS_VALUE)
      longest = std::max(longest, seconds_of(stream(i).duration, stream(i).time_base));
  return longest;
}

bool Input::read(AVPacket& packet) {
  av_packet_unref(&packet);
  const int error = av_read_frame(format_, &packet);
  if (error < 0 && error != AVERROR_EOF) cut_off_ = true;
  return error >= 0;
}

bool Input::seek(unsigned stream, std::int64_t time) {
  return av_seek_frame(format_, static_cast<int>(stream), time, AVSEEK_FLAG_BACKWARD) >= 0;
}

void Input::only(unsigned stream) {
  for (unsigned i = 0; i < count(); ++i)
    format_->streams[i]->discard = i == stream ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
}

}  // namespace signmark::video
