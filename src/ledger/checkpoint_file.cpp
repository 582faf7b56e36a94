// SPDX-License-Identifier: Apache-2.0
// Appending to the file of checkpoints, healing it, reading it.
#include "ledger/checkpoint_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "base/file.hpp"
#include "ledger/note.hpp"

namespace signmark::ledger {
namespace fs = std::filesystem;
namespace {

constexpr off_t kTail = 16384;                 // bytes looked at; a note has about 300
constexpr std::size_t kMaxTorn = 4096;         // more than a note: not torn but foreign
constexpr std::uint64_t kMaxFile = 1U << 30U;  // four million notes

class LockedFile {
 public:
  explicit LockedFile(const fs::path& file)
      : path_(file.string()),
        fd_(::open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600)) {}
  LockedFile(const LockedFile&) = delete;
  LockedFile& operator=(const LockedFile&) = delete;
  ~LockedFile() {
    if (fd_ >= 0) ::close(fd_);
  }

  [[nodiscard]] tl::unexpected<Error> error(const char* what) const {
    return fail("ledger.checkpoints.file", std::string(what) + ": " + system_message(errno), path_);
  }
  Status lock() const {
    if (fd_ < 0) return error("cannot open the file of checkpoints");
    while (::flock(fd_, LOCK_EX) != 0)
      if (errno != EINTR) return error("cannot lock the file of checkpoints");
    return {};
  }
  /// The end of the file, up to kTail bytes.
  [[nodiscard]] Result<std::string> tail() const {
    struct stat info {};
    if (::fstat(fd_, &info) != 0) return error("cannot look at the file of checkpoints");
    std::string text(static_cast<std::size_t>(std::min(info.st_size, kTail)), '\0');
    const off_t begin = info.st_size - static_cast<off_t>(text.size());
    if (::pread(fd_, text.data(), text.size(), begin) != static_cast<ssize_t>(text.size()))
      return error("cannot read the file of checkpoints");
    return text;
  }
  Status cut(std::size_t bytes) const {
    struct stat info {};
    if (::fstat(fd_, &info) != 0 || ::ftruncate(fd_, info.st_size - static_cast<off_t>(bytes)) != 0)
      return error("cannot heal the file of checkpoints");
    return {};
  }
  /// One write, so that a crash tears at most the last note.
  Status append(const std::string& text) const {
    if (::write(fd_, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
      return error("cannot write the file of checkpoints");
    if (::fsync(fd_) != 0) return error("cannot flush the file of checkpoints");
    return {};
  }

 private:
  std::string path_;
  int fd_;
};

/// The last note of a text that ends with one.
std::string last_note(std::string_view text) {
  if (text.empty()) return {};
  const std::size_t before = complete_notes(text.substr(0, text.size() - 1));
  return std::string(text.substr(before));
}

}  // namespace

Result<std::uint64_t> append_notes(const fs::path& file, const NotesAfter& after) {
  const LockedFile target(file);
  SIGNMARK_TRY(target.lock());
  SIGNMARK_ASSIGN(std::string tail, target.tail());
  const std::size_t torn = tail.size() - complete_notes(tail);
  if (torn > kMaxTorn)
    return fail("ledger.checkpoints.file", "the file holds something else than checkpoints",
                file.string(), "move it away; the next checkpoint writes it anew");
  if (torn != 0) SIGNMARK_TRY(target.cut(torn));
  tail.resize(tail.size() - torn);
  SIGNMARK_ASSIGN(const std::vector<std::string> notes, after(last_note(tail)));
  std::string text;
  for (const std::string& note : notes) text += note;
  SIGNMARK_TRY(target.append(text));
  return torn;
}

Result<std::vector<Checkpoint>> read_notes(const fs::path& file) {
  std::error_code code;
  if (!fs::exists(file, code)) return std::vector<Checkpoint>();
  SIGNMARK_ASSIGN(const Bytes bytes, read_file(file, kMaxFile));
  const std::string_view text = as_text(bytes);
  return Checkpoint::parse_all(text.substr(0, complete_notes(text)));
}

}  // namespace signmark::ledger
