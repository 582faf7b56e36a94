// SPDX-License-Identifier: Apache-2.0
// Third part of the editor: the media stays where it is if it can, or else all positions follow it.
#include <algorithm>

#include "container/bmff_editor.hpp"

namespace signmark::container {
namespace {

constexpr std::uint64_t kMax32 = 0xFFFFFFFF;
constexpr std::uint64_t kBoxHeader = 8;

/// What is left for later edits when the media has to move anyway: a few records, or what the next
/// manifest is longer.
constexpr std::uint64_t kRoom = 2048;

std::int64_t growth(const Splice& splice) {
  return static_cast<std::int64_t>(splice.bytes.size()) -
         static_cast<std::int64_t>(splice.range.size);
}

/// Root boxes that hold media or belong to the media behind them.
bool is_media(const BmffBox& root) {
  constexpr std::array<std::string_view, 8> kMedia = {"mdat", "moof", "imda", "styp",
                                                      "sidx", "ssix", "emsg", "prft"};
  return std::find(kMedia.begin(), kMedia.end(), root.type) != kMedia.end();
}

bool is_free(const BmffBox& box) {
  return (box.type == "free" || box.type == "skip") && !box.large && !box.open_ended;
}

/// The `free` boxes before `border`: those of the file, then those within the movie.
std::vector<BmffEditor::Parents> free_boxes(const BmffScan& scan, std::uint64_t border) {
  std::vector<BmffEditor::Parents> found;
  const auto collect = [&](const BmffEditor::Parents& path, const std::vector<BmffBox>& boxes) {
    for (const BmffBox& box : boxes) {
      if (!is_free(box) || box.range.end() > border) continue;
      found.push_back(path);
      found.back().push_back(&box);
    }
  };
  collect({}, scan.roots);
  const BmffBox* moov = scan.find("moov");
  if (moov == nullptr) return found;
  const BmffBox* udta = moov->find("udta");
  collect({moov}, moov->children);
  if (const BmffBox* meta = moov->find("meta")) collect({moov, meta}, meta->children);
  if (udta == nullptr) return found;
  collect({moov, udta}, udta->children);
  if (const BmffBox* meta = udta->find("meta")) collect({moov, udta, meta}, meta->children);
  return found;
}

void write_offset(ByteWriter& out, std::uint32_t width, std::uint64_t value) {
  if (width == 8)
    out.u64be(value);
  else
    out.u32be(static_cast<std::uint32_t>(value));
}

}  // namespace

/// A list whose media may move behind 4 GiB becomes `co64`. Whether it really will depends on the
/// room that is left, so that near the border some become wide that need not.
void BmffEditor::promote_chunks() {
  std::uint64_t wide = kRoom;
  for (const BmffTrack& track : tracks_)
    for (const BmffOffsets& list : track.chunks) wide += 4 * list.values.size() + kBoxHeader;
  const auto may_pass = [&](std::uint64_t place) {
    std::uint64_t shift = 0;
    for (const Splice& splice : changes_)
      if (splice.range.offset <= place && growth(splice) > 0)
        shift += static_cast<std::uint64_t>(growth(splice));
    return shift > 0 && place + shift + wide > kMax32;
  };
  for (const BmffTrack& track : tracks_)
    for (const BmffOffsets& list : track.chunks) {
      if (list.box().type != "stco" || list.values.empty()) continue;
      if (!may_pass(*std::max_element(list.values.begin(), list.values.end()))) continue;
      Parents around = list.path;
      around.pop_back();
      const std::size_t size = 2 * kBoxHeader + 8 * list.values.size();
      promoted_[list.box().range.offset] = change(around, list.box().range, Bytes(size));
    }
}

/// Makes a `free` box shorter by `grown`, or longer. False when it is too short for that.
bool BmffEditor::fill_free_box(const Parents& path, std::int64_t grown) {
  const BmffBox& box = *path.back();
  const Parents around(path.begin(), path.end() - 1);
  const auto size = static_cast<std::int64_t>(box.range.size);
  if (grown == size) {
    change(around, box.range, {});
    return true;
  }
  if (grown > size - static_cast<std::int64_t>(kBoxHeader)) return false;
  ByteWriter head;
  head.u32be(static_cast<std::uint32_t>(size - grown)).text(box.type);
  if (grown < 0) head.fill(static_cast<std::size_t>(-grown), 0);
  change(
      around,
      {box.range.offset, kBoxHeader + static_cast<std::uint64_t>(std::max<std::int64_t>(grown, 0))},
      head.take());
  return true;
}

void BmffEditor::put_room() {
  const auto media = std::find_if(scan_.roots.begin(), scan_.roots.end(), is_media);
  if (!room_ || media == scan_.roots.end() || (meta_ && meta_->iloc != nullptr)) return;
  const std::uint64_t border = media->range.offset;
  std::int64_t grown = 0;
  for (const Splice& splice : changes_)
    if (splice.range.offset <= border) grown += growth(splice);
  if (grown == 0) return;
  const std::vector<Parents> rooms = free_boxes(scan_, border);
  for (const Parents& path : rooms)
    if (fill_free_box(path, grown)) return;
  if (!rooms.empty() && rooms.front().size() == 1) {  // one that does not suffice becomes larger
    const auto size = static_cast<std::int64_t>(rooms.front().front()->range.size);
    fill_free_box(rooms.front(),
                  std::min<std::int64_t>(size - static_cast<std::int64_t>(kRoom), 0));
    return;
  }
  const auto freed = static_cast<std::uint64_t>(-grown);
  const std::uint64_t size = grown <= -static_cast<std::int64_t>(kBoxHeader) ? freed : kRoom;
  change({}, {border, 0}, bmff_box("free", Bytes(size - kBoxHeader)));
}

Status BmffEditor::check_indexed() const {
  for (const Range& range : fragments_.indexed)
    for (const Splice& splice : changes_)
      if (growth(splice) != 0 && splice.range.offset >= range.offset &&
          splice.range.offset < range.end())
        return unwritable("the change lies within what an index (sidx) lists by size",
                          "remux the file first: ffmpeg -i IN -c copy -map 0 OUT");
  return {};
}

Result<Bytes> BmffEditor::moved_offsets(const BmffOffsets& list, std::uint32_t width) const {
  ByteWriter out;
  for (const std::uint64_t old : list.values) {
    SIGNMARK_ASSIGN(const std::uint64_t value, moved({old, 0}));
    if (width == 4 && value > kMax32)
      return unwritable("media data would lie behind 4 GiB", "use a sidecar manifest");
    write_offset(out, width, value);
  }
  return out.take();
}

Status BmffEditor::put_chunks() {
  std::vector<Splice> patches;
  for (const BmffTrack& track : tracks_)
    for (const BmffOffsets& list : track.chunks) {
      const auto wide = promoted_.find(list.box().range.offset);
      SIGNMARK_ASSIGN(Bytes numbers, moved_offsets(list, wide == promoted_.end() ? list.width : 8));
      if (wide != promoted_.end()) {
        ByteWriter content;
        content.u32be(0).u32be(static_cast<std::uint32_t>(list.values.size())).bytes(numbers);
        changes_[wide->second].bytes = bmff_box("co64", content.view());
        continue;
      }
      const Range old{list.position, numbers.size()};
      const ByteView before = source_.view(old);
      if (!std::equal(before.begin(), before.end(), numbers.begin()))
        patches.push_back({old, std::move(numbers)});
    }
  for (Splice& patch : patches) changes_.push_back(std::move(patch));
  return {};
}

Status BmffEditor::put_fields() {
  std::vector<Splice> patches;
  for (const BmffOffset& field : fragments_.fields) {
    SIGNMARK_ASSIGN(const std::uint64_t value, moved({field.value, 0}));
    if (value == field.value) continue;
    if (field.width == 4 && value > kMax32)
      return unwritable("a fragment would lie behind 4 GiB", "use a sidecar manifest");
    ByteWriter number;
    write_offset(number, field.width, value);
    patches.push_back({{field.position, field.width}, number.take()});
  }
  for (Splice& patch : patches) changes_.push_back(std::move(patch));
  return {};
}

}  // namespace signmark::container
