// SPDX-License-Identifier: Apache-2.0
// mark_file, mark_bytes: visible label, record, manifest, in that order (architecture.md section
// 1).
#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "pipeline/publish.hpp"

namespace signmark {
namespace fs = std::filesystem;
namespace {

/// The picture after the visible label: either the input itself or a new encoding.
struct Media {
  ByteView bytes;
  Bytes owned;
  container::Inventory inventory;
  label::Overlay overlay;
  bool changed = false;
};

std::string found_marks(const Examination& look) {
  std::string text;
  for (const Finding& finding : look.findings)
    if (finding.state != State::absent && finding.what != "IPTC source type")
      text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", finding.what,
                          state_name(finding.state));
  return text;
}

/// Architecture.md section 10.3: marks that are there are never doubled or overwritten silently.
Status check_existing(const Source& source, const MarkOptions& options) {
  const Examination& look = source.look;
  const bool marked = look.record || look.inventory.find(container::BlockKind::c2pa) != nullptr;
  if (!marked && !look.record_unreadable) return {};
  if (options.existing == Existing::refuse)
    return fail(
        "pipeline.existing", "the file carries marks already: " + found_marks(look),
        source.path.string(),
        "use --existing add to continue its history, or `signmark propagate` as a platform");
  if (look.record_unreadable || (look.record && look.record->ambiguous))
    return fail("pipeline.existing", "the AIGC label that is there cannot be continued",
                source.path.string(),
                "it is unreadable or contradicts itself; `signmark inspect` shows it");
  return {};
}

Result<Media> draw_visible(const Context& context, const Source& source,
                           const MarkOptions& options) {
  Media media;
  media.bytes = source.bytes;
  media.inventory = source.look.inventory;
  if (!options.layers.visible) return media;
  SIGNMARK_TRY(label::check_wording(options.visible.text, options.visible.rule));
  SIGNMARK_ASSIGN(const image::ImageRoom* room, image::load());
  SIGNMARK_TRY(context.report("visible label", 0, 1));
  const std::string mime(container::format_info(media.inventory.format).mime);
  SIGNMARK_ASSIGN(image::EncodedImage encoded,
                  room->change_pixels(context, media.bytes, mime, media.inventory.orientation,
                                      {nullptr, &options.visible}, options.encode));
  SIGNMARK_ASSIGN(const Rope rope,
                  container::transplant(context, media.bytes, media.inventory, encoded.file));
  media.owned = rope.flatten();
  media.bytes = media.owned;
  media.overlay = std::move(encoded.overlay);
  media.changed = true;
  SIGNMARK_ASSIGN(media.inventory, container::inspect(context, media.bytes));
  SIGNMARK_TRY(context.report("visible label", 1, 1));
  return media;
}

label::SignObject sign_with(const keys::Signer& signer) {
  return [&signer](std::string_view type, ByteView body) { return signer.sign_object(type, body); };
}

/// The record of a first write: the propagation trio repeats the production (Annex E note 1).
Result<label::AigcRecord> new_record(const MarkOptions& options, const std::string& content_id) {
  label::AigcRecord record;
  record.label = options.aigc_label;
  record.content_producer = options.producer;
  if (record.content_producer.empty() && options.signer != nullptr)
    record.content_producer = options.signer->key().id();
  if (record.content_producer.empty())
    return fail(
        "pipeline.producer", "nobody is named as the producer", {},
        "use --producer with your 27-character code or name, or make a key: signmark key new");
  record.produce_id = options.produce_id.empty() ? content_id : options.produce_id;
  record.content_propagator = record.content_producer;
  record.propagate_id = record.produce_id;
  if (options.signer != nullptr) {
    SIGNMARK_ASSIGN(
        record.reserved_code1,
        label::sign_reserved_code(record, label::Trio::production, sign_with(*options.signer)));
  }
  SIGNMARK_TRY(label::check_writable(record, label::Moment::first_write));
  return record;
}

Status fill_record(const Examination& look, const MarkOptions& options, MarkReport& report) {
  if (look.record) {
    report.record = look.record->record.record;
    report.record_kept = true;
  } else if (options.layers.metadata) {
    SIGNMARK_ASSIGN(report.record, new_record(options, report.content_id));
  }
  return {};
}

Result<container::Edits> metadata_edits(const Context& context, const Media& media,
                                        const MarkOptions& options, const MarkReport& report) {
  container::Edits edits;
  if (!options.layers.metadata) return edits;
  label::XmpChanges changes;
  if (!report.record_kept) changes.aigc_json = label::to_json(report.record);
  changes.digital_source_type = options.manifest.digital_source_type;
  const container::Block* block = media.inventory.find(container::BlockKind::xmp);
  const ByteView packet = block == nullptr ? ByteView() : ByteView(block->payload);
  SIGNMARK_ASSIGN(edits.xmp, label::update_xmp(packet, changes, context.limits));
  return edits;
}

Result<std::string> content_id(const Context& context, const MarkOptions& options) {
  if (options.content_id.empty()) {
    std::array<Byte, 8> id{};
    context.random->fill(id);
    return hex(id);
  }
  if (options.content_id.size() != 16 || !unhex(options.content_id))
    return fail("cli.content-id", "a content id has 16 hexadecimal digits", options.content_id);
  std::string lower = options.content_id;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c; });
  return lower;
}

