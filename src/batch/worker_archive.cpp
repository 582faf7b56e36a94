// SPDX-License-Identifier: Apache-2.0
// Archives in the worker: every file of them is marked or verified, and told to the supervisor as
// soon as it is done; the new archive grows meanwhile.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "batch/entry_bytes.hpp"
#include "batch/worker_shop.hpp"
#include "signmark/json.hpp"

namespace signmark::batch {
namespace fs = std::filesystem;

/// A walk through an archive and those inside it.
class ArchiveWork {
 public:
  ArchiveWork(Workshop& shop, const Context& context, SupervisorLink& supervisor)
      : shop_(shop), context_(context), supervisor_(supervisor) {}

  /// `inside`: names of the archives around this one, each with a slash.
  Status walk(ByteView archive, int output, const std::string& inside);
  /// Failed when an entry did: what was written then is an archive without it.
  [[nodiscard]] FileOutcome outcome() const;

 private:
  /// The archive that is being written; none when verifying.
  struct Growing {
    std::unique_ptr<ArchiveWriter> writer;
    std::set<std::string> names;
    Status add(const ArchiveEntry& entry, ByteView bytes);
  };

  [[nodiscard]] bool marking() const { return shop_.setup().task == Task::mark; }
  Status visit(const ArchiveEntry& entry, ByteView bytes, const std::string& inside,
               Growing& growing);
  Status visit_archive(const ArchiveEntry& entry, ByteView bytes, const std::string& inside,
                       Growing& growing);
  Status visit_file(const ArchiveEntry& entry, ByteView bytes, const std::string& inside,
                    Growing& growing);
  Status copy(const ArchiveEntry& entry, ByteView bytes, const FileOutcome& file, Growing& growing);
  Status tell(const FileOutcome& file);
  Status tell_failure(const std::string& name, const Error& error);
  Status collect_sidecars(ByteView archive, const std::string& inside);
  [[nodiscard]] std::optional<Bytes> sidecar_of(const std::string& name) const;

