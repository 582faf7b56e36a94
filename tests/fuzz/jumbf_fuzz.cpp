// SPDX-License-Identifier: Apache-2.0
// links: signmark_c2pa
// JUMBF: any bytes as a box tree and as text for people.
#include <cstdlib>

#include "c2pa/jumbf.hpp"
#include "signmark/c2pa.hpp"

namespace {

void walk(const signmark::c2pa::jumbf::Box& box, signmark::ByteView all) {
  if (box.raw.data() < all.data() || box.raw.data() + box.raw.size() > all.data() + all.size())
    std::abort();
  for (const auto& child : box.children) walk(child, box.raw);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signmark;
  const ByteView bytes(data, size);
  if (const auto box = c2pa::jumbf::parse(Limits{}, bytes)) walk(*box, bytes);
  (void)c2pa::dump_store(Context::standard(), bytes);
  (void)c2pa::jumbf::parse_uri(as_text(bytes));
  return 0;
}
