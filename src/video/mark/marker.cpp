// SPDX-License-Identifier: Apache-2.0
// FrameMarker: one pass, one frame at a time.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "image/mark/content.hpp"
#include "image/mark/tile.hpp"
#include "signal/streams.hpp"
#include "video/mark/holds.hpp"
#include "video/mark/lay.hpp"
#include "video/mark/picture.hpp"

namespace signmark::video {
namespace {

constexpr int kMinSide = 96;
constexpr double kLeastSigned = 8;  // seconds: a shorter film has too few holds for a signed frame
constexpr double kBorder = 0.001;   // seconds: times are rounded to the stream's clock
// Amplitudes fall faster with the radius than in pictures: encoders of film cut off sooner.
constexpr float kTilt = -0.5F;
constexpr double kInaudible = 100;  // dB, of no change at all

double psnr_of_strength(image::RobustStrength strength) {
  switch (strength) {
    case image::RobustStrength::invisible:
      return 48;
    case image::RobustStrength::normal:
      return 45;
    case image::RobustStrength::strong:
      break;
  }
  return 42;
}

/// One key's part of the mark.
struct Layer {
  image::CarrierSet lattice;
  ShiftTable shifts;
  image::LatticePlace place;  ///< of the first hold of every section
  cv::Mat tile;               ///< of the present section
};

class Marker final : public FrameMarker {
 public:
  Marker(const FilmShape& shape, const image::RobustRequest& request,
         const std::vector<image::MarkKey>& keys);
  bool begins_hold(double seconds) override;
  Status mark(const Luma& frame, MutableLuma out) override;
  [[nodiscard]] PictureReport report() const override;

 private:
  Status begin_section(const Luma& frame);
  void begin_hold();
  Result<signal::SignedFrame> bound_frame(const Luma& frame, const Layer& layer);
  [[nodiscard]] image::Sharing sharing() const;

