// SPDX-License-Identifier: Apache-2.0
// YAML flow mappings: what JSON parsers refuse and some products write (unquoted keys, single
// quotes).
#include <fmt/format.h>

#include <set>

#include "base/text.hpp"
#include "label/aigc_fields.hpp"
#include "label/yaml_record.hpp"

namespace signmark::label {
namespace {

tl::unexpected<Error> syntax(std::string message) {
  return fail("label.aigc.syntax", std::move(message));
}

class FlowReader {
 public:
  FlowReader(std::string_view text, std::uint64_t max_depth) : text_(text), max_depth_(max_depth) {}

  Result<RawObject> read() {
    RawObject object;
    text_.remove_prefix(1);
    for (skip_blanks(); !text_.starts_with('}'); skip_blanks()) {
      SIGNMARK_ASSIGN(RawField field, entry());
      if (!seen_.insert(field.key).second)
        return fail("label.aigc.duplicate",
                    fmt::format("the key \"{}\" stands twice", excerpt(field.key)));
      object.push_back(std::move(field));
      skip_blanks();
      if (text_.starts_with(','))
        text_.remove_prefix(1);
      else if (!text_.starts_with('}'))
        return syntax("a flow mapping lacks a comma or its end");
    }
    text_.remove_prefix(1);
    skip_blanks();
    if (!text_.empty() && text_.front() != '#') return syntax("text behind a flow mapping");
    return object;
  }

 private:
  void skip_blanks() {
    const std::size_t first = text_.find_first_not_of(" \t\r\n");
    text_.remove_prefix(std::min(first, text_.size()));
  }

  Result<std::string> key() {
    if (text_.starts_with('"') || text_.starts_with('\'')) return yaml_quoted(text_);
    const std::size_t end = text_.find_first_of(":,{}[]\n");
    if (end == std::string_view::npos || end == 0 || text_[end] != ':')
      return syntax("a flow mapping lacks a key");
    std::string name(trim_value(text_.substr(0, end)));
    text_.remove_prefix(end);
    return name;
  }

  Result<RawField> entry() {
    RawField field;
    SIGNMARK_ASSIGN(field.key, key());
    skip_blanks();
    if (!text_.starts_with(':')) return syntax("a flow mapping lacks a colon");
    text_.remove_prefix(1);
    skip_blanks();
    SIGNMARK_TRY(value(field));
    return field;
  }

  Status value(RawField& field) {
    if (text_.starts_with('"') || text_.starts_with('\'')) {
      SIGNMARK_ASSIGN(field.text, yaml_quoted(text_));
      return {};
    }
    if (text_.starts_with('{') || text_.starts_with('[')) return nested(field);
    const std::size_t end = text_.find_first_of(",{}[]\n");
    if (end == std::string_view::npos) return syntax("a flow mapping does not end");
    const std::string_view plain = trim_value(text_.substr(0, end));
    field.kind = yaml_plain_kind(plain);
    if (field.kind != RawKind::null) field.text = std::string(plain);
    text_.remove_prefix(end);
    return {};
  }

  /// Keeps a nested collection as text, quoted brackets skipped.
  Status nested(RawField& field) {
    const std::string_view begin = text_;
    std::uint64_t depth = 0;
    do {
      const char c = text_.empty() ? '\0' : text_.front();
      if (c == '"' || c == '\'') {
        SIGNMARK_TRY(yaml_quoted(text_));
        continue;
      }
      if (text_.empty()) return syntax("a nested collection does not end");
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
      if (depth > max_depth_)
        return fail("label.aigc.depth", fmt::format("nested deeper than {} levels", max_depth_));
      text_.remove_prefix(1);
    } while (depth > 0);
    field.kind = RawKind::nested;
    field.text = std::string(begin.substr(0, begin.size() - text_.size()));
    return {};
  }

  std::string_view text_;
  std::uint64_t max_depth_;
  std::set<std::string> seen_;
};

}  // namespace

Result<RawObject> yaml_flow(std::string_view text, const Limits& limits) {
  return FlowReader(text, limits.json_depth).read();
}

}  // namespace signmark::label
