// SPDX-License-Identifier: Apache-2.0
// Splits a RIFF file into chunks and builds chunks.
#include "container/riff_chunks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace signmark::container {
namespace {

std::string context_of(Format format) { return fmt::format("container.{}", code_name(format)); }

constexpr std::uint32_t kElsewhere = 0xFFFFFFFF;  // a size that stands in ds64, or is unknown

/// Sizes that do not fit into 32 bits (EBU Tech 3306, 3.5).
struct WideSizes {
  std::uint64_t form = 0;
  bool open = false;  ///< the data chunk of a stream: it runs to the end of the file
  std::map<std::string_view, std::uint64_t> chunks;
};

Result<WideSizes> read_ds64(const Limits& limits, Format format, ByteReader& reader) {
  WideSizes sizes;
  if (!reader.next_is("ds64")) return reader.error("syntax", "no ds64 chunk");
  SIGNMARK_TRY(reader.skip(8));
  SIGNMARK_ASSIGN(sizes.form, reader.u64le());
  SIGNMARK_ASSIGN(sizes.chunks["data"], reader.u64le());
  SIGNMARK_TRY(reader.skip(8));
  SIGNMARK_ASSIGN(const std::uint32_t entries, reader.u32le());
  SIGNMARK_TRY(check_limit(code_name(format), "blocks", entries, limits.blocks, "ds64 table"));
  for (std::uint32_t i = 0; i < entries; ++i) {
    SIGNMARK_ASSIGN(const ByteView id, reader.take(4));
    SIGNMARK_ASSIGN(sizes.chunks[as_text(id)], reader.u64le());
  }
  return sizes;
}

Result<RiffChunk> next_chunk(ByteReader& reader, const WideSizes& sizes) {
  const std::uint64_t start = reader.position();
  RiffChunk chunk;
  SIGNMARK_ASSIGN(const ByteView id, reader.take(4));
  SIGNMARK_ASSIGN(std::uint64_t size, reader.u32le());
  chunk.id = as_text(id);
  if (const auto wide = sizes.chunks.find(chunk.id);
      size == kElsewhere && wide != sizes.chunks.end())
    size = wide->second;
  if (sizes.open && chunk.id == "data" && (size == 0 || size == kElsewhere))
    size = reader.remaining();
  SIGNMARK_ASSIGN(chunk.data, reader.take(size));
  if (size % 2 != 0 && !reader.at_end())
    SIGNMARK_TRY(reader.skip(1));  // some omit the last pad byte
  chunk.range = {start, reader.position() - start};
  return chunk;
}

Status read_chunks(const Limits& limits, Format format, ByteReader& reader, const WideSizes& sizes,
                   RiffScan& scan) {
  while (!reader.at_end()) {
    const auto chunk = next_chunk(reader, sizes);
    if (!chunk) {
      scan.damage = chunk.error();
      break;
    }
    scan.chunks.push_back(*chunk);
    SIGNMARK_TRY(check_limit(code_name(format), "blocks", scan.chunks.size(), limits.blocks,
                             at_byte(chunk->range.offset)));
  }
  return {};
}

/// The size of the form with its header; reads on to ds64 if it stands there.
Result<std::uint64_t> form_size(const Limits& limits, Format format, ByteView file, RiffScan& scan,
                                WideSizes& sizes) {
  ByteReader head(file, context_of(format));
  const bool plain = head.next_is("RIFF");
  SIGNMARK_TRY(head.skip(4));
  SIGNMARK_ASSIGN(const std::uint32_t stated, head.u32le());
  if (plain && format == Format::wav && (stated == 0 || stated == kElsewhere)) {
    scan.streamed = sizes.open = true;
    scan.oddity = format_error(format, "streamed", "the header states no sizes: written to a pipe",
                               at_byte(4))
                      .value();
    return file.size();
  }
  if (plain) return std::uint64_t{stated} + 8;
  SIGNMARK_TRY(head.skip(4));
  SIGNMARK_ASSIGN(sizes, read_ds64(limits, format, head));
  scan.wide = stated == kElsewhere;
  if (!scan.wide) return std::uint64_t{stated} + 8;
  return sizes.form > UINT64_MAX - 8 ? UINT64_MAX : sizes.form + 8;
}

/// Some writers leave parts of the header out of the form's size: sound that leaves the form but
/// not the file is believed.
void extend_form(ByteView file, const WideSizes& sizes, RiffScan& scan) {
  const std::uint64_t at = scan.chunks.empty() ? kRiffHeader : scan.chunks.back().range.end();
  ByteReader reader(file, context_of(Format::wav));
  if (!reader.seek(at) || !reader.next_is("data")) return;
  const auto sound = next_chunk(reader, sizes);
  if (!sound) return;
  scan.chunks.push_back(*sound);
  scan.end = sound->range.end();
  scan.oddity =
      format_error(Format::wav, "size", "the sound is longer than the RIFF size says", at_byte(4))
          .value();
  scan.damage.reset();
}

}  // namespace

Result<RiffScan> scan_riff(const Limits& limits, Format format, ByteView file) {
  RiffScan scan;
  WideSizes sizes;
  const auto stated = form_size(limits, format, file, scan, sizes);
  if (!stated && stated.error().code.ends_with(".limit"))
    return tl::unexpected<Error>(stated.error());
  scan.end = std::min<std::uint64_t>(stated.value_or(0), file.size());
  ByteReader reader(file.first(scan.end), context_of(format));
  if (const auto form = reader.skip(kRiffHeader); !stated || !form) {
    scan.damage = stated ? form.error() : stated.error();
    return scan;
  }
  SIGNMARK_TRY(read_chunks(limits, format, reader, sizes, scan));
  if (scan.damage && format == Format::wav) extend_form(file, sizes, scan);
  if (*stated > file.size())
    scan.damage = format_error(format, "truncated",
                               fmt::format("the header states {} bytes, the file has {}", *stated,
                                           file.size()),
                               at_byte(4))
                      .value();
  return scan;
}

Result<RiffScan> scan_riff_list(const Limits& limits, Format format, ByteView file,
                                const RiffChunk& list) {
  RiffScan scan;
  const std::uint64_t start = list.range.offset + 8;
  scan.end = start + list.data.size();
  ByteReader reader(file.first(scan.end), context_of(format));
  if (const auto type = reader.skip(start + 4); !type)
    scan.damage = type.error();
  else
    SIGNMARK_TRY(read_chunks(limits, format, reader, {}, scan));
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

void pad_riff_end(const RiffScan& scan, std::vector<Splice>& splices) {
  const auto replaces_last = [&](const Splice& splice) { return splice.range.end() == scan.end; };
  if (scan.end % 2 == 0 || std::any_of(splices.begin(), splices.end(), replaces_last)) return;
  splices.push_back({{scan.end, 0}, {0}});
}

Status fix_riff_size(Format format, const RiffScan& scan, std::vector<Splice>& splices) {
  const std::uint64_t size = scan.end + static_cast<std::uint64_t>(growth(splices));
  ByteWriter field;
  if (scan.wide) {
    field.u64le(size - 8);
    splices.push_back({{kRiffHeader + 8, 8}, field.take()});
    return {};
  }
  if (size > kMaxRiffFile)
    return format_error(format, "limit", "a RIFF file holds at most 4 GiB", at_byte(4),
                        "use a sidecar manifest");
  field.u32le(static_cast<std::uint32_t>(size - 8));
  splices.push_back({{4, 4}, field.take()});
  return {};
}

}  // namespace signmark::container
