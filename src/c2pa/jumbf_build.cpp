// SPDX-License-Identifier: Apache-2.0
// Building JUMBF boxes.
#include <limits>

#include "base/bytes.hpp"
#include "c2pa/jumbf.hpp"

namespace signmark::c2pa::jumbf {
namespace {

constexpr std::size_t kHeaderSize = 8;  // LBox, TBox
constexpr std::uint8_t kRequestableLabelled = 0x03;
constexpr std::uint8_t kWithPrivateBox = 0x10;

Bytes description(const Uuid& uuid, std::string_view label, ByteView salt) {
  ByteWriter out;
  out.bytes(uuid).u8(salt.empty() ? kRequestableLabelled : kRequestableLabelled | kWithPrivateBox);
  out.text(label).u8(0);
  if (!salt.empty()) out.bytes(box("c2sh", salt));
  return box("jumd", out.view());
}

}  // namespace

Bytes box(std::string_view type, ByteView payload) {
  ByteWriter out;
  // Stores are capped far below 4 GiB (limits.manifest_store), so the 32-bit size always fits.
  out.u32be(static_cast<std::uint32_t>(kHeaderSize + payload.size())).text(type).bytes(payload);
  return out.take();
}

Bytes superbox(const Uuid& uuid, std::string_view label, ByteView salt,
               const std::vector<Bytes>& children) {
  ByteWriter out;
  out.bytes(description(uuid, label, salt));
  for (const Bytes& child : children) out.bytes(child);
  return box("jumb", out.view());
}

ByteView payload_of(ByteView built) { return built.subspan(kHeaderSize); }

}  // namespace signmark::c2pa::jumbf
