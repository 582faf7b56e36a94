// SPDX-License-Identifier: Apache-2.0
// links: signmark_container
// MP4 and QuickTime files: boxes, lists.
#include "container_fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return signmark::fuzz::run_container(data, size, signmark::container::Format::mp4,
                                       signmark::container::Format::mov);
}
