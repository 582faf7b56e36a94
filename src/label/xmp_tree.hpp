// SPDX-License-Identifier: Apache-2.0
// The top-level properties of an XMP packet that concern us, with their namespaces resolved.
#pragma once

#include <memory>
#include <pugixml.hpp>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace signmark::label {

inline constexpr std::string_view kRdfUri = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
inline constexpr std::string_view kTc260Uri = "http://www.tc260.org.cn/ns/AIGC/1.0/";
inline constexpr std::string_view kIptcUri = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/";

enum class XmpName { aigc, aigc_elsewhere, source_type, instance_id, provenance };

struct XmpProperty {
  XmpName name;
  std::vector<std::string> values;  ///< one, or the items of a list
  pugi::xml_node element;           ///< the property, or the rdf:Description that has an attribute
  std::optional<std::size_t> attribute;  ///< its index, counted in the start tag
};

/// Owns the parsed document that the nodes belong to.
struct XmpTree {
  std::unique_ptr<pugi::xml_document> document;
  pugi::xml_node root;         ///< first element, usually x:xmpmeta
  pugi::xml_node rdf;          ///< first rdf:RDF; may be missing
  pugi::xml_node description;  ///< first rdf:Description; may be missing
  std::string about;           ///< its rdf:about
  std::vector<XmpProperty> properties;
  bool has_doctype = false;
  bool is_utf8 = false;  ///< the nodes' offsets are those of the packet
};

/// Whether a packet has only blanks and NULs.
bool is_blank_packet(ByteView packet);

/// Errors: `label.xmp.syntax`, `label.xmp.depth`, `label.xmp.size`, `label.xmp.limit`.
Result<XmpTree> parse_xmp(ByteView packet, const Limits& limits);

}  // namespace signmark::label
