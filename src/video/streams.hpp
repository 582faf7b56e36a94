// SPDX-License-Identifier: Apache-2.0
// What a host program hands over piece by piece. No libav here.
#pragma once

#include "signmark/video.hpp"

namespace signmark::video {

/// As VideoRoom's functions of the same names.
Result<std::unique_ptr<PictureStream>> make_picture_stream(const FilmForm& form,
                                                           const Changes& changes);
Result<std::unique_ptr<PictureLook>> make_picture_look(const FilmForm& form, const Lookup& lookup);
Result<std::unique_ptr<SoundStream>> make_sound_stream(const Context& context,
                                                       const audio::Shape& shape,
                                                       const Changes& changes, double seconds);
Result<std::unique_ptr<SoundLook>> make_sound_look(const audio::Shape& shape, const Lookup& lookup);

}  // namespace signmark::video
