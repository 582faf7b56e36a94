// SPDX-License-Identifier: Apache-2.0
// The manifest layer of an examination: C2PA report to finding (c2pa.md section 13).
#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "base/time.hpp"
#include "pipeline/examination.hpp"

namespace signmark {
namespace {

using c2pa::Answer;

/// Failure codes that say "not believed", not "altered": the signature itself is good.
bool is_credential_code(std::string_view code) {
  constexpr std::array<std::string_view, 6> kCredential = {
      "signingCredential.untrusted",    "signingCredential.expired",
      "signingCredential.revoked",      "signingCredential.ocsp.revoked",
      "claimSignature.outsideValidity", "timeStamp.untrusted"};
  return std::find(kCredential.begin(), kCredential.end(), code) != kCredential.end();
}

/// Failures about the content, which has an answer of its own.
bool is_content_code(std::string_view code) {
  return code.starts_with("assertion.dataHash.") || code.starts_with("assertion.bmffHash.");
}

/// Whether the active manifest has failures of credentials and, the content aside, no others.
bool only_credential_failures(const c2pa::Report& report) {
  bool any = false;
  for (const c2pa::StatusCode& code : report.codes) {
    if (code.kind != c2pa::CodeKind::failure || is_content_code(code.code)) continue;
    if (!is_credential_code(code.code)) return false;
    any = any || code.code != "signingCredential.untrusted";
  }
  return any;
}

std::string words_of(const c2pa::StatusCode& code) {
  return code.explanation.empty() ? code.code : fmt::format("{}: {}", code.code, code.explanation);
}

/// The first failure that `counts`, of the active manifest or else of its history.
template <class Counts>
std::string first_failure(const c2pa::Report& report, const Counts& counts) {
  for (const auto& code : report.codes)
    if (code.kind == c2pa::CodeKind::failure && counts(code.code)) return words_of(code);
  for (const auto& code : report.ingredient_codes)
    if (code.kind == c2pa::CodeKind::failure && counts(code.code))
      return "in the history of the file: " + words_of(code);
  return "no failure code";
}

/// Why a manifest could not be checked in full.
std::string first_doubt(const c2pa::Report& report, bool complete) {
  if (report.content == Answer::unknown && !complete)
    return "the file is damaged or cut off, so its content hash cannot be checked";
  for (const auto& code : report.codes)
    if (code.kind != c2pa::CodeKind::success && code.code != "signingCredential.untrusted")
      return words_of(code);
  return "an algorithm or structure that signmark does not know";
}

/// State and basis of a manifest that could be read.
void judge(const c2pa::Report& report, bool complete, Finding& finding) {
  const bool validity_only = report.signature == Answer::bad && only_credential_failures(report);
  if (report.structure == Answer::bad || (report.signature == Answer::bad && !validity_only)) {
    finding.state = State::invalid;
    finding.basis =
        first_failure(report, [](std::string_view c) { return !is_credential_code(c); });
  } else if (report.content == Answer::bad) {
    finding.state = State::foreign;
    finding.basis = "the signature is good, but it belongs to other content: " +
                    first_failure(report, is_content_code);
  } else if (report.structure == Answer::unknown || report.content == Answer::unknown ||
             report.signature == Answer::unknown) {
    finding.state = State::unreadable;
    finding.basis = "the manifest could not be checked in full: " + first_doubt(report, complete);
  } else if (validity_only) {
    finding.state = State::valid;
    finding.basis =
        "signature and content are good, but " + first_failure(report, [](std::string_view c) {
          return is_credential_code(c) && c != "signingCredential.untrusted";
        });
  } else if (report.trust == Answer::good) {
    finding.state = State::trusted;
    finding.basis = "signature, content hash and certificate chain are good";
  } else {
    finding.state = State::valid;
    finding.basis = "signature and content hash are good; the issuer is not in the trust store";
  }
}

void add_field(Finding& finding, std::string name, const std::string& value) {
  if (!value.empty()) finding.fields.push_back({std::move(name), printable(value)});
}

std::string joined(const std::vector<std::string>& list) {
  return fmt::format("{}", fmt::join(list, ", "));
}

void add_fields(const c2pa::ManifestView& view, Finding& finding) {
  add_field(finding, "signer", view.signer.subject);
  add_field(finding, "issuer", view.signer.issuer);
  add_field(finding, "algorithm", view.signer.algorithm);
  if (view.signer.time_stamp) add_field(finding, "time stamp", rfc3339(*view.signer.time_stamp));
  if (view.signer.not_after != 0)
    add_field(finding, "certificate",
              fmt::format("{} to {}", date_text(view.signer.not_before),
                          date_text(view.signer.not_after)));
  add_field(finding, "generator",
            view.generator_version.empty() ? view.generator
                                           : view.generator + " " + view.generator_version);
  add_field(finding, "title", view.title);
  add_field(finding, "actions", joined(view.actions));
  add_field(finding, "source type", joined(view.digital_source_types));
  for (const auto& binding : view.soft_bindings)
    add_field(finding, "soft binding", fmt::format("{} {}", binding.alg, hex(binding.value)));
  add_field(finding, "manifest", view.label);
}

/// What a reader must be told beside the state: oddities of this manifest, faults in its history.
void add_warnings(const c2pa::Report& report, Finding& finding) {
  constexpr std::size_t kShown = 8;
  std::size_t shown = 0;
  const auto add = [&](const c2pa::StatusCode& code, c2pa::CodeKind kind, const char* name) {
    if (code.kind == kind && shown++ < kShown)
      add_field(finding, name, code.explanation.empty() ? code.code : code.explanation);
  };
  for (const auto& code : report.codes) add(code, c2pa::CodeKind::informational, "note");
  for (const auto& code : report.ingredient_codes)
    if (!is_credential_code(code.code)) add(code, c2pa::CodeKind::failure, "history");
}

Finding failed_finding(const Error& error, bool complete) {
  Finding finding{Layer::manifest, State::absent, "C2PA manifest", "no manifest store", {}, {}};
  if (error.code != "c2pa.absent") {
    finding.state = State::unreadable;
    finding.basis = error.message;
  } else if (!error.where.empty()) {
    finding.state = State::unreadable;
    finding.basis = "the file points to a manifest elsewhere, which was not fetched";
    add_field(finding, "remote manifest", error.where);
  } else if (!complete) {
    finding.state = State::unreadable;
    finding.basis = "the file is damaged or cut off, so a manifest may be missing";
  }
  return finding;
}

}  // namespace

void examine_manifest(const Context& context, ByteView file, const VerifyOptions& options,
                      const std::optional<Bytes>& sidecar, Examination& look) {
  c2pa::ValidationOptions validation;
  validation.anchors = options.trust.anchors;
  validation.objection = options.trust.objection;
  validation.at = options.at;
  if (look.inventory.find(container::BlockKind::c2pa) == nullptr) validation.sidecar = sidecar;
  auto report = c2pa::validate(context, file, look.inventory, validation);
  if (!report) {
    look.findings.push_back(failed_finding(report.error(), look.inventory.complete));
    return;
  }
  Finding finding{Layer::manifest, State::absent, "C2PA manifest", {}, {}, {}};
  judge(*report, look.inventory.complete, finding);
  add_fields(report->active, finding);
  add_warnings(*report, finding);
  look.findings.push_back(std::move(finding));
  look.manifest = std::move(*report);
}

}  // namespace signmark
