// SPDX-License-Identifier: Apache-2.0
// Edits of MP4 and QuickTime files: lists, user data, `uuid` boxes (gb45438.md section 6).
#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "container/bmff_plan.hpp"
#include "container/mp4_lists.hpp"

namespace signmark::container {
namespace {

using Path = BmffEditor::Parents;

constexpr std::string_view kKey = "AIGC";
constexpr std::uint64_t kDataHead = 8;  ///< type and locale of a `data` box

/// The way to the box that has this range, itself included; empty when there is none. The scan
/// bounds the depth.
// NOLINTNEXTLINE(misc-no-recursion)
Path path_to(const std::vector<BmffBox>& boxes, Range range) {
  for (const BmffBox& box : boxes) {
    if (box.range == range) return {&box};
    if (box.range.offset > range.offset || box.range.end() < range.end()) continue;
    Path below = path_to(box.children, range);
    if (below.empty()) continue;
    below.insert(below.begin(), &box);
    return below;
  }
  return {};
}

Path operator+(Path path, const BmffBox* box) {
  path.push_back(box);
  return path;
}

/// Behind the last child: QuickTime's user data may end with four zero bytes.
Range end_of(const BmffBox& box) {
  return {box.children.empty() ? box.content.offset : box.children.back().range.end(), 0};
}

Bytes data_box(ByteView text) {
  ByteWriter content;
  content.u32be(kMp4Utf8).u32be(0).bytes(text);
  return bmff_box("data", content.view());
}

/// ISO/IEC 14496-12, 8.4.3, with an empty name.
Bytes handler_box() {
  ByteWriter content;
  content.u32be(0).u32be(0).text("mdta").fill(13, 0);
  return bmff_box("hdlr", content.view());
}

/// QuickTime file format, metadata item keys.
Bytes key_entry() { return bmff_box("mdta", as_bytes(kKey)); }

Bytes keys_box() {
  ByteWriter content;
  content.u32be(0).u32be(1).bytes(key_entry());
  return bmff_box("keys", content.view());
}

Bytes list_item(std::uint32_t index, ByteView json) {
  const Bytes data = data_box(json);
  ByteWriter item;
  item.u32be(static_cast<std::uint32_t>(8 + data.size())).u32be(index).bytes(data);
  return item.take();
}

Bytes freeform_item(ByteView json) {
  const auto named = [](std::string_view type, std::string_view text) {
    return bmff_box(type, ByteWriter().u32be(0).text(text).view());
  };
  ByteWriter content;
  content.bytes(named("mean", "com.apple.iTunes")).bytes(named("name", kKey)).bytes(data_box(json));
  return bmff_box("----", content.view());
}

/// In the movie itself a `meta` box has no version and flags, in the user data it has: so Android
/// and QuickTime write, and ExifTool reads. libav takes either.
Bytes meta_box(ByteView json, bool in_movie) {
  ByteWriter content;
  if (!in_movie) content.u32be(0);
  content.bytes(handler_box()).bytes(keys_box());
  content.bytes(bmff_box("ilst", list_item(1, json)));
  return bmff_box("meta", content.view());
}

class Mp4Planner {
 public:
  Mp4Planner(const BmffSource& source, const Inventory& inventory, BmffEditor& editor)
      : source_(source), inventory_(inventory), editor_(editor) {}

  Status apply(CarrierEdit edit) {
    const Path path = path_to(editor_.scan().roots, edit.block->range);
    if (path.size() < 2) return apply_bmff_edit(source_, editor_, std::move(edit));
    if (path[path.size() - 2]->type == "ilst") return set_item(path, edit);
    return set_user_data(path, std::move(edit));
  }

  /// One meta box a container (ISO/IEC 14496-12, 8.11.1): beside an iTunes list the record goes to
  /// the movie's own, which QuickTime and libav read as well.
  Status add_record(ByteView json) {
    const BmffBox* moov = editor_.scan().find("moov");
    if (moov == nullptr)
      return unwritable("the file is a segment without a movie header",
                        "mark the initialisation segment, or join the segments first");
    const BmffBox* udta = moov->find("udta");
    if (udta == nullptr) return append({moov}, bmff_box("udta", meta_box(json, false)));
    const BmffBox* inner = udta->find("meta");
    if (inner == nullptr) return append({moov, udta}, meta_box(json, false));
    if (is_keyed(*inner)) return extend({moov, udta, inner}, json);
    const BmffBox* outer = moov->find("meta");
    if (outer == nullptr) return append({moov}, meta_box(json, true));
    if (is_keyed(*outer)) return extend({moov, outer}, json);
    if (const BmffBox* list = inner->find("ilst"))
      return append({moov, udta, inner, list}, freeform_item(json));
    return unwritable("the movie's lists of metadata are of unknown kinds", "remux the file first");
  }

  /// XMP specification part 3: QuickTime has it in the user data, MP4 in a `uuid` box.
  Status add_xmp(const Bytes& packet) {
    const BmffBox* moov = editor_.scan().find("moov");
    if (source_.format != Format::mov || moov == nullptr) {
      editor_.replace_root({place_of_xmp(), 0}, bmff_xmp_box(packet));
      return {};
    }
    const Bytes box = bmff_box("XMP_", packet);
    const BmffBox* udta = moov->find("udta");
    return udta == nullptr ? append({moov}, bmff_box("udta", box)) : append({moov, udta}, box);
  }

