// SPDX-License-Identifier: Apache-2.0
// Changes fields of a TIFF file without moving anything that stays.
#pragma once

#include <map>
#include <set>

#include "container/tiff_scan.hpp"

namespace signmark::container {

/// New bytes at the end of a TIFF file whose first `base` bytes stay.
class TiffTail {
 public:
  TiffTail(TiffLayout layout, std::uint64_t base) : layout_(layout), base_(base) {}

  /// Pads to a word boundary; offsets must be even (TIFF 6.0 section 2), by 8 in BigTIFF.
  void align();
  /// Appends a value and returns its offset.
  std::uint64_t append(ByteView bytes);
  /// An entry; a value too long for it is appended.
  Bytes field(std::uint16_t tag, std::uint16_t type, std::uint64_t count, ByteView value);
  [[nodiscard]] std::uint64_t base() const { return base_; }
  [[nodiscard]] std::uint64_t end() const { return base_ + data_.size(); }
  Bytes take() { return std::move(data_); }

 private:
  TiffLayout layout_;
  std::uint64_t base_;
  Bytes data_;
};

/// A value of one-byte elements.
struct TiffNewValue {
  std::uint16_t type = kTypeUndefined;
  Bytes bytes;
};

/// What happens to one directory. Tags may be added to pages only.
struct TiffDirEdit {
  std::map<std::uint16_t, TiffNewValue> set;
  std::set<std::uint16_t> remove;
};

/// By index into TiffScan::dirs.
using TiffEdits = std::map<std::size_t, TiffDirEdit>;

/// The file with its edits and, when there is one, a new manifest store in the last page's
/// directory and at the end of the file (every other one is taken out). Directories that grow are
/// written anew behind the file; values that are replaced are cut off when they stand at the end,
/// so that repeated changes don't make a file grow, and overwritten with zeros elsewhere. Errors:
/// `container.tiff.unwritable` when structures overlap or offsets no longer suffice.
Result<Plan> rewrite_tiff(const TiffScan& scan, TiffEdits edits, const Bytes* manifest);

/// The error of everything that cannot be written.
tl::unexpected<Error> tiff_unwritable(std::string message, std::string hint = {});

}  // namespace signmark::container
