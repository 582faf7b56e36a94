// SPDX-License-Identifier: Apache-2.0
// Metadata lists of MP4 and QuickTime files: keys with ilst, iTunes ilst, QuickTime user data.
#pragma once

#include "container/bmff_boxes.hpp"

namespace signmark::container {

/// Blocks of a `meta` box with an `ilst`: with `keys` (handler mdta), or with four-letter names and
/// free-form entries (handler mdir, QuickTime's may lack a handler). `place` is its path for
/// people. A key that contains AIGC (GB 45438 Annex E a) is of kind aigc, other text of kind text.
/// Errors: `container.mp4.truncated`, `container.mp4.syntax`, `container.mp4.limit`.
Status add_item_list(const Context& context, const BmffSource& source, const BmffBox& meta,
                     const std::string& place, Inventory& inventory);

/// Blocks of a `udta` box itself: QuickTime texts, an XMP packet, an AIGC entry. Errors: as above.
Status add_user_data(const Context& context, const BmffSource& source, const BmffBox& udta,
                     const std::string& place, Inventory& inventory);

}  // namespace signmark::container
