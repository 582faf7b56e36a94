// SPDX-License-Identifier: Apache-2.0
// The manifest that a file already has becomes the parent of the new one.
#include "c2pa/sign_parent.hpp"

#include <algorithm>

#include "base/hash.hpp"
#include "c2pa/assertions.hpp"

namespace signmark::c2pa {
namespace {

using cbor::Value;
using container::Block;
using container::BlockKind;

constexpr std::string_view kParentOf = "parentOf";

Value text(std::string_view v) { return Value::text(std::string(v)); }

Result<const Block*> only_store(const container::Inventory& inventory) {
  const Block* found = nullptr;
  for (const Block& block : inventory.blocks) {
    if (block.kind != BlockKind::c2pa) continue;
    if (found)
      return fail("c2pa.parent.unreadable", "the file has several manifest stores", block.place,
                  "which one counts is undefined, so neither can be continued");
    found = &block;
  }
  return found;
}

tl::unexpected<Error> unreadable(Error error) {
  return fail("c2pa.parent.unreadable",
              "the manifest that is already there cannot be read: " + error.message,
              std::move(error.where), std::move(error.hint));
}

/// The last manifest of a store is the active one (11.1.4).
const jumbf::Box* active_manifest(const jumbf::Box& store) {
  const auto found =
      std::find_if(store.children.rbegin(), store.children.rend(), jumbf::is_manifest);
  return found == store.children.rend() ? nullptr : &*found;
}

/// Everything behind the description box of the store.
Bytes boxes_of(const jumbf::Box& store) {
  Bytes all;
  for (const jumbf::Box& box : store.children)
    all.insert(all.end(), box.raw.begin(), box.raw.end());
  return all;
}

HashedUri reference(std::string url, const jumbf::Box& box) {
  return {std::move(url), hash(HashAlg::sha256, box.payload)};
}

// ---------------------------------------------------------------------------------------------
// Validation results (16.5.13.4.3)

Value status_map(const StatusCode& code) {
  Value value = Value::map().set("code", text(code.code));
  if (!code.url.empty()) value.set("url", text(code.url));
  if (!code.explanation.empty()) value.set("explanation", text(code.explanation));
  return value;
}

Value status_codes_map(const std::vector<StatusCode>& codes) {
  Value value = Value::map();
  for (const auto& [name, kind] : {std::pair{"success", CodeKind::success},
                                   std::pair{"informational", CodeKind::informational},
                                   std::pair{"failure", CodeKind::failure}}) {
    Value list = Value::array();
    for (const StatusCode& code : codes)
      if (code.kind == kind) list.push(status_map(code));
    value.set(name, std::move(list));
  }
  return value;
}

Value validation_results(const Report& report) {
  return Value::map().set("activeManifest", status_codes_map(report.codes));
}

// ---------------------------------------------------------------------------------------------

Value ingredient(const jumbf::Box& manifest, const jumbf::Box& signature,
                 const container::Inventory& inventory, const Report& report) {
  Value value = Value::map()
                    .set("relationship", text(kParentOf))
                    .set("dc:format", text(container::format_info(inventory.format).mime));
  if (!report.active.title.empty()) value.set("dc:title", text(report.active.title));
  if (!report.active.instance_id.empty()) value.set("instanceID", text(report.active.instance_id));
  return value
      .set("activeManifest", to_cbor(reference(jumbf::absolute_uri(manifest.label, {}), manifest)))
      .set("claimSignature",
           to_cbor(reference(jumbf::absolute_uri(manifest.label, {kSignatureLabel}), signature)))
      .set("validationResults", validation_results(report));
}

Result<Parent> make_parent(const Context& context, ByteView file,
                           const container::Inventory& inventory, const ValidationOptions& options,
                           const jumbf::Box& store) {
  const jumbf::Box* manifest = active_manifest(store);
  const jumbf::Box* signature = manifest ? manifest->child(kSignatureType) : nullptr;
  if (!signature)
    return fail("c2pa.parent.unreadable", "the store that is already there has no signed manifest");
  SIGNMARK_ASSIGN(const Report report, validate(context, file, inventory, options));
  return Parent{boxes_of(store), ingredient(*manifest, *signature, inventory, report),
                report.content == Answer::good};
}

}  // namespace

Result<std::optional<Parent>> read_parent(const Context& context, ByteView file,
                                          const container::Inventory& inventory,
                                          const ManifestRequest& request) {
  const bool elsewhere = request.parent_file && request.parent_inventory;
  const ByteView source = elsewhere ? *request.parent_file : file;
  const container::Inventory& found = elsewhere ? *request.parent_inventory : inventory;
  SIGNMARK_ASSIGN(const Block* block, only_store(found));
  ValidationOptions options;
  options.anchors = request.parent_anchors;
  if (!block && request.parent_sidecar) options.sidecar = *request.parent_sidecar;
  if (!block && !options.sidecar) return std::optional<Parent>();
  auto store = jumbf::parse_store(context.limits, block ? block->payload : *options.sidecar);
  if (!store) return unreadable(std::move(store).error());
  SIGNMARK_ASSIGN(Parent parent, make_parent(context, source, found, options, *store));
  return parent;
}

}  // namespace signmark::c2pa
