// SPDX-License-Identifier: Apache-2.0
// update_xmp: sets properties in the bytes of a packet and leaves all others where they are.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "label/xmp_text.hpp"
#include "label/xmp_tree.hpp"
#include "signmark/label.hpp"

namespace signmark::label {
namespace {

constexpr std::string_view kBlank = " \t\r\n";
// XMP specification part 1, 7.3: 2 to 4 KiB of padding let others edit in place.
constexpr std::size_t kPadding = 2048;
constexpr std::size_t kPaddingLine = 100;
constexpr std::string_view kTrailer = "<?xpacket end=\"w\"?>";
constexpr std::string_view kSkeleton =
    "<?xpacket begin=\"\xEF\xBB\xBF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
    "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n"
    "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
    "</rdf:RDF>\n"
    "</x:xmpmeta>\n";

tl::unexpected<Error> syntax(std::string message) {
  return fail("label.xmp.syntax", std::move(message));
}

/// A property to set.
struct Wanted {
  XmpName name;
  std::string_view prefix, uri, local;
  std::string_view value;
};

std::vector<Wanted> wanted_properties(const XmpChanges& changes) {
  std::vector<Wanted> out;
  if (!changes.aigc_json.empty())
    out.push_back({XmpName::aigc, "TC260", kTc260Uri, "AIGC", changes.aigc_json});
  if (!changes.digital_source_type.empty())
    out.push_back({XmpName::source_type, "Iptc4xmpExt", kIptcUri, "DigitalSourceType",
                   changes.digital_source_type});
  return out;
}

class Editor {
 public:
  Editor(std::string_view text, const XmpTree& tree) : text_(text), tree_(tree) {}

  Status set(const Wanted& wanted) {
    bool first = true;
    for (const XmpProperty& property : tree_.properties) {
      if (property.name != wanted.name) continue;
      SIGNMARK_TRY(locate(property.element));
      if (property.attribute)
        SIGNMARK_TRY(set_attribute(*property.attribute, first, wanted.value));
      else
        set_element(first, wanted.value);
      first = false;
    }
    if (first) added_.push_back(wanted);
    return {};
  }

  /// The new text, without regard to its length.
  Result<std::string> finish() {
    if (!added_.empty()) SIGNMARK_TRY(add_description());
    return apply_edits(text_, std::move(edits_));
  }

 private:
  /// Finds an element in the text and makes it the current one.
  Status locate(const pugi::xml_node& node) {
    if (node == node_) return {};
    const auto offset = static_cast<std::size_t>(std::max<std::ptrdiff_t>(node.offset_debug(), 0));
    auto found = locate_element(text_, offset);
    if (!found || text_.substr(offset, std::string_view(node.name()).size()) != node.name())
      return syntax(fmt::format("the element {} does not end", printable(node.name())));
    node_ = node;
    element_ = std::move(*found);
    return {};
  }

  /// A range with the blanks in front of it, so that nothing is left of a removed line.
  [[nodiscard]] Range with_blanks(Range range) const {
    while (range.offset > 0 && kBlank.find(text_[range.offset - 1]) != std::string_view::npos) {
      --range.offset;
      ++range.size;
    }
    return range;
  }

  Status set_attribute(std::size_t index, bool keep, std::string_view value) {
    if (index >= element_.attributes.size()) return syntax("an attribute was not found");
    const AttributeText& attribute = element_.attributes[index];
    if (keep)
      edits_.push_back({attribute.value, escape_xml(value)});
    else
      edits_.push_back({with_blanks(attribute.whole), {}});
    return {};
  }

  /// The property as simple text, whatever form it had; its namespace declarations stay.
  void set_element(bool keep, std::string_view value) {
    if (!keep) {
      edits_.push_back({with_blanks(element_.whole), {}});
      return;
    }
    std::string declarations;
    for (const AttributeText& attribute : element_.attributes) {
      const std::string_view whole = text_.substr(attribute.whole.offset, attribute.whole.size);
      if (whole.starts_with("xmlns")) declarations += fmt::format(" {}", whole);
    }
    edits_.push_back({element_.whole, fmt::format("<{}{}>{}</{}>", node_.name(), declarations,
                                                  escape_xml(value), node_.name())});
  }

  /// One rdf:Description with the properties that are not there yet. It declares every prefix it
  /// uses, so it fits into a packet with any others; several Descriptions of one `about` are one
  /// (XMP part 1, 7.4).
  [[nodiscard]] std::string description() const {
    std::string declarations, body;
    for (const Wanted& wanted : added_) {
      declarations += fmt::format(" xmlns:{}=\"{}\"", wanted.prefix, wanted.uri);
      body += fmt::format("<{0}:{1}>{2}</{0}:{1}>\n", wanted.prefix, wanted.local,
                          escape_xml(wanted.value));
    }
    return fmt::format(
        "<rdf:Description rdf:about=\"{}\" xmlns:rdf=\"{}\"{}>\n{}</rdf:Description>\n",
        escape_xml(tree_.about), kRdfUri, declarations, body);
  }