 private:
  [[nodiscard]] tl::unexpected<Error> unwritable(std::string message, std::string hint) const {
    return format_error(source_.format, "unwritable", std::move(message), {}, std::move(hint));
  }

  Status append(const Path& path, Bytes box) {
    editor_.replace(path, end_of(*path.back()), std::move(box));
    return {};
  }

  /// At the end, where it moves nothing, but before a box without a size; of a fragmented file
  /// behind the movie header, since an index is only whole when it reaches to the end.
  [[nodiscard]] std::uint64_t place_of_xmp() const {
    const BmffScan& scan = editor_.scan();
    const BmffBox* moov = scan.find("moov");
    if (moov != nullptr && scan.find("moof") != nullptr) return moov->range.end();
    const BmffBox& last = scan.roots.back();
    return last.open_ended ? last.range.offset : last.range.end();
  }

  [[nodiscard]] bool is_keyed(const BmffBox& meta) const {
    const BmffBox* handler = meta.find("hdlr");
    if (handler == nullptr) return meta.find("keys") != nullptr;
    ByteReader reader = source_.reader(handler->content);
    return reader.skip(8) && reader.next_is("mdta");
  }

  /// A further key and its item.
  Status extend(const Path& meta, ByteView json) {
    SIGNMARK_ASSIGN(const std::uint32_t index, add_key(meta));
    const BmffBox* list = meta.back()->find("ilst");
    if (list != nullptr) return append(meta + list, list_item(index, json));
    return append(meta, bmff_box("ilst", list_item(index, json)));
  }

  /// Returns the new key's index, which counts from 1.
  Result<std::uint32_t> add_key(const Path& meta) {
    const BmffBox* keys = meta.back()->find("keys");
    if (keys == nullptr) {
      const BmffBox* list = meta.back()->find("ilst");
      const Range place = list == nullptr ? end_of(*meta.back()) : Range{list->range.offset, 0};
      editor_.replace(meta, place, keys_box());
      return 1;
    }
    SIGNMARK_ASSIGN(const auto names, read_mp4_keys(source_, *meta.back()));
    const auto count = static_cast<std::uint32_t>(names.size() + 1);
    editor_.replace({}, {keys->content.offset + kFullBoxHeader, 4},
                    ByteWriter().u32be(count).take());
    editor_.replace(meta + keys, {keys->content.end(), 0}, key_entry());
    return count;
  }

  /// An item may have several values: the block is the one that has as many of its kind before it.
  Status set_item(const Path& path, const CarrierEdit& edit) {
    auto skip = std::count_if(inventory_.blocks.data(), edit.block,
                              [&](const Block& block) { return block.range == edit.block->range; });
    SIGNMARK_ASSIGN(const auto parts, bmff_boxes(source_, path.back()->content));
    for (const BmffBox& part : parts) {
      if (part.type != "data" || skip-- > 0) continue;
      const Range value{part.content.offset + kDataHead, part.content.size - kDataHead};
      editor_.replace(path + editor_.keep(part), value, edit.payload);
      return {};
    }
    return fail("container.edits.block", "the file has no such item", edit.block->place);
  }

  Status set_user_data(const Path& path, CarrierEdit edit) {
    const BmffBox& box = *path.back();
    if (edit.block->kind == BlockKind::xmp) {
      editor_.replace(path, box.content, std::move(edit.payload));
      return {};
    }
    const Mp4UserText text = mp4_user_text(source_, box);
    if (text.sized && edit.payload.size() > 0xFFFF)
      return format_error(source_.format, "limit", "the text exceeds the 65535 bytes of its place",
                          edit.block->place);
    if (text.sized)
      editor_.replace({}, {box.content.offset, 2},
                      ByteWriter().u16be(static_cast<std::uint16_t>(edit.payload.size())).take());
    editor_.replace(path, text.range, std::move(edit.payload));
    return {};
  }

  const BmffSource& source_;
  const Inventory& inventory_;
  BmffEditor& editor_;
};

/// ISO/IEC 14496-12, 4.2: only the file's last box may leave its size open. Within another box
/// whatever is put behind it would become a part of it.
bool has_open_box(const BmffBox& box) {
  return std::any_of(box.children.begin(), box.children.end(),
                     [](const BmffBox& child) { return child.open_ended || has_open_box(child); });
}

}  // namespace

Result<Plan> plan_mp4(const BmffSource& source, const Inventory& inventory, const Edits& edits) {
  SIGNMARK_ASSIGN(auto carriers, carrier_edits(inventory, edits, source.limits));
  SIGNMARK_ASSIGN(const auto editor, BmffEditor::open(source));
  if (const BmffBox* moov = editor->scan().find("moov"); moov != nullptr && has_open_box(*moov))
    return format_error(source.format, "unwritable", "a box in the movie header says no size",
                        at_byte(moov->range.offset), "remux the file first");
  Mp4Planner planner(source, inventory, *editor);
  for (CarrierEdit& edit : carriers) SIGNMARK_TRY(planner.apply(std::move(edit)));
  if (edits.aigc && inventory.find(BlockKind::aigc) == nullptr)
    SIGNMARK_TRY(planner.add_record(*edits.aigc));
  if (edits.xmp && inventory.find(BlockKind::xmp) == nullptr)
    SIGNMARK_TRY(planner.add_xmp(*edits.xmp));
  if (edits.manifest) SIGNMARK_TRY(put_bmff_manifest(source, *editor, inventory, *edits.manifest));
  editor->use_room();
  return editor->finish();
}

}  // namespace signmark::container
