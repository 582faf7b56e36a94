// SPDX-License-Identifier: Apache-2.0
// One call of the image room, and the metadata of the original around its result.
#include "pipeline/pixels.hpp"

#include "base/text.hpp"
#include "pipeline/prose.hpp"
#include "pipeline/tile_record.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace signmark {
namespace {

Result<image::EncodedImage> change_pixels(const Context& context, const image::ImageRoom& room,
                                          const Media& media, const MarkOptions& options,
                                          std::uint64_t content_id) {
  const std::string mime(container::format_info(media.inventory.format).mime);
  image::PixelChanges changes;
  if (options.layers.visible) changes.label = &options.visible;
  if (!options.layers.robust)
    return room.change_pixels(context, media.bytes, mime, media.inventory.orientation, changes,
                              options.encode);
  SIGNMARK_ASSIGN(const CarrierKeys keys, CarrierKeys::to_mark(options, kPictures.key));
  const image::RobustRequest request =
      robust_request(context, options, keys, kPictures, content_id);
  changes.robust = &request;
  return room.change_pixels(context, media.bytes, mime, media.inventory.orientation, changes,
                            options.encode);
}

struct Box {
  double left = 0, top = 0, right = 0, bottom = 0;

  void take(double x, double y) {
    left = std::min(left, x), right = std::max(right, x);
    top = std::min(top, y), bottom = std::max(bottom, y);
  }
  [[nodiscard]] bool meets(const Box& other) const {
    return left < other.right && other.left < right && top < other.bottom && other.top < bottom;
  }
};

/// The stored pixels under the label, which lies in the picture as a person sees it (EXIF 2.32,
/// Orientation: 2 to 4 mirror or turn by half, 5 to 8 exchange the sides).
Box stored_box(const label::Overlay& overlay, int orientation, double width, double height) {
  const auto stored = [&](double x, double y) {
    if (orientation >= 5) std::swap(x, y);
    const bool from_right =
        orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    const bool from_bottom =
        orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    return std::pair(from_right ? width - x : x, from_bottom ? height - y : y);
  };
  const auto [x, y] = stored(overlay.x, overlay.y);
  Box box{x, y, x, y};
  const auto [far_x, far_y] = stored(overlay.x + overlay.width, overlay.y + overlay.height);
  box.take(far_x, far_y);
  return box;
}

Box tile_box(const image::LatticePlace& lattice, const image::TileHash& tile) {
  constexpr double kDegree = std::numbers::pi / 180;
  const double cosine = std::cos(lattice.rotation_degrees * kDegree) * lattice.tile;
  const double sine = std::sin(lattice.rotation_degrees * kDegree) * lattice.tile;
  const auto place = [&](double u, double v) {
    return std::pair(lattice.origin_x + cosine * u - sine * v,
                     lattice.origin_y + sine * u + cosine * v);
  };
  const auto [x, y] = place(tile.column, tile.row);
  Box box{x, y, x, y};
  for (const auto& [u, v] : {std::pair(1, 0), std::pair(0, 1), std::pair(1, 1)}) {
    const auto [corner_x, corner_y] = place(tile.column + u, tile.row + v);
    box.take(corner_x, corner_y);
  }
  return box;
}

/// The list was made before the label was drawn: what lies under it would count as edited.
void drop_covered_tiles(const label::Overlay& overlay, int orientation,
                        image::RobustReport& report) {
  if (overlay.width == 0) return;
  const image::LatticePlace& lattice = report.lattice;
  const Box covered = stored_box(overlay, orientation, lattice.width, lattice.height);
  std::erase_if(report.tiles, [&](const image::TileHash& tile) {
    return tile_box(lattice, tile).meets(covered);
  });
}

}  // namespace

Result<std::uint64_t> given_content_id(const std::string& text) {
  const auto bytes = unhex(text);
  const auto id = bytes ? id_of(*bytes) : std::nullopt;
  if (!id) return fail("cli.content-id", "a content id has 16 hexadecimal digits", text);
  return *id;
}

Result<std::uint64_t> chosen_content_id(const Context& context, const MarkOptions& options) {
  if (!options.content_id.empty()) return given_content_id(options.content_id);
  std::array<Byte, 8> id{};
  context.random->fill(id);
  return *id_of(id);
}

std::array<Byte, 4> key_hint(const MarkOptions& options) {
  std::array<Byte, 4> hint{};
  if (options.signer == nullptr) return hint;
  keys::Fingerprint print = options.signer->key().fingerprint;
  if (const auto root = keys::parse_certificate(options.signer_root))
    print = keys::fingerprint(keys::Role::issuer, root->public_key);
  std::copy_n(print.begin(), hint.size(), hint.begin());
  return hint;
}

image::RobustRequest robust_request(const Context& context, const MarkOptions& options,
                                    const CarrierKeys& keys, const MarkMedium& medium,
                                    std::uint64_t content_id) {
  image::RobustRequest request;
  request.keys = keys.keys();
  request.strength = options.strength;
  request.content_id = content_id;
  request.issuer_hint = key_hint(options);
  request.time = context.clock->now();
  if (options.signer != nullptr)
    request.sign = [signer = options.signer, type = medium.frame_type](ByteView fields) {
      return signer->sign_object(type, fields);
    };
  return request;
}

Result<Media> change_media(const Context& context, const Source& source, const MarkOptions& options,
                           const Laying& laying) {
  Media media;
  media.bytes = source.bytes;
  media.inventory = source.look.inventory;
  media.name = source.name;
  if (!options.layers.visible && !options.layers.robust) return media;
  if (container::format_info(media.inventory.format).document) {
    SIGNMARK_TRY(change_document(context, options, laying, media));
    return media;
  }
  if (options.layers.visible)
    SIGNMARK_TRY(label::check_wording(options.visible.text, options.visible.rule));
  if (container::format_info(media.inventory.format).timed) {
    SIGNMARK_TRY(change_timed(context, options, laying, media));
    return media;
  }
  SIGNMARK_ASSIGN(const image::ImageRoom* room, image::load());
  SIGNMARK_TRY(context.report("pixels", 0, 1));
  SIGNMARK_ASSIGN(image::EncodedImage encoded,
                  change_pixels(context, *room, media, options, laying.content_id));
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
  if (media.robust) drop_covered_tiles(media.overlay, media.inventory.orientation, *media.robust);
  media.changed = true;
  SIGNMARK_ASSIGN(media.inventory, container::inspect(context, media.bytes));
  SIGNMARK_TRY(context.report("pixels", 1, 1));
  return media;
}

}  // namespace signmark
