// SPDX-License-Identifier: Apache-2.0
// mark_file, mark_descriptor, mark_bytes: robust mark, visible label, record, manifest, in that
// order (architecture.md section 1).
#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "pipeline/issue.hpp"
#include "pipeline/prose.hpp"
#include "pipeline/tile_record.hpp"

namespace signmark {
namespace fs = std::filesystem;
namespace {

std::string found_marks(const Examination& look) {
  std::string text;
  for (const Finding& finding : look.findings)
    if (finding.state != State::absent && finding.what != "IPTC source type")
      text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", finding.what,
                          state_name(finding.state));
  return text;
}

bool has_robust_mark(const Examination& look) {
  return look.text_records > 0 || (look.robust && !look.robust->marks.empty());
}

/// Architecture.md section 10.3: marks that are there are never doubled or overwritten silently.
Status check_existing(const Source& source, const MarkOptions& options) {
  const Examination& look = source.look;
  const bool marked = look.record || look.inventory.find(container::BlockKind::c2pa) != nullptr ||
                      has_robust_mark(look);
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
  if (has_robust_mark(look) && look.robust_id.empty())
    return fail("pipeline.existing", "the robust mark that is there cannot be read any more",
                source.path.string(), "mark the picture from which this one was made");
  return {};
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

/// A packet with a record of its own stays as it is where the record has a native place.
bool holds_record(ByteView packet, const Limits& limits) {
  if (packet.empty()) return false;
  const auto fields = label::read_xmp(packet, limits);
  return !fields || !fields->aigc.empty() || !fields->aigc_elsewhere.empty();
}

Result<container::Edits> metadata_edits(const Context& context, const Media& media,
                                        const MarkOptions& options, const MarkReport& report) {
  container::Edits edits;
  if (!options.layers.metadata) return edits;
  const auto& format = container::format_info(media.inventory.format);
  if (!format.writes_metadata) return edits;
  if (format.native_aigc) {
    const std::string record = label::to_json(report.record);
    if (!report.record_kept) edits.aigc = Bytes(record.begin(), record.end());
    if (!format.xmp_beside_aigc) return edits;
  }
  label::XmpChanges changes;
  if (!report.record_kept && !format.native_aigc) changes.aigc_json = label::to_json(report.record);
  changes.digital_source_type = options.manifest.digital_source_type;
  const container::Block* block = media.inventory.find(container::BlockKind::xmp);
  const ByteView packet = block == nullptr ? ByteView() : ByteView(block->payload);
  if (format.native_aigc && holds_record(packet, context.limits)) return edits;
  SIGNMARK_ASSIGN(edits.xmp, label::update_xmp(packet, changes, context.limits));
  return edits;
}

/// Whether the robust mark that is there points to the issuer or key that signs now.
bool is_own_mark(const Examination& look, const MarkOptions& options) {
  if (options.signer == nullptr) return false;
  if (look.text_records > 0) return !look.robust_signer.empty();
  const auto hint = key_hint(options);
  const auto& marks = look.robust->marks;
  return std::any_of(marks.begin(), marks.end(), [&](const image::RobustMark& mark) {
    return mark.has_id && id_text(mark.content_id) == look.robust_id &&
           std::equal(mark.issuer_hint.begin(), mark.issuer_hint.end(), hint.begin());
  });
}

/// The id of this work: the given one, that of an own robust mark which stays, or a new one.
Result<std::uint64_t> content_id(const Context& context, const Examination& look,
                                 const MarkOptions& options) {
  if (options.content_id.empty() && has_robust_mark(look) && is_own_mark(look, options))
    return given_content_id(look.robust_id);
  return chosen_content_id(context, options);
}

/// Algorithms of the robust marks that were laid just now.
std::vector<std::string_view> algs_laid(const Media& media) {
  std::vector<std::string_view> algs;
  if (media.text) algs.push_back(kTextAlg);
  if (media.robust || (media.timed && media.timed->picture)) algs.push_back(kLatticeAlg);
  if (media.timed && media.timed->sound && media.timed->sound->id_frame)
    algs.push_back(kPatchworkAlg);
  return algs;
}

/// Those of a mark that was there, by the kind of file.
std::vector<std::string_view> algs_kept(const Media& media) {
  const auto& format = container::format_info(media.inventory.format);
  if (format.document) return {kTextAlg};
  return {format.timed && media.inventory.video_tracks == 0 ? kPatchworkAlg : kLatticeAlg};
}

/// What binds the manifest to the pixels: the mark just laid with its tiles, or the one that stays.
Status bind_robust(const Media& media, const MarkReport& report, c2pa::ManifestRequest& request) {
  const bool laid = !algs_laid(media).empty();
  const std::string& bound = laid ? report.content_id : report.robust_kept;
  if (bound.empty()) return {};
  SIGNMARK_ASSIGN(const std::uint64_t id, given_content_id(bound));
  for (const std::string_view alg : laid ? algs_laid(media) : algs_kept(media))
    request.soft_bindings.push_back({std::string(alg), id_bytes(id)});
  request.marks_were_there = !laid;
  if (media.robust)
    request.own_assertions.push_back(
        {std::string(kTilesLabel), encode_tiles({id, media.robust->lattice, media.robust->tiles})});
  return {};
}

/// The file that will be written, with its manifest where one was asked for.
Result<c2pa::SignedPlan> plan_output(const Context& context, const Source& source,
                                     const Media& media, container::Edits edits,
                                     const MarkOptions& options, const MarkReport& report) {
  if (!options.layers.manifest) {
    c2pa::SignedPlan plan;
    if (!edits.xmp && !edits.aigc && edits.replacements.empty()) {
      plan.rope.view(media.bytes);
      return plan;
    }
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
  SIGNMARK_TRY(bind_robust(media, report, request));
  if (source.sidecar) request.parent_sidecar = &*source.sidecar;
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

Expectation expectation_of(const PlannedMark& planned, const MarkOptions& options) {
  Expectation expectation;
  const auto& format = container::format_info(planned.media.inventory.format);
  if (!planned.report.record.label.empty() && format.writes_metadata)
    expectation.record = planned.report.record;
  expectation.manifest = options.layers.manifest;
  expectation.signer_root = options.signer_root;
  expectation.pixel_digest = planned.media.pixel_digest;
  expectation.name = planned.media.name;
  expectation.field = options.text.field;
  if (planned.media.text) expectation.text_id = planned.report.content_id;
  return expectation;
}

/// The plan for options that fit the source: no second robust mark is ever laid.
Result<PlannedMark> plan_fitting(const Context& context, const Source& source,
                                 const MarkOptions& options, const fs::path& folder) {
  PlannedMark planned;
  MarkReport& report = planned.report;
  report.bytes_in = source.bytes.size();
  if (has_robust_mark(source.look)) report.robust_kept = source.look.robust_id;
  SIGNMARK_ASSIGN(const std::uint64_t id, content_id(context, source.look, options));
  report.content_id = id_text(id);
  if (container::format_info(source.look.inventory.format).writes_metadata)
    SIGNMARK_TRY(fill_record(source.look, options, report));
  else if (options.layers.metadata)
    report.left_out.push_back("metadata: the format has no place for an AIGC record");
  const Laying laying{
      id, report.record.label.empty() ? std::string() : label::to_json(report.record), folder};
  SIGNMARK_ASSIGN(planned.media, change_media(context, source, options, laying));
  SIGNMARK_ASSIGN(container::Edits edits, metadata_edits(context, planned.media, options, report));
  SIGNMARK_ASSIGN(planned.plan,
                  plan_output(context, source, planned.media, std::move(edits), options, report));
  report.manifest_label = planned.plan.manifest_label;
  report.overlay = std::move(planned.media.overlay);
  report.robust = std::move(planned.media.robust);
  report.text = planned.media.text;
  report.timed = planned.media.timed;
  report.visible_paragraph = planned.media.visible_paragraph;
  report.left_out.insert(report.left_out.end(), planned.media.left_out.begin(),
                         planned.media.left_out.end());
  report.bytes_out = planned.plan.rope.size();
  planned.expectation = expectation_of(planned, options);
  report.issued = issued_entry(report, options, planned.media);
  return planned;
}

/// `folder`: see Laying.
Result<PlannedMark> plan_mark(const Context& context, const Source& source,
                              const MarkOptions& options, const fs::path& folder) {
  SIGNMARK_TRY(check_supply(options));
  SIGNMARK_TRY(check_existing(source, options));
  if (!has_robust_mark(source.look)) return plan_fitting(context, source, options, folder);
  MarkOptions fitting = options;
  fitting.layers.robust = false;
  return plan_fitting(context, source, fitting, folder);
}

/// How the input is looked at. Pixels that stay as they are need not be decoded, unless a history
/// is continued, whose id may stand in them alone.
VerifyOptions look_options(const MarkOptions& options) {
  VerifyOptions look;
  look.layers.robust =
      options.layers.robust || options.layers.visible || options.existing == Existing::add;
  look.field = options.text.field;
  if (options.carrier_key != nullptr)
    look.carriers = [key = *options.carrier_key]() -> Result<keys::CarriersAtHand> {
      return keys::CarriersAtHand{{key}, 0};
    };
  return look;
}

Prints prints_wanted(const MarkOptions& options) {
  return options.prints ? Prints::all : Prints::cheap;
}

}  // namespace

Result<MarkReport> mark_file(const Context& context, const fs::path& input,
                             const OutputOptions& output, const MarkOptions& options) {
  SIGNMARK_ASSIGN(const Source source, open_source(context, input, output, look_options(options),
                                                   options.existing == Existing::add));
  auto planned =
      plan_mark(releasing(context, source.file), source, options, output.file.parent_path());
  if (!planned) return tl::unexpected<Error>(planned.error().at(input.string()));
  MarkReport& report = planned->report;
  report.issued.name = output.file.filename().string();
  const auto take = [&](const Context& frugal, ByteView written) -> Status {
    if (!wants_issue(options)) return {};
    return take_issue(releasing(frugal, source.file), source.bytes, written, source.name,
                      prints_wanted(options), report.issued);
  };
  SIGNMARK_ASSIGN(Published published,
                  publish(context, source, planned->media.mapped, planned->plan.rope,
                          planned->sidecar(), output, planned->expectation, take));
  report.output = output.file;
  report.sidecar_file = std::move(published.sidecar_file);
  report.findings = std::move(published.findings);
  SIGNMARK_TRY(record_issue(options, report));
  return std::move(report);
}

Result<MarkReport> mark_descriptor(const Context& context, ByteView input, int output,
                                   const fs::path& scratch, const MarkOptions& options,
                                   const fs::path& name, Bytes& sidecar) {
  SIGNMARK_ASSIGN(const Source source,
                  examine_source(context, input, look_options(options), name.filename().string()));
  SIGNMARK_ASSIGN(PlannedMark planned, plan_mark(context, source, options, scratch));
  for (const ByteView piece : planned.plan.rope.pieces()) SIGNMARK_TRY(write_all(output, piece));
  SIGNMARK_ASSIGN(const MappedFile written, MappedFile::of(output, context.limits));
  sidecar = planned.plan.sidecar ? std::move(planned.plan.store) : Bytes();
  MarkReport& report = planned.report;
  const Context frugal = releasing(context, written);
  SIGNMARK_ASSIGN(report.findings,
                  read_back(frugal, written.bytes(), sidecar, planned.expectation));
  if (wants_issue(options))
    SIGNMARK_TRY(take_issue(frugal, input, written.bytes(), source.name, prints_wanted(options),
                            report.issued));
  return std::move(report);
}

Result<MarkedBytes> mark_bytes(const Context& context, ByteView input, const MarkOptions& options,
                               const fs::path& name) {
  SIGNMARK_ASSIGN(const Source source,
                  examine_source(context, input, look_options(options), name.filename().string()));
  std::error_code ignored;
  SIGNMARK_ASSIGN(PlannedMark planned,
                  plan_mark(context, source, options, fs::temp_directory_path(ignored)));
  MarkedBytes marked;
  marked.file = planned.plan.rope.flatten();
  if (planned.plan.sidecar) marked.sidecar = std::move(planned.plan.store);
  SIGNMARK_ASSIGN(planned.report.findings,
                  read_back(context, marked.file, marked.sidecar, planned.expectation));
  marked.report = std::move(planned.report);
  if (wants_issue(options))
    SIGNMARK_TRY(take_issue(context, input, marked.file, source.name, prints_wanted(options),
                            marked.report.issued));
  SIGNMARK_TRY(record_issue(options, marked.report));
  return marked;
}

}  // namespace signmark
