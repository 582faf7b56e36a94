// SPDX-License-Identifier: Apache-2.0
// The textual wrapping of RFC 7468 (`-----BEGIN …-----`), in one form only.
#pragma once

#include "base/result.hpp"

namespace signmark::keys {

/// Lines of 64 base64 characters between BEGIN and END lines; every line ends in one LF.
std::string armor(std::string_view label, ByteView bytes);

struct ArmorBlock {
  std::string label;
  Bytes bytes;
};

/// Reads all blocks of a text, one after the other, with nothing before, between or after them.
/// Strict: what armor() writes and nothing else, so two texts never mean one block. At most
/// `max_blocks`. Errors: `keys.armor.syntax` (where: the line), `keys.armor.count`.
Result<std::vector<ArmorBlock>> dearmor_all(std::string_view text, std::size_t max_blocks);

/// Exactly one block. Errors: as dearmor_all.
Result<ArmorBlock> dearmor(std::string_view text);

}  // namespace signmark::keys