  FilmShape shape_;
  image::RobustRequest request_;
  bool with_signed_;
  std::vector<Layer> layers_;
  GainMap gain_;
  cv::Mat wave_, dither_;
  std::int64_t hold_ = -1, section_ = -1;
  bool hold_begins_ = false;
  PictureReport report_;
  double sum_of_psnr_ = 0;
};

/// Follows from key and content id, so that a host that renders with several markers at once lays
/// one mark, and differs from film to film, so that an average over films shows nothing.
image::LatticePlace draw_place(const FilmShape& shape, const image::MarkKey& key,
                               std::uint64_t content_id) {
  signal::KeyStream stream(key.key, fmt::format("place of {:016x}", content_id));
  image::LatticePlace place;
  place.width = shape.width;
  place.height = shape.height;
  place.tile =
      tile_of_side(std::min(shape.width, shape.height)) * (1 + kTileDraw * (2 * stream.unit() - 1));
  place.origin_x = 2 * place.tile * stream.unit();
  place.origin_y = 2 * place.tile * stream.unit();
  return place;
}

Marker::Marker(const FilmShape& shape, const image::RobustRequest& request,
               const std::vector<image::MarkKey>& keys)
    : shape_(shape),
      request_(request),
      with_signed_(request.sign && (shape.seconds < 0 || shape.seconds >= kLeastSigned)),
      gain_(shape, psnr_of_strength(request.strength)),
      dither_(dither_rows(shape.width)) {
  request_.keys.clear();  // the caller's
  for (const image::MarkKey& key : keys)
    layers_.push_back({image::tilted(image::build_lattice(key.key), kTilt),
                       shift_table(key.key),
                       draw_place(shape, key, request.content_id),
                       {}});
  report_.signed_frame = with_signed_;
  if (request.sign && !with_signed_)
    report_.why_no_signed_frame = "the film is shorter than 8 seconds";
  report_.worst_psnr_db = kInaudible;
}

bool Marker::begins_hold(double seconds) {
  const auto hold = static_cast<std::int64_t>(std::floor((seconds + kBorder) / kHoldSeconds));
  hold_begins_ = hold_begins_ || hold != hold_;
  hold_ = hold;
  return hold_begins_;
}

image::Sharing Marker::sharing() const {
  return with_signed_ ? image::Sharing::both : image::Sharing::id_alone;
}

/// Bound to the picture as the reader will see it, at a size that is enough for it.
Result<signal::SignedFrame> Marker::bound_frame(const Luma& frame, const Layer& layer) {
  signal::SignedFrame result;
  result.content_id = request_.content_id;
  result.issuer_hint = request_.issuer_hint;
  result.time = static_cast<std::uint32_t>(
      std::clamp<UnixTime>(request_.time, 0, std::numeric_limits<std::uint32_t>::max()));
  const Canonical small = canonical(frame);
  image::LatticePlace place = layer.place;
  // Aspect changes by less than a pixel's part when sides are rounded.
  place.width = small.luma.cols;
  place.height = small.luma.rows;
  place.tile *= small.scale_x;
  place.origin_x = (place.origin_x + 0.5) * small.scale_x - 0.5;
  place.origin_y = (place.origin_y + 0.5) * small.scale_y - 0.5;
  result.fingerprint =
      image::content_fingerprint({small.luma, {}}, place, layer.lattice.fingerprint_key);
  SIGNMARK_ASSIGN(result.signature, request_.sign(signal::packed_fields(result)));
  return result;
}

Status Marker::begin_section(const Luma& frame) {
  signal::IdFrame id;
  id.content_id = request_.content_id;
  std::copy_n(request_.issuer_hint.begin(), id.issuer_hint.size(), id.issuer_hint.begin());
  for (Layer& layer : layers_) {
    std::optional<signal::SignedFrame> signed_frame;
    if (with_signed_) {
      SIGNMARK_ASSIGN(signed_frame, bound_frame(frame, layer));
      if (report_.fingerprint == 0) report_.fingerprint = signed_frame->fingerprint;
    }
    layer.tile = image::tile_of(layer.lattice, sharing(), id, signed_frame);
  }
  return {};
}

void Marker::begin_hold() {
  const auto phase =
      static_cast<std::size_t>((hold_ % kHoldsInSection + kHoldsInSection) % kHoldsInSection);
  std::vector<LaidTile> tiles;
  for (const Layer& layer : layers_) {
    image::LatticePlace place = layer.place;
    place.origin_x -= layer.shifts[phase].x * place.tile;
    place.origin_y -= layer.shifts[phase].y * place.tile;
    tiles.push_back({layer.tile, place});
  }
  wave_ = wave_of(tiles, {shape_.width, shape_.height});
  ++report_.holds;
}

Status Marker::mark(const Luma& frame, MutableLuma out) {
  gain_.follow(frame);
  const std::int64_t section =
      static_cast<std::int64_t>(std::floor(static_cast<double>(hold_) / kHoldsInSection));
  if (hold_begins_ || wave_.empty()) {
    if (section != section_ || layers_.front().tile.empty()) SIGNMARK_TRY(begin_section(frame));
    section_ = section;
    begin_hold();
    hold_begins_ = false;
  }
  const double power = lay(frame, wave_, gain_, dither_, out);
  const double psnr =
      power > 0 ? std::min(10 * std::log10(255 * 255 / power), kInaudible) : kInaudible;
  ++report_.frames;
  sum_of_psnr_ += psnr;
  report_.worst_psnr_db = std::min(report_.worst_psnr_db, psnr);
  return {};
}

PictureReport Marker::report() const {
  PictureReport report = report_;
  if (report.frames > 0) report.psnr_db = sum_of_psnr_ / static_cast<double>(report.frames);
  return report;
}

}  // namespace

Result<std::unique_ptr<FrameMarker>> make_frame_marker(const FilmShape& shape,
                                                       const image::RobustRequest& request) {
  if (std::min(shape.width, shape.height) < kMinSide)
    return fail("video.mark.size", "the film is too small for a robust mark", {},
                "use a film of at least 96 pixels a side, or leave the layer `robust` out");
  SIGNMARK_ASSIGN(const auto keys, image::mark_keys(request.keys));
  return std::make_unique<Marker>(shape, request, keys);
}

}  // namespace signmark::video
