// SPDX-License-Identifier: Apache-2.0
#include "batch/description.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "batch/digest.hpp"

namespace signmark::batch {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kIdDigits = 16;

constexpr std::array<std::string_view, 3> kExisting = {"fail", "skip", "add"};

/// Absolute, without `.`, `..` and a slash at its end; links stay as they are.
Result<fs::path> full_path(const fs::path& path) {
  std::error_code error;
  fs::path full = fs::absolute(path, error).lexically_normal();
  if (error) return fail("base.file.open", error.message(), path.string());
  if (!full.has_filename() && full.has_relative_path()) full = full.parent_path();
  return full;
}

Status settle_paths(Job& job) {
  for (fs::path& path : job.paths) {
    SIGNMARK_ASSIGN(path, full_path(path));
    std::error_code error;
    if (!fs::exists(path, error))
      return fail("base.file.open", "there is no such file or folder", path.string(),
                  "is the name right, and the folder?");
  }
  if (!job.list.empty() && job.list != "-") {
    SIGNMARK_ASSIGN(job.list, full_path(job.list));
  }
  return {};
}

Status settle_output(Job& job) {
  if (job.task == Task::verify) {
    if (job.output.empty()) return {};
    return fail("batch.output", "verifying writes no files", job.output.string(), "leave -o out");
  }
  if (job.output.empty())
    return fail("batch.output", "no output folder named", {}, "write -o FOLDER");
  SIGNMARK_ASSIGN(job.output, full_path(job.output));
  std::error_code error;
  if (fs::exists(job.output, error) && !fs::is_directory(job.output, error))
    return fail("batch.output", "the output is no folder", job.output.string(),
                "name a folder; it is made when it is not there");
  if (std::find(job.paths.begin(), job.paths.end(), job.output) != job.paths.end())
    return fail("batch.output", "the output folder is the input folder", job.output.string(),
                "name another one: inputs are never changed");
  return {};
}

Json bytes_json(const std::string& path) {
  if (is_utf8(path)) return path;
  return {{"path_bytes", base64(as_bytes(path))}};
}

tl::unexpected<Error> damaged(const std::string& what) {
  return fail("batch.job.damaged", "the job's description is damaged: " + what, {},
              "use `signmark batch run` for a new job");
}

Result<std::string> read_path(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  const auto bytes = value.is_object() ? value.find("path_bytes") : value.end();
  if (bytes == value.end() || !bytes->is_string()) return damaged("a path");
  const auto path = unbase64(bytes->get<std::string>());
  if (!path) return damaged("a path");
  return std::string(as_text(*path));
}

Status read_guards(const Json& value, ArchiveGuards& guards) {
  for (const ArchiveGuardFlag& flag : kArchiveGuardFlags) {
    const auto found = value.find(std::string(flag.flag));
    if (found == value.end() || !found->is_number_unsigned()) return damaged("archive limits");
    guards.*flag.field = found->get<std::uint64_t>();
  }
  return {};
}

Status read_options(const Json& value, std::vector<Setting>& options) {
  for (const Json& item : value) {
    if (!item.is_array() || item.size() != 2 || !item[0].is_string() || !item[1].is_string())
      return damaged("an option");
    options.emplace_back(item[0].get<std::string>(), item[1].get<std::string>());
  }
  return {};
}

/// The members that must be there with these types, so that reading them cannot throw.
bool has_shape(const Json& value) {
  const auto is = [&value](const char* name, auto check) {
    const auto found = value.find(name);
    return found != value.end() && ((*found).*check)();
  };
  return value.is_object() && is("task", &Json::is_string) && is("sources", &Json::is_array) &&
         is("options", &Json::is_array) && is("archives", &Json::is_boolean) &&
         is("list_nul", &Json::is_boolean) && is("force", &Json::is_boolean) &&
         is("existing", &Json::is_string) && is("guards", &Json::is_object) &&
         value.contains("list") && value.contains("output");
}

}  // namespace

Result<Job> settle_job(Job job) {
  if (job.paths.empty() && job.list.empty())
    return fail("batch.sources", "no files named", {}, "name files or folders, or a list: --from");
  SIGNMARK_TRY(settle_paths(job));
  SIGNMARK_TRY(settle_output(job));
  std::sort(job.paths.begin(), job.paths.end());
  job.paths.erase(std::unique(job.paths.begin(), job.paths.end()), job.paths.end());
  return job;
}

std::string describe(const Job& job) {
  Json value = {{"task", job.task == Task::mark ? "mark" : "verify"}};
  value["sources"] = Json::array();
  for (const fs::path& path : job.paths) value["sources"].push_back(bytes_json(path.native()));
  value["list"] = bytes_json(job.list.native());
  value["list_nul"] = job.list_nul;
  value["output"] = bytes_json(job.output.native());
  value["options"] = Json::array();
  for (const auto& [name, text] : job.options) value["options"].push_back({name, text});
  value["archives"] = job.archives;
  value["existing"] = kExisting[static_cast<std::size_t>(job.existing)];
  value["force"] = job.force;
  for (const ArchiveGuardFlag& flag : kArchiveGuardFlags)
    value["guards"][std::string(flag.flag)] = job.guards.*flag.field;
  if (!job.belief.empty()) value["belief"] = job.belief;
  return dump_json(value);
}

Result<Job> read_description(const std::string& text) {
  const auto value = parse_json(text);
  if (!value || !has_shape(*value)) return damaged("it is no such object");
  Job job;
  job.task = (*value)["task"] == "verify" ? Task::verify : Task::mark;
  for (const Json& source : (*value)["sources"]) {
    SIGNMARK_ASSIGN(std::string path, read_path(source));
    job.paths.emplace_back(std::move(path));
  }
  SIGNMARK_ASSIGN(job.list, read_path((*value)["list"]));
  SIGNMARK_ASSIGN(job.output, read_path((*value)["output"]));
  SIGNMARK_TRY(read_options((*value)["options"], job.options));
  SIGNMARK_TRY(read_guards((*value)["guards"], job.guards));
  job.list_nul = (*value)["list_nul"].get<bool>();
  job.archives = (*value)["archives"].get<bool>();
  job.force = (*value)["force"].get<bool>();
  if (const auto belief = value->find("belief"); belief != value->end() && belief->is_string())
    job.belief = belief->get<std::string>();
  const auto word =
      std::find(kExisting.begin(), kExisting.end(), (*value)["existing"].get<std::string>());
  if (word == kExisting.end()) return damaged("existing");
  job.existing = static_cast<Existing>(word - kExisting.begin());
  return job;
}

JobRow row_of(const Job& job, UnixTime now) {
  JobRow row;
  row.description = describe(job);
  const auto digest = hex(blake2b(as_bytes(row.description)));
  row.params = digest;
  row.id = digest.substr(0, kIdDigits);
  row.created = now;
  return row;
}

Status check_row(const JobRow& row) {
  if (hex(blake2b(as_bytes(row.description))) == row.params) return {};
  return fail("batch.job.changed", "the job was planned with other settings than it has now",
              row.id, "use `signmark batch run` for a new job");
}

std::string item_key(const std::string& source, const std::string& digest,
                     const std::string& params) {
  std::string all = source;
  all.append(1, '\0').append(digest).append(1, '\0').append(params);
  return hex(blake2b(as_bytes(all)));
}

bool is_job_id(std::string_view text) {
  return text.size() == kIdDigits &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace signmark::batch
