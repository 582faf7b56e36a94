// SPDX-License-Identifier: Apache-2.0
// Finds the few XMP properties that concern manifests.
#include "c2pa/xmp_property.hpp"

#include <pugixml.hpp>
#include <string_view>

#include "base/text.hpp"

namespace signmark::c2pa {
namespace {

constexpr std::string_view kMediaManagement = "http://ns.adobe.com/xap/1.0/mm/";
constexpr std::string_view kTerms = "http://purl.org/dc/terms/";
constexpr std::string_view kRdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
constexpr std::size_t kMaxSize = 2048;  // no id or address needs more

/// The namespace to which a prefix is bound at a node; prefixes are the writer's choice.
std::string_view namespace_of(pugi::xml_node node, std::string_view prefix) {
  const std::string name = "xmlns:" + std::string(prefix);
  for (; node; node = node.parent())
    if (const auto declared = node.attribute(name.c_str())) return declared.value();
  return {};
}

bool is_name(pugi::xml_node scope, std::string_view qualified, std::string_view uri,
             std::string_view local) {
  const std::size_t colon = qualified.find(':');
  return colon != std::string_view::npos && qualified.substr(colon + 1) == local &&
         namespace_of(scope, qualified.substr(0, colon)) == uri;
}

std::string value_in(pugi::xml_node description, std::string_view uri, std::string_view local) {
  for (const auto attribute : description.attributes())
    if (is_name(description, attribute.name(), uri, local)) return attribute.value();
  for (const auto child : description.children())
    if (is_name(child, child.name(), uri, local)) return child.text().get();
  return {};
}

/// rdf:RDF is the root or the child of x:xmpmeta (XMP part 1, 7.3.3).
pugi::xml_node rdf_of(const pugi::xml_document& document) {
  const pugi::xml_node root = document.document_element();
  if (is_name(root, root.name(), kRdf, "RDF")) return root;
  for (const auto child : root.children())
    if (is_name(child, child.name(), kRdf, "RDF")) return child;
  return {};
}

bool is_plain(const std::string& value) {
  return !value.empty() && value.size() <= kMaxSize && printable(value) == value;
}

std::optional<std::string> property(ByteView packet, std::string_view uri, std::string_view local) {
  pugi::xml_document document;
  if (!document.load_buffer(packet.data(), packet.size())) return std::nullopt;
  for (const auto description : rdf_of(document).children())
    if (std::string value = value_in(description, uri, local); is_plain(value)) return value;
  return std::nullopt;
}

}  // namespace

std::optional<std::string> xmp_instance_id(ByteView packet) {
  return property(packet, kMediaManagement, "InstanceID");
}

std::optional<std::string> xmp_remote_manifest(ByteView packet) {
  auto url = property(packet, kTerms, "provenance");
  const bool remote = url && (url->starts_with("https://") || url->starts_with("http://"));
  return remote ? url : std::nullopt;
}

}  // namespace signmark::c2pa
