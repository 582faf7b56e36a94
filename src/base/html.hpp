// SPDX-License-Identifier: Apache-2.0
// The frame of our HTML pages: one file, no scripts, nothing loaded from elsewhere.
#pragma once

#include <string>
#include <string_view>

namespace signmark {

/// Foreign text as text: nothing of it becomes markup.
std::string escape_html(std::string_view text);

/// Document type, head with the style, and the page's heading; `title` is plain text.
std::string html_begin(std::string_view title);

/// What a mark proves and what not, the version, and the end of the document.
std::string html_end(std::string_view version);

/// A label in the colour of a verdict or an item's state; `word` is one of ours.
std::string html_chip(std::string_view word);

}  // namespace signmark
