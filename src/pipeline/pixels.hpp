// SPDX-License-Identifier: Apache-2.0
// What marking does to the media: of a picture robust mark, visible label and encoding, in one call
// of the image room; of a document its text.
#pragma once

#include "pipeline/carriers.hpp"
#include "pipeline/medium.hpp"
#include "pipeline/publish.hpp"

namespace signmark {

/// The media after it was changed: either the input itself, a new encoding, or a new document.
struct Media {
  ByteView bytes;
  Bytes owned;
  container::Inventory inventory;
  label::Overlay overlay;
  std::optional<image::RobustReport> robust;
  MappedFile mapped;                     ///< a film, sound or long text that was written anew
  std::optional<video::Report> timed;    ///< what was done to it
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

/// The id of 16 hexadecimal digits. Errors: `cli.content-id`.
Result<std::uint64_t> given_content_id(const std::string& text);
/// The id that the options name, or a random one. Errors: `cli.content-id`.
Result<std::uint64_t> chosen_content_id(const Context& context, const MarkOptions& options);

/// What the robust mark says and where there is room to work.
struct Laying {
  std::uint64_t content_id = 0;
  std::string record_json;       ///< the AIGC record, for SEI messages; may be empty
  std::filesystem::path folder;  ///< for large files on their way: the output's own
};

/// A request for marks of one medium. `keys` and the signer must outlive it.
image::RobustRequest robust_request(const Context& context, const MarkOptions& options,
                                    const CarrierKeys& keys, const MarkMedium& medium,
                                    std::uint64_t content_id);

/// Lays the layers `robust` and `visible` of `options`.
/// Errors: those of the media rooms and of transplanting, `pipeline.carrier`.
Result<Media> change_media(const Context& context, const Source& source, const MarkOptions& options,
                           const Laying& laying);

/// The same for film and sound: `media` becomes a new file, encoded in `laying.folder`.
Status change_timed(const Context& context, const MarkOptions& options, const Laying& laying,
                    Media& media);

}  // namespace signmark
