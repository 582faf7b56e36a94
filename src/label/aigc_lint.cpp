// SPDX-License-Identifier: Apache-2.0
// Rules of Annex E and PG-20252A that the values of a record break.
#include "label/aigc_lint.hpp"

#include <fmt/format.h>

#include "label/provider_code.hpp"

namespace signmark::label {
namespace {

/// Annex E names no length; these bounds keep reports and databases of readers sane.
constexpr std::size_t kMaxNameLength = 1024;  // characters of a name or number
constexpr std::size_t kMaxReservedLength =
    std::size_t{64} * 1024;  // a SecurityData with certificates

using Entries = std::vector<LintEntry>;
using Present = std::bitset<kFields.size()>;

void add(Entries& out, std::string_view what, std::string message, std::string_view clause) {
  out.push_back({fmt::format("label.{}", what), std::move(message), std::string(clause)});
}

/// Annex E j): 0x21, 0x23-0x5B, 0x5D-0x7E, and `"` when escaped, which JSON demands anyway.
bool is_allowed(unsigned char c) { return c >= 0x21 && c <= 0x7E && c != '\\'; }

std::string describe(unsigned char c) {
  if (c == ' ') return "a space";
  if (c == '\\') return "a backslash";
  if (c >= 0x80) return "a character outside ASCII";
  return fmt::format("the control character 0x{:02x}", c);
}

void lint_charset(const FieldInfo& field, std::string_view value, Entries& out) {
  for (std::size_t i = 0; i < value.size(); ++i) {
    const auto c = static_cast<unsigned char>(value[i]);
    if (is_allowed(c)) continue;
    add(out, "aigc.charset",
        fmt::format("{} holds {} at byte {}; only printable ASCII without space should stand there",
                    field.name, describe(c), i),
        kAnnexJ);
    return;
  }
}

void lint_length(const FieldInfo& field, std::string_view value, Entries& out) {
  const std::size_t most = field.required ? kMaxNameLength : kMaxReservedLength;
  if (value.size() > most)
    add(out, "aigc.length",
        fmt::format("{} has {} bytes, more than {}", field.name, value.size(), most),
        "no clause: signmark's own bound");
}

void lint_label_value(std::string_view value, Entries& out) {
  if (value.empty() || value == "1" || value == "2" || value == "3") return;
  add(out, "aigc.label-value",
      fmt::format("Label is \"{}\", not \"1\", \"2\" or \"3\"", excerpt(value)), kAnnexC);
}

void lint_code(const FieldInfo& field, std::string_view value, Entries& out) {
  if (!looks_like_provider_code(value)) return;
  if (const auto fault = provider_code_fault(value))
    add(out, fmt::format("code.{}", fault->what), fmt::format("{}: {}", field.name, fault->message),
        kCodeGuide);
}

/// Ids of zeros alone, as some products write them, number nothing.
void lint_zero_id(const FieldInfo& field, std::string_view value, Entries& out) {
  if (!value.empty() && value.find_first_not_of("0-") == std::string_view::npos)
    add(out, "aigc.placeholder", fmt::format("{} is all zeros", field.name), field.clause);
}

constexpr std::size_t kPropagator = 4, kPropagateId = 5;

/// Both at once break the first-write rule; that is reported instead of two empty fields.
bool is_propagation_empty(const AigcRecord& record) {
  return record.content_propagator.empty() && record.propagate_id.empty();
}

void lint_empty(const AigcRecord& record, Present present, Entries& out) {
  for (std::size_t i = 0; i < kFields.size(); ++i) {
    const FieldInfo& field = kFields[i];
    const bool propagation = i == kPropagator || i == kPropagateId;
    if (!field.required || !present[i] || !(record.*field.member).empty()) continue;
    if (propagation && is_propagation_empty(record)) continue;
    add(out, "aigc.empty", fmt::format("{} is empty", field.name), field.clause);
  }
}

void lint_first_write(const AigcRecord& record, Moment moment, Present present, Entries& out) {
  if (!present[kPropagator] && !present[kPropagateId]) return;
  if (is_propagation_empty(record)) {
    add(out, "aigc.first-write",
        "ContentPropagator and PropagateID are empty; the first write repeats the producer's "
        "values",
        kAnnexNote1);
    return;
  }
  const bool equal = record.content_propagator == record.content_producer &&
                     record.propagate_id == record.produce_id;
  if (moment == Moment::first_write && !equal)
    add(out, "aigc.first-write",
        "ContentPropagator and PropagateID differ from ContentProducer and ProduceID at first "
        "write",
        kAnnexNote1);
}

}  // namespace

std::vector<LintEntry> lint_present(const AigcRecord& record, Moment moment, Present present) {
  Entries out;
  lint_label_value(record.label, out);
  lint_empty(record, present, out);
  for (const FieldInfo& field : kFields) {
    lint_charset(field, record.*field.member, out);
    lint_length(field, record.*field.member, out);
  }
  lint_zero_id(kFields[2], record.produce_id, out);
  lint_zero_id(kFields[kPropagateId], record.propagate_id, out);
  lint_code(kFields[1], record.content_producer, out);
  lint_code(kFields[kPropagator], record.content_propagator, out);
  lint_first_write(record, moment, present, out);
  return out;
}

std::vector<LintEntry> lint(const AigcRecord& record, Moment moment) {
  return lint_present(record, moment, Present().set());
}

Status check_strict(const ParsedRecord& parsed) {
  if (parsed.broken.empty()) return {};
  const LintEntry& first = parsed.broken.front();
  return fail("label.aigc.strict",
              fmt::format("the record breaks {} rule{}, the first: {} ({})", parsed.broken.size(),
                          parsed.broken.size() == 1 ? "" : "s", first.message, first.clause));
}

Status check_writable(const AigcRecord& record, Moment moment) {
  const Entries entries = lint(record, moment);
  if (entries.empty()) return {};
  const LintEntry& first = entries.front();
  return fail(first.code, fmt::format("{} ({})", first.message, first.clause));
}

}  // namespace signmark::label
