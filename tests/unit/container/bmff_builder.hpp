// SPDX-License-Identifier: Apache-2.0
// Builds small ISO base media files for tests.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace signmark::test {

inline std::string text_of(const ByteWriter& writer) { return std::string(as_text(writer.view())); }

inline std::string u32(std::uint32_t value) { return text_of(ByteWriter().u32be(value)); }
inline std::string u16(std::uint16_t value) { return text_of(ByteWriter().u16be(value)); }

inline std::string box(std::string_view type, std::string_view content) {
  return text_of(
      ByteWriter().u32be(static_cast<std::uint32_t>(8 + content.size())).text(type).text(content));
}

/// With a 64-bit size.
inline std::string large_box(std::string_view type, std::string_view content) {
  return text_of(ByteWriter().u32be(1).text(type).u64be(16 + content.size()).text(content));
}

inline std::string full_box(std::string_view type, std::string_view content,
                            std::uint8_t version = 0, std::uint32_t flags = 0) {
  return box(type, u32(std::uint32_t{version} << 24 | flags) + std::string(content));
}

inline std::string ftyp(std::string_view brand) {
  return box("ftyp", std::string(brand) + u32(0) + std::string(brand));
}

inline std::string hdlr(std::string_view handler) {
  return full_box("hdlr", u32(0) + std::string(handler) + std::string(13, '\0'));
}

inline std::string meta(std::string_view children) { return full_box("meta", children); }

}  // namespace signmark::test
