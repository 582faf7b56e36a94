// SPDX-License-Identifier: Apache-2.0
// Reads frame headers of MP3 and ADTS, and finds the tags at a file's end.
#include "container/timed/mpeg_audio.hpp"

#include <array>

namespace signmark::container {
namespace {

constexpr std::uint64_t kId3v1 = 128, kApeFooter = 32;

std::uint32_t u32le_at(ByteView bytes, std::uint64_t at) {
  return ByteReader(bytes.subspan(at, 4), "container.mp3").u32le().value_or(0);
}

/// APEv2 at `end`: its footer's size leaves out a header, which a flag announces.
std::uint64_t ape_start(ByteView file, std::uint64_t audio, std::uint64_t end) {
  if (end - audio < kApeFooter || !starts_with(file.subspan(end - kApeFooter), "APETAGEX"))
    return end;
  const std::uint64_t size = u32le_at(file, end - 20);
  const bool header = (u32le_at(file, end - 12) >> 31) != 0;
  const std::uint64_t whole = size + (header ? kApeFooter : 0);
  return size < kApeFooter || whole > end - audio ? end : end - whole;
}

}  // namespace

std::uint64_t mp3_frame(ByteView bytes) {
  constexpr std::array<std::uint64_t, 15> kRate1 = {0,   32,  40,  48,  56,  64,  80, 96,
                                                    112, 128, 160, 192, 224, 256, 320};
  constexpr std::array<std::uint64_t, 15> kRate2 = {0,  8,  16, 24,  32,  40,  48, 56,
                                                    64, 80, 96, 112, 128, 144, 160};
  constexpr std::array<std::uint64_t, 3> kSampleRate = {44100, 48000, 32000};
  if (bytes.size() < 4 || bytes[0] != 0xFF || (bytes[1] & 0xE6) != 0xE2) return 0;
  const unsigned version = (bytes[1] >> 3) & 3U, rate = bytes[2] >> 4,
                 samples = (bytes[2] >> 2) & 3U;
  if (version == 1 || rate == 0 || rate == 15 || samples == 3) return 0;
  const bool one = version == 3;
  const std::uint64_t hertz = kSampleRate.at(samples) >> (one ? 0 : (version == 2 ? 1 : 2));
  const std::uint64_t bits = 1000 * (one ? kRate1.at(rate) : kRate2.at(rate));
  return (one ? 144 : 72) * bits / hertz + ((bytes[2] >> 1) & 1U);
}

std::uint64_t adts_frame(ByteView bytes) {
  if (bytes.size() < 7 || bytes[0] != 0xFF || (bytes[1] & 0xF6) != 0xF0) return 0;
  const std::uint64_t size = (bytes[3] & 3U) << 11 | bytes[4] << 3 | bytes[5] >> 5;
  return size < 7 ? 0 : size;
}

Result<std::uint64_t> add_tail(const Context& context, ByteView file, std::uint64_t audio,
                               Inventory& inventory) {
  std::uint64_t end = file.size();
  const auto add = [&](const char* place, std::uint64_t start) -> Status {
    const Range range{start, end - start};
    end = start;
    return add_block(context, inventory, {BlockKind::other, place, {}, range, {}});
  };
  if (end - audio >= kId3v1 && starts_with(file.subspan(end - kId3v1), "TAG"))
    SIGNMARK_TRY(add("ID3v1", end - kId3v1));
  if (const std::uint64_t start = ape_start(file, audio, end); start < end)
    SIGNMARK_TRY(add("APEv2", start));
  return end;
}

}  // namespace signmark::container
