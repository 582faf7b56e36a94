// SPDX-License-Identifier: Apache-2.0
#include "batch/part.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <charconv>
#include <fstream>

#include "base/file.hpp"

namespace signmark::batch {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kStart = ".smk-", kEnd = ".part", kSidecar = ".c2pa";
constexpr std::size_t kJobDigits = 16, kKeyDigits = 64;

/// Cuts off what the text begins with.
bool skip(std::string_view& text, std::string_view start) {
  if (!text.starts_with(start)) return false;
  text.remove_prefix(start.size());
  return true;
}

std::optional<std::string> digits(std::string_view& text, std::size_t count) {
  const std::string_view head = text.substr(0, count);
  if (head.size() != count || head.find_first_not_of("0123456789abcdef") != std::string_view::npos)
    return std::nullopt;
  text.remove_prefix(count);
  return std::string(head);
}

tl::unexpected<Error> cannot_create(int number, const fs::path& path) {
  return fail("base.file.create", "cannot create the output: " + system_message(number),
              path.string(),
              number == ENOSPC ? "make room on the disk" : "may you write in the output folder?");
}

}  // namespace

std::string PartName::text() const {
  return fmt::format("{}{}-{}{}{}{}", kStart, job, key, epoch == 0 ? "" : fmt::format("-{}", epoch),
                     sidecar ? kSidecar : "", kEnd);
}

std::optional<PartName> PartName::parse(std::string_view text) {
  PartName name;
  if (!skip(text, kStart)) return std::nullopt;
  const auto job = digits(text, kJobDigits);
  if (!job || !skip(text, "-")) return std::nullopt;
  const auto key = digits(text, kKeyDigits);
  if (!key) return std::nullopt;
  if (skip(text, "-")) {
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), name.epoch);
    if (code != std::errc{} || name.epoch <= 0) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  }
  name.sidecar = skip(text, kSidecar);
  if (text != kEnd) return std::nullopt;
  name.job = *job;
  name.key = *key;
  return name;
}

Result<Part> Part::create(const fs::path& folder, const PartName& name) {
  Part part;
  const fs::path path = folder / name.text();
  for (const bool again : {false, true}) {
    part.fd_ = keys::Descriptor(
        ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (part.fd_.valid()) break;
    if (errno != EEXIST || again) return cannot_create(errno, path);
    ::unlink(path.c_str());
  }
  part.path_ = path;
  return part;
}

Part::Part(Part&& other) noexcept
    : path_(std::exchange(other.path_, {})), fd_(std::move(other.fd_)) {}

Part& Part::operator=(Part&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(fd_, other.fd_);
  return *this;
}

Part::~Part() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

Status Part::seal(unsigned mode) {
  const bool good = ::fchmod(fd_.get(), mode) == 0 && ::fsync(fd_.get()) == 0;
  const int number = errno;
  fd_.reset();
  if (good) return {};
  return fail("base.file.sync", "cannot sync the output: " + system_message(number),
              path_.string());
}

Status Part::publish(const fs::path& destination, bool replace) {
  SIGNMARK_TRY(rename_file(path_, destination, replace));
  path_.clear();
  return {};
}

unsigned new_file_mode() {
  constexpr unsigned kAll = 0666, kUsual = 022;
  // umask(2) would have to change it to read it, under the eyes of other threads.
  std::ifstream status("/proc/self/status");
  unsigned mask = kUsual;
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("Umask:")) mask = std::stoul(line.substr(6), nullptr, 8);
  return kAll & ~mask;
}

Status make_folder_of(const fs::path& file) {
  const fs::path folder = file.parent_path();
  std::error_code error;
  if (fs::is_directory(folder, error)) return {};
  if (folder.has_relative_path()) SIGNMARK_TRY(make_folder_of(folder));
  if (!fs::create_directory(folder, error) && error) return cannot_create(error.value(), folder);
  return sync_folder(folder.parent_path());
}

void sweep_parts(const fs::path& folder, const std::string& job,
                 const std::function<bool(const PartName&, const fs::path&)>& stale) {
  std::error_code error;
  using Walk = fs::recursive_directory_iterator;
  Walk walk(folder, fs::directory_options::skip_permission_denied, error);
  for (; !error && walk != Walk(); walk.increment(error)) {
    const auto name = PartName::parse(walk->path().filename().native());
    if (name && name->job == job && stale(*name, walk->path())) ::unlink(walk->path().c_str());
  }
}

}  // namespace signmark::batch
