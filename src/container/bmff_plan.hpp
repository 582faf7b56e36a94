// SPDX-License-Identifier: Apache-2.0
// Changing the metadata of AVIF and HEIF files.
#pragma once

#include "container/bmff_boxes.hpp"

namespace signmark::container {

/// As Handler::plan. The manifest stands in a `uuid` box behind `ftyp` (C2PA 2.5 A.5).
Result<Plan> plan_bmff(const BmffSource& source, const Inventory& inventory, const Edits& edits);

}  // namespace signmark::container
