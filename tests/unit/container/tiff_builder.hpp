// SPDX-License-Identifier: Apache-2.0
// Builds small TIFF and EXIF structures for tests.
#pragma once

#include <map>
#include <string_view>

#include "container/tiff_ifd.hpp"

namespace signmark::test {

/// A field to be written: value bytes in the file's byte order.
struct TiffField {
  std::uint16_t type = container::kTypeUndefined;
  std::uint64_t count = 0;
  Bytes value;
};
using TiffFields = std::map<std::uint16_t, TiffField>;

inline TiffField text_field(std::uint16_t type, std::string_view text) {
  return {type, text.size(), Bytes(text.begin(), text.end())};
}

/// Appends a directory and its long values to `out` and returns the directory's offset.
inline std::uint64_t append_ifd(Bytes& out, const container::TiffLayout& layout,
                                const TiffFields& fields, std::uint64_t next = 0) {
  std::vector<Bytes> entries;
  for (const auto& [tag, field] : fields) {
    if (out.size() % 2 != 0) out.push_back(0);
    entries.push_back(layout.entry(tag, field.type, field.count, field.value, out.size()));
    if (field.value.size() > layout.offset_size())
      out.insert(out.end(), field.value.begin(), field.value.end());
  }
  if (out.size() % 2 != 0) out.push_back(0);
  const std::uint64_t offset = out.size();
  const Bytes ifd = layout.ifd(entries, next);
  out.insert(out.end(), ifd.begin(), ifd.end());
  return offset;
}

/// Header whose first directory is set later with set_first_ifd.
inline Bytes tiff_header(const container::TiffLayout& layout) {
  ByteWriter out;
  out.text(layout.big_endian ? "MM" : "II").bytes(layout.number(layout.big_tiff ? 43 : 42, 2));
  if (layout.big_tiff) out.bytes(layout.number(8, 2)).bytes(layout.number(0, 2));
  return out.bytes(layout.number(0, layout.offset_size())).take();
}

inline void set_first_ifd(Bytes& out, const container::TiffLayout& layout, std::uint64_t offset) {
  const Bytes field = layout.number(offset, layout.offset_size());
  std::copy(field.begin(), field.end(),
            out.begin() + static_cast<std::ptrdiff_t>(layout.first_ifd_field()));
}

inline TiffField number_field(const container::TiffLayout& layout, std::uint16_t type,
                              std::uint64_t value) {
  return {type, 1, layout.number(value, container::tiff_type_size(type))};
}

}  // namespace signmark::test
