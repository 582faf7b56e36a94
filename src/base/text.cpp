// SPDX-License-Identifier: Apache-2.0
// Text helpers.
#include "base/text.hpp"

#include <fmt/format.h>
#include <sodium.h>
#include <unicode/normalizer2.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>

namespace signmark {
namespace {

/// One code point at `i`, which moves on; negative when the bytes are no UTF-8.
UChar32 next_code_point(std::string_view text, std::int32_t& i) {
  UChar32 c = 0;
  const auto* raw = reinterpret_cast<const std::uint8_t*>(text.data());
  U8_NEXT(raw, i, static_cast<std::int32_t>(text.size()), c);
  return c;
}

}  // namespace

bool is_utf8(std::string_view text) {
  std::int32_t i = 0;
  while (i < static_cast<std::int32_t>(text.size()))
    if (next_code_point(text, i) < 0) return false;
  return true;
}

Result<std::u32string> decode_utf8(std::string_view text) {
  std::u32string out;
  out.reserve(text.size());
  std::int32_t i = 0;
  while (i < static_cast<std::int32_t>(text.size())) {
    const std::int32_t start = i;
    const UChar32 c = next_code_point(text, i);
    if (c < 0) return fail("base.utf8", "text is not valid UTF-8", fmt::format("byte {}", start));
    out.push_back(static_cast<char32_t>(c));
  }
  return out;
}

std::string encode_utf8(std::u32string_view text) {
  std::string out;
  for (const char32_t c : text) {
    std::array<std::uint8_t, 4> raw{};
    std::int32_t n = 0;
    UBool bad = false;
    U8_APPEND(raw.data(), n, 4, static_cast<UChar32>(c), bad);
    if (!bad) out.append(reinterpret_cast<const char*>(raw.data()), static_cast<std::size_t>(n));
  }
  return out;
}

Result<std::string> nfc(std::string_view text) {
  if (!is_utf8(text)) return fail("base.utf8", "text is not valid UTF-8");
  UErrorCode code = U_ZERO_ERROR;
  const icu::Normalizer2* normalizer = icu::Normalizer2::getNFCInstance(code);
  if (U_FAILURE(code)) return fail("base.icu", "ICU has no NFC data");
  std::string out;
  const auto source = icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
  normalizer->normalize(source, code).toUTF8String(out);
  if (U_FAILURE(code)) return fail("base.icu", "ICU could not normalise the text");
  return out;
}

std::string hex(ByteView bytes) {
  std::string out(bytes.size() * 2 + 1, '\0');
  sodium_bin2hex(out.data(), out.size(), bytes.data(), bytes.size());
  out.pop_back();
  return out;
}

Result<Bytes> unhex(std::string_view text) {
  Bytes out(text.size() / 2);
  if (text.empty()) return out;  // libsodium may not be given null pointers
  std::size_t used = 0;
  if (text.size() % 2 != 0 ||
      sodium_hex2bin(out.data(), out.size(), text.data(), text.size(), nullptr, &used, nullptr) !=
          0 ||
      used != out.size())
    return fail("base.hex", "text is not hexadecimal");
  return out;
}

std::string base64(ByteView bytes) {
  constexpr int kVariant = sodium_base64_VARIANT_ORIGINAL;
  std::string out(sodium_base64_encoded_len(bytes.size(), kVariant), '\0');
  sodium_bin2base64(out.data(), out.size(), bytes.data(), bytes.size(), kVariant);
  out.pop_back();
  return out;
}

Result<Bytes> unbase64(std::string_view text) {
  Bytes out(text.size() / 4 * 3 + 1);  // never empty: libsodium wants an address
  std::size_t used = 0;
  const char* end = nullptr;
  // libsodium 1.0.18 takes bytes from 0x80 on for '/' (its character type is signed).
  const bool ascii = std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
  if (!ascii) return fail("base.base64", "text is not strict base64");
  const int rc = sodium_base642bin(out.data(), out.size(), text.data(), text.size(), nullptr, &used,
                                   &end, sodium_base64_VARIANT_ORIGINAL);
  if (rc != 0 || end != text.data() + text.size())
    return fail("base.base64", "text is not strict base64");
  out.resize(used);
  return out;
}

std::string uuid4(Random& random) {
  std::array<Byte, 16> b{};
  random.fill(b);
  b[6] = static_cast<Byte>((b[6] & 0x0f) | 0x40);
  b[8] = static_cast<Byte>((b[8] & 0x3f) | 0x80);
  const std::string h = hex(b);
  return fmt::format("{}-{}-{}-{}-{}", h.substr(0, 8), h.substr(8, 4), h.substr(12, 4),
                     h.substr(16, 4), h.substr(20));
}

std::string printable(std::string_view text) {
  std::string out;
  std::int32_t i = 0;
  while (i < static_cast<std::int32_t>(text.size())) {
    const std::int32_t start = i;
    const UChar32 c = next_code_point(text, i);
    // C0, C1, DEL and the bidi controls could repaint a terminal or reverse a name.
    const bool bad = c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x202a && c <= 0x202e) ||
                     (c >= 0x2066 && c <= 0x2069);
    if (bad)
      out += "\xef\xbf\xbd";
    else
      out += text.substr(static_cast<std::size_t>(start), static_cast<std::size_t>(i - start));
  }
  return out;
}

bool iequals(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [&](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace signmark
