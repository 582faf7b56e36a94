// SPDX-License-Identifier: Apache-2.0
// Second half of the editor: iloc and box sizes follow what moved.
#include <algorithm>
#include <numeric>

#include "container/bmff_editor.hpp"

namespace signmark::container {
namespace {

constexpr std::uint64_t kMax32 = 0xFFFFFFFF;

std::uint64_t growth(const Splice& splice) { return splice.bytes.size() - splice.range.size; }

/// As splice_plan orders them: at one offset insertions stand first, in the order given.
bool stands_before(const std::vector<Splice>& changes, std::size_t a, std::size_t b) {
  const Range &x = changes[a].range, &y = changes[b].range;
  if (x.offset != y.offset) return x.offset < y.offset;
  if ((x.size == 0) != (y.size == 0)) return x.size == 0;
  return a < b;
}

void write_number(ByteWriter& out, std::uint32_t width, std::uint64_t value) {
  if (width == 8)
    out.u64be(value);
  else if (width == 4)
    out.u32be(static_cast<std::uint32_t>(value));
}

}  // namespace

Result<std::uint64_t> BmffEditor::moved(Range old) const {
  std::uint64_t shift = 0;
  for (const Splice& splice : changes_) {
    const Range& range = splice.range;
    if (range.end() <= old.offset)
      shift += growth(splice);  // an unsigned number may wrap: the sum is right
    else if (range.offset < old.end())
      return unwritable("an item lies in bytes that change", "export the picture again");
  }
  return old.offset + shift;
}

std::uint64_t BmffEditor::position_of(std::size_t change) const {
  std::uint64_t position = changes_[change].range.offset;
  for (std::size_t i = 0; i < changes_.size(); ++i)
    if (i != change && stands_before(changes_, i, change)) position += growth(changes_[i]);
  return position;
}

std::uint64_t BmffEditor::new_size() const {
  return std::accumulate(
      changes_.begin(), changes_.end(), std::uint64_t{source_.file.size()},
      [](std::uint64_t sum, const Splice& splice) { return sum + growth(splice); });
}

BmffLocationForm BmffEditor::new_form() const {
  BmffLocationForm form = meta_->form;
  // Room for the list itself: less than its number of extents times 16.
  const std::uint64_t slack = (std::uint64_t{1} << 20) + 16 * source_.limits.blocks;
  form.offset_size = new_size() > kMax32 - std::min(slack, kMax32 / 2) ? 8 : 4;
  form.length_size = form.offset_size;
  form.base_size = 0;
  return form;
}

/// Where an item's data lies in the new file.
Result<BmffLocation> BmffEditor::new_location(std::uint32_t id, const BmffLocation& old) const {
  BmffLocation location = old;
  const bool in_idat = old.method == kIdatOffset;
  const std::uint64_t idat = in_idat ? meta_->idat->content.offset : 0;
  SIGNMARK_ASSIGN(const std::uint64_t new_idat, moved({idat, 0}));
  const auto placed = std::find_if(placed_.begin(), placed_.end(),
                                   [id](const Placed& item) { return item.item == id; });
  if (placed != placed_.end()) {
    const std::uint64_t at = position_of(placed->change) + placed->offset;
    const bool inside = in_idat && changes_[placed->change].range.size != 0;
    if (!inside) location.method = kFileOffset;
    location.data_reference = 0;
    location.extents = {{0, at - (inside ? new_idat : 0), placed->size}};
    return location;
  }
  if (old.method > kIdatOffset || old.data_reference != 0) return location;
  for (BmffExtent& extent : location.extents) {
    if (extent.length == 0 && !in_idat)
      return unwritable("an item takes in the whole rest of the file", "export the picture again");
    SIGNMARK_ASSIGN(const std::uint64_t at, moved({idat + extent.offset, extent.length}));
    extent.offset = at - (in_idat ? new_idat : 0);
  }
  return location;
}

Status BmffEditor::write_location(ByteWriter& out, const BmffLocationForm& form, std::uint32_t id,
                                  const BmffLocation& location) const {
  if (form.version < 2)
    out.u16be(static_cast<std::uint16_t>(id));
  else
    out.u32be(id);
  if (form.version > 0) out.u16be(location.method);
  out.u16be(location.data_reference).u16be(static_cast<std::uint16_t>(location.extents.size()));
  for (const BmffExtent& extent : location.extents) {
    if (form.offset_size == 4 && std::max(extent.offset, extent.length) > kMax32)
      return unwritable("an item lies behind 4 GiB", "use a sidecar manifest");
    write_number(out, form.index_size, extent.index);
    write_number(out, form.offset_size, extent.offset);
    write_number(out, form.length_size, extent.length);
  }
  return {};
}

/// `iloc` as it will be; with `final_places` false only its size is right.
Result<Bytes> BmffEditor::location_box(bool final_places) const {
  const BmffLocationForm form = new_form();
  std::vector<std::pair<std::uint32_t, BmffLocation>> all = meta_->locations;
  const auto add = [&](std::uint32_t id) {
    if (meta_->location(id) == nullptr) all.emplace_back(id, BmffLocation{0, 0, {{}}});
  };
  for (const Placed& item : placed_) add(item.item);
  ByteWriter out;
  out.u32be(std::uint32_t{form.version} << 24);
  out.u8(static_cast<std::uint8_t>(form.offset_size << 4 | form.length_size));
  out.u8(form.index_size);
  if (form.version < 2)
    out.u16be(static_cast<std::uint16_t>(all.size()));
  else
    out.u32be(static_cast<std::uint32_t>(all.size()));
  for (auto& [id, location] : all) {
    if (final_places) {
      SIGNMARK_ASSIGN(location, new_location(id, location));
    } else if (std::any_of(placed_.begin(), placed_.end(),
                           [id = id](const Placed& item) { return item.item == id; })) {
      location.extents.resize(1);
    }
    SIGNMARK_TRY(write_location(out, form, id, location));
  }
  return bmff_box("iloc", out.view());
}

Status BmffEditor::put_locations() {
  if (!meta_ || (meta_->iloc == nullptr && placed_.empty())) return {};
  SIGNMARK_ASSIGN(Bytes draft, location_box(false));
  const Range range =
      meta_->iloc != nullptr ? meta_->iloc->range : Range{meta_->box->range.end(), 0};
  const std::size_t size = draft.size();
  const std::size_t at = change({meta_->box}, range, std::move(draft));
  SIGNMARK_ASSIGN(Bytes box, location_box(true));
  if (box.size() != size)
    return format_error(source_.format, "internal", "the size of iloc changed while it was filled");
  changes_[at].bytes = std::move(box);
  return {};
}

/// A size field of 0 goes on meaning "to the end"; a 64-bit one stands behind the type.
Status BmffEditor::put_sizes() {
  for (const auto& [offset, entry] : growth_) {
    const auto& [box, grown] = entry;
    if (grown == 0 || box->open_ended) continue;
    const std::uint64_t size = box->range.size + static_cast<std::uint64_t>(grown);
    if (!box->large && size > kMax32)
      return unwritable("a box would exceed 4 GiB", "use a sidecar manifest");
    ByteWriter number;
    write_number(number, box->large ? 8 : 4, size);
    changes_.push_back({{box->large ? offset + 8 : offset, number.size()}, number.take()});
  }
  return {};
}

}  // namespace signmark::container
