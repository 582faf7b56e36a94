// SPDX-License-Identifier: Apache-2.0
// Recognising a COSE Sig_structure (RFC 9052 4.4) before anything is signed.
#include "base/bytes.hpp"
#include "signmark/keys.hpp"

namespace signmark::keys {
namespace {

// RFC 8949 section 3: major type in the top three bits, length in the lower five.
constexpr std::uint8_t kArrayOfFour = 0x84;
constexpr std::uint8_t kByteString = 0x40;
constexpr std::uint8_t kShort = 24;  // lengths below stand in the first byte itself
constexpr std::string_view kContext = "\x6aSignature1";

tl::unexpected<Error> not_one() {
  return fail("keys.sign.cose", "the bytes are no COSE Sig_structure, so they are not signed");
}

/// Length of a byte string in its shortest form.
Result<std::uint64_t> read_length(ByteReader& reader) {
  SIGNMARK_ASSIGN(const std::uint8_t head, reader.u8());
  if ((head & 0xe0) != kByteString) return not_one();
  const std::uint8_t info = head & 0x1f;
  if (info < kShort) return info;
  std::uint64_t length = 0, least = kShort;
  if (info == kShort) {
    SIGNMARK_ASSIGN(length, reader.u8());
  } else if (info == kShort + 1) {
    SIGNMARK_ASSIGN(length, reader.u16be());
    least = 1U << 8;
  } else if (info == kShort + 2) {
    SIGNMARK_ASSIGN(length, reader.u32be());
    least = 1U << 16;
  }
  // Eight-byte and indefinite lengths are for nothing that we sign.
  if (length < least) return not_one();
  return length;
}

Result<ByteView> read_byte_string(ByteReader& reader) {
  SIGNMARK_ASSIGN(const std::uint64_t length, read_length(reader));
  return reader.take(length);
}

Result<bool> is_sig_structure(ByteView bytes) {
  ByteReader reader(bytes, "keys.sign");
  SIGNMARK_ASSIGN(const std::uint8_t head, reader.u8());
  if (head != kArrayOfFour || !reader.next_is(kContext)) return false;
  SIGNMARK_TRY(reader.skip(kContext.size()));
  SIGNMARK_TRY(read_byte_string(reader));  // protected headers
  SIGNMARK_ASSIGN(const ByteView external, read_byte_string(reader));
  SIGNMARK_TRY(read_byte_string(reader));  // payload
  return external.empty() && reader.at_end();
}

}  // namespace

Status check_sig_structure(ByteView bytes) {
  if (is_sig_structure(bytes).value_or(false)) return {};
  return not_one();
}

}  // namespace signmark::keys
