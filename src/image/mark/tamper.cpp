// SPDX-License-Identifier: Apache-2.0
#include "image/mark/tamper.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "image/mark/mask.hpp"
#include "image/mark/tile.hpp"
#include "image/png_io.hpp"
#include "signal/polar.hpp"

namespace signmark::image {
namespace {

constexpr int kStep = 24;       // canonical pixels a block
constexpr double kTile = 96;    // canonical pixels a tile: finer says nothing more
constexpr float kFloor = 1.0F;  // grey levels: what rounding and compression leave in flat areas
constexpr float kClip = 3;      // deviations: edges must not decide
constexpr double kSigmas[] = {0.8, 1.6, 3.2};  // of the bands, canonical pixels
constexpr double kHighest = 0.48;              // cycles a canonical pixel

/// The picture at the size at which the map is made, and the map of its pixels.
struct Canonical {
  LumaPicture picture;
  LatticeMap map;  ///< from pixel (0, 0)
  double tile = 0;
  int block = 0;
};

Canonical canonical(const LumaPicture& picture, const FoundMark& mark) {
  Canonical result;
  const double wanted = std::min(1.0, kTile / mark.scale);
  result.block = static_cast<int>(std::lround(kStep / wanted));
  const double ratio = static_cast<double>(kStep) / result.block;
  const cv::Size stored = picture.luma.size();
  const cv::Size size(std::max(kStep, static_cast<int>(std::lround(stored.width * ratio))),
                      std::max(kStep, static_cast<int>(std::lround(stored.height * ratio))));
  cv::resize(picture.luma, result.picture.luma, size, 0, 0, cv::INTER_AREA);
  if (!picture.opacity.empty())
    cv::resize(picture.opacity, result.picture.opacity, size, 0, 0, cv::INTER_AREA);
  const double sx = static_cast<double>(size.width) / stored.width;
  const double sy = static_cast<double>(size.height) / stored.height;
  LatticeMap& m = result.map;
  m = mark.map;
  m.a /= sx, m.b /= sy, m.c /= sx, m.d /= sy;
  const double x = (size.width - 1) / 2.0, y = (size.height - 1) / 2.0;
  m.tx -= m.a * x + m.b * y;
  m.ty -= m.c * x + m.d * y;
  result.tile = mark.scale * std::sqrt(sx * sy);
  return result;
}

/// Adds the carriers that this picture can hold.
void add_visible(cv::Mat& spectrum, const std::vector<Carrier>& carriers, const signal::Bits& bits,
                 float gain, double tile) {
  std::vector<Carrier> kept;
  signal::Bits kept_bits;
  for (std::size_t i = 0; i < carriers.size(); ++i) {
    if (carriers[i].radius() > kHighest * tile) continue;
    kept.push_back(carriers[i]);
    if (!bits.empty()) kept_bits.push_back(bits[i]);
  }
  add_carriers(spectrum, kept, kept_bits, gain);
}

/// The tile as far as its payload was read.
cv::Mat known_tile(const FoundMark& mark, const CarrierSet& lattice, double tile) {
  const ClassGains gains =
      class_gains(lattice, mark.id->with_signed ? Sharing::signature : Sharing::id_alone);
  cv::Mat spectrum = cv::Mat::zeros(kTileSamples, kTileSamples, CV_32FC2);
  add_visible(spectrum, lattice.pilots, {}, gains.pilots, tile);
  const signal::PolarCode id_code(kIdCarriers, signal::IdFrame::kBits);
  add_visible(spectrum, lattice.id, id_code.encode(signal::pack(*mark.id, lattice.check_key)),
              gains.id, tile);
  if (mark.signed_frame) {
    add_visible(spectrum, lattice.fine_pilots, {}, gains.pilots, tile);
    const signal::PolarCode code(kSignedCarriers, signal::SignedFrame::kBits);
    add_visible(spectrum, lattice.signed_frame,
                code.encode(signal::pack(*mark.signed_frame, lattice.check_key)),
                gains.signed_frame, tile);
  }
  return render_tile(spectrum);
}

/// How much change each pixel was given, relative; none where it cannot be seen any more.
cv::Mat amplitude_of(const LumaPicture& picture) {
  constexpr double kBlack = 16, kWhite = 247;  // clipped, even when noise was added since
  cv::Mat amplitude, level;
  cv::GaussianBlur(picture.luma, level, {}, 3);
  cv::resize(perceptual_mask(picture).amplitude, amplitude, picture.luma.size(), 0, 0,
             cv::INTER_LINEAR);
  amplitude.setTo(0, level < kBlack);
  amplitude.setTo(0, level > kWhite);
  if (!picture.opacity.empty()) amplitude.setTo(0, picture.opacity < 255);
  return amplitude;
}

// ---------------------------------------------------------------------------------------------
// Correlation, band by band

/// Sums over blocks for one band.
struct Sums {
  cv::Mat along, energy;  // CV_32FC1: residual x wave, wave x wave, both over the local variance
};

cv::Mat block_sums(const cv::Mat& values) {
  cv::Mat sums((values.rows + kStep - 1) / kStep, (values.cols + kStep - 1) / kStep, CV_32F);
  for (int j = 0; j < sums.rows; ++j)
    for (int i = 0; i < sums.cols; ++i)
      sums.at<float>(j, i) = static_cast<float>(cv::sum(
          values(cv::Rect(i * kStep, j * kStep, kStep, kStep) & cv::Rect({}, values.size())))[0]);
  return sums;
}

/// The bands of a plane, finest first.
std::vector<cv::Mat> bands_of(const cv::Mat& plane) {
  std::vector<cv::Mat> bands;
  cv::Mat fine = plane;
  double before = 0;
  for (const double sigma : kSigmas) {
    cv::Mat coarse;
    cv::GaussianBlur(fine, coarse, {}, std::sqrt(sigma * sigma - before * before));
    bands.push_back(fine - coarse);
    fine = coarse;
    before = sigma;
  }
  return bands;
}

/// The picture's bands over their local variance, one over that, and the energy that a block has.
struct Weighed {
  std::vector<cv::Mat> residual, weight, power;
};

Weighed weigh(const cv::Mat& luma) {
  Weighed result;
  const auto bands = bands_of(luma);
  for (std::size_t i = 0; i < bands.size(); ++i) {
    cv::Mat energy;
    cv::GaussianBlur(bands[i].mul(bands[i]), energy, {}, 2 * kSigmas[i]);
    energy = cv::max(energy, 0);
    cv::sqrt(energy, energy);
    const cv::Mat deviation = energy + kFloor;
    cv::Mat normal = bands[i] / deviation;
    normal = cv::min(cv::max(normal, -kClip), kClip);
    result.residual.push_back(normal / deviation);
    result.power.push_back(block_sums(normal.mul(normal)));
    result.weight.push_back(1 / deviation.mul(deviation));
  }
  return result;
}

std::vector<Sums> correlate(const Weighed& weighed, const cv::Mat& wave) {
  const auto bands = bands_of(wave);
  std::vector<Sums> sums;
  for (std::size_t i = 0; i < bands.size(); ++i)
    sums.push_back({block_sums(bands[i].mul(weighed.residual[i])),
                    block_sums(bands[i].mul(bands[i]).mul(weighed.weight[i]))});
  return sums;
}

/// Blocks by how busy they are: coarse quantisation takes the mark from even areas first, so each
/// class has its own gain and noise.
constexpr int kClasses = 6;

/// Class of each block, CV_32SC1, in equal parts from even to busy.
cv::Mat classes_of(const cv::Mat& luma) {
  const cv::Mat detail = bands_of(luma)[1];
  const cv::Mat activity = block_sums(detail.mul(detail));
  std::vector<float> sorted(activity.begin<float>(), activity.end<float>());
  std::sort(sorted.begin(), sorted.end());
  cv::Mat classes(activity.size(), CV_32S);
  for (int j = 0; j < activity.rows; ++j)
    for (int i = 0; i < activity.cols; ++i) {
      const auto rank = std::lower_bound(sorted.begin(), sorted.end(), activity.at<float>(j, i));
      classes.at<int>(j, i) =
          static_cast<int>((rank - sorted.begin()) * kClasses / static_cast<int>(sorted.size()));
    }
  return classes;
}

/// Sum of `upper` over sum of `lower`, class by class, drawn towards that of all blocks.
using ByClass = std::array<double, kClasses>;
ByClass ratios(const cv::Mat& upper, const cv::Mat& lower, const cv::Mat& classes) {
  constexpr double kPrior = 0.3;  // of an average class
  ByClass above{}, below{};
  double all_above = 0, all_below = 1e-9;
  for (int j = 0; j < classes.rows; ++j)
    for (int i = 0; i < classes.cols; ++i) {
      const auto k = static_cast<std::size_t>(classes.at<int>(j, i));
      above[k] += upper.at<float>(j, i), all_above += upper.at<float>(j, i);
      below[k] += lower.at<float>(j, i), all_below += lower.at<float>(j, i);
    }
  const double prior = kPrior * all_below / kClasses;
  for (std::size_t k = 0; k < kClasses; ++k)
    above[k] = (above[k] + prior * all_above / all_below) / (below[k] + prior);
  return above;
}

/// What a wave that is not there correlates to: variance over energy, by band. The same tile in
/// other places has the same spectrum and no more to do with the picture than chance.
std::vector<ByClass> noise_of(const Weighed& weighed, const cv::Mat& tile, const Canonical& scene,
                              const cv::Mat& amplitude, const cv::Mat& classes) {
  constexpr double kAside[][2] = {{0.37, 0.61}, {0.71, 0.23}};  // tiles
  std::vector<Sums> all(std::size(kSigmas));
  for (Sums& sums : all)
    sums.along = cv::Mat::zeros(classes.size(), CV_32F), sums.energy = sums.along.clone();
  for (const auto& aside : kAside) {
    LatticeMap map = scene.map;
    map.tx += aside[0], map.ty += aside[1];
    const cv::Mat wave = lay_tile(tile, map, amplitude.size()).mul(amplitude);
    const auto sums = correlate(weighed, wave);
    for (std::size_t i = 0; i < sums.size(); ++i) {
      all[i].along += sums[i].along.mul(sums[i].along);
      all[i].energy += sums[i].energy;
    }
  }
  std::vector<ByClass> noise;
  for (const Sums& sums : all) {
    noise.push_back(ratios(sums.along, sums.energy, classes));
    for (double& n : noise.back()) n = std::max(n, 1e-6);
  }
  return noise;
}

/// What is found of the mark and what is expected, in deviations squared: without the mark `found`
/// has mean 0 and variance `expected`, with it mean `expected`.
struct Evidence {
  cv::Mat found, expected;  // CV_32FC1
};

/// Adds one band: it counts by the gain at which its share of the mark arrived, over its noise. A
/// block with less energy than the mark alone should have was evened out by a codec: it says
/// nothing.
void add_band(const Sums& sums, const cv::Mat& power, const ByClass& gains, const ByClass& noise,
              double laid, const cv::Mat& classes, Evidence& evidence) {
  constexpr double kEvenedOut = 0.5;
  for (int j = 0; j < classes.rows; ++j)
    for (int i = 0; i < classes.cols; ++i) {
      const auto k = static_cast<std::size_t>(classes.at<int>(j, i));
      const double gain = std::max(0.0, gains[k]);
      if (power.at<float>(j, i) < kEvenedOut * laid * laid * sums.energy.at<float>(j, i)) continue;
      evidence.found.at<float>(j, i) +=
          static_cast<float>(sums.along.at<float>(j, i) * gain / noise[k]);
      evidence.expected.at<float>(j, i) +=
          static_cast<float>(sums.energy.at<float>(j, i) * gain * gain / noise[k]);
    }
}

/// Blocks that seem altered must not lower the gain: it is measured again without them.
Evidence combine(const std::vector<Sums>& sums, const std::vector<cv::Mat>& power,
                 const std::vector<ByClass>& noise, const cv::Mat& classes) {
  constexpr int kRounds = 4;
  constexpr double kAltered = 0.3;
  Evidence evidence;
  cv::Mat trusted = cv::Mat::ones(classes.size(), CV_32F);
  for (int round = 0; round < kRounds; ++round) {
    evidence.found = cv::Mat::zeros(classes.size(), CV_32F);
    evidence.expected = evidence.found.clone();
    std::vector<ByClass> gains;
    double laid = 0;  // where it arrived best the gain is that of the embedder
    for (const Sums& band : sums) {
      gains.push_back(ratios(band.along.mul(trusted), band.energy.mul(trusted), classes));
      laid = std::max(laid, *std::max_element(gains.back().begin(), gains.back().end()));
    }
    for (std::size_t i = 0; i < sums.size(); ++i)
      add_band(sums[i], power[i], gains[i], noise[i], laid, classes, evidence);
    cv::Mat found, expected;
    cv::blur(evidence.found, found, {3, 3});
    cv::blur(evidence.expected, expected, {3, 3});
    const cv::Mat kept = found >= kAltered * expected;
    kept.convertTo(trusted, CV_32F, 1.0 / 255);
  }
  return evidence;
}

/// A block and its neighbourhood: narrow where the mark is loud, wider where it is not.
Presence judge(const Evidence& evidence, int block) {
  constexpr double kReaches[] = {0.7, 1.2, 2.0};  // blocks
  constexpr float kEnough = 4;
  Presence presence;
  presence.block = block;
  for (const double reach : kReaches) {
    const cv::Mat kernel =
        cv::getGaussianKernel(2 * static_cast<int>(std::ceil(2 * reach)) + 1, reach, CV_32F);
    const cv::Mat squared = kernel.mul(kernel);
    cv::Mat found, expected, variance, ratio, distinctness;
    cv::sepFilter2D(evidence.found, found, -1, kernel, kernel, {-1, -1}, 0, cv::BORDER_CONSTANT);
    cv::sepFilter2D(evidence.expected, expected, -1, kernel, kernel, {-1, -1}, 0,
                    cv::BORDER_CONSTANT);
    cv::sepFilter2D(evidence.expected, variance, -1, squared, squared, {-1, -1}, 0,
                    cv::BORDER_CONSTANT);
    cv::divide(found, cv::max(expected, 1e-9), ratio);
    cv::sqrt(cv::max(variance, 1e-9), variance);
    cv::divide(expected, variance, distinctness);
    if (presence.found.empty()) {
      presence.found = ratio;
      presence.distinctness = distinctness;
      continue;
    }
    const cv::Mat better =
        (presence.distinctness < kEnough) & (distinctness > presence.distinctness);
    ratio.copyTo(presence.found, better);
    distinctness.copyTo(presence.distinctness, better);
  }
  return presence;
}

}  // namespace

Presence presence_of_mark(const LumaPicture& picture, const FoundMark& mark,
                          const CarrierSet& lattice) {
  const Canonical scene = canonical(picture, mark);
  const cv::Mat amplitude = amplitude_of(scene.picture);
  const cv::Mat tile = known_tile(mark, lattice, scene.tile);
  const Weighed weighed = weigh(scene.picture.luma);
  const cv::Mat wave = lay_tile(tile, scene.map, amplitude.size()).mul(amplitude);
  const cv::Mat classes = classes_of(scene.picture.luma);
  const auto noise = noise_of(weighed, tile, scene, amplitude, classes);
  const Evidence evidence = combine(correlate(weighed, wave), weighed.power, noise, classes);
  return judge(evidence, scene.block);
}

namespace {

using Block = TamperMap::Block;

constexpr float kDistinct = 4;    // deviations between with and without the mark: else unknowable
constexpr float kMissing = 3.5F;  // deviations below what is expected
constexpr float kAltered = 0.5F;  // and this part of it

TamperMap decide(const Presence& presence) {
  TamperMap map;
  map.block = presence.block;
  map.columns = presence.found.cols;
  map.rows = presence.found.rows;
  for (int j = 0; j < map.rows; ++j)
    for (int i = 0; i < map.columns; ++i) {
      const float distinctness = presence.distinctness.at<float>(j, i);
      const float found = presence.found.at<float>(j, i);
      const bool distinct = distinctness >= kDistinct;
      const bool altered = found < kAltered && (1 - found) * distinctness > kMissing;
      map.blocks.push_back(!distinct ? Block::unknowable
                           : altered ? Block::altered
                                     : Block::intact);
    }
  return map;
}

std::size_t place_of(const TamperMap& map, int column, int row) {
  return static_cast<std::size_t>(row) * static_cast<std::size_t>(map.columns) +
         static_cast<std::size_t>(column);
}

/// An altered block without altered neighbours is chance: the evidence of neighbours overlaps.
void drop_single_blocks(TamperMap& map) {
  const std::vector<Block> before = map.blocks;
  const auto altered = [&](int i, int j) {
    return i >= 0 && j >= 0 && i < map.columns && j < map.rows &&
           before[place_of(map, i, j)] == Block::altered;
  };
  for (int j = 0; j < map.rows; ++j)
    for (int i = 0; i < map.columns; ++i)
      if (altered(i, j) && !altered(i - 1, j) && !altered(i + 1, j) && !altered(i, j - 1) &&
          !altered(i, j + 1))
        map.blocks[place_of(map, i, j)] = Block::intact;
}

/// Blocks whose centre lies in a tile that differs.
void add_tiles(const TileComparison& tiles, TamperMap& map) {
  for (const auto& corners : tiles.places) {
    const std::vector<cv::Point2f> outline(corners.begin(), corners.end());
    for (int j = 0; j < map.rows; ++j)
      for (int i = 0; i < map.columns; ++i) {
        const cv::Point2f centre((static_cast<float>(i) + 0.5F) * static_cast<float>(map.block),
                                 (static_cast<float>(j) + 0.5F) * static_cast<float>(map.block));
        if (cv::pointPolygonTest(outline, centre, false) >= 0)
          map.blocks[place_of(map, i, j)] = Block::altered;
      }
  }
}

cv::Vec3b tint_of(Block block) {
  switch (block) {
    case Block::intact:
      return {40, 160, 60};
    case Block::altered:
      return {230, 40, 30};
    case Block::unknowable:
      break;
  }
  return {120, 120, 120};
}

/// The darkened picture with a tint for each block, RGB.
Result<Bytes> draw(const LumaPicture& picture, const TamperMap& map) {
  PngPicture png;
  png.width = static_cast<std::uint32_t>(picture.luma.cols);
  png.height = static_cast<std::uint32_t>(picture.luma.rows);
  png.colour_type = PNG_COLOR_TYPE_RGB;
  png.pixels.create(picture.luma.size(), CV_8UC3);
  for (int y = 0; y < png.pixels.rows; ++y)
    for (int x = 0; x < png.pixels.cols; ++x) {
      const int index = y / map.block * map.columns + x / map.block;
      const cv::Vec3b tint = tint_of(map.blocks[static_cast<std::size_t>(index)]);
      cv::Vec3b& pixel = png.pixels.at<cv::Vec3b>(y, x);
      for (int c = 0; c < 3; ++c)
        pixel[c] = cv::saturate_cast<std::uint8_t>(0.5F * picture.luma.at<float>(y, x) +
                                                   0.35F * static_cast<float>(tint[c]));
    }
  return write_png(png);
}

}  // namespace

Result<TamperMap> tamper_map(const LumaPicture& picture, const FoundMark& mark,
                             const CarrierSet& lattice, const TileComparison& tiles) {
  TamperMap map = decide(presence_of_mark(picture, mark, lattice));
  drop_single_blocks(map);
  add_tiles(tiles, map);
  SIGNMARK_ASSIGN(map.png, draw(picture, map));
  return map;
}

}  // namespace signmark::image
