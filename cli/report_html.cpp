// SPDX-License-Identifier: Apache-2.0
// The HTML report.
#include "report_html.hpp"

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "signmark/version.hpp"

namespace signmark::cli {
namespace {

constexpr std::string_view kHead = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>signmark report</title><style>
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#1c1c1c}
h2{margin:2rem 0 .3rem;font-size:1.1rem}table{border-collapse:collapse;width:100%}
td,th{border-bottom:1px solid #ddd;padding:.35rem .6rem;text-align:left;vertical-align:top}
.verdict{display:inline-block;padding:.1rem .6rem;border-radius:.3rem;background:#e8e8e8}
.verified{background:#d3efd8}.tampered{background:#f6d0d0}
.untrusted,.marked,.inconclusive{background:#fbeec2}.small{color:#555;font-size:.9em}
</style></head><body><h1>signmark report</h1>
)";

/// Foreign text is data: nothing of it may become markup.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '&')
      out += "&amp;";
    else if (c == '"')
      out += "&quot;";
    else
      out += c;
  }
  return out;
}

std::string finding_row(const Finding& finding) {
  std::string detail = escaped(finding.basis);
  for (const Field& field : finding.fields)
    detail += fmt::format("<br><span class=\"small\">{}: {}</span>", escaped(field.name),
                          escaped(field.value));
  for (const auto& rule : finding.broken_rules)
    detail += fmt::format("<br><span class=\"small\">breaks {}: {}</span>", escaped(rule.clause),
                          escaped(rule.message));
  return fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                     layer_name(finding.layer), escaped(finding.what), state_name(finding.state),
                     detail);
}

std::string section(const VerifyReport& report) {
  std::string html = fmt::format(
      "<h2>{}</h2><p><span class=\"verdict {}\">{}</span> tier {}<br>{}</p>\n",
      escaped(report.file.string()), verdict_name(report.verdict), verdict_name(report.verdict),
      report.tier.tier ? label::tier_name(*report.tier.tier) : "unknown", escaped(report.sentence));
  if (!report.notice_zh.empty())
    html += fmt::format("<p>{}<br>{}</p>\n", report.notice_zh, report.notice_en);
  html += "<table><tr><th>layer</th><th>mark</th><th>state</th><th>basis</th></tr>\n";
  for (const Finding& finding : report.findings) html += finding_row(finding);
  return html + "</table>\n";
}

}  // namespace

Status write_html_report(const std::filesystem::path& file,
                         const std::vector<VerifyReport>& reports) {
  std::string html(kHead);
  for (const VerifyReport& report : reports) html += section(report);
  html += fmt::format(
      "<p class=\"small\">Made by signmark {}. A mark read with a public key or plain "
      "metadata proves presence, never origin; origin is proved by a signature under "
      "a trusted issuer only.</p></body></html>\n",
      version());
  PublishOptions options;
  options.replace = true;
  return write_file(file, as_bytes(html), options);
}

}  // namespace signmark::cli
