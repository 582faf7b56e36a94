// SPDX-License-Identifier: Apache-2.0
// Takes ID3v2 tags apart.
#include "container/timed/id3_tag.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "container/png_text.hpp"
#include "container/timed/id3_text.hpp"

namespace signmark::container {
namespace {

constexpr std::size_t kHeader = 10;
// Flags of the tag, of the frames of 2.3 and of 2.4 (id3v2.3.0 3.1, 3.3.1; id3v2.4.0 3.1, 4.1).
constexpr Byte kTagUnsync = 0x80, kTagExtended = 0x40, kTagFooter = 0x10;
constexpr Byte k23Compressed = 0x80, k23Encrypted = 0x40, k23Grouped = 0x20;
constexpr Byte k24Grouped = 0x40, k24Compressed = 0x08, k24Encrypted = 0x04, k24Unsync = 0x02,
               k24Length = 0x01;

std::uint32_t u32_at(ByteView bytes, bool syncsafe) {
  std::uint32_t value = 0;
  for (const Byte byte : bytes.first(4)) value = value << (syncsafe ? 7 : 8) | byte;
  return value;
}

/// Bytes without the zeros of unsynchronisation, which still know where they stand in the file.
struct Plain {
  ByteView bytes;
  std::uint64_t base = 0;
  std::vector<std::size_t> dropped = {};  ///< a zero stood before these
  [[nodiscard]] Range in_file(std::size_t at, std::size_t size) const {
    return {position(at), position(at + size) - position(at)};
  }

 private:
  [[nodiscard]] std::uint64_t position(std::size_t at) const {
    const auto before = std::upper_bound(dropped.begin(), dropped.end(), at) - dropped.begin();
    return base + at + static_cast<std::uint64_t>(before);
  }
};

/// Undoes `FF 00` for `FF`.
void resynchronise(Plain& plain, std::deque<Bytes>& owned) {
  Bytes& out = owned.emplace_back();
  out.reserve(plain.bytes.size());
  for (std::size_t i = 0; i < plain.bytes.size(); ++i) {
    out.push_back(plain.bytes[i]);
    if (plain.bytes[i] != 0xFF || i + 1 == plain.bytes.size() || plain.bytes[i + 1] != 0) continue;
    plain.dropped.push_back(out.size());
    ++i;
  }
  plain.bytes = out;
}

struct FrameHeader {
  std::string_view id;
  std::size_t head = kHeader;
  std::uint32_t size = 0;
  Byte flags = 0;
};

bool is_frame_id(ByteView id) {
  return std::all_of(id.begin(), id.end(),
                     [](Byte c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); });
}

class TagReader {
 public:
  TagReader(const Limits& limits, Format format, ByteView file, Id3Tag& tag)
      : limits_(limits),
        format_(format),
        file_(file),
        tag_(tag),
        budget_{limits.metadata_block, kInflatedFields * limits.metadata_block} {}

  Status read() {
    const ByteView header = file_.subspan(tag_.range.offset, kHeader);
    tag_.version = header[3];
    const std::uint64_t size = u32_at(header.subspan(6), true);
    const bool footer = tag_.version == 4 && (header[5] & kTagFooter) != 0;
    const std::uint64_t left = file_.size() - tag_.range.offset;
    tag_.range.size = std::min<std::uint64_t>(left, kHeader + size + (footer ? kHeader : 0));
    if (kHeader + size > left) damage("truncated", "the ID3 tag is cut off", tag_.range.offset);
    const std::uint64_t body = tag_.range.offset + kHeader;
    Plain plain{file_.subspan(body, std::min(size, left - kHeader)), body};
    whole_unsync_ = (header[5] & kTagUnsync) != 0;
    if (whole_unsync_ && tag_.version < 4) resynchronise(plain, tag_.owned);
    return frames(plain, behind_extended_header(plain, header[5]));
  }

 private:
  void damage(std::string_view what, std::string message, std::uint64_t offset) {
    tag_.damage = format_error(format_, what, std::move(message), at_byte(offset)).value();
  }

  [[nodiscard]] std::size_t behind_extended_header(const Plain& plain, Byte flags) const {
    if (tag_.version == 2 || (flags & kTagExtended) == 0 || plain.bytes.size() < 4) return 0;
    const std::size_t size =
        tag_.version == 4 ? u32_at(plain.bytes, true) : std::size_t{u32_at(plain.bytes, false)} + 4;
    return std::min(size, plain.bytes.size());
  }

  /// Some writers of 2.4 store plain sizes: believed when only that leads to another frame.
  [[nodiscard]] std::uint32_t size_24(ByteView bytes) const {
    const std::uint32_t safe = u32_at(bytes.subspan(4), true);
    const std::uint32_t plain = u32_at(bytes.subspan(4), false);
    const auto leads_on = [&](std::uint64_t size) {
      const std::uint64_t next = kHeader + size;
      if (next + 4 > bytes.size()) return next == bytes.size();
      return bytes[next] == 0 || is_frame_id(bytes.subspan(next, 4));
    };
    return safe == plain || leads_on(safe) || !leads_on(plain) ? safe : plain;
  }

  [[nodiscard]] FrameHeader header_at(ByteView bytes) const {
    if (tag_.version == 2)
      return {as_text(bytes.first(3)), 6, u32_at(bytes.subspan(2), false) & 0xFFFFFF, 0};
    const std::uint32_t size = tag_.version == 4 ? size_24(bytes) : u32_at(bytes.subspan(4), false);
    return {as_text(bytes.first(4)), kHeader, size, bytes[9]};
  }

