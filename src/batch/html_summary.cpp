// SPDX-License-Identifier: Apache-2.0
// The HTML summary of a run.
#include "batch/html_summary.hpp"

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/html.hpp"
#include "base/text.hpp"
#include "base/time.hpp"

namespace signmark::batch {
namespace {

constexpr std::array<std::string_view, 6> kVerdictsByWeight = {
    "tampered", "untrusted", "inconclusive", "none", "marked", "verified"};
constexpr int kFailed = -1, kSkipped = 3;

/// What is looked at first: failed, tampered, and so on down to what went well.
int weight(const StoredItem& item) {
  if (item.state == ItemState::failed) return kFailed;
  if (item.state != ItemState::done) return kSkipped;
  for (std::size_t i = 0; i < kVerdictsByWeight.size(); ++i)
    if (kVerdictsByWeight[i] == item.end.verdict) return static_cast<int>(i);
  return static_cast<int>(kVerdictsByWeight.size());
}

/// The verdict where there is one, else the state.
std::string_view word_of(const StoredItem& item) {
  for (const std::string_view verdict : kVerdictsByWeight)
    if (item.state == ItemState::done && verdict == item.end.verdict) return verdict;
  return item_state_name(item.state);
}

std::string small(std::string_view label, std::string_view text) {
  if (text.empty()) return {};
  return fmt::format("<br><span class=\"small\">{}{}</span>", label, escape_html(text));
}

std::string note_of(const StoredItem& item) {
  const ItemEnd& end = item.end;
  if (item.state == ItemState::failed)
    return escape_html(end.error.message) + small("", end.error.code) + small("", end.error.where) +
           small("cure: ", end.error.hint);
  if (item.state == ItemState::skipped) return escape_html(end.why);
  return fmt::format("<span class=\"small\">{}</span>", escape_html(end.content_id));
}

std::string row_of(const StoredItem& item) {
  return fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td></tr>\n", escape_html(item.item.source),
                     html_chip(word_of(item)), note_of(item));
}

std::string figure_of(const StoredItem& item, ByteView jpeg) {
  const std::string name = escape_html(item.item.source.substr(item.item.source.rfind('/') + 1));
  std::string note;
  if (item.state == ItemState::failed) note = small("", item.end.error.code);
  return fmt::format(
      "<figure><img alt=\"{0}\" src=\"data:image/jpeg;base64,{1}\"><figcaption>{0}<br>{2}{3}"
      "</figcaption></figure>\n",
      name, base64(jpeg), html_chip(word_of(item)), note);
}

std::string fact(std::string_view name, std::string_view value) {
  if (value.empty()) return {};
  return fmt::format("<tr><th>{}</th><td>{}</td></tr>\n", name, escape_html(value));
}

std::string options_text(const std::vector<Setting>& options) {
  std::string text;
  for (const auto& [name, value] : options) text += fmt::format("{}={} ", name, value);
  return text;
}

std::string ending_of(const Summary& summary) {
  if (summary.dry_run) return "a dry run: nothing was written";
  if (summary.interrupted) return "interrupted; resume takes the rest";
  if (summary.stopped) return "stopped: too many items failed";
  return "ran to its end";
}

std::string facts_table(const Summary& summary, const SummaryFacts& facts) {
  const JobStatus& status = summary.status;
  return "<table>\n" + fact("job", status.job) +
         fact("task", status.task == Task::mark ? "mark" : "verify") +
         fact("this run", ending_of(summary)) +
         fact("ended", facts.ended == 0 ? "" : rfc3339(facts.ended)) +
         fact("seconds", fmt::format("{:.1f}", status.seconds)) +
         fact("bytes", fmt::format("{} of {}", status.bytes_done, status.bytes_total)) +
         fact("settings", options_text(facts.options)) + fact("job list", facts.job_list_digest) +
         fact("ledger", facts.ledger) + fact("sandbox", summary.sandbox) +
         fact("workers that crashed",
              summary.workers_crashed == 0 ? "" : std::to_string(summary.workers_crashed)) +
         "</table>\n";
}

std::string count_row(std::string_view word, std::uint64_t count, std::uint64_t all) {
  if (count == 0) return {};
  return fmt::format(
      "<tr><td>{}</td><td class=\"number\">{}</td><td class=\"number\">{:.1f} %</td></tr>\n",
      html_chip(word), count, 100.0 * static_cast<double>(count) / static_cast<double>(all));
}

template <class Count>
std::uint64_t sum_of(const Count& counts) {
  std::uint64_t sum = 0;
  for (const auto& [what, count] : counts) sum += count;
  return sum;
}

std::string counts_tables(const JobStatus& status) {
  constexpr std::string_view kTable = "<table class=\"counts\">\n";
  const std::uint64_t all = sum_of(status.items), judged = sum_of(status.verdicts);
  std::string html = fmt::format("<h2>{} items</h2>\n{}", all, kTable);
  for (const auto& [state, count] : status.items)
    html += count_row(item_state_name(state), count, all);
  html += "</table>\n";
  if (judged == 0) return html;
  html += fmt::format("<h2>Verdicts</h2>\n{}", kTable);
  for (const std::string_view verdict : kVerdictsByWeight)
    if (const auto found = status.verdicts.find(std::string(verdict));
        found != status.verdicts.end())
      html += count_row(verdict, found->second, judged);
  return html + "</table>\n";
}

/// The page while the items are gone through.
struct Body {
  using Place = std::pair<int, std::string>;
  std::map<Place, std::string> rows;
  std::map<Place, std::string> figures;
  std::map<std::string, Error> causes;  ///< the first of each code
  std::uint64_t left_out = 0;

