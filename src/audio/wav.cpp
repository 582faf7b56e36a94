// SPDX-License-Identifier: Apache-2.0
#include "audio/wav.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numbers>

#include "base/bytes.hpp"

namespace signmark::audio {
namespace {

constexpr int kPcm = 1, kFloat = 3, kImaAdpcm = 0x11, kExtensible = 0xFFFE;

struct Format {
  int tag = 0, channels = 0, rate = 0, block = 0, bits = 0;
};

tl::unexpected<Error> refuse(std::string what) {
  return fail("audio.notice.file", std::move(what), {},
              "give a WAV file of 16, 24 or 32 bits, or 32-bit float");
}

Result<Format> read_format(ByteView chunk) {
  ByteReader reader(chunk, "audio.notice.wav");
  Format format;
  SIGNMARK_ASSIGN(format.tag, reader.u16le());
  SIGNMARK_ASSIGN(format.channels, reader.u16le());
  SIGNMARK_ASSIGN(const std::uint32_t rate, reader.u32le());
  SIGNMARK_TRY(reader.skip(4));
  SIGNMARK_ASSIGN(format.block, reader.u16le());
  SIGNMARK_ASSIGN(format.bits, reader.u16le());
  if (format.tag == kExtensible) {
    SIGNMARK_TRY(
        reader.skip(8));  // size, valid bits, speaker mask; then the GUID begins with a tag
    SIGNMARK_ASSIGN(format.tag, reader.u16le());
  }
  constexpr std::uint32_t kLowest = 4000, kHighest = 384000;
  if (rate < kLowest || rate > kHighest || format.channels < 1 || format.channels > 64)
    return refuse("the recording has an unusable rate or number of channels");
  format.rate = static_cast<int>(rate);
  return format;
}

float sample_of(const Byte* at, const Format& format) {
  std::uint32_t word = 0;
  const int bytes = format.bits / 8;
  for (int i = 0; i < bytes; ++i)
    word |= static_cast<std::uint32_t>(at[i]) << (8 * i + 32 - format.bits);
  if (format.tag == kFloat) {
    const float value = std::bit_cast<float>(word);
    return std::isfinite(value) ? std::clamp(value, -1.0F, 1.0F) : 0;
  }
  return static_cast<float>(static_cast<std::int32_t>(word)) * 0x1p-31F;
}

std::vector<float> decode_plain(ByteView data, const Format& format) {
  const auto bytes = static_cast<std::size_t>(format.bits / 8);
  const std::size_t frame = bytes * static_cast<std::size_t>(format.channels);
  std::vector<float> samples;
  for (std::size_t at = 0; at + frame <= data.size(); at += frame) {
    float sum = 0;
    for (std::size_t c = 0; c < frame; c += bytes) sum += sample_of(&data[at + c], format);
    samples.push_back(sum / static_cast<float>(format.channels));
  }
  return samples;
}

/// IMA ADPCM as RIFF has it (Microsoft, "New Multimedia Data Types and Data Techniques", 1994).
class Ima {
 public:
  Ima(int predictor, int index) : value_(predictor), index_(std::clamp(index, 0, kLast)) {}
  [[nodiscard]] float value() const { return static_cast<float>(value_) / 32768; }
  float next(int nibble) {
    const int step = step_at(index_);
    int change = step >> 3;
    if ((nibble & 1) != 0) change += step >> 2;
    if ((nibble & 2) != 0) change += step >> 1;
    if ((nibble & 4) != 0) change += step;
    value_ = std::clamp((nibble & 8) != 0 ? value_ - change : value_ + change, -32768, 32767);
    constexpr std::array<int, 8> kMoves{-1, -1, -1, -1, 2, 4, 6, 8};
    index_ = std::clamp(index_ + kMoves[static_cast<std::size_t>(nibble & 7)], 0, kLast);
    return value();
  }

