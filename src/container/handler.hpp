// SPDX-License-Identifier: Apache-2.0
// One handler a format behind one small interface; how to add a format: src/container/README.md.
#pragma once

#include <functional>

#include "base/bytes.hpp"
#include "signmark/container.hpp"

namespace signmark::container {

class DocumentHandler;

/// What a format must be able to do. Handlers hold no state; one object serves all threads.
class Handler {
 public:
  virtual ~Handler() = default;
  [[nodiscard]] virtual const FormatInfo& info() const = 0;
  /// Whether these bytes are of this format, from the head of the file alone.
  [[nodiscard]] virtual bool matches(ByteView file) const = 0;
  /// Fills `inventory` (format and file_size are set already). Damage is recorded with
  /// `mark_damaged`, so that what stands before it is still reported; an Error only for limits.
  virtual Status inspect(const Context& context, ByteView file, Inventory& inventory) const = 0;
  /// Called only for complete inventories of formats that write metadata.
  [[nodiscard]] virtual Result<Plan> plan(const Context& context, ByteView file,
                                          const Inventory& inventory, const Edits& edits) const;
  [[nodiscard]] virtual Result<Rope> transplant(const Context& context, ByteView original,
                                                const Inventory& inventory, ByteView encoded) const;
  /// The side that serves text; nullptr when the format is no document.
  [[nodiscard]] virtual const DocumentHandler* document() const { return nullptr; }
};

/// The handler of a format; nullptr for `unknown`.
const Handler* handler_of(Format format);

const Handler& png_handler();
const Handler& jpeg_handler();
const Handler& webp_handler();
const Handler& gif_handler();
const Handler& tiff_handler();
const Handler& avif_handler();
const Handler& heif_handler();
const Handler& m4a_handler();
const Handler& mov_handler();
const Handler& mp4_handler();
const Handler& markdown_handler();
const Handler& sidecar_handler();
const Handler& wav_handler();
const Handler& avi_handler();
const Handler& mp3_handler();
const Handler& flac_handler();
const Handler& aac_handler();
const Handler& ogg_handler();
const Handler& matroska_handler();
const Handler& webm_handler();
const Handler& flv_handler();

/// Short lower-case name of a format in error codes: `container.<code_name>.limit`.
std::string_view code_name(Format format);

/// `container.<format>.<what>`, as the failing side of a Result.
tl::unexpected<Error> format_error(Format format, std::string_view what, std::string message,
                                   std::string where = {}, std::string hint = {});

// ---------------------------------------------------------------------------------------------
// Filling an inventory

/// Records an oddity that does not hinder reading. Only the first 64 are kept, so that a hostile
/// file cannot fill the memory with messages.
void note_problem(Inventory& inventory, Error error);

/// Records damage: `complete` becomes false and the problem is kept.
void mark_damaged(Inventory& inventory, Error error);

/// `container.<format>.limit` when `size` exceeds `limit`; names the limit's flag.
Status check_limit(std::string_view format, std::string_view limit_name, std::uint64_t size,
                   std::uint64_t limit, std::string where);

/// Adds a block. A payload above the limit of its kind is an Error, except for `text` and `icc`,
/// which then become `other` with a problem: what holds no mark must not make a file unreadable.
Status add_block(const Context& context, Inventory& inventory, Block block);

/// Adds an `exif` block, its `exif_text` blocks (same range) and the orientation. EXIF that cannot
/// be read is a problem, not damage: it is foreign to the format.
Status add_exif(const Context& context, Inventory& inventory, Block block);

/// The TIFF structure of an EXIF carrier: without `Exif\0\0`, which JPEG demands and some writers
/// put into PNG and WebP as well.
ByteView exif_tiff(ByteView carrier_data);

/// "byte 1234".
std::string at_byte(std::uint64_t offset);

// ---------------------------------------------------------------------------------------------
// Planning changes

/// Cuts replacement values into the file: `file` is viewed.
struct Splice {
  Range range;            ///< what is taken out; size 0 inserts
  Bytes bytes;            ///< what comes instead
  bool manifest = false;  ///< the bytes are a manifest with its carrier: an exclusion of the plan
};

/// The file with all splices done. They may come in any order but must not overlap; at one offset
/// insertions come first, in the order given. Errors: `container.splice.overlap` (internal).
Result<Plan> splice_plan(ByteView file, std::vector<Splice> splices);

/// By how many bytes the splices within a part of the file make it longer; an insertion at the
/// part's end counts.
std::int64_t growth(const std::vector<Splice>& splices, Range within = {0, UINT64_MAX});

/// As splice_plan, without exclusions.
Result<Rope> splice(ByteView file, std::vector<Splice> splices);

/// The new value of one whole carrier.
struct CarrierEdit {
  const Block* block = nullptr;  ///< kind xmp, aigc, text or exif
  Bytes payload;
};

/// Resolves Edits against the inventory, in file order, one a carrier: Edits::xmp and Edits::aigc
/// go to the first block of their kind if there is one, exif_text replacements are folded into
/// their EXIF block. Checks indices, kinds and limits. Errors: `container.edits.block`,
/// `container.<format>.limit`, those of exif.hpp.
Result<std::vector<CarrierEdit>> carrier_edits(const Inventory& inventory, const Edits& edits,
                                               const Limits& limits);

/// Bytes of a carrier (with header and check sum) that is to hold `payload`.
using CarrierWriter = std::function<Result<Bytes>(const Block& block, Bytes payload)>;

/// The splices every format has in common: all carrier edits, and the removal of every present
/// manifest when the edits bring a new one.
Result<std::vector<Splice>> common_splices(const Inventory& inventory, const Edits& edits,
                                           const Limits& limits, const CarrierWriter& write);

}  // namespace signmark::container
