// SPDX-License-Identifier: Apache-2.0
// Reads keys, ilst and udta (QuickTime file format, metadata and user data atoms).
#include "container/mp4_lists.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace signmark::container {
namespace {

constexpr std::uint32_t kTypeImplicit = 0;  ///< well-known type of a `data` box
constexpr std::string_view kLabelKey = "AIGC";

Block block_of(BlockKind kind, std::string place, std::string key, const BmffBox& carrier,
               ByteView payload) {
  return {kind, std::move(place), std::move(key), carrier.range, {payload.begin(), payload.end()}};
}

/// GB 45438 Annex E a): the name or keyword contains AIGC.
bool names_label(std::string_view key) { return key.find(kLabelKey) != std::string_view::npos; }

/// The text of a `name` entry of a free-form item, behind version and flags.
std::string freeform_name(const BmffSource& source, const std::vector<BmffBox>& parts) {
  for (const BmffBox& part : parts)
    if (part.type == "name" && part.content.size >= kFullBoxHeader)
      return std::string(as_text(source.view(part.content).subspan(kFullBoxHeader)));
  return "----";
}

std::string key_of(const BmffSource& source, const BmffBox& item,
                   const std::vector<std::string>& keys, const std::vector<BmffBox>& parts) {
  const auto index = ByteReader(as_bytes(item.type), "container.mp4").u32be();
  if (index && *index >= 1 && *index <= keys.size()) return keys[*index - 1];
  return item.type == "----" ? freeform_name(source, parts) : item.type;
}

Status add_item(const Context& context, const BmffSource& source, const BmffBox& item,
                const std::vector<std::string>& keys, const std::string& place,
                Inventory& inventory) {
  SIGNMARK_ASSIGN(const auto parts, bmff_boxes(source, item.content));
  const std::string key = key_of(source, item, keys, parts);
  const std::string where = fmt::format("{} ilst {}", place, printable(key));
  for (const BmffBox& part : parts) {
    if (part.type != "data") continue;
    ByteReader reader = source.reader(part.content);
    SIGNMARK_ASSIGN(const std::uint32_t type, reader.u32be());
    SIGNMARK_TRY(reader.skip(4));  // locale
    const bool text = type == kMp4Utf8 || type == kTypeImplicit;
    const BlockKind kind =
        names_label(key) ? BlockKind::aigc : (text ? BlockKind::text : BlockKind::other);
    const ByteView value = kind == BlockKind::other ? ByteView{} : reader.rest();
    SIGNMARK_TRY(add_block(context, inventory, block_of(kind, where, key, item, value)));
  }
  return {};
}

}  // namespace

Result<std::vector<std::string>> read_mp4_keys(const BmffSource& source, const BmffBox& meta) {
  std::vector<std::string> names;
  const BmffBox* keys = meta.find("keys");
  if (keys == nullptr) return names;
  SIGNMARK_ASSIGN(auto full, source.full_box(*keys));
  SIGNMARK_TRY(full.reader.skip(4));  // the number of entries, which they tell themselves
  const std::uint64_t head = full.reader.position();
  SIGNMARK_ASSIGN(const auto entries,
                  bmff_boxes(source, {keys->content.offset + head, keys->content.size - head}));
  // Each entry has the shape of a box whose type is a name space.
  for (const BmffBox& entry : entries) names.emplace_back(as_text(source.view(entry.content)));
  return names;
}

/// Length and language, each of 16 bits (QuickTime), or version and flags (3GPP), or the text at
/// once: JSON's brace would be a length of 30 KB.
Mp4UserText mp4_user_text(const BmffSource& source, const BmffBox& box) {
  ByteReader reader = source.reader(box.content);
  const bool bare = reader.next_is("{");
  const auto length = reader.u16be();
  const auto language = reader.u16be();
  if (bare || !length || !language) return {box.content, false};
  const Range rest{box.content.offset + 4, box.content.size - 4};
  if (*length != 0 && *length <= rest.size) return {{rest.offset, *length}, true};
  return {*length == 0 && *language == 0 ? rest : box.content, false};
}

Status add_item_list(const Context& context, const BmffSource& source, const BmffBox& meta,
                     const std::string& place, Inventory& inventory) {
  const BmffBox* list = meta.find("ilst");
  if (list == nullptr) return {};
  SIGNMARK_ASSIGN(const auto keys, read_mp4_keys(source, meta));
  SIGNMARK_ASSIGN(const auto items, bmff_boxes(source, list->content));
  for (const BmffBox& item : items)
    SIGNMARK_TRY(add_item(context, source, item, keys, place, inventory));
  return {};
}

Status add_user_data(const Context& context, const BmffSource& source, const BmffBox& udta,
                     const std::string& place, Inventory& inventory) {
  for (const BmffBox& box : udta.children) {
    const std::string where = fmt::format("{}.{}", place, printable(box.type));
    const auto add = [&](BlockKind kind, const std::string& key, Range value) {
      return add_block(context, inventory, block_of(kind, where, key, box, source.view(value)));
    };
    const Range text = mp4_user_text(source, box).range;
    if (box.type == "XMP_")
      SIGNMARK_TRY(add(BlockKind::xmp, {}, box.content));
    else if (box.type == kLabelKey || box.type == "aigc")
      SIGNMARK_TRY(add(BlockKind::aigc, box.type, text));
    else if (box.type.starts_with('\xA9'))
      SIGNMARK_TRY(add(BlockKind::text, box.type, text));
  }
  return {};
}

}  // namespace signmark::container
