// SPDX-License-Identifier: Apache-2.0
// The fields inside ID3v2 frames.
#pragma once

#include "container/handler.hpp"

namespace signmark::container {

/// Text of one of the four encodings as UTF-8, without NULs at its end. What calls itself Latin-1
/// and is UTF-8 is taken for the latter: many writers mean that.
std::string id3_text(Byte encoding, ByteView text);

/// The bytes up to the encoding's NUL, and what follows it.
struct Id3Split {
  ByteView first, rest;
};
Id3Split split_id3(Byte encoding, ByteView bytes);

/// Where the manifest store stands in the data of a GEOB frame (C2PA 2.5, A.3.4).
std::optional<Range> id3_store(std::string_view frame, ByteView data);

/// The size field of a frame.
Bytes id3_size(int version, std::uint64_t size);

}  // namespace signmark::container
