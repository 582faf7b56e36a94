// SPDX-License-Identifier: Apache-2.0
// links: signmark_c2pa
// CBOR: what is decoded can be encoded, decoded again to the same bytes, and shown.
#include <cstdlib>

#include "c2pa/cbor.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace signmark;
  const auto value = c2pa::cbor::decode(Limits{}, {data, size});
  if (!value) return 0;
  const Bytes bytes = c2pa::cbor::encode(*value);
  const auto again = c2pa::cbor::decode(Limits{}, bytes);
  if (!again || c2pa::cbor::encode(*again) != bytes) std::abort();
  (void)c2pa::cbor::diagnostic(*value);
  return 0;
}
