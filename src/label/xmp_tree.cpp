// SPDX-License-Identifier: Apache-2.0
// Walks rdf:RDF / rdf:Description / property and reads the forms that a value may have in RDF.
#include "label/xmp_tree.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/json.hpp"
#include "base/text.hpp"
#include "label/aigc_fields.hpp"

namespace signmark::label {
namespace {

// Real packets nest about 15 levels (an ingredient inside a history inside a struct).
constexpr int kMaxDepth = 64;
// Real packets declare up to 30; every name is looked up among them.
constexpr std::size_t kMaxNamespaces = 256;

constexpr std::string_view kMediaManagementUri = "http://ns.adobe.com/xap/1.0/mm/";
constexpr std::string_view kTermsUri = "http://purl.org/dc/terms/";

/// A name with its prefix resolved.
struct FullName {
  std::string_view uri, local;
  [[nodiscard]] bool is_rdf(std::string_view name) const { return uri == kRdfUri && local == name; }
};

class Namespaces {
 public:
  /// Opens the scope of an element. Errors: `label.xmp.limit`.
  Status enter(const pugi::xml_node& element) {
    marks_.push_back(bindings_.size());
    for (const pugi::xml_attribute& attribute : element.attributes()) {
      const std::string_view name = attribute.name();
      if (name != "xmlns" && !name.starts_with("xmlns:")) continue;
      if (bindings_.size() == kMaxNamespaces)
        return fail("label.xmp.limit",
                    fmt::format("the XMP packet declares more than {} namespaces", kMaxNamespaces));
      bindings_.emplace_back(name.size() > 6 ? name.substr(6) : "", attribute.value());
    }
    return {};
  }

  void leave() {
    bindings_.resize(marks_.back());
    marks_.pop_back();
  }

  [[nodiscard]] FullName resolve(std::string_view name, bool attribute) const {
    const std::size_t colon = name.find(':');
    if (colon == std::string_view::npos) return {attribute ? std::string_view() : uri_of({}), name};
    return {uri_of(name.substr(0, colon)), name.substr(colon + 1)};
  }
  [[nodiscard]] FullName of(const pugi::xml_node& element) const {
    return resolve(element.name(), false);
  }
  [[nodiscard]] FullName of(const pugi::xml_attribute& attribute) const {
    return resolve(attribute.name(), true);
  }

 private:
  [[nodiscard]] std::string_view uri_of(std::string_view prefix) const {
    const auto binding = std::find_if(bindings_.rbegin(), bindings_.rend(),
                                      [&](const auto& b) { return b.first == prefix; });
    if (binding != bindings_.rend()) return binding->second;
    return prefix == "rdf" ? kRdfUri : std::string_view();  // some writers forget to declare it
  }

  std::vector<std::pair<std::string_view, std::string_view>> bindings_;
  std::vector<std::size_t> marks_;
};

std::optional<XmpName> known_name(const FullName& name) {
  if (iequals(name.local, "AIGC"))
    return name.uri == kTc260Uri && name.local == "AIGC" ? XmpName::aigc : XmpName::aigc_elsewhere;
  if (name.uri == kIptcUri && name.local == "DigitalSourceType") return XmpName::source_type;
  if (name.uri == kMediaManagementUri && name.local == "InstanceID") return XmpName::instance_id;
  if (name.uri == kTermsUri && name.local == "provenance") return XmpName::provenance;
  return std::nullopt;
}

/// All text of an element, with comments and sections between its pieces.
std::string text_of(const pugi::xml_node& element) {
  std::string out;
  for (const pugi::xml_node& child : element.children())
    if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) out += child.value();
  return out;
}

bool has_elements(const pugi::xml_node& node) {
  return std::any_of(node.begin(), node.end(), [](const pugi::xml_node& child) {
    return child.type() == pugi::node_element;
  });
}

class Walker {
 public:
  explicit Walker(XmpTree& tree) : tree_(tree) {}

  /// rdf:RDF stands at the top or inside x:xmpmeta, whatever that is called.
  Status run() {
    for (const pugi::xml_node& top : tree_.document->children()) {
      if (top.type() != pugi::node_element) continue;
      if (!tree_.root) tree_.root = top;
      SIGNMARK_TRY(scoped(top, [&] { return top_element(top); }));
    }
    return {};
  }

 private:
  template <class Visit>
  Status scoped(const pugi::xml_node& element, const Visit& visit) {
    SIGNMARK_TRY(names_.enter(element));
    SIGNMARK_TRY(visit());
    names_.leave();
    return {};
  }

  template <class Visit>
  Status each_element(const pugi::xml_node& parent, const Visit& visit) {
    for (const pugi::xml_node& child : parent.children())
      if (child.type() == pugi::node_element)
        SIGNMARK_TRY(scoped(child, [&] { return visit(child); }));
    return {};
  }

  Status top_element(const pugi::xml_node& top) {
    if (names_.of(top).is_rdf("RDF")) return rdf(top);
    return each_element(top, [&](const pugi::xml_node& child) {
      return names_.of(child).is_rdf("RDF") ? rdf(child) : Status();
    });
  }

