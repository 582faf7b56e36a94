// SPDX-License-Identifier: Apache-2.0
// Where the parts of an XML element stand in its text, and edits of that text. The parser says what
// a packet means; changes are made in the bytes, so that everything else stays as it is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "signmark/base.hpp"

namespace signmark::label {

struct AttributeText {
  Range whole;  ///< name to closing quote
  Range value;  ///< between the quotes
};

/// `end` of an element's range is behind its closing tag.
struct ElementText {
  Range whole;
  Range inner;  ///< between the tags; empty at the end of the open tag when it closes itself
  bool self_closing = false;
  std::vector<AttributeText> attributes;
};

/// The element whose name stands at `name_offset` (one behind its `<`). Nothing when the text is
/// not well-formed from there to the element's end.
std::optional<ElementText> locate_element(std::string_view text, std::size_t name_offset);

/// Text for an element or a quoted attribute; line ends and tabs survive attribute normalisation.
std::string escape_xml(std::string_view text);

/// Whether XML 1.0 allows all characters (and the text is UTF-8).
bool is_xml_text(std::string_view text);

/// A replacement of a range of the old text.
struct TextEdit {
  Range range;
  std::string with;
};

/// Applies edits that do not overlap, in any order.
std::string apply_edits(std::string_view text, std::vector<TextEdit> edits);

}  // namespace signmark::label
