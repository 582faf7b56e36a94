// SPDX-License-Identifier: Apache-2.0
// EBML elements (RFC 8794).
#pragma once

#include "container/handler.hpp"

namespace signmark::container {

struct EbmlElement {
  std::uint32_t id = 0;  ///< with its length marker
  Range range;           ///< with its header; of an element of unknown size the header alone
  std::uint64_t data_at = 0;
  std::uint64_t size_at = 0;  ///< where the size field stands, up to data_at
  bool open = false;          ///< of unknown size (RFC 8794, 6.2)
  [[nodiscard]] std::uint64_t size() const { return range.end() - data_at; }
};

namespace ebml {
inline constexpr std::uint32_t kHeader = 0x1A45DFA3, kDocType = 0x4282, kVoid = 0xEC, kCrc = 0xBF;
}

/// The element at `offset`, which must end before `end`. Errors: `container.matroska.truncated`,
/// `container.matroska.syntax`.
Result<EbmlElement> read_ebml(ByteView file, std::uint64_t offset, std::uint64_t end);

/// The children of a master element. Errors: as read_ebml, and `container.matroska.limit`.
Result<std::vector<EbmlElement>> ebml_children(const Limits& limits, ByteView file,
                                               const EbmlElement& parent);

inline ByteView ebml_data(ByteView file, const EbmlElement& element) {
  return file.subspan(element.data_at, element.size());
}

/// An unsigned integer of up to eight bytes; 0 for longer ones.
std::uint64_t ebml_number(ByteView data);

/// A size field; `width` 0: as short as possible.
Bytes ebml_size(std::uint64_t size, std::size_t width = 0);

/// An element; with a `width` the size field has that many bytes.
Bytes ebml_element(std::uint32_t id, ByteView data, std::size_t width = 0);

/// An element that fills `room`, with a Void behind it; nothing when it does not fit.
std::optional<Bytes> ebml_fit(std::uint32_t id, ByteView data, std::uint64_t room);

/// A Void of this size, which is at least 2.
Bytes ebml_void(std::uint64_t size);

/// The content of a master element whose first child is a check sum, if `data` begins with one,
/// with that sum put right.
void fix_ebml_crc(Bytes& data);

}  // namespace signmark::container
