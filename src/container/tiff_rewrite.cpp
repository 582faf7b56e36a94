// SPDX-License-Identifier: Apache-2.0
// New directories and values behind a TIFF file, pointers patched, dead bytes dropped.
#include "container/tiff_rewrite.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace signmark::container {
namespace {

constexpr std::uint64_t kClassicMaximum = 0xFFFFFFFF;  // offsets of TIFF 6.0 have 32 bits

/// Counts overlaps in logarithmic time: ranges that begin before an end, less those that end before
/// the begin.
class RangeIndex {
 public:
  void add(const Range& range) {
    if (range.size == 0) return;
    begins_.push_back(range.offset);
    ends_.push_back(range.end());
  }
  void sort() {
    std::sort(begins_.begin(), begins_.end());
    std::sort(ends_.begin(), ends_.end());
  }
  [[nodiscard]] std::ptrdiff_t count_overlaps(const Range& range) const {
    const auto begun = std::lower_bound(begins_.begin(), begins_.end(), range.end());
    const auto ended = std::upper_bound(ends_.begin(), ends_.end(), range.offset);
    return (begun - begins_.begin()) - (ended - ends_.begin());
  }
  /// Behind the last byte of all ranges.
  [[nodiscard]] std::uint64_t end() const { return ends_.empty() ? 0 : ends_.back(); }

 private:
  std::vector<std::uint64_t> begins_, ends_;
};

class TiffRewriter {
 public:
  TiffRewriter(const TiffScan& scan, const TiffEdits& edits, const Bytes* manifest)
      : scan_(scan), layout_(scan.view.layout()), edits_(edits), manifest_(manifest) {}

  Result<Plan> run();

 private:
  [[nodiscard]] bool grows(std::size_t dir) const;
  void sort_out_bytes();
  void sort_out_entry(std::size_t dir, const TiffEntry& entry);
  [[nodiscard]] std::uint64_t kept_end() const;
  void build(std::uint64_t kept);
  void build_pages(TiffTail& tables, TiffTail& values);
  std::vector<Bytes> entries(TiffTail& values, std::size_t dir) const;
  Bytes entry(TiffTail& values, std::uint16_t tag, const TiffNewValue& value) const;
  void overwrite_table(std::size_t dir, const std::vector<Bytes>& table, std::uint64_t next);
  void note_manifest(std::uint64_t table, const std::vector<Bytes>& entries);
  [[nodiscard]] Status check_overwrites() const;
  void add_zeros(std::uint64_t kept);
  Result<Plan> compose(std::uint64_t kept);

