// SPDX-License-Identifier: Apache-2.0
// Marking: a signed record for each block.
#include <fmt/format.h>

#include <algorithm>

#include "text/spots.hpp"

namespace signmark::text {
namespace {

constexpr std::size_t kReportEvery = 256;  // signatures

/// The records that stand in the text, without their times.
class Present {
 public:
  explicit Present(const Records& records) {
    for (const Record& record : records.records) known_.push_back(without_time(record.fields));
    std::sort(known_.begin(), known_.end());
  }
  [[nodiscard]] bool has(ByteView fields) const {
    return !known_.empty() &&
           std::binary_search(known_.begin(), known_.end(), without_time(fields));
  }

 private:
  std::vector<std::string> known_;
};

Status check_size(std::span<const UnitSummary> units) {
  std::uint64_t weight = 0;
  for (const UnitSummary& unit : units) weight += unit.weight;
  if (weight >= kShortWeight) return {};
  return fail("text.mark.size", "the text is too short for a signed mark", {},
              "it takes at least 10 Chinese or 25 Latin characters: leave out this layer");
}

Bytes fields_of(const MarkRequest& request, std::span<const UnitSummary> units, std::size_t block,
                std::size_t blocks) {
  RecordHead head{request.key_hint,
                  request.content_id,
                  static_cast<std::uint32_t>(block),
                  static_cast<std::uint32_t>(blocks),
                  request.time,
                  0};
  std::vector<Tag> tags;
  for (const UnitSummary& unit : units) {
    tags.push_back(unit.tag);
    head.characters = std::min<std::uint32_t>(head.characters + unit.characters, 0xFFFF);
  }
  return record_fields(head, tags);
}

}  // namespace

Result<Marking> mark(const Context& context, std::span<const Passage> passages,
                     const MarkRequest& request) {
  SIGNMARK_ASSIGN(const Records before, find_records(context, passages));
  SIGNMARK_ASSIGN(const auto units, summarise(context, passages, request.content_id));
  SIGNMARK_TRY(check_size(units));
  SIGNMARK_ASSIGN(const auto plans, plan_blocks(units, request.density, request.placement));
  const Present present(before);
  Marking marking;
  marking.report.blocks = plans.size();
  marking.report.units = units.size();
  for (const UnitSummary& unit : units) marking.report.characters += unit.characters;
  for (std::size_t i = 0; i < plans.size(); ++i) {
    if (i % kReportEvery == 0) SIGNMARK_TRY(context.report("sign", i, plans.size()));
    const auto block = std::span(units).subspan(plans[i].first, plans[i].count);
    const Bytes fields = fields_of(request, block, i, plans.size());
    if (present.has(fields)) {
      ++marking.report.kept;
      continue;
    }
    SIGNMARK_ASSIGN(const auto signature, request.sign(fields));
    const UnitSummary& spot = units[plans[i].spot];
    marking.insertions.push_back(
        {spot.spot_passage, spot.spot_offset, record_text(fields, signature)});
    marking.report.hidden_bytes += fields.size() + kSignatureSize + kCheckSize;
  }
  std::stable_sort(marking.insertions.begin(), marking.insertions.end(),
                   [](const Insertion& a, const Insertion& b) {
                     return std::pair(a.passage, a.offset) < std::pair(b.passage, b.offset);
                   });
  return marking;
}

}  // namespace signmark::text
