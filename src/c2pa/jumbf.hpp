// SPDX-License-Identifier: Apache-2.0
// JUMBF boxes (ISO 19566-5, C2PA 2.5 chapter 11.5.3): a bounded reader that keeps raw views,
// builders, and resolution of `self#jumbf=` URIs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "c2pa/labels.hpp"

namespace signmark::c2pa::jumbf {

// ---------------------------------------------------------------------------------------------
// Reading

/// One box, viewing the parsed bytes, which must outlive it.
struct Box {
  std::string type;  ///< four-character code: "jumb" for a superbox, "cbor", "json", "bfdb", …
  ByteView raw;      ///< the whole box with its header
  ByteView payload;  ///< without the header; of a superbox: what a hashed URI hashes
  std::uint64_t offset = 0;  ///< of `raw` in the parsed bytes

  // The rest is filled for superboxes only, from their description box.
  Uuid uuid{};
  std::uint8_t toggles = 0;
  bool labelled = false;
  std::string label;
  std::optional<ByteView> salt;  ///< private box `c2sh`
  std::vector<Box> children;     ///< content boxes, without the description box
  /// Indices of the labelled child superboxes, sorted by label: a claim may list thousands of URIs.
  std::vector<std::size_t> by_label;

  [[nodiscard]] bool super() const { return type == "jumb"; }
  /// The first child of a type that is no superbox ("cbor"), or nullptr.
  [[nodiscard]] const Box* content(std::string_view child_type) const;
  /// The first child superbox of a content type, or nullptr.
  [[nodiscard]] const Box* child(const Uuid& child_uuid) const;
  /// How many child superboxes have this label.
  [[nodiscard]] std::size_t count(std::string_view child_label) const;
  /// The only child superbox with this label; nullptr when there is none or several.
  [[nodiscard]] const Box* only(std::string_view child_label) const;

 private:
  [[nodiscard]] std::vector<std::size_t>::const_iterator first_labelled(
      std::string_view child_label) const;
};

/// Parses one superbox with all below it. Zero bytes may follow it (padding of the carrier).
/// Errors: `c2pa.jumbf.truncated`, `c2pa.jumbf.malformed`, `c2pa.jumbf.trailing`,
/// `c2pa.jumbf.limit` (limits.manifest_store, box_depth, blocks).
Result<Box> parse(const Limits& limits, ByteView bytes);

/// As parse(), and refuses anything but a C2PA manifest store (type c2pa, label "c2pa").
/// Errors: those of parse(), `c2pa.jumbf.not-a-store`.
Result<Box> parse_store(const Limits& limits, ByteView bytes);

/// Whether this superbox is a manifest of any kind (standard, update, compressed, deprecated
/// alias).
bool is_manifest(const Box& box);

// ---------------------------------------------------------------------------------------------
// URIs (C2PA 2.5 chapter 9.4)

/// A `self#jumbf=` URI taken apart. `manifest` is empty for a relative one.
struct Uri {
  std::string manifest;           ///< label of the manifest
  std::vector<std::string> path;  ///< labels below the manifest; empty: the manifest itself
  /// The last label of the path, or the manifest's.
  [[nodiscard]] const std::string& leaf() const { return path.empty() ? manifest : path.back(); }
};

/// Errors: `c2pa.uri.malformed`.
Result<Uri> parse_uri(std::string_view uri);

/// `self#jumbf=/c2pa/<manifest>[/<path>…]`.
std::string absolute_uri(std::string_view manifest, std::initializer_list<std::string_view> path);
/// `self#jumbf=<path>…`, relative to the manifest.
std::string relative_uri(std::initializer_list<std::string_view> path);

/// What a URI resolved to. Both are never null.
struct Target {
  const Box* manifest = nullptr;
  const Box* box = nullptr;
};

/// Follows a URI found inside `manifest` (a child of `store`).
/// Errors: `c2pa.uri.malformed`, `c2pa.uri.missing`, `c2pa.uri.ambiguous` (a label occurs twice).
Result<Target> resolve(const Box& store, const Box& manifest, std::string_view uri);

// ---------------------------------------------------------------------------------------------
// Building

/// A plain box. The result of these functions is always a complete box with header.
Bytes box(std::string_view type, ByteView payload);

/// A superbox with a description box: requestable, labelled; salted when `salt` is not empty.
Bytes superbox(const Uuid& uuid, std::string_view label, ByteView salt,
               const std::vector<Bytes>& children);

/// The payload of a superbox built by superbox(): what a hashed URI hashes.
ByteView payload_of(ByteView built);

}  // namespace signmark::c2pa::jumbf
