// SPDX-License-Identifier: Apache-2.0
// The beginning of a VP8 frame header (RFC 6386 sections 9.1 to 9.6 and 19.2).
#include "image/webp_quality.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/bytes.hpp"

namespace signmark::image {
namespace {

constexpr std::size_t kSegments = 4;

/// The boolean entropy decoder of RFC 6386 section 7.3.
class BoolDecoder {
 public:
  explicit BoolDecoder(ByteView data) : data_(data) {
    value_ = next_byte() << 8U;
    value_ |= next_byte();
  }

  bool flag(unsigned probability = 128) {
    const unsigned split = 1 + (((range_ - 1) * probability) >> 8U);
    const bool one = value_ >= split << 8U;
    if (one) value_ -= split << 8U;
    range_ = one ? range_ - split : split;
    while (range_ < 128) shift();
    return one;
  }
  int literal(int bits) {
    int value = 0;
    while (bits-- > 0) value = value * 2 + (flag() ? 1 : 0);
    return value;
  }
  int signed_literal(int bits) {
    const int size = literal(bits);
    return flag() ? -size : size;
  }
  /// Whether bytes were asked for that are not there.
  [[nodiscard]] bool overrun() const { return overrun_; }

 private:
  void shift() {
    value_ <<= 1U;
    range_ <<= 1U;
    if (++shifted_ < 8) return;
    shifted_ = 0;
    value_ |= next_byte();
  }
  unsigned next_byte() {
    overrun_ = overrun_ || position_ == data_.size();
    return overrun_ ? 0 : data_[position_++];
  }

  ByteView data_;
  std::size_t position_ = 0;
  unsigned value_ = 0, range_ = 255, shifted_ = 0;
  bool overrun_ = false;
};

/// Segments of the picture with quantisers of their own (section 9.3).
struct Segmentation {
  bool enabled = false, absolute = false;
  std::array<int, kSegments> quantiser{};
  std::array<double, kSegments> share{1, 0, 0, 0};  ///< expected part of the macroblocks
};

void read_segment_data(BoolDecoder& bits, Segmentation& segments) {
  segments.absolute = bits.flag();
  for (int& quantiser : segments.quantiser) quantiser = bits.flag() ? bits.signed_literal(7) : 0;
  for (std::size_t i = 0; i < kSegments; ++i)
    if (bits.flag()) bits.signed_literal(6);  // loop filter
}

/// The tree's probabilities say how many macroblocks each segment has.
void read_segment_map(BoolDecoder& bits, Segmentation& segments) {
  std::array<double, 3> zero{};
  for (double& p : zero) p = (bits.flag() ? bits.literal(8) : 255) / 256.0;
  segments.share = {zero[0] * zero[1], zero[0] * (1 - zero[1]), (1 - zero[0]) * zero[2],
                    (1 - zero[0]) * (1 - zero[2])};
}

Segmentation read_segmentation(BoolDecoder& bits) {
  Segmentation segments;
  segments.enabled = bits.flag();
  if (!segments.enabled) return segments;
  const bool has_map = bits.flag(), has_data = bits.flag();
  if (has_data) read_segment_data(bits, segments);
  if (has_map) read_segment_map(bits, segments);
  return segments;
}

void skip_filter(BoolDecoder& bits) {
  bits.literal(1 + 6 + 3);  // type, level, sharpness
  if (!bits.flag() || !bits.flag()) return;
  for (int delta = 0; delta < 8; ++delta)
    if (bits.flag()) bits.signed_literal(6);
}

double mean_quantiser(const Segmentation& segments, int base) {
  if (!segments.enabled) return base;
  double sum = 0, shares = 0;
  for (std::size_t i = 0; i < kSegments; ++i) {
    const int own = segments.absolute ? segments.quantiser[i] : base + segments.quantiser[i];
    sum += segments.share[i] * std::clamp(own, 0, 127);
    shares += segments.share[i];
  }
  return sum / shares;
}

/// The inverse of libwebp's QualityToCompression (quant_enc.c).
float quality_of(double quantiser) {
  const double linear = std::pow(1 - quantiser / 127, 3);
  return static_cast<float>(100 * (linear < 0.5 ? linear * 1.5 : (linear + 1) / 2));
}

}  // namespace

std::optional<float> vp8_quality(ByteView frame) {
  ByteReader reader(frame, "image.webp");
  constexpr std::size_t kHeader = 10;  // frame tag, start code, dimensions
  const auto tag = reader.u8();
  if (!tag || (*tag & 1) != 0 || !reader.seek(kHeader)) return std::nullopt;
  BoolDecoder bits(reader.rest());
  bits.literal(2);  // colour space, clamping
  const Segmentation segments = read_segmentation(bits);
  skip_filter(bits);
  bits.literal(2);  // partitions
  const int base = bits.literal(7);
  if (bits.overrun()) return std::nullopt;
  return quality_of(mean_quantiser(segments, base));
}

}  // namespace signmark::image
