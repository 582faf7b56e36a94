// SPDX-License-Identifier: Apache-2.0
// The tree of boxes of an ISO base media file (ISO/IEC 14496-12, 4.2).
#pragma once

#include <optional>

#include "container/handler.hpp"

namespace signmark::container {

/// C2PA 2.5 A.5: user type of the box with a manifest store.
inline constexpr std::string_view kC2paUuid(
    "\xD8\xFE\xC3\xD6\x1B\x0E\x48\x3C\x92\x97\x58\x28\x87\x7E\xC4\x81", 16);
/// XMP specification part 3, 1.2.7: user type of the box with an XMP packet.
inline constexpr std::string_view kXmpUuid(
    "\xBE\x7A\xCF\xCB\x97\xA9\x42\xE8\x9C\x71\x99\x94\x91\xE3\xAF\xAC", 16);
inline constexpr std::uint64_t kUuidSize = 16;

/// Version and flags of a FullBox.
inline constexpr std::uint64_t kFullBoxHeader = 4;

/// One box. Copyable; holds no bytes.
struct BmffBox {
  std::string type;               ///< four characters, any bytes
  Range range;                    ///< header and content
  Range content;                  ///< behind the header; of a `meta` also behind version and flags
  bool open_ended = false;        ///< its size field is 0: it reaches to the end of what holds it
  bool large = false;             ///< its size is the 64-bit field behind the type
  std::vector<BmffBox> children;  ///< of boxes that only hold boxes

  /// The first child of a type, or nullptr.
  [[nodiscard]] const BmffBox* find(std::string_view child_type) const;
  /// Follows a path of types below this box; nullptr when one is missing.
  [[nodiscard]] const BmffBox* find(std::initializer_list<std::string_view> path) const;
};

/// Where and how boxes are read; copyable, views the file.
struct BmffSource {
  const Limits& limits;
  Format format;
  ByteView file;

  [[nodiscard]] std::string context() const;
  [[nodiscard]] ByteView view(Range range) const { return file.subspan(range.offset, range.size); }
  /// A reader over a range; messages count from the start of the file.
  [[nodiscard]] ByteReader reader(Range range) const;
  /// The reader of a FullBox, behind version and flags.
  struct FullBox;
  [[nodiscard]] Result<FullBox> full_box(const BmffBox& box) const;
};

struct BmffSource::FullBox {
  std::uint8_t version = 0;
  std::uint32_t flags = 0;
  ByteReader reader;
};

/// All boxes that fill a range, without their children. Errors: `container.<format>.truncated`,
/// `container.<format>.syntax`, `container.<format>.limit` above limits.blocks.
Result<std::vector<BmffBox>> bmff_boxes(const BmffSource& source, Range range);

struct BmffScan {
  std::vector<BmffBox> roots;
  std::optional<Error> damage;  ///< why the scan is not whole
  Range trailing;               ///< bytes behind the last box that are no box

  /// The first root box of a type, or nullptr.
  [[nodiscard]] const BmffBox* find(std::string_view type) const;
};

/// Reads the whole tree. Errors: only `container.<format>.limit` (blocks, box-depth).
Result<BmffScan> scan_bmff(const BmffSource& source);

bool is_limit_error(const BmffSource& source, const Error& error);

/// Whether the box is a `uuid` box of this user type.
bool is_uuid_box(const BmffSource& source, const BmffBox& box, std::string_view uuid);

/// A box with a 32-bit size. Content above 4 GiB never occurs: limits.manifest_store bounds it.
Bytes bmff_box(std::string_view type, ByteView content);

/// Whether any brand of the `ftyp` box that begins the file is among these.
bool has_brand(ByteView file, std::initializer_list<std::string_view> brands);

/// Errors of this format: `container.<format>.<what>` at a byte.
tl::unexpected<Error> bmff_error(const BmffSource& source, std::string_view what,
                                 std::string message, std::uint64_t offset);

}  // namespace signmark::container
