// SPDX-License-Identifier: Apache-2.0
// Collects the changes to an ISO base media file; where everything moves is in bmff_places.cpp.
#include "container/bmff_editor.hpp"

#include <algorithm>

namespace signmark::container {
namespace {

constexpr std::uint64_t kBoxHeader = 8;
constexpr std::size_t kMaxItems = 0xFFFF;

bool overlap(const Range& a, const Range& b) {
  return a.size > 0 && b.size > 0 && a.offset < b.end() && b.offset < a.end();
}

bool contains(const Range& outer, const Range& inner) {
  return outer.offset <= inner.offset && inner.end() <= outer.end();
}

/// Whether a box of this type stands anywhere below. The scan bounds the depth.
// NOLINTNEXTLINE(misc-no-recursion)
bool holds(const BmffBox& box, std::string_view type) {
  return box.type == type || std::any_of(box.children.begin(), box.children.end(),
                                         [&](const BmffBox& child) { return holds(child, type); });
}

/// The entry of an item in `iinf` (ISO/IEC 14496-12, 8.11.6), version 2.
Bytes infe_box(std::uint32_t id, const BmffNewItem& item) {
  ByteWriter content;
  content.u32be(0x02000000U | (item.hidden ? 1U : 0U)).u16be(static_cast<std::uint16_t>(id));
  content.u16be(0).bytes(item.tail);
  return bmff_box("infe", content.view());
}

}  // namespace

Result<std::unique_ptr<BmffEditor>> BmffEditor::open(const BmffSource& source) {
  std::unique_ptr<BmffEditor> editor(new BmffEditor(source));
  SIGNMARK_TRY(editor->load());
  SIGNMARK_TRY(editor->check_followed());
  return editor;
}

Status BmffEditor::load() {
  SIGNMARK_ASSIGN(scan_, scan_bmff(source_));
  if (scan_.damage) return tl::unexpected<Error>(*scan_.damage);
  SIGNMARK_ASSIGN(tracks_, read_bmff_tracks(source_, scan_));
  SIGNMARK_ASSIGN(fragments_, read_bmff_fragments(source_, scan_));
  if (const BmffBox* meta = scan_.find("meta")) {
    SIGNMARK_ASSIGN(meta_, read_bmff_meta(source_, *meta));
  }
  return {};
}

tl::unexpected<Error> BmffEditor::unwritable(std::string message, std::string hint) const {
  return format_error(source_.format, "unwritable", std::move(message), {}, std::move(hint));
}

Status BmffEditor::check_followed() const {
  constexpr std::array<std::string_view, 6> kUnfollowed = {"meco", "moof", "sidx",
                                                           "ssix", "mfra", "saio"};
  const std::size_t unfollowed = format_info(source_.format).timed ? 1 : kUnfollowed.size();
  for (const BmffBox& root : scan_.roots) {
    for (const std::string_view type : std::span(kUnfollowed).first(unfollowed))
      if (holds(root, type))
        return unwritable("places in a box " + std::string(type) + " cannot be followed",
                          "export the file without fragments and encryption");
    const bool other_items = root.type != "meta" && holds(root, "iloc");
    const bool second = root.type == "meta" && meta_ && &root != meta_->box;
    if (other_items || second)
      return unwritable("the file has several lists of items", "export the file again");
  }
  if (std::any_of(tracks_.begin(), tracks_.end(),
                  [](const auto& track) { return track.scattered; }))
    return unwritable("a track takes its media from this and other files",
                      "export a file that holds all of its media");
  return {};
}

std::size_t BmffEditor::change(const Parents& parents, Range range, Bytes bytes, bool manifest) {
  const auto grown =
      static_cast<std::int64_t>(bytes.size()) - static_cast<std::int64_t>(range.size);
  for (const BmffBox* box : parents) {
    auto& entry = growth_[box->range.offset];
    entry.first = box;
    entry.second += grown;
  }
  changes_.push_back({range, std::move(bytes), manifest});
  return changes_.size() - 1;
}

/// Written at the very end: what is added to the last child stands at the same place, but before.
void BmffEditor::append_to_meta(std::string_view type, ByteView content) {
  const Bytes box = bmff_box(type, content);
  new_boxes_.insert(new_boxes_.end(), box.begin(), box.end());
}

void BmffEditor::insert_behind_ftyp(Bytes box, bool manifest) {
  change({}, {scan_.roots.front().range.end(), 0}, std::move(box), manifest);
}

/// The boxes around an item's data: `mdat`, or `meta` and `idat`; none when it is scattered.
BmffEditor::Parents BmffEditor::home_of(const std::vector<Range>& ranges) const {
  const auto all_in = [&](const BmffBox& box) {
    return std::all_of(ranges.begin(), ranges.end(),
                       [&](const Range& range) { return contains(box.content, range); });
  };
  if (meta_->idat != nullptr && all_in(*meta_->idat)) return {meta_->box, meta_->idat};
  for (const BmffBox& root : scan_.roots)
    if (root.type == "mdat" && all_in(root)) return {&root};
  return {};
}

/// Whether other items or the samples of a track may use the same bytes.
bool BmffEditor::is_shared(std::uint32_t id, const std::vector<Range>& ranges) const {
  if (!tracks_.empty()) return true;
  std::size_t own = 0;
  for (const auto& [other, location] : meta_->locations) {
    const auto theirs = item_ranges(source_, *meta_, other);
    if (other == id && ++own == 1) continue;
    if (!theirs) continue;
    for (const Range& a : *theirs)
      for (const Range& b : ranges)
        if (overlap(a, b)) return true;
  }
  for (std::size_t i = 0; i < ranges.size(); ++i)
    for (std::size_t j = i + 1; j < ranges.size(); ++j)
      if (overlap(ranges[i], ranges[j])) return true;
  return own > 1;
}

Status BmffEditor::replace_item(std::uint32_t id, Bytes data) {
  SIGNMARK_ASSIGN(const auto ranges, item_ranges(source_, *meta_, id));
  const Parents home = home_of(ranges);
  const bool in_place = !ranges.empty() && ranges.front().size > 0 && !home.empty() &&
                        !data.empty() && !is_shared(id, ranges);
  const std::uint64_t size = data.size();
  if (!in_place) {
    in_appended_.push_back({id, 0, appended_.size(), size});
    appended_.insert(appended_.end(), data.begin(), data.end());
    return {};
  }
  placed_.push_back({id, change(home, ranges.front(), std::move(data)), 0, size});
  for (const Range& rest : std::span(ranges).subspan(1))
    if (rest.size > 0) change(home, rest, {});
  return {};
}

/// An id that nothing uses, small enough for every version of every box.
std::uint32_t BmffEditor::free_id() const {
  const auto is_new = [&](std::uint32_t id) {
    return std::any_of(new_items_.begin(), new_items_.end(),
                       [id](const auto& item) { return item.first == id; });
  };
  std::uint32_t id = 1;
  while (meta_->items.count(id) != 0 || meta_->location(id) != nullptr || is_new(id)) ++id;
  return id;
}

Status BmffEditor::add_item(BmffNewItem item) {
  if (!meta_) return unwritable("the file has no list of items", "export the picture again");
  const std::uint32_t id = free_id();
  if (id > kMaxItems || meta_->entries + new_items_.size() >= kMaxItems)
    return unwritable("the list of items is full", "export the picture again");
  in_appended_.push_back({id, 0, appended_.size(), item.data.size()});
  appended_.insert(appended_.end(), item.data.begin(), item.data.end());
  new_items_.emplace_back(id, std::move(item));
  return {};
}

Status BmffEditor::add_property(Bytes box, bool essential) {
  if (!meta_ || meta_->ipco == nullptr || meta_->associations.empty() || !meta_->primary)
    return unwritable("the file has no item properties", "export the picture again");
  new_properties_.push_back({std::move(box), essential});
  return {};
}

/// A last `mdat` without a size simply goes on; any other box without a size must stay the last.
void BmffEditor::put_appended() {
  if (appended_.empty()) return;
  const BmffBox& last = scan_.roots.back();
  const bool goes_on = last.open_ended && last.type == "mdat";
  const std::uint64_t at = last.open_ended && !goes_on ? last.range.offset : last.range.end();
  const std::size_t where =
      change({}, {at, 0}, goes_on ? std::move(appended_) : bmff_box("mdat", appended_));
  for (Placed& item : in_appended_) {
    item.change = where;
    item.offset += goes_on ? 0 : kBoxHeader;
    placed_.push_back(item);
  }
}

/// Entries of `iinf`: its count is narrow in version 0.
void BmffEditor::put_list_entries() {
  if (new_items_.empty()) return;
  Bytes entries;
  for (const auto& [id, item] : new_items_) {
    const Bytes box = infe_box(id, item);
    entries.insert(entries.end(), box.begin(), box.end());
  }
  ByteWriter count;
  if (meta_->iinf == nullptr) {
    count.u32be(0).u16be(static_cast<std::uint16_t>(new_items_.size())).bytes(entries);
    append_to_meta("iinf", count.view());
    return;
  }
  const Range content = meta_->iinf->content;
  const std::uint32_t total = meta_->entries + static_cast<std::uint32_t>(new_items_.size());
  const bool wide = source_.file[content.offset] != 0;
  if (wide)
    count.u32be(total);
  else
    count.u16be(static_cast<std::uint16_t>(total));
  const Range field{content.offset + kFullBoxHeader, count.size()};
  change({}, field, count.take());
  change({meta_->box, meta_->iinf}, {content.end(), 0}, std::move(entries));
}

void BmffEditor::put_references() {
  if (new_items_.empty() || !meta_->primary) return;
  const bool fresh = meta_->iref == nullptr;
  const bool wide =
      fresh ? *meta_->primary > kMaxItems : source_.file[meta_->iref->content.offset] != 0;
  ByteWriter out;
  const auto write_id = [wide](ByteWriter& to, std::uint32_t id) {
    if (wide)
      to.u32be(id);
    else
      to.u16be(static_cast<std::uint16_t>(id));
  };
  if (fresh) out.u32be(wide ? 0x01000000U : 0U);
  for (const auto& [id, item] : new_items_) {
    ByteWriter reference;
    write_id(reference, id);
    write_id(reference.u16be(1), *meta_->primary);
    out.bytes(bmff_box("cdsc", reference.view()));
  }
  if (fresh)
    append_to_meta("iref", out.view());
  else
    change({meta_->box, meta_->iref}, {meta_->iref->range.end(), 0}, out.take());
}

/// `ipma` with the new properties at the end of the primary item's list.
Bytes BmffEditor::association_box(const BmffAssociations& list, std::size_t known) const {
  const bool wide = (list.flags & 1U) != 0 || known + new_properties_.size() > 0x7F;
  ByteWriter out;
  out.u32be(std::uint32_t{list.version} << 24 | list.flags | (wide ? 1U : 0U));
  out.u32be(static_cast<std::uint32_t>(list.items.size()));
  for (const auto& [id, properties] : list.items) {
    std::vector<BmffAssociation> all = properties;
    if (id == *meta_->primary)
      for (std::size_t i = 0; i < new_properties_.size(); ++i)
        all.push_back({static_cast<std::uint16_t>(known + i + 1), new_properties_[i].essential});
    if (list.version == 0)
      out.u16be(static_cast<std::uint16_t>(id));
    else
      out.u32be(id);
    out.u8(static_cast<std::uint8_t>(all.size()));
    for (const BmffAssociation& link : all)
      if (wide)
        out.u16be(static_cast<std::uint16_t>(link.property | (link.essential ? 0x8000 : 0)));
      else
        out.u8(static_cast<std::uint8_t>(link.property | (link.essential ? 0x80 : 0)));
  }
  return bmff_box("ipma", out.view());
}

Status BmffEditor::put_properties() {
  if (new_properties_.empty()) return {};
  const auto of_primary = [&](const BmffAssociations& list) {
    return std::any_of(list.items.begin(), list.items.end(), [&](const auto& item) {
      return item.first == *meta_->primary && item.second.size() + new_properties_.size() < 256;
    });
  };
  const auto list =
      std::find_if(meta_->associations.begin(), meta_->associations.end(), of_primary);
  const std::size_t known = meta_->ipco->children.size();
  if (list == meta_->associations.end() || known + new_properties_.size() > 0x7FFF)
    return unwritable("the primary item takes no further properties", "export the picture again");
  const BmffBox* iprp = meta_->box->find("iprp");
  Bytes boxes;
  for (const Property& property : new_properties_)
    boxes.insert(boxes.end(), property.box.begin(), property.box.end());
  change({meta_->box, iprp, meta_->ipco}, {meta_->ipco->range.end(), 0}, std::move(boxes));
  change({meta_->box, iprp}, list->box->range, association_box(*list, known));
  return {};
}

Result<Plan> BmffEditor::finish() {
  put_list_entries();
  put_references();
  SIGNMARK_TRY(put_properties());
  if (!new_boxes_.empty())
    change({meta_->box}, {meta_->box->range.end(), 0}, std::move(new_boxes_));
  put_appended();
  promote_chunks();
  put_room();
  SIGNMARK_TRY(put_locations());
  SIGNMARK_TRY(check_indexed());
  SIGNMARK_TRY(put_chunks());
  SIGNMARK_TRY(put_fields());
  SIGNMARK_TRY(put_sizes());
  return splice_plan(source_.file, std::move(changes_));
}

}  // namespace signmark::container
