// SPDX-License-Identifier: Apache-2.0
// What DOCX, XLSX and PPTX share (ECMA-376): relations, and the record as a custom property.
#pragma once

#include "container/document/xml_text.hpp"

namespace signmark::container {

/// A relation of a part: id, what it is for, and the part it leads to.
struct Relation {
  std::string id, type, target;
};
/// Relations of `part` ("" for the package); none when it has none.
Result<std::vector<Relation>> relations_of(Package& package, std::string_view part);

/// The first part with a relation whose type ends so; empty when there is none.
Result<std::string> related_part(Package& package, std::string_view part, std::string_view type);

/// The parts that `element` of `part` names by r:id, in that order.
Result<std::vector<std::string>> listed_parts(Package& package, std::string_view part,
                                              std::string_view xml, std::string_view element);

/// Whether the file is a package with parts in this folder.
bool is_ooxml(ByteView file, std::string_view folder);

class OoxmlHandler : public PackageHandler {
 protected:
  Result<std::string> record_part(Package& package) const override;
  Result<std::vector<FoundRecord>> find_records(std::string_view part) const override;
  Result<std::vector<ZipChange>> write_record(Package& package,
                                              const std::optional<FoundRecord>& old,
                                              std::string_view json) const override;
};

}  // namespace signmark::container
