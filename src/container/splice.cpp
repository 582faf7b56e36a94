// SPDX-License-Identifier: Apache-2.0
// Changes as splices over the input file, and the rules all formats share for edits.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "container/exif.hpp"
#include "container/handler.hpp"

namespace signmark::container {
namespace {

/// At one offset insertions stand before the replacement that begins there.
bool before(const Splice& a, const Splice& b) {
  if (a.range.offset != b.range.offset) return a.range.offset < b.range.offset;
  return a.range.size == 0 && b.range.size != 0;
}

bool is_editable(BlockKind kind) {
  return kind == BlockKind::xmp || kind == BlockKind::aigc || kind == BlockKind::text ||
         kind == BlockKind::exif_text;
}

Status check_replacements(const Inventory& inventory, const Edits& edits) {
  std::set<std::size_t> seen;
  for (const Replacement& replacement : edits.replacements) {
    const std::string where = fmt::format("block {}", replacement.block);
    if (replacement.block >= inventory.blocks.size())
      return fail("container.edits.block", "the inventory has no such block", where);
    const Block& block = inventory.blocks[replacement.block];
    if (!is_editable(block.kind))
      return fail("container.edits.block", "a block of this kind cannot be replaced", where);
    if (!seen.insert(replacement.block).second ||
        (edits.xmp && &block == inventory.find(BlockKind::xmp)) ||
        (edits.aigc && &block == inventory.find(BlockKind::aigc)))
      return fail("container.edits.block", "two new values for one block", where);
  }
  return {};
}

Status check_sizes(const Inventory& inventory, const Edits& edits, const Limits& limits) {
  const std::string_view format = code_name(inventory.format);
  const auto check = [&](const Bytes& bytes, const char* where) {
    return check_limit(format, "metadata-block", bytes.size(), limits.metadata_block, where);
  };
  if (edits.xmp) SIGNMARK_TRY(check(*edits.xmp, "new XMP packet"));
  if (edits.aigc) SIGNMARK_TRY(check(*edits.aigc, "new AIGC record"));
  for (const Replacement& replacement : edits.replacements)
    SIGNMARK_TRY(check(replacement.payload, "new value of a block"));
  if (!edits.manifest) return {};
  return check_limit(format, "manifest-store", edits.manifest->size(), limits.manifest_store,
                     "new manifest store");
}

const Block* exif_carrier(const Inventory& inventory, const Block& text) {
  const auto found =
      std::find_if(inventory.blocks.begin(), inventory.blocks.end(), [&](const Block& block) {
        return block.kind == BlockKind::exif && block.range == text.range;
      });
  return found == inventory.blocks.end() ? nullptr : &*found;
}

/// EXIF blocks by place, each with all its new texts.
using ExifEdits = std::map<const Block*, Bytes>;

Status fold_exif_text(const Inventory& inventory, const Replacement& replacement,
                      const Limits& limits, ExifEdits& edits) {
  const Block& text = inventory.blocks[replacement.block];
  const Block* exif = exif_carrier(inventory, text);
  if (exif == nullptr)
    return fail("container.edits.block", "this EXIF field has no EXIF block to be written to",
                text.place);
  Bytes& tiff = edits.try_emplace(exif, exif->payload).first->second;
  SIGNMARK_ASSIGN(tiff, replace_exif_text(tiff, text.key, replacement.payload, limits));
  return check_limit(code_name(inventory.format), "metadata-block", tiff.size(),
                     limits.metadata_block, exif->place);
}

}  // namespace

Result<Plan> splice_plan(ByteView file, std::vector<Splice> splices) {
  std::stable_sort(splices.begin(), splices.end(), before);
  Plan plan;
  std::uint64_t position = 0;
  for (Splice& splice : splices) {
    const Range range = splice.range;
    if (range.offset < position || range.offset > file.size() ||
        range.size > file.size() - range.offset)
      return fail("container.splice.overlap", "changes overlap or leave the file",
                  at_byte(range.offset));
    plan.rope.view(file.subspan(position, range.offset - position));
    if (splice.manifest)
      plan.manifest_exclusions.push_back({plan.rope.size(), splice.bytes.size()});
    plan.rope.own(std::move(splice.bytes));
    position = range.end();
  }
  plan.rope.view(file.subspan(position));
  return plan;
}

std::int64_t growth(const std::vector<Splice>& splices, Range within) {
  std::int64_t bytes = 0;
  for (const Splice& splice : splices)
    if (splice.range.offset >= within.offset && splice.range.end() <= within.end())
      bytes += static_cast<std::int64_t>(splice.bytes.size()) -
               static_cast<std::int64_t>(splice.range.size);
  return bytes;
}

Result<Rope> splice(ByteView file, std::vector<Splice> splices) {
  SIGNMARK_ASSIGN(Plan plan, splice_plan(file, std::move(splices)));
  return std::move(plan.rope);
}

Result<std::vector<CarrierEdit>> carrier_edits(const Inventory& inventory, const Edits& edits,
                                               const Limits& limits) {
  SIGNMARK_TRY(check_replacements(inventory, edits));
  SIGNMARK_TRY(check_sizes(inventory, edits, limits));
  std::vector<CarrierEdit> result;
  ExifEdits exif;
  if (const Block* xmp = inventory.find(BlockKind::xmp); xmp != nullptr && edits.xmp)
    result.push_back({xmp, *edits.xmp});
  if (const Block* aigc = inventory.find(BlockKind::aigc); aigc != nullptr && edits.aigc)
    result.push_back({aigc, *edits.aigc});
  for (const Replacement& replacement : edits.replacements) {
    const Block& block = inventory.blocks[replacement.block];
    if (block.kind == BlockKind::exif_text)
      SIGNMARK_TRY(fold_exif_text(inventory, replacement, limits, exif));
    else
      result.push_back({&block, replacement.payload});
  }
  for (auto& [block, tiff] : exif) result.push_back({block, std::move(tiff)});
  std::sort(result.begin(), result.end(),
            [](const CarrierEdit& a, const CarrierEdit& b) { return a.block < b.block; });
  return result;
}

Result<std::vector<Splice>> common_splices(const Inventory& inventory, const Edits& edits,
                                           const Limits& limits, const CarrierWriter& write) {
  SIGNMARK_ASSIGN(auto carriers, carrier_edits(inventory, edits, limits));
  std::vector<Splice> splices;
  for (CarrierEdit& edit : carriers) {
    SIGNMARK_ASSIGN(Bytes bytes, write(*edit.block, std::move(edit.payload)));
    splices.push_back({edit.block->range, std::move(bytes)});
  }
  if (!edits.manifest) return splices;
  for (const Range& range : inventory.manifest_exclusions) splices.push_back({range, {}});
  return splices;
}

}  // namespace signmark::container
