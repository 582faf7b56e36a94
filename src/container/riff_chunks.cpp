// SPDX-License-Identifier: Apache-2.0
// Splits a RIFF file into chunks and builds chunks.
#include "container/riff_chunks.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace signmark::container {
namespace {

std::string context_of(Format format) { return fmt::format("container.{}", code_name(format)); }

Result<RiffChunk> next_chunk(ByteReader& reader) {
  const std::uint64_t start = reader.position();
  RiffChunk chunk;
  SIGNMARK_ASSIGN(const ByteView id, reader.take(4));
  SIGNMARK_ASSIGN(const std::uint32_t size, reader.u32le());
  SIGNMARK_ASSIGN(chunk.data, reader.take(size));
  if (size % 2 != 0 && !reader.at_end())
    SIGNMARK_TRY(reader.skip(1));  // some omit the last pad byte
  chunk.id = as_text(id);
  chunk.range = {start, reader.position() - start};
  return chunk;
}

}  // namespace

Result<RiffScan> scan_riff(const Limits& limits, Format format, ByteView file) {
  RiffScan scan;
  ByteReader head(file, context_of(format));
  SIGNMARK_TRY(head.skip(4));
  SIGNMARK_ASSIGN(const std::uint32_t stated, head.u32le());
  scan.end = std::min<std::uint64_t>(std::uint64_t{stated} + 8, file.size());
  ByteReader reader(file.first(scan.end), head.context());
  if (const auto form = reader.skip(kRiffHeader); !form) {
    scan.damage = form.error();
    return scan;
  }
  while (!reader.at_end()) {
    const auto chunk = next_chunk(reader);
    if (!chunk) {
      scan.damage = chunk.error();
      break;
    }
    scan.chunks.push_back(*chunk);
    SIGNMARK_TRY(check_limit(code_name(format), "blocks", scan.chunks.size(), limits.blocks,
                             at_byte(chunk->range.offset)));
  }
  if (std::uint64_t{stated} + 8 > file.size())
    scan.damage = format_error(format, "truncated",
                               fmt::format("the header states {} bytes, the file has {}",
                                           std::uint64_t{stated} + 8, file.size()),
                               at_byte(4))
                      .value();
  return scan;
}

Result<Bytes> riff_chunk(Format format, std::string_view id, ByteView data) {
  SIGNMARK_TRY(check_limit(code_name(format), "metadata-block", data.size(),
                           kMaxRiffFile - kRiffHeader, std::string(id)));
  ByteWriter out;
  out.text(id).u32le(static_cast<std::uint32_t>(data.size())).bytes(data);
  if (data.size() % 2 != 0) out.u8(0);
  return out.take();
}

Status fix_riff_size(Format format, std::uint64_t old_end, std::vector<Splice>& splices) {
  std::uint64_t size = old_end;
  for (const Splice& splice : splices) size += splice.bytes.size();
  for (const Splice& splice : splices) size -= splice.range.size;
  if (size > kMaxRiffFile)
    return format_error(format, "limit", "a RIFF file holds at most 4 GiB", at_byte(4),
                        "use a sidecar manifest");
  ByteWriter field;
  field.u32le(static_cast<std::uint32_t>(size - 8));
  splices.push_back({{4, 4}, field.take()});
  return {};
}

}  // namespace signmark::container
