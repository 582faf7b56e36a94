// SPDX-License-Identifier: Apache-2.0
// What WAV and AVI share: tags in LIST INFO, records, XMP and manifests in chunks.
#pragma once

#include "container/riff_chunks.hpp"
#include "container/timed/changes.hpp"

namespace signmark::container {

/// Where the list of this type stands; nullptr when nowhere.
const RiffChunk* find_list(const RiffScan& scan, std::string_view type);

/// Blocks for all chunks but those that hold or describe the media.
Status add_riff_media(const Context& context, ByteView file, const RiffScan& scan,
                      Inventory& inventory);

/// A file whose metadata changes.
struct RiffTask {
  const Limits& limits;
  Format format;
  ByteView file;
  const RiffScan& scan;
  const Changes& changes;
  /// Records before this offset are filled with NULs where they got shorter.
  std::uint64_t keep_size_before = 0;
  Range dropped = {};  ///< a record that is written elsewhere
};

/// A LIST INFO with changed children and, if `record`, the new record; a new list if there is none.
Result<Bytes> info_list(const RiffTask& task, const RiffChunk* list, bool record);

/// Splices for all carriers that change; the new record goes into this INFO list if there is one.
Status splice_riff_carriers(const RiffTask& task, const RiffChunk* with_record,
                            std::vector<Splice>& splices);

/// The new manifest as the last chunk of the form (C2PA 2.5, A.3.8).
Status append_manifest(const RiffTask& task, std::vector<Splice>& splices);

/// Whether a further form of OpenDML begins here.
bool is_avix(ByteView bytes);

/// The splices that let OpenDML's indexes, which count from the start of the file, follow a first
/// form that has grown. Errors: `container.avi.unwritable` when they contradict themselves.
Status shift_avi_indexes(const RiffTask& task, std::vector<Splice>& splices);

}  // namespace signmark::container
