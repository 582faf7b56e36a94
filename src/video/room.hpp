// SPDX-License-Identifier: Apache-2.0
// The room itself, for the module's entry and for tests.
#pragma once

#include "signmark/video.hpp"

namespace signmark::video {

/// One object for all threads. The first call of it that uses libav takes its log away from the
/// terminal.
const VideoRoom* video_room();

}  // namespace signmark::video
