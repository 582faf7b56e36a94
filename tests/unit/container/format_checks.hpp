// SPDX-License-Identifier: Apache-2.0
// What every format must do; each format's own test calls these with its samples.
#pragma once

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>

#include "base/bytes.hpp"
#include "damage_sweep.hpp"

namespace signmark::test {

/// A packet with a label, as exiftool can read it.
inline constexpr std::string_view kLabelPacket =
    "<x:xmpmeta xmlns:x='adobe:ns:meta/'>"
    "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
    "<rdf:Description rdf:about='' xmlns:TC260='http://www.tc260.org.cn/ns/AIGC/1.0/'>"
    "<TC260:AIGC>{&quot;Label&quot;:&quot;1&quot;}</TC260:AIGC>"
    "</rdf:Description></rdf:RDF></x:xmpmeta>";
inline constexpr std::string_view kLabelJson = "{\"Label\":\"1\"}";

inline Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

inline Bytes sample(const std::string& name) { return slurp(media("samples/" + name)); }

inline container::Inventory look(ByteView file) {
  auto inventory = container::inspect(test_context(), file);
  REQUIRE_OK(inventory);
  return *inventory;
}

inline container::Plan planned(ByteView file, const container::Edits& edits) {
  auto result = container::plan(test_context(), file, look(file), edits);
  REQUIRE_OK(result);
  return std::move(*result);
}

inline Bytes written(ByteView file, const container::Edits& edits) {
  return planned(file, edits).rope.flatten();
}

inline Bytes transplanted(ByteView original, ByteView encoded) {
  const auto rope = container::transplant(test_context(), original, look(original), encoded);
  REQUIRE_OK(rope);
  return rope->flatten();
}

inline std::string payload_of(const container::Inventory& inventory, container::BlockKind kind) {
  const container::Block* block = inventory.find(kind);
  return block == nullptr ? "(none)" : std::string(as_text(block->payload));
}

/// Index of the first block of a kind, with this key unless it is empty.
inline std::size_t block_index(const container::Inventory& inventory, container::BlockKind kind,
                               std::string_view key = {}) {
  for (std::size_t i = 0; i < inventory.blocks.size(); ++i)
    if (inventory.blocks[i].kind == kind && (key.empty() || inventory.blocks[i].key == key))
      return i;
  FAIL("no such block: " << key);
  return 0;
}

/// A manifest store of a given size (at least 38 bytes) whose head is that of a real one.
inline Bytes store_of(std::size_t size, Byte fill = 0x5A) {
  ByteWriter out;
  out.u32be(static_cast<std::uint32_t>(size)).text("jumb").u32be(30).text("jumd");
  out.text(
      std::string_view("c2pa\0\x11\0\x10\x80\0\0\xAA\0\x38\x9B\x71\x03"
                       "c2pa\0",
                       22));
  out.fill(size - out.size(), fill);
  return out.take();
}

inline container::Edits edits_of(std::string_view xmp, std::optional<Bytes> store = {}) {
  container::Edits edits;
  edits.xmp = bytes_of(xmp);
  edits.manifest = std::move(store);
  return edits;
}

/// All that must survive an edit of XMP and manifest: kind, key and value; of foreign blocks the
/// bytes themselves.
inline std::vector<std::string> kept_blocks(ByteView file, const container::Inventory& inventory) {
  using container::BlockKind;
  std::vector<std::string> kept;
  for (const container::Block& block : inventory.blocks) {
    if (block.kind == BlockKind::xmp || block.kind == BlockKind::c2pa) continue;
    const bool foreign = block.kind == BlockKind::other;
    kept.push_back(block.place + " " + block.key + " " +
                   hex(foreign ? file.subspan(block.range.offset, block.range.size)
                               : ByteView(block.payload)));
  }
  std::sort(kept.begin(), kept.end());
  return kept;
}

inline void check_same_picture(const container::Inventory& a, const container::Inventory& b) {
  CHECK(a.width == b.width);
  CHECK(a.height == b.height);
  CHECK(a.frames == b.frames);
  CHECK(a.orientation == b.orientation);
}

/// XMP and manifest are added, replaced and read back, and nothing else changes.
inline void check_marking(ByteView file) {
  using container::BlockKind;
  const container::Inventory before = look(file);
  Bytes current(file.begin(), file.end());
  std::vector<std::size_t> sizes;
  for (const std::size_t size : {900, 3000, 50, 900}) {
    const std::string packet = std::string(kLabelPacket) + std::string(size / 10, ' ');
    const container::Edits edits = edits_of(packet, store_of(size));
    const container::Plan plan = planned(current, edits);
    current = plan.rope.flatten();
    const container::Inventory after = look(current);
    CHECK(after.complete);
    CHECK(payload_of(after, BlockKind::xmp) == packet);
    REQUIRE(after.find(BlockKind::c2pa) != nullptr);
    CHECK(after.find(BlockKind::c2pa)->payload == *edits.manifest);
    CHECK(after.manifest_exclusions == plan.manifest_exclusions);
    CHECK(after.trailing.size == before.trailing.size);
    CHECK(kept_blocks(current, after) == kept_blocks(file, before));
    check_same_picture(before, after);
    sizes.push_back(current.size());
  }
  CHECK(sizes.front() == sizes.back());
}

/// A store of zeros gives the layout of the real one; `checksum`: bytes behind the store that may
/// follow its content (PNG).
inline void check_layout_is_fixed(ByteView file, std::size_t checksum = 0) {
  const auto plan_with = [&](Byte fill) {
    return planned(file, edits_of(kLabelPacket, store_of(5000, fill)));
  };
  const container::Plan zeros = plan_with(0), full = plan_with(0xA5);
  REQUIRE(zeros.manifest_exclusions == full.manifest_exclusions);
  REQUIRE_FALSE(zeros.manifest_exclusions.empty());
  Bytes a = zeros.rope.flatten(), b = full.rope.flatten();
  REQUIRE(a.size() == b.size());
  std::size_t outside = 0, inside = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] == b[i]) continue;
    bool excluded = false;
    for (const Range& range : full.manifest_exclusions)
      excluded = excluded || (i >= range.offset && i < range.end());
    ++(excluded ? inside : outside);
  }
  CHECK(outside == 0);
  CHECK(inside >= 5000 - 38);
  CHECK(inside <= 5000 - 38 + checksum);
}

