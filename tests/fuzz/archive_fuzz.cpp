// SPDX-License-Identifier: Apache-2.0
// links: signmark_batch
// Archives: whatever is walked without an error must survive being written anew.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>

#include "batch/archive.hpp"

namespace signmark::batch {
namespace {

struct Kept {
  ArchiveEntry entry;
  Bytes bytes;
  bool operator==(const Kept& other) const {
    return entry.name == other.entry.name && entry.folder == other.entry.folder &&
           bytes == other.bytes;
  }
};

/// Not 7z: libarchive's reader asks for memory by sizes of the header that it has not checked,
/// which in a worker RLIMIT_AS answers.
bool is_walked(ByteView bytes) {
  const auto kind = probe_archive(bytes);
  return kind && kind != ArchiveKind::seven_zip;
}

Status collect(const Context& context, ByteView archive, std::uint64_t total,
               std::vector<Kept>& kept) {
  ArchiveGuards guards;
  guards.total = total;
  guards.entries = 200;
  ArchiveBudget budget;
  const std::function<Status(const ArchiveEntry&, ByteView)> visit = [&](const ArchiveEntry& entry,
                                                                         ByteView bytes) -> Status {
    // A name may leave the guards no way round.
    if (entry.name.empty() || entry.name.front() == '/' ||
        ("/" + entry.name + "/").find("/../") != std::string::npos)
      std::abort();
    if (entry.level == 0) kept.push_back({entry, {bytes.begin(), bytes.end()}});
    return is_walked(bytes) ? walk_archive(context, bytes, guards, "/tmp", budget, visit)
                            : Status();
  };
  Status status = walk_archive(context, archive, guards, "/tmp", budget, visit);
  if (budget.level() != -1) std::abort();
  return status;
}

Result<Bytes> written(ArchiveKind kind, const std::vector<Kept>& kept) {
  const int file = ::memfd_create("archive", MFD_CLOEXEC);
  if (file < 0) std::abort();
  const std::unique_ptr<const int, void (*)(const int*)> closer(
      &file, [](const int* fd) { ::close(*fd); });
  SIGNMARK_ASSIGN(const auto writer, ArchiveWriter::create(kind, file));
  for (const Kept& one : kept) SIGNMARK_TRY(writer->add(one.entry, one.bytes));
  SIGNMARK_TRY(writer->close());
  SIGNMARK_ASSIGN(const MappedFile map, MappedFile::of(file, {}));
  return Bytes(map.bytes().begin(), map.bytes().end());
}

void check(ByteView archive) {
  static const Context context = Context::standard();
  std::vector<Kept> kept;
  constexpr std::uint64_t kTotal = 4 << 20;  // and twice that for a tar's headers and padding
  if (!is_walked(archive) || !collect(context, archive, kTotal, kept)) return;
  for (const ArchiveKind kind : {ArchiveKind::zip, ArchiveKind::tar}) {
    if (kind == ArchiveKind::tar && kept.empty()) continue;  // a tar of nothing is only zeros
    const auto again = written(kind, kept);
    if (!again) std::abort();
    std::vector<Kept> read;
    // What looks like a document to us now is no archive any more.
    if (!probe_archive(*again)) continue;
    if (!collect(context, *again, 2 * kTotal, read) || read != kept) std::abort();
  }
}

}  // namespace
}  // namespace signmark::batch

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  signmark::batch::check({data, size});
  return 0;
}
