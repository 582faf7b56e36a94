// SPDX-License-Identifier: Apache-2.0
// What a record is made of before its fields are understood: keys and values in the order found.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "signmark/label.hpp"

namespace signmark::label {

enum class RawKind { string, number, boolean, null, nested };

struct RawField {
  std::string key;
  std::string text;  ///< the string's value; for other kinds its spelling; nested: compact JSON
  RawKind kind = RawKind::string;
};

using RawObject = std::vector<RawField>;

/// A record stripped of its wrappings.
struct Shape {
  RawObject object;            ///< empty for an empty shell
  bool keyed = false;          ///< an AIGC key (or an AIGC place) named it
  bool wrapped = false;        ///< `{"AIGC":…}`
  bool encoded_twice = false;  ///< JSON inside a JSON string
  bool entities = false;       ///< XML entities that should have been undone
  std::string base;            ///< "bare", "yaml mapping", "yaml flow"
};

/// Number of exact or misspelt field names among the keys.
std::size_t count_fields(const RawObject& object);

/// JSON text in any wrapping. Errors: as `parse_record`, without `label.aigc.size`.
Result<Shape> read_json_shape(std::string_view text, Place place, const Limits& limits);

/// YAML: front matter, an `AIGC:` block, or the mapping below it. Errors: as `read_json_shape`.
Result<Shape> read_yaml_shape(std::string_view text, Place place, const Limits& limits);

}  // namespace signmark::label
