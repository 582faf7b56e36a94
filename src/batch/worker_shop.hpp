// SPDX-License-Identifier: Apache-2.0
// What a worker does with an item: marks or verifies the bytes of one file, or of every file of an
// archive.
#pragma once

#include "base/file.hpp"
#include "batch/archive.hpp"
#include "batch/remote_signer.hpp"
#include "batch/worker_messages.hpp"

namespace signmark::batch {

/// One file's work and what lies beside its output.
struct FileWork {
  FileOutcome file;
  Bytes sidecar;
};

/// Holds what was opened before sealing. Lives as long as the worker.
class Workshop {
 public:
  /// Opens trust, sets options, finds fonts. Errors: those of the options, of trust stores and
  /// fonts, `batch.worker.start`.
  static Result<std::unique_ptr<Workshop>> open(const Context& context, ToldSetup told,
                                                SupervisorLink& supervisor);

  [[nodiscard]] const WorkerSetup& setup() const { return told_.setup; }
  /// Files that are read while marking: a font, a spoken notice.
  [[nodiscard]] std::vector<std::filesystem::path> files_needed() const;

  /// Does an order; what went wrong with the item stands in its outcome. Errors:
  /// `batch.worker.gone`.
  Result<WorkOutcome> work(const ToldOrder& order);

 private:
  Workshop(const Context& context, ToldSetup told, SupervisorLink& supervisor);
  Status set_up_marking();
  Status set_up_verifying();
  Status choose_font();

  FileWork work_file(ByteView bytes, int output, const std::optional<Bytes>& sidecar,
                     const std::string& name);
  std::optional<FileWork> marked_beside(ByteView bytes, const std::optional<Bytes>& sidecar,
                                        const std::string& name);
  FileWork mark(ByteView bytes, int output, const std::string& name);
  FileWork lay(const MarkOptions& options, ByteView bytes, int output, const std::string& name);
  FileWork verify(ByteView bytes, const std::optional<Bytes>& sidecar, const std::string& name);

  friend class ArchiveWork;

  Context context_;
  ToldSetup told_;
  SupervisorLink& supervisor_;
  std::unique_ptr<RemoteSigner> signer_;
  std::vector<keys::CarrierKey> carriers_;
  MarkOptions marking_;
  VerifyOptions verifying_;  ///< of Task::mark: to know our own marks
};

/// An item that failed.
FileOutcome failed_file(const Error& error);

/// Marks or verifies every file of an archive. One in which entries failed is a failed outcome
/// (`archive.entry`); the others were worked on. Errors: `batch.worker.gone`, those of the archive.
Result<FileOutcome> work_archive(Workshop& shop, const Context& context, ByteView archive,
                                 int output, SupervisorLink& supervisor);

}  // namespace signmark::batch
