// SPDX-License-Identifier: Apache-2.0
// Reads tfhd, tfra and sidx: positions in fragmented files (ISO/IEC 14496-12, 8.8 and 8.16).
#include <algorithm>

#include "container/bmff_tracks.hpp"

namespace signmark::container {
namespace {

constexpr std::uint32_t kBaseDataOffsetPresent = 1;  ///< flag of `tfhd` (8.8.7)

class FragmentReader {
 public:
  explicit FragmentReader(const BmffSource& source) : source_(source) {}

  Result<BmffFragments> read(const BmffScan& scan) {
    for (const BmffBox& root : scan.roots) {
      if (root.type == "sidx") SIGNMARK_TRY(read_index(root));
      if (root.type != "moof" && root.type != "mfra") continue;
      for (const BmffBox& child : root.children) SIGNMARK_TRY(read_child(child));
    }
    return std::move(fragments_);
  }

 private:
  Status read_child(const BmffBox& box) {
    if (box.type == "tfra") return read_random_access(box);
    const BmffBox* header = box.type == "traf" ? box.find("tfhd") : nullptr;
    return header == nullptr ? Status() : read_header(*header);
  }

  Status read_header(const BmffBox& tfhd) {
    SIGNMARK_ASSIGN(auto full, source_.full_box(tfhd));
    if ((full.flags & kBaseDataOffsetPresent) == 0) return {};
    SIGNMARK_TRY(full.reader.skip(4));  // track
    return read_field(tfhd, full.reader, 8);
  }

  Status read_field(const BmffBox& box, ByteReader& reader, std::uint32_t width) {
    BmffOffset field{box.content.offset + reader.position(), width, 0};
    SIGNMARK_ASSIGN(field.value, number(reader, width));
    fragments_.fields.push_back(field);
    return {};
  }

  static Result<std::uint64_t> number(ByteReader& reader, std::uint32_t width) {
    if (width == 8) return reader.u64be();
    SIGNMARK_ASSIGN(const std::uint64_t value, reader.u32be());
    return value;
  }

  /// 8.8.10: the numbers behind the two positions have 1 to 4 bytes each, as the head says.
  Status read_random_access(const BmffBox& tfra) {
    SIGNMARK_ASSIGN(auto full, source_.full_box(tfra));
    SIGNMARK_TRY(full.reader.skip(4));  // track
    SIGNMARK_ASSIGN(const std::uint32_t lengths, full.reader.u32be());
    SIGNMARK_ASSIGN(const std::uint32_t count, full.reader.u32be());
    const std::uint64_t width = full.version == 0 ? 4 : 8;
    const std::uint64_t rest = 3 + (lengths >> 4 & 3U) + (lengths >> 2 & 3U) + (lengths & 3U);
    if (count > full.reader.remaining() / (2 * width + rest))
      return full.reader.error("truncated", "the list of fragments is too short");
    for (std::uint32_t i = 0; i < count; ++i) {
      SIGNMARK_TRY(full.reader.skip(width));  // time
      SIGNMARK_TRY(read_field(tfra, full.reader, width));
      SIGNMARK_TRY(full.reader.skip(rest));
    }
    return {};
  }

  /// 8.16.3: sizes count from the end of the index, plus a distance.
  Status read_index(const BmffBox& sidx) {
    SIGNMARK_ASSIGN(auto full, source_.full_box(sidx));
    const std::uint32_t width = full.version == 0 ? 4 : 8;
    SIGNMARK_TRY(full.reader.skip(8 + width));  // stream, time scale, first time
    SIGNMARK_ASSIGN(std::uint64_t size, number(full.reader, width));
    SIGNMARK_TRY(full.reader.skip(2));
    SIGNMARK_ASSIGN(const std::uint32_t count, full.reader.u16be());
    size = std::min<std::uint64_t>(size, source_.file.size());
    for (std::uint32_t i = 0; i < count; ++i) {
      SIGNMARK_ASSIGN(const std::uint32_t entry, full.reader.u32be());
      SIGNMARK_TRY(full.reader.skip(8));
      size += entry & 0x7FFFFFFFU;
    }
    fragments_.indexed.push_back({sidx.range.end(), size});
    return {};
  }

  const BmffSource& source_;
  BmffFragments fragments_;
};

}  // namespace

Result<BmffFragments> read_bmff_fragments(const BmffSource& source, const BmffScan& scan) {
  return FragmentReader(source).read(scan);
}

}  // namespace signmark::container
