// SPDX-License-Identifier: Apache-2.0
// What marking does to the media: of a picture robust mark, visible label and encoding, in one call
// of the image room; of a document its text.
#pragma once

#include "pipeline/publish.hpp"

namespace signmark {

/// The media after it was changed: either the input itself, a new encoding, or a new document.
struct Media {
  ByteView bytes;
  Bytes owned;
  container::Inventory inventory;
  label::Overlay overlay;
  std::optional<image::RobustReport> robust;
  std::string name;                      ///< tells texts apart, see container::probe
  std::optional<text::MarkReport> text;  ///< of a document's signed records
  bool visible_paragraph = false;        ///< the label is a paragraph of a document
  std::vector<std::string> left_out;     ///< layers without a place in this format
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
