// SPDX-License-Identifier: Apache-2.0
// links: signmark_container
// Markdown and plain text: front matter, manifest lines, passages.
#include "container_fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using signmark::container::Format;
  const bool plain = size > 0 && data[0] == '!';
  return signmark::fuzz::run_container(data, size, Format::markdown, Format::text,
                                       plain ? "a.txt" : "a.md");
}
