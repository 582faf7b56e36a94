// SPDX-License-Identifier: Apache-2.0
// Plans a file together with a manifest over its final bytes.
//
// The store is part of the file whose hash it holds, so lengths come first: with a zero hash and a
// zero signature the store is built until the exclusions that the container reports no longer
// change its length. Then the file is hashed, once, and the store built again with the real values.
#include <fmt/format.h>

#include "base/text.hpp"
#include "c2pa/hard_binding.hpp"
#include "c2pa/manifest_writer.hpp"
#include "c2pa/sign_parent.hpp"
#include "c2pa/xmp_property.hpp"
#include "signmark/c2pa.hpp"

namespace signmark::c2pa {
namespace {

using container::BlockKind;
using container::Format;

constexpr std::size_t kDigestSize = 32;
/// A longer store never has shorter exclusions, so the length only grows, by the few bytes that the
/// numbers in the exclusions take; more than three rounds have not been seen.
constexpr int kMaxRounds = 16;

struct Job {
  const Context& context;
  ByteView file;
  const container::Inventory& inventory;
  container::Edits& edits;
  const ManifestRequest& request;
  const keys::Signer& signer;
};

bool is_bmff(Format format) {
  return format == Format::avif || format == Format::heif || format == Format::mp4 ||
         format == Format::mov || format == Format::m4a;
}

bool edits_metadata(const container::Edits& edits) {
  return edits.xmp.has_value() || edits.aigc.has_value() || !edits.replacements.empty();
}

Status check(const Job& job, bool has_parent) {
  if (job.signer.chain().empty())
    return fail("c2pa.sign.certificate", "the signing key has no certificate",
                job.signer.key().id(), "have one issued with `signmark key new signing --certify`");
  if (job.request.intent == Intent::edited_metadata && !has_parent)
    return fail("c2pa.parent.absent", "the file has no manifest whose history could be continued");
  return {};
}

std::string instance_id(const Job& job) {
  if (!job.request.instance_id.empty()) return job.request.instance_id;
  std::optional<std::string> id;
  if (job.edits.xmp)
    id = xmp_instance_id(*job.edits.xmp);
  else if (const auto* block = job.inventory.find(BlockKind::xmp))
    id = xmp_instance_id(block->payload);
  return id ? *id : "urn:uuid:" + uuid4(*job.context.random);
}

Status add_own_assertions(const Job& job, ManifestDraft& draft) {
  for (const OwnAssertion& own : job.request.own_assertions) {
    SIGNMARK_ASSIGN(const cbor::Value value, cbor::decode(job.context.limits, own.cbor, own.label));
    draft.add(own.label, value);
  }
  return {};
}

Result<ManifestDraft> make_draft(const Job& job, std::optional<Parent> parent) {
  ClaimFacts facts;
  facts.manifest_label = fmt::format("urn:c2pa:{}:signmark", uuid4(*job.context.random));
  facts.instance_id = instance_id(job);
  facts.title = job.request.title;
  ManifestDraft draft(std::move(facts), parent ? std::move(parent->boxes) : Bytes{},
                      *job.context.random);
  ActionFacts actions;
  actions.request = &job.request;
  actions.when = job.context.clock->now();
  actions.all_included = parent ? parent->content_good : job.request.all_actions_included;
  actions.metadata_edited =
      job.request.intent == Intent::edited_metadata || edits_metadata(job.edits);
  if (parent) actions.parent = draft.add(kIngredientLabel, parent->ingredient);
  for (const SoftBinding& binding : job.request.soft_bindings)
    actions.soft_bindings.push_back(draft.add(kSoftBindingLabel, soft_binding_assertion(binding)));
  draft.add(kActionsLabel, actions_assertion(actions));
  if (job.request.disclosure)
    draft.add(kDisclosureLabel, disclosure_assertion(*job.request.disclosure));
  SIGNMARK_TRY(add_own_assertions(job, draft));
  return draft;
}

Status check_size(const Job& job, const Bytes& store) {
  const std::uint64_t limit = job.context.limits.manifest_store;
  if (store.size() <= limit) return {};
  return fail(
      "c2pa.sign.limit",
      fmt::format("the manifest store would have {} bytes, {} are allowed", store.size(), limit),
      {}, "raise it with --limit manifest-store=SIZE");
}

// ---------------------------------------------------------------------------------------------
// The hard binding of a format

/// A kind of hard binding: its label, its content for given exclusions and digest, its hash.
struct Binding {
  bool bmff = false;