/// The file that will be written, with its manifest where one was asked for.
Result<c2pa::SignedPlan> plan_output(const Context& context, const Source& source,
                                     const Media& media, container::Edits edits,
                                     const MarkOptions& options) {
  if (!options.layers.manifest) {
    c2pa::SignedPlan plan;
    SIGNMARK_ASSIGN(container::Plan planned,
                    container::plan(context, media.bytes, media.inventory, edits));
    plan.rope = std::move(planned.rope);
    return plan;
  }
  if (options.signer == nullptr)
    return fail("pipeline.signer", "the manifest layer needs a signing key", {},
                "make one with `signmark key new`, or leave the layer out with --layers");
  c2pa::ManifestRequest request = options.manifest;
  request.visible_label = options.layers.visible;
  request.sidecar = options.sidecar;
  const ByteView original = source.bytes;
  if (media.changed) {
    request.parent_file = &original;
    request.parent_inventory = &source.look.inventory;
  }
  return c2pa::sign(context, media.bytes, media.inventory, std::move(edits), request,
                    *options.signer);
}

/// Everything but the writing. The rope views the source and `media`.
struct PlannedMark {
  MarkReport report;
  Media media;
  c2pa::SignedPlan plan;
  Expectation expectation;
  [[nodiscard]] ByteView sidecar() const {
    return plan.sidecar ? ByteView(plan.store) : ByteView();
  }
};

Result<PlannedMark> plan_mark(const Context& context, const Source& source,
                              const MarkOptions& options) {
  SIGNMARK_TRY(check_existing(source, options));
  PlannedMark planned;
  MarkReport& report = planned.report;
  report.bytes_in = source.bytes.size();
  SIGNMARK_ASSIGN(report.content_id, content_id(context, options));
  SIGNMARK_TRY(fill_record(source.look, options, report));
  SIGNMARK_ASSIGN(planned.media, draw_visible(context, source, options));
  SIGNMARK_ASSIGN(container::Edits edits, metadata_edits(context, planned.media, options, report));
  SIGNMARK_ASSIGN(planned.plan,
                  plan_output(context, source, planned.media, std::move(edits), options));
  report.manifest_label = planned.plan.manifest_label;
  report.overlay = std::move(planned.media.overlay);
  report.bytes_out = planned.plan.rope.size();
  if (!report.record.label.empty()) planned.expectation.record = report.record;
  planned.expectation.manifest = options.layers.manifest;
  planned.expectation.signer_root = options.signer_root;
  return planned;
}

}  // namespace

Result<MarkReport> mark_file(const Context& context, const fs::path& input,
                             const OutputOptions& output, const MarkOptions& options) {
  SIGNMARK_ASSIGN(const Source source, open_source(context, input, output, {}));
  auto planned = plan_mark(context, source, options);
  if (!planned) return tl::unexpected<Error>(planned.error().at(input.string()));
  SIGNMARK_ASSIGN(Published published, publish(context, source, planned->plan.rope,
                                               planned->sidecar(), output, planned->expectation));
  planned->report.output = output.file;
  planned->report.sidecar_file = std::move(published.sidecar_file);
  planned->report.findings = std::move(published.findings);
  return std::move(planned->report);
}

Result<MarkedBytes> mark_bytes(const Context& context, ByteView input, const MarkOptions& options) {
  SIGNMARK_ASSIGN(const Source source, examine_source(context, input, {}));
  SIGNMARK_ASSIGN(PlannedMark planned, plan_mark(context, source, options));
  MarkedBytes marked;
  marked.file = planned.plan.rope.flatten();
  if (planned.plan.sidecar) marked.sidecar = std::move(planned.plan.store);
  SIGNMARK_ASSIGN(planned.report.findings,
                  read_back(context, marked.file, marked.sidecar, planned.expectation));
  marked.report = std::move(planned.report);
  return marked;
}

}  // namespace signmark
