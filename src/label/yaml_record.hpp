// SPDX-License-Identifier: Apache-2.0
// The small part of YAML in which AIGC records are written: block and flow mappings of scalars.
// Anchors, aliases, tags and sequences are not read: no product uses them for a record.
#pragma once

#include "label/aigc_shape.hpp"

namespace signmark::label {

/// One line without its indentation and trailing blanks.
struct YamlLine {
  std::size_t indent = 0;  ///< leading blanks
  std::string_view body;   ///< empty for a blank line
};

/// `key: value` as it stands, the value still undecoded.
struct YamlEntry {
  std::string key;
  std::string_view value;            ///< rest of the first line
  std::span<const YamlLine> follow;  ///< deeper lines below it
};

std::vector<YamlLine> yaml_lines(std::string_view text);

/// Splits `key: value`; nothing when the line is no entry.
std::optional<YamlEntry> yaml_entry(std::string_view body);

/// Entries of a block mapping whose keys stand at the indentation of the first line.
/// Errors: `label.aigc.syntax`.
Result<std::vector<YamlEntry>> yaml_block(std::span<const YamlLine> lines);

/// Decodes a scalar value. Errors: `label.aigc.syntax`, `label.aigc.escape`.
Result<RawField> yaml_scalar(const YamlEntry& entry);

/// Value and continuation lines as one text, blanks folded.
std::string yaml_folded(const YamlEntry& entry);

/// Decodes a quoted scalar at the start of `text` and moves `text` behind it.
/// Errors: `label.aigc.syntax`, `label.aigc.escape`.
Result<std::string> yaml_quoted(std::string_view& text);

/// A flow mapping `{a: 1, "b": 'x'}`; nested collections stay text.
/// Errors: `label.aigc.syntax`, `label.aigc.escape`, `label.aigc.depth`.
Result<RawObject> yaml_flow(std::string_view text, const Limits& limits);

/// Kind of an unquoted scalar by YAML's core schema.
RawKind yaml_plain_kind(std::string_view text);

}  // namespace signmark::label
