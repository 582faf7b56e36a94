// SPDX-License-Identifier: Apache-2.0
// The two halves of a search.
#pragma once

#include "audio/sound_mark.hpp"
#include "signmark/video.hpp"
#include "video/input.hpp"

namespace signmark::video {

struct Look {
  const Context& context;
  ByteView file;
  std::string_view mime;
  const Lookup& lookup;
};

/// Adds the marks of a picture stream, and the records in its packets. Errors: `video.decode`,
/// `video.encrypted`, `base.cancelled`.
/// `input`: the file, opened for this alone.
Status look_at_pictures(const Look& look, Input input, unsigned stream, Finding& finding);

/// Adds the marks and notices of a sound stream. Errors: as above.
Status listen(const Look& look, Input input, unsigned stream, Finding& finding);

/// Adds a mark that was heard `offset` seconds into the sound. The same mark heard again widens the
/// first.
void add_mark(const audio::FoundSound& found, double offset, std::vector<TimedMark>& marks);

}  // namespace signmark::video
