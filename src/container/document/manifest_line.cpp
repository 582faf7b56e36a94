// SPDX-License-Identifier: Apache-2.0
// Reading and writing the comment line of C2PA 2.5, A.9.
#include "container/document/manifest_line.hpp"

#include "base/text.hpp"

namespace signmark::container {
namespace {

constexpr std::string_view kBegin = "-----BEGIN C2PA MANIFEST-----";
constexpr std::string_view kEnd = "-----END C2PA MANIFEST-----";
constexpr std::string_view kData = "data:application/c2pa;base64,";
constexpr std::string_view kSpaces = " \t\r\n";

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kSpaces);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpaces) + 1 - begin);
}

/// The line around a position, with its line end.
Range line_around(std::string_view text, std::size_t begin, std::size_t end) {
  const std::size_t before = begin == 0 ? std::string_view::npos : text.rfind('\n', begin - 1);
  const std::size_t start = before == std::string_view::npos ? 0 : before + 1;
  const std::size_t after = text.find('\n', end);
  return {start, (after == std::string_view::npos ? text.size() : after + 1) - start};
}

/// Looks for a manifest within `where`.
Status inspect_within(const Context& context, ByteView file, Inventory& inventory, Range where) {
  const std::string_view text = as_text(file);
  const std::string_view window = text.substr(where.offset, where.size);
  const std::size_t begin = window.find(kBegin);
  if (begin == std::string_view::npos) return {};
  const std::size_t inner = begin + kBegin.size();
  const std::size_t end = window.find(kEnd, inner);
  const std::string_view reference =
      trim(window.substr(inner, std::min(end, window.size()) - inner));
  const std::size_t size = end == std::string_view::npos ? window.size() : end + kEnd.size();
  const Range line = line_around(text, where.offset + begin, where.offset + size);
  Block block{BlockKind::other, "C2PA manifest line", {}, line, {}};
  if (end == std::string_view::npos) {
    mark_damaged(inventory, format_error(inventory.format, "manifest",
                                         "the manifest line has no end", at_byte(line.offset))
                                .value());
  } else if (reference.starts_with(kData)) {
    auto store = unbase64(reference.substr(kData.size()));
    if (!store) {
      mark_damaged(inventory, format_error(inventory.format, "manifest",
                                           "the manifest is not base64", at_byte(line.offset))
                                  .value());
    } else {
      block.kind = BlockKind::c2pa;
      block.payload = std::move(*store);
      inventory.manifest_exclusions.push_back(line);
    }
  }
  return add_block(context, inventory, std::move(block));
}

}  // namespace

Status inspect_manifest_lines(const Context& context, ByteView file, Inventory& inventory,
                              Range front) {
  const std::string_view text = as_text(file);
  if (front.size > 0) SIGNMARK_TRY(inspect_within(context, file, inventory, front));
  const std::size_t last_char = text.find_last_not_of(kSpaces);
  if (last_char == std::string_view::npos) return {};
  const Range first = line_around(text, 0, 0);
  const Range last = line_around(text, last_char, last_char);
  if (first.offset >= front.end()) SIGNMARK_TRY(inspect_within(context, file, inventory, first));
  if (last.offset < std::max(front.end(), first.end())) return {};
  return inspect_within(context, file, inventory, last);
}

std::string manifest_line(ByteView store, std::string_view prefix, std::string_view suffix) {
  std::string line(prefix);
  line += kBegin;
  line += ' ';
  line += kData;
  line += base64(store);
  line += ' ';
  line += kEnd;
  line += suffix;
  return line;
}

void append_manifest_line(std::vector<Splice>& splices, ByteView file, const Inventory& inventory,
                          std::string_view line, bool apart) {
  std::string_view kept = as_text(file);
  const auto& old = inventory.manifest_exclusions;
  if (!old.empty() && old.back().end() == file.size()) kept = kept.substr(0, old.back().offset);
  const std::string line_end(line_end_of(kept));
  std::string gap;
  if (!kept.empty() && !kept.ends_with('\n')) gap = line_end;
  if (apart && !kept.ends_with("\n\n") && !kept.ends_with("\n\r\n")) gap += line_end;
  splices.push_back({{file.size(), 0}, {gap.begin(), gap.end()}});
  splices.push_back({{file.size(), 0}, {line.begin(), line.end()}, true});
}

}  // namespace signmark::container
