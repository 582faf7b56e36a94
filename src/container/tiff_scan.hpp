// SPDX-License-Identifier: Apache-2.0
// Walks all directories of a TIFF file and finds every byte range that they refer to.
#pragma once

#include <string>
#include <vector>

#include "container/handler.hpp"
#include "container/tiff_ifd.hpp"

namespace signmark::container {

enum class TiffDirKind { page, sub, exif, gps, interop };

/// A directory and how it was reached.
struct TiffDir {
  TiffDirKind kind = TiffDirKind::page;
  TiffIfd ifd;
};

/// A whole file. The pages of the main chain come first in `dirs`, in the chain's order.
struct TiffScan {
  TiffView view;
  std::vector<TiffDir> dirs;
  std::size_t pages = 0;      ///< directories of the main chain
  std::vector<Range> data;    ///< strips, tiles and old-style JPEG streams
  std::vector<Error> damage;  ///< why the file is not whole; empty when it is

  /// "IFD0", "Exif", ...: for people.
  [[nodiscard]] std::string dir_name(std::size_t dir) const;
  /// Bytes of a directory.
  [[nodiscard]] Range table(std::size_t dir) const;
  /// Whether a value stands outside its directory.
  [[nodiscard]] bool is_outside(const TiffEntry& entry) const;
};

/// Errors: `container.tiff.syntax`, `container.tiff.truncated` when not even the header can be
/// read, `container.tiff.limit` (blocks: entries, and 16 strips each; image-frames: pages). All
/// other damage is recorded.
Result<TiffScan> scan_tiff(ByteView file, const Limits& limits);

}  // namespace signmark::container
