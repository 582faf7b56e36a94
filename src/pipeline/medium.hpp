// SPDX-License-Identifier: Apache-2.0
// What is the same about robust marks in pictures, film and sound, and what differs.
#pragma once

#include "signmark/keys.hpp"
#include "signmark/trust.hpp"

namespace signmark {

struct MarkMedium {
  keys::Medium key;             ///< below which carrier key the mark lies
  keys::MediaKind kind;         ///< for the issuer's rules
  std::string_view frame_type;  ///< object type of the signed frame (keys.md section 6)
  std::string_view alg;         ///< of soft bindings (architecture.md section 10.5)
  std::string_view what;        ///< as findings name it
  std::string_view where;       ///< where it is read from, for people
};

inline constexpr std::string_view kLatticeAlg = "io.signmark.lattice.1";
inline constexpr std::string_view kPatchworkAlg = "io.signmark.patchwork.1";

inline constexpr MarkMedium kPictures{keys::Medium::image, keys::MediaKind::image, "image-frame",
                                      kLatticeAlg,         "robust mark",          "the pixels"};
inline constexpr MarkMedium kFilm{keys::Medium::video, keys::MediaKind::video, "video-frame",
                                  kLatticeAlg,         "robust mark",          "the pictures"};
inline constexpr MarkMedium kSound{keys::Medium::audio, keys::MediaKind::audio,     "audio-frame",
                                   kPatchworkAlg,       "robust mark in the sound", "the sound"};

}  // namespace signmark
