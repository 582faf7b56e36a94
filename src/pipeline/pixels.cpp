// SPDX-License-Identifier: Apache-2.0
// One call of the image room, and the metadata of the original around its result.
#include "pipeline/pixels.hpp"

#include <algorithm>

#include "pipeline/carriers.hpp"

namespace signmark {
namespace {

constexpr std::string_view kFrameType = "image-frame";  // keys.md section 6

image::RobustRequest robust_request(const Context& context, const MarkOptions& options,
                                    const ImageKeys& keys, std::uint64_t content_id) {
  image::RobustRequest request;
  request.keys = keys.keys();
  request.strength = options.strength;
  request.content_id = content_id;
  request.issuer_hint = key_hint(options);
  request.time = context.clock->now();
  if (options.signer != nullptr)
    request.sign = [signer = options.signer](ByteView fields) {
      return signer->sign_object(kFrameType, fields);
    };
  return request;
}

Result<image::EncodedImage> change_pixels(const Context& context, const image::ImageRoom& room,
                                          const Media& media, const MarkOptions& options,
                                          std::uint64_t content_id) {
  const std::string mime(container::format_info(media.inventory.format).mime);
  image::PixelChanges changes;
  if (options.layers.visible) changes.label = &options.visible;
  if (!options.layers.robust)
    return room.change_pixels(context, media.bytes, mime, media.inventory.orientation, changes,
                              options.encode);
  SIGNMARK_ASSIGN(const ImageKeys keys, ImageKeys::to_mark(options));
  const image::RobustRequest request = robust_request(context, options, keys, content_id);
  changes.robust = &request;
  return room.change_pixels(context, media.bytes, mime, media.inventory.orientation, changes,
                            options.encode);
}

}  // namespace

std::array<Byte, 4> key_hint(const MarkOptions& options) {
  std::array<Byte, 4> hint{};
  if (options.signer == nullptr) return hint;
  keys::Fingerprint print = options.signer->key().fingerprint;
  if (const auto root = keys::parse_certificate(options.signer_root))
    print = keys::fingerprint(keys::Role::issuer, root->public_key);
  std::copy_n(print.begin(), hint.size(), hint.begin());
  return hint;
}

Result<Media> change_media(const Context& context, const Source& source, const MarkOptions& options,
                           std::uint64_t content_id) {
  Media media;
  media.bytes = source.bytes;
  media.inventory = source.look.inventory;
  if (!options.layers.visible && !options.layers.robust) return media;
  if (options.layers.visible)
    SIGNMARK_TRY(label::check_wording(options.visible.text, options.visible.rule));
  SIGNMARK_ASSIGN(const image::ImageRoom* room, image::load());
  SIGNMARK_TRY(context.report("pixels", 0, 1));
  SIGNMARK_ASSIGN(image::EncodedImage encoded,
                  change_pixels(context, *room, media, options, content_id));
  if (encoded.robust) {
    const std::string mime(container::format_info(media.inventory.format).mime);
    SIGNMARK_ASSIGN(media.pixel_digest, room->pixel_digest(context, encoded.file, mime));
  }
  SIGNMARK_ASSIGN(const Rope rope,
                  container::transplant(context, media.bytes, media.inventory, encoded.file));
  media.owned = rope.flatten();
  media.bytes = media.owned;
  media.overlay = std::move(encoded.overlay);
  media.robust = std::move(encoded.robust);
  media.changed = true;
  SIGNMARK_ASSIGN(media.inventory, container::inspect(context, media.bytes));
  SIGNMARK_TRY(context.report("pixels", 1, 1));
  return media;
}

}  // namespace signmark
