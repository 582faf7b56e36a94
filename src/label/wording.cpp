// SPDX-License-Identifier: Apache-2.0
// What the words of a visible label must hold (GB 45438-2025 5.1 to 5.4; the EU Code's mark).
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "label/aigc_fields.hpp"

namespace signmark::label {
namespace {

constexpr std::string_view kClauses = "GB 45438-2025 5.1 to 5.4";
constexpr std::string_view kHint = "for example AI生成, 人工智能合成, AI-generated";

/// 5.1 to 5.4 name 生成 and 合成; the English words are our reading of them.
constexpr std::array<std::string_view, 2> kChineseGeneration{"生成", "合成"};
constexpr std::array<std::string_view, 6> kEnglishGeneration{
    "generated", "synthesized", "synthesised", "synthetic", "synthesis", "generation"};
/// Words that turn a label into its denial when they stand right before an element.
constexpr std::array<std::string_view, 13> kChineseDenial{"非",   "未",     "不",   "无",   "没有",
                                                          "不是", "并非",   "非由", "不由", "未由",
                                                          "未用", "未使用", "不含"};
constexpr std::array<std::string_view, 5> kEnglishDenial{"not", "non", "no", "never", "without"};

bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

/// Position of a word that is not part of a longer Latin word; `from` and npos as in std::string.
std::size_t find_word(std::string_view text, std::string_view word, bool any_case,
                      std::size_t from = 0) {
  for (std::size_t i = from; i + word.size() <= text.size(); ++i) {
    const std::string_view here = text.substr(i, word.size());
    if (any_case ? !iequals(here, word) : here != word) continue;
    const bool begins = i == 0 || !is_letter(text[i - 1]);
    const bool ends = i + word.size() == text.size() || !is_letter(text[i + word.size()]);
    if (begins && ends) return i;
  }
  return std::string_view::npos;
}

std::size_t find_ai_element(std::string_view text) {
  return std::min(text.find("人工智能"), find_word(text, "AI", false));
}

std::size_t find_generation_element(std::string_view text) {
  std::size_t first = std::string_view::npos;
  for (const std::string_view word : kChineseGeneration) first = std::min(first, text.find(word));
  for (const std::string_view word : kEnglishGeneration)
    first = std::min(first, find_word(text, word, true));
  return first;
}

/// Whether the words before an element deny it: `非AI生成`, `not AI-generated`.
bool is_denied(std::string_view text, std::size_t element) {
  std::string_view before = text.substr(0, element);
  while (before.ends_with(' ') || before.ends_with('-')) before.remove_suffix(1);
  for (const std::string_view word : kChineseDenial)
    if (before.ends_with(word)) return true;
  const auto last = std::find_if_not(before.rbegin(), before.rend(), is_letter);
  const std::string_view word = before.substr(static_cast<std::size_t>(before.rend() - last));
  return std::any_of(kEnglishDenial.begin(), kEnglishDenial.end(),
                     [&](std::string_view denial) { return iequals(denial, word); });
}

tl::unexpected<Error> lacks_ai(std::string_view wanted, std::string_view clause) {
  return fail("label.wording.ai-element",
              fmt::format("the label lacks the AI element: {} ({})", wanted, clause), {},
              std::string(kHint));
}

Status check_gb(std::string_view text) {
  const std::size_t ai = find_ai_element(text);
  if (ai == std::string_view::npos) return lacks_ai("人工智能 or AI in capital letters", kClauses);
  const std::size_t generation = find_generation_element(text);
  if (generation == std::string_view::npos)
    return fail("label.wording.generation-element",
                fmt::format("the label lacks the generation element: 生成 or 合成 (in English "
                            "generated, synthesized, synthetic) ({})",
                            kClauses),
                {}, std::string(kHint));
  if (is_denied(text, ai) || is_denied(text, generation))
    return fail("label.wording.denial",
                fmt::format("the label denies what it must say ({})", kClauses), {},
                std::string(kHint));
  return {};
}

Status check_eu(std::string_view text) {
  for (const std::string_view mark : {"AI", "KI", "IA"})
    if (find_word(text, mark, false) != std::string_view::npos) return {};
  return lacks_ai("AI (KI, IA) in capital letters", "EU Code of Practice, section 2, Annex 1");
}

constexpr std::array<std::string_view, 24> kStandardWordings{"AI生成",
                                                             "AI合成",
                                                             "AI生成合成",
                                                             "由AI生成",
                                                             "内容由AI生成",
                                                             "本内容由AI生成",
                                                             "图片由AI生成",
                                                             "视频由AI生成",
                                                             "音频由AI生成",
                                                             "人工智能生成",
                                                             "人工智能合成",
                                                             "人工智能生成合成",
                                                             "由人工智能生成",
                                                             "本内容由人工智能生成合成",
                                                             "本内容属于人工智能生成合成内容",
                                                             "本内容可能由人工智能生成合成",
                                                             "本内容疑似由人工智能生成合成",
                                                             "AI-generated",
                                                             "AI generated",
                                                             "AI-generated content",
                                                             "Generated by AI",
                                                             "AI-synthesized",
                                                             "This content is AI-generated",
                                                             "This content may be AI-generated"};

}  // namespace

Status check_wording(std::string_view text, Wording rule) {
  if (!is_utf8(text)) return fail("label.wording.encoding", "the label text is not UTF-8");
  if (rule == Wording::eu_ai) return check_eu(text);
  if (rule == Wording::gb45438) return check_gb(text);
  if (find_ai_element(text) != std::string_view::npos) return {};
  return lacks_ai("人工智能 or AI in capital letters", "GB 45438-2025 5.1");
}

std::span<const std::string_view> standard_wordings() { return kStandardWordings; }

}  // namespace signmark::label