  Status rdf(const pugi::xml_node& rdf) {
    if (!tree_.rdf) tree_.rdf = rdf;
    return each_element(rdf, [&](const pugi::xml_node& child) {
      return names_.of(child).is_rdf("Description") ? description(child) : Status();
    });
  }

  Status description(const pugi::xml_node& element) {
    const bool first = !tree_.description;
    if (first) tree_.description = element;
    std::size_t index = 0;
    for (const pugi::xml_attribute& attribute : element.attributes()) {
      const FullName name = names_.of(attribute);
      if (first && name.is_rdf("about")) tree_.about = attribute.value();
      if (const auto known = known_name(name))
        tree_.properties.push_back({*known, {attribute.value()}, element, index});
      ++index;
    }
    return each_element(element, [&](const pugi::xml_node& child) -> Status {
      const auto known = known_name(names_.of(child));
      if (!known) return {};
      XmpProperty property{*known, {}, child, std::nullopt};
      SIGNMARK_TRY(read_values(child, property.values));
      tree_.properties.push_back(std::move(property));
      return {};
    });
  }

  /// Simple text, rdf:resource, rdf:value (as attribute, in a Description or with
  /// parseType="Resource"), a list, or a structure, which becomes JSON.
  Status read_values(const pugi::xml_node& element, std::vector<std::string>& values) {
    for (const pugi::xml_attribute& attribute : element.attributes()) {
      const FullName name = names_.of(attribute);
      if (!name.is_rdf("resource") && !name.is_rdf("value")) continue;
      values.emplace_back(attribute.value());
      return {};
    }
    if (!has_elements(element)) {
      values.push_back(text_of(element));
      return {};
    }
    Json fields = Json::object();
    SIGNMARK_TRY(each_element(
        element, [&](const pugi::xml_node& child) { return read_child(child, values, fields); }));
    if (values.empty() && !fields.empty()) values.push_back(dump_json(fields));
    return {};
  }

  Status read_child(const pugi::xml_node& child, std::vector<std::string>& values, Json& fields) {
    const FullName name = names_.of(child);
    if (name.is_rdf("value")) {
      values.push_back(text_of(child));
      return {};
    }
    if (name.is_rdf("Alt") || name.is_rdf("Seq") || name.is_rdf("Bag"))
      return each_element(child, [&](const pugi::xml_node& item) {
        return names_.of(item).is_rdf("li") ? read_values(item, values) : Status();
      });
    if (name.is_rdf("Description")) return read_values(child, values);
    if (field_index(name.local)) fields[std::string(name.local)] = text_of(child);
    return {};
  }

  XmpTree& tree_;
  Namespaces names_;
};

/// Stops at the first element that stands too deep.
struct DepthCheck : pugi::xml_tree_walker {
  bool for_each(pugi::xml_node&) override { return depth() < kMaxDepth; }
};

/// The parser stops at a NUL, so what stands behind one would go unseen. NULs at the end are
/// common.
std::optional<std::size_t> inner_nul(ByteView packet) {
  const std::string_view text = as_text(packet);
  const std::size_t nul = text.find('\0');
  const bool inside = text.find_first_not_of('\0', nul) != std::string_view::npos;
  return nul != std::string_view::npos && inside ? std::optional(nul) : std::nullopt;
}

tl::unexpected<Error> syntax(std::string message, std::string where = {}) {
  return fail("label.xmp.syntax", std::move(message), std::move(where));
}

Status load(ByteView packet, XmpTree& tree) {
  tree.document = std::make_unique<pugi::xml_document>();
  const pugi::xml_parse_result parsed = tree.document->load_buffer(
      packet.data(), packet.size(), pugi::parse_default | pugi::parse_doctype, pugi::encoding_auto);
  if (!parsed)
    return syntax(fmt::format("the XMP packet is not well-formed: {}", parsed.description()),
                  fmt::format("byte {}", parsed.offset));
  tree.is_utf8 = parsed.encoding == pugi::encoding_utf8;
  const bool bytewise = tree.is_utf8 || parsed.encoding == pugi::encoding_latin1;
  if (const auto nul = bytewise ? inner_nul(packet) : std::nullopt)
    return syntax("the XMP packet holds a NUL", fmt::format("byte {}", *nul));
  DepthCheck depth;
  if (!tree.document->traverse(depth))
    return fail("label.xmp.depth",
                fmt::format("the XMP packet is nested deeper than {} levels", kMaxDepth));
  return {};
}

}  // namespace

bool is_blank_packet(ByteView packet) { return trim_value(as_text(packet)).empty(); }

Result<XmpTree> parse_xmp(ByteView packet, const Limits& limits) {
  if (packet.size() > limits.metadata_block)
    return fail("label.xmp.size",
                fmt::format("an XMP packet of {} bytes is more than the limit of {}", packet.size(),
                            limits.metadata_block),
                {}, "--limit metadata-block=BYTES raises it");
  XmpTree tree;
  SIGNMARK_TRY(load(packet, tree));
  const auto children = tree.document->children();
  tree.has_doctype = std::any_of(children.begin(), children.end(), [](const pugi::xml_node& node) {
    return node.type() == pugi::node_doctype;
  });
  SIGNMARK_TRY(Walker(tree).run());
  return tree;
}

}  // namespace signmark::label
