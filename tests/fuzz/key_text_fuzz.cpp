// SPDX-License-Identifier: Apache-2.0
// links: signmark_keys
// Texts that name or hold keys: public and secret lines, armored blocks, key files.
#include <cstdlib>

#include "keys/armor.hpp"
#include "keys/key_file.hpp"

using namespace signmark;
using namespace signmark::keys;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text({data, size});
  if (const auto named = parse_public_text(text))
    if (public_text(named->role, named->key) != text) std::abort();
  if (const auto block = dearmor(text))
    if (armor(block->label, block->bytes) != text) std::abort();
  if (const auto file = decode_key_file(text))
    if (encode_key_file(*file) != text) std::abort();
  static const auto arena = SecureArena::create(1);
  if (arena) static_cast<void>(parse_secret_text(**arena, text));
  return 0;
}
