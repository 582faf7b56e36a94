// SPDX-License-Identifier: Apache-2.0
// links: signmark_c2pa
// Whole files: whatever container and store say, validation ends, and nothing is trusted that no
// anchor vouches for.
#include <cstdlib>

#include "signmark/c2pa.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signmark;
  Context context = Context::standard();
  context.clock = fixed_clock(1'795'348'800);
  const ByteView file(data, size);
  const auto inventory = container::inspect(context, file);
  if (!inventory) return 0;
  const auto report = c2pa::validate(context, file, *inventory, {});
  if (report && report->trust == c2pa::Answer::good) std::abort();
  return 0;
}
