// SPDX-License-Identifier: Apache-2.0
// Reads and writes Vorbis comments.
#include "container/timed/vorbis_comment.hpp"

#include <fmt/format.h>

namespace signmark::container {

Result<VorbisComment> read_comment(const Limits& limits, Format format, ByteView data,
                                   std::uint64_t offset) {
  VorbisComment comment;
  comment.data = data;
  ByteReader reader(data, fmt::format("container.{}", code_name(format)), offset);
  SIGNMARK_ASSIGN(const std::uint32_t vendor, reader.u32le());
  SIGNMARK_TRY(reader.skip(vendor));
  comment.count_at = reader.position();
  SIGNMARK_ASSIGN(const std::uint32_t count, reader.u32le());
  SIGNMARK_TRY(check_limit(code_name(format), "blocks", count, limits.blocks, at_byte(offset)));
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint64_t start = reader.position();
    SIGNMARK_ASSIGN(const std::uint32_t size, reader.u32le());
    SIGNMARK_ASSIGN(const ByteView field, reader.take(size));
    const std::string_view text = as_text(field);
    const std::size_t equals = std::min(text.find('='), text.size());
    comment.entries.push_back({{start, reader.position() - start},
                               text.substr(0, equals),
                               text.substr(std::min(equals + 1, text.size()))});
  }
  comment.end = reader.position();
  return comment;
}

Status add_comment(const Context& context, const VorbisComment& comment, std::string_view place,
                   const PlaceOf& place_of, Inventory& inventory) {
  for (const CommentEntry& entry : comment.entries)
    SIGNMARK_TRY(add_block(context, inventory,
                           tag_block(std::string(place), std::string(entry.key),
                                     place_of(entry.range), as_bytes(entry.value))));
  return {};
}

Bytes write_comment(const VorbisComment& comment, const PlaceOf& place_of, const Changes& changes,
                    const Bytes* record) {
  ByteWriter out;
  const auto put = [&](std::string_view key, const Bytes& value) {
    out.u32le(static_cast<std::uint32_t>(key.size() + 1 + value.size()));
    out.text(key).text("=").bytes(value);
  };
  out.bytes(comment.data.first(comment.count_at));
  out.u32le(static_cast<std::uint32_t>(comment.entries.size() + (record == nullptr ? 0 : 1)));
  for (const CommentEntry& entry : comment.entries) {
    if (const Bytes* value = changes.at(place_of(entry.range)))
      put(entry.key, *value);
    else
      out.bytes(comment.data.subspan(entry.range.offset, entry.range.size));
  }
  if (record != nullptr) put("AIGC", *record);
  out.bytes(comment.data.subspan(comment.end));
  return out.take();
}

}  // namespace signmark::container
