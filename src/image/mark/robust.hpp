// SPDX-License-Identifier: Apache-2.0
// The robust mark of a whole picture file: laying it, reading it back from the encoded bytes, and
// finding it again.
#pragma once

#include "image/codec.hpp"
#include "image/mark/lattice_mark.hpp"

namespace signmark::image {

/// The lattice mark's two doors; tests of the margin check put others in their place.
struct Lattice {
  Result<Embedding> (*embed)(const Context&, const LumaPicture&, const EmbedRequest&);
  Result<Detection> (*detect)(const Context&, const LumaPicture&, const DetectRequest&);
};
extern const Lattice kLattice;

/// Lays the mark, draws the job's label over it, encodes, and reads the result back (image-mark.md
/// 5.4, margin check). Errors: those of Codec and embed_lattice, `image.mark.margin`,
/// `image.mark.key`.
Result<EncodedImage> change_with_robust(const Context& context, const Codec& codec, Job job,
                                        const RobustRequest& request,
                                        const Lattice& lattice = kLattice);

/// Looks for marks in the first picture. Errors: those of Codec::read_luma and detect_lattice,
/// `image.mark.key`.
Result<RobustFinding> find_robust(const Context& context, const Codec& codec, ByteView file,
                                  const RobustLookup& lookup, const Lattice& lattice = kLattice);

}  // namespace signmark::image