  const TiffScan& scan_;
  const TiffLayout layout_;
  const TiffEdits& edits_;
  const Bytes* manifest_;
  RangeIndex live_;  ///< what must stay: picture data, values, the header, tables that do not move
  std::vector<Range> dead_;  ///< replaced values and tables
  std::vector<Splice> splices_;
  Bytes tail_;
  std::uint64_t values_offset_ = 0;  ///< aligned, as the end of the directories will be
  std::uint64_t store_offset_ = 0;
  std::uint64_t manifest_count_field_ = 0;
};

bool TiffRewriter::grows(std::size_t dir) const {
  const auto edit = edits_.find(dir);
  if (edit == edits_.end()) return false;
  const TiffIfd& ifd = scan_.dirs[dir].ifd;
  return std::any_of(edit->second.set.begin(), edit->second.set.end(),
                     [&](const auto& field) { return ifd.find(field.first) == nullptr; });
}

void TiffRewriter::sort_out_entry(std::size_t dir, const TiffEntry& entry) {
  if (!scan_.is_outside(entry)) return;
  const auto edit = edits_.find(dir);
  const bool replaced = edit != edits_.end() && (edit->second.set.count(entry.tag) != 0 ||
                                                 edit->second.remove.count(entry.tag) != 0);
  replaced ? dead_.push_back(entry.value) : live_.add(entry.value);
}

void TiffRewriter::sort_out_bytes() {
  for (const Range& range : scan_.data) live_.add(range);
  live_.add({0, layout_.header_size()});
  for (std::size_t dir = 0; dir < scan_.dirs.size(); ++dir) {
    grows(dir) ? dead_.push_back(scan_.table(dir)) : live_.add(scan_.table(dir));
    for (const TiffEntry& entry : scan_.dirs[dir].ifd.entries) sort_out_entry(dir, entry);
  }
  live_.sort();
  std::sort(dead_.begin(), dead_.end(), [](const Range& a, const Range& b) {
    return a.offset != b.offset ? a.offset < b.offset : a.size < b.size;
  });
  dead_.erase(std::unique(dead_.begin(), dead_.end()), dead_.end());
}

/// Where the file can be cut off: behind the last byte that is not dead. Only padding may stand
/// between dead values; anything unknown stays.
std::uint64_t TiffRewriter::kept_end() const {
  const ByteView file = scan_.view.data();
  std::uint64_t end = file.size();
  for (auto range = dead_.rbegin(); range != dead_.rend(); ++range) {
    if (range->end() > end || end - range->end() >= layout_.offset_size() ||
        range->offset < live_.end())
      break;
    const ByteView padding = file.subspan(range->end(), end - range->end());
    if (std::any_of(padding.begin(), padding.end(), [](Byte b) { return b != 0; })) break;
    end = range->offset;
  }
  return end;
}

Bytes TiffRewriter::entry(TiffTail& values, std::uint16_t tag, const TiffNewValue& value) const {
  if (tag == kTagC2pa && manifest_ != nullptr)
    return layout_.entry(tag, kTypeUndefined, manifest_->size(), *manifest_, store_offset_);
  return values.field(tag, value.type, value.bytes.size(), value.bytes);
}

/// The entries of a directory after its edits. Old ones stay as they are, bit for bit; new ones are
/// put before the first greater tag (TIFF 6.0: ascending).
std::vector<Bytes> TiffRewriter::entries(TiffTail& values, std::size_t dir) const {
  const TiffDirEdit& edit = edits_.at(dir);
  std::vector<Bytes> out;
  auto set = edit.set;
  const auto put = [&](auto field) {
    out.push_back(entry(values, field->first, field->second));
    return set.erase(field);
  };
  const TiffIfd& ifd = scan_.dirs[dir].ifd;
  for (const TiffEntry& old : ifd.entries) {
    for (auto field = set.begin(); field != set.end() && field->first < old.tag;)
      field = ifd.find(field->first) == nullptr ? put(field) : std::next(field);
    if (edit.remove.count(old.tag) != 0) continue;
    if (edit.set.count(old.tag) == 0) {
      const ByteView raw = scan_.view.data().subspan(old.position, layout_.entry_size());
      out.emplace_back(raw.begin(), raw.end());
    } else if (const auto field = set.find(old.tag); field != set.end()) {
      put(field);  // a second entry of the tag is left out
    }
  }
  for (auto field = set.begin(); field != set.end();) field = put(field);
  return out;
}

void TiffRewriter::note_manifest(std::uint64_t table, const std::vector<Bytes>& entries) {
  const Bytes tag = layout_.number(kTagC2pa, 2);
  for (std::size_t i = 0; i < entries.size(); ++i)
    if (std::equal(tag.begin(), tag.end(), entries[i].begin()))
      manifest_count_field_ =
          table + layout_.entry_count_size() + i * layout_.entry_size() + 4;  // tag, type
}

void TiffRewriter::overwrite_table(std::size_t dir, const std::vector<Bytes>& table,
                                   std::uint64_t next) {
  const Range range = scan_.table(dir);
  Bytes bytes = layout_.ifd(table, next);
  bytes.resize(range.size, 0);  // it never grows here
  splices_.push_back({range, std::move(bytes)});
}

/// From the last page to the first, so that each knows where the next one stands.
void TiffRewriter::build_pages(TiffTail& tables, TiffTail& values) {
  const std::uint64_t width = layout_.offset_size();
  std::uint64_t next = 0;
  bool next_moved = false;
  for (std::size_t dir = scan_.pages; dir-- > 0;) {
    std::uint64_t offset = scan_.dirs[dir].ifd.offset;
    if (edits_.count(dir) != 0) {
      const std::vector<Bytes> table = entries(values, dir);
      if (grows(dir)) {
        tables.align();
        offset = tables.append(layout_.ifd(table, next));
      } else {
        overwrite_table(dir, table, next);
      }
      if (dir + 1 == scan_.pages) note_manifest(offset, table);
    } else if (next_moved) {
      const std::uint64_t field = scan_.table(dir).end() - width;
      splices_.push_back({{field, width}, layout_.number(next, width)});
    }
    next = offset;
    next_moved = offset != scan_.dirs[dir].ifd.offset;
  }
  if (next_moved)
    splices_.push_back({{layout_.first_ifd_field(), width}, layout_.number(next, width)});
}

/// Directories, then values: so all values can be cut off again when they change. The sizes of both
/// parts don't depend on where they stand, hence a first build tells them to the second.
void TiffRewriter::build(std::uint64_t kept) {
  splices_.clear();
  TiffTail tables(layout_, kept);
  TiffTail values(layout_, values_offset_);
  for (std::size_t dir = scan_.pages; dir < scan_.dirs.size(); ++dir)
    if (edits_.count(dir) != 0)
      overwrite_table(dir, entries(values, dir), scan_.dirs[dir].ifd.next);
  build_pages(tables, values);
  tables.align();
  values.align();
  values_offset_ = tables.end();
  store_offset_ = tables.end() + (values.end() - values.base());
  tail_ = tables.take();
  const Bytes rest = values.take();
  tail_.insert(tail_.end(), rest.begin(), rest.end());
}

/// Overwriting must touch nothing but its own directory or the header, each of which is one live
/// range: overlapping structures occur in hostile files.
Status TiffRewriter::check_overwrites() const {
  for (const Splice& splice : splices_)
    if (live_.count_overlaps(splice.range) != 1)
      return tiff_unwritable("structures of the file overlap");
  return {};
}

void TiffRewriter::add_zeros(std::uint64_t kept) {
  for (const Range& range : dead_)
    if (range.end() <= kept && live_.count_overlaps(range) == 0)
      splices_.push_back({range, Bytes(range.size, 0)});
}

Result<Plan> TiffRewriter::compose(std::uint64_t kept) {
  splices_.push_back({{kept, scan_.view.data().size() - kept}, std::move(tail_)});
  Plan plan;
  auto rope = splice(scan_.view.data(), std::move(splices_));
  if (!rope) return tiff_unwritable("structures of the file overlap");
  plan.rope = std::move(*rope);
  if (manifest_ != nullptr) {
    plan.manifest_exclusions = {{manifest_count_field_, layout_.offset_size()},
                                {plan.rope.size(), manifest_->size()}};
    plan.rope.own(*manifest_);
  }
  if (!layout_.big_tiff && plan.rope.size() > kClassicMaximum)
    return tiff_unwritable("the new file would exceed 4 GiB", "convert it to BigTIFF first");
  return plan;
}

Result<Plan> TiffRewriter::run() {
  sort_out_bytes();
  const std::uint64_t kept = kept_end();
  build(kept);
  build(kept);
  SIGNMARK_TRY(check_overwrites());
  add_zeros(kept);
  return compose(kept);
}

}  // namespace

