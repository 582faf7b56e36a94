// SPDX-License-Identifier: Apache-2.0
// ID3v2 tags (id3.org, versions 2.2 to 2.4): read all, write 2.3 and 2.4.
#pragma once

#include <deque>

#include "container/timed/changes.hpp"

namespace signmark::container {

/// One frame. Views live as long as the tag and the file.
struct Id3Frame {
  std::string id;       ///< four characters, in version 2.2 three
  Range range;          ///< in the file, with its header
  ByteView raw;         ///< header and content without the unsynchronisation of the whole tag
  ByteView data;        ///< content, plain
  Range store;          ///< GEOB with a manifest: the store's bytes in the file
  bool hidden = false;  ///< encrypted, or compressed and broken: `data` is empty
};

struct Id3Tag {
  Range range;  ///< header to padding or footer
  int version = 4;
  std::vector<Id3Frame> frames;
  std::optional<Error> damage;  ///< why reading stopped early
  std::deque<Bytes> owned;      ///< what had to be decoded
  [[nodiscard]] bool has_store() const;
};

/// Whether a tag begins here; the size of its header says how far it goes.
bool is_id3(ByteView bytes);

/// The tag at `offset`, where is_id3 holds. Errors: `container.<format>.limit`.
Result<Id3Tag> read_id3(const Limits& limits, Format format, ByteView file, std::uint64_t offset);

/// All tags that follow one another from the start of the file.
Result<std::vector<Id3Tag>> read_leading_id3(const Limits& limits, Format format, ByteView file);

/// Where the last of the leading tags ends, from their headers alone.
std::uint64_t behind_id3(ByteView file);

/// Blocks for the frames: records and texts, XMP (PRIV), manifests (GEOB), all others foreign.
Status add_id3(const Context& context, const Id3Tag& tag, Inventory& inventory);

/// A tag with changed carriers and, where asked for, a new record and a manifest. Without `tag` a
/// new one of version 2.4. It keeps the size of the old one if it has room in its padding.
struct Id3Wanted {
  const Bytes* record = nullptr;
  const Bytes* manifest = nullptr;
  bool drop_manifest = false;
};
struct Id3Written {
  Bytes bytes;
  std::size_t store_at = 0;  ///< of the manifest
};
Result<Id3Written> write_id3(Format format, const Id3Tag* tag, const Changes& changes,
                             const Id3Wanted& wanted);

/// The splices for the tags that lead a file: what `changes` has no carrier for goes into the
/// first, or into a new one; the record only if `record`.
Status splice_leading_id3(Format format, const std::vector<Id3Tag>& tags, const Changes& changes,
                          bool record, std::vector<Splice>& splices);

}  // namespace signmark::container
