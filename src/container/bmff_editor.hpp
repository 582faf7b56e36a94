// SPDX-License-Identifier: Apache-2.0
// Changes an ISO base media file: boxes grow and move, and all places in the file follow.
#pragma once

#include <array>
#include <deque>

#include "container/bmff_meta.hpp"
#include "container/bmff_tracks.hpp"

namespace signmark::container {

/// A new metadata item. `tail` is its `infe` entry from the item type on.
struct BmffNewItem {
  Bytes tail;
  Bytes data;
  bool hidden = false;
};

/// Collects changes to one file; `finish` once. Holds views of the file. Data of items is put in
/// place of the old data, so that no old packet stays behind, or else into an `mdat` box of its own
/// at the end. `iloc` is written anew in a form that is wide enough, and `stco` becomes `co64` when
/// it must. Of changes at one offset the first stands first.
class BmffEditor {
 public:
  using Parents = std::vector<const BmffBox*>;

  /// Reads the file. Errors: those of scanning; `container.<format>.unwritable` for files with
  /// places that we do not follow: further item lists; of pictures also fragments, indexes,
  /// encrypted samples.
  static Result<std::unique_ptr<BmffEditor>> open(const BmffSource& source);

  [[nodiscard]] const BmffScan& scan() const { return scan_; }
  [[nodiscard]] const std::optional<BmffMeta>& meta() const { return meta_; }

  Status replace_item(std::uint32_t id, Bytes data);
  /// The item describes the primary item (`cdsc`). Errors: unwritable without an item list.
  Status add_item(BmffNewItem item);
  /// Adds a property box to the primary item. Errors: unwritable without properties.
  Status add_property(Bytes box, bool essential);
  /// Takes out a root box, or puts another in its place.
  void replace_root(Range range, Bytes bytes) { change({}, range, std::move(bytes)); }
  void insert_behind_ftyp(Bytes box, bool manifest);
  /// Puts bytes in place of a range; all of `parents` grow with it.
  void replace(const Parents& parents, Range range, Bytes bytes) {
    change(parents, range, std::move(bytes));
  }
  /// Keeps a box that is not in the scan, for use among `parents`.
  const BmffBox* keep(BmffBox box) { return &kept_.emplace_back(std::move(box)); }
  /// Lets `free` boxes before the media take up what grows, so that the media stays where it is;
  /// where they do not suffice, some room is left for the next time.
  void use_room() { room_ = true; }

  /// The whole file. Errors: unwritable when something points into changed bytes or when a 32-bit
  /// place or size does not suffice.
  Result<Plan> finish();

 private:
  /// New data of an item: inside a change.
  struct Placed {
    std::uint32_t item = 0;
    std::size_t change = 0;
    std::uint64_t offset = 0, size = 0;
  };
  struct Property {
    Bytes box;
    bool essential = false;
  };

  explicit BmffEditor(const BmffSource& source) : source_(source) {}
  Status load();
  Status check_followed() const;
  [[nodiscard]] tl::unexpected<Error> unwritable(std::string message, std::string hint) const;

  std::size_t change(const Parents& parents, Range range, Bytes bytes, bool manifest = false);
  [[nodiscard]] Parents home_of(const std::vector<Range>& ranges) const;
  [[nodiscard]] bool is_shared(std::uint32_t id, const std::vector<Range>& ranges) const;
  [[nodiscard]] std::uint32_t free_id() const;

  void append_to_meta(std::string_view type, ByteView content);
  void put_appended();
  void put_list_entries();
  void put_references();
  Status put_properties();
  [[nodiscard]] Bytes association_box(const BmffAssociations& list, std::size_t known) const;

  /// Where bytes of the old file stand in the new one. Errors: unwritable inside changed bytes.
  [[nodiscard]] Result<std::uint64_t> moved(Range old) const;
  [[nodiscard]] std::uint64_t position_of(std::size_t change) const;
  [[nodiscard]] std::uint64_t new_size() const;
  Status put_locations();
  [[nodiscard]] Result<Bytes> location_box(bool final_places) const;
  Status write_location(ByteWriter& out, const BmffLocationForm& form, std::uint32_t id,
                        const BmffLocation& location) const;
  [[nodiscard]] Result<BmffLocation> new_location(std::uint32_t id, const BmffLocation& old) const;
  [[nodiscard]] BmffLocationForm new_form() const;
  void promote_chunks();
  void put_room();
  bool fill_free_box(const Parents& path, std::int64_t grown);
  Status check_indexed() const;
  Status put_chunks();
  [[nodiscard]] Result<Bytes> moved_offsets(const BmffOffsets& list, std::uint32_t width) const;
  Status put_fields();
  Status put_sizes();

  BmffSource source_;
  BmffScan scan_;
  std::optional<BmffMeta> meta_;
  std::vector<BmffTrack> tracks_;
  BmffFragments fragments_;
  std::deque<BmffBox> kept_;
  bool room_ = false;
  std::vector<Splice> changes_;
  std::map<std::uint64_t, std::pair<const BmffBox*, std::int64_t>> growth_;  ///< by box offset
  std::map<std::uint64_t, std::size_t> promoted_;  ///< changes that hold a `co64`, by box offset
  std::vector<Placed> placed_;
  std::vector<std::pair<std::uint32_t, BmffNewItem>> new_items_;
  std::vector<Property> new_properties_;
  Bytes new_boxes_;  ///< new children of `meta`
  Bytes appended_;
  std::vector<Placed> in_appended_;
};

}  // namespace signmark::container
