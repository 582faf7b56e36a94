// SPDX-License-Identifier: Apache-2.0
// What a reader sees of HTML, block by block.
#include "container/document/html_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace signmark::container {
namespace {

using Kind = MarkupToken::Kind;

/// What an element means for the text in it.
enum class Role {
  line,       ///< lives within a line: its tags are not seen
  block,      ///< its tags end a paragraph
  paragraph,  ///< a block before whose start tag a new paragraph may stand
  title,      ///< as paragraph
  verbatim,   ///< as paragraph
  container,  ///< a list or table: a new paragraph goes before or behind all of it
  caption,    ///< a title within a container
  closed,     ///< code in a line
  hidden,     ///< nothing of it is text
  line_break
};

struct ElementRole {
  std::string_view name;
  Role role;
};

constexpr std::array kRoles = {
    ElementRole{"address", Role::paragraph}, ElementRole{"article", Role::block},
    ElementRole{"aside", Role::block},       ElementRole{"audio", Role::hidden},
    ElementRole{"blockquote", Role::block},  ElementRole{"body", Role::block},
    ElementRole{"br", Role::line_break},     ElementRole{"button", Role::hidden},
    ElementRole{"canvas", Role::hidden},     ElementRole{"caption", Role::caption},
    ElementRole{"code", Role::closed},       ElementRole{"dd", Role::block},
    ElementRole{"details", Role::block},     ElementRole{"div", Role::block},
    ElementRole{"dl", Role::container},      ElementRole{"dt", Role::block},
    ElementRole{"fieldset", Role::block},    ElementRole{"figcaption", Role::caption},
    ElementRole{"figure", Role::container},  ElementRole{"footer", Role::block},
    ElementRole{"form", Role::block},        ElementRole{"h1", Role::title},
    ElementRole{"h2", Role::title},          ElementRole{"h3", Role::title},
    ElementRole{"h4", Role::title},          ElementRole{"h5", Role::title},
    ElementRole{"h6", Role::title},          ElementRole{"head", Role::hidden},
    ElementRole{"header", Role::block},      ElementRole{"hr", Role::block},
    ElementRole{"html", Role::block},        ElementRole{"iframe", Role::hidden},
    ElementRole{"kbd", Role::closed},        ElementRole{"li", Role::block},
    ElementRole{"main", Role::block},        ElementRole{"math", Role::hidden},
    ElementRole{"nav", Role::block},         ElementRole{"noscript", Role::hidden},
    ElementRole{"object", Role::hidden},     ElementRole{"ol", Role::container},
    ElementRole{"option", Role::block},      ElementRole{"p", Role::paragraph},
    ElementRole{"pre", Role::verbatim},      ElementRole{"rp", Role::hidden},
    ElementRole{"rt", Role::hidden},         ElementRole{"samp", Role::closed},
    ElementRole{"script", Role::hidden},     ElementRole{"section", Role::block},
    ElementRole{"select", Role::hidden},     ElementRole{"style", Role::hidden},
    ElementRole{"summary", Role::block},     ElementRole{"svg", Role::hidden},
    ElementRole{"table", Role::container},   ElementRole{"tbody", Role::block},
    ElementRole{"td", Role::block},          ElementRole{"template", Role::hidden},
    ElementRole{"textarea", Role::hidden},   ElementRole{"tfoot", Role::block},
    ElementRole{"th", Role::block},          ElementRole{"thead", Role::block},
    ElementRole{"title", Role::hidden},      ElementRole{"tr", Role::block},
    ElementRole{"tt", Role::closed},         ElementRole{"ul", Role::container},
    ElementRole{"var", Role::closed},        ElementRole{"video", Role::hidden}};

Role role_of(std::string_view name) {
  const auto found = std::find_if(kRoles.begin(), kRoles.end(), [&](const ElementRole& entry) {
    return iequals(entry.name, name);
  });
  return found == kRoles.end() ? Role::line : found->role;
}

class PageReader {
 public:
  PageReader(const Context& context, Format format, Dialect dialect, std::string_view page,
             std::size_t part, std::vector<LocatedPassage>& passages)
      : context_(context),
        format_(format),
        dialect_(dialect),
        page_(page),
        part_(part),
        passages_(passages) {}

  Status read() {
    begin_ = page_.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
    MarkupReader reader(page_, dialect_, begin_);
    while (const auto token = reader.next()) {
      if (token->kind == Kind::text)
        text(*token);
      else if (token->kind == Kind::start || token->kind == Kind::end)
        tag(*token);
      SIGNMARK_TRY(check_passages(context_, format_, passages_.size()));
    }
    end_block(page_.size(), page_.size());
    close_container(page_.size());
    if (reader.problem().empty()) return {};
    return format_error(format_, "text", std::string(reader.problem()), at_byte(reader.position()));
  }

 private:
  void text(const MarkupToken& token) {
    if (hidden_depth_ > 0) return;
    add_text(builder_, token, dialect_, verbatim_ ? Spaces::keep : Spaces::collapse);
  }

