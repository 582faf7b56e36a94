// SPDX-License-Identifier: Apache-2.0
// Reads, writes and renumbers Ogg pages.
#include "container/timed/ogg_pages.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include "base/bytes.hpp"

namespace signmark::container {
namespace {

constexpr std::uint32_t kPolynomial = 0x04C11DB7;
constexpr std::size_t kMaxSegments = 255;

constexpr std::uint32_t times_x(std::uint32_t a) {
  return a << 1 ^ (a >> 31 != 0 ? kPolynomial : 0);
}

constexpr auto kCrcTable = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    table[i] = i << 24;
    for (int bit = 0; bit < 8; ++bit) table[i] = times_x(table[i]);
  }
  return table;
}();

std::uint32_t crc_over(std::uint32_t crc, ByteView bytes) {
  for (const Byte byte : bytes) crc = crc << 8 ^ kCrcTable[crc >> 24 ^ byte];
  return crc;
}

std::uint32_t product(std::uint32_t a, std::uint32_t b) {
  std::uint32_t result = 0;
  for (int bit = 31; bit >= 0; --bit) result = times_x(result) ^ ((b >> bit & 1) != 0 ? a : 0);
  return result;
}

/// The check sum of bytes whose own is `crc`, followed by so many zeros: times x^(8 zeros).
std::uint32_t behind_zeros(std::uint32_t crc, std::uint64_t zeros) {
  for (std::uint32_t power = 0x100; zeros != 0; zeros >>= 1, power = product(power, power))
    if ((zeros & 1) != 0) crc = product(crc, power);
  return crc;
}

void put_crc(Bytes& page) {
  ByteWriter crc;
  crc.u32le(ogg_crc(page));
  std::copy_n(crc.view().begin(), 4, page.begin() + ogg::kCrcAt);
}

}  // namespace

Result<OggPage> read_ogg_page(ByteView file, std::uint64_t offset) {
  ByteReader reader(file.subspan(offset), "container.ogg", offset);
  OggPage page;
  if (reader.remaining() >= 5 && !reader.next_is(std::string_view("OggS\0", 5)))
    return reader.error("syntax", "no Ogg page where one should stand");
  SIGNMARK_TRY(reader.skip(5));
  SIGNMARK_ASSIGN(page.flags, reader.u8());
  SIGNMARK_ASSIGN(page.granule, reader.u64le());
  SIGNMARK_ASSIGN(page.serial, reader.u32le());
  SIGNMARK_ASSIGN(page.sequence, reader.u32le());
  SIGNMARK_ASSIGN(page.crc, reader.u32le());
  SIGNMARK_ASSIGN(const Byte segments, reader.u8());
  SIGNMARK_ASSIGN(page.lacing, reader.take(segments));
  const auto size = std::accumulate(page.lacing.begin(), page.lacing.end(), std::uint64_t{0});
  SIGNMARK_ASSIGN(page.body, reader.take(size));
  page.range = {offset, reader.position()};
  return page;
}

std::uint32_t ogg_crc(ByteView page) {
  constexpr std::array<Byte, 4> kZeros{};
  const std::uint32_t crc = crc_over(crc_over(0, page.first(ogg::kCrcAt)), kZeros);
  return crc_over(crc, page.subspan(ogg::kCrcAt + 4));
}

Bytes renumbered(const OggPage& page, std::uint32_t sequence) {
  ByteWriter difference, out;
  difference.u32le(page.sequence ^ sequence);
  const std::uint64_t behind = page.range.size - ogg::kSequenceAt - 4;
  // The sum is linear: that of the changed page is that of the old one plus that of the change.
  const std::uint32_t change = behind_zeros(crc_over(0, difference.view()), behind);
  out.u32le(sequence).u32le(page.crc ^ change);
  return out.take();
}

Bytes ogg_lacing(std::uint64_t packet_size) {
  Bytes lacing(packet_size / 255, 255);
  lacing.push_back(static_cast<Byte>(packet_size % 255));
  return lacing;
}

std::vector<Bytes> ogg_pages(const OggRun& run, ByteView lacing, ByteView body) {
  const std::size_t needed = (lacing.size() + kMaxSegments - 1) / kMaxSegments;
  const std::size_t count = std::max({needed, run.pages, std::size_t{1}});
  std::vector<Bytes> pages;
  bool continued = false;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t later = count - 1 - i, left = lacing.size();
    const std::size_t take =
        left > later ? std::min(kMaxSegments, left - later) : std::min<std::size_t>(left, 1);
    const ByteView segments = lacing.first(take);
    const auto size = std::accumulate(segments.begin(), segments.end(), std::size_t{0});
    const bool ends = std::any_of(segments.begin(), segments.end(), [](Byte b) { return b < 255; });
    Byte flags = continued ? ogg::kContinued : Byte{0};
    if (i == 0) flags |= run.flags & ogg::kFirst;
    if (later == 0) flags |= run.flags & ogg::kLast;
    const std::uint64_t granule = later == 0 ? run.granule : 0;
    ByteWriter out;
    out.text(std::string_view("OggS\0", 5)).u8(flags).u64le(ends ? granule : ogg::kNoGranule);
    out.u32le(run.serial).u32le(run.sequence + static_cast<std::uint32_t>(i)).u32le(0);
    out.u8(static_cast<Byte>(take)).bytes(segments).bytes(body.first(size));
    put_crc(pages.emplace_back(out.take()));
    if (take > 0) continued = segments.back() == 255;
    lacing = lacing.subspan(take);
    body = body.subspan(size);
  }
  return pages;
}

}  // namespace signmark::container