  void row(const StoredItem& item) {
    if (item.state == ItemState::failed) causes.try_emplace(item.end.error.code, item.end.error);
    const Place place(weight(item), item.item.source);
    if (rows.size() == HtmlSummary::kRows && rows.rbegin()->first < place) {
      ++left_out;
      return;
    }
    rows.emplace(place, row_of(item));
    if (rows.size() <= HtmlSummary::kRows) return;
    rows.erase(std::prev(rows.end()));
    ++left_out;
  }

  [[nodiscard]] std::string errors(const JobStatus& status) const {
    if (status.errors.empty()) return {};
    std::string html =
        "<h2>Errors</h2>\n<table><thead><tr><th>code</th><th class=\"number\">items</th>"
        "<th>for example</th><th>cure</th></tr></thead><tbody>\n";
    for (const auto& [code, count] : status.errors) {
      const auto cause = causes.find(code);
      const Error error = cause == causes.end() ? Error{} : cause->second;
      html +=
          fmt::format("<tr><td>{}</td><td class=\"number\">{}</td><td>{}{}</td><td>{}</td></tr>\n",
                      escape_html(code), count, escape_html(error.message), small("", error.where),
                      escape_html(error.hint));
    }
    return html + "</tbody></table>\n";
  }

  [[nodiscard]] std::string thumbnails() const {
    if (figures.empty()) return {};
    std::string html = "<h2>Pictures</h2>\n<div class=\"grid\">\n";
    for (const auto& [place, figure] : figures) html += figure;
    return html + "</div>\n";
  }

  [[nodiscard]] std::string table() const {
    if (rows.empty()) return {};
    std::string html =
        "<h2>Items</h2>\n<table><thead><tr><th>file</th><th>outcome</th><th>note</th></tr>"
        "</thead><tbody>\n";
    for (const auto& [place, row] : rows) html += row;
    html += "</tbody></table>\n";
    if (left_out > 0)
      html += fmt::format("<p class=\"small\">{} more are in report.jsonl.</p>\n", left_out);
    return html;
  }
};

}  // namespace

void HtmlSummary::thumbnail(const StoredItem& item, ByteView jpeg) {
  constexpr std::string_view kStartOfImage("\xFF\xD8\xFF", 3);
  if (jpeg.size() > kLargestThumbnail || as_text(jpeg).substr(0, 3) != kStartOfImage) return;
  thumbnails_.insert_or_assign(Place(weight(item), item.item.source),
                               Bytes(jpeg.begin(), jpeg.end()));
  if (thumbnails_.size() > kThumbnails) thumbnails_.erase(std::prev(thumbnails_.end()));
}

Status HtmlSummary::write(const std::filesystem::path& file, const Summary& summary,
                          const SummaryFacts& facts, JobStore& store) const {
  Body body;
  SIGNMARK_TRY(store.each([&](const StoredItem& item) -> Status {
    const Place place(weight(item), item.item.source);
    if (const auto jpeg = thumbnails_.find(place); jpeg != thumbnails_.end())
      body.figures.emplace(place, figure_of(item, jpeg->second));
    body.row(item);
    return {};
  }));
  PublishOptions publish;
  publish.replace = true;
  publish.mode = 0600;  // names and pictures of a user's files
  const std::string page = html_begin("signmark batch summary") + facts_table(summary, facts) +
                           counts_tables(summary.status) + body.errors(summary.status) +
                           body.thumbnails() + body.table() + html_end(SIGNMARK_VERSION);
  return write_file(file, as_bytes(page), publish);
}

}  // namespace signmark::batch