  Workshop& shop_;
  const Context& context_;
  SupervisorLink& supervisor_;
  ArchiveBudget budget_;
  std::map<std::string, Bytes> sidecars_;  ///< by full name
  std::map<std::string, std::uint64_t> states_, verdicts_;
  std::optional<Error> first_failure_;
};

namespace {

constexpr std::string_view kNotMedia = "not-media";
constexpr std::string_view kSidecar = "sidecar";
constexpr std::string_view kSidecarEnding = ".c2pa";
/// Errors of an entry that are not its own.
constexpr std::array<std::string_view, 4> kEndsAll = {"base.cancelled", "base.file.write",
                                                      "batch.worker.gone", "batch.worker.refused"};
/// From the worst to the best: what an archive as a whole is called.
constexpr std::array kVerdicts = {Verdict::tampered, Verdict::untrusted, Verdict::inconclusive,
                                  Verdict::none,     Verdict::marked,    Verdict::verified};

/// Nothing that we could put a mark on, or look for one in.
bool is_not_media(const Error& error) {
  return error.code == "container.format.unknown" || error.code == "pipeline.format";
}

bool is_unknown(ByteView bytes, const std::string& name) {
  return container::probe(bytes, name) == container::Format::unknown;
}

/// A manifest store by its name and its first box.
bool is_sidecar(const std::string& name, ByteView bytes) {
  constexpr std::size_t kBoxHead = 8;
  return name.ends_with(kSidecarEnding) && bytes.size() > kBoxHead &&
         as_text(bytes.subspan(4, 4)) == "jumb";
}

FileOutcome skipped_entry(const std::string& name, std::string_view why) {
  FileOutcome file;
  file.name = name;
  file.state = ItemState::skipped;
  file.why = why;
  return file;
}

std::string file_name(const std::string& entry) { return entry.substr(entry.rfind('/') + 1); }

}  // namespace

Status ArchiveWork::Growing::add(const ArchiveEntry& entry, ByteView bytes) {
  if (!names.insert(entry.name).second)
    return fail("archive.name", "the name of a sidecar is that of another entry", entry.name,
                "leave the sidecars out: formats with room for a manifest need none");
  return writer->add(entry, bytes);
}

Status ArchiveWork::tell(const FileOutcome& file) {
  ++states_[std::string(item_state_name(file.state))];
  if (!file.verdict.empty() && file.state == ItemState::done) ++verdicts_[file.verdict];
  return supervisor_.tell(file_message(kEntry, file));
}

/// A damaged picture is its own failure: the others are looked at all the same.
Status ArchiveWork::tell_failure(const std::string& name, const Error& error) {
  if (std::find(kEndsAll.begin(), kEndsAll.end(), error.code) != kEndsAll.end())
    return tl::unexpected<Error>(error.in_file(name));
  if (!first_failure_) first_failure_ = error.in_file(name);
  FileOutcome file = failed_file(error);
  file.name = name;
  return tell(file);
}

Status ArchiveWork::copy(const ArchiveEntry& entry, ByteView bytes, const FileOutcome& file,
                         Growing& growing) {
  if (growing.writer) SIGNMARK_TRY(growing.add(entry, bytes));
  return tell(file);
}

/// A walk of its own: a sidecar may stand behind its file, or far from it.
Status ArchiveWork::collect_sidecars(ByteView archive, const std::string& inside) {
  ArchiveBudget budget;
  std::uint64_t left = context_.limits.manifest_store;  // all of them are in memory at once
  return walk_archive(context_, archive, shop_.setup().guards, shop_.setup().scratch, budget,
                      [&](const ArchiveEntry& entry, ByteView bytes) -> Status {
                        if (!is_sidecar(entry.name, bytes) || bytes.size() > left) return {};
                        left -= bytes.size();
                        sidecars_[inside + entry.name].assign(bytes.begin(), bytes.end());
                        return {};
                      });
}

std::optional<Bytes> ArchiveWork::sidecar_of(const std::string& name) const {
  const auto found = sidecars_.find(name + std::string(kSidecarEnding));
  if (found == sidecars_.end()) return std::nullopt;
  return found->second;
}

Status ArchiveWork::visit_file(const ArchiveEntry& entry, ByteView bytes, const std::string& inside,
                               Growing& growing) {
  const std::string name = inside + entry.name;
  if (is_sidecar(entry.name, bytes))
    return copy(entry, bytes, skipped_entry(name, kSidecar), growing);
  Descriptor output;
  if (marking()) {
    SIGNMARK_ASSIGN(output, nameless_file(shop_.setup().scratch));
  }
  FileWork work = shop_.work_file(bytes, output.get(), sidecar_of(name), file_name(entry.name));
  const bool strange = marking() ? work.file.error && is_not_media(*work.file.error)
                                 : is_unknown(bytes, file_name(entry.name));
  if (strange) work.file = skipped_entry(name, kNotMedia);
  work.file.name = name;
  if (work.file.error) return tell_failure(name, *work.file.error);
  if (work.file.state == ItemState::skipped || !marking())
    return copy(entry, bytes, work.file, growing);
  SIGNMARK_ASSIGN(const MappedFile marked, MappedFile::of(output.get(), context_.limits));
  SIGNMARK_TRY(growing.add(entry, marked.bytes()));
  if (!work.sidecar.empty()) {
    ArchiveEntry beside = entry;
    beside.name += kSidecarEnding;
    SIGNMARK_TRY(growing.add(beside, work.sidecar));
  }
  return tell(work.file);
}

Status ArchiveWork::visit_archive(const ArchiveEntry& entry, ByteView bytes,
                                  const std::string& inside, Growing& growing) {
  if (!marking()) return walk(bytes, -1, inside + entry.name + "/");
  SIGNMARK_ASSIGN(const Descriptor output, nameless_file(shop_.setup().scratch));
  SIGNMARK_TRY(walk(bytes, output.get(), inside + entry.name + "/"));
  SIGNMARK_ASSIGN(const MappedFile written, MappedFile::of(output.get(), context_.limits));
  return growing.add(entry, written.bytes());
}

Status ArchiveWork::visit(const ArchiveEntry& entry, ByteView bytes, const std::string& inside,
                          Growing& growing) {
  if (entry.folder) return growing.writer ? growing.add(entry, bytes) : Status{};
  return probe_archive(bytes) ? visit_archive(entry, bytes, inside, growing)
                              : visit_file(entry, bytes, inside, growing);
}

Status ArchiveWork::walk(ByteView archive, int output, const std::string& inside) {
  const auto kind = probe_archive(archive);
  if (!kind) return fail("archive.unsupported", "the file is no archive of a known kind");
  SIGNMARK_TRY(collect_sidecars(archive, inside));
  Growing growing;
  if (marking()) {
    SIGNMARK_ASSIGN(growing.writer, ArchiveWriter::create(*kind, output));
  }
  SIGNMARK_TRY(walk_archive(context_, archive, shop_.setup().guards, shop_.setup().scratch, budget_,
                            [&](const ArchiveEntry& entry, ByteView bytes) {
                              return visit(entry, bytes, inside, growing);
                            }));
  return growing.writer ? growing.writer->close() : Status{};
}

FileOutcome ArchiveWork::outcome() const {
  FileOutcome file;
  file.report = nlohmann::json{{"entries", states_}, {"verdicts", verdicts_}}.dump();
  for (const Verdict verdict : kVerdicts) {
    if (!verdicts_.contains(std::string(verdict_name(verdict)))) continue;
    file.verdict = verdict_name(verdict);
    break;
  }
  if (!first_failure_) return file;
  std::uint64_t all = 0;
  for (const auto& [state, count] : states_) all += count;
  file.state = ItemState::failed;
  file.error = Error{"archive.entry",
                     fmt::format("{} of {} entries failed; the first: {}",
                                 states_.at(std::string(item_state_name(ItemState::failed))), all,
                                 first_failure_->message),
                     first_failure_->where, first_failure_->hint};
  return file;
}

Result<FileOutcome> work_archive(Workshop& shop, const Context& context, ByteView archive,
                                 int output, SupervisorLink& supervisor) {
  ArchiveWork work(shop, context, supervisor);
  SIGNMARK_TRY(work.walk(archive, output, {}));
  return work.outcome();
}

}  // namespace signmark::batch
