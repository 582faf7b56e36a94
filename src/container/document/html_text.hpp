// SPDX-License-Identifier: Apache-2.0
// The passages of HTML pages and EPUB chapters.
#pragma once

#include "container/document/markup.hpp"

namespace signmark::container {

/// Appends the passages of a page, which is part number `part`. Errors: `container.<format>.limit`,
/// and for XML `container.<format>.text`.
Status read_html(const Context& context, Format format, Dialect dialect, std::string_view page,
                 std::size_t part, std::vector<LocatedPassage>& passages);

/// A `<p>` at the place of a new paragraph.
Result<std::vector<PartSplice>> html_paragraph(const DocumentText& document,
                                               const NewParagraph& paragraph, Dialect dialect);

}  // namespace signmark::container
