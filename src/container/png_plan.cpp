// SPDX-License-Identifier: Apache-2.0
// Changing the metadata of a PNG file, and moving it to a new encoding.
#include <algorithm>
#include <array>

#include "container/png_handler.hpp"
#include "container/png_text.hpp"

namespace signmark::container {
namespace {

/// The chunk that a block of the inventory stands for.
PngChunk chunk_at(ByteView file, Range range) {
  const ByteView whole = file.subspan(range.offset, range.size);
  return {as_text(whole.subspan(4, 4)), range, whole.subspan(8, whole.size() - 12), true};
}

Result<Bytes> rewrite_exif(const PngChunk& chunk, const Bytes& tiff) {
  const std::size_t prefix = chunk.data.size() - exif_tiff(chunk.data).size();
  ByteWriter data;
  data.bytes(chunk.data.first(prefix)).bytes(tiff);
  return png_chunk(chunk.type, data.view());
}

// ---------------------------------------------------------------------------------------------
// Transplanting

/// What of the header decides whether chunks about the pixel layout still hold.
struct PixelLayout {
  Byte depth = 0;
  Byte colour_type = 0;
  [[nodiscard]] bool grey() const { return colour_type == 0 || colour_type == 4; }
  friend bool operator==(const PixelLayout&, const PixelLayout&) = default;
};

PixelLayout layout_of(const PngScan& scan) {
  const ByteView header = scan.chunks.front().data;
  return {header[8], header[9]};
}

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& list, std::string_view type) {
  return std::find(list.begin(), list.end(), type) != list.end();
}

/// PNG 14.2: an unknown chunk whose fourth letter is a capital must not survive changed picture
/// data (Apple's iDOT holds offsets into it). These are known and independent of the data.
constexpr std::array<std::string_view, 16> kIndependent = {
    "gAMA", "cHRM", "sRGB", "iCCP", "cICP", "mDCV", "cLLI", "mDCv",
    "cLLi", "sPLT", "tIME", "pCAL", "sCAL", "sTER", "bKGD", "sBIT"};
/// PNG 5.6, table 7: must stand before PLTE and IDAT.
constexpr std::array<std::string_view, 10> kBeforePalette = {
    "gAMA", "cHRM", "sRGB", "iCCP", "cICP", "mDCV", "cLLI", "mDCv", "cLLi", "sBIT"};
/// These come from the new encoding, or belong to the old one only.
constexpr std::array<std::string_view, 5> kOfTheEncoding = {"tRNS", "hIST", "acTL", "fcTL", "fdAT"};

bool survives(std::string_view type, PixelLayout before, PixelLayout now) {
  if (!is_ancillary(type) || type == "caBX" || contains(kOfTheEncoding, type)) return false;
  if (type == "sBIT") return before == now;
  if (type == "bKGD") return before == now && now.colour_type != 3;  // a palette index otherwise
  if (type == "iCCP") return before.grey() == now.grey();
  const bool safe_to_copy = (type[3] & 0x20) != 0;
  return safe_to_copy || contains(kIndependent, type);
}

/// Chunks of the original that the new file keeps, each in its slot.
class Heirlooms {
 public:
  Heirlooms(ByteView file, const PngScan& original, PixelLayout now) : file_(file) {
    bool data_seen = false;
    for (const PngChunk& chunk : original.chunks) {
      data_seen = data_seen || chunk.type == "IDAT";
      if (!survives(chunk.type, layout_of(original), now)) continue;
      if (contains(kBeforePalette, chunk.type))
        slots_[0].push_back(chunk.range);
      else
        slots_[data_seen ? 2 : 1].push_back(chunk.range);
    }
  }

  /// Writes all slots up to this one that are still due.
  void flush(Rope& rope, std::size_t last_slot) {
    for (; next_ <= last_slot; ++next_)
      for (const Range& range : slots_[next_]) rope.view(file_.subspan(range.offset, range.size));
  }

 private:
  ByteView file_;
  std::array<std::vector<Range>, 3> slots_;  // before PLTE, before IDAT, after IDAT
  std::size_t next_ = 0;
};

/// How many slots must be out before a chunk of the new encoding may follow.
std::size_t slot_before(std::string_view type) {
  if (type == "IEND") return 2;
  return type == "PLTE" ? 0 : 1;
}

bool is_of_encoding(std::string_view type) {
  return !is_ancillary(type) || (contains(kOfTheEncoding, type) && type != "hIST");
}

}  // namespace

Result<Plan> plan_png(const Context& context, ByteView file, const Inventory& inventory,
                      const Edits& edits) {
  const auto rewrite = [&](const Block& block, Bytes payload) -> Result<Bytes> {
    const PngChunk chunk = chunk_at(file, block.range);
    return block.kind == BlockKind::exif ? rewrite_exif(chunk, payload)
                                         : rewrite_png_text(chunk, payload);
  };
  SIGNMARK_ASSIGN(auto splices, common_splices(inventory, edits, context.limits, rewrite));
  if (edits.manifest) {
    SIGNMARK_ASSIGN(Bytes chunk, png_chunk("caBX", *edits.manifest));
    splices.push_back({{kPngAfterHeader, 0}, std::move(chunk), true});
  }
  // Early in the file, as XMP part 3 advises, and before Apple's iDOT, which counts bytes up to
  // IDAT.
  if (edits.xmp && inventory.find(BlockKind::xmp) == nullptr) {
    SIGNMARK_ASSIGN(Bytes chunk, png_xmp_chunk(*edits.xmp));
    splices.push_back({{kPngAfterHeader, 0}, std::move(chunk)});
  }
  return splice_plan(file, std::move(splices));
}

Result<Rope> transplant_png(const Context& context, ByteView original, ByteView encoded) {
  SIGNMARK_ASSIGN(const PngScan old, scan_png(context.limits, original, PngCrc::skip));
  SIGNMARK_ASSIGN(const PngScan fresh, scan_png(context.limits, encoded, PngCrc::skip));
  Heirlooms heirlooms(original, old, layout_of(fresh));
  Rope rope;
  rope.view(encoded.first(kPngAfterHeader));
  for (const PngChunk& chunk : fresh.chunks) {
    if (chunk.type == "IHDR" || !is_of_encoding(chunk.type)) continue;
    heirlooms.flush(rope, slot_before(chunk.type));
    rope.view(encoded.subspan(chunk.range.offset, chunk.range.size));
  }
  return rope;
}

}  // namespace signmark::container
