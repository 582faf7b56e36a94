// SPDX-License-Identifier: Apache-2.0
// Reads paragraphs from office XML.
#include "container/document/xml_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace signmark::container {
namespace {

using Kind = MarkupToken::Kind;

bool in_list(std::string_view list, std::string_view name) {
  for (std::size_t at = list.find(name); at != std::string_view::npos && !name.empty();
       at = list.find(name, at + 1))
    if (list[at - 1] == ' ' && list[at + name.size()] == ' ') return true;
  return false;
}

std::optional<std::string> local_attribute(const MarkupToken& tag, std::string_view name) {
  for (const MarkupAttribute& found : attributes_of(tag))
    if (local_name(found.name) == name) return decode_references(found.raw, Dialect::xml);
  return std::nullopt;
}

class XmlTextReader {
 public:
  XmlTextReader(const Context& context, const XmlTextRules& rules, StyleKinds styles,
                std::string_view xml, std::size_t part, std::vector<LocatedPassage>& passages)
      : context_(context),
        rules_(rules),
        styles_(std::move(styles)),
        xml_(xml),
        part_(part),
        passages_(passages) {}

  Status read() {
    MarkupReader reader(xml_, Dialect::xml);
    while (const auto token = reader.next()) {
      if (token->kind == Kind::text)
        text(*token);
      else if (token->kind == Kind::start)
        SIGNMARK_TRY(start(*token));
      else if (token->kind == Kind::end)
        end(local_name(token->name), token->range);
      SIGNMARK_TRY(check_passages(context_, rules_.format, passages_.size()));
    }
    if (reader.problem().empty() && open_.empty()) return {};
    const std::string why(reader.problem().empty() ? "a paragraph is not closed"
                                                   : reader.problem());
    return format_error(rules_.format, "text", why, at_byte(reader.position()));
  }

 private:
  /// A paragraph that is being read; text boxes nest them.
  struct Open {
    PassageBuilder builder;
    Passage::Kind kind = Passage::Kind::prose;
    std::size_t begin = 0;
    std::string prefix;
    bool closed_run = false;
  };

  void text(const MarkupToken& token) {
    if (hidden_ > 0 || open_.empty() || (!rules_.texts.empty() && texts_ == 0)) return;
    add_text(open_.back().builder, token, Dialect::xml, rules_.spaces);
  }

  Status start(const MarkupToken& token) {
    const std::string_view name = local_name(token.name);
    if (name == rules_.style_element && !open_.empty()) set_style(open_.back(), token);
    if (name == "style") remember_style(token);
    if (name == "ph" && is_title_place(token)) title_place_ = true;
    if (!open_.empty()) inside(token, name);
    if (in_list(rules_.paragraphs, name)) {
      if (open_.size() >= context_.limits.box_depth)
        return check_limit(code_name(rules_.format), "box-depth", open_.size() + 1,
                           context_.limits.box_depth, at_byte(token.range.offset));
      begin_paragraph(token, name);
    }
    if (token.empty_element) return end(name, token.range), Status();
    if (in_list(rules_.hidden, name)) ++hidden_;
    if (in_list(rules_.texts, name)) ++texts_;
    if (in_list(rules_.containers, name) && open_.empty() && containers_++ == 0) {
      container_ = token.range.offset;
      first_in_container_ = passages_.size();
    }
    return {};
  }

  void inside(const MarkupToken& token, std::string_view name) {
    PassageBuilder& builder = open_.back().builder;
    if (in_list(rules_.closed, name) && !token.empty_element) builder.open_closed();
    if (hidden_ > 0) return;
    if (in_list(rules_.line_breaks, name) && !builder.empty()) builder.made_up("\n");
    if (in_list(rules_.tabs, name) && !builder.empty()) builder.made_up(name == "s" ? " " : "\t");
    if (name != rules_.closed_style_element) return;
    const auto style = local_attribute(token, rules_.style_attribute);
    const auto kind = style ? kind_of_style(*style) : std::nullopt;
    if (kind != Passage::Kind::verbatim || open_.back().closed_run) return;
    builder.open_closed();
    open_.back().closed_run = true;
  }

