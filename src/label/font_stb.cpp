// SPDX-License-Identifier: Apache-2.0
// The one place where stb_truetype is compiled.
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
#pragma GCC diagnostic ignored "-Wcast-align"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wsign-compare"
// A library never aborts: the checks of font_check.hpp come first, and stb clamps where it asserts.
#define STBTT_assert(condition) ((void)0)
#define STB_TRUETYPE_IMPLEMENTATION
#include <stb/stb_truetype.h>
