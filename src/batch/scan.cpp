// SPDX-License-Identifier: Apache-2.0
#include "batch/scan.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <unordered_map>

#include "base/file.hpp"
#include "base/text.hpp"
#include "batch/description.hpp"
#include "batch/digest.hpp"
#include "keys/descriptor.hpp"

namespace signmark::batch {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kSidecar = ".c2pa";

/// Our own temporaries: those of a batch and those of single files.
bool is_temporary(std::string_view name) {
  return name.starts_with('.') && name.ends_with(".part");
}

enum class Kind { file, folder, other };

Kind kind_of(const fs::path& path, bool follow) {
  struct stat info {};
  const int rc = follow ? ::stat(path.c_str(), &info) : ::lstat(path.c_str(), &info);
  if (rc == 0 && S_ISDIR(info.st_mode)) return Kind::folder;
  // What cannot be looked at is an item, and fails as one.
  return rc != 0 || S_ISREG(info.st_mode) ? Kind::file : Kind::other;
}

/// Names in a folder, sorted by their bytes. Errors: the system's.
Result<std::vector<std::string>> names_in(const fs::path& folder) {
  struct Closer {
    void operator()(DIR* dir) const { ::closedir(dir); }
  };
  const std::unique_ptr<DIR, Closer> dir(::opendir(folder.c_str()));
  if (!dir) return fail("base.file.open", system_message(errno), folder.string());
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(dir.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != ".." && !is_temporary(name)) names.emplace_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// Lines or NUL-ended texts of a file or stdin, which may be a pipe that is slow or never ends.
class ListReader {
 public:
  ListReader(int descriptor, char end, const std::function<bool()>& stop)
      : descriptor_(descriptor), end_(end), stop_(stop) {}

  /// Nothing at the end. Errors: `base.file.open`, `base.cancelled`.
  Result<std::optional<std::string>> next() {
    std::size_t end = 0;
    while ((end = buffer_.find(end_, at_)) == std::string::npos) {
      SIGNMARK_ASSIGN(const bool more, read_some());
      if (more) continue;
      if (at_ == buffer_.size()) return std::nullopt;
      end = buffer_.size();
      break;
    }
    std::string text = buffer_.substr(at_, end - at_);
    at_ = std::min(end + 1, buffer_.size());
    if (end_ == '\n' && text.ends_with('\r')) text.pop_back();
    return text;
  }

 private:
  Result<bool> read_some() {
    buffer_.erase(0, std::exchange(at_, 0));
    pollfd waiting{descriptor_, POLLIN, 0};
    while (::poll(&waiting, 1, kPatience) == 0)
      if (stop_ && stop_()) return fail("base.cancelled", "reading the list was interrupted");
    const std::size_t had = buffer_.size();
    if (had > kLongest) return fail("batch.list.syntax", "a line of the list is no path");
    buffer_.resize(had + kChunk);
    const ssize_t count = ::read(descriptor_, buffer_.data() + had, kChunk);
    buffer_.resize(had + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    if (count >= 0 || errno == EINTR) return count != 0;
    return fail("base.file.open", "cannot read the list: " + system_message(errno));
  }

  static constexpr int kPatience = 100;  // milliseconds
  static constexpr std::size_t kChunk = 64U << 10, kLongest = 1U << 20;
  int descriptor_;
  char end_;
  const std::function<bool()>& stop_;  // of the rules, which outlive a scan
  std::string buffer_;
  std::size_t at_ = 0;
};

class Scanner {
 public:
  Scanner(const Job& job, const std::string& params, const ScanRules& rules,
          const std::function<Status(PlannedItem)>& sink)
      : job_(job), params_(params), rules_(rules), sink_(sink) {
    // One folder alone cannot give two items one destination.
    unique_ = job.task == Task::verify || (job.paths.size() == 1 && job.list.empty());
  }

  Status all() {
    for (const fs::path& path : job_.paths) {
      const bool folder = kind_of(path, true) == Kind::folder;
      SIGNMARK_TRY(folder ? below(path, {}) : file(path, path.filename()));
    }
    if (job_.list.empty()) return {};
    return list();
  }

 private:
  bool passed_over(const fs::path& path, Kind kind) const {
    const auto& paths = kind == Kind::folder ? rules_.folders : rules_.files;
    return std::find(paths.begin(), paths.end(), path) != paths.end();
  }

  /// `relative` of `root`, which is empty or ends where a folder does.
  Status below(const fs::path& root, const fs::path& relative) {  // NOLINT(misc-no-recursion)
    const fs::path folder = relative.empty() ? root : root / relative;
    if (passed_over(folder, Kind::folder)) return {};
    const auto names = names_in(folder);
    if (!names) return file(folder, relative);
    for (const std::string& name : *names) {
      const fs::path path = folder / name;
      const Kind kind = kind_of(path, false);
      if (kind == Kind::folder) SIGNMARK_TRY(below(root, relative / name));
      if (kind == Kind::file && !is_sidecar(*names, name))
        SIGNMARK_TRY(file(path, relative / name));
    }
    return {};
  }

  /// A manifest store beside its file is a part of it.
  static bool is_sidecar(const std::vector<std::string>& names, const std::string& name) {
    return name.ends_with(kSidecar) &&
           std::binary_search(names.begin(), names.end(),
                              name.substr(0, name.size() - kSidecar.size()));
  }

  Status list() {
    keys::Descriptor opened;
    if (job_.list != "-") {
      opened = keys::Descriptor(::open(job_.list.c_str(), O_RDONLY | O_CLOEXEC));
      if (!opened.valid())
        return fail("base.file.open", "cannot open the list: " + system_message(errno),
                    job_.list.string());
    }
    ListReader reader(opened.valid() ? opened.get() : STDIN_FILENO, job_.list_nul ? '\0' : '\n',
                      rules_.stop);
    for (;;) {
      SIGNMARK_ASSIGN(const auto name, reader.next());
      if (!name) return {};
      if (!name->empty()) SIGNMARK_TRY(listed(*name));
    }
  }

  Status listed(const std::string& name) {
    const fs::path written = fs::path(name).lexically_normal();
    std::error_code ignored;
    const fs::path path = fs::absolute(written, ignored).lexically_normal();
    const Kind kind = kind_of(path, true);
    if (kind != Kind::file || is_temporary(path.filename().native())) return {};
    const fs::path relative = written.relative_path();
    return file(path, *relative.begin() == ".." ? fs::path() : relative);
  }

  Status file(const fs::path& path, const fs::path& destination) {
    if (passed_over(path, Kind::file)) return {};
    PlannedItem item;
    item.source = path.native();
    if (job_.task == Task::mark) {
      if (repeated(item.source, destination)) return {};
      item.destination = is_taken(item.source, destination) ? std::string() : destination.native();
    }
    item.archive = job_.archives && has_archive_ending(path.filename().native());
    struct stat info {};
    if (::stat(path.c_str(), &info) == 0) item.bytes = static_cast<std::uint64_t>(info.st_size);
    item.digest = digest_of(path).value_or(std::string());
    item.key = item_key(item.source, item.digest, params_);
    return sink_(std::move(item));
  }

  // Names are remembered by 64-bit hashes: 32 bytes an item, and one false alarm in 10^7 jobs of
  // 10^6 items.
  static std::uint64_t short_hash(const std::string& text) {
    return std::hash<std::string>{}(text);
  }

  bool repeated(const std::string& source, const fs::path& destination) const {
    if (unique_) return false;
    const auto found = destinations_.find(short_hash(destination.native()));
    return found != destinations_.end() && found->second == short_hash(source);
  }

  bool is_taken(const std::string& source, const fs::path& destination) {
    if (unique_ || destination.empty()) return destination.empty();
    return !destinations_.emplace(short_hash(destination.native()), short_hash(source)).second;
  }

  const Job& job_;
  const std::string& params_;
  const ScanRules& rules_;
  const std::function<Status(PlannedItem)>& sink_;
  bool unique_ = false;
  std::unordered_map<std::uint64_t, std::uint64_t> destinations_;
};

}  // namespace

bool has_archive_ending(const std::string& name) {
  constexpr std::array<std::string_view, 9> kEndings = {
      ".zip", ".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".7z", ".tar.zst", ".tzst"};
  return std::any_of(kEndings.begin(), kEndings.end(), [&name](std::string_view ending) {
    return name.size() > ending.size() && iequals(name.substr(name.size() - ending.size()), ending);
  });
}

Status scan(const Job& job, const std::string& params, const ScanRules& rules,
            const std::function<Status(PlannedItem)>& sink) {
  return Scanner(job, params, rules, sink).all();
}

}  // namespace signmark::batch
