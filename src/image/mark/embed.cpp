// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "base/vector.hpp"
#include "image/mark/content.hpp"
#include "image/mark/lattice_mark.hpp"
#include "image/mark/mask.hpp"
#include "image/mark/tile.hpp"
#include "image/mark/tile_hashes.hpp"

namespace signmark::image {
namespace {

constexpr int kMinSide = 96;
constexpr double kInaudible = 100;       // dB, of no change at all
constexpr double kRounding = 0.0006;     // of SSIM, which whole grey levels take (measured)
constexpr double kMegapixel = 0.95e6;    // "from one megapixel up"
constexpr double kSignedPixels = 0.2e6;  // below, the signed frame would outlive nothing

struct Caps {
  double psnr, ssim;
};

Caps caps_of_strength(RobustStrength strength, double pixels) {
  switch (strength) {
    case RobustStrength::invisible:
      return {48, 0.995};
    case RobustStrength::normal:
      return {pixels >= kMegapixel ? 45.0 : 42.0, 0.990};
    case RobustStrength::strong:
      break;
  }
  return {39, 0.975};
}

Caps caps_of(const EmbedRequest& request, double pixels) {
  Caps caps = caps_of_strength(request.strength, pixels);
  if (request.psnr_db > 0) caps.psnr = request.psnr_db;
  if (request.ssim > 0) caps.ssim = request.ssim;
  return caps;
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

/// The signed frame, bound to the picture as this key sees it.
Result<signal::SignedFrame> bound_frame(const LumaPicture& picture, const EmbedRequest& request,
                                        const LatticePlace& place, const CarrierSet& lattice) {
  signal::SignedFrame frame = *request.signed_frame;
  frame.fingerprint = content_fingerprint(picture, place, lattice.fingerprint_key);
  SIGNMARK_ASSIGN(frame.signature, request.sign(signal::packed_fields(frame)));
  return frame;
}

/// Slow waves cost little SSIM and outlive codecs; where texture hides the mark anyway, fast ones
/// meet less of the picture.
float tilt_of(const Mask& mask) {
  constexpr double kTextured = 0.008;  // PSNR binds below, SSIM above
  return mask.ssim_cost < kTextured ? 0.1F : -0.4F;
}

Sharing sharing_of(cv::Size size, bool with_signed) {
  if (!with_signed) return Sharing::id_alone;
  return size.area() >= kMegapixel ? Sharing::signature : Sharing::both;
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
  MaskRows amplitude(mask);
  double power = 0;
  for (int y = 0; y < wave.rows; ++y)
    power += shape_row(wave.ptr<float>(y), amplitude.row(y).ptr<float>(),
                       picture.luma.ptr<float>(y), static_cast<float>(gain), wave.cols);
  power /= static_cast<double>(wave.total());
  if (!picture.opacity.empty()) wave.setTo(0, picture.opacity == 0);
  return power > 0 ? 10 * std::log10(255 * 255 / power) : kInaudible;
}

/// What a wave of some gain makes of the picture.
struct Quality {
  double psnr = kInaudible, ssim = 1;
};

/// Measured on a sample of rows, as they are after black and white took their part of the wave: no
/// closed form tells what SSIM makes of that, nor of texture that differs within its window.
Quality sample_quality(const LumaPicture& picture, const Mask& mask, double gain,
                       const cv::Mat& wave) {
  constexpr int kStrip = 24, kEvery = 6;  // a sixth of the rows
  MaskRows amplitude(mask);
  cv::Mat marked;
  double power = 0, ssim = 0, pixels = 0;
  for (int top = 0; top < wave.rows; top += kStrip * kEvery) {
    const cv::Range rows(top, std::min(top + kStrip, wave.rows));
    const cv::Mat luma = picture.luma.rowRange(rows);
    wave.rowRange(rows).copyTo(marked);
    for (int y = 0; y < marked.rows; ++y)
      power += shape_row(marked.ptr<float>(y), amplitude.row(top + y).ptr<float>(),
                         luma.ptr<float>(y), static_cast<float>(gain), marked.cols);
    marked += luma;
    ssim += mean_ssim(luma, marked) * static_cast<double>(luma.total());
    pixels += static_cast<double>(luma.total());
  }
  return {10 * std::log10(255 * 255 * pixels / std::max(power, 1e-9)), ssim / pixels};
}

/// The largest gain within the caps. Both losses are nearly proportional to the power of the wave,
/// so a few proportional steps find it.
struct Gain {
  double gain = 0, ssim = 1;
};

Gain solve_gain(const LumaPicture& picture, const Mask& mask, const Caps& caps,
                const cv::Mat& wave) {
  constexpr double kMost = 2, kNearly = 1.01;
  constexpr int kRounds = 4;
  const double power =
      cv::norm(mask.amplitude, cv::NORM_L2SQR) / static_cast<double>(mask.amplitude.total());
  if (power <= 0) return {};
  Gain gain{std::sqrt(255 * 255 * std::pow(10, -caps.psnr / 10) / power)};
  for (int i = 0; i < kRounds; ++i) {
    const Quality got = sample_quality(picture, mask, gain.gain, wave);
    const double by_ssim = std::sqrt((1 - caps.ssim - kRounding) / std::max(1 - got.ssim, 1e-9));
    const double by_psnr = std::pow(10, (got.psnr - caps.psnr) / 20);
    const double step = std::min({by_ssim, by_psnr, kMost});
    gain.gain *= step;
    gain.ssim = 1 - (1 - got.ssim) * step * step;
    if (step > 1 / kNearly && step < kNearly) break;
  }
  return gain;
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
  result.tiles = tile_hashes(picture, result.lattice);
  result.signed_frame = request.signed_frame.has_value() && size.area() >= kSignedPixels;
  const Mask mask = perceptual_mask(picture);
  const Caps caps = caps_of(request, static_cast<double>(size.area()));
  const double each = 1 / std::sqrt(static_cast<double>(request.keys.size()));
  const Sharing sharing = sharing_of(size, result.signed_frame);
  for (const MarkKey& key : request.keys) {
    const CarrierSet lattice = tilted(build_lattice(key.key), tilt_of(mask));
    // Each key's tiles lie elsewhere, so that their carriers meet nowhere.
    const bool first = &key == request.keys.data();
    const LatticePlace place = first ? result.lattice : draw_place(context, size);
    std::optional<signal::SignedFrame> signed_frame;
    if (result.signed_frame) {
      SIGNMARK_ASSIGN(signed_frame, bound_frame(picture, request, place, lattice));
    }
    const cv::Mat wave = lay_tile(tile_of(lattice, sharing, request.id, signed_frame), place);
    if (request.keys.size() == 1)
      result.change = wave;
    else
      cv::scaleAdd(wave, each, first ? cv::Mat::zeros(size, CV_32F) : result.change, result.change);
  }
  const Gain gain = solve_gain(picture, mask, caps, result.change);
  result.ssim = gain.ssim;
  result.psnr_db = shape(picture, mask, gain.gain, result.change);
  if (result.psnr_db < caps.psnr) {  // a sample of rows only promised it
    result.change *= std::pow(10, (result.psnr_db - caps.psnr) / 20);
    result.psnr_db = caps.psnr;
  }
  return result;
}

}  // namespace signmark::image
