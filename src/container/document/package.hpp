// SPDX-License-Identifier: Apache-2.0
// Documents that are ZIP packages of XML parts: OOXML, ODF, EPUB.
#pragma once

#include "container/document/markup.hpp"
#include "container/document/zip.hpp"

namespace signmark::container {

/// An opened package; unpacking is bounded by limits.document_text over all parts.
class Package {
 public:
  static Result<Package> open(const Context& context, ByteView file);
  [[nodiscard]] const ZipArchive& archive() const { return archive_; }
  [[nodiscard]] bool has(std::string_view name) const { return archive_.find(name) != nullptr; }
  /// Errors: `container.zip.missing` and those of unzip.
  Result<Bytes> read(std::string_view name);

 private:
  Package(ByteView file, ZipArchive archive, std::uint64_t budget)
      : file_(file), archive_(std::move(archive)), budget_(budget) {}
  ByteView file_;
  ZipArchive archive_;
  std::uint64_t budget_;
};

/// A package format: what its parts mean is the business of those who derive.
class PackageHandler : public DocumentHandler {
 public:
  /// The element of a part which holds a record, and its value.
  struct FoundRecord {
    Range element;
    std::string value;
  };
  Status inspect(const Context& context, ByteView file, Inventory& inventory) const override;
  [[nodiscard]] Result<Plan> plan(const Context& context, ByteView file, const Inventory& inventory,
                                  const Edits& edits) const override;
  [[nodiscard]] std::string escape(std::string_view text) const override {
    return escape_markup(text);
  }
  [[nodiscard]] Result<Rope> assemble(const Context& context, ByteView file,
                                      const DocumentText& document,
                                      std::vector<PartSplice> changes) const override;

 protected:
  /// The part that holds the record; empty when there is none.
  [[nodiscard]] virtual Result<std::string> record_part(Package& package) const = 0;
  [[nodiscard]] virtual Result<std::vector<FoundRecord>> find_records(
      std::string_view part) const = 0;
  /// New contents of parts, for a record that replaces `old` or is added.
  [[nodiscard]] virtual Result<std::vector<ZipChange>> write_record(
      Package& package, const std::optional<FoundRecord>& old, std::string_view json) const = 0;
};

/// The elements that `wanted` says, each with all text in it.
Result<std::vector<PackageHandler::FoundRecord>> elements_with_text(
    std::string_view xml, bool (*wanted)(const MarkupToken&));

/// Puts a child at the end of the first element with this local name.
Result<Bytes> with_child(std::string_view xml, std::string_view parent, std::string_view child);

/// Whether the archive begins with a stored member `mimetype` of this content (ODF 1.3 part 2, 3.3;
/// EPUB OCF 4.3).
bool has_mimetype(ByteView file, std::string_view type);

/// Adds a part to a document; its number.
Result<std::size_t> add_part(Package& package, std::string_view name, DocumentText& document);

/// Replaces a range of text.
Bytes spliced(std::string_view text, Range range, std::string_view replacement);

/// All elements of an XML part with this local name: the start tags.
Result<std::vector<MarkupToken>> start_tags(std::string_view xml, std::string_view local);

/// A path relative to the folder of `base`, without "." and "..".
std::string resolve_path(std::string_view base, std::string_view target);

/// "w:p" has "w:".
std::string prefix_of(std::string_view name);

}  // namespace signmark::container
