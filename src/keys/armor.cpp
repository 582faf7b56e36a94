// SPDX-License-Identifier: Apache-2.0
// RFC 7468 wrapping, strict.
#include "keys/armor.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace signmark::keys {
namespace {

constexpr std::size_t kLine = 64;  // characters, RFC 7468 section 2
constexpr std::string_view kBegin = "-----BEGIN ", kEnd = "-----END ", kDashes = "-----";

tl::unexpected<Error> syntax(std::string message, std::size_t line) {
  return fail("keys.armor.syntax", std::move(message), fmt::format("line {}", line),
              "copy the whole block, from the BEGIN line to the END line");
}

/// Hands out lines; a line without its LF is no line.
struct Lines {
  std::string_view text;
  std::size_t number = 0;

  std::optional<std::string_view> next() {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    ++number;
    return line;
  }
};

bool is_label(std::string_view label) {
  return !label.empty() && std::all_of(label.begin(), label.end(),
                                       [](char c) { return (c >= 'A' && c <= 'Z') || c == ' '; });
}

Result<std::string> read_begin(Lines& lines) {
  const auto line = lines.next();
  if (!line || !line->starts_with(kBegin) || !line->ends_with(kDashes) ||
      line->size() <= kBegin.size() + kDashes.size())
    return syntax("a BEGIN line is expected here", lines.number + (line ? 0 : 1));
  std::string label(line->substr(kBegin.size(), line->size() - kBegin.size() - kDashes.size()));
  if (!is_label(label)) return syntax("the BEGIN line has no proper name", lines.number);
  return label;
}

Result<ArmorBlock> read_block(Lines& lines) {
  ArmorBlock block;
  SIGNMARK_ASSIGN(block.label, read_begin(lines));
  std::string body;
  bool last = false;
  for (;;) {
    const auto line = lines.next();
    if (!line) return syntax("the END line is missing", lines.number + 1);
    if (line->starts_with(kEnd)) {
      if (*line != fmt::format("{}{}{}", kEnd, block.label, kDashes))
        return syntax("the END line does not belong to the BEGIN line", lines.number);
      break;
    }
    if (last || line->empty() || line->size() > kLine)
      return syntax("lines must have 64 characters, only the last may be shorter", lines.number);
    last = line->size() < kLine;
    body += *line;
  }
  auto bytes = unbase64(body);
  if (!bytes || bytes->empty()) return syntax("the block is not strict base64", lines.number);
  block.bytes = std::move(*bytes);
  return block;
}

}  // namespace

std::string armor(std::string_view label, ByteView bytes) {
  std::string out = fmt::format("{}{}{}\n", kBegin, label, kDashes);
  const std::string body = base64(bytes);
  for (std::size_t i = 0; i < body.size(); i += kLine) out += body.substr(i, kLine) + "\n";
  return out + fmt::format("{}{}{}\n", kEnd, label, kDashes);
}

Result<std::vector<ArmorBlock>> dearmor_all(std::string_view text, std::size_t max_blocks) {
  std::vector<ArmorBlock> blocks;
  Lines lines{text};
  do {
    if (blocks.size() == max_blocks)
      return fail("keys.armor.count", fmt::format("more than {} block(s) in the text", max_blocks),
                  fmt::format("line {}", lines.number + 1));
    SIGNMARK_ASSIGN(auto block, read_block(lines));
    blocks.push_back(std::move(block));
  } while (!lines.text.empty());
  return blocks;
}

Result<ArmorBlock> dearmor(std::string_view text) {
  SIGNMARK_ASSIGN(auto blocks, dearmor_all(text, 1));
  return std::move(blocks.front());
}

}  // namespace signmark::keys
