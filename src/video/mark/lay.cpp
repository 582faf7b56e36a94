// SPDX-License-Identifier: Apache-2.0
#include "video/mark/lay.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/vector.hpp"
#include "image/mark/tile.hpp"

namespace signmark::video {
namespace {

constexpr int kDitherRows = 64;
constexpr int kFractionBits = 6;  // the change is computed in 1/64 of a level of 8 bits

/// Smallest and largest sample that the range of the film allows.
struct Range {
  int least, most;
};

Range range_of(const Luma& frame) {
  constexpr int kBlack = 16, kWhite = 235;
  if (frame.full_range) return {0, (1 << frame.bits) - 1};
  return {kBlack << (frame.bits - 8), kWhite << (frame.bits - 8)};
}

/// What one row needs beside its samples.
struct RowMark {
  const std::int8_t* wave;
  const std::int16_t *above, *below;  // gains
  std::int16_t weight;                // of the lower, of 32768
  const std::uint8_t* dither;
};

/// The upper half of a product: one instruction for many samples.
inline std::int16_t high(std::int16_t a, std::int16_t b) {
  return static_cast<std::int16_t>((static_cast<int>(a) * b) >> 16);
}

inline std::int16_t change_at(const RowMark& mark, int x) {
  const auto rise = static_cast<std::int16_t>(2 * (mark.below[x] - mark.above[x]));
  const auto gain = static_cast<std::int16_t>(mark.above[x] + high(rise, mark.weight));
  return high(static_cast<std::int16_t>(mark.wave[x] * 128), gain);
}

SIGNMARK_VECTOR void lay_bytes(const std::uint8_t* in, RowMark mark, Range range, std::uint8_t* out,
                               int width) {
  const auto least = static_cast<std::int16_t>(range.least);
  const auto most = static_cast<std::int16_t>(range.most);
  SIGNMARK_IN_PLACE
  for (int x = 0; x < width; ++x) {
    const std::int16_t change =
        static_cast<std::int16_t>(change_at(mark, x) + mark.dither[x]) >> kFractionBits;
    const std::int16_t before = in[x];
    const auto after = static_cast<std::int16_t>(before + change);
    out[x] = static_cast<std::uint8_t>(
        std::min(std::max(after, std::min(before, least)), std::max(before, most)));
  }
}

SIGNMARK_VECTOR void lay_words(const std::uint16_t* in, RowMark mark, Range range, int depth,
                               std::uint16_t* out, int width) {
  SIGNMARK_IN_PLACE
  for (int x = 0; x < width; ++x) {
    const int change = (change_at(mark, x) * (1 << depth) + mark.dither[x]) >> kFractionBits;
    const int before = in[x];
    out[x] = static_cast<std::uint16_t>(std::min(
        std::max(before + change, std::min(before, range.least)), std::max(before, range.most)));
  }
}

template <class Sample>
double squares(const Sample* before, const Sample* after, int width) {
  std::int64_t sum = 0;
  for (int x = 0; x < width; ++x) {
    const int change = after[x] - before[x];
    sum += static_cast<std::int64_t>(change * change);
  }
  return static_cast<double>(sum);
}

template <class Sample>
const Sample* row_of(const Luma& frame, int y) {
  return reinterpret_cast<const Sample*>(static_cast<const Byte*>(frame.data) + y * frame.stride);
}

template <class Sample>
Sample* row_of(const MutableLuma& out, int y) {
  return reinterpret_cast<Sample*>(static_cast<Byte*>(out.data) + y * out.stride);
}

/// `lay_row(in, mark, out)` for every row.
template <class Sample, class LayRow>
double lay_rows(const Luma& frame, const cv::Mat& wave, const GainMap& gain, const cv::Mat& dither,
                const MutableLuma& out, const LayRow& lay_row) {
  constexpr int kMeasured = 8;
  double power = 0, pixels = 0;
  std::vector<Sample> before(static_cast<std::size_t>(frame.width));
  for (int y = 0; y < frame.height; ++y) {
    const GainMap::Between at = gain.between(y);
    const RowMark mark{wave.ptr<std::int8_t>(y), gain.rows().ptr<std::int16_t>(at.above),
                       gain.rows().ptr<std::int16_t>(at.below),
                       static_cast<std::int16_t>(at.weight),
                       dither.ptr<std::uint8_t>(y % kDitherRows)};
    const auto* in = row_of<Sample>(frame, y);
    auto* to = row_of<Sample>(out, y);
    const bool measured = y % kMeasured == 0;
    if (measured) std::copy_n(in, frame.width, before.data());
    lay_row(in, mark, to);
    if (!measured) continue;
    power += squares(before.data(), to, frame.width);
    pixels += frame.width;
  }
  const double level = std::ldexp(1.0, frame.bits - 8);
  return power / (pixels * level * level);
}

}  // namespace

cv::Mat wave_of(std::span<const LaidTile> tiles, cv::Size size) {
  constexpr int kStrip = 256;  // rows: a whole plane of floats is not needed
  const double each = kWaveUnits / std::sqrt(static_cast<double>(tiles.size()));
  cv::Mat wave(size, CV_8S);
  for (int top = 0; top < size.height; top += kStrip) {
    const cv::Range rows(top, std::min(top + kStrip, size.height));
    cv::Mat sum = cv::Mat::zeros(rows.size(), size.width, CV_32F);
    for (const LaidTile& laid : tiles) {
      image::LatticeMap map = image::map_of(laid.place);
      map.tx += map.b * top;
      map.ty += map.d * top;
      cv::scaleAdd(image::lay_tile(laid.tile, map, sum.size()), each, sum, sum);
    }
    sum.convertTo(wave.rowRange(rows), CV_8S);
  }
  return wave;
}

cv::Mat dither_rows(int width) {
  // The R2 sequence (Roberts 2018): neighbours differ as much as they can.
  constexpr double kAcross = 0.7548776662466927, kDown = 0.5698402909980532;
  cv::Mat rows(kDitherRows, width, CV_8U);
  for (int y = 0; y < rows.rows; ++y)
    for (int x = 0; x < width; ++x) {
      const double at = x * kAcross + y * kDown;
      rows.at<std::uint8_t>(y, x) =
          static_cast<std::uint8_t>((at - std::floor(at)) * (1 << kFractionBits));
    }
  return rows;
}

double lay(const Luma& frame, const cv::Mat& wave, const GainMap& gain, const cv::Mat& dither,
           MutableLuma out) {
  const Range range = range_of(frame);
  const int width = frame.width;
  if (frame.bits == 8)
    return lay_rows<std::uint8_t>(frame, wave, gain, dither, out,
                                  [&](const std::uint8_t* in, const RowMark& mark,
                                      std::uint8_t* to) { lay_bytes(in, mark, range, to, width); });
  return lay_rows<std::uint16_t>(
      frame, wave, gain, dither, out,
      [&](const std::uint16_t* in, const RowMark& mark, std::uint16_t* to) {
        lay_words(in, mark, range, frame.bits - 8, to, width);
      });
}

}  // namespace signmark::video
