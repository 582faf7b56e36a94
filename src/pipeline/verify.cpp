// SPDX-License-Identifier: Apache-2.0
// verify_file, verify_bytes: one look, the verdict, the tier, and a sentence that a person can say
// aloud.
#include <fmt/format.h>

#include <algorithm>

#include "base/file.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "pipeline/examination.hpp"

namespace signmark {
namespace fs = std::filesystem;
namespace {

/// The store beside the file: the named one must be there, FILE.c2pa may be.
Result<std::optional<Bytes>> load_sidecar(const Context& context, const fs::path& file,
                                          const VerifyOptions& options) {
  fs::path sidecar = options.sidecar;
  if (sidecar.empty()) {
    sidecar = file;
    sidecar += ".c2pa";
    std::error_code ignored;
    if (!fs::is_regular_file(sidecar, ignored)) return std::nullopt;
  }
  SIGNMARK_ASSIGN(Bytes store, read_file(sidecar, context.limits.manifest_store));
  return std::optional<Bytes>(std::move(store));
}

/// A file of which nothing could be read: the one finding says so.
void set_unreadable(const Error& error, VerifyReport& report) {
  report.findings.push_back({Layer::metadata, State::unreadable, "file", error.message, {}, {}});
  report.problems.push_back(error);
}

std::string producer_of(const Examination& look) {
  if (look.manifest && !look.manifest->active.signer.subject.empty())
    return look.manifest->active.signer.subject;
  return look.record ? look.record->record.record.content_producer : std::string();
}

/// Whether any layer says that the content is machine-made; a manifest alone may say otherwise.
bool says_generated(const Examination& look) {
  if (look.record || is_ai_source_type(look.xmp.digital_source_type)) return true;
  if (!look.manifest) return false;
  const auto& types = look.manifest->active.digital_source_types;
  return std::any_of(types.begin(), types.end(),
                     [](const std::string& type) { return is_ai_source_type(type); });
}

std::string sentence_of(const VerifyReport& report, const Examination& look) {
  const std::string who = printable(producer_of(look));
  const std::string_view what = says_generated(look) ? "marked as AI-generated" : "signed";
  const std::string by = who.empty() ? std::string() : fmt::format(" by \"{}\"", who);
  const auto basis = [&](State a, State b) {
    for (const Finding& finding : report.findings)
      if (finding.state == a || finding.state == b) return finding.what + ": " + finding.basis;
    return std::string();
  };
  std::string text;
  switch (report.verdict) {
    case Verdict::verified:
      text = fmt::format("{}{}, signature and content verified", what, by);
      break;
    case Verdict::none:
      text = "no AIGC record, source type or manifest; visible labels are for the eye";
      break;
    case Verdict::untrusted:
      text = fmt::format("{}{}, but nobody vouches for that signer here", what, by);
      break;
    case Verdict::tampered:
      text = basis(State::invalid, State::foreign);
      break;
    case Verdict::marked:
      text = fmt::format("{}{}, unsigned", what, by);
      break;
    case Verdict::inconclusive:
      text = basis(State::unreadable, State::unreadable);
      break;
  }
  const std::string said = fmt::format("{} - {}", verdict_name(report.verdict), text);
  if (report.file.empty()) return said;
  return fmt::format("{}: {}", printable(report.file.filename().string()), said);
}

void set_notice(VerifyReport& report) {
  if (!report.tier.tier) return;
  report.notice_zh = label::notice_text(*report.tier.tier, label::Language::chinese);
  report.notice_en = label::notice_text(*report.tier.tier, label::Language::english);
}

}  // namespace

Result<Examination> examine(const Context& context, ByteView file, const VerifyOptions& options,
                            const std::optional<Bytes>& sidecar) {
  Examination look;
  SIGNMARK_ASSIGN(look.inventory, container::inspect(context, file));
  examine_manifest(context, file, options, sidecar, look);
  examine_metadata(context, look);
  look.problems.insert(look.problems.end(), look.inventory.problems.begin(),
                       look.inventory.problems.end());
  return look;
}

VerifyReport verify_bytes(const Context& context, ByteView bytes, const VerifyOptions& options,
                          const std::optional<Bytes>& sidecar, const fs::path& name) {
  VerifyReport report;
  report.file = name;
  Examination look;
  if (auto result = examine(context, bytes, options, sidecar); result) {
    look = std::move(*result);
    report.format = look.inventory.format;
    report.findings = look.findings;
    report.problems = look.problems;
  } else {
    set_unreadable(result.error(), report);
  }
  report.verdict = verdict_of(report.findings);
  report.tier = tier_of_examination(look, options.declared);
  report.content_id = content_id_of(look);
  report.sentence = sentence_of(report, look);
  set_notice(report);
  return report;
}

Result<VerifyReport> verify_file(const Context& context, const fs::path& file,
                                 const VerifyOptions& options) {
  SIGNMARK_ASSIGN(const MappedFile input, MappedFile::open(file, context.limits));
  SIGNMARK_ASSIGN(const std::optional<Bytes> sidecar, load_sidecar(context, file, options));
  return verify_bytes(context, input.bytes(), options, sidecar, file);
}

}  // namespace signmark
