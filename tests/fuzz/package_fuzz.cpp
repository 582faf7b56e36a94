// SPDX-License-Identifier: Apache-2.0
// links: signmark_container
// Packages: ZIP archives of the office formats, ODT and EPUB.
#include "container_fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto found = signmark::container::probe({data, size});
  if (found < signmark::container::Format::docx || found > signmark::container::Format::epub)
    return 0;
  return signmark::fuzz::run_container(data, size, found);
}