/// Every text that can be replaced gets a new value; the others keep theirs.
inline void check_replacements(ByteView file, std::size_t expected) {
  using container::BlockKind;
  const container::Inventory before = look(file);
  std::size_t replaced = 0;
  for (std::size_t i = 0; i < before.blocks.size(); ++i) {
    const BlockKind kind = before.blocks[i].kind;
    if (kind != BlockKind::aigc && kind != BlockKind::text && kind != BlockKind::exif_text)
      continue;
    INFO(before.blocks[i].place);
    container::Edits edits;
    edits.replacements.push_back({i, bytes_of("a new and somewhat longer value")});
    const Bytes changed = written(file, edits);
    const container::Inventory after = look(changed);
    CHECK(after.complete);
    REQUIRE(after.blocks.size() == before.blocks.size());
    for (std::size_t j = 0; j < after.blocks.size(); ++j) {
      if (after.blocks[j].kind == BlockKind::exif && kind == BlockKind::exif_text) continue;
      CHECK(hex(after.blocks[j].payload) ==
            hex(j == i ? edits.replacements[0].payload : before.blocks[j].payload));
    }
    check_same_picture(before, after);
    ++replaced;
  }
  CHECK(replaced == expected);
}

// ---------------------------------------------------------------------------------------------
// Golden dumps

inline std::string kind_name(container::BlockKind kind) {
  constexpr std::array<const char*, 8> kNames = {"xmp",  "exif", "exif_text", "icc",
                                                 "aigc", "text", "c2pa",      "other"};
  return kNames[static_cast<std::size_t>(kind)];
}

inline std::string range_text(const Range& range) {
  return std::to_string(range.offset) + "+" + std::to_string(range.size);
}

/// An inventory as text, a line a fact.
inline std::string dump(const container::Inventory& inventory) {
  std::string out = std::string(container::format_info(inventory.format).name) + " " +
                    std::to_string(inventory.width) + "x" + std::to_string(inventory.height) +
                    ", frames " + std::to_string(inventory.frames) + ", orientation " +
                    std::to_string(inventory.orientation) + ", " +
                    std::to_string(inventory.file_size) + " bytes\n";
  for (const container::Block& block : inventory.blocks)
    out += "  " + kind_name(block.kind) + " \"" + printable(block.place) + "\" at " +
           range_text(block.range) + ", payload " + std::to_string(block.payload.size()) + "\n";
  for (const Range& range : inventory.manifest_exclusions)
    out += "  exclusion " + range_text(range) + "\n";
  if (inventory.trailing.size > 0) out += "  trailing " + range_text(inventory.trailing) + "\n";
  for (const Error& problem : inventory.problems)
    out += "  problem " + problem.code + ": " + problem.message + "\n";
  if (!inventory.complete) out += "  not complete\n";
  return out;
}

/// Compares with tests/golden/container/<name>.txt. SIGNMARK_ACCEPT=1 writes the file instead.
inline void check_golden(const std::string& name, const std::string& actual) {
  const auto path =
      std::filesystem::path(SIGNMARK_SOURCE_DIR) / "tests/golden/container" / (name + ".txt");
  if (std::getenv("SIGNMARK_ACCEPT") != nullptr) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << actual;
  }
  std::ifstream in(path, std::ios::binary);
  const std::string expected{std::istreambuf_iterator<char>(in), {}};
  INFO("to accept the change: SIGNMARK_ACCEPT=1 " SIGNMARK_BINARY_DIR
       "/container_test '[golden]' && git diff tests/golden/container");
  CHECK(actual == expected);
}

/// Each sample as it is, and with label and manifest where the format takes them.
inline void check_golden_samples(const std::string& name, const std::vector<std::string>& samples) {
  std::string text;
  for (const std::string& sample_name : samples) {
    const Bytes file = sample(sample_name);
    const container::Inventory inventory = look(file);
    text += sample_name + ": " + dump(inventory);
    if (!container::format_info(inventory.format).picture) continue;
    const Bytes marked = written(file, edits_of(kLabelPacket, store_of(100)));
    text += sample_name + ", marked: " + dump(look(marked));
  }
  check_golden(name, text);
}

}  // namespace signmark::test
