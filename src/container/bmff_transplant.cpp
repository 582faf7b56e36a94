// SPDX-License-Identifier: Apache-2.0
// Moves metadata items, properties and `uuid` boxes to a new encoding.
#include "container/bmff_transplant.hpp"

#include <algorithm>

#include "container/bmff_editor.hpp"
#include "container/bmff_inspect.hpp"

namespace signmark::container {
namespace {

/// Properties that hold for the shown picture whatever codes its pixels; descriptive ones first,
/// as ISO/IEC 23008-12, 6.5.1 orders them before those that transform.
constexpr std::array<std::string_view, 7> kKept = {"pasp", "clli", "mdcv", "cclv",
                                                   "clap", "irot", "imir"};

/// Whether the item describes the primary item, or nothing in particular.
bool describes_primary(const BmffMeta& meta, std::uint32_t id) {
  bool describes_other = false;
  for (const BmffReference& reference : meta.references) {
    if (reference.type != "cdsc" || reference.from != id) continue;
    if (std::find(reference.to.begin(), reference.to.end(), *meta.primary) != reference.to.end())
      return true;
    describes_other = true;
  }
  return !describes_other;
}

Status move_items(const BmffSource& original, const BmffMeta& old, BmffEditor& editor) {
  for (const auto& [id, item] : old.items) {
    if (!is_metadata_item(item) || !describes_primary(old, id)) continue;
    SIGNMARK_ASSIGN(Bytes data, item_data(original, old, id));
    const ByteView tail = original.view(item.tail);
    SIGNMARK_TRY(editor.add_item({Bytes(tail.begin(), tail.end()), std::move(data), item.hidden}));
  }
  return {};
}

Status move_property(const BmffSource& original, const BmffMeta::Property& property,
                     BmffEditor& editor) {
  const ByteView bytes = original.view(property.box->range);
  return editor.add_property({bytes.begin(), bytes.end()}, property.essential);
}

/// The encoder knows the pixels' own colour (`nclx`); a profile is the picture's.
Status move_profile(const BmffSource& original, const BmffMeta& old, const BmffSource& encoded,
                    BmffEditor& editor) {
  const BmffMeta& fresh = *editor.meta();
  for (const auto& [box, essential] : fresh.properties(*fresh.primary))
    if (is_profile(encoded, *box)) return {};
  for (const auto& property : old.properties(*old.primary))
    if (is_profile(original, *property.box)) return move_property(original, property, editor);
  return {};
}

Status move_properties(const BmffSource& original, const BmffMeta& old, BmffEditor& editor) {
  const BmffMeta& fresh = *editor.meta();
  const auto own = fresh.properties(*fresh.primary);
  const auto is_own = [&](std::string_view type) {
    return std::any_of(own.begin(), own.end(),
                       [&](const auto& property) { return property.box->type == type; });
  };
  const auto is_kept = [&](const BmffMeta::Property& property) {
    return std::find(kKept.begin(), kKept.end(), property.box->type) != kKept.end() &&
           !is_own(property.box->type);
  };
  for (const auto& property : old.properties(*old.primary))
    if (is_kept(property)) SIGNMARK_TRY(move_property(original, property, editor));
  return {};
}

Result<BmffMeta> still_meta(const BmffSource& source, const BmffScan& scan) {
  const BmffBox* box = scan.find("meta");
  if (box == nullptr || scan.find("moov") != nullptr)
    return format_error(source.format, "unwritable",
                        "metadata of picture sequences cannot be moved to a new encoding");
  SIGNMARK_ASSIGN(BmffMeta meta, read_bmff_meta(source, *box));
  if (!meta.primary)
    return format_error(source.format, "unwritable", "the file names no primary item");
  return meta;
}

}  // namespace

Result<Rope> transplant_bmff(const BmffSource& original, const BmffSource& encoded) {
  SIGNMARK_ASSIGN(const BmffScan scan, scan_bmff(original));
  SIGNMARK_ASSIGN(const BmffMeta old, still_meta(original, scan));
  SIGNMARK_ASSIGN(const auto editor, BmffEditor::open(encoded));
  SIGNMARK_TRY(still_meta(encoded, editor->scan()));
  for (const BmffBox& root : scan.roots) {
    if (root.type != "uuid" || is_uuid_box(original, root, kC2paUuid)) continue;
    const ByteView bytes = original.view(root.range);
    editor->insert_behind_ftyp({bytes.begin(), bytes.end()}, false);
  }
  SIGNMARK_TRY(move_items(original, old, *editor));
  SIGNMARK_TRY(move_profile(original, old, encoded, *editor));
  SIGNMARK_TRY(move_properties(original, old, *editor));
  SIGNMARK_ASSIGN(Plan plan, editor->finish());
  return std::move(plan.rope);
}

}  // namespace signmark::container
