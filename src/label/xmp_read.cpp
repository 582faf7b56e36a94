// SPDX-License-Identifier: Apache-2.0
// read_xmp: the few properties of a packet that the program uses.
#include "label/xmp_tree.hpp"
#include "signmark/label.hpp"

namespace signmark::label {
namespace {

void keep_first(std::string& field, const std::vector<std::string>& values) {
  for (const std::string& value : values)
    if (field.empty()) field = value;
}

void take(const XmpProperty& property, XmpFields& out) {
  const auto append = [&](std::vector<std::string>& list) {
    list.insert(list.end(), property.values.begin(), property.values.end());
    if (property.values.empty()) list.emplace_back();  // an empty list: an empty shell
  };
  switch (property.name) {
    case XmpName::aigc:
      return append(out.aigc);
    case XmpName::aigc_elsewhere:
      return append(out.aigc_elsewhere);
    case XmpName::source_type:
      out.digital_source_types.insert(out.digital_source_types.end(), property.values.begin(),
                                      property.values.end());
      return;
    case XmpName::instance_id:
      return keep_first(out.instance_id, property.values);
    case XmpName::provenance:
      return keep_first(out.provenance, property.values);
  }
}

}  // namespace

Result<XmpFields> read_xmp(ByteView packet, const Limits& limits) {
  XmpFields out;
  if (is_blank_packet(packet)) return out;
  SIGNMARK_ASSIGN(const XmpTree tree, parse_xmp(packet, limits));
  for (const XmpProperty& property : tree.properties) take(property, out);
  return out;
}

}  // namespace signmark::label
