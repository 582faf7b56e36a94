// SPDX-License-Identifier: Apache-2.0
// Writing job lists and comparing folders with them.
#include "batch/job_list.hpp"

#include <algorithm>

#include "base/file.hpp"
#include "base/hash.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "batch/commit.hpp"
#include "batch/digest.hpp"
#include "batch/part.hpp"
#include "signmark/json.hpp"

namespace signmark::batch {
namespace fs = std::filesystem;
namespace {

/// Of the manifest store that was written beside the output; mostly empty.
std::string sidecar_digest(const std::string& record) {
  JsonRules rules;
  rules.max_depth = 40;
  const auto detail = parse_json(record, rules);
  if (!detail || !detail->is_object()) return {};
  const auto sidecar = detail->find("sidecar");
  if (sidecar == detail->end() || !sidecar->is_object()) return {};
  const auto digest = sidecar->find("digest");
  return digest != sidecar->end() && digest->is_string() ? digest->get<std::string>()
                                                         : std::string();
}

std::string line_of(const DoneOutput& row) {
  const std::string& path = row.destination;
  nlohmann::json line = {{"output_digest", row.output_digest}, {"mark_digest", row.mark_digest}};
  line["path"] = is_utf8(path) ? path : printable(path);
  if (!is_utf8(path)) line["path_bytes"] = base64(as_bytes(path));
  if (std::string sidecar = sidecar_digest(row.record); !sidecar.empty())
    line["sidecar_digest"] = std::move(sidecar);
  return json_line(std::move(line), "listed") + "\n";
}

std::string text_of(const Json& line, const char* name) {
  const auto found = line.find(name);
  return found != line.end() && found->is_string() ? found->get<std::string>() : std::string();
}

struct ListRow {
  std::string path, digest, sidecar_digest;
};

/// Errors: `batch.list.syntax`.
Result<ListRow> parse_row(std::string_view text, std::uint64_t number) {
  const auto bad = [&] {
    return fail("batch.list.syntax", "this is no line of a job list",
                "line " + std::to_string(number));
  };
  const auto line = parse_json(text);
  if (!line || !line->is_object() || text_of(*line, "type") != "listed") return bad();
  std::string path = text_of(*line, "path"), digest = text_of(*line, "output_digest");
  if (const std::string raw = text_of(*line, "path_bytes"); !raw.empty()) {
    const auto bytes = unbase64(raw);
    if (!bytes) return bad();
    path = as_text(*bytes);
  }
  if (path.empty() || digest.empty()) return bad();
  return ListRow{std::move(path), std::move(digest), text_of(*line, "sidecar_digest")};
}

Result<std::map<std::string, std::string>> parse_list(ByteView list) {
  std::map<std::string, std::string> rows;
  std::string_view rest = as_text(list);
  for (std::uint64_t number = 1; !rest.empty(); ++number) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    SIGNMARK_ASSIGN(const ListRow row, parse_row(rest.substr(0, end), number));
    const bool beside = row.sidecar_digest.empty() ||
                        rows.emplace(sidecar_of(row.path).native(), row.sidecar_digest).second;
    if (!beside || !rows.emplace(row.path, row.digest).second)
      return fail("batch.list.syntax", "a path is listed twice", "line " + std::to_string(number));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return rows;
}

/// Regular files below a folder, sorted, relative; those of a job at work are not among them.
Result<std::vector<std::string>> files_below(const fs::path& folder) {
  std::vector<std::string> files;
  std::error_code error;
  fs::recursive_directory_iterator at(folder, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error))
    if (fs::is_regular_file(at->symlink_status()) &&
        !PartName::parse(at->path().filename().native()))
      files.push_back(at->path().lexically_relative(folder).native());
  if (error)
    return fail("base.file.open", "cannot look through the folder: " + error.message(),
                folder.string());
  std::sort(files.begin(), files.end());
  return files;
}

/// One comparison.
class Audit {
 public:
  Audit(std::map<std::string, std::string> listed, const fs::path& folder,
        const std::function<Status(const ListedFile&)>& sink)
      : listed_(std::move(listed)), folder_(folder), sink_(sink) {}

  Status run(const Context& context, const std::vector<std::string>& files) {
    for (const auto& [path, digest] : listed_)
      if (!std::binary_search(files.begin(), files.end(), path)) lost_.emplace(digest, path);
    std::uint64_t done = 0;
    for (const std::string& file : files) {
      SIGNMARK_TRY(context.report("compare", done++, files.size()));
      SIGNMARK_TRY(tell(compare(file)));
    }
    for (const auto& [digest, path] : lost_) SIGNMARK_TRY(tell({Listed::missing, path, {}, {}}));
    return {};
  }
  JobListAudit result;

 private:
  ListedFile compare(const std::string& file) {
    const auto digest = digest_of(folder_ / file);
    if (!digest) return {Listed::unreadable, file, {}, digest.error()};
    if (const auto row = listed_.find(file); row != listed_.end())
      return {row->second == *digest ? Listed::matched : Listed::changed, file, {}, {}};
    const auto old = lost_.find(*digest);
    if (old == lost_.end()) return {Listed::fresh, file, {}, {}};
    ListedFile moved{Listed::moved, file, old->second, {}};
    lost_.erase(old);
    return moved;
  }

  Status tell(const ListedFile& file) {
    ++result.files[file.how];
    return sink_ ? sink_(file) : Status();
  }

  std::map<std::string, std::string> listed_;
  std::multimap<std::string, std::string> lost_;  ///< by digest: listed, and not where it should be
  const fs::path& folder_;
  const std::function<Status(const ListedFile&)>& sink_;
};

}  // namespace

Result<JobList> write_job_list(const fs::path& file, JobStore& store) {
  constexpr std::size_t kBuffer = 64U << 10;
  PublishOptions publish;
  publish.replace = true;
  publish.mode = 0600;  // names of a user's files
  SIGNMARK_ASSIGN(AtomicFile out, AtomicFile::create(file, publish));
  JobList list;
  Blake2b hasher;
  std::string buffer;
  const auto flush = [&]() -> Status {
    hasher.update(as_bytes(buffer));
    SIGNMARK_TRY(out.write(as_bytes(buffer)));
    buffer.clear();
    return {};
  };
  SIGNMARK_TRY(store.each_output([&](const DoneOutput& row) -> Status {
    ++list.rows;
    buffer += line_of(row);
    return buffer.size() < kBuffer ? Status() : flush();
  }));
  SIGNMARK_TRY(flush());
  SIGNMARK_TRY(out.commit());
  list.digest = "blake2b-256:" + hex(hasher.finish());
  return list;
}

Result<JobListAudit> check_job_list(const Context& context, const fs::path& list,
                                    const fs::path& folder,
                                    const std::function<Status(const ListedFile&)>& sink) {
  SIGNMARK_ASSIGN(const MappedFile file, MappedFile::open(list, context.limits));
  auto rows = parse_list(file.bytes());
  if (!rows) return tl::unexpected<Error>(rows.error().in_file(list.string()));
  SIGNMARK_ASSIGN(const std::vector<std::string> files, files_below(folder));
  Audit audit(std::move(*rows), folder, sink);
  SIGNMARK_TRY(audit.run(context, files));
  audit.result.digest = digest_of(file.bytes());
  return std::move(audit.result);
}

}  // namespace signmark::batch
