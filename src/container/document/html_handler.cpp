// SPDX-License-Identifier: Apache-2.0
// HTML: the record as <meta name="AIGC">, the manifest as <script type="application/c2pa"> (C2PA
// 2.5, A.7).
#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "container/document/html_text.hpp"
#include "container/document/markup.hpp"

namespace signmark::container {
namespace {

using Kind = MarkupToken::Kind;

constexpr std::string_view kScript = "application/c2pa";

/// The first markup that is not a comment, a declaration or white space.
std::optional<MarkupToken> first_element(MarkupReader& reader) {
  constexpr int kTokensBefore = 64;
  for (int i = 0; i < kTokensBefore; ++i) {
    auto token = reader.next();
    if (!token) return token;
    const bool blank = token->kind == Kind::text && is_blank_line(token->body);
    const bool other = token->kind == Kind::comment || token->kind == Kind::instruction;
    if (!blank && !other) return token;
  }
  return std::nullopt;
}

/// Where new elements of the head go: behind what stands in it already (a charset must come early).
std::size_t head_position(std::string_view whole) {
  constexpr std::array<std::string_view, 6> kInHead = {"html",  "head", "meta",
                                                       "title", "link", "base"};
  MarkupReader reader(whole, Dialect::html);
  std::size_t position = whole.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  while (const auto token = reader.next()) {
    const bool tag = token->kind == Kind::start || token->kind == Kind::end;
    if (tag && token->kind == Kind::end && iequals(token->name, "head")) return position;
    const bool of_head = tag && std::any_of(kInHead.begin(), kInHead.end(),
                                            [&](auto name) { return iequals(token->name, name); });
    const bool raw = tag && (iequals(token->name, "script") || iequals(token->name, "style"));
    if (tag && !of_head && !raw) return position;
    if (of_head || token->kind == Kind::doctype || token->kind == Kind::instruction)
      position = token->range.end();
  }
  return position;
}

std::string meta_element(std::string_view json) {
  return "<meta name=\"AIGC\" content=\"" + escape_markup(json) + "\">";
}

class HtmlInspector {
 public:
  HtmlInspector(const Context& context, ByteView file, Inventory& inventory)
      : context_(context), file_(file), inventory_(inventory) {}

  Status read() {
    MarkupReader reader(as_text(file_), Dialect::html);
    while (const auto token = reader.next()) {
      if (token->kind != Kind::start) continue;
      if (iequals(token->name, "meta")) SIGNMARK_TRY(meta(*token));
      if (iequals(token->name, "link")) SIGNMARK_TRY(link(*token));
      if (iequals(token->name, "script")) SIGNMARK_TRY(script(*token, reader));
    }
    note_cut_tag();
    return {};
  }

 private:
  /// A page that ends within a tag which could carry a mark was cut off there. Browsers forgive
  /// others.
  void note_cut_tag() {
    constexpr std::array<std::string_view, 3> kCarriers = {"meta", "link", "script"};
    const std::string_view whole = as_text(file_);
    const std::size_t open = whole.rfind('<');
    if (open == std::string_view::npos || whole.find('>', open) != std::string_view::npos) return;
    const std::string_view rest = whole.substr(open + 1);
    const bool carrier = std::any_of(
        kCarriers.begin(), kCarriers.end(),
        [&](std::string_view name) { return iequals(rest.substr(0, name.size()), name); });
    if (carrier)
      mark_damaged(inventory_, format_error(Format::html, "truncated", "the page ends within a tag",
                                            at_byte(open))
                                   .value());
  }

  Status meta(const MarkupToken& token) {
    const auto name = attribute(token, "name", Dialect::html);
    if (!name || !iequals(*name, "AIGC")) return {};
    const std::string value = attribute(token, "content", Dialect::html).value_or(std::string());
    return add_block(
        context_, inventory_,
        {BlockKind::aigc, "HTML meta AIGC", "AIGC", token.range, {value.begin(), value.end()}});
  }

  Status link(const MarkupToken& token) {
    const auto relation = attribute(token, "rel", Dialect::html);
    if (!relation || !iequals(*relation, "c2pa-manifest")) return {};
    return add_block(context_, inventory_,
                     {BlockKind::other, "HTML link c2pa-manifest", {}, token.range, {}});
  }

