// SPDX-License-Identifier: Apache-2.0
// Passages: how the rooms `container` (document formats) and `text` (marks in prose) speak of the
// text of a document. A document is a list of passages in reading order; a change is a list of
// insertions. Nothing but insertions exists, so that what stood there before always still stands.
#ifndef SIGNMARK_PASSAGE_HPP_
#define SIGNMARK_PASSAGE_HPP_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "signmark/base.hpp"

namespace signmark {

/// UTF-8 text that owns its bytes, or views those of the document that it was read from: a large
/// text is then held once.
class PassageText {
 public:
  PassageText() = default;
  PassageText(std::string text) : owned_(std::move(text)) {}  // NOLINT(google-explicit-constructor)
  PassageText(std::string_view text) : owned_(text) {}        // NOLINT(google-explicit-constructor)
  PassageText(const char* text) : owned_(text) {}             // NOLINT(google-explicit-constructor)
  /// Views bytes, which must outlive it.
  static PassageText viewing(std::string_view text) {
    PassageText viewer;
    viewer.viewed_ = text;
    return viewer;
  }

  [[nodiscard]] std::string_view view() const {
    return viewed_.data() != nullptr ? viewed_ : std::string_view(owned_);
  }
  operator std::string_view() const { return view(); }  // NOLINT(google-explicit-constructor)
  [[nodiscard]] std::size_t size() const { return view().size(); }
  [[nodiscard]] bool empty() const { return view().empty(); }
  [[nodiscard]] char operator[](std::size_t i) const { return view()[i]; }
  [[nodiscard]] bool is_view() const { return viewed_.data() != nullptr; }

  /// Bytes of its own, to be changed; copied now if they were viewed.
  std::string& own() {
    if (viewed_.data() != nullptr) owned_ = viewed_;
    viewed_ = {};
    return owned_;
  }

 private:
  std::string owned_;
  std::string_view viewed_;
};

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
  PassageText text;
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
