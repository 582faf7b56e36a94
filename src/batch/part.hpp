// SPDX-License-Identifier: Apache-2.0
// Temporary files beside their destinations: `.smk-<job>-<item key>.part`, with the lease's epoch
// behind the key where many machines share a folder (batch.md 2.2 and 6.3).
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "keys/descriptor.hpp"

namespace signmark::batch {

struct PartName {
  std::string job, key;
  std::int64_t epoch = 0;  ///< 0: none, of a job file
  bool sidecar = false;
  [[nodiscard]] std::string text() const;
  /// Nothing when it is no such name.
  static std::optional<PartName> parse(std::string_view text);
};

/// A file under its temporary name; removed at the end of its life unless it was published.
class Part {
 public:
  Part() = default;
  /// New, 0600. One that a dead process left under this name is replaced: the lease is ours.
  /// Errors: `base.file.create`.
  static Result<Part> create(const std::filesystem::path& folder, const PartName& name);
  Part(Part&& other) noexcept;
  Part& operator=(Part&& other) noexcept;
  Part(const Part&) = delete;
  Part& operator=(const Part&) = delete;
  ~Part();

  [[nodiscard]] bool valid() const { return !path_.empty(); }
  [[nodiscard]] int get() const { return fd_.get(); }
  [[nodiscard]] std::string name() const { return path_.filename().native(); }
  /// Permissions as of any new file, then fsync, then closed. Errors: `base.file.sync`; the file
  /// must not be published after one: the kernel may have dropped its pages.
  Status seal(unsigned mode);
  /// Errors: those of rename_file.
  Status publish(const std::filesystem::path& destination, bool replace);

 private:
  std::filesystem::path path_;
  keys::Descriptor fd_;
};

/// 0666 without what the process's umask takes away.
unsigned new_file_mode();

/// Makes the folder of a file, and makes its name durable. Errors: `base.file.create`.
Status make_folder_of(const std::filesystem::path& file);

/// Calls `stale` for each temporary of the job below a folder; true removes the file. Errors: none:
/// what cannot be looked at stays.
void sweep_parts(const std::filesystem::path& folder, const std::string& job,
                 const std::function<bool(const PartName&, const std::filesystem::path&)>& stale);

}  // namespace signmark::batch
