// SPDX-License-Identifier: Apache-2.0
// Printing.
#include "output.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdio>

#include "base/text.hpp"

namespace signmark::cli {
namespace {

void put(std::FILE* stream, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stream);
  std::fputc('\n', stream);
}

/// ANSI colour of a word's meaning: good, bad, odd.
std::string_view color_of(std::string_view meaning) {
  if (meaning == "good") return "32";
  if (meaning == "bad") return "31";
  if (meaning == "odd") return "33";
  return "1";
}

std::string_view meaning_of(State state) {
  switch (state) {
    case State::trusted:
      return "good";
    case State::invalid:
    case State::foreign:
      return "bad";
    case State::valid:
    case State::unreadable:
      return "odd";
    default:
      return "plain";
  }
}

std::string dump(const JsonLine& value) {
  return value.dump(-1, ' ', false, JsonLine::error_handler_t::replace);
}

}  // namespace

void Output::line(std::string_view text) const {
  if (!style_.json) put(stdout, text);
}

void Output::note(std::string_view text) const {
  if (!style_.json && !style_.quiet) put(stdout, text);
}

void Output::object(JsonLine value, std::string_view type) const {
  if (!style_.json) return;
  value["schema"] = "signmark/1";
  value["type"] = type;
  put(stdout, dump(value));
}

void Output::error(const Error& error) const {
  if (style_.json) {
    JsonLine value = to_json(error);
    value["schema"] = "signmark/1";
    value["type"] = "error";
    put(stderr, dump(value));
    return;
  }
  const std::string where = error.where.empty() ? "" : printable(error.where) + ": ";
  put(stderr,
      fmt::format("signmark: {} {}{}", paint("error:", "bad"), where, printable(error.message)));
  if (!error.hint.empty()) put(stderr, "hint: " + printable(error.hint));
  put(stderr, "code: " + error.code);
}

void Output::warning(std::string_view text) const {
  if (!style_.json) put(stderr, fmt::format("signmark: {} {}", paint("warning:", "odd"), text));
}

std::string Output::paint(std::string_view text, std::string_view meaning) const {
  if (!style_.color || meaning == "plain") return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", color_of(meaning), text);
}

std::string path_text(const std::filesystem::path& path) { return printable(path.string()); }

JsonLine to_json(const Error& error) {
  JsonLine value = {{"code", error.code}, {"message", error.message}};
  if (!error.where.empty()) value["where"] = error.where;
  if (!error.hint.empty()) value["hint"] = error.hint;
  return value;
}

JsonLine to_json(const Finding& finding) {
  JsonLine value = {{"layer", layer_name(finding.layer)},
                    {"state", state_name(finding.state)},
                    {"mark", finding.what},
                    {"basis", finding.basis}};
  JsonLine fields = JsonLine::object();
  for (const Field& field : finding.fields) {
    // A name may stand twice (several soft bindings): then it is a list.
    if (!fields.contains(field.name))
      fields[field.name] = field.value;
    else if (fields[field.name].is_array())
      fields[field.name].push_back(field.value);
    else
      fields[field.name] = {fields[field.name], field.value};
  }
  value["fields"] = std::move(fields);
  JsonLine rules = JsonLine::array();
  for (const auto& rule : finding.broken_rules)
    rules.push_back({{"code", rule.code}, {"message", rule.message}, {"clause", rule.clause}});
  if (!rules.empty()) value["broken_rules"] = std::move(rules);
  return value;
}

JsonLine record_json(const label::AigcRecord& record) {
  return {{"Label", record.label},
          {"ContentProducer", record.content_producer},
          {"ProduceID", record.produce_id},
          {"ReservedCode1", record.reserved_code1},
          {"ContentPropagator", record.content_propagator},
          {"PropagateID", record.propagate_id},
          {"ReservedCode2", record.reserved_code2}};
}

void print_findings(const Output& out, const std::vector<Finding>& findings) {
  for (const Finding& finding : findings) {
    const std::string state =
        out.paint(fmt::format("{:<10}", state_name(finding.state)), meaning_of(finding.state));
    out.line(fmt::format("  {:<9} {} {}", layer_name(finding.layer), state, finding.what));
    out.line(fmt::format("  {:20} {}", "", finding.basis));
    for (const Field& field : finding.fields)
      out.line(fmt::format("  {:20} {}: {}", "", field.name, field.value));
    for (const auto& rule : finding.broken_rules)
      out.line(fmt::format("  {:20} breaks {}: {}", "", rule.clause, rule.message));
  }
}

int exit_code_of(const Error& error) {
  struct Row {
    std::string_view prefix;
    int code;
  };
  // The first prefix that fits decides.
  constexpr std::array kRows = {
      Row{"pipeline.existing", 20},
      Row{"label.wording.", 20},
      Row{"label.size.", 20},
      Row{"label.code.", 20},
      Row{"label.aigc.", 20},
      Row{"pipeline.layers", 2},
      Row{"cli.", 2},
      Row{"base.limit.", 2},
      Row{"base.duration", 2},
      Row{"base.time", 2},
      Row{"keys.", 15},
      Row{"agent.", 15},
      Row{"c2pa.sign.", 15},
      Row{"pipeline.signer", 15},
      Row{"pipeline.propagate.signer", 15},
      Row{"base.cancelled", 130},
  };
  for (const Row& row : kRows)
    if (error.code.starts_with(row.prefix)) return row.code;
  return 1;
}

}  // namespace signmark::cli
