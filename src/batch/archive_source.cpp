// SPDX-License-Identifier: Apache-2.0
// Unpacking streams: gzip by zlib, since libarchive 3.6 does not look at its check sums; the others
// by libarchive, whose libraries do.
#include "batch/archive_source.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <limits>

#include "base/text.hpp"
#include "batch/archive_guard.hpp"

namespace signmark::batch {
namespace {

constexpr std::size_t kBlock = 256 << 10;

/// A tar as it is.
class PlainSource final : public ByteSource {
 public:
  explicit PlainSource(ByteView bytes) : bytes_(bytes) {}
  Result<ByteView> next() override {
    const ByteView block = bytes_.subspan(at_, std::min(kBlock, bytes_.size() - at_));
    at_ += block.size();
    return block;
  }
  [[nodiscard]] std::uint64_t packed() const override { return at_; }

 private:
  ByteView bytes_;
  std::size_t at_ = 0;
};

/// RFC 1952; members follow one another, zeros behind the last are padding.
class GzipSource final : public ByteSource {
 public:
  explicit GzipSource(ByteView packed) : packed_(packed), block_(kBlock) {}
  GzipSource(const GzipSource&) = delete;
  GzipSource& operator=(const GzipSource&) = delete;
  ~GzipSource() override { inflateEnd(&stream_); }

  Status start() {
    if (inflateInit2(&stream_, 16 + MAX_WBITS) == Z_OK) return {};
    return refuse("damaged", "inflate cannot start");
  }

  Result<ByteView> next() override {
    stream_.next_out = block_.data();
    stream_.avail_out = static_cast<uInt>(block_.size());
    while (stream_.avail_out == block_.size()) {
      if (ended_ && at_padding()) return ByteView();
      if (ended_) inflateReset(&stream_);
      const Status status = step();
      // What came out before the fault is given first: it may be the head of a tar.
      if (!status && stream_.avail_out == block_.size())
        return tl::unexpected<Error>(status.error());
      if (!status) break;
    }
    return ByteView(block_).first(block_.size() - stream_.avail_out);
  }
  [[nodiscard]] std::uint64_t packed() const override { return at_; }

 private:
  Status step() {
    const std::size_t given = std::min<std::size_t>(packed_.size() - at_, kBlock);
    stream_.next_in = const_cast<Bytef*>(packed_.data() + at_);  // NOLINT: zlib only reads
    stream_.avail_in = static_cast<uInt>(given);
    const int status = inflate(&stream_, Z_NO_FLUSH);
    at_ += given - stream_.avail_in;
    ended_ = status == Z_STREAM_END;
    if (ended_ || status == Z_OK) return {};
    if (status == Z_BUF_ERROR) return refuse("damaged", "the compressed stream is cut off");
    return refuse("damaged", "the compressed stream is broken, or its check sum is wrong");
  }

  [[nodiscard]] bool at_padding() const {
    const ByteView rest = packed_.subspan(at_);
    return std::all_of(rest.begin(), rest.end(), [](Byte b) { return b == 0; });
  }

  ByteView packed_;
  Bytes block_;
  z_stream stream_{};
  std::size_t at_ = 0;
  bool ended_ = false;
};

/// xz and Zstandard.
class FilterSource final : public ByteSource {
 public:
  static Result<std::unique_ptr<ByteSource>> open(int filter, ByteView packed) {
    auto source = std::make_unique<FilterSource>();
    ::archive* reader = source->reader_.get();
    archive_entry* entry = nullptr;
    if (reader == nullptr || archive_read_append_filter(reader, filter) != ARCHIVE_OK ||
        archive_read_support_format_raw(reader) != ARCHIVE_OK ||
        archive_read_open_memory(reader, packed.data(), packed.size()) != ARCHIVE_OK)
      return source->broken();
    const int status = archive_read_next_header(reader, &entry);
    source->ended_ = status == ARCHIVE_EOF;
    if (status != ARCHIVE_OK && status != ARCHIVE_EOF) return source->broken();
    return source;
  }

  Result<ByteView> next() override {
    if (ended_) return ByteView();
    const void* block = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    const int status = archive_read_data_block(reader_.get(), &block, &size, &offset);
    ended_ = status == ARCHIVE_EOF;
    if (ended_) return ByteView();
    if (status != ARCHIVE_OK) return broken();
    return ByteView(static_cast<const Byte*>(block), size);
  }
  [[nodiscard]] std::uint64_t packed() const override {
    return static_cast<std::uint64_t>(archive_filter_bytes(reader_.get(), -1));
  }

 private:
  [[nodiscard]] tl::unexpected<Error> broken() const {
    const char* why = reader_ == nullptr ? nullptr : archive_error_string(reader_.get());
    return refuse("damaged", fmt::format("the compressed stream is broken: {}",
                                         printable(why == nullptr ? "cut off" : why)));
  }

  struct Free {
    void operator()(::archive* reader) const { archive_read_free(reader); }
  };
  std::unique_ptr<::archive, Free> reader_{archive_read_new()};
  bool ended_ = false;
};

}  // namespace

Result<std::unique_ptr<ByteSource>> open_source(ArchiveKind kind, ByteView packed) {
  if (kind == ArchiveKind::tar_xz) return FilterSource::open(ARCHIVE_FILTER_XZ, packed);
  if (kind == ArchiveKind::tar_zst) return FilterSource::open(ARCHIVE_FILTER_ZSTD, packed);
  if (kind != ArchiveKind::tar_gz) return std::make_unique<PlainSource>(packed);
  auto source = std::make_unique<GzipSource>(packed);
  SIGNMARK_TRY(source->start());
  return source;
}

}  // namespace signmark::batch
