// SPDX-License-Identifier: Apache-2.0
// Sounds made by computation, and the marker and reader over them.
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "audio/sound_mark.hpp"

namespace signmark::test {

struct Sound {
  int rate = 48000;
  std::vector<std::vector<float>> channels;
  [[nodiscard]] std::size_t samples() const { return channels.empty() ? 0 : channels[0].size(); }
  [[nodiscard]] double seconds() const { return static_cast<double>(samples()) / rate; }
  [[nodiscard]] audio::Shape shape(std::uint64_t untouched = 0) const {
    return {rate, static_cast<int>(channels.size()), untouched};
  }
};

/// Chords of plucked strings over soft noise.
Sound music(double seconds, int rate = 48000, int channels = 2, unsigned seed = 1);
/// Syllables of a pulse train through moving formants, hiss and pauses.
Sound speech(double seconds, int rate = 24000, unsigned seed = 1);
Sound white_noise(double seconds, int rate, unsigned seed, float rms = 0.1F);

Sound cut(const Sound& sound, double from, double to);
/// Played faster by a factor: pitch and tempo change.
Sound faster(const Sound& sound, double factor);

std::array<Byte, 32> carrier_key(Byte first);
image::RobustRequest request_for(const std::array<Byte, 32>& key);

struct Marked {
  Sound sound;
  audio::SoundReport report;
};
Result<Marked> lay(const Sound& sound, const image::RobustRequest& request, double seconds,
                   std::size_t block = 4096, std::uint64_t untouched = 0);
Result<audio::SoundFinding> hear(const Sound& sound, const std::array<Byte, 32>& key,
                                 const audio::ListenOptions& options = {});
Result<Sound> announce(const Sound& sound, const audio::AudibleLabel& label, double seconds);

double rms(const std::vector<float>& samples, double from, double to, int rate);

}  // namespace signmark::test
