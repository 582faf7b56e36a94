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

}  // namespace

void Output::line(std::string_view text) const {
  if (!style_.json) put(stdout, text);
}

void Output::note(std::string_view text) const {
  if (!style_.json && !style_.quiet) put(stdout, text);
}

void Output::object(JsonLine value, std::string_view type) const {
  if (style_.json) put(stdout, json_line(std::move(value), type));
}

void Output::error(const Error& error) const {
  if (style_.json) {
    put(stderr, json_line(to_json(error), "error"));
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

}  // namespace signmark::cli
