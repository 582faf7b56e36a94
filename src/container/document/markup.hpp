// SPDX-License-Identifier: Apache-2.0
// Tags and text of HTML and XML with their positions, so that changes can be spliced. No entity of
// a document type is ever expanded.
#pragma once

#include "container/document/document.hpp"

namespace signmark::container {

enum class Dialect { html, xml };

struct MarkupToken {
  enum class Kind { text, start, end, comment, instruction, doctype };
  Kind kind = Kind::text;
  std::string_view name;       ///< of a tag, with its prefix
  std::string_view body;       ///< of text; of a start tag its raw attributes; else what is within
  Range range;                 ///< in the source
  bool literal = false;        ///< text without references: CDATA, script, style
  bool empty_element = false;  ///< ends in "/>"
};

/// Splits markup. HTML reads on whatever comes; XML ends at the first error.
class MarkupReader {
 public:
  MarkupReader(std::string_view source, Dialect dialect, std::size_t begin = 0)
      : source_(source), dialect_(dialect), at_(begin) {}
  /// The next token; nothing at the end or at damage.
  std::optional<MarkupToken> next();
  /// Why it ended before the end; "" when it did not.
  [[nodiscard]] std::string_view problem() const { return problem_; }
  [[nodiscard]] std::size_t position() const { return at_; }

 private:
  MarkupToken text(std::size_t end, bool literal);
  std::optional<MarkupToken> declaration();
  std::optional<MarkupToken> tag();
  std::optional<MarkupToken> enclosed(MarkupToken::Kind kind, std::string_view open,
                                      std::string_view close);
  std::optional<MarkupToken> damaged(std::string_view why);
  [[nodiscard]] std::string_view rest() const { return source_.substr(at_); }
  [[nodiscard]] bool is(std::string_view a, std::string_view b) const {
    return dialect_ == Dialect::html ? iequals_name(a, b) : a == b;
  }
  static bool iequals_name(std::string_view a, std::string_view b);

  std::string_view source_;
  Dialect dialect_;
  std::size_t at_ = 0;
  std::string_view raw_until_;  ///< name of the HTML element whose content is raw text
  std::string_view problem_;
};

/// One attribute of a start tag.
struct MarkupAttribute {
  std::string_view name;
  std::string_view raw;  ///< its value as written, without quotes
};
std::vector<MarkupAttribute> attributes_of(const MarkupToken& tag);
/// The decoded value of an attribute; names of HTML ignore case.
std::optional<std::string> attribute(const MarkupToken& tag, std::string_view name,
                                     Dialect dialect);

/// A character reference at the beginning of `text`: what it stands for and its size.
struct CharacterReference {
  std::string text;
  std::size_t size = 0;
};
/// Nothing when it is none that the dialect knows without a document type.
std::optional<CharacterReference> character_reference(std::string_view text, Dialect dialect);

std::string decode_references(std::string_view text, Dialect dialect);
/// With & < > and " as references; in XML fit for text and attributes.
std::string escape_markup(std::string_view text);

/// Name without its prefix: "w:p" gives "p".
std::string_view local_name(std::string_view name);

/// Adds the text of a token to a passage: references decoded, white space kept (xml:space) or
/// collapsed as HTML shows it.
enum class Spaces { keep, collapse };
void add_text(PassageBuilder& builder, const MarkupToken& token, Dialect dialect, Spaces spaces);

}  // namespace signmark::container
