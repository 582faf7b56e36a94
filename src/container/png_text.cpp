// SPDX-License-Identifier: Apache-2.0
// Reads and rebuilds PNG textual chunks.
#include "container/png_text.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <memory>

namespace signmark::container {
namespace {

struct StreamEnd {
  void operator()(z_stream* stream) const {
    inflateEnd(stream);
    delete stream;
  }
};
using Stream = std::unique_ptr<z_stream, StreamEnd>;

Stream open_stream(ByteView data) {
  Stream stream(new z_stream{});
  stream->next_in = const_cast<Bytef*>(data.data());  // zlib's API lacks the const; it only reads
  stream->avail_in = static_cast<uInt>(data.size());  // chunk data is below 2^31 bytes
  return inflateInit(stream.get()) == Z_OK ? std::move(stream) : nullptr;
}

tl::unexpected<Error> broken(const std::string& where) {
  return format_error(Format::png, "zlib", "the compressed data is broken", where);
}

tl::unexpected<Error> over_budget(const InflateBudget& budget, const std::string& where) {
  return format_error(
      Format::png, "limit",
      fmt::format("compressed text yields more than {} bytes, or more than {} in the "
                  "whole file",
                  budget.each, budget.each * kInflatedFields),
      where, "raise the limit with --limit metadata-block=VALUE");
}

/// zTXt: compression method, data. iTXt: flag, method, language, translated keyword, data.
Status split_rest(ByteReader& reader, std::string_view type, PngText& text) {
  std::uint8_t method = 0;
  if (type == "iTXt") {
    SIGNMARK_ASSIGN(const std::uint8_t flag, reader.u8());
    text.compressed = flag != 0;
  } else {
    text.compressed = type == "zTXt";
  }
  if (type != "tEXt") {
    SIGNMARK_ASSIGN(method, reader.u8());
  }
  if (text.compressed && method != 0)
    return reader.error("syntax", "an unknown compression method");
  return {};
}

}  // namespace

bool is_png_text(std::string_view type) {
  return type == "tEXt" || type == "zTXt" || type == "iTXt";
}

Result<PngText> split_png_text(const PngChunk& chunk) {
  ByteReader reader(chunk.data, "container.png", chunk.range.offset + 8);
  PngText text;
  SIGNMARK_ASSIGN(text.keyword, reader.cstring());
  SIGNMARK_TRY(split_rest(reader, chunk.type, text));
  if (chunk.type == "iTXt") {
    const std::size_t start = reader.position();
    SIGNMARK_TRY(reader.cstring());
    SIGNMARK_TRY(reader.cstring());
    text.language = chunk.data.subspan(start, reader.position() - start);
  }
  text.text = reader.rest();
  return text;
}

Result<Bytes> inflate_capped(ByteView data, InflateBudget& budget, const std::string& where) {
  const Stream stream = open_stream(data);
  if (stream == nullptr) return broken(where);
  const std::uint64_t cap = std::min(budget.each, budget.left);
  Bytes out;
  std::array<Byte, 16384> buffer{};
  int status = Z_OK;
  while (status == Z_OK) {
    stream->next_out = buffer.data();
    stream->avail_out = static_cast<uInt>(buffer.size());
    status = inflate(stream.get(), Z_NO_FLUSH);
    const std::size_t got = buffer.size() - stream->avail_out;
    if (got > cap - out.size()) {
      budget.left -= out.size();
      return over_budget(budget, where);
    }
    out.insert(out.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(got));
  }
  budget.left -= out.size();
  if (status != Z_STREAM_END) return broken(where);
  return out;
}

Result<Bytes> rewrite_png_text(const PngChunk& chunk, ByteView text) {
  SIGNMARK_ASSIGN(const PngText old, split_png_text(chunk));
  ByteWriter data;
  data.text(old.keyword).u8(0);
  if (chunk.type == "iTXt") data.u8(0).u8(0).bytes(old.language);
  data.bytes(text);
  return png_chunk(chunk.type == "iTXt" ? "iTXt" : "tEXt", data.view());
}

Result<Bytes> png_xmp_chunk(ByteView packet) {
  ByteWriter data;
  data.text(kPngXmpKeyword).fill(5, 0).bytes(packet);
  return png_chunk("iTXt", data.view());
}

}  // namespace signmark::container
