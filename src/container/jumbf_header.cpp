// SPDX-License-Identifier: Apache-2.0
// Recognises C2PA manifest stores.
#include "container/jumbf_header.hpp"

namespace signmark::container {
namespace {

/// "c2pa" and the suffix that ISO/IEC 19566-5 gives to four-letter content types.
constexpr std::string_view kStoreUuid("c2pa\x00\x11\x00\x10\x80\x00\x00\xAA\x00\x38\x9B\x71", 16);

}  // namespace

bool is_c2pa_store(ByteView data) {
  ByteReader reader(data, "container.jumbf");
  return reader.skip(4) && reader.next_is("jumb") && reader.skip(8) && reader.next_is("jumd") &&
         reader.skip(4) && reader.next_is(kStoreUuid);
}

}  // namespace signmark::container
