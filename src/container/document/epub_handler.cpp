// SPDX-License-Identifier: Apache-2.0
// EPUB 2 and 3: the chapters of the spine; the record is a <meta> of the package document.
#include <fmt/format.h>

#include "container/document/html_text.hpp"
#include "container/document/package.hpp"

namespace signmark::container {
namespace {

using Kind = MarkupToken::Kind;

/// EPUB 3.3, 4.2.6.3: the container names the package document.
Result<std::string> package_document(Package& package) {
  SIGNMARK_ASSIGN(const Bytes xml, package.read("META-INF/container.xml"));
  SIGNMARK_ASSIGN(const auto roots, start_tags(as_text(xml), "rootfile"));
  for (const MarkupToken& root : roots)
    if (const auto path = attribute(root, "full-path", Dialect::xml)) return *path;
  return fail("container.zip.damaged", "the book names no package document");
}

/// The form that EPUB 2 defines and EPUB 3 allows; `property` would need a vocabulary of its own.
bool is_record(const MarkupToken& token) {
  return token.kind == Kind::start && local_name(token.name) == "meta" &&
         (attribute(token, "name", Dialect::xml) == "AIGC" ||
          attribute(token, "property", Dialect::xml) == "AIGC");
}

std::string record_element(std::string_view prefix, std::string_view json) {
  return fmt::format("<{}meta name=\"AIGC\" content=\"{}\"/>", prefix, escape_markup(json));
}

class EpubHandler final : public PackageHandler {
 public:
  const FormatInfo& info() const override {
    static constexpr FormatInfo kInfo{.format = Format::epub,
                                      .name = "EPUB",
                                      .mime = "application/epub+zip",
                                      .extension = "epub",
                                      .writes_metadata = true,
                                      .document = true,
                                      .native_aigc = true,
                                      .sidecar_only = true};
    return kInfo;
  }
  bool matches(ByteView file) const override { return has_mimetype(file, "application/epub+zip"); }

  Result<DocumentText> read_text(const Context& context, ByteView file, const Inventory&,
                                 const TextOptions&) const override {
    SIGNMARK_ASSIGN(Package package, Package::open(context, file));
    SIGNMARK_ASSIGN(const std::string opf, package_document(package));
    SIGNMARK_ASSIGN(const Bytes xml, package.read(opf));
    SIGNMARK_ASSIGN(const auto items, start_tags(as_text(xml), "item"));
    SIGNMARK_ASSIGN(const auto spine, start_tags(as_text(xml), "itemref"));
    DocumentText document;
    for (const MarkupToken& reference : spine) {
      const std::string name = chapter(items, attribute(reference, "idref", Dialect::xml), opf);
      if (name.empty() || !package.has(name)) continue;
      SIGNMARK_ASSIGN(const std::size_t part, add_part(package, name, document));
      SIGNMARK_TRY(read_html(context, Format::epub, Dialect::xml,
                             as_text(document.parts[part].bytes), part, document.passages));
    }
    if (document.parts.empty())
      return format_error(Format::epub, "text", "the book has no chapter that could be read");
    return document;
  }

  Result<std::vector<PartSplice>> paragraph(const DocumentText& document,
                                            const NewParagraph& paragraph) const override {
    return html_paragraph(document, paragraph, Dialect::xml);
  }

 protected:
  Result<std::string> record_part(Package& package) const override {
    return package_document(package);
  }

  Result<std::vector<FoundRecord>> find_records(std::string_view part) const override {
    SIGNMARK_ASSIGN(auto records, elements_with_text(part, is_record));
    SIGNMARK_ASSIGN(const auto tags, start_tags(part, "meta"));
    for (const MarkupToken& tag : tags)
      for (FoundRecord& record : records)
        if (record.element.offset == tag.range.offset)
          record.value = attribute(tag, "content", Dialect::xml).value_or(record.value);
    return records;
  }

  Result<std::vector<ZipChange>> write_record(Package& package,
                                              const std::optional<FoundRecord>& old,
                                              std::string_view json) const override {
    SIGNMARK_ASSIGN(const std::string name, package_document(package));
    SIGNMARK_ASSIGN(const Bytes part, package.read(name));
    const std::string_view xml = as_text(part);
    SIGNMARK_ASSIGN(const auto metadata, start_tags(xml, "metadata"));
    const std::string prefix = metadata.empty() ? std::string() : prefix_of(metadata.front().name);
    const std::string element = record_element(prefix, json);
    if (old) return std::vector<ZipChange>{{name, spliced(xml, old->element, element)}};
    SIGNMARK_ASSIGN(Bytes changed, with_child(xml, "metadata", element));
    return std::vector<ZipChange>{{name, std::move(changed)}};
  }

 private:
  static std::string chapter(const std::vector<MarkupToken>& items,
                             const std::optional<std::string>& id, std::string_view opf) {
    for (const MarkupToken& item : items)
      if (id && attribute(item, "id", Dialect::xml) == id)
        return resolve_path(opf, attribute(item, "href", Dialect::xml).value_or(std::string()));
    return {};
  }
};

}  // namespace

const Handler& epub_handler() {
  static const EpubHandler handler;
  return handler;
}

}  // namespace signmark::container
