// SPDX-License-Identifier: Apache-2.0
// TIFF and BigTIFF: both byte orders, several pages; XMP tag 700, C2PA tag 52545 (C2PA 2.5 A.3.2).
#include <fmt/format.h>

#include "container/exif_comment.hpp"
#include "container/tiff_blocks.hpp"
#include "container/tiff_rewrite.hpp"
#include "container/tiff_transplant.hpp"

namespace signmark::container {
namespace {

bool is_limit(const Error& error) { return error.code == "container.tiff.limit"; }

/// What lies behind everything that the directories refer to.
Range unknown_tail(const TiffScan& scan) {
  std::uint64_t end = scan.view.layout().header_size();
  for (const Range& range : scan.data) end = std::max(end, range.end());
  for (std::size_t dir = 0; dir < scan.dirs.size(); ++dir) {
    end = std::max(end, scan.table(dir).end());
    for (const TiffEntry& entry : scan.dirs[dir].ifd.entries)
      if (scan.is_outside(entry)) end = std::max(end, entry.value.end());
  }
  const std::uint64_t size = scan.view.data().size();
  return end < size ? Range{end, size - end} : Range{};
}

/// Turns replacements of blocks into new values of fields.
class TiffEditBuilder {
 public:
  TiffEditBuilder(const TiffScan& scan, const Limits& limits) : scan_(scan), limits_(limits) {}

  Status set_xmp(const Bytes& packet);
  Status replace(const Inventory& inventory, const Replacement& replacement);
  TiffEdits take() { return std::move(edits_); }

 private:
  Status set_field(const TiffField& field, const Block& block, const Bytes& payload);

  const TiffScan& scan_;
  const Limits& limits_;
  TiffEdits edits_;
};

Status TiffEditBuilder::set_xmp(const Bytes& packet) {
  SIGNMARK_TRY(check_limit("tiff", "metadata-block", packet.size(), limits_.metadata_block,
                           "new XMP packet"));
  if (scan_.pages == 0) return tiff_unwritable("the file has no directory");
  edits_[0].set[kTagXmp] = {kTypeUndefined, packet};
  return {};
}

Status TiffEditBuilder::set_field(const TiffField& field, const Block& block,
                                  const Bytes& payload) {
  const auto& layout = scan_.view.layout();
  if (tiff_type_size(field.entry.type) != 1)
    return tiff_unwritable(fmt::format("tag {} is not of bytes", field.entry.tag));
  TiffNewValue value{field.entry.type, payload};
  if (block.kind == BlockKind::exif_text) {
    SIGNMARK_ASSIGN(const ByteView old, scan_.view.value(field.entry));
    value.bytes = encode_exif_field(field.entry.tag, old, payload, layout.big_endian);
  }
  if (!edits_[field.dir].set.emplace(field.entry.tag, std::move(value)).second)
    return fail("container.edits.block", "two new values for one block", block.place);
  return {};
}

Status TiffEditBuilder::replace(const Inventory& inventory, const Replacement& replacement) {
  const std::string where = fmt::format("block {}", replacement.block);
  if (replacement.block >= inventory.blocks.size())
    return fail("container.edits.block", "the inventory has no such block", where);
  const Block& block = inventory.blocks[replacement.block];
  const auto fields = tiff_fields_of(scan_, block);
  const bool editable = block.kind == BlockKind::xmp || block.kind == BlockKind::exif_text;
  if (!editable || fields.empty())
    return fail("container.edits.block", "a block of this kind cannot be replaced", where);
  SIGNMARK_TRY(check_limit("tiff", "metadata-block", replacement.payload.size(),
                           limits_.metadata_block, block.place));
  for (const TiffField& field : fields) SIGNMARK_TRY(set_field(field, block, replacement.payload));
  return {};
}

class TiffHandler final : public Handler {
 public:
  [[nodiscard]] const FormatInfo& info() const override {
    static constexpr FormatInfo kInfo{Format::tiff, "TIFF", "image/tiff", "tif", true, true};
    return kInfo;
  }

  [[nodiscard]] bool matches(ByteView file) const override {
    using std::string_view_literals::operator""sv;
    return starts_with(file, "II*\0"sv) || starts_with(file, "MM\0*"sv) ||
           starts_with(file, "II+\0"sv) || starts_with(file, "MM\0+"sv);
  }

  Status inspect(const Context& context, ByteView file, Inventory& inventory) const override {
    const auto scan = scan_tiff(file, context.limits);
    if (!scan) {
      if (is_limit(scan.error())) return tl::unexpected<Error>(scan.error());
      mark_damaged(inventory, scan.error());
      return {};
    }
    for (const Error& error : scan->damage) mark_damaged(inventory, error);
    if (inventory.complete) inventory.trailing = unknown_tail(*scan);
    return add_tiff_blocks(context, *scan, inventory);
  }

  [[nodiscard]] Result<Plan> plan(const Context& context, ByteView file, const Inventory& inventory,
                                  const Edits& edits) const override {
    SIGNMARK_ASSIGN(const TiffScan scan, scan_tiff(file, context.limits));
    TiffEditBuilder builder(scan, context.limits);
    if (edits.xmp) SIGNMARK_TRY(builder.set_xmp(*edits.xmp));
    for (const Replacement& replacement : edits.replacements)
      SIGNMARK_TRY(builder.replace(inventory, replacement));
    if (edits.manifest)
      SIGNMARK_TRY(check_limit("tiff", "manifest-store", edits.manifest->size(),
                               context.limits.manifest_store, "new manifest store"));
    return rewrite_tiff(scan, builder.take(), edits.manifest ? &*edits.manifest : nullptr);
  }

  [[nodiscard]] Result<Rope> transplant(const Context& context, ByteView original, const Inventory&,
                                        ByteView encoded) const override {
    SIGNMARK_ASSIGN(const TiffScan old, scan_tiff(original, context.limits));
    SIGNMARK_ASSIGN(const TiffScan fresh, scan_tiff(encoded, context.limits));
    return transplant_tiff(old, fresh);
  }
};

}  // namespace

const Handler& tiff_handler() {
  static const TiffHandler handler;
  return handler;
}

}  // namespace signmark::container
