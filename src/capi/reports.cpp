// SPDX-License-Identifier: Apache-2.0
// What reports of marking and verifying answer.
#include <array>

#include "capi/handles.hpp"

namespace signmark::capi {
namespace {

template <class Cpp, class C>
struct Pair {
  Cpp cpp;
  C c;
};

constexpr std::array kLayers = {
    Pair<Layer, smk_layer>{Layer::robust, SMK_LAYER_ROBUST},
    Pair<Layer, smk_layer>{Layer::visible, SMK_LAYER_VISIBLE},
    Pair<Layer, smk_layer>{Layer::metadata, SMK_LAYER_METADATA},
    Pair<Layer, smk_layer>{Layer::manifest, SMK_LAYER_MANIFEST},
};

constexpr std::array kTiers = {
    Pair<label::Tier, smk_tier>{label::Tier::none, SMK_TIER_NONE},
    Pair<label::Tier, smk_tier>{label::Tier::suspected, SMK_TIER_SUSPECTED},
    Pair<label::Tier, smk_tier>{label::Tier::possible, SMK_TIER_POSSIBLE},
    Pair<label::Tier, smk_tier>{label::Tier::confirmed, SMK_TIER_CONFIRMED},
};

constexpr std::array kStates = {
    Pair<State, smk_state>{State::absent, SMK_STATE_ABSENT},
    Pair<State, smk_state>{State::present, SMK_STATE_PRESENT},
    Pair<State, smk_state>{State::valid, SMK_STATE_VALID},
    Pair<State, smk_state>{State::trusted, SMK_STATE_TRUSTED},
    Pair<State, smk_state>{State::invalid, SMK_STATE_INVALID},
    Pair<State, smk_state>{State::foreign, SMK_STATE_FOREIGN},
    Pair<State, smk_state>{State::unreadable, SMK_STATE_UNREADABLE},
};

template <class Cpp, class C, std::size_t N>
C translate(const std::array<Pair<Cpp, C>, N>& table, Cpp value, C otherwise) {
  for (const auto& pair : table)
    if (pair.cpp == value) return pair.c;
  return otherwise;
}

const char* text_of_report(const smk_verify_report* report, std::string VerifyReport::*member) {
  return report == nullptr ? "" : (report->report.*member).c_str();
}

const Field* field_of(const smk_finding* finding, size_t index) {
  return index < smk_finding_fields(finding) ? &finding->finding.fields[index] : nullptr;
}

}  // namespace
}  // namespace signmark::capi

namespace capi = signmark::capi;
using signmark::VerifyReport;

const char* smk_mark_report_content_id(const smk_mark_report* report) {
  return report == nullptr ? "" : report->report.content_id.c_str();
}
const char* smk_mark_report_manifest_label(const smk_mark_report* report) {
  return report == nullptr ? "" : report->report.manifest_label.c_str();
}
const char* smk_mark_report_sidecar_file(const smk_mark_report* report) {
  return capi::text_in(report, &smk_mark_report::sidecar_file);
}
const char* smk_mark_report_json(const smk_mark_report* report) {
  return capi::text_in(report, &smk_mark_report::json);
}
void smk_mark_report_free(smk_mark_report* report) { delete report; }

smk_verdict smk_verify_report_verdict(const smk_verify_report* report) {
  if (report == nullptr) return SMK_VERDICT_INCONCLUSIVE;
  return static_cast<smk_verdict>(signmark::verdict_exit_code(report->report.verdict));
}
const char* smk_verify_report_verdict_name(const smk_verify_report* report) {
  // Names are literals: a NUL follows them.
  return report == nullptr ? "" : signmark::verdict_name(report->report.verdict).data();
}
smk_tier smk_verify_report_tier(const smk_verify_report* report) {
  if (report == nullptr || !report->report.tier.tier) return SMK_TIER_UNKNOWN;
  return capi::translate(capi::kTiers, *report->report.tier.tier, SMK_TIER_UNKNOWN);
}
const char* smk_verify_report_content_id(const smk_verify_report* report) {
  return capi::text_of_report(report, &VerifyReport::content_id);
}
const char* smk_verify_report_sentence(const smk_verify_report* report) {
  return capi::text_of_report(report, &VerifyReport::sentence);
}
const char* smk_verify_report_notice_zh(const smk_verify_report* report) {
  return capi::text_of_report(report, &VerifyReport::notice_zh);
}
const char* smk_verify_report_notice_en(const smk_verify_report* report) {
  return capi::text_of_report(report, &VerifyReport::notice_en);
}
const char* smk_verify_report_json(const smk_verify_report* report) {
  return capi::text_in(report, &smk_verify_report::json);
}
void smk_verify_report_free(smk_verify_report* report) { delete report; }

size_t smk_verify_report_findings(const smk_verify_report* report) {
  return report == nullptr ? 0 : report->findings.size();
}
const smk_finding* smk_verify_report_finding(const smk_verify_report* report, size_t index) {
  return index < smk_verify_report_findings(report) ? &report->findings[index] : nullptr;
}
smk_layer smk_finding_layer(const smk_finding* finding) {
  if (finding == nullptr) return SMK_LAYER_NONE;
  return capi::translate(capi::kLayers, finding->finding.layer, SMK_LAYER_NONE);
}
smk_state smk_finding_state(const smk_finding* finding) {
  if (finding == nullptr) return SMK_STATE_UNREADABLE;
  return capi::translate(capi::kStates, finding->finding.state, SMK_STATE_UNREADABLE);
}
const char* smk_finding_mark(const smk_finding* finding) {
  return finding == nullptr ? "" : finding->finding.what.c_str();
}
const char* smk_finding_basis(const smk_finding* finding) {
  return finding == nullptr ? "" : finding->finding.basis.c_str();
}
size_t smk_finding_fields(const smk_finding* finding) {
  return finding == nullptr ? 0 : finding->finding.fields.size();
}
const char* smk_finding_field_name(const smk_finding* finding, size_t index) {
  const signmark::Field* field = capi::field_of(finding, index);
  return field == nullptr ? "" : field->name.c_str();
}
const char* smk_finding_field_value(const smk_finding* finding, size_t index) {
  const signmark::Field* field = capi::field_of(finding, index);
  return field == nullptr ? "" : field->value.c_str();
}
