// SPDX-License-Identifier: Apache-2.0
// Fills the propagation fields in the text of a record; every other byte stays (Measures, Art. 6).
#include <fmt/format.h>

#include <algorithm>

#include "base/json.hpp"
#include "label/aigc_fields.hpp"

namespace signmark::label {
namespace {

struct Member {
  std::string key;
  std::size_t begin = 0, end = 0;  ///< the value's bytes in the text
};

/// Finds the members of JSON objects in text that a strict parser has accepted, so that their
/// places in the text are known. Positions never leave the text, whatever it holds.
class JsonText {
 public:
  explicit JsonText(std::string_view text) : text_(text) {}

  /// Members of the object whose `{` stands at `open`.
  [[nodiscard]] std::vector<Member> members(std::size_t open) const {
    std::vector<Member> out;
    std::size_t at = skip_blanks(open + 1);
    while (at < text_.size() && text_[at] == '"') {
      const std::size_t key_end = skip_string(at);
      const auto key = parse_json(text_.substr(at, key_end - at));
      const std::size_t begin = skip_blanks(std::min(skip_blanks(key_end) + 1, text_.size()));
      const std::size_t end = skip_value(begin);
      if (!key || !key->is_string()) break;
      out.push_back({key->get<std::string>(), begin, end});
      at = skip_blanks(end);
      if (at < text_.size() && text_[at] == ',') at = skip_blanks(at + 1);
    }
    return out;
  }

 private:
  [[nodiscard]] std::size_t skip_blanks(std::size_t at) const {
    return std::min(text_.find_first_not_of(" \t\r\n", at), text_.size());
  }

  [[nodiscard]] std::size_t skip_string(std::size_t at) const {
    for (++at; at < text_.size() && text_[at] != '"'; ++at)
      if (text_[at] == '\\') ++at;
    return std::min(at + 1, text_.size());
  }

  [[nodiscard]] std::size_t skip_value(std::size_t at) const {
    std::size_t depth = 0;
    while (at < text_.size()) {
      const char c = text_[at];
      if (c == '"') {
        at = skip_string(at);
        if (depth == 0) return at;
        continue;
      }
      if (depth == 0 && std::string_view(",} \t\r\n").find(c) != std::string_view::npos) return at;
      if (c == '{' || c == '[') ++depth;
      if ((c == '}' || c == ']') && --depth == 0) return at + 1;
      ++at;
    }
    return at;
  }

  std::string_view text_;
};

/// The member that holds the record of a wrapped value; the same choice as when it is read.
const Member* aigc_member(const std::vector<Member>& members) {
  const auto exact = std::find_if(members.begin(), members.end(),
                                  [](const Member& member) { return member.key == "AIGC"; });
  if (exact != members.end()) return &*exact;
  const auto loose = std::find_if(members.begin(), members.end(),
                                  [](const Member& member) { return names_aigc(member.key); });
  return loose == members.end() ? nullptr : &*loose;
}

std::vector<Member> record_members(std::string_view text, bool wrapped) {
  const JsonText json(text);
  const std::size_t open = text.find('{');  // behind a byte order mark or an `AIGC` prefix
  if (open == std::string_view::npos) return {};
  std::vector<Member> members = json.members(open);
  if (!wrapped) return members;
  const Member* inner = aigc_member(members);
  return inner == nullptr ? std::vector<Member>() : json.members(inner->begin);
}

struct Setting {
  std::string_view key;
  std::string json;  ///< the value, quoted
};

/// Replaces the values of keys that are there and adds the others behind the last member. A
/// misspelt key stays: readers prefer the right name.
std::string apply(std::string_view text, const std::vector<Member>& members,
                  const std::vector<Setting>& settings) {
  std::string out, added;
  for (const Setting& setting : settings) {
    const bool there = std::any_of(members.begin(), members.end(),
                                   [&](const Member& member) { return member.key == setting.key; });
    if (!there) added += fmt::format(",\"{}\":{}", setting.key, setting.json);
  }
  std::size_t copied = 0;
  for (const Member& member : members) {
    const auto setting =
        std::find_if(settings.begin(), settings.end(),
                     [&](const Setting& candidate) { return candidate.key == member.key; });
    if (setting == settings.end()) continue;
    out += text.substr(copied, member.begin - copied);
    out += setting->json;
    copied = member.end;
  }
  const std::size_t last = members.back().end;
  out += text.substr(copied, last - copied);
  return out + added + std::string(text.substr(last));
}

Status check(const Propagation& propagation, const ParsedRecord& parsed) {
  if (propagation.content_propagator.empty() || propagation.propagate_id.empty())
    return fail("label.aigc.empty", "a propagation needs the propagator and its number");
  if (parsed.shape != "bare" && parsed.shape != "wrapped")
    return fail("label.aigc.shape",
                fmt::format("a record of the shape \"{}\" cannot be filled in place", parsed.shape),
                {}, "write the record anew in the file's own place");
  if (parsed.empty_shell)
    return fail("label.aigc.empty", "the AIGC key has no content to propagate");
  return {};
}

}  // namespace

Result<std::string> fill_propagation(std::string_view value, const Propagation& propagation) {
  SIGNMARK_ASSIGN(const ParsedRecord parsed, parse_record(value));
  SIGNMARK_TRY(check(propagation, parsed));
  const std::vector<Member> members = record_members(value, parsed.shape == "wrapped");
  const auto quoted = [](const std::string& text) { return dump_json(Json(text)); };
  const std::vector<Setting> settings{{"ContentPropagator", quoted(propagation.content_propagator)},
                                      {"PropagateID", quoted(propagation.propagate_id)},
                                      {"ReservedCode2", quoted(propagation.reserved_code2)}};
  if (members.empty()) return fail("label.aigc.shape", "the record's object was not found");
  return apply(value, members, settings);
}

}  // namespace signmark::label
