// SPDX-License-Identifier: Apache-2.0
// Relations of OOXML packages, and the custom property AIGC (text guide 6.1).
#include "container/document/ooxml.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace signmark::container {
namespace {

using Kind = MarkupToken::Kind;

constexpr std::string_view kCustom = "docProps/custom.xml";
constexpr std::string_view kRelations = "_rels/.rels";
constexpr std::string_view kTypes = "[Content_Types].xml";
constexpr std::string_view kPropertiesType = "/custom-properties";
/// Part 2, 22.3: the set that custom properties belong to.
constexpr std::string_view kFmtid = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}";

std::string property(int pid, std::string_view prefix, std::string_view json) {
  // The prefix of the value's namespace is declared here, whatever the part calls it.
  return fmt::format(
      "<{}property fmtid=\"{}\" pid=\"{}\" name=\"AIGC\"><vt:lpwstr "
      "xmlns:vt=\"http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes\">{}"
      "</vt:lpwstr></{}property>",
      prefix, kFmtid, pid, escape_markup(json), prefix);
}

std::string new_custom_part(std::string_view json) {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
         "<Properties "
         "xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/custom-properties\">" +
         property(2, "", json) + "</Properties>";
}

int number_of(const MarkupToken& tag, std::string_view name) {
  const std::string text = attribute(tag, name, Dialect::xml).value_or("");
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// "word/document.xml" has its relations in "word/_rels/document.xml.rels".
std::string relations_part(std::string_view part) {
  const std::size_t slash = part.rfind('/');
  const std::size_t name = slash == std::string_view::npos ? 0 : slash + 1;
  return std::string(part.substr(0, name)) + "_rels/" + std::string(part.substr(name)) + ".rels";
}

}  // namespace

Result<std::vector<Relation>> relations_of(Package& package, std::string_view part) {
  const std::string name = part.empty() ? std::string(kRelations) : relations_part(part);
  std::vector<Relation> relations;
  if (!package.has(name)) return relations;
  SIGNMARK_ASSIGN(const Bytes xml, package.read(name));
  SIGNMARK_ASSIGN(const auto tags, start_tags(as_text(xml), "Relationship"));
  for (const MarkupToken& tag : tags) {
    const auto value = [&](std::string_view key) {
      return attribute(tag, key, Dialect::xml).value_or(std::string());
    };
    if (value("TargetMode") != "External")
      relations.push_back({value("Id"), value("Type"), resolve_path(part, value("Target"))});
  }
  return relations;
}

Result<std::string> related_part(Package& package, std::string_view part, std::string_view type) {
  SIGNMARK_ASSIGN(const auto relations, relations_of(package, part));
  for (const Relation& relation : relations)
    if (relation.type.ends_with(type)) return relation.target;
  return std::string();
}

Result<std::vector<std::string>> listed_parts(Package& package, std::string_view part,
                                              std::string_view xml, std::string_view element) {
  SIGNMARK_ASSIGN(const auto relations, relations_of(package, part));
  SIGNMARK_ASSIGN(const auto tags, start_tags(xml, element));
  std::vector<std::string> parts;
  for (const MarkupToken& tag : tags) {
    for (const MarkupAttribute& found : attributes_of(tag)) {
      // `id` without a prefix is the element's own number.
      if (local_name(found.name) != "id" || found.name == "id") continue;
      for (const Relation& relation : relations)
        if (relation.id == found.raw && package.has(relation.target))
          parts.push_back(relation.target);
    }
  }
  return parts;
}

bool is_ooxml(ByteView file, std::string_view folder) {
  if (!is_zip(file)) return false;
  const auto archive = read_zip({}, file);
  return archive && archive->find(kTypes) != nullptr &&
         std::any_of(archive->entries.begin(), archive->entries.end(),
                     [&](const ZipEntry& entry) { return entry.name.starts_with(folder); });
}

Result<std::string> OoxmlHandler::record_part(Package& package) const {
  return related_part(package, "", kPropertiesType);
}

Result<std::vector<PackageHandler::FoundRecord>> OoxmlHandler::find_records(
    std::string_view part) const {
  return elements_with_text(part, [](const MarkupToken& token) {
    return token.kind == Kind::start && local_name(token.name) == "property" &&
           attribute(token, "name", Dialect::xml) == "AIGC";
  });
}

Result<std::vector<ZipChange>> OoxmlHandler::write_record(Package& package,
                                                          const std::optional<FoundRecord>& old,
                                                          std::string_view json) const {
  SIGNMARK_ASSIGN(const std::string name, record_part(package));
  if (!name.empty() && package.has(name)) {
    SIGNMARK_ASSIGN(const Bytes part, package.read(name));
    const std::string_view xml = as_text(part);
    SIGNMARK_ASSIGN(const auto properties, start_tags(xml, "property"));
    int pid = 1;  // 0 and 1 are reserved
    std::string prefix;
    for (const MarkupToken& tag : properties) {
      pid = std::max(pid, number_of(tag, "pid"));
      prefix = prefix_of(tag.name);
      if (old && tag.range.offset == old->element.offset)
        return std::vector<ZipChange>{
            {name, spliced(xml, old->element, property(number_of(tag, "pid"), prefix, json))}};
    }
    SIGNMARK_ASSIGN(Bytes changed, with_child(xml, "Properties", property(pid + 1, prefix, json)));
    return std::vector<ZipChange>{{name, std::move(changed)}};
  }
  if (package.has(kCustom))
    return fail("container.edits.place",
                "docProps/custom.xml stands in the package without a relation");
  const std::string custom = new_custom_part(json);
  SIGNMARK_ASSIGN(const Bytes relations, package.read(kRelations));
  SIGNMARK_ASSIGN(const Bytes types, package.read(kTypes));
  SIGNMARK_ASSIGN(
      Bytes new_relations,
      with_child(as_text(relations), "Relationships",
                 "<Relationship Id=\"rIdSignmarkAigc\" Type=\"http://schemas.openxmlformats.org/"
                 "officeDocument/2006/relationships/custom-properties\" "
                 "Target=\"docProps/custom.xml\"/>"));
  SIGNMARK_ASSIGN(
      Bytes new_types,
      with_child(as_text(types), "Types",
                 "<Override PartName=\"/docProps/custom.xml\" ContentType=\"application/"
                 "vnd.openxmlformats-officedocument.custom-properties+xml\"/>"));
  return std::vector<ZipChange>{{std::string(kCustom), {custom.begin(), custom.end()}},
                                {std::string(kRelations), std::move(new_relations)},
                                {std::string(kTypes), std::move(new_types)}};
}

}  // namespace signmark::container
