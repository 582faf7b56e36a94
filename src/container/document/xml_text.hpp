// SPDX-License-Identifier: Apache-2.0
// The passages of office XML: WordprocessingML, DrawingML, SpreadsheetML strings, OpenDocument.
#pragma once

#include <map>

#include "container/document/package.hpp"

namespace signmark::container {

/// What the elements of a format mean, by local name; each list is names with spaces around them.
struct XmlTextRules {
  Format format = Format::docx;
  std::string_view paragraphs;  ///< one passage each
  std::string_view titles;      ///< of these, those that are headings
  std::string_view texts;       ///< whose text is seen; empty: all text within a paragraph
  std::string_view containers;  ///< tables, lists, boxes: new paragraphs stay outside
  std::string_view hidden;      ///< of which nothing is seen
  std::string_view closed;      ///< formulae
  std::string_view line_breaks, tabs;
  std::string_view style_element;    ///< names a paragraph's style: `pStyle`; empty: its own tag
  std::string_view style_attribute;  ///< local name
  std::string_view closed_style_element;  ///< `rStyle`
  Spaces spaces = Spaces::keep;
};

/// What a style makes of a paragraph, by the style's id; others are prose.
using StyleKinds = std::map<std::string, Passage::Kind, std::less<>>;

/// By the name that people see: headings and captions are titles, code is verbatim.
std::optional<Passage::Kind> kind_of_style(std::string_view name);

/// Appends the passages of one part. Errors: `container.<format>.text`, `.limit`.
Status read_xml_text(const Context& context, const XmlTextRules& rules, StyleKinds styles,
                     std::string_view xml, std::size_t part, std::vector<LocatedPassage>& passages);

}  // namespace signmark::container
