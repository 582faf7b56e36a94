// SPDX-License-Identifier: Apache-2.0
// The font that is part of the program; its bytes are made at build time by make_font_subset.py.
#pragma once

#include <cstddef>

namespace signmark::label {

extern const unsigned char kBuiltInFont[];
extern const std::size_t kBuiltInFontSize;  // bytes

}  // namespace signmark::label
