// SPDX-License-Identifier: Apache-2.0
#include "sounds.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <random>

#include "base/result.hpp"

namespace signmark::test {
namespace {

constexpr double kTurn = 2 * std::numbers::pi;

Sound silence(double seconds, int rate, int channels) {
  Sound sound{rate, {}};
  sound.channels.assign(static_cast<std::size_t>(channels),
                        std::vector<float>(static_cast<std::size_t>(seconds * rate)));
  return sound;
}

void pluck(Sound& sound, double from, double pitch, float loudness, float left) {
  const double rate = sound.rate;
  const auto begin = static_cast<std::size_t>(from * rate);
  const std::size_t end = std::min(sound.samples(), begin + static_cast<std::size_t>(1.5 * rate));
  for (int partial = 1; partial <= 12 && partial * pitch < 0.45 * rate; ++partial) {
    const double step = kTurn * pitch * partial * (1 + 2e-4 * partial * partial) / rate;
    const double decay = std::exp(-(1.5 + 0.5 * partial) / rate);
    const std::complex<double> turn = std::polar(decay, step);
    std::complex<double> wave(loudness / partial, 0);
    for (std::size_t i = begin; i < end; ++i) {
      const auto value = static_cast<float>(wave.imag());
      for (std::size_t c = 0; c < sound.channels.size(); ++c)
        sound.channels[c][i] += value * (c % 2 == 0 ? left : 1 - left);
      wave *= turn;
    }
  }
}

struct Resonator {
  double y1 = 0, y2 = 0;
  double run(double x, double hz, double width, double rate) {
    const double r = std::exp(-std::numbers::pi * width / rate);
    const double y = (1 - r) * x + 2 * r * std::cos(kTurn * hz / rate) * y1 - r * r * y2;
    y2 = y1, y1 = y;
    return y;
  }
};

audio::Sink into(Sound& out) {
  return [&out](const audio::Block& block) -> Status {
    for (std::size_t c = 0; c < out.channels.size(); ++c)
      out.channels[c].insert(out.channels[c].end(), block.channels[c],
                             block.channels[c] + block.samples);
    return {};
  };
}

template <class Take>
Status in_blocks(const Sound& sound, std::size_t size, Take take) {
  for (std::size_t at = 0; at < sound.samples(); at += size) {
    std::vector<const float*> channels;
    for (const auto& channel : sound.channels) channels.push_back(channel.data() + at);
    SIGNMARK_TRY(take(audio::Block{channels, std::min(size, sound.samples() - at)}));
  }
  return {};
}

Sound empty_like(const Sound& sound) {
  return {sound.rate, std::vector<std::vector<float>>(sound.channels.size())};
}

}  // namespace

Sound music(double seconds, int rate, int channels, unsigned seed) {
  Sound sound = white_noise(seconds, rate, seed, 0.004F);
  sound.channels.resize(static_cast<std::size_t>(channels), sound.channels[0]);
  std::mt19937 engine(seed);
  for (double at = 0; at < seconds; at += 0.21) {
    const double pitch = 110 * std::exp2(static_cast<double>(engine() % 36) / 12);
    pluck(sound, at, pitch, 0.12F, 0.3F + 0.4F * static_cast<float>(engine() % 100) / 100);
  }
  return sound;
}

Sound speech(double seconds, int rate, unsigned seed) {
  Sound sound = silence(seconds, rate, 1);
  std::mt19937 engine(seed);
  const auto between = [&](double low, double high) {
    return low + (high - low) * static_cast<double>(engine()) / 4294967296.0;
  };
  std::array<Resonator, 4> formants{};
  double at = 0.05, phase = 0;
  while (at < seconds) {
    const double length = between(0.12, 0.3), pitch = between(90, 160), open = between(0, 1);
    const std::array<double, 4> hz{300 + 500 * open, between(900, 2200), between(2300, 2900), 3500};
    const bool hiss = engine() % 4 == 0;
    const auto begin = static_cast<std::size_t>(at * rate);
    const std::size_t end =
        std::min(sound.samples(), begin + static_cast<std::size_t>(length * rate));
    for (std::size_t i = begin; i < end; ++i) {
      const double part = static_cast<double>(i - begin) / (length * rate);
      phase += pitch * (1 - 0.2 * part) / rate;
      const bool pulse = phase >= 1;
      if (pulse) phase -= 1;
      double x = (pulse && !hiss ? 8.0 : 0) + between(-1, 1) * (hiss ? 0.6 : 0.02);
      double y = 0;
      for (std::size_t f = 0; f < formants.size(); ++f)
        y += formants[f].run(x, hz[f], 60 + 40.0 * static_cast<double>(f), rate);
      sound.channels[0][i] = static_cast<float>(0.25 * y * std::sin(std::numbers::pi * part));
    }
    at += length + (engine() % 6 == 0 ? between(0.2, 0.5) : 0.02);
  }
  return sound;
}

Sound white_noise(double seconds, int rate, unsigned seed, float rms) {
  Sound sound = silence(seconds, rate, 1);
  std::mt19937 engine(seed);
  std::normal_distribution<float> normal(0, rms);
  for (float& s : sound.channels[0]) s = normal(engine);
  return sound;
}

Sound cut(const Sound& sound, double from, double to) {
  Sound part{sound.rate, {}};
  for (const auto& channel : sound.channels)
    part.channels.emplace_back(channel.begin() + static_cast<std::ptrdiff_t>(from * sound.rate),
                               channel.begin() + static_cast<std::ptrdiff_t>(to * sound.rate));
  return part;
}

Sound faster(const Sound& sound, double factor) {
  Sound out = empty_like(sound);
  for (std::size_t c = 0; c < sound.channels.size(); ++c)
    for (double at = 0; at + 2 < static_cast<double>(sound.samples()); at += factor) {
      const auto i = static_cast<std::size_t>(at);
      const auto part = static_cast<float>(at - static_cast<double>(i));
      out.channels[c].push_back((1 - part) * sound.channels[c][i] +
                                part * sound.channels[c][i + 1]);
    }
  return out;
}

std::array<Byte, 32> carrier_key(Byte first) {
  std::array<Byte, 32> key{};
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<Byte>(first + 3 * i);
  return key;
}

image::RobustRequest request_for(const std::array<Byte, 32>& key) {
  image::RobustRequest request;
  request.keys = {{"test", key}};
  request.content_id = 0x0123456789abcdef;
  request.issuer_hint = {0xa1, 0xb2, 0xc3, 0xd4};
  request.time = 1'790'000'000;
  return request;
}

Result<Marked> lay(const Sound& sound, const image::RobustRequest& request, double seconds,
                   std::size_t block, std::uint64_t untouched) {
  SIGNMARK_ASSIGN(
      const auto marker,
      audio::make_sound_marker(Context::standard(), sound.shape(untouched), request, seconds));
  Marked marked{empty_like(sound), {}};
  const audio::Sink sink = into(marked.sound);
  SIGNMARK_TRY(
      in_blocks(sound, block, [&](const audio::Block& b) { return marker->push(b, sink); }));
  SIGNMARK_TRY(marker->finish(sink));
  marked.report = marker->report();
  return marked;
}

Result<audio::SoundFinding> hear(const Sound& sound, const std::array<Byte, 32>& key,
                                 const audio::ListenOptions& options) {
  SIGNMARK_ASSIGN(const auto reader,
                  audio::make_sound_reader(sound.shape(), {{"test", key}}, options));
  SIGNMARK_TRY(in_blocks(sound, 5000, [&](const audio::Block& b) { return reader->push(b); }));
  return reader->finish(Context::standard());
}

Result<Sound> announce(const Sound& sound, const audio::AudibleLabel& label, double seconds) {
  SIGNMARK_ASSIGN(const auto writer,
                  audio::make_notice_writer(Context::standard(), sound.shape(), label, seconds));
  Sound out = empty_like(sound);
  const audio::Sink sink = into(out);
  SIGNMARK_TRY(
      in_blocks(sound, 3000, [&](const audio::Block& b) { return writer->push(b, sink); }));
  SIGNMARK_TRY(writer->finish(sink));
  return out;
}

double rms(const std::vector<float>& samples, double from, double to, int rate) {
  double energy = 0, count = 0;
  for (auto i = static_cast<std::size_t>(from * rate); i < static_cast<std::size_t>(to * rate);
       ++i) {
    energy += static_cast<double>(samples[i]) * samples[i];
    ++count;
  }
  return std::sqrt(energy / count);
}

}  // namespace signmark::test
