// SPDX-License-Identifier: Apache-2.0
// Writing and reading the paper form.
#include "keys/paper.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <cassert>

#include "base/hash.hpp"
#include "keys/bech32.hpp"

namespace signmark::keys {
namespace {

constexpr std::string_view kSymbols = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L";  // BIP 173, upper case
constexpr std::string_view kHeadBegin = "SIGNMARK-";
constexpr std::string_view kHeadEnd = "-SECRET-1";
constexpr std::string_view kCheckContext = "signmark/paper/v1";
constexpr std::size_t kRow = 20;   // symbols; 58 make three rows
constexpr std::size_t kGroup = 4;  // symbols between blanks
constexpr std::size_t kCheck = 2;  // symbols: 1 in 1024 errors of a row slips through to Bech32's
constexpr std::size_t kMaxHead = 64;

using Row = std::array<char, kRow + kCheck>;

/// Check of the row with this number; swapped rows do not fit either.
std::array<char, kCheck> check_of(std::size_t number, std::span<const char> symbols) {
  std::array<Byte, kCheckContext.size() + 1 + kRow> message{};
  auto out = std::copy(kCheckContext.begin(), kCheckContext.end(), message.begin());
  *out++ = static_cast<Byte>(number);
  out = std::copy(symbols.begin(), symbols.end(), out);
  const auto digest =
      blake2b(ByteView(message).first(static_cast<std::size_t>(out - message.begin())));
  sodium_memzero(message.data(), message.size());
  return {kSymbols[digest[0] & 31], kSymbols[digest[1] & 31]};
}

/// Appends to locked memory, up to its size.
class SecretWriter {
 public:
  explicit SecretWriter(std::span<Byte> out) : out_(out) {}
  void put(char c) {
    assert(used_ < out_.size());
    out_[used_++] = static_cast<Byte>(c);
  }
  void put(std::span<const char> text) {
    for (const char c : text) put(c);
  }
  [[nodiscard]] std::size_t used() const { return used_; }

 private:
  std::span<Byte> out_;
  std::size_t used_ = 0;
};

void put_row(SecretWriter& out, std::size_t number, std::span<const char> symbols) {
  out.put('\n');
  out.put(static_cast<char>('0' + number));
  out.put(' ');
  for (std::size_t i = 0; i < symbols.size(); ++i) {
    if (i % kGroup == 0) out.put(' ');
    out.put(symbols[i]);
  }
  out.put(std::string_view("  "));
  out.put(check_of(number, symbols));
}

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// The next line that is not blank; empty at the end.
std::string_view next_line(std::string_view& text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.empty()) return line;
  }
  return {};
}

bool is_head(std::string_view line) {
  std::array<char, kMaxHead> buffer{};
  if (line.size() > buffer.size()) return false;
  std::transform(line.begin(), line.end(), buffer.begin(), upper);
  const std::string_view head(buffer.data(), line.size());
  return head.starts_with(kHeadBegin) && head.ends_with(kHeadEnd) &&
         head.size() > kHeadBegin.size() + kHeadEnd.size();
}

tl::unexpected<Error> bad_row(std::string code, std::string message, std::size_t number) {
  return fail(std::move(code), std::move(message), fmt::format("row {}", number),
              "compare this row with the paper, letter by letter");
}

/// One row of `count` symbols without blanks, in upper case, its check verified.
Status read_row(std::string_view line, std::size_t number, std::size_t count, Row& row) {
  if (line.empty()) return bad_row("keys.text.length", "the row is missing", number);
  if (line.front() != static_cast<char>('0' + number))
    return bad_row("keys.text.length", "the row does not begin with its number", number);
  std::size_t used = 0;
  for (const char c : line.substr(1)) {
    if (is_blank(c)) continue;
    if (used == count + kCheck) return bad_row("keys.text.length", "the row is too long", number);
    row[used++] = upper(c);
  }
  if (used != count + kCheck) return bad_row("keys.text.length", "the row is too short", number);
  const auto check = check_of(number, std::span(row).first(count));
  if (!std::equal(check.begin(), check.end(), row.begin() + static_cast<std::ptrdiff_t>(count)))
    return bad_row("keys.text.checksum", "the row has a typing error", number);
  return {};
}

}  // namespace

Result<SecretBytes> paper_text(SecureArena& arena, const SecretBytes& line) {
  constexpr std::size_t kRoom = 160;  // a head and three rows have less
  SIGNMARK_ASSIGN(SecretBytes out, arena.allocate(line.size() + kRoom));
  std::size_t used = 0;
  {
    const auto from = line.open();
    const auto to = out.open();
    const std::span<const char> text(reinterpret_cast<const char*>(from.bytes().data()),
                                     from.bytes().size());
    SecretWriter writer(to.bytes());
    std::span<const char> symbols = text.last(kBech32Data);
    writer.put(text.first(text.size() - symbols.size()));
    for (std::size_t number = 1; !symbols.empty(); ++number) {
      const std::size_t count = std::min(kRow, symbols.size());
      put_row(writer, number, symbols.first(count));
      symbols = symbols.subspan(count);
    }
    used = writer.used();
  }
  out.truncate(used);
  return out;
}

bool is_paper_text(std::string_view text) { return is_head(next_line(text)); }

Result<SecretBytes> parse_paper_text(SecureArena& arena, std::string_view text) {
  const std::string_view head = next_line(text);
  if (!is_head(head)) return fail("keys.text.prefix", "the text is no paper form of a secret");
  SIGNMARK_ASSIGN(SecretBytes out, arena.allocate(head.size() + kBech32Data));
  const auto view = out.open();
  SecretWriter writer(view.bytes());
  for (const char c : head) writer.put(upper(c));
  Row row{};
  Status good;
  for (std::size_t number = 1, left = kBech32Data; left > 0 && good; ++number) {
    const std::size_t count = std::min(kRow, left);
    good = read_row(next_line(text), number, count, row);
    if (good) writer.put(std::span<const char>(row).first(count));
    left -= count;
  }
  sodium_memzero(row.data(), row.size());
  SIGNMARK_TRY(good);
  if (!next_line(text).empty())
    return fail("keys.text.length", "lines follow the last row of the secret");
  return out;
}

}  // namespace signmark::keys
