// SPDX-License-Identifier: Apache-2.0
// DER elements: shortest lengths only, in both directions.
#include "keys/der.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace signmark::keys {
namespace {

// X.690 8.1.3: lengths up to 127 stand alone; else the low bits count the length's own bytes.
constexpr std::uint8_t kOneByte = 0x81, kTwoBytes = 0x82;
constexpr std::size_t kShortest = 0x80, kOneByteEnd = 0x100;

}  // namespace

Bytes der_element(std::uint8_t tag, ByteView content) { return der_element(tag, {content}); }

Bytes der_element(std::uint8_t tag, std::initializer_list<ByteView> pieces) {
  std::size_t size = 0;
  for (const ByteView piece : pieces) size += piece.size();
  ByteWriter writer;
  writer.u8(tag);
  if (size >= kOneByteEnd)
    writer.u8(kTwoBytes).u16be(static_cast<std::uint16_t>(size));
  else if (size >= kShortest)
    writer.u8(kOneByte).u8(static_cast<std::uint8_t>(size));
  else
    writer.u8(static_cast<std::uint8_t>(size));
  for (const ByteView piece : pieces) writer.bytes(piece);
  return writer.take();
}

tl::unexpected<Error> DerReader::syntax(std::string message) const {
  return reader_.error("syntax", std::move(message));
}

bool DerReader::next_is(std::uint8_t tag) const {
  const auto next = reader_.peek(1);
  return next && next->front() == tag;
}

Result<std::size_t> DerReader::length() {
  const auto first = reader_.u8();
  if (!first) return syntax("an element ends before its length");
  if (*first < kShortest) return *first;
  if (*first == kOneByte) {
    const auto length = reader_.u8();
    if (length && *length >= kShortest) return *length;
  } else if (*first == kTwoBytes) {
    const auto length = reader_.u16be();
    if (length && *length >= kOneByteEnd) return *length;
  }
  return syntax("an element's length is not in the one form of DER");
}

Result<ByteView> DerReader::take(std::uint8_t tag) {
  if (!next_is(tag)) return syntax(fmt::format("an element with tag 0x{:02x} is expected", tag));
  SIGNMARK_TRY(reader_.skip(1));
  SIGNMARK_ASSIGN(const std::size_t size, length());
  const auto content = reader_.take(size);
  if (!content) return syntax("an element is longer than what holds it");
  return *content;
}

Result<ByteView> DerReader::take_whole(std::uint8_t tag) {
  const std::size_t start = reader_.position();
  SIGNMARK_TRY(take(tag));
  const std::size_t end = reader_.position();
  SIGNMARK_TRY(reader_.seek(start));
  return reader_.take(end - start);
}

Result<DerReader> DerReader::enter(std::uint8_t tag) {
  SIGNMARK_ASSIGN(const ByteView content, take(tag));
  return DerReader(content, reader_.context());
}

Status DerReader::expect(ByteView bytes, std::string_view what) {
  const auto next = reader_.peek(bytes.size());
  if (!next || !std::equal(bytes.begin(), bytes.end(), next->begin()))
    return syntax(fmt::format("{} is expected", what));
  return reader_.skip(bytes.size());
}

Status DerReader::finish() const {
  if (at_end()) return {};
  return syntax("bytes follow where nothing may follow");
}

}  // namespace signmark::keys
