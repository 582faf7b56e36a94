// SPDX-License-Identifier: Apache-2.0
// The passages of Markdown.
#pragma once

#include "container/document/document.hpp"

namespace signmark::container {

/// Passages of the Markdown from `begin` on (behind the front matter), which may view `whole`.
/// Never fails but for limits: any text is Markdown.
Result<std::vector<LocatedPassage>> read_markdown(const Context& context, std::string_view whole,
                                                  std::size_t begin);

/// Adds the reader's text of inline Markdown to a passage. `labels`: of link definitions, in lower
/// case. `source`: position of each byte of `text`.
struct InlineText {
  std::string text;            ///< lines joined by "\n", without the prefixes of containers
  std::vector<Segment> lines;  ///< where each line stands
};
void add_inline(PassageBuilder& builder, const InlineText& paragraph,
                const std::vector<std::string>& labels);

/// Prose whose characters Markdown would read as markup, escaped.
std::string escape_markdown(std::string_view text);

std::string lower_label(std::string_view label);

}  // namespace signmark::container
