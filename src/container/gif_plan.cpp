// SPDX-License-Identifier: Apache-2.0
// Changing the metadata of a GIF file, and moving it to a new encoding.
#include <algorithm>
#include <iterator>

#include "container/gif_blocks.hpp"
#include "container/gif_handler.hpp"

namespace signmark::container {
namespace {

constexpr std::uint64_t kVersionAt = 3;

/// Behind the colour table, but behind the looping extension too: Netscape's must come first.
std::uint64_t place_for_extensions(const GifScan& scan) {
  std::uint64_t place = scan.first_block;
  for (const GifBlock& block : scan.blocks) {
    if (block.application != gif::kNetscape && block.application != gif::kAnimExts) break;
    place = block.range.end();
  }
  return place;
}

/// Extensions exist since version 89a only.
void raise_version(ByteView file, std::vector<Splice>& splices) {
  if (splices.empty() || starts_with(file.subspan(kVersionAt), "89a")) return;
  splices.push_back({{kVersionAt, 3}, {'8', '9', 'a'}});
}

bool is_metadata(const GifBlock& block) {
  return block.introducer == gif::kExtension &&
         (block.label == gif::kApplication || block.label == gif::kComment);
}

/// The metadata of a new encoding: an encoder writes few of its own, so that a linear search will
/// do.
class OwnExtensions {
 public:
  explicit OwnExtensions(const GifScan& fresh) {
    std::copy_if(fresh.blocks.begin(), fresh.blocks.end(), std::back_inserter(own_), is_metadata);
  }
  /// Whether there is such an extension already: the same application, the same comment.
  [[nodiscard]] bool has(const GifBlock& wanted) const {
    return std::any_of(own_.begin(), own_.end(), [&](const GifBlock& block) {
      if (block.label != wanted.label) return false;
      return block.label == gif::kApplication ? block.application == wanted.application
                                              : std::ranges::equal(block.data, wanted.data);
    });
  }

 private:
  std::vector<GifBlock> own_;
};

}  // namespace

Result<Plan> plan_gif(const Context& context, ByteView file, const Inventory& inventory,
                      const Edits& edits) {
  const auto write = [](const Block& block, const Bytes& payload) -> Result<Bytes> {
    if (block.kind == BlockKind::xmp) return gif_xmp(payload);
    return gif_comment(payload);
  };
  SIGNMARK_ASSIGN(auto splices, common_splices(inventory, edits, context.limits, write));
  SIGNMARK_ASSIGN(const GifScan scan, scan_gif(context.limits, file));
  const std::uint64_t place = place_for_extensions(scan);
  if (edits.manifest)
    splices.push_back({{place, 0}, gif_application(gif::kC2pa, *edits.manifest), true});
  if (edits.xmp && inventory.find(BlockKind::xmp) == nullptr) {
    SIGNMARK_ASSIGN(Bytes extension, gif_xmp(*edits.xmp));
    splices.push_back({{place, 0}, std::move(extension)});
  }
  raise_version(file, splices);
  return splice_plan(file, std::move(splices));
}

Result<Rope> transplant_gif(const Context& context, ByteView original, ByteView encoded) {
  SIGNMARK_ASSIGN(const GifScan old, scan_gif(context.limits, original));
  SIGNMARK_ASSIGN(const GifScan fresh, scan_gif(context.limits, encoded));
  const OwnExtensions own(fresh);
  Bytes kept;
  for (const GifBlock& block : old.blocks) {
    const bool manifest = block.application.substr(0, 8) == gif::kC2pa.substr(0, 8);
    if (!is_metadata(block) || manifest || own.has(block)) continue;
    const ByteView whole = original.subspan(block.range.offset, block.range.size);
    kept.insert(kept.end(), whole.begin(), whole.end());
  }
  std::vector<Splice> splices;
  if (!kept.empty()) splices.push_back({{place_for_extensions(fresh), 0}, std::move(kept)});
  raise_version(encoded, splices);
  if (fresh.end < encoded.size()) splices.push_back({{fresh.end, encoded.size() - fresh.end}, {}});
  return splice(encoded, std::move(splices));
}

}  // namespace signmark::container
