// SPDX-License-Identifier: Apache-2.0
// One handler a format behind one small interface; how to add a format: src/container/README.md.
#pragma once

#include "base/bytes.hpp"
#include "signmark/container.hpp"

namespace signmark::container {

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
};

const Handler& png_handler();
const Handler& jpeg_handler();
const Handler& webp_handler();
const Handler& gif_handler();
const Handler& tiff_handler();
const Handler& avif_handler();
const Handler& heif_handler();
const Handler& mp4_handler();
const Handler& markdown_handler();
const Handler& sidecar_handler();

/// Records damage: `complete` becomes false and the problem is kept.
void mark_damaged(Inventory& inventory, Error error);

/// `container.<format>.limit` when `size` exceeds `limit`; names the limit's flag.
Status check_limit(std::string_view format, std::string_view limit_name, std::uint64_t size,
                   std::uint64_t limit, std::string where);

/// Cuts replacement values into the file: ranges ascending and disjoint, `file` is viewed.
struct Splice {
  Range range;  ///< what is taken out; size 0 inserts
  Bytes bytes;  ///< what comes instead
};
Result<Rope> splice(ByteView file, std::vector<Splice> splices);

}  // namespace signmark::container
