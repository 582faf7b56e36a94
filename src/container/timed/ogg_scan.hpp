// SPDX-License-Identifier: Apache-2.0
// The logical streams of an Ogg file, link by link, as far as their headers go.
#pragma once

#include <set>

#include "container/timed/ogg_pages.hpp"
#include "container/timed/vorbis_comment.hpp"

namespace signmark::container {

/// A codec that has a Vorbis comment in its second packet.
struct OggCodec {
  std::string_view first;    ///< how the first packet begins
  std::string_view comment;  ///< how the second begins
  std::size_t prefix = 0;    ///< size of what stands before the comment in it
  bool sound = true;
  std::string_view name;
};

struct OggStream {
  std::uint32_t serial = 0;
  const OggCodec* codec = nullptr;  ///< nullptr: a manifest, or a codec that we do not know
  bool manifest = false;
  OggPage first;
  /// From the second page on up to where the packet that holds the comment, or one that begins on
  /// its last page, ends with a page. Of manifests all pages.
  std::vector<OggPage> pages;
  Bytes packets;                             ///< what these pages hold
  std::optional<std::uint64_t> packet_size;  ///< of the first of them, comment or manifest
  bool whole = false;

  /// Where bytes of the comment stand in the file.
  [[nodiscard]] PlaceOf place_of() const;
};

struct OggScan {
  std::vector<OggStream> streams;
  std::set<std::uint32_t> serials;  ///< of all streams but manifests
  std::uint64_t behind_first = 0;   ///< where the first pages of the first link's streams end
  std::uint64_t end = 0;
  bool ended = false;  ///< the last page says that it is its stream's last
  std::optional<Error> damage;
};

/// Whether the streams that begin here have one whose comment we can read.
bool is_ogg(ByteView file);

/// Goes over all pages, or on from `enough` only to the end of the headers. Errors:
/// `container.ogg.limit`.
Result<OggScan> scan_ogg(const Limits& limits, ByteView file, std::uint64_t enough = UINT64_MAX);

/// The comment of a stream with a codec. Errors: `container.ogg.truncated`, `container.ogg.syntax`,
/// `container.ogg.limit`.
Result<VorbisComment> comment_of(const Limits& limits, const OggStream& stream);

}  // namespace signmark::container