  [[nodiscard]] std::string_view label() const { return bmff ? kBmffHashLabel : kDataHashLabel; }
  [[nodiscard]] cbor::Value assertion(const std::vector<Range>& exclusions, ByteView digest) const {
    return bmff ? bmff_hash_assertion(digest) : data_hash_assertion(exclusions, digest);
  }
  [[nodiscard]] Result<Bytes> hash(const Context& context, const container::Plan& plan) const {
    return bmff ? hash_bmff(context, plan.rope)
                : hash_data(context, plan.rope, plan.manifest_exclusions);
  }
};

// ---------------------------------------------------------------------------------------------
// Embedded store

Result<container::Plan> plan_with(const Job& job, Bytes store) {
  job.edits.manifest = std::move(store);
  return container::plan(job.context, job.file, job.inventory, job.edits);
}

/// The file with a store of the right length that is not signed yet.
Result<container::Plan> plan_layout(const Job& job, const ManifestDraft& draft,
                                    const Binding& binding) {
  const Bytes zero(kDigestSize, 0);
  Bytes store = draft.unsigned_store(binding.label(), binding.assertion({}, zero), job.signer);
  for (int round = 0; round < kMaxRounds; ++round) {
    SIGNMARK_TRY(check_size(job, store));
    const std::size_t length = store.size();
    SIGNMARK_ASSIGN(container::Plan plan, plan_with(job, std::move(store)));
    store = draft.unsigned_store(binding.label(), binding.assertion(plan.manifest_exclusions, zero),
                                 job.signer);
    if (store.size() == length) return plan;
  }
  return fail("c2pa.sign.layout", "internal: the length of the manifest store does not settle");
}

Result<SignedPlan> sign_embedded(const Job& job, const ManifestDraft& draft) {
  const Binding binding{is_bmff(job.inventory.format)};
  SIGNMARK_ASSIGN(const container::Plan layout, plan_layout(job, draft, binding));
  SIGNMARK_ASSIGN(const Bytes digest, binding.hash(job.context, layout));
  SIGNMARK_ASSIGN(
      Bytes store,
      draft.signed_store(binding.label(), binding.assertion(layout.manifest_exclusions, digest),
                         job.signer));
  SIGNMARK_ASSIGN(container::Plan plan, plan_with(job, store));
  if (plan.rope.size() != layout.rope.size() ||
      plan.manifest_exclusions != layout.manifest_exclusions)
    return fail("c2pa.sign.layout", "internal: the layout depends on the content of the store");
  return SignedPlan{std::move(plan.rope), std::move(store), draft.label(), false};
}

// ---------------------------------------------------------------------------------------------
// Sidecar

/// The file without any store: an embedded one would be found before the sidecar.
Result<Rope> plan_beside(const Job& job) {
  job.edits.manifest.reset();
  if (job.inventory.find(BlockKind::c2pa))
    return fail("c2pa.sign.sidecar",
                "the file has an embedded manifest that would hide the sidecar", {},
                "embed the new manifest as well");
  if (edits_metadata(job.edits)) {
    SIGNMARK_ASSIGN(container::Plan plan,
                    container::plan(job.context, job.file, job.inventory, job.edits));
    return std::move(plan.rope);
  }
  Rope rope;
  rope.view(job.file);
  return rope;
}

Result<SignedPlan> sign_sidecar(const Job& job, const ManifestDraft& draft) {
  SIGNMARK_ASSIGN(Rope rope, plan_beside(job));
  SIGNMARK_ASSIGN(const Bytes digest, hash_data(job.context, rope, {}));
  SIGNMARK_ASSIGN(Bytes store,
                  draft.signed_store(kDataHashLabel, data_hash_assertion({}, digest), job.signer));
  SIGNMARK_TRY(check_size(job, store));
  return SignedPlan{std::move(rope), std::move(store), draft.label(), true};
}

}  // namespace

Result<SignedPlan> sign(const Context& context, ByteView file,
                        const container::Inventory& inventory, container::Edits edits,
                        const ManifestRequest& request, const keys::Signer& signer) {
  const Job job{context, file, inventory, edits, request, signer};
  SIGNMARK_ASSIGN(std::optional<Parent> parent, read_parent(context, file, inventory, request));
  SIGNMARK_TRY(check(job, parent.has_value()));
  SIGNMARK_ASSIGN(const ManifestDraft draft, make_draft(job, std::move(parent)));
  const auto& info = container::format_info(inventory.format);
  const bool beside = request.sidecar || info.sidecar_only || !info.writes_metadata;
  return beside ? sign_sidecar(job, draft) : sign_embedded(job, draft);
}

}  // namespace signmark::c2pa
