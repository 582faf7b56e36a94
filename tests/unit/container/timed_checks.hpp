// SPDX-License-Identifier: Apache-2.0
// What every film and sound format must do.
#pragma once

#include "foreign_tool.hpp"

namespace signmark::test {

inline std::string record_json(std::size_t size) {
  return R"({"Label":"1","ProduceID":")" + std::string(size, 'p') + "\"}";
}

/// A record, and a manifest where the format has a place for it.
inline container::Edits marks_for(ByteView file, std::size_t record, std::size_t store,
                                  Byte fill = 0x5A) {
  container::Edits edits;
  edits.aigc = bytes_of(record_json(record));
  if (!container::format_info(container::probe(file)).sidecar_only)
    edits.manifest = store_of(store, fill);
  return edits;
}

inline std::size_t count_of(const container::Inventory& inventory, container::BlockKind kind) {
  return static_cast<std::size_t>(
      std::count_if(inventory.blocks.begin(), inventory.blocks.end(),
                    [kind](const container::Block& block) { return block.kind == kind; }));
}

/// Whether a file that we wrote holds what it was given.
inline bool holds(ByteView file, const container::Plan& plan, const container::Edits& edits) {
  using container::BlockKind;
  const auto after = container::inspect(test_context(), file);
  if (!after || !after->complete || after->manifest_exclusions != plan.manifest_exclusions)
    return false;
  const container::Block* record = after->find(BlockKind::aigc);
  const container::Block* store = after->find(BlockKind::c2pa);
  return record != nullptr && record->payload == *edits.aigc &&
         (!edits.manifest || (store != nullptr && store->payload == *edits.manifest));
}

/// Texts, XMP and foreign blocks: kind, place and content.
inline std::vector<std::string> other_blocks(ByteView file, const container::Inventory& inventory) {
  container::Inventory others = inventory;
  std::erase_if(others.blocks, [](const container::Block& block) {
    return block.kind == container::BlockKind::aigc;
  });
  return kept_blocks(file, others);
}

/// Record and manifest are added, replaced and read back, and nothing else changes.
inline void check_timed(ByteView file) {
  using container::BlockKind;
  const container::Inventory before = look(file);
  const std::size_t records = std::max<std::size_t>(count_of(before, BlockKind::aigc), 1);
  Bytes current(file.begin(), file.end());
  for (const std::size_t size : {900, 3000, 50, 901}) {
    INFO(size);
    const container::Edits edits = marks_for(file, size / 10, size);
    const container::Plan plan = planned(current, edits);
    current = plan.rope.flatten();
    REQUIRE(holds(current, plan, edits));
    const container::Inventory after = look(current);
    CHECK(count_of(after, BlockKind::aigc) == records);
    CHECK(count_of(after, BlockKind::c2pa) == (edits.manifest ? 1 : 0));
    CHECK(after.trailing.size == before.trailing.size);
    CHECK(after.video_tracks == before.video_tracks);
    CHECK(after.sound_tracks == before.sound_tracks);
    CHECK(other_blocks(current, after) == other_blocks(file, before));
    check_same_picture(before, after);
    const bool stays = written(current, edits) == current;
    CHECK(stays);
  }
}

/// A store of zeros gives the layout of the real one.
inline void check_timed_layout(ByteView file) {
  const container::Plan zeros = planned(file, marks_for(file, 30, 5000, 0));
  const container::Plan full = planned(file, marks_for(file, 30, 5000, 0xA5));
  REQUIRE(zeros.manifest_exclusions == full.manifest_exclusions);
  Bytes a = zeros.rope.flatten(), b = full.rope.flatten();
  REQUIRE(a.size() == b.size());
  for (const Range& range : full.manifest_exclusions) {
    std::fill_n(a.begin() + static_cast<std::ptrdiff_t>(range.offset), range.size, Byte{0});
    std::fill_n(b.begin() + static_cast<std::ptrdiff_t>(range.offset), range.size, Byte{0});
  }
  const bool same = a == b;
  CHECK(same);
}

/// Every byte changed in three ways: what can be written must read back whole.
inline void check_timed_flips(ByteView file) {
  const Context context = test_context();
  Bytes flipped(file.begin(), file.end());
  for (std::size_t i = 0; i < file.size(); ++i)
    for (const Byte mask : {Byte{0x01}, Byte{0x80}, Byte{0xFF}}) {
      flipped[i] = file[i] ^ mask;
      const auto inventory = container::inspect(context, flipped);
      if (inventory && container::format_info(inventory->format).timed &&
          container::format_info(inventory->format).writes_metadata) {
        const container::Edits edits = marks_for(flipped, 30, 60);
        const auto plan = container::plan(context, flipped, *inventory, edits);
        if (plan && !holds(plan->rope.flatten(), *plan, edits)) {
          INFO("byte " << i << ", mask " << int{mask});
          CHECK(false);
        }
      }
      flipped[i] = file[i];
    }
}

/// The file after a record and a manifest.
inline Bytes timed_marked(ByteView file, std::size_t record = 40, std::size_t store = 300) {
  return written(file, marks_for(file, record, store));
}

inline std::string record_in(ByteView file) {
  return payload_of(look(file), container::BlockKind::aigc);
}

inline bool contains(ByteView file, std::string_view text) {
  return as_text(file).find(text) != std::string_view::npos;
}

}  // namespace signmark::test
