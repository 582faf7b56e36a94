// SPDX-License-Identifier: Apache-2.0
// Changing the tags of a Matroska file. Cues and SeekHead hold positions, so that nothing that they
// point to moves: new tags go into a Void or to the end of the Segment.
#include <algorithm>

#include "container/timed/matroska.hpp"

namespace signmark::container {
namespace {

/// Where tags stand that the SeekHead must know of, from the start of the Segment's data.
struct Moved {
  std::optional<std::uint64_t> from;  ///< nothing: new ones
  std::uint64_t to = 0;
};

class MatroskaPlanner {
 public:
  MatroskaPlanner(const Limits& limits, ByteView file, const MatroskaScan& scan,
                  const Changes& changes)
      : limits_(limits), file_(file), scan_(scan), changes_(changes) {}

  Result<std::vector<Splice>> splices() {
    for (const EbmlElement& element : scan_.elements)
      if (element.id == matroska::kTags && changes_.within(element.range))
        SIGNMARK_TRY(replace_tags(element));
    if (changes_.record != nullptr) place_record();
    append_tags();
    SIGNMARK_TRY(update_seek_head());
    drop_segment_sum();
    fix_segment_size();
    return std::move(splices_);
  }

 private:
  // -------------------------------------------------------------------------------------------
  // Content

  /// The data of a master element with all changes in it.
  Result<Bytes> rebuilt(const EbmlElement& parent) const {
    const Bytes* value = changes_.at(parent.range);
    SIGNMARK_ASSIGN(const auto children, ebml_children(limits_, file_, parent));
    ByteWriter out;
    for (const EbmlElement& child : children) {
      if (value != nullptr && child.id == matroska::kTagString) {
        out.bytes(ebml_element(child.id, *value));
      } else if (changes_.within(child.range)) {
        SIGNMARK_ASSIGN(const Bytes data, rebuilt(child));
        out.bytes(ebml_element(child.id, data));
      } else {
        out.bytes(file_.subspan(child.range.offset, child.range.size));
      }
    }
    Bytes data = out.take();
    fix_ebml_crc(data);
    return data;
  }

  static Bytes record_tags(ByteView record) {
    using namespace matroska;
    ByteWriter simple, tag;
    simple.bytes(ebml_element(kTagName, as_bytes("AIGC"))).bytes(ebml_element(kTagString, record));
    tag.bytes(ebml_element(kTargets, {})).bytes(ebml_element(kSimpleTag, simple.view()));
    return ebml_element(kTag, tag.view());
  }

  // -------------------------------------------------------------------------------------------
  // Places

  /// The Void that follows directly.
  [[nodiscard]] Range void_behind(const EbmlElement& element) const {
    for (const EbmlElement& other : scan_.elements)
      if (other.id == ebml::kVoid && other.range.offset == element.range.end()) return other.range;
    return {element.range.end(), 0};
  }

  Status replace_tags(const EbmlElement& tags) {
    SIGNMARK_ASSIGN(Bytes data, rebuilt(tags));
    const Range spare = void_behind(tags);
    const Range room{tags.range.offset, tags.range.size + spare.size};
    if (auto fitting = ebml_fit(matroska::kTags, data, room.size)) {
      splices_.push_back({room, std::move(*fitting)});
    } else if (tags.range.end() == scan_.end) {
      splices_.push_back({tags.range, ebml_element(matroska::kTags, data)});
    } else {
      splices_.push_back({tags.range, ebml_void(tags.range.size)});
      appended_.push_back({std::move(data), tags.range.offset - scan_.segment.data_at});
    }
    return {};
  }

  /// Nothing in the file holds positions.
  [[nodiscard]] bool may_move() const {
    return scan_.find(matroska::kCues) == nullptr && scan_.find(matroska::kSeekHead) == nullptr;
  }

  void place_record() {
    Bytes data = record_tags(*changes_.record);
    for (const EbmlElement& element : scan_.elements) {
      if (element.id != ebml::kVoid || element.range.offset >= scan_.first_cluster ||
          used(element.range))
        continue;
      if (auto fitting = ebml_fit(matroska::kTags, data, element.range.size)) {
        splices_.push_back({element.range, std::move(*fitting)});
        return;
      }
    }
    if (may_move())
      splices_.push_back({{scan_.first_cluster, 0}, ebml_element(matroska::kTags, data)});
    else
      appended_.push_back({std::move(data), std::nullopt});
  }

  [[nodiscard]] bool used(Range range) const {
    return std::any_of(splices_.begin(), splices_.end(), [&](const Splice& splice) {
      return splice.range.offset <= range.offset && range.end() <= splice.range.end();
    });
  }

