// SPDX-License-Identifier: Apache-2.0
// Damages a small file at every byte and sees that reading and planning return.
#pragma once

#include "signmark/container.hpp"
#include "support/test_support.hpp"

namespace signmark::test {

inline container::Edits xmp_and_manifest(std::string_view xmp, std::size_t manifest_size,
                                         Byte fill = 0x5A) {
  container::Edits edits;
  edits.xmp = Bytes(xmp.begin(), xmp.end());
  edits.manifest = Bytes(manifest_size, fill);
  return edits;
}

/// A cut file must never look whole, but the first letters of a signature alone are text.
/// `whole_from`: sizes from here on may (bytes behind the last structure, whose absence nothing
/// tells).
inline void check_every_cut(ByteView file, std::size_t whole_from = SIZE_MAX) {
  const Context context = test_context();
  for (std::size_t size = 0; size < std::min(file.size(), whole_from); ++size) {
    const auto inventory = container::inspect(context, file.first(size));
    INFO("cut at " << size);
    if (inventory && inventory->format != container::Format::text) CHECK_FALSE(inventory->complete);
  }
}

/// Every byte changed in three ways: whatever comes out, it must come out.
inline void check_every_flip(ByteView file) {
  const Context context = test_context();
  const container::Edits edits = xmp_and_manifest("<x:xmpmeta/>", 100);
  Bytes flipped(file.begin(), file.end());
  for (std::size_t i = 0; i < file.size(); ++i)
    for (const Byte mask : {Byte{0x01}, Byte{0x80}, Byte{0xFF}}) {
      flipped[i] = file[i] ^ mask;
      if (const auto inventory = container::inspect(context, flipped)) {
        const auto plan = container::plan(context, flipped, *inventory, edits);
        if (plan) CHECK(plan->rope.size() > edits.manifest->size());
        if (const auto moved = container::transplant(context, flipped, *inventory, file))
          CHECK(moved->size() > 0);
      }
      flipped[i] = file[i];
    }
}

}  // namespace signmark::test