  Status add_description() {
    if (tree_.rdf) return append_to(tree_.rdf, description());
    const std::string_view root = tree_.root.name();
    if (!root.ends_with("xmpmeta") && !root.ends_with("xapmeta"))
      return syntax("the XMP packet has no rdf:RDF");
    return append_to(tree_.root, fmt::format("<rdf:RDF xmlns:rdf=\"{}\">\n{}</rdf:RDF>\n", kRdfUri,
                                             description()));
  }

  Status append_to(const pugi::xml_node& parent, std::string content) {
    SIGNMARK_TRY(locate(parent));
    if (!element_.self_closing) {
      edits_.push_back({{element_.inner.end(), 0}, std::move(content)});
      return {};
    }
    edits_.push_back(
        {{element_.whole.end() - 2, 2}, fmt::format(">\n{}</{}>", content, parent.name())});
    return {};
  }

  std::string_view text_;
  const XmpTree& tree_;
  pugi::xml_node node_;  // the current element and its text
  ElementText element_;
  std::vector<TextEdit> edits_;
  std::vector<Wanted> added_;
};

std::string padding(std::size_t size) {
  std::string out(size, ' ');
  for (std::size_t i = kPaddingLine; i < size; i += kPaddingLine) out[i - 1] = '\n';
  if (size > 0) out.back() = '\n';
  return out;
}

/// Where the closing `<?xpacket` instruction begins; it is the last thing but blanks and NULs.
std::optional<std::size_t> find_trailer(std::string_view text) {
  const std::size_t trailer = text.rfind("<?xpacket end");
  if (trailer == std::string_view::npos) return std::nullopt;
  const std::size_t close = text.find("?>", trailer);
  const bool last =
      close != std::string_view::npos &&
      text.find_first_not_of(std::string_view(" \t\r\n\0", 5), close + 2) == std::string_view::npos;
  return last ? std::optional(trailer) : std::nullopt;
}

/// Keeps the length: blanks before the closing instruction are used up or made up.
std::string restore_length(std::string text, std::size_t length) {
  const auto trailer = find_trailer(text);
  if (!trailer || text.size() == length) return text;
  if (text.size() < length) return text.insert(*trailer, padding(length - text.size()));
  const std::size_t content = std::string_view(text).substr(0, *trailer).find_last_not_of(kBlank);
  const std::size_t blanks = content == std::string::npos ? 0 : *trailer - content - 1;
  const std::size_t taken = std::min(blanks, text.size() - length);
  return text.erase(*trailer - taken, taken);
}

Result<std::string> edit(ByteView packet, const std::vector<Wanted>& wanted, const Limits& limits) {
  SIGNMARK_ASSIGN(const XmpTree tree, parse_xmp(packet, limits));
  if (!tree.is_utf8)
    return fail("label.xmp.encoding", "the XMP packet is not in UTF-8, and others are only read");
  if (tree.has_doctype)
    return fail("label.xmp.doctype", "the XMP packet has a document type, which XMP forbids");
  Editor editor(as_text(packet), tree);
  for (const Wanted& property : wanted) SIGNMARK_TRY(editor.set(property));
  return editor.finish();
}

/// Whether the new packet says what was asked for, to everybody who parses it.
Status check_result(ByteView packet, const XmpChanges& changes, const Limits& limits) {
  SIGNMARK_ASSIGN(const XmpFields fields, read_xmp(packet, limits));
  const bool aigc = changes.aigc_json.empty() || fields.aigc == std::vector{changes.aigc_json};
  const bool source = changes.digital_source_type.empty() ||
                      (!fields.digital_source_types.empty() &&
                       fields.digital_source_types.front() == changes.digital_source_type);
  if (aigc && source) return {};
  return fail("label.xmp.encoding", "the XMP packet's encoding does not carry the new values");
}

}  // namespace

Result<Bytes> update_xmp(ByteView packet, const XmpChanges& changes, const Limits& limits) {
  const std::vector<Wanted> wanted = wanted_properties(changes);
  for (const Wanted& property : wanted)
    if (!is_xml_text(property.value))
      return syntax(fmt::format("the value of {} holds what XML cannot", property.local));
  std::string text;
  if (is_blank_packet(packet)) {
    SIGNMARK_ASSIGN(text, edit(as_bytes(kSkeleton), wanted, limits));
    text += padding(kPadding);
    text += kTrailer;
  } else {
    SIGNMARK_ASSIGN(text, edit(packet, wanted, limits));
    text = restore_length(std::move(text), packet.size());
  }
  SIGNMARK_TRY(check_result(as_bytes(text), changes, limits));
  return Bytes(text.begin(), text.end());
}

}  // namespace signmark::label
