// SPDX-License-Identifier: Apache-2.0
// links: signmark_label
// A user's font file with hostile bytes: refused or drawn, never read beyond its end.
#include <cstdlib>

#include "label/font_face.hpp"
#include "label/visible_text.hpp"

using namespace signmark;
using namespace signmark::label;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto face = FontFace::from_bytes(Bytes(data, data + size), "fuzz.ttf", U"AI生成");
  if (!face) {
    if (face.error().code != "label.font.unreadable") std::abort();
    return 0;
  }
  (void)face->first_missing(U"AI生成-ge\U0001F600");
  (void)draw_text(*face, {U"AI生成", U"AI-generated"}, 24);
  return 0;
}
