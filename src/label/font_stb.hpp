// SPDX-License-Identifier: Apache-2.0
// Opens a checked face with stb_truetype.
#pragma once

#include <stb/stb_truetype.h>

#include "label/font_check.hpp"

namespace signmark::label {

/// False when the face cannot be used. `info` then holds nothing of use.
bool init_face(stbtt_fontinfo& info, ByteView file, const SaneFace& face);

}  // namespace signmark::label
