// SPDX-License-Identifier: Apache-2.0
// links: signmark_container
// Films and sounds of all formats but MP4: containers, tags, plans.
#include "container_fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using signmark::container::Format;
  const Format format = signmark::container::probe({data, size});
  if (format < Format::matroska) return 0;
  return signmark::fuzz::run_container(data, size, format);
}
