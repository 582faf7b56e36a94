// SPDX-License-Identifier: Apache-2.0
// Prints our opinion of many files, one JSON object a line, in the shape of rs_states.mjs:
// {file, state, success, informational, failure, ingredientFailure, error}.
//
// Usage: c2pa_states [--anchor=FILE.der]... [--at=UNIX] FILE...   ("-": names from stdin)
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>

#include "base/file.hpp"
#include "base/json.hpp"
#include "signmark/c2pa.hpp"

namespace signmark {
namespace {

Json codes_of(const std::vector<c2pa::StatusCode>& codes, c2pa::CodeKind kind) {
  Json list = Json::array();
  for (const auto& status : codes)
    if (status.kind == kind) list.push_back(status.code);
  return list;
}

std::string_view answer_name(c2pa::Answer answer) {
  if (answer == c2pa::Answer::unknown) return "unknown";
  return answer == c2pa::Answer::good ? "good" : "bad";
}

void describe(const c2pa::Report& report, Json& out) {
  out["state"] = report.state();
  out["success"] = codes_of(report.codes, c2pa::CodeKind::success);
  out["informational"] = codes_of(report.codes, c2pa::CodeKind::informational);
  out["failure"] = codes_of(report.codes, c2pa::CodeKind::failure);
  out["ingredientFailure"] = codes_of(report.ingredient_codes, c2pa::CodeKind::failure);
  out["structure"] = answer_name(report.structure);
  out["signature"] = answer_name(report.signature);
  out["trust"] = answer_name(report.trust);
  out["content"] = answer_name(report.content);
}

Result<c2pa::Report> look(const Context& context, const std::string& name,
                          const c2pa::ValidationOptions& options) {
  SIGNMARK_ASSIGN(const Bytes file, read_file(name, context.limits.file_size));
  SIGNMARK_ASSIGN(const container::Inventory inventory, container::inspect(context, file));
  return c2pa::validate(context, file, inventory, options);
}

void print(const Context& context, const std::string& name,
           const c2pa::ValidationOptions& options) {
  Json out;
  out["file"] = name;
  const auto report = look(context, name, options);
  if (report)
    describe(*report, out);
  else
    out["error"] = report.error().code + ": " + report.error().message;
  std::cout << dump_json(out) << '\n';
}

int run(int argc, char** argv) {
  const Context context = Context::standard();
  c2pa::ValidationOptions options;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument.starts_with("--anchor=")) {
      const auto anchor = read_file(argument.substr(9), 1U << 20);
      if (!anchor) return std::fprintf(stderr, "%s\n", anchor.error().message.c_str()), 2;
      options.anchors.push_back(*anchor);
    } else if (argument.starts_with("--at=")) {
      options.at = std::strtoll(argument.c_str() + 5, nullptr, 10);
    } else if (argument == "-") {
      for (std::string name; std::getline(std::cin, name);) print(context, name, options);
    } else {
      print(context, argument, options);
    }
  }
  return 0;
}

}  // namespace
}  // namespace signmark

int main(int argc, char** argv) { return signmark::run(argc, argv); }
