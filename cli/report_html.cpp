// SPDX-License-Identifier: Apache-2.0
// The HTML report.
#include "report_html.hpp"

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/html.hpp"
#include "signmark/version.hpp"

namespace signmark::cli {
namespace {

std::string finding_row(const Finding& finding) {
  std::string detail = escape_html(finding.basis);
  for (const Field& field : finding.fields)
    detail += fmt::format("<br><span class=\"small\">{}: {}</span>", escape_html(field.name),
                          escape_html(field.value));
  for (const auto& rule : finding.broken_rules)
    detail += fmt::format("<br><span class=\"small\">breaks {}: {}</span>",
                          escape_html(rule.clause), escape_html(rule.message));
  return fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                     layer_name(finding.layer), escape_html(finding.what),
                     state_name(finding.state), detail);
}

std::string section(const VerifyReport& report) {
  std::string html =
      fmt::format("<h2>{}</h2><p>{} tier {}<br>{}</p>\n", escape_html(report.file.string()),
                  html_chip(verdict_name(report.verdict)),
                  report.tier.tier ? label::tier_name(*report.tier.tier) : "unknown",
                  escape_html(report.sentence));
  if (!report.notice_zh.empty())
    html += fmt::format("<p>{}<br>{}</p>\n", report.notice_zh, report.notice_en);
  html += "<table><tr><th>layer</th><th>mark</th><th>state</th><th>basis</th></tr>\n";
  for (const Finding& finding : report.findings) html += finding_row(finding);
  return html + "</table>\n";
}

}  // namespace

Status write_html_report(const std::filesystem::path& file,
                         const std::vector<VerifyReport>& reports) {
  std::string html = html_begin("signmark report");
  for (const VerifyReport& report : reports) html += section(report);
  html += html_end(version());
  PublishOptions options;
  options.replace = true;
  return write_file(file, as_bytes(html), options);
}

}  // namespace signmark::cli
