// SPDX-License-Identifier: Apache-2.0
// The WebP handler: what stands in a file.
#include "container/webp_handler.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "container/webp_layout.hpp"

namespace signmark::container {
namespace {

constexpr std::size_t kRiffMagic = 4, kFormType = 8;

std::string place_of(const RiffChunk& chunk) { return "WebP " + printable(chunk.id); }

Status add_chunk(const Context& context, const RiffChunk& chunk, Inventory& inventory) {
  const auto add = [&](BlockKind kind, ByteView payload, std::string key = {}) {
    return add_block(
        context, inventory,
        {kind, place_of(chunk), std::move(key), chunk.range, {payload.begin(), payload.end()}});
  };
  if (chunk.id == "XMP ") return add(BlockKind::xmp, chunk.data);
  if (chunk.id == "ICCP") return add(BlockKind::icc, chunk.data);
  if (chunk.id == "AIGC") return add(BlockKind::aigc, chunk.data, "AIGC");
  if (chunk.id == "EXIF") {
    const ByteView tiff = exif_tiff(chunk.data);
    return add_exif(
        context, inventory,
        {BlockKind::exif, place_of(chunk), {}, chunk.range, {tiff.begin(), tiff.end()}});
  }
  if (chunk.id == "C2PA") {
    inventory.manifest_exclusions.push_back(chunk.range);
    return add(BlockKind::c2pa, chunk.data);
  }
  return chunk.id == "VP8X" || is_webp_media(chunk.id) ? Status() : add(BlockKind::other, {});
}

Status inspect_webp(const Context& context, ByteView file, Inventory& inventory) {
  SIGNMARK_ASSIGN(const RiffScan scan, scan_riff(context.limits, Format::webp, file));
  for (const RiffChunk& chunk : scan.chunks) SIGNMARK_TRY(add_chunk(context, chunk, inventory));
  if (scan.damage) mark_damaged(inventory, *scan.damage);
  const auto layout = read_webp_layout(scan);
  if (layout) {
    inventory.width = layout->width;
    inventory.height = layout->height;
    inventory.frames = std::max(layout->frames, 1U);
  } else if (inventory.complete) {
    mark_damaged(inventory, layout.error());
  }
  if (scan.end < file.size()) inventory.trailing = {scan.end, file.size() - scan.end};
  return {};
}

class WebpHandler final : public Handler {
 public:
  const FormatInfo& info() const override {
    static constexpr FormatInfo kInfo{Format::webp, "WebP", "image/webp", "webp", true, true};
    return kInfo;
  }
  bool matches(ByteView file) const override {
    return starts_with(file, "RIFF") && file.size() >= kFormType + kRiffMagic &&
           starts_with(file.subspan(kFormType), "WEBP");
  }
  Status inspect(const Context& context, ByteView file, Inventory& inventory) const override {
    return inspect_webp(context, file, inventory);
  }
  Result<Plan> plan(const Context& context, ByteView file, const Inventory& inventory,
                    const Edits& edits) const override {
    return plan_webp(context, file, inventory, edits);
  }
  Result<Rope> transplant(const Context& context, ByteView original, const Inventory&,
                          ByteView encoded) const override {
    return transplant_webp(context, original, encoded);
  }
};

}  // namespace

const Handler& webp_handler() {
  static const WebpHandler handler;
  return handler;
}

}  // namespace signmark::container
