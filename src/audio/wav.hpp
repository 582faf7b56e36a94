// SPDX-License-Identifier: Apache-2.0
// Reads the WAV files that a spoken notice may come in.
#pragma once

#include <vector>

#include "base/result.hpp"

namespace signmark::audio {

struct Clip {
  int rate = 0;
  std::vector<float> samples;  ///< all channels averaged
};

/// PCM of 16, 24 and 32 bits, 32-bit float, IMA ADPCM of one channel. Error: `audio.notice.file`.
Result<Clip> read_wav(ByteView file, double most_seconds);

/// Changes the rate by a windowed sinc.
std::vector<float> resampled(const Clip& clip, int rate);

}  // namespace signmark::audio