  Status frames(const Plain& plain, std::size_t at) {
    const std::size_t head = tag_.version == 2 ? 6 : kHeader;
    while (plain.bytes.size() - at >= head && plain.bytes[at] != 0) {
      const ByteView rest = plain.bytes.subspan(at);
      const FrameHeader header = header_at(rest);
      if (!is_frame_id(as_bytes(header.id)) || header.size > rest.size() - head) {
        if (!tag_.damage)
          damage("syntax", "no ID3 frame where one should stand", plain.in_file(at, 0).offset);
        return {};
      }
      const std::size_t size = head + header.size;
      add_frame(plain, at, header);
      SIGNMARK_TRY(check_limit(code_name(format_), "blocks", tag_.frames.size(), limits_.blocks,
                               at_byte(tag_.range.offset)));
      at += size;
    }
    return {};
  }

  void add_frame(const Plain& plain, std::size_t at, const FrameHeader& header) {
    Id3Frame frame;
    frame.id = header.id;
    frame.raw = plain.bytes.subspan(at, header.head + header.size);
    frame.range = plain.in_file(at, frame.raw.size());
    Plain content = plain;
    content.bytes = plain.bytes.first(at + frame.raw.size());
    std::size_t start = at + header.head;
    if (tag_.version == 4 && (whole_unsync_ || (header.flags & k24Unsync) != 0)) {
      content = {frame.raw.subspan(header.head), frame.range.offset + header.head};
      resynchronise(content, tag_.owned);
      start = 0;
      if ((header.flags & k24Unsync) == 0) frame.raw = plain_frame(header, content.bytes);
    }
    start = std::min(start + prefix_size(header.flags), content.bytes.size());
    frame.data = content.bytes.subspan(start);
    const bool packed = (header.flags & (tag_.version == 4 ? k24Compressed : k23Compressed)) != 0;
    frame.hidden = (header.flags & (tag_.version == 4 ? k24Encrypted : k23Encrypted)) != 0;
    if (frame.hidden) frame.data = {};
    if (const auto store = id3_store(frame.id, frame.data); store && !packed)
      frame.store = content.in_file(start + store->offset, store->size);
    if (packed && !frame.hidden) inflate(frame);
    tag_.frames.push_back(std::move(frame));
  }

  /// A frame of 2.4 that only the tag's flag calls unsynchronised; a new tag has no such flag.
  ByteView plain_frame(const FrameHeader& header, ByteView content) {
    ByteWriter out;
    out.text(header.id).bytes(id3_size(4, content.size())).u8(0).u8(header.flags).bytes(content);
    return tag_.owned.emplace_back(out.take());
  }

  [[nodiscard]] std::size_t prefix_size(Byte flags) const {
    if (tag_.version == 3)
      return ((flags & k23Compressed) != 0 ? 4U : 0U) + ((flags & k23Encrypted) != 0 ? 1U : 0U) +
             ((flags & k23Grouped) != 0 ? 1U : 0U);
    if (tag_.version == 2) return 0;
    return ((flags & k24Grouped) != 0 ? 1U : 0U) + ((flags & k24Encrypted) != 0 ? 1U : 0U) +
           ((flags & k24Length) != 0 ? 4U : 0U);
  }

  void inflate(Id3Frame& frame) {
    auto data = inflate_capped(frame.data, budget_, at_byte(frame.range.offset));
    frame.hidden = !data;
    frame.data = data ? ByteView(tag_.owned.emplace_back(std::move(*data))) : ByteView();
  }

  const Limits& limits_;
  Format format_;
  ByteView file_;
  Id3Tag& tag_;
  InflateBudget budget_;
  bool whole_unsync_ = false;
};

}  // namespace

bool Id3Tag::has_store() const {
  return std::any_of(frames.begin(), frames.end(),
                     [](const Id3Frame& frame) { return frame.store.size > 0; });
}

bool is_id3(ByteView bytes) {
  return bytes.size() >= kHeader && starts_with(bytes, "ID3") && bytes[3] >= 2 && bytes[3] <= 4 &&
         bytes[4] != 0xFF && (bytes[6] | bytes[7] | bytes[8] | bytes[9]) < 0x80;
}

Result<Id3Tag> read_id3(const Limits& limits, Format format, ByteView file, std::uint64_t offset) {
  Id3Tag tag;
  tag.range.offset = offset;
  SIGNMARK_TRY(TagReader(limits, format, file, tag).read());
  return tag;
}

Result<std::vector<Id3Tag>> read_leading_id3(const Limits& limits, Format format, ByteView file) {
  std::vector<Id3Tag> tags;
  std::uint64_t at = 0;
  while (is_id3(file.subspan(at))) {
    SIGNMARK_ASSIGN(Id3Tag tag, read_id3(limits, format, file, at));
    at = tag.range.end();
    tags.push_back(std::move(tag));
    SIGNMARK_TRY(check_limit(code_name(format), "blocks", tags.size(), limits.blocks, at_byte(at)));
  }
  return tags;
}

std::uint64_t behind_id3(ByteView file) {
  std::uint64_t at = 0;
  while (is_id3(file.subspan(at))) {
    const ByteView header = file.subspan(at);
    const bool footer = header[3] == 4 && (header[5] & kTagFooter) != 0;
    const std::uint64_t size = kHeader + u32_at(header.subspan(6), true) + (footer ? kHeader : 0);
    at += std::min<std::uint64_t>(size, header.size());
  }
  return at;
}

}  // namespace signmark::container
