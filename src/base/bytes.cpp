// SPDX-License-Identifier: Apache-2.0
// Bounds-checked reading and writing of bytes.
#include "base/bytes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace signmark {

tl::unexpected<Error> ByteReader::error(std::string_view what, std::string message) const {
  return fail(fmt::format("{}.{}", context_, what), std::move(message),
              fmt::format("byte {}", base_ + pos_));
}

Status ByteReader::seek(std::uint64_t position) {
  if (position > data_.size())
    return error("truncated", fmt::format("offset {} lies beyond the end ({} bytes)",
                                          base_ + position, base_ + data_.size()));
  pos_ = static_cast<std::size_t>(position);
  return {};
}

Status ByteReader::skip(std::uint64_t count) {
  SIGNMARK_TRY(take(count));
  return {};
}

Result<ByteView> ByteReader::peek(std::uint64_t count) const {
  if (count > remaining())
    return error("truncated", fmt::format("{} bytes needed, {} are left: the data is cut off",
                                          count, remaining()));
  return data_.subspan(pos_, static_cast<std::size_t>(count));
}

Result<ByteView> ByteReader::take(std::uint64_t count) {
  auto view = peek(count);
  if (view) pos_ += view->size();
  return view;
}

bool ByteReader::next_is(std::string_view bytes) const {
  return starts_with(data_.subspan(pos_), bytes);
}

ByteView ByteReader::rest() {
  ByteView view = data_.subspan(pos_);
  pos_ = data_.size();
  return view;
}

template <class T, bool kBig>
Result<T> ByteReader::number() {
  SIGNMARK_ASSIGN(ByteView raw, take(sizeof(T)));
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    const std::size_t shift = 8 * (kBig ? sizeof(T) - 1 - i : i);
    value = static_cast<T>(value | static_cast<T>(static_cast<T>(raw[i]) << shift));
  }
  return value;
}

Result<std::uint8_t> ByteReader::u8() { return number<std::uint8_t, true>(); }
Result<std::uint16_t> ByteReader::u16be() { return number<std::uint16_t, true>(); }
Result<std::uint16_t> ByteReader::u16le() { return number<std::uint16_t, false>(); }
Result<std::uint32_t> ByteReader::u32be() { return number<std::uint32_t, true>(); }
Result<std::uint32_t> ByteReader::u32le() { return number<std::uint32_t, false>(); }
Result<std::uint64_t> ByteReader::u64be() { return number<std::uint64_t, true>(); }
Result<std::uint64_t> ByteReader::u64le() { return number<std::uint64_t, false>(); }

Result<std::uint32_t> ByteReader::u24be() {
  SIGNMARK_ASSIGN(ByteView raw, take(3));
  return static_cast<std::uint32_t>(raw[0] << 16 | raw[1] << 8 | raw[2]);
}

Result<std::uint32_t> ByteReader::u24le() {
  SIGNMARK_ASSIGN(ByteView raw, take(3));
  return static_cast<std::uint32_t>(raw[2] << 16 | raw[1] << 8 | raw[0]);
}

Result<std::string> ByteReader::fourcc() {
  SIGNMARK_ASSIGN(ByteView raw, take(4));
  return std::string(as_text(raw));
}

Result<std::string> ByteReader::cstring() {
  const ByteView left = data_.subspan(pos_);
  const auto nul = std::find(left.begin(), left.end(), Byte{0});
  if (nul == left.end()) return error("truncated", "text without its closing NUL");
  std::string text(left.begin(), nul);
  pos_ += text.size() + 1;
  return text;
}

template <class T, bool kBig>
ByteWriter& ByteWriter::number(T v) {
  for (std::size_t i = 0; i < sizeof(T); ++i)
    data_.push_back(static_cast<Byte>(v >> (8 * (kBig ? sizeof(T) - 1 - i : i))));
  return *this;
}

ByteWriter& ByteWriter::u8(std::uint8_t v) { return number<std::uint8_t, true>(v); }
ByteWriter& ByteWriter::u16be(std::uint16_t v) { return number<std::uint16_t, true>(v); }
ByteWriter& ByteWriter::u16le(std::uint16_t v) { return number<std::uint16_t, false>(v); }
ByteWriter& ByteWriter::u32be(std::uint32_t v) { return number<std::uint32_t, true>(v); }
ByteWriter& ByteWriter::u32le(std::uint32_t v) { return number<std::uint32_t, false>(v); }
ByteWriter& ByteWriter::u64be(std::uint64_t v) { return number<std::uint64_t, true>(v); }
ByteWriter& ByteWriter::u64le(std::uint64_t v) { return number<std::uint64_t, false>(v); }

ByteWriter& ByteWriter::u24le(std::uint32_t v) {
  return u8(static_cast<Byte>(v)).u8(static_cast<Byte>(v >> 8)).u8(static_cast<Byte>(v >> 16));
}

ByteWriter& ByteWriter::bytes(ByteView v) {
  data_.insert(data_.end(), v.begin(), v.end());
  return *this;
}

ByteWriter& ByteWriter::text(std::string_view v) { return bytes(as_bytes(v)); }

ByteWriter& ByteWriter::fill(std::size_t count, Byte value) {
  data_.insert(data_.end(), count, value);
  return *this;
}

}  // namespace signmark
