// SPDX-License-Identifier: Apache-2.0
// A manifest store as an indented tree for people.
#include <fmt/format.h>

#include <utility>

#include "base/json.hpp"
#include "base/text.hpp"
#include "c2pa/cbor.hpp"
#include "c2pa/jumbf.hpp"
#include "signmark/c2pa.hpp"

namespace signmark::c2pa {
namespace {

constexpr std::size_t kStep = 2;  // blanks a level

std::string type_name(const Uuid& uuid) {
  static constexpr std::pair<Uuid, std::string_view> kNames[] = {
      {kStoreType, "manifest store"},
      {kStandardManifestType, "standard manifest"},
      {kUpdateManifestType, "update manifest"},
      {kCompressedManifestType, "compressed manifest"},
      {kDeprecatedManifestType, "standard manifest, deprecated type"},
      {kAssertionStoreType, "assertion store"},
      {kClaimType, "claim"},
      {kSignatureType, "claim signature"},
      {kCredentialStoreType, "credential store"},
      {kDataBoxStoreType, "data boxes"},
      {kCborType, "CBOR"},
      {kJsonType, "JSON"},
      {kEmbeddedFileType, "embedded file"},
  };
  for (const auto& [known, name] : kNames)
    if (known == uuid) return std::string(name);
  return "type " + hex(uuid);
}

class Dumper {
 public:
  explicit Dumper(const Limits& limits) : limits_(limits) {}

  void super(const jumbf::Box& box, std::size_t indent) {
    line(indent, fmt::format("{}  ({}, {} bytes{})", box.labelled ? printable(box.label) : "-",
                             type_name(box.uuid), box.raw.size(), box.salt ? ", salted" : ""));
    for (const jumbf::Box& child : box.children) {
      if (child.super())
        super(child, indent + kStep);
      else
        content(child, box.uuid, indent + kStep);
    }
  }

  std::string take() { return std::move(out_); }

 private:
  void line(std::size_t indent, std::string_view text) {
    out_.append(indent, ' ');
    out_ += text;
    out_ += '\n';
  }

  void content(const jumbf::Box& box, const Uuid& parent, std::size_t indent) {
    if (box.type == "cbor")
      cbor_box(box, parent == kSignatureType, indent);
    else if (box.type == "json")
      json_box(box, indent);
    else if (box.type == "bfdb")
      media_type(box, indent);
    else
      line(indent, fmt::format("{}: {} bytes", printable(box.type), box.payload.size()));
  }

  void cbor_box(const jumbf::Box& box, bool signature, std::size_t indent) {
    const auto value = cbor::decode(limits_, box.payload);
    if (!value)
      return line(indent,
                  fmt::format("not readable: {} ({})", value.error().message, value.error().where));
    line(indent, cbor::diagnostic(*value, indent));
    if (signature) protected_header(*value, indent);
  }

  /// The first element of a COSE_Sign1 is CBOR inside a byte string; people want to see it.
  void protected_header(const cbor::Value& cose, std::size_t indent) {
    const auto* parts = cose.untagged().as_array();
    const Bytes* bytes = parts && !parts->empty() ? parts->front().as_bytes() : nullptr;
    if (!bytes) return;
    if (const auto header = cbor::decode(limits_, *bytes))
      line(indent, "protected: " + cbor::diagnostic(*header, indent));
  }

  void json_box(const jumbf::Box& box, std::size_t indent) {
    const auto value = parse_json(as_text(box.payload), {.max_depth = limits_.json_depth});
    if (!value)
      return line(indent,
                  fmt::format("not readable: {} ({})", value.error().message, value.error().where));
    const std::string text = dump_json(*value, static_cast<int>(kStep));
    std::size_t start = 0;
    while (start <= text.size()) {
      const std::size_t end = std::min(text.find('\n', start), text.size());
      line(indent, printable(std::string_view(text).substr(start, end - start)));
      start = end + 1;
    }
  }

  /// A toggle byte, the media type, perhaps a file name (ISO 19566-5 B.3).
  void media_type(const jumbf::Box& box, std::size_t indent) {
    const std::string_view text = as_text(box.payload);
    const std::string_view type = text.substr(std::min<std::size_t>(1, text.size()));
    line(indent, fmt::format("media type: {}", printable(type.substr(0, type.find('\0')))));
  }

  const Limits& limits_;
  std::string out_;
};

}  // namespace

Result<std::string> dump_store(const Context& context, ByteView store) {
  const auto parsed = jumbf::parse(context.limits, store);
  if (!parsed)
    return fail("c2pa.store.unreadable", parsed.error().message, parsed.error().where,
                parsed.error().hint);
  Dumper dumper(context.limits);
  dumper.super(*parsed, 0);
  return dumper.take();
}

}  // namespace signmark::c2pa
