// SPDX-License-Identifier: Apache-2.0
// Builds small packages.
#pragma once

#include <zlib.h>

#include "container/document/zip.hpp"
#include "document_checks.hpp"

namespace signmark::test {

using Members = std::vector<std::pair<std::string, std::string>>;

/// All members stored, one after the other.
inline Bytes zip_of(const Members& members, std::uint16_t flags = 0) {
  ByteWriter out, directory;
  for (const auto& [name, content] : members) {
    const auto crc = static_cast<std::uint32_t>(
        crc32_z(0, reinterpret_cast<const Bytef*>(content.data()), content.size()));
    const auto size = static_cast<std::uint32_t>(content.size());
    const auto name_size = static_cast<std::uint16_t>(name.size());
    const auto offset = static_cast<std::uint32_t>(out.size());
    const auto facts = [&](ByteWriter& to) {
      to.u16le(20).u16le(flags).u16le(0).u32le(0x5A213C00).u32le(crc).u32le(size).u32le(size);
      to.u16le(name_size).u16le(0);
    };
    out.text("PK\x03\x04");
    facts(out);
    out.text(name).text(content);
    directory.text("PK\x01\x02").u16le(20);
    facts(directory);
    directory.fill(10, 0).u32le(offset).text(name);
  }
  const auto begin = static_cast<std::uint32_t>(out.size());
  const auto count = static_cast<std::uint16_t>(members.size());
  out.bytes(directory.view()).text("PK\x05\x06").u32le(0).u16le(count).u16le(count);
  out.u32le(static_cast<std::uint32_t>(directory.size())).u32le(begin).u16le(0);
  return out.take();
}

/// Entries that a change left alone, by name, as the packed bytes of both files: they must agree.
inline void check_untouched(ByteView before, ByteView after,
                            const std::vector<std::string>& changed) {
  const auto old_zip = container::read_zip({}, before), new_zip = container::read_zip({}, after);
  REQUIRE_OK(old_zip);
  REQUIRE_OK(new_zip);
  for (const container::ZipEntry& entry : old_zip->entries) {
    const container::ZipEntry* now = new_zip->find(entry.name);
    REQUIRE(now != nullptr);
    if (std::find(changed.begin(), changed.end(), entry.name) != changed.end()) continue;
    INFO(entry.name);
    CHECK(hex(before.subspan(entry.record.offset, entry.record.size)) ==
          hex(after.subspan(now->record.offset, now->record.size)));
  }
}

inline std::string member_of(ByteView file, std::string_view name) {
  const auto zip = container::read_zip({}, file);
  REQUIRE_OK(zip);
  REQUIRE(zip->find(name) != nullptr);
  std::uint64_t budget = 1U << 20;
  const auto bytes = container::unzip(file, *zip->find(name), budget);
  REQUIRE_OK(bytes);
  return std::string(as_text(*bytes));
}

}  // namespace signmark::test
