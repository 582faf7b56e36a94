// SPDX-License-Identifier: Apache-2.0
// JSON with the positions of its values (RFC 8259), so that changes can be spliced.
#pragma once

#include "container/document/document.hpp"

namespace signmark::container {

/// One open object or array around the value at hand.
struct JsonLevel {
  bool object = false;
  std::size_t begin = 0;  ///< of its brace or bracket
  std::string_view key;   ///< of an object: the member that is being read, as written
  std::size_t members = 0;
};

class JsonVisitor {
 public:
  virtual ~JsonVisitor() = default;
  /// A string value; `inner` is without its quotes.
  virtual void on_string(const std::vector<JsonLevel>& path, Range inner) = 0;
  /// A member's key, before its value.
  virtual void on_key(const std::vector<JsonLevel>& path) = 0;
  /// The end of an object or array, which is still the last of `path`.
  virtual void on_end(const std::vector<JsonLevel>& path, std::size_t end) = 0;
};

/// Reads one value and the white space around it. `at` moves behind it. Errors:
/// `container.json.syntax`, `container.json.limit` (json-depth).
Status scan_json(std::string_view text, std::size_t& at, std::uint64_t max_depth,
                 JsonVisitor& visitor);

/// What a string stands for, and where each piece of it stands in the file.
struct JsonString {
  std::string text;
  std::vector<Segment> map;
};
JsonString read_json_string(std::string_view whole, Range inner);

/// With quotes, backslashes and control characters escaped; without quotes around it.
std::string escape_json(std::string_view text);

}  // namespace signmark::container
