// SPDX-License-Identifier: Apache-2.0
// Metadata lists of MP4 and QuickTime files: keys with ilst, iTunes ilst, QuickTime user data.
#pragma once

#include "container/bmff_boxes.hpp"

namespace signmark::container {

inline constexpr std::uint32_t kMp4Utf8 = 1;  ///< well-known type of a `data` box with text

/// Blocks of a `meta` box with an `ilst`: with `keys` (handler mdta), or with four-letter names and
/// free-form entries (handler mdir, QuickTime's may lack a handler). `place` is its path for
/// people. A key that contains AIGC (GB 45438 Annex E a) is of kind aigc, other text of kind text.
/// Errors: `container.mp4.truncated`, `container.mp4.syntax`, `container.mp4.limit`.
Status add_item_list(const Context& context, const BmffSource& source, const BmffBox& meta,
                     const std::string& place, Inventory& inventory);

/// Blocks of a `udta` box itself: QuickTime texts, an XMP packet, an AIGC entry. Errors: as above.
Status add_user_data(const Context& context, const BmffSource& source, const BmffBox& udta,
                     const std::string& place, Inventory& inventory);

/// The names in `keys`, by index; none without that box. Errors: as above.
Result<std::vector<std::string>> read_mp4_keys(const BmffSource& source, const BmffBox& meta);

/// The text of an entry of user data.
struct Mp4UserText {
  Range range;
  bool sized = false;  ///< a 16-bit length begins the entry
};
Mp4UserText mp4_user_text(const BmffSource& source, const BmffBox& box);

}  // namespace signmark::container
