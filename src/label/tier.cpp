// SPDX-License-Identifier: Apache-2.0
// The tiers of Article 6 of the Labelling Measures, and the notices that go with them.
#include <array>

#include "base/text.hpp"
#include "label/aigc_fields.hpp"

namespace signmark::label {
namespace {

struct TierInfo {
  Tier tier;
  std::string_view name, value, chinese, english;
};

constexpr std::array<TierInfo, 4> kTiers{{
    {Tier::none, "none", "", "", ""},
    {Tier::suspected, "suspected", "3", "本内容疑似由人工智能生成合成",
     "This content is suspected to be AI-generated"},
    {Tier::possible, "possible", "2", "本内容可能由人工智能生成合成",
     "This content may be AI-generated"},
    {Tier::confirmed, "confirmed", "1", "本内容属于人工智能生成合成内容",
     "This content is AI-generated"},
}};

const TierInfo& info(Tier tier) { return kTiers[static_cast<std::size_t>(tier)]; }

/// Values that no standard allows and that released products write for "is generated".
constexpr std::array<std::string_view, 6> kGeneratedWords{
    "AIGC", "AIGCLabelType.AI_GENERATED", "AI_GENERATED", "属于", "true", "AI生成"};

TierAnswer answer(Tier tier, std::string basis, std::string clause) {
  return {tier, std::move(basis), std::move(clause)};
}

/// What is left when no record was verified (paragraphs 2 and 3).
TierAnswer without_record(const TierEvidence& evidence) {
  if (evidence.declared)
    return answer(Tier::possible, "no metadata label verified, declared by the user",
                  "Measures Art. 6(2)");
  constexpr std::string_view kThird = "Measures Art. 6(3)";
  if (evidence.state == RecordState::empty_shell)
    return answer(Tier::suspected, "an AIGC place without content: a label was wiped",
                  std::string(kThird));
  if (evidence.visible_label)
    return answer(Tier::suspected, "a visible or audible label was found", std::string(kThird));
  if (evidence.robust_mark)
    return answer(Tier::suspected, "a robust mark was found", std::string(kThird));
  if (evidence.trace)
    return answer(Tier::suspected, "another trace of generation was found", std::string(kThird));
  if (evidence.state == RecordState::unreadable)
    return {std::nullopt, "something could not be read, so nothing can be ruled out", {}};
  return answer(Tier::none, "nothing was found", {});
}

}  // namespace

Tier stated_tier(std::string_view label_value) {
  for (const TierInfo& tier : kTiers)
    if (!tier.value.empty() && tier.value == label_value) return tier.tier;
  for (const std::string_view word : kGeneratedWords)
    if (iequals(word, label_value)) return Tier::confirmed;
  return Tier::suspected;
}

TierAnswer tier_of(const TierEvidence& evidence) {
  if (evidence.state != RecordState::present) return without_record(evidence);
  const Tier tier = stated_tier(evidence.label);
  if (tier == Tier::confirmed)
    return answer(tier, "the metadata label says generated", "Measures Art. 6(1)");
  if (tier == Tier::possible)
    return answer(tier, "the metadata label says possibly generated", "Measures Art. 6(2)");
  if (evidence.label == info(Tier::suspected).value)
    return answer(tier, "the metadata label says suspected", "Measures Art. 6(3)");
  if (evidence.declared) return without_record(evidence);
  return answer(tier, "the metadata label's value is not understood", "Measures Art. 6(3)");
}

std::string_view tier_name(Tier tier) { return info(tier).name; }
std::string_view tier_value(Tier tier) { return info(tier).value; }

std::string_view notice_text(Tier tier, Language language) {
  return language == Language::chinese ? info(tier).chinese : info(tier).english;
}

}  // namespace signmark::label