  void begin_paragraph(const MarkupToken& token, std::string_view name) {
    Open paragraph;
    paragraph.begin = token.range.offset;
    if (open_.empty()) first_in_paragraph_ = passages_.size();
    paragraph.prefix = prefix_of(token.name);
    if (in_list(rules_.titles, name) || title_place_) paragraph.kind = Passage::Kind::title;
    if (rules_.style_element.empty() && !rules_.style_attribute.empty())
      set_style(paragraph, token);
    open_.push_back(std::move(paragraph));
  }

  void set_style(Open& paragraph, const MarkupToken& token) {
    const auto style = local_attribute(token, rules_.style_attribute);
    if (!style) return;
    const auto known = styles_.find(*style);
    const auto kind = known != styles_.end() ? known->second : kind_of_style(*style);
    if (kind) paragraph.kind = *kind;
  }

  /// OpenDocument's automatic styles stand before the text and name their parents.
  void remember_style(const MarkupToken& token) {
    const auto name = local_attribute(token, "name");
    const auto parent = local_attribute(token, "parent-style-name");
    if (!name || !parent) return;
    if (const auto kind = kind_of_style(*parent)) styles_[*name] = *kind;
  }

  static bool is_title_place(const MarkupToken& token) {
    const auto type = local_attribute(token, "type");
    return type && (*type == "title" || *type == "ctrTitle");
  }

  void end(std::string_view name, Range tag) {
    if (in_list(rules_.hidden, name) && hidden_ > 0) --hidden_;
    if (in_list(rules_.texts, name) && texts_ > 0) --texts_;
    if (name == "sp") title_place_ = false;
    if (!open_.empty()) {
      if (in_list(rules_.closed, name)) open_.back().builder.close_closed();
      if ((name == "r" || name == "span") && std::exchange(open_.back().closed_run, false))
        open_.back().builder.close_closed();
    }
    if (in_list(rules_.paragraphs, name) && !open_.empty()) end_paragraph(tag.end());
    if (!in_list(rules_.containers, name) || !open_.empty()) return;
    if (containers_ == 0 || --containers_ > 0) return;
    for (std::size_t i = first_in_container_; i < passages_.size(); ++i)
      passages_[i].outer = {container_, tag.end() - container_};
  }

  void end_paragraph(std::size_t end) {
    Open paragraph = std::move(open_.back());
    open_.pop_back();
    const Range outer{paragraph.begin, end - paragraph.begin};
    if (open_.empty())  // text boxes and notes within: new paragraphs stay outside
      for (std::size_t i = first_in_paragraph_; i < passages_.size(); ++i)
        passages_[i].outer = outer;
    if (paragraph.builder.empty()) return;
    LocatedPassage located = paragraph.builder.take(paragraph.kind, outer);
    if (located.passage.text.empty()) return;
    located.part = part_;
    located.frame = paragraph.prefix;
    passages_.push_back(std::move(located));
  }

  const Context& context_;
  const XmlTextRules& rules_;
  StyleKinds styles_;
  std::string_view xml_;
  std::size_t part_;
  std::vector<LocatedPassage>& passages_;
  std::vector<Open> open_;
  std::size_t hidden_ = 0, texts_ = 0, containers_ = 0;
  std::size_t container_ = 0, first_in_container_ = 0;
  std::size_t first_in_paragraph_ = 0;  ///< of the outermost that is open
  bool title_place_ = false;
};

}  // namespace

std::optional<Passage::Kind> kind_of_style(std::string_view name) {
  std::string lower(name);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  for (const std::string_view word : {"heading", "title", "caption"})
    if (lower.find(word) != std::string::npos) return Passage::Kind::title;
  for (const std::string_view word : {"code", "preformatted", "verbatim", "source"})
    if (lower.find(word) != std::string::npos) return Passage::Kind::verbatim;
  return std::nullopt;
}

Status read_xml_text(const Context& context, const XmlTextRules& rules, StyleKinds styles,
                     std::string_view xml, std::size_t part,
                     std::vector<LocatedPassage>& passages) {
  return XmlTextReader(context, rules, std::move(styles), xml, part, passages).read();
}

}  // namespace signmark::container
