// SPDX-License-Identifier: Apache-2.0
// One bounds-checked reader and one writer; no raw pointer arithmetic elsewhere (architecture.md
// 9).
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace signmark {

/// Reads from a view and never beyond it. Every failure is `<context>.truncated` and says the
/// position, e.g. context "container.png" gives `container.png.truncated` at "byte 33".
class ByteReader {
 public:
  /// `base_offset` is added to positions in messages when `data` is itself a part of a file.
  ByteReader(ByteView data, std::string_view context, std::uint64_t base_offset = 0)
      : data_(data), context_(context), base_(base_offset) {}

  [[nodiscard]] std::size_t position() const { return pos_; }
  [[nodiscard]] std::size_t size() const { return data_.size(); }
  [[nodiscard]] std::size_t remaining() const { return data_.size() - pos_; }
  [[nodiscard]] bool at_end() const { return pos_ == data_.size(); }
  [[nodiscard]] const std::string& context() const { return context_; }

  /// Moves to an absolute position within the view; its end is allowed.
  Status seek(std::uint64_t position);
  Status skip(std::uint64_t count);
  /// The next `count` bytes, and moves on.
  Result<ByteView> take(std::uint64_t count);
  /// The next `count` bytes without moving.
  [[nodiscard]] Result<ByteView> peek(std::uint64_t count) const;
  /// Whether the next bytes are these; does not move.
  [[nodiscard]] bool next_is(std::string_view bytes) const;
  /// All that is left, and moves to the end.
  ByteView rest();

  Result<std::uint8_t> u8();
  Result<std::uint16_t> u16be();
  Result<std::uint16_t> u16le();
  Result<std::uint32_t> u24be();
  Result<std::uint32_t> u24le();
  Result<std::uint32_t> u32be();
  Result<std::uint32_t> u32le();
  Result<std::uint64_t> u64be();
  Result<std::uint64_t> u64le();
  /// Four-character code as text, any bytes.
  Result<std::string> fourcc();
  /// Text up to a NUL, which is consumed and not returned.
  Result<std::string> cstring();

  /// An error at the current position: code `<context>.<what>`.
  [[nodiscard]] tl::unexpected<Error> error(std::string_view what, std::string message) const;

 private:
  template <class T, bool kBig>
  Result<T> number();

  ByteView data_;
  std::string context_;
  std::uint64_t base_ = 0;
  std::size_t pos_ = 0;
};

/// Appends to a buffer.
class ByteWriter {
 public:
  ByteWriter& u8(std::uint8_t v);
  ByteWriter& u16be(std::uint16_t v);
  ByteWriter& u16le(std::uint16_t v);
  ByteWriter& u24le(std::uint32_t v);
  ByteWriter& u32be(std::uint32_t v);
  ByteWriter& u32le(std::uint32_t v);
  ByteWriter& u64be(std::uint64_t v);
  ByteWriter& u64le(std::uint64_t v);
  ByteWriter& bytes(ByteView v);
  ByteWriter& text(std::string_view v);
  ByteWriter& fill(std::size_t count, Byte value);

  [[nodiscard]] std::size_t size() const { return data_.size(); }
  [[nodiscard]] ByteView view() const { return data_; }
  Bytes take() { return std::move(data_); }

 private:
  template <class T, bool kBig>
  ByteWriter& number(T v);

  Bytes data_;
};

/// Whether `data` begins with `prefix`.
inline bool starts_with(ByteView data, std::string_view prefix) {
  return as_text(data.first(std::min(data.size(), prefix.size()))) == prefix;
}

}  // namespace signmark
