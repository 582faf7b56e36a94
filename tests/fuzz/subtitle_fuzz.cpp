// SPDX-License-Identifier: Apache-2.0
// links: signmark_container
// SRT and WebVTT subtitles.
#include "container_fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using signmark::container::Format;
  return signmark::fuzz::run_container(data, size, Format::srt, Format::vtt);
}
