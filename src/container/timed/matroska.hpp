// SPDX-License-Identifier: Apache-2.0
// The parts of the handlers for Matroska and WebM (RFC 9559).
#pragma once

#include "container/timed/changes.hpp"
#include "container/timed/ebml.hpp"

namespace signmark::container {

namespace matroska {
inline constexpr std::uint32_t kSegment = 0x18538067, kSeekHead = 0x114D9B74, kInfo = 0x1549A966,
                               kTracks = 0x1654AE6B, kCues = 0x1C53BB6B, kCluster = 0x1F43B675,
                               kTags = 0x1254C367, kAttachments = 0x1941A469,
                               kChapters = 0x1043A770;
inline constexpr std::uint32_t kTag = 0x7373, kTargets = 0x63C0, kSimpleTag = 0x67C8,
                               kTagName = 0x45A3, kTagString = 0x4487;
inline constexpr std::uint32_t kSeek = 0x4DBB, kSeekId = 0x53AB, kSeekPosition = 0x53AC;
}  // namespace matroska

struct MatroskaScan {
  EbmlElement segment;
  std::vector<EbmlElement> elements;  ///< children of the Segment without the clusters
  std::uint64_t first_cluster = 0;    ///< `end` when there is none
  std::uint64_t end = 0;              ///< of the Segment
  std::optional<Error> damage;

  /// The first of a kind, or nullptr.
  [[nodiscard]] const EbmlElement* find(std::uint32_t id) const;
};

/// The document type of an EBML head; empty when there is none.
std::string_view ebml_doc_type(ByteView file);

/// Splits the first Segment. Errors: `container.matroska.limit`.
Result<MatroskaScan> scan_matroska(const Limits& limits, ByteView file);

/// As Handler::plan.
Result<Plan> plan_matroska(const Context& context, ByteView file, const Inventory& inventory,
                           const Edits& edits);

}  // namespace signmark::container