  void tag(const MarkupToken& token) {
    const bool start = token.kind == Kind::start;
    const Role role = role_of(dialect_ == Dialect::xml ? local_name(token.name) : token.name);
    if (role == Role::hidden) return hidden(token, start);
    if (hidden_depth_ > 0 || role == Role::line) return leave_hidden(token, role, start);
    if (role == Role::closed) return start ? builder_.open_closed() : builder_.close_closed();
    if (role == Role::line_break) {
      if (!builder_.empty()) builder_.decoded("\n", token.range.offset, token.range.size);
      return;
    }
    block(token, role, start);
  }

  /// Everything up to the matching end tag; nested elements of the same name are counted.
  void hidden(const MarkupToken& token, bool start) {
    if (hidden_depth_ == 0 && start && !token.empty_element) {
      hidden_name_ = token.name;
      hidden_depth_ = 1;
    } else if (hidden_depth_ > 0 && iequals(token.name, hidden_name_) && !token.empty_element) {
      hidden_depth_ += start ? 1 : -1;
    }
  }

  /// A head that is never closed ends where the body begins (HTML 13.2.6.4.4).
  void leave_hidden(const MarkupToken& token, Role role, bool start) {
    if (hidden_depth_ == 0 || !iequals(hidden_name_, "head") || !start) return;
    if (role == Role::line && !iequals(token.name, "a") && !iequals(token.name, "span")) return;
    hidden_depth_ = 0;
    tag(token);
  }

  void block(const MarkupToken& token, Role role, bool start) {
    const bool own = role == Role::paragraph || role == Role::title || role == Role::verbatim;
    // The end tag of the block that was just read belongs to it.
    end_block(token.range.offset, own && !start ? token.range.end() : token.range.offset);
    begin_ = own && start ? token.range.offset : token.range.end();
    kind_ = Passage::Kind::prose;
    verbatim_ = role == Role::verbatim && start;
    if (start && (role == Role::title || role == Role::caption)) kind_ = Passage::Kind::title;
    if (verbatim_) kind_ = Passage::Kind::verbatim;
    if (role != Role::container || token.empty_element) return;
    if (start) {
      if (containers_++ == 0) {
        container_ = token.range.offset;
        first_in_container_ = passages_.size();
      }
    } else if (containers_ > 0 && --containers_ == 0) {
      close_container(token.range.end());
    }
  }

  void end_block(std::size_t text_end, std::size_t outer_end) {
    if (builder_.empty()) return;
    const std::size_t begin = std::min(begin_, text_end);
    LocatedPassage located = builder_.take(kind_, {begin, outer_end - begin});
    located.part = part_;
    if (!located.passage.text.empty()) passages_.push_back(std::move(located));
  }

  /// Only now it is known where the list or table ends.
  void close_container(std::size_t end) {
    if (first_in_container_ > passages_.size()) return;
    for (std::size_t i = first_in_container_; i < passages_.size(); ++i)
      passages_[i].outer = {container_, end - container_};
    first_in_container_ = kNone;
    containers_ = 0;
  }

  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  const Context& context_;
  Format format_;
  Dialect dialect_;
  std::string_view page_;
  std::size_t part_;
  std::vector<LocatedPassage>& passages_;
  PassageBuilder builder_;
  Passage::Kind kind_ = Passage::Kind::prose;
  std::size_t begin_ = 0;  ///< where a paragraph before the coming text would stand
  bool verbatim_ = false;
  std::string_view hidden_name_;
  std::size_t hidden_depth_ = 0;
  std::size_t containers_ = 0;  ///< how many lists and tables are open
  std::size_t container_ = 0;   ///< where the outermost begins
  std::size_t first_in_container_ = kNone;
};

}  // namespace

Status read_html(const Context& context, Format format, Dialect dialect, std::string_view page,
                 std::size_t part, std::vector<LocatedPassage>& passages) {
  return PageReader(context, format, dialect, page, part, passages).read();
}

Result<std::vector<PartSplice>> html_paragraph(const DocumentText& document,
                                               const NewParagraph& paragraph, Dialect dialect) {
  const Spot spot = spot_of(document, paragraph);
  const std::string element = "<p>" + escape_markup(paragraph.text) + "</p>";
  std::size_t part = 0;
  std::uint64_t offset = 0;
  if (spot.neighbour != nullptr) {
    part = spot.neighbour->part;
    offset = spot.offset();
  } else {  // a page without text: at the end of its body, if that is marked
    MarkupReader reader(as_text(document.parts[part].bytes), dialect);
    offset = document.parts[part].bytes.size();
    while (const auto token = reader.next())
      if (token->kind == Kind::end && (iequals(token->name, "body"))) offset = token->range.offset;
  }
  return std::vector<PartSplice>{{part, {{offset, 0}, {element.begin(), element.end()}}}};
}

}  // namespace signmark::container