void TiffTail::align() {
  const std::uint64_t word = layout_.big_tiff ? 8 : 2;
  while (end() % word != 0) data_.push_back(0);
}

std::uint64_t TiffTail::append(ByteView bytes) {
  const std::uint64_t offset = end();
  data_.insert(data_.end(), bytes.begin(), bytes.end());
  return offset;
}

Bytes TiffTail::field(std::uint16_t tag, std::uint16_t type, std::uint64_t count, ByteView value) {
  if (value.size() <= layout_.offset_size()) return layout_.entry(tag, type, count, value, 0);
  align();
  return layout_.entry(tag, type, count, value, append(value));
}

tl::unexpected<Error> tiff_unwritable(std::string message, std::string hint) {
  return fail(
      "container.tiff.unwritable", std::move(message), {},
      hint.empty() ? "re-export the picture, or write a sidecar manifest" : std::move(hint));
}

Result<Plan> rewrite_tiff(const TiffScan& scan, TiffEdits edits, const Bytes* manifest) {
  if (scan.pages == 0) return tiff_unwritable("the file has no directory");
  if (manifest != nullptr) {
    if (manifest->size() <= scan.view.layout().offset_size())
      return tiff_unwritable("the manifest store is too short to be one");
    for (std::size_t dir = 0; dir < scan.dirs.size(); ++dir)
      if (scan.dirs[dir].ifd.find(kTagC2pa) != nullptr) edits[dir].remove.insert(kTagC2pa);
    TiffDirEdit& last = edits[scan.pages - 1];
    last.remove.erase(kTagC2pa);
    last.set[kTagC2pa] = {};
  }
  return TiffRewriter(scan, edits, manifest).run();
}

}  // namespace signmark::container
