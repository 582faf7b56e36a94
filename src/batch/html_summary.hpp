// SPDX-License-Identifier: Apache-2.0
// The HTML summary of a run: one file without scripts, with thumbnails, counts of states and
// verdicts, and errors by code with their cures.
#pragma once

#include "batch/job_store.hpp"

namespace signmark::batch {

/// What the page says of the run beside its Summary.
struct SummaryFacts {
  std::vector<Setting> options;
  std::string job_list_digest;  ///< empty: there is none
  std::string ledger;           ///< the checkpoint or place that covers it; may be empty
  UnixTime ended = 0;
};

/// Collects thumbnails while items end, and writes the page at the end. Bounded: of each kind of
/// outcome the first by name are kept, failed and tampered before all others. Not thread-safe.
class HtmlSummary {
 public:
  static constexpr std::size_t kThumbnails = 300, kRows = 5000, kLargestThumbnail = 32 << 10;

  /// An item that ended; `jpeg` of at most 160 pixels a side, may be empty. Anything that is no
  /// JPEG, or larger than kLargestThumbnail, is not kept.
  void thumbnail(const StoredItem& item, ByteView jpeg);
  /// Counts and rows come from the summary and the store. Errors: `base.file.*`, those of the
  /// store.
  Status write(const std::filesystem::path& file, const Summary& summary, const SummaryFacts& facts,
               JobStore& store) const;

 private:
  /// By importance and name.
  using Place = std::pair<int, std::string>;
  std::map<Place, Bytes> thumbnails_;
};

}  // namespace signmark::batch
