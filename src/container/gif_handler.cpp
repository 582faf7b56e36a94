// SPDX-License-Identifier: Apache-2.0
// The GIF handler: what stands in a file.
#include "container/gif_handler.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "container/gif_blocks.hpp"

namespace signmark::container {
namespace {

Status add_application(const Context& context, const GifBlock& block, Inventory& inventory) {
  const auto add = [&](BlockKind kind, std::string place, Bytes payload) {
    return add_block(context, inventory,
                     {kind, std::move(place), {}, block.range, std::move(payload)});
  };
  if (block.application == gif::kXmp)
    return add(BlockKind::xmp, "GIF application XMP", gif_xmp_packet(block.data));
  // Version bytes other than those of C2PA 2.5 are still a manifest: the validator shall judge it.
  if (block.application.substr(0, 8) != gif::kC2pa.substr(0, 8))
    return add(BlockKind::other, "GIF application " + printable(block.application), {});
  inventory.manifest_exclusions.push_back(block.range);
  return add(BlockKind::c2pa, "GIF application C2PA", join_sub_blocks(block.data));
}

Status add_extension(const Context& context, const GifBlock& block, Inventory& inventory) {
  if (block.label == gif::kApplication) return add_application(context, block, inventory);
  if (block.label == gif::kComment)
    return add_block(
        context, inventory,
        {BlockKind::text, "GIF comment", "comment", block.range, join_sub_blocks(block.data)});
  if (block.label == gif::kControl || block.label == gif::kPlainText) return {};  // picture parts
  return add_block(context, inventory, {BlockKind::other, "GIF extension", {}, block.range, {}});
}

Status inspect_gif(const Context& context, ByteView file, Inventory& inventory) {
  SIGNMARK_ASSIGN(const GifScan scan, scan_gif(context.limits, file));
  inventory.width = scan.width;
  inventory.height = scan.height;
  std::uint32_t frames = 0;
  for (const GifBlock& block : scan.blocks) {
    if (block.introducer == gif::kImage) ++frames;
    if (block.introducer == gif::kExtension) SIGNMARK_TRY(add_extension(context, block, inventory));
  }
  inventory.frames = std::max(frames, 1U);
  if (scan.damage)
    mark_damaged(inventory, *scan.damage);
  else if (frames == 0)
    mark_damaged(inventory,
                 format_error(Format::gif, "syntax", "the file holds no picture", at_byte(scan.end))
                     .value());
  if (!scan.damage && scan.end < file.size())
    inventory.trailing = {scan.end, file.size() - scan.end};
  return {};
}

class GifHandler final : public Handler {
 public:
  const FormatInfo& info() const override {
    static constexpr FormatInfo kInfo{Format::gif, "GIF", "image/gif", "gif", true, true};
    return kInfo;
  }
  bool matches(ByteView file) const override {
    return starts_with(file, "GIF87a") || starts_with(file, "GIF89a");
  }
  Status inspect(const Context& context, ByteView file, Inventory& inventory) const override {
    return inspect_gif(context, file, inventory);
  }
  Result<Plan> plan(const Context& context, ByteView file, const Inventory& inventory,
                    const Edits& edits) const override {
    return plan_gif(context, file, inventory, edits);
  }
  Result<Rope> transplant(const Context& context, ByteView original, const Inventory&,
                          ByteView encoded) const override {
    return transplant_gif(context, original, encoded);
  }
};

}  // namespace

const Handler& gif_handler() {
  static const GifHandler handler;
  return handler;
}

}  // namespace signmark::container
