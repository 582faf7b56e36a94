// SPDX-License-Identifier: Apache-2.0
// Structure checks on a font file, because stb_truetype checks none of its offsets.
#pragma once

#include <vector>

#include "base/result.hpp"

namespace signmark::label {

/// Offsets of the faces whose tables all lie inside the file and hold what their headers promise.
/// Errors: `label.font.unreadable` when there is none.
Result<std::vector<std::uint32_t>> check_font(ByteView file);

}  // namespace signmark::label
