// SPDX-License-Identifier: Apache-2.0
// propagate_file: the propagation fields by tier, the producer's fields byte for byte (Measures,
// Art. 6).
#include <fmt/format.h>

#include "base/text.hpp"
#include "pipeline/issue.hpp"
#include "pipeline/publish.hpp"

namespace signmark {
namespace fs = std::filesystem;
namespace {

Result<std::string> propagation_id(const Context& context, const PropagateOptions& options) {
  if (!options.propagate_id.empty()) return options.propagate_id;
  std::array<Byte, 8> id{};
  context.random->fill(id);
  return hex(id);
}

/// The propagation trio that will stand in `record`, signed when a key is at hand.
Status fill_trio(label::AigcRecord& record, const PropagateOptions& options, std::string id) {
  record.content_propagator = options.propagator;
  record.propagate_id = std::move(id);
  record.reserved_code2.clear();
  if (options.signer == nullptr) return {};
  const keys::Signer& signer = *options.signer;
  const auto sign = [&](std::string_view type, ByteView body) {
    return signer.sign_object(type, body);
  };
  SIGNMARK_ASSIGN(record.reserved_code2,
                  label::sign_reserved_code(record, label::Trio::propagation, sign));
  return {};
}

const container::FormatInfo& format_of(const Source& source) {
  return container::format_info(source.look.inventory.format);
}

container::Edits native_record(const label::AigcRecord& record) {
  const std::string json = label::to_json(record);
  container::Edits edits;
  edits.aigc = Bytes(json.begin(), json.end());
  return edits;
}

/// A record where there was none: the tier's label, and nobody invented as producer.
Result<container::Edits> add_record(const Context& context, const Source& source,
                                    const label::AigcRecord& record) {
  SIGNMARK_TRY(label::check_writable(record, label::Moment::any));
  if (format_of(source).native_aigc) return native_record(record);
  const container::Block* block = source.look.inventory.find(container::BlockKind::xmp);
  const ByteView packet = block == nullptr ? ByteView() : ByteView(block->payload);
  container::Edits edits;
  label::XmpChanges changes;
  changes.aigc_json = label::to_json(record);
  SIGNMARK_ASSIGN(edits.xmp, label::update_xmp(packet, changes, context.limits));
  return edits;
}

/// The record that is there, completed in its own place and form.
Result<container::Edits> complete_record(const Context& context, const Source& source,
                                         const label::AigcRecord& record) {
  const FoundRecord& found = source.look.records.front();
  const label::Propagation trio{record.content_propagator, record.propagate_id,
                                record.reserved_code2};
  // The whole front matter is the block's text; its handler writes the mapping anew.
  if (source.look.inventory.format == container::Format::markdown) return native_record(record);
  SIGNMARK_ASSIGN(std::string value, label::fill_propagation(found.value, trio));
  const container::Block& block = source.look.inventory.blocks[found.block];
  container::Edits edits;
  if (block.kind == container::BlockKind::xmp) {
    label::XmpChanges changes;
    changes.aigc_json = std::move(value);
    SIGNMARK_ASSIGN(edits.xmp, label::update_xmp(block.payload, changes, context.limits));
  } else {
    edits.replacements.push_back({found.block, Bytes(value.begin(), value.end())});
  }
  return edits;
}

bool embeds_manifest(const Source& source) {
  return source.look.inventory.find(container::BlockKind::c2pa) != nullptr;
}

/// In the file or beside it: a change makes either stale.
bool has_manifest(const Source& source) { return embeds_manifest(source) || source.sidecar; }

Status check_source(const Source& source, label::Tier tier, const PropagateOptions& options) {
  if (options.propagator.empty())
    return fail("pipeline.propagator", "nobody is named as the propagator", {},
                "use --propagator with your 27-character code or name");
  if (tier == label::Tier::none)
    return fail("pipeline.propagate.none", "nothing says that this file is AI-generated",
                source.path.string(), "use --declared when the uploader says so");
  if (source.look.record_unreadable || (source.look.record && source.look.record->ambiguous))
    return fail("pipeline.propagate.ambiguous", "the file's AIGC labels are unreadable or disagree",
                source.path.string(), "`signmark inspect` shows them");
  if (!format_of(source).writes_metadata)
    return fail("pipeline.format",
                fmt::format("{} has no place for an AIGC record", format_of(source).name),
                source.path.string(), "show the notice of `signmark verify` around the content");
  if (has_manifest(source) && options.signer == nullptr)
    return fail("pipeline.propagate.signer",
                "the file has a manifest, and a change needs a new one over it",
                source.path.string(),
                "give a signing key with --signer, or make one: signmark key new");
  return {};
}

Result<c2pa::SignedPlan> plan_output(const Context& context, const Source& source,
                                     container::Edits edits, const PropagateOptions& options) {
  const auto& inventory = source.look.inventory;
  if (has_manifest(source)) {
    c2pa::ManifestRequest request;
    request.intent = c2pa::Intent::edited_metadata;
    request.sidecar = !embeds_manifest(source);
    if (source.sidecar) request.parent_sidecar = &*source.sidecar;
    return c2pa::sign(context, source.bytes, inventory, std::move(edits), request, *options.signer);
  }
  c2pa::SignedPlan plan;
  SIGNMARK_ASSIGN(container::Plan planned,
                  container::plan(context, source.bytes, inventory, edits));
  plan.rope = std::move(planned.rope);
  return plan;
}

/// Streams of film and sound are decoded only when no record tells the tier.
Result<Source> look_at(const Context& context, const fs::path& input, const OutputOptions& output,
                       const PropagateOptions& options) {
  VerifyOptions how;
  how.trust = options.trust;
  how.layers.robust = false;
  SIGNMARK_ASSIGN(Source source, open_source(context, input, output, how, true));
  if (format_of(source).timed && source.look.record) return source;
  how.layers.robust = true;
  return open_source(context, input, output, how, true);
}

/// The row, but for what is taken of bytes. The content id is that of a mark in the content.
ledger::Entry issued_entry(const PropagateReport& report, const Source& source,
                           const PropagateOptions& options) {
  ledger::Entry entry;
  const bool on_word = options.declared && report.tier == label::Tier::possible;
  entry.action = on_word ? "declare" : "propagate";
  if (options.signer != nullptr) entry.actor = hex(options.signer->key().fingerprint);
  entry.content_id = source.look.robust_id;
  entry.name = report.output.filename().string();
  entry.format = format_of(source).mime;
  entry.layers = report.manifest_label.empty() ? "metadata" : "metadata,manifest";
  entry.manifest = report.manifest_label;
  entry.label = report.after.label;
  entry.producer = report.after.content_producer;
  entry.produce_id = report.after.produce_id;
  entry.propagator = report.after.content_propagator;
  entry.propagate_id = report.after.propagate_id;
  return entry;
}

}  // namespace

Result<PropagateReport> propagate_file(const Context& context, const fs::path& input,
                                       const OutputOptions& output,
                                       const PropagateOptions& options) {
  SIGNMARK_ASSIGN(const Source source, look_at(context, input, output, options));
  PropagateReport report;
  report.output = output.file;
  report.tier = tier_of_examination(source.look, options.declared).tier.value_or(label::Tier::none);
  SIGNMARK_TRY(check_source(source, report.tier, options));

  report.added = !source.look.record || source.look.record->record.empty_shell;
  if (report.added) {
    report.before.label = label::tier_value(report.tier);
    report.before.content_producer = kUnknownProducer;
    report.before.produce_id = kUnknownProducer;
  } else {
    report.before = source.look.record->record.record;
  }
  report.after = report.before;
  SIGNMARK_ASSIGN(std::string id, propagation_id(context, options));
  SIGNMARK_TRY(fill_trio(report.after, options, std::move(id)));
  SIGNMARK_ASSIGN(container::Edits edits, report.added
                                              ? add_record(context, source, report.after)
                                              : complete_record(context, source, report.after));
  SIGNMARK_ASSIGN(c2pa::SignedPlan plan, plan_output(context, source, std::move(edits), options));

  Expectation expectation;
  expectation.record = report.after;
  expectation.name = source.name;
  expectation.manifest = !plan.store.empty();
  expectation.signer_root = options.signer_root;
  report.manifest_label = plan.manifest_label;
  report.issued = issued_entry(report, source, options);
  const auto look = [&](const Context& frugal, ByteView written) -> Status {
    report.issued.bytes = written.size();
    if (options.ledger == nullptr) return {};
    return take_issue(releasing(frugal, source.file), source.bytes, written, source.name,
                      Prints::cheap, report.issued);
  };
  const ByteView sidecar = plan.sidecar ? ByteView(plan.store) : ByteView();
  SIGNMARK_ASSIGN(Published published,
                  publish(context, source, {}, plan.rope, sidecar, output, expectation, look));
  report.sidecar_file = std::move(published.sidecar_file);
  SIGNMARK_TRY(
      record_issue(options.ledger, options.signer, "propagated", report.issued, report.recorded));
  return report;
}

}  // namespace signmark
