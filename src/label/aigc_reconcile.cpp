// SPDX-License-Identifier: Apache-2.0
// Takes all records of one file together: clause 6.1 c) allows one, readers meet several.
#include <fmt/format.h>

#include <algorithm>

#include "label/aigc_fields.hpp"

namespace signmark::label {
namespace {

/// What a record weighs: the strictest statement must win, so that a second, weaker record cannot
/// talk a label down. An empty shell states nothing.
int weight(const ParsedRecord& parsed) {
  return parsed.empty_shell ? -1 : static_cast<int>(stated_tier(parsed.record.label));
}

/// Names of the fields in which some record differs from the chosen one.
std::string disagreement(const std::vector<ParsedRecord>& records, const ParsedRecord& chosen) {
  std::string names;
  for (const FieldInfo& field : kFields) {
    const bool differs =
        std::any_of(records.begin(), records.end(), [&](const ParsedRecord& other) {
          return !other.empty_shell && other.record.*field.member != chosen.record.*field.member;
        });
    if (differs) names += (names.empty() ? "" : ", ") + std::string(field.name);
  }
  return names;
}

}  // namespace

Result<Reconciled> reconcile(std::vector<ParsedRecord> records) {
  if (records.empty()) return fail("label.aigc.none", "the file has no AIGC record");
  const auto best = std::max_element(
      records.begin(), records.end(),
      [](const ParsedRecord& a, const ParsedRecord& b) { return weight(a) < weight(b); });
  Reconciled out;
  out.record = *best;
  out.count = records.size();
  if (records.size() == 1) return out;
  out.record.broken.push_back(
      {"label.aigc.second",
       fmt::format("the file has {} metadata labels, only one is allowed", records.size()),
       std::string(kOneLabel)});
  if (out.record.empty_shell) return out;
  const std::string names = disagreement(records, *best);
  out.ambiguous = !names.empty();
  if (out.ambiguous)
    out.record.broken.push_back({"label.ambiguous",
                                 fmt::format("the metadata labels disagree in {}", names),
                                 std::string(kOneLabel)});
  return out;
}

}  // namespace signmark::label
