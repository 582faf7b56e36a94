// SPDX-License-Identifier: Apache-2.0
// Passages: how the rooms `container` (document formats) and `text` (marks in prose) speak of the
// text of a document. A document is a list of passages in reading order; a change is a list of
// insertions. Nothing but insertions exists, so that what stood there before always still stands.
#ifndef SIGNMARK_PASSAGE_HPP_
#define SIGNMARK_PASSAGE_HPP_

#include <cstddef>
#include <string>
#include <vector>

#include "signmark/base.hpp"

namespace signmark {

/// One paragraph, table cell, list item, heading, caption, subtitle cue or message of a document.
struct Passage {
  enum class Kind {
    prose,    ///< running text: marks may be placed in it
    title,    ///< heading or caption: it counts as text, nothing is placed in it
    verbatim  ///< code, mathematics, data, machine-read values: neither
  };
  Kind kind = Kind::prose;
  /// What a reader sees, as UTF-8: markup taken away, entities and escapes resolved, invisible
  /// characters kept. Soft line breaks of the source are spaces or line ends.
  std::string text;
  /// Ranges of `text` (bytes) that are verbatim within prose: inline code, URLs, formulae.
  /// Ascending, disjoint. Nothing is inserted inside or directly beside them.
  std::vector<Range> closed;
};

/// Text that is put into a passage.
struct Insertion {
  std::size_t passage = 0;  ///< index into the list of passages
  std::size_t offset = 0;   ///< byte offset into Passage::text, between two whole characters
  std::string text;         ///< UTF-8; the format's own escaping is the business of whoever writes
};

/// A new paragraph of its own, in the document's plainest style.
struct NewParagraph {
  std::size_t before =
      0;             ///< index of the passage that it precedes; the count of passages: at the end
  std::string text;  ///< UTF-8, one line
};

}  // namespace signmark

#endif  // SIGNMARK_PASSAGE_HPP_