  Status script(const MarkupToken& token, MarkupReader& reader) {
    const auto type = attribute(token, "type", Dialect::html);
    if (!type || !iequals(*type, kScript)) return {};
    const auto content = reader.next();
    if (!content || content->kind != Kind::text) return damaged(token, "has no content");
    const auto end = reader.next();
    if (!end || end->kind != Kind::end) return damaged(token, "is not closed");
    std::string text(content->body);
    std::erase_if(text, [](char c) { return is_blank_line({&c, 1}); });
    auto store = unbase64(text);
    if (!store) return damaged(token, "is not base64");
    const Range range{token.range.offset, end->range.end() - token.range.offset};
    inventory_.manifest_exclusions.push_back(range);
    return add_block(
        context_, inventory_,
        {BlockKind::c2pa, "HTML script application/c2pa", {}, range, std::move(*store)});
  }

  Status damaged(const MarkupToken& token, std::string_view what) {
    mark_damaged(inventory_,
                 format_error(Format::html, "manifest", "the manifest script " + std::string(what),
                              at_byte(token.range.offset))
                     .value());
    return {};
  }

  const Context& context_;
  ByteView file_;
  Inventory& inventory_;
};

class HtmlHandler final : public DocumentHandler {
 public:
  const FormatInfo& info() const override {
    static constexpr FormatInfo kInfo{.format = Format::html,
                                      .name = "HTML",
                                      .mime = "text/html",
                                      .extension = "html",
                                      .writes_metadata = true,
                                      .document = true,
                                      .native_aigc = true};
    return kInfo;
  }
  bool matches(ByteView file) const override {
    std::string_view text = as_text(file);
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    const std::size_t begin = text.find_first_not_of(" \t\r\n\f");
    if (begin == std::string_view::npos || text[begin] != '<') return false;
    MarkupReader reader(text.substr(begin), Dialect::html);
    const auto first = first_element(reader);
    if (!first) return false;
    if (first->kind == Kind::doctype) return iequals(first->body.substr(0, 12), "doctype html");
    return first->kind == Kind::start &&
           (iequals(first->name, "html") || iequals(first->name, "head") ||
            iequals(first->name, "body"));
  }
  Status inspect(const Context& context, ByteView file, Inventory& inventory) const override {
    if (!is_utf8(as_text(file)))
      mark_damaged(
          inventory,
          format_error(Format::html, "encoding", "the page is not UTF-8", {},
                       "convert it first: iconv -f GB18030 -t UTF-8, and change its charset")
              .value());
    return HtmlInspector(context, file, inventory).read();
  }
  Result<Plan> plan(const Context& context, ByteView file, const Inventory& inventory,
                    const Edits& edits) const override {
    const auto rewrite = [](const Block& block, const Bytes& payload) -> Result<Bytes> {
      if (block.kind != BlockKind::aigc)
        return fail("container.edits.block", "this block cannot be replaced", block.place);
      const std::string meta = meta_element(as_text(payload));
      return Bytes(meta.begin(), meta.end());
    };
    SIGNMARK_ASSIGN(auto splices, common_splices(inventory, edits, context.limits, rewrite));
    const std::size_t position = head_position(as_text(file));
    if (edits.aigc && inventory.find(BlockKind::aigc) == nullptr) {
      const std::string meta = meta_element(as_text(*edits.aigc));
      splices.push_back({{position, 0}, {meta.begin(), meta.end()}});
    }
    if (edits.manifest) {
      const std::string script =
          "<script type=\"" + std::string(kScript) + "\">" + base64(*edits.manifest) + "</script>";
      splices.push_back({{position, 0}, {script.begin(), script.end()}, true});
    }
    return splice_plan(file, std::move(splices));
  }

  Result<DocumentText> read_text(const Context& context, ByteView file, const Inventory&,
                                 const TextOptions&) const override {
    DocumentText document = flat_document(file);
    SIGNMARK_TRY(
        read_html(context, Format::html, Dialect::html, as_text(file), 0, document.passages));
    return document;
  }
  std::string escape(std::string_view text) const override { return escape_markup(text); }
  Result<std::vector<PartSplice>> paragraph(const DocumentText& document,
                                            const NewParagraph& paragraph) const override {
    return html_paragraph(document, paragraph, Dialect::html);
  }
};

}  // namespace

const Handler& html_handler() {
  static const HtmlHandler handler;
  return handler;
}

}  // namespace signmark::container
