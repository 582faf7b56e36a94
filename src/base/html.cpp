// SPDX-License-Identifier: Apache-2.0
// Style and escaping of HTML pages.
#include "base/html.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace signmark {
namespace {

constexpr std::string_view kStyle = R"(
:root{color-scheme:light dark;--ink:#1c1c1c;--paper:#fff;--line:#ddd;--soft:#555;--good:#d3efd8;
--bad:#f6d0d0;--warn:#fbeec2;--plain:#e8e8e8}
@media (prefers-color-scheme:dark){:root{--ink:#e8e8e8;--paper:#151515;--line:#3c3c3c;--soft:#aaa;
--good:#1f4d2b;--bad:#6d2424;--warn:#594812;--plain:#333}}
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;
color:var(--ink);background:var(--paper);overflow-wrap:anywhere}
h2{margin:2rem 0 .3rem;font-size:1.1rem}table{border-collapse:collapse;width:100%}
td,th{border-bottom:1px solid var(--line);padding:.35rem .6rem;text-align:left;vertical-align:top}
th{white-space:nowrap}table.counts{width:auto}table.counts td{padding-right:2rem}
td.number,th.number{text-align:right;font-variant-numeric:tabular-nums}
.verdict{display:inline-block;padding:.1rem .6rem;border-radius:.3rem;background:var(--plain);
white-space:nowrap}.verified,.done{background:var(--good)}.tampered,.failed{background:var(--bad)}
.untrusted,.marked,.inconclusive,.skipped{background:var(--warn)}
.small{color:var(--soft);font-size:.9em}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(10rem,1fr));gap:1rem}
figure{margin:0;padding:.6rem;border:1px solid var(--line);border-radius:.4rem}
figure img{display:block;margin:0 auto .4rem;max-width:100%}
figcaption{font-size:.85em}
@media print{:root{color-scheme:light;--ink:#000;--paper:#fff;--line:#bbb;--soft:#444;
--good:#d3efd8;--bad:#f6d0d0;--warn:#fbeec2;--plain:#e8e8e8}
body{margin:0;max-width:none;font-size:10pt;print-color-adjust:exact;
-webkit-print-color-adjust:exact}tr,figure{break-inside:avoid}h2{break-after:avoid}
.verdict{border:1px solid #777}}
)";

}  // namespace

std::string escape_html(std::string_view text) {
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

std::string html_begin(std::string_view title) {
  const std::string name = escape_html(title);
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width\">\n<title>{0}</title><style>{1}"
      "</style></head><body><h1>{0}</h1>\n",
      name, kStyle);
}

std::string html_end(std::string_view version) {
  return fmt::format(
      "<p class=\"small\">Made by signmark {}. A mark read with a public key or plain "
      "metadata proves presence, never origin; origin is proved by a signature under "
      "a trusted issuer only.</p></body></html>\n",
      version);
}

std::string html_chip(std::string_view word) {
  return fmt::format("<span class=\"verdict {0}\">{0}</span>", word);
}

}  // namespace signmark
