// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "image/mark/lattice_mark.hpp"
#include "image/mark/mask.hpp"
#include "image/mark/tile.hpp"
#include "image/mark/vector.hpp"
#include "signal/polar.hpp"

namespace signmark::image {
namespace {

constexpr int kMinSide = 96;
constexpr double kInaudible = 100;     // dB, of no change at all
constexpr double kMegapixel = 0.95e6;  // "from one megapixel up"

struct Caps {
  double psnr, ssim;
};

Caps caps_of(RobustStrength strength, double pixels) {
  switch (strength) {
    case RobustStrength::invisible:
      return {48, 0.995};
    case RobustStrength::normal:
      return {pixels >= kMegapixel ? 45.0 : 42.0, 0.9885};
    case RobustStrength::strong:
      break;
  }
  return {39, 0.975};
}

double uniform(const Context& context) {
  std::array<Byte, 4> bytes{};
  context.random->fill(bytes);
  std::uint32_t word = 0;
  for (const Byte b : bytes) word = word << 8 | b;
  return word * 0x1p-32;
}

/// A place of its own for each picture: averaging many marked pictures then shows nothing
/// (image-mark.md section 10).
LatticePlace draw_place(const Context& context, cv::Size size) {
  LatticePlace place;
  place.width = size.width;
  place.height = size.height;
  place.tile = tile_law(std::sqrt(static_cast<double>(size.width) * size.height)) *
               (0.97 + 0.06 * uniform(context));
  place.rotation_degrees = -2 + 4 * uniform(context);
  place.origin_x = place.tile * uniform(context);
  place.origin_y = place.tile * uniform(context);
  return place;
}

cv::Mat tile_of(const CarrierSet& lattice, const EmbedRequest& request,
                const std::optional<signal::SignedFrame>& signed_frame) {
  const ClassGains gains = class_gains(lattice, signed_frame.has_value());
  cv::Mat spectrum = cv::Mat::zeros(kTileSamples, kTileSamples, CV_32FC2);
  add_carriers(spectrum, lattice.pilots, {}, gains.pilots);
  const signal::PolarCode id_code(kIdCarriers, signal::IdFrame::kBits);
  signal::IdFrame id = request.id;
  id.with_signed = signed_frame.has_value();
  add_carriers(spectrum, lattice.id, id_code.encode(signal::pack(id, lattice.check_key)), gains.id);
  if (signed_frame) {
    add_carriers(spectrum, lattice.fine_pilots, {}, gains.pilots);
    const signal::PolarCode code(kSignedCarriers, signal::SignedFrame::kBits);
    add_carriers(spectrum, lattice.signed_frame,
                 code.encode(signal::pack(*signed_frame, lattice.check_key)), gains.signed_frame);
  }
  return render_tile(spectrum);
}

/// wave * mask * gain, as far as the samples can hold it: nothing gets brighter than white or
/// darker than black. Returns the sum of squares.
SIGNMARK_VECTOR float shape_row(float* wave, const float* mask, const float* luma, float gain,
                                int width) {
  float lanes[8] = {};
  int x = 0;
  for (; x + 8 <= width; x += 8)
    for (int i = 0; i < 8; ++i) {
      const float w = wave[x + i] * mask[x + i] * gain;
      wave[x + i] = std::min(std::max(w, -luma[x + i]), 255 - luma[x + i]);
      lanes[i] += wave[x + i] * wave[x + i];
    }
  for (; x < width; ++x) {
    const float w = wave[x] * mask[x] * gain;
    wave[x] = std::min(std::max(w, -luma[x]), 255 - luma[x]);
    lanes[0] += wave[x] * wave[x];
  }
  float sum = 0;
  for (const float lane : lanes) sum += lane;
  return sum;
}

/// Shapes the wave in place; returns the PSNR of the change.
double shape(const LumaPicture& picture, const Mask& mask, double gain, cv::Mat& wave) {
  cv::Mat full;
  cv::resize(mask.amplitude, full, wave.size(), 0, 0, cv::INTER_LINEAR);
  double power = 0;
  for (int y = 0; y < wave.rows; ++y)
    power += shape_row(wave.ptr<float>(y), full.ptr<float>(y), picture.luma.ptr<float>(y),
                       static_cast<float>(gain), wave.cols);
  power /= static_cast<double>(wave.total());
  if (!picture.opacity.empty()) wave.setTo(0, picture.opacity == 0);
  return power > 0 ? 10 * std::log10(255 * 255 / power) : kInaudible;
}

}  // namespace

Result<Embedding> embed_lattice(const Context& context, const LumaPicture& picture,
                                const EmbedRequest& request) {
  const cv::Size size = picture.luma.size();
  if (std::min(size.width, size.height) < kMinSide)
    return fail("image.mark.size", "the picture is too small for a robust mark", {},
                "use a picture of at least 96 pixels a side, or leave the layer `robust` out");
  SIGNMARK_TRY(context.report("robust mark", 0, 1));
  Embedding result;
  result.lattice = draw_place(context, size);
  std::optional<signal::SignedFrame> signed_frame = request.signed_frame;
  if (signed_frame) {
    SIGNMARK_ASSIGN(signed_frame->signature, request.sign(signal::packed_fields(*signed_frame)));
  }
  result.signed_frame = signed_frame.has_value();
  const Mask mask = perceptual_mask(picture);
  const Caps caps = caps_of(request.strength, static_cast<double>(size.area()));
  const MaskGain gain = solve_gain(mask, caps.psnr, caps.ssim);
  result.ssim = gain.ssim;
  const double each = 1 / std::sqrt(static_cast<double>(request.keys.size()));
  for (const MarkKey& key : request.keys) {
    const CarrierSet lattice = build_lattice(key.key);
    cv::Mat wave = lay_tile(tile_of(lattice, request, signed_frame), result.lattice);
    if (result.change.empty())
      result.change = wave;
    else
      result.change += wave;
  }
  result.psnr_db = shape(picture, mask, gain.gain * each, result.change);
  return result;
}

}  // namespace signmark::image
