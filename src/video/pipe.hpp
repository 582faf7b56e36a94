// SPDX-License-Identifier: Apache-2.0
// Raw streams from descriptor to descriptor. No libav here.
#pragma once

#include "signmark/video.hpp"

namespace signmark::video {

/// See VideoRoom::pipe_pictures and pipe_sound.
Result<Report> pipe_y4m(const Context& context, int in, int out, const Changes& changes);
Result<Report> pipe_pcm(const Context& context, int in, int out, const VideoRoom::PcmShape& shape,
                        const Changes& changes);

}  // namespace signmark::video
