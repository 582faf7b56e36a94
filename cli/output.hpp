// SPDX-License-Identifier: Apache-2.0
// Text for people, JSON lines for programs (architecture.md section 6, batch.md section 3).
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "signmark/json.hpp"
#include "signmark/pipeline.hpp"

namespace signmark::cli {

/// JSON with sorted keys, as batch.md section 3 asks.
using JsonLine = nlohmann::json;

struct OutputStyle {
  bool json = false;
  bool quiet = false;
  bool color = false;
  int verbose = 0;
};

/// Results go to stdout, errors and notes to stderr.
class Output {
 public:
  explicit Output(OutputStyle style) : style_(style) {}

  [[nodiscard]] bool json() const { return style_.json; }
  [[nodiscard]] int verbose() const { return style_.verbose; }

  /// A line of the result for people; dropped with --json.
  void line(std::string_view text) const;
  /// Advice ("next: …"), dropped with --json and --quiet.
  void note(std::string_view text) const;
  /// One JSON object a line; adds `schema`. Dropped without --json.
  void object(JsonLine value, std::string_view type) const;
  /// `signmark: error: …`, `hint: …`, `code: …` on stderr; one JSON line there with --json.
  void error(const Error& error) const;
  void warning(std::string_view text) const;

  /// A word in the colour of its meaning, or plain.
  [[nodiscard]] std::string paint(std::string_view text, std::string_view meaning) const;

 private:
  OutputStyle style_;
};

/// Aligned findings for people.
void print_findings(const Output& out, const std::vector<Finding>& findings);

/// Paths as UTF-8 text.
std::string path_text(const std::filesystem::path& path);

}  // namespace signmark::cli
