// SPDX-License-Identifier: Apache-2.0
// verify_file, verify_bytes: one look, the verdict, the tier, and a sentence that a person can say
// aloud.
#include <fmt/format.h>

#include <algorithm>

#include "base/file.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "pipeline/medium.hpp"
#include "pipeline/prose.hpp"

namespace signmark {
namespace fs = std::filesystem;
namespace {

/// The store beside the file: the named one must be there, FILE.c2pa may be.
Result<std::optional<Bytes>> load_sidecar(const Context& context, const fs::path& file,
                                          const VerifyOptions& options) {
  if (options.sidecar.empty()) return sidecar_beside(context, file);
  SIGNMARK_ASSIGN(Bytes store, read_file(options.sidecar, context.limits.manifest_store));
  return std::optional<Bytes>(std::move(store));
}

/// A file of which nothing could be read: the one finding says so.
void set_unreadable(const Error& error, VerifyReport& report) {
  report.findings.push_back({Layer::metadata, State::unreadable, "file", error.message, {}, {}});
  report.problems.push_back(error);
}

/// The value of an attribute in an RFC 2253 name; empty when it is not there.
std::string attribute(std::string_view name, std::string_view key) {
  for (std::size_t at = 0; at < name.size();) {
    std::size_t end = name.find(',', at);
    while (end != std::string_view::npos && end > 0 && name[end - 1] == '\\')
      end = name.find(',', end + 1);
    const std::string_view part = name.substr(at, end == std::string_view::npos ? end : end - at);
    if (part.starts_with(key)) return std::string(part.substr(key.size()));
    at = end == std::string_view::npos ? name.size() : end + 1;
  }
  return {};
}

/// A signer as a person would say it: the name, and the organisation where it says more.
std::string signer_name(const std::string& subject) {
  const std::string name = attribute(subject, "CN="), organisation = attribute(subject, "O=");
  if (name.empty()) return organisation.empty() ? subject : organisation;
  return organisation.empty() || organisation == name ? name
                                                      : fmt::format("{} ({})", name, organisation);
}

std::string producer_of(const Examination& look) {
  if (look.manifest && !look.manifest->active.signer.subject.empty())
    return signer_name(look.manifest->active.signer.subject);
  if (!look.robust_signer.empty()) return look.robust_signer;
  if (!look.record) return {};
  const std::string& producer = look.record->record.record.content_producer;
  return producer == kUnknownProducer ? std::string() : producer;
}

/// What the file's layers say it is; a manifest alone may say something else than "generated".
std::string_view claim_of(const VerifyReport& report, const Examination& look) {
  if (look.record && report.tier.tier == label::Tier::possible)
    return "marked as possibly AI-generated";
  if (look.record && report.tier.tier == label::Tier::suspected)
    return "marked as suspected of being AI-generated";
  const auto& manifest = look.manifest;
  const bool generated =
      look.record || look.robust_present || !look.ai_source_type.empty() ||
      (manifest && std::any_of(manifest->active.digital_source_types.begin(),
                               manifest->active.digital_source_types.end(), is_ai_source_type));
  return generated ? "marked as AI-generated" : "signed";
}

/// Whether the robust mark is all that is left: metadata was stripped, or the picture re-encoded.
bool only_content_speaks(const VerifyReport& report) {
  return std::all_of(report.findings.begin(), report.findings.end(), [](const Finding& finding) {
    const bool speaks = finding.state != State::absent && finding.state != State::unreadable;
    return !speaks || finding.layer == Layer::robust;
  });
}

bool has_mark(const VerifyReport& report, std::string_view what) {
  return std::any_of(report.findings.begin(), report.findings.end(), [&](const Finding& f) {
    return f.layer == Layer::robust && f.what == what && f.state != State::absent &&
           f.state != State::unreadable;
  });
}

/// Where the robust marks were read from: of a film with both, the pictures.
std::string_view where_marks_lie(const VerifyReport& report) {
  const auto& format = container::format_info(report.format);
  if (format.document) return "the text";
  if (has_mark(report, kSound.what) && !has_mark(report, kFilm.what)) return kSound.where;
  return format.timed ? kFilm.where : kPictures.where;
}

std::string sentence_of(const VerifyReport& report, const Examination& look) {
  const std::string_view where = where_marks_lie(report);
  const std::string who = printable(producer_of(look));
  const std::string what = fmt::format("{}{}", claim_of(report, look),
                                       who.empty() ? "" : fmt::format(" by \"{}\"", who));
  const auto first = [&](State a, State b) {
    const auto found = std::find_if(report.findings.begin(), report.findings.end(),
                                    [&](const Finding& f) { return f.state == a || f.state == b; });
    return found == report.findings.end() ? Finding{} : *found;
  };
  const auto named = [](const Finding& finding) { return finding.what + ": " + finding.basis; };
  std::string text;
  switch (report.verdict) {
    case Verdict::verified:
      text = what + (only_content_speaks(report)
                         ? fmt::format(", signature read from {} and verified", where)
                         : ", signature and content verified");
      break;
    case Verdict::none:
      text = look.robust
                 ? "no robust mark, AIGC record, source type or manifest; visible labels "
                   "are for the eye"
                 : "no AIGC record, source type or manifest; visible labels are for the eye";
      break;
    case Verdict::untrusted:
      text = what + ", but not to be relied on: " + first(State::valid, State::valid).basis;
      break;
    case Verdict::tampered:
      text = named(first(State::invalid, State::foreign));
      break;
    case Verdict::marked:
      text = what + (only_content_speaks(report)
                         ? fmt::format(", says a mark in {}; its origin is not proved", where)
                         : ", unsigned");
      break;
    case Verdict::inconclusive:
      text = named(first(State::unreadable, State::unreadable));
      break;
  }
  std::string said = fmt::format("{} - {}", verdict_name(report.verdict), text);
  if (report.file.empty()) return said;  // bytes in memory have no name
  return fmt::format("{}: {}", printable(report.file.filename().string()), said);
}

/// A narrow look must not pass for a clean one.
void add_left_out(const Layers& layers, const Examination& look, VerifyReport& report) {
  const auto add = [&](bool looked, Layer layer, const char* what) {
    if (!looked)
      report.findings.push_back(
          {layer, State::unreadable, what, "not looked at: left out by --layers", {}, {}});
  };
  add(layers.manifest, Layer::manifest, "C2PA manifest");
  add(layers.metadata, Layer::metadata, "AIGC record");
  const auto& format = container::format_info(look.inventory.format);
  if (format.picture || format.timed) add(layers.robust, Layer::robust, "robust mark");
  if (format.document) add(layers.robust, Layer::robust, "signed text");
}

void set_notice(VerifyReport& report) {
  if (!report.tier.tier) return;
  report.notice_zh = label::notice_text(*report.tier.tier, label::Language::chinese);
  report.notice_en = label::notice_text(*report.tier.tier, label::Language::english);
}

}  // namespace

Result<Examination> examine(const Context& context, ByteView file, const VerifyOptions& options,
                            const std::optional<Bytes>& sidecar, const std::string& name,
                            Examination look) {
  SIGNMARK_ASSIGN(look.inventory, container::inspect(context, file, name));
  if (options.layers.manifest) examine_manifest(context, file, options, sidecar, look);
  if (options.layers.metadata)
    examine_metadata(context, look);
  else
    look.record_unreadable = true;  // nobody has looked, so no tier may rest on its absence
  if (options.layers.robust) {
    SIGNMARK_TRY(examine_robust(context, file, options, look));
    SIGNMARK_TRY(examine_text(context, file, options, look));
    SIGNMARK_TRY(examine_timed(context, file, options, look));
  }
  look.problems.insert(look.problems.end(), look.inventory.problems.begin(),
                       look.inventory.problems.end());
  // A layer that was cancelled looks like one that could not be read: ask once more.
  SIGNMARK_TRY(context.report("examine", 1, 1));
  return look;
}

void conclude(const Examination& look, bool declared, VerifyReport& report) {
  report.verdict = verdict_of(report.findings);
  report.tier = tier_of_examination(look, declared);
  report.content_id = content_id_of(look);
  report.sentence = sentence_of(report, look);
  set_notice(report);
}

Result<VerifyReport> verify_bytes(const Context& context, ByteView bytes,
                                  const VerifyOptions& options, const std::optional<Bytes>& sidecar,
                                  const fs::path& name) {
  VerifyReport report;
  report.file = name;
  Examination look;
  if (auto result = examine(context, bytes, options, sidecar, name.filename().string()); result) {
    look = std::move(*result);
    report.format = look.inventory.format;
    report.findings = look.findings;
    report.problems = look.problems;
    add_left_out(options.layers, look, report);
    if (look.robust) report.map = std::move(look.robust->map);
    report.pieces = std::move(look.pieces);
    report.text_coverage = look.text_coverage;
  } else if (result.error().code == "base.cancelled") {
    return tl::unexpected<Error>(result.error());
  } else {
    set_unreadable(result.error(), report);
    look.record_unreadable = true;  // nobody has looked, so there is no tier either
  }
  conclude(look, options.declared, report);
  return report;
}

Result<VerifyReport> verify_file(const Context& context, const fs::path& file,
                                 const VerifyOptions& options) {
  SIGNMARK_ASSIGN(const MappedFile input, MappedFile::open(file, context.limits));
  SIGNMARK_ASSIGN(const std::optional<Bytes> sidecar, load_sidecar(context, file, options));
  return verify_bytes(releasing(context, input), input.bytes(), options, sidecar, file);
}

}  // namespace signmark
