// SPDX-License-Identifier: Apache-2.0
// Vorbis comments (Vorbis I, section 5): the tags of FLAC and of the streams in Ogg.
#pragma once

#include "container/timed/changes.hpp"

namespace signmark::container {

/// One `KEY=value` with its length field; offsets count from the start of the comment.
struct CommentEntry {
  Range range;
  std::string_view key, value;
};

struct VorbisComment {
  ByteView data;  ///< vendor, list, and what follows it
  std::uint64_t count_at = 0;
  std::vector<CommentEntry> entries;
  std::uint64_t end = 0;  ///< of the list
};

/// Where bytes of a comment stand in the file.
using PlaceOf = std::function<Range(Range within)>;

/// Errors: `container.<format>.truncated`, `container.<format>.limit`.
Result<VorbisComment> read_comment(const Limits& limits, Format format, ByteView data,
                                   std::uint64_t offset);

/// A block for each entry.
Status add_comment(const Context& context, const VorbisComment& comment, std::string_view place,
                   const PlaceOf& place_of, Inventory& inventory);

/// The comment with new values, and with the new record if `record`.
Bytes write_comment(const VorbisComment& comment, const PlaceOf& place_of, const Changes& changes,
                    const Bytes* record);

}  // namespace signmark::container
