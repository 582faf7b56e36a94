// SPDX-License-Identifier: Apache-2.0
// Bytes of entries in memory or in a nameless file.
#include "batch/entry_bytes.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace signmark::batch {
namespace {

/// A file that vanishes with its descriptor. Not every file system knows O_TMPFILE.
int nameless_file(const std::filesystem::path& folder) {
  const int file = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (file >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != ENOENT)) return file;
  std::string name = (folder / "entry-XXXXXX").string();
  const int named = ::mkostemp(name.data(), O_CLOEXEC);
  if (named >= 0) ::unlink(name.c_str());
  return named;
}

}  // namespace

EntryBytes::~EntryBytes() {
  if (file_ >= 0) ::close(file_);
}

Status EntryBytes::spill() {
  file_ = nameless_file(folder_);
  if (file_ < 0)
    return fail("base.file.create",
                fmt::format("cannot make a temporary file: {}", system_message(errno)),
                folder_.string());
  SIGNMARK_TRY(write_all(file_, memory_));
  Bytes().swap(memory_);
  return {};
}

Status EntryBytes::append(ByteView bytes) {
  size_ += bytes.size();
  if (file_ < 0 && size_ > kInMemory) SIGNMARK_TRY(spill());
  if (file_ >= 0) return write_all(file_, bytes);
  memory_.insert(memory_.end(), bytes.begin(), bytes.end());
  return {};
}

Result<ByteView> EntryBytes::view(const Context& context) {
  if (file_ < 0) return ByteView(memory_);
  SIGNMARK_ASSIGN(map_, MappedFile::of(file_, context.limits));
  return map_.bytes();
}

}  // namespace signmark::batch
