// SPDX-License-Identifier: Apache-2.0
// links: signmark_container
// EXIF blocks: directories, texts, and a changed text that must read back.
#include <cstdlib>

#include "container/exif.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signmark;
  const Limits limits;
  const ByteView tiff(data, size);
  const auto view = container::read_exif(tiff, limits);
  if (!view) return 0;
  for (const auto& text : view->texts) {
    const auto changed = container::replace_exif_text(tiff, text.key, as_bytes("new"), limits);
    if (changed && !container::read_exif(*changed, limits)) std::abort();
  }
  return 0;
}
