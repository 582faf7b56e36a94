// SPDX-License-Identifier: Apache-2.0
// Shared by mark and propagate: opening the input, writing, reading back, publishing.
#pragma once

#include "base/file.hpp"
#include "pipeline/examination.hpp"

namespace signmark {

/// An input that can be marked: whole, with all that it says already.
struct Source {
  std::filesystem::path path;  ///< empty for bytes in memory
  MappedFile file;             ///< what `bytes` views; empty for bytes in memory
  ByteView bytes;
  std::string name;              ///< of the file; may be empty
  std::optional<Bytes> sidecar;  ///< the manifest store beside the file, where it was asked for
  Examination look;
};

/// The store in FILE.c2pa; nothing without such a file. Errors: those of reading.
Result<std::optional<Bytes>> sidecar_beside(const Context& context,
                                            const std::filesystem::path& file);

/// Looks at bytes that are going to be marked; they must outlive the source.
/// Errors: `pipeline.damaged`, `pipeline.format`, those of examine.
Result<Source> examine_source(const Context& context, ByteView bytes, const VerifyOptions& options,
                              const std::string& name, std::optional<Bytes> sidecar = {});

/// The same for a file that will become `output`; `with_sidecar`: with the store beside it. Errors:
/// also `pipeline.same-file`, `base.file.exists`, those of opening.
Result<Source> open_source(const Context& context, const std::filesystem::path& input,
                           const OutputOptions& output, const VerifyOptions& options,
                           bool with_sidecar);

/// What the output must show when it is read back before it appears under its name.
struct Expectation {
  std::optional<label::AigcRecord> record;
  bool manifest = false;
  Bytes signer_root;    ///< when known, the manifest must come out as trusted
  Bytes pixel_digest;   ///< of the pixels whose robust mark was read back; empty without one
  std::string name;     ///< of the input: tells texts apart
  std::string field;    ///< MarkOptions::text
  std::string text_id;  ///< content id of the signed records; empty without them
};

/// Looks at the bytes that were written and says what their layers show.
/// Errors: `pipeline.readback` (internal).
Result<std::vector<Finding>> read_back(const Context& context, ByteView written, ByteView sidecar,
                                       const Expectation& expectation);

/// A finished output, not yet visible.
struct Published {
  std::vector<Finding> findings;
  std::filesystem::path sidecar_file;
};

using LookAtWritten = std::function<Status(const Context&, ByteView written)>;

/// Writes `rope` (and `sidecar` when not empty) beside the destination, reads it back from disk,
/// checks the expectation, shows the written bytes to `look`, and only then renames it into place.
/// The pages of `source` and `media` are released before, those of the written file by the reports
/// of the context that `look` is given. Errors: those of `look`, `pipeline.readback` (internal),
/// those of AtomicFile.
Result<Published> publish(const Context& context, const Source& source, const MappedFile& media,
                          const Rope& rope, ByteView sidecar, const OutputOptions& output,
                          const Expectation& expectation, const LookAtWritten& look = {});

}  // namespace signmark