  void append_tags() {
    std::uint64_t at =
        scan_.end - scan_.segment.data_at + static_cast<std::uint64_t>(growth(splices_));
    for (auto& [data, from] : appended_) {
      Bytes element = ebml_element(matroska::kTags, data);
      moved_.push_back({from, at});
      at += element.size();
      splices_.push_back({{scan_.end, 0}, std::move(element)});
    }
  }

  // -------------------------------------------------------------------------------------------
  // Index

  /// An entry of the SeekHead, or what it becomes; nothing when it says where moved tags were.
  Result<Bytes> seek_entry(const EbmlElement& seek, bool drop_moved) const {
    const ByteView whole = file_.subspan(seek.range.offset, seek.range.size);
    if (seek.id != matroska::kSeek) return Bytes(whole.begin(), whole.end());
    SIGNMARK_ASSIGN(const auto fields, ebml_children(limits_, file_, seek));
    for (const EbmlElement& field : fields) {
      if (field.id != matroska::kSeekPosition) continue;
      const std::uint64_t position = ebml_number(ebml_data(file_, field));
      for (const Moved& moved : moved_)
        if (moved.from == position) return drop_moved ? Bytes() : tags_at(moved.to);
    }
    return Bytes(whole.begin(), whole.end());
  }

  static Bytes tags_at(std::uint64_t position) {
    ByteWriter id, number, seek;
    id.u32be(matroska::kTags);
    number.u64be(position);
    ByteView shortest = number.view();
    while (shortest.size() > 1 && shortest[0] == 0) shortest = shortest.subspan(1);
    seek.bytes(ebml_element(matroska::kSeekId, id.view()));
    seek.bytes(ebml_element(matroska::kSeekPosition, shortest));
    return ebml_element(matroska::kSeek, seek.view());
  }

  Result<Bytes> seek_head(const EbmlElement& head, bool without_moved) const {
    SIGNMARK_ASSIGN(const auto entries, ebml_children(limits_, file_, head));
    ByteWriter out;
    for (const EbmlElement& entry : entries) {
      SIGNMARK_ASSIGN(const Bytes bytes, seek_entry(entry, without_moved));
      out.bytes(bytes);
    }
    for (const Moved& moved : moved_)
      if (!moved.from && !without_moved) out.bytes(tags_at(moved.to));
    Bytes data = out.take();
    fix_ebml_crc(data);
    return data;
  }

  /// An index without room names the appended tags no more: readers then find them at the end.
  Status update_seek_head() {
    const EbmlElement* head = scan_.find(matroska::kSeekHead);
    if (moved_.empty() || head == nullptr) return {};
    const Range spare = void_behind(*head);
    const std::uint64_t room = head->range.size + (used(spare) ? 0 : spare.size);
    for (const bool without_moved : {false, true}) {
      SIGNMARK_ASSIGN(const Bytes data, seek_head(*head, without_moved));
      if (auto fitting = ebml_fit(matroska::kSeekHead, data, room)) {
        splices_.push_back({{head->range.offset, room}, std::move(*fitting)});
        return {};
      }
    }
    return {};
  }

  /// A check sum over the whole Segment would no longer hold, and all would have to be read for it.
  void drop_segment_sum() {
    if (splices_.empty() || scan_.elements.front().id != ebml::kCrc) return;
    const Range sum = scan_.elements.front().range;
    splices_.push_back({sum, ebml_void(sum.size)});
  }

  void fix_segment_size() {
    const std::int64_t grown = growth(splices_);
    if (grown == 0 || scan_.segment.open) return;
    const std::size_t width = scan_.segment.data_at - scan_.segment.size_at;
    const std::uint64_t size = scan_.segment.size() + static_cast<std::uint64_t>(grown);
    splices_.push_back({{scan_.segment.size_at, width}, ebml_size(size, width)});
  }

  const Limits& limits_;
  ByteView file_;
  const MatroskaScan& scan_;
  const Changes& changes_;
  std::vector<Splice> splices_;
  std::vector<std::pair<Bytes, std::optional<std::uint64_t>>> appended_;  ///< and where it stood
  std::vector<Moved> moved_;
};

}  // namespace

Result<Plan> plan_matroska(const Context& context, ByteView file, const Inventory& inventory,
                           const Edits& edits) {
  SIGNMARK_ASSIGN(const Changes changes, changes_of(inventory, edits, context.limits));
  SIGNMARK_ASSIGN(const MatroskaScan scan, scan_matroska(context.limits, file));
  SIGNMARK_ASSIGN(auto splices, MatroskaPlanner(context.limits, file, scan, changes).splices());
  return splice_plan(file, std::move(splices));
}

}  // namespace signmark::container
