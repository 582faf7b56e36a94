// SPDX-License-Identifier: Apache-2.0
// What marking does to the pixels: robust mark, visible label, encoding, in one call of the image
// room.
#pragma once

#include "pipeline/publish.hpp"

namespace signmark {

/// The picture after its pixels were changed: either the input itself or a new encoding.
struct Media {
  ByteView bytes;
  Bytes owned;
  container::Inventory inventory;
  label::Overlay overlay;
  std::optional<image::RobustReport> robust;
  Bytes pixel_digest;  ///< of what the margin check read; empty without a robust mark
  bool changed = false;
};

/// First bytes of the fingerprint by which verifiers find the key: the issuer's, whose leaves come
/// and go, or the signing key's own when its issuer is not known here. Zeros without a signer.
std::array<Byte, 4> key_hint(const MarkOptions& options);

/// Lays the layers `robust` and `visible` of `options`. `content_id` goes into the robust mark.
/// Errors: those of the image room and of transplanting, `pipeline.carrier`.
Result<Media> change_media(const Context& context, const Source& source, const MarkOptions& options,
                           std::uint64_t content_id);

}  // namespace signmark
