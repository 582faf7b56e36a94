// SPDX-License-Identifier: Apache-2.0
#include "batch/report.hpp"

#include "base/file.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "signmark/json.hpp"

namespace signmark::batch {
namespace {

using nlohmann::json;

/// A path, and its bytes where they are no UTF-8.
void put_path(json& value, const std::string& path) {
  value["path"] = is_utf8(path) ? path : printable(path);
  if (!is_utf8(path)) value["path_bytes"] = base64(as_bytes(path));
}

/// What the worker reported, as far as it is known.
json detail_of(const ItemEnd& end) {
  JsonRules rules;
  rules.max_depth = 40;
  auto detail = end.record.empty() ? Result<Json>(Json::object()) : parse_json(end.record, rules);
  return detail && detail->is_object() ? json(*detail) : json::object();
}

void put_errors(json& line, const StoredItem& item) {
  line["errors"] = json::array();
  if (item.state == ItemState::failed) line["errors"].push_back(to_json(item.end.error));
}

void put_output(json& line, const Job& job, const StoredItem& item, const json& detail) {
  json output = json::object();
  if (item.state == ItemState::done) {
    put_path(output, (job.output / item.item.destination).native());
    output["digest"] = item.end.output_digest;
    output["bytes"] = detail.value("output_bytes", std::uint64_t{0});
    if (detail.contains("sidecar")) output["sidecar"] = detail["sidecar"];
    line["mark_digest"] = item.end.mark_digest;
  }
  line["output"] = output.empty() ? json() : output;
}

template <class Key>
json counts(const std::map<Key, std::uint64_t>& map) {
  json value = json::object();
  for (const auto& [key, count] : map) {
    if constexpr (std::is_same_v<Key, ItemState>)
      value[std::string(item_state_name(key))] = count;
    else
      value[key] = count;
  }
  return value;
}

}  // namespace

std::string item_line(const Job& job, const StoredItem& item) {
  const json detail = detail_of(item.end);
  json line = detail.contains("report") ? detail["report"] : json::object();
  line["state"] = item_state_name(item.state);
  line["attempts"] = item.attempts;
  json input = line.contains("input") && line["input"].is_object() ? line["input"] : json::object();
  put_path(input, item.item.source);
  input["bytes"] = item.item.bytes;
  input["digest"] = item.item.digest;
  if (line.contains("format")) input["format"] = line["format"];
  line["input"] = std::move(input);
  line["path"] = line["input"]["path"];
  line["item_key"] = item.item.key;
  if (job.task == Task::mark) put_output(line, job, item, detail);
  if (!item.end.verdict.empty()) line["verdict"] = item.end.verdict;
  if (!item.end.why.empty()) line["why"] = item.end.why;
  if (!item.end.content_id.empty()) line["content_id"] = item.end.content_id;
  if (detail.contains("entries")) line["entries"] = detail["entries"];
  put_errors(line, item);
  line["tool"] = {{"name", "signmark"}, {"version", SIGNMARK_VERSION}};
  return json_line(std::move(line), "item");
}

std::string summary_line(const Summary& summary) {
  const JobStatus& status = summary.status;
  json line = {{"job", status.job},
               {"task", status.task == Task::mark ? "mark" : "verify"},
               {"items", counts(status.items)},
               {"errors", counts(status.errors)},
               {"bytes", status.bytes_total},
               {"bytes_done", status.bytes_done},
               {"dry_run", summary.dry_run},
               {"interrupted", summary.interrupted},
               {"stopped", summary.stopped},
               {"workers_crashed", summary.workers_crashed},
               {"outputs_gone", summary.outputs_gone},
               {"tool", {{"name", "signmark"}, {"version", SIGNMARK_VERSION}}}};
  if (status.task == Task::verify) line["verdicts"] = counts(status.verdicts);
  const auto sandbox = parse_json(summary.sandbox);
  if (sandbox) line["sandbox"] = json(*sandbox);
  if (!summary.job_list.empty()) line["job_list"] = printable(summary.job_list.native());
  return json_line(std::move(line), "summary");
}

Status write_report(const std::filesystem::path& file, const Job& job, JobStore& store,
                    const Summary& summary, const Observer& observer) {
  constexpr std::size_t kBuffer = 256U << 10;
  PublishOptions publish;
  publish.replace = true;
  publish.mode = 0600;  // paths and producers of a user's files
  SIGNMARK_ASSIGN(AtomicFile out, AtomicFile::create(file, publish));
  std::string buffer;
  const auto put = [&](const std::string& line) -> Status {
    if (observer.record) observer.record(line);
    buffer += line + "\n";
    if (buffer.size() < kBuffer) return {};
    SIGNMARK_TRY(out.write(as_bytes(buffer)));
    buffer.clear();
    return {};
  };
  SIGNMARK_TRY(store.each([&](const StoredItem& item) { return put(item_line(job, item)); }));
  SIGNMARK_TRY(put(summary_line(summary)));
  SIGNMARK_TRY(out.write(as_bytes(buffer)));
  return out.commit();
}

}  // namespace signmark::batch
