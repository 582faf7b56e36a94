// SPDX-License-Identifier: Apache-2.0
// Multi-picture JPEG (CIPA DC-007: gain maps, stereo): its index counts bytes up to pictures behind
// EOI.
#pragma once

#include "container/jpeg_segments.hpp"

namespace signmark::container {

/// Corrects the index when the splices move the further pictures relative to it; adds one splice of
/// unchanged size then. Errors: `container.jpeg.unwritable` when the index would have to be
/// corrected but cannot be read.
Status repoint_pictures(ByteView file, const JpegScan& scan, std::vector<Splice>& splices);

}  // namespace signmark::container
