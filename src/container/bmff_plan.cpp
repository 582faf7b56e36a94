// SPDX-License-Identifier: Apache-2.0
// Edits of XMP and EXIF items, of `uuid` boxes, and the manifest's box.
#include "container/bmff_plan.hpp"

#include <algorithm>

namespace signmark::container {
namespace {

/// C2PA 2.5 A.5.1; the hash-tree offset of 0 says that there is none.
Bytes manifest_box(ByteView store) {
  ByteWriter content;
  content.text(kC2paUuid).u32be(0).text("manifest").u8(0).u64be(0).bytes(store);
  return bmff_box("uuid", content.view());
}

/// The item whose data begins at the carrier; the inventory names it by its first extent.
std::optional<std::uint32_t> item_of(const BmffSource& source, const BmffMeta& meta,
                                     const Block& block) {
  for (const auto& [id, item] : meta.items) {
    const bool wanted = block.kind == BlockKind::xmp ? is_xmp_item(item) : item.type == "Exif";
    const auto ranges = item_ranges(source, meta, id);
    if (!wanted || !ranges) continue;
    if ((ranges->empty() ? item.infe : ranges->front()) == block.range) return id;
  }
  return std::nullopt;
}

/// The new data of an item; what stands before the TIFF structure stays.
Result<Bytes> item_bytes(const BmffSource& source, const BmffMeta& meta, std::uint32_t id,
                         const Block& block, Bytes payload) {
  if (block.kind == BlockKind::xmp) return payload;
  SIGNMARK_ASSIGN(Bytes data, item_data(source, meta, id));
  data.resize(data.size() - std::min(block.payload.size(), data.size()));
  data.insert(data.end(), payload.begin(), payload.end());
  return data;
}

Status add_xmp(BmffEditor& editor, const Bytes& packet) {
  ByteWriter tail;
  tail.text("mime").u8(0).text(kXmpContentType).u8(0);
  return editor.add_item({tail.take(), packet, false});
}

}  // namespace

Bytes bmff_xmp_box(ByteView packet) {
  ByteWriter content;
  content.text(kXmpUuid).bytes(packet);
  return bmff_box("uuid", content.view());
}

Status apply_bmff_edit(const BmffSource& source, BmffEditor& editor, CarrierEdit edit) {
  const Block& block = *edit.block;
  for (const BmffBox& root : editor.scan().roots) {
    if (root.range != block.range) continue;
    editor.replace_root(root.range, bmff_xmp_box(edit.payload));
    return {};
  }
  const auto& meta = editor.meta();
  const auto id = meta ? item_of(source, *meta, block) : std::nullopt;
  if (!id) return fail("container.edits.block", "the file has no such item", block.place);
  SIGNMARK_ASSIGN(Bytes data, item_bytes(source, *meta, *id, block, std::move(edit.payload)));
  return editor.replace_item(*id, std::move(data));
}

/// The hash binding counts boxes: behind other bytes it could not be checked.
Status put_bmff_manifest(const BmffSource& source, BmffEditor& editor, const Inventory& inventory,
                         const Bytes& store) {
  if (inventory.trailing.size > 0)
    return format_error(source.format, "unwritable", "bytes that are no box follow the last box",
                        at_byte(inventory.trailing.offset),
                        "cut them off, or use a sidecar manifest");
  if (editor.scan().roots.front().type != "ftyp")
    return format_error(source.format, "unwritable",
                        "a file that does not begin with ftyp has no place for a manifest", {},
                        "use a sidecar manifest, or remux the file first");
  for (const Range& range : inventory.manifest_exclusions) editor.replace_root(range, {});
  editor.insert_behind_ftyp(manifest_box(store), true);
  return {};
}

Result<Plan> plan_bmff(const BmffSource& source, const Inventory& inventory, const Edits& edits) {
  SIGNMARK_ASSIGN(auto carriers, carrier_edits(inventory, edits, source.limits));
  SIGNMARK_ASSIGN(const auto editor, BmffEditor::open(source));
  for (CarrierEdit& edit : carriers)
    SIGNMARK_TRY(apply_bmff_edit(source, *editor, std::move(edit)));
  if (edits.xmp && inventory.find(BlockKind::xmp) == nullptr)
    SIGNMARK_TRY(add_xmp(*editor, *edits.xmp));
  if (edits.manifest) SIGNMARK_TRY(put_bmff_manifest(source, *editor, inventory, *edits.manifest));
  return editor->finish();
}

}  // namespace signmark::container
