// SPDX-License-Identifier: Apache-2.0
// Strict JSON reading on nlohmann-json: depth limit, duplicate keys and bad UTF-8 refused.
#pragma once

#include <nlohmann/json.hpp>

#include "base/result.hpp"

namespace signmark {

/// Keeps the order of keys, as our records need it.
using Json = nlohmann::ordered_json;

struct JsonRules {
  std::uint64_t max_depth = 16;
  bool allow_duplicate_keys = false;  ///< when allowed, the first value wins
  bool integers_only = false;         ///< refuse 1.5 (keys.md section 6)
};

/// Parses one JSON value and nothing after it. Never throws.
/// Errors: `base.json.syntax`, `base.json.depth`, `base.json.duplicate`, `base.json.number`;
/// `where` says the byte.
Result<Json> parse_json(std::string_view text, const JsonRules& rules = {});

/// Compact form (no spaces), UTF-8 kept; invalid UTF-8 is replaced, never thrown on.
std::string dump_json(const Json& value, int indent = -1);

}  // namespace signmark