 private:
  static constexpr int kLast = 88;
  static int step_at(int index) {
    static constexpr std::array<int, kLast + 1> kSteps{
        7,     8,     9,     10,    11,    12,    13,    14,    16,    17,    19,   21,    23,
        25,    28,    31,    34,    37,    41,    45,    50,    55,    60,    66,   73,    80,
        88,    97,    107,   118,   130,   143,   157,   173,   190,   209,   230,  253,   279,
        307,   337,   371,   408,   449,   494,   544,   598,   658,   724,   796,  876,   963,
        1060,  1166,  1282,  1411,  1552,  1707,  1878,  2066,  2272,  2499,  2749, 3024,  3327,
        3660,  4026,  4428,  4871,  5358,  5894,  6484,  7132,  7845,  8630,  9493, 10442, 11487,
        12635, 13899, 15289, 16818, 18500, 20350, 22385, 24623, 27086, 29794, 32767};
    return kSteps[static_cast<std::size_t>(index)];
  }
  int value_, index_;
};

std::vector<float> decode_ima(ByteView data, const Format& format) {
  std::vector<float> samples;
  const auto block = static_cast<std::size_t>(format.block);
  for (std::size_t at = 0; at + 4 <= data.size(); at += block) {
    Ima ima(static_cast<std::int16_t>(data[at] | data[at + 1] << 8), data[at + 2]);
    samples.push_back(ima.value());
    for (std::size_t i = at + 4; i < std::min(at + block, data.size()); ++i) {
      samples.push_back(ima.next(data[i] & 15));
      samples.push_back(ima.next(data[i] >> 4));
    }
  }
  return samples;
}

Result<std::vector<float>> decode(ByteView data, const Format& format) {
  if (format.tag == kPcm && (format.bits == 16 || format.bits == 24 || format.bits == 32))
    return decode_plain(data, format);
  if (format.tag == kFloat && format.bits == 32) return decode_plain(data, format);
  if (format.tag == kImaAdpcm && format.channels == 1 && format.bits == 4 && format.block > 4)
    return decode_ima(data, format);
  return refuse("the recording is in a format that cannot be read");
}

}  // namespace

Result<Clip> read_wav(ByteView file, double most_seconds) {
  ByteReader reader(file, "audio.notice.wav");
  if (!reader.next_is("RIFF") || file.size() < 12 || as_text(file.subspan(8, 4)) != "WAVE")
    return refuse("the recording is no WAV file");
  SIGNMARK_TRY(reader.skip(12));
  std::optional<Format> format;
  while (reader.remaining() >= 8) {
    SIGNMARK_ASSIGN(const std::string name, reader.fourcc());
    SIGNMARK_ASSIGN(const std::uint32_t size, reader.u32le());
    const std::uint64_t there = std::min<std::uint64_t>(size, reader.remaining());
    SIGNMARK_ASSIGN(const ByteView chunk, reader.take(there));
    if (name == "fmt ") {
      SIGNMARK_ASSIGN(format, read_format(chunk));
    } else if (name == "data" && format) {
      SIGNMARK_ASSIGN(std::vector<float> samples, decode(chunk, *format));
      if (samples.empty()) return refuse("the recording is empty");
      if (static_cast<double>(samples.size()) > most_seconds * format->rate)
        return refuse("the recording is too long for a notice");
      return Clip{format->rate, std::move(samples)};
    }
    if (size % 2 != 0 && !reader.at_end()) SIGNMARK_TRY(reader.skip(1));
  }
  return refuse("the recording has no sound in it");
}

std::vector<float> resampled(const Clip& clip, int rate) {
  if (clip.rate == rate) return clip.samples;
  constexpr double kReach = 24;  // zero crossings to both sides
  const double ratio = static_cast<double>(rate) / clip.rate;
  const double cut = std::min(1.0, ratio) * 0.97;  // keeps the filter's edge below both halves
  const double reach = kReach / cut;
  const auto count = static_cast<std::size_t>(static_cast<double>(clip.samples.size()) * ratio);
  std::vector<float> out(count);
  for (std::size_t i = 0; i < count; ++i) {
    const double at = static_cast<double>(i) / ratio;
    const auto from = static_cast<std::int64_t>(std::ceil(at - reach));
    const auto to = static_cast<std::int64_t>(std::floor(at + reach));
    double sum = 0;
    for (std::int64_t k = std::max<std::int64_t>(0, from);
         k <= std::min<std::int64_t>(to, static_cast<std::int64_t>(clip.samples.size()) - 1); ++k) {
      const double x = (at - static_cast<double>(k)) * cut;
      const double window = std::cos(std::numbers::pi / 2 * x / kReach);
      const double sinc =
          std::abs(x) < 1e-9 ? 1 : std::sin(std::numbers::pi * x) / (std::numbers::pi * x);
      sum += cut * sinc * window * window * clip.samples[static_cast<std::size_t>(k)];
    }
    out[i] = static_cast<float>(sum);
  }
  return out;
}

}  // namespace signmark::audio
