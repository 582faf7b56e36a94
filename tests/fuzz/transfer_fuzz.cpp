// SPDX-License-Identifier: Apache-2.0
// links: signmark_keys
// Texts about keys that come from elsewhere: transfer requests and sealed keys, paper forms, secret
// lines, `.pub` files. What is accepted must be exactly what would be written.
#include <cstdint>
#include <cstdlib>

#include "keys/key_record.hpp"
#include "keys/paper.hpp"
#include "keys/transfer.hpp"

using namespace signmark;
using namespace signmark::keys;

namespace {

void check_transfer(std::string_view text, SecureArena& arena) {
  if (const auto request = decode_request(text))
    if (encode_request(*request) != text) std::abort();
  if (const auto waiting = decode_waiting(text, arena)) {
    if (encode_waiting(waiting->secret) != text) std::abort();
  }
  const auto mine = make_request(arena);
  // Nobody seals to a key that was made this moment.
  if (mine && unseal_carrier(text, *mine, arena)) std::abort();
}

void check_secret(std::string_view text, SecureArena& arena) {
  if (const auto line = parse_paper_text(arena, text)) {
    if (!is_paper_text(text)) std::abort();
    const auto again = paper_text(arena, *line);
    if (!again || !parse_paper_text(arena, as_text(again->open().bytes()))) std::abort();
  }
  if (const auto named = parse_secret_text(arena, text)) {
    const auto line = secret_text(arena, named->role, named->secret);
    if (!line || as_text(line->open().bytes()) != text) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto arena = SecureArena::create();
  if (!arena) std::abort();
  const std::string_view text = as_text({data, size});
  key_text_kind(text);
  check_transfer(text, **arena);
  check_secret(text, **arena);
  if (const auto record = decode_key_record(text)) {
    const auto again = decode_key_record(encode_key_record(*record));
    if (!again || again->public_key != record->public_key) std::abort();
  }
  return 0;
}
