// SPDX-License-Identifier: Apache-2.0
// The spoken notices that are built in: WAV files (spoken/make_spoken.sh).
#pragma once

#include <span>
#include <string_view>

#include "base/result.hpp"

namespace signmark::audio {

struct SpokenClip {
  std::string_view language;
  ByteView wav;
};

std::span<const SpokenClip> spoken_clips();

}  // namespace signmark::audio
