// SPDX-License-Identifier: Apache-2.0
// The canonical line of an entry (batch.md 5.3).
//
// 23 fields, separated by one TAB, without a line end:
//
//   "signmark-entry/1", sequence, time (seconds since 1970), bytes, all in decimal;
//   the 16 texts of kTexts in their order, UTF-8, in which a backslash is written `\\`, a TAB `\t`
//   and a line feed `\n`;
//   three digests, "sha256:" and 64 hex digits, each empty when there is nothing to digest:
//     prints  of kind (1 byte), part (4 bytes, big-endian), bits (32 bytes) of each, in order;
//     tiles   of the bytes;
//     supply  of salt, recipient and agreement, each after its length (4 bytes, big-endian).
//
// The form never changes; another one begins with another version.
#include <fmt/format.h>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"
#include "ledger/entry_form.hpp"

namespace signmark::ledger {
namespace {

constexpr std::string_view kVersion = "signmark-entry/1";

void add_escaped(std::string& line, std::string_view text) {
  for (const char c : text) {
    if (c == '\\')
      line += "\\\\";
    else if (c == '\t')
      line += "\\t";
    else if (c == '\n')
      line += "\\n";
    else
      line += c;
  }
}

std::string digest(ByteView bytes) { return "sha256:" + hex(hash(HashAlg::sha256, bytes)); }

std::string prints_digest(const std::vector<Print>& prints) {
  if (prints.empty()) return {};
  ByteWriter writer;
  for (const Print& print : prints)
    writer.u8(static_cast<std::uint8_t>(print.kind)).u32be(print.part).bytes(print.bits);
  return digest(writer.view());
}

std::string supply_digest(const Supply& supply) {
  if (supply.empty()) return {};
  ByteWriter writer;
  for (const ByteView part :
       {ByteView(supply.salt), as_bytes(supply.recipient), as_bytes(supply.agreement)})
    writer.u32be(static_cast<std::uint32_t>(part.size())).bytes(part);
  return digest(writer.view());
}

}  // namespace

std::string entry_place(std::uint64_t sequence) { return fmt::format("entry {}", sequence); }

std::string canonical_line(const Entry& entry) {
  std::string line =
      fmt::format("{}\t{}\t{}\t{}", kVersion, entry.sequence, entry.time, entry.bytes);
  for (const TextField& field : kTexts) {
    line += '\t';
    add_escaped(line, entry.*field.text);
  }
  line += '\t' + prints_digest(entry.prints) + '\t';
  if (!entry.tiles.empty()) line += digest(entry.tiles);
  return line + '\t' + supply_digest(entry.supply);
}

}  // namespace signmark::ledger
