// SPDX-License-Identifier: Apache-2.0
// Retrieval prints of films and sounds.
#pragma once

#include "signmark/video.hpp"

namespace signmark::video {

/// See VideoRoom::prints.
Result<std::vector<Print>> prints_of(const Context& context, ByteView file,
                                     std::string_view format_mime, PrintUse use);

/// The two halves. Errors: `video.decode`, `video.encrypted`, `base.cancelled`.
struct PrintJob {
  const Context& context;
  ByteView file;
  std::string_view mime;
  PrintUse use;
  double seconds;  ///< of the film or sound; 0 when unknown
};
Status print_pictures(const PrintJob& job, unsigned stream, std::vector<Print>& prints);
Status print_sound(const PrintJob& job, unsigned stream, std::vector<Print>& prints);

}  // namespace signmark::video
