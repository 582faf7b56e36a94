// SPDX-License-Identifier: Apache-2.0
// Bytes of entries in memory or in a nameless file.
#include "batch/entry_bytes.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace signmark::batch {
namespace fs = std::filesystem;

Result<keys::Descriptor> nameless_file(const fs::path& folder) {
  keys::Descriptor file(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (file.valid()) return file;
  std::string name = (folder / "entry-XXXXXX").string();  // not every file system can do without
  file = keys::Descriptor(::mkostemp(name.data(), O_CLOEXEC));
  if (!file.valid())
    return fail("base.file.create",
                fmt::format("cannot make a temporary file: {}", system_message(errno)),
                folder.string());
  ::unlink(name.c_str());
  return file;
}

Status EntryBytes::append(ByteView bytes) {
  size_ += bytes.size();
  if (!file_.valid() && size_ > kInMemory) {
    SIGNMARK_ASSIGN(file_, nameless_file(folder_));
    SIGNMARK_TRY(write_all(file_.get(), memory_));
    Bytes().swap(memory_);
  }
  if (file_.valid()) return write_all(file_.get(), bytes);
  memory_.insert(memory_.end(), bytes.begin(), bytes.end());
  return {};
}

Result<ByteView> EntryBytes::view(const Context& context) {
  if (!file_.valid()) return ByteView(memory_);
  SIGNMARK_ASSIGN(map_, MappedFile::of(file_.get(), context.limits));
  return map_.bytes();
}

}  // namespace signmark::batch
