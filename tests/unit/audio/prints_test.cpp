// SPDX-License-Identifier: Apache-2.0
// Retrieval prints of sound: edited sounds keep some, others share none.
#include "audio/prints.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "unit/audio/sounds.hpp"

namespace signmark::test {
namespace {

constexpr int kClose = 70;

std::vector<Print> prints_of(const Sound& sound, PrintUse use) {
  audio::SoundPrinter printer(sound.shape());
  constexpr std::size_t kBlock = 4096;
  for (std::size_t at = 0; at < sound.samples(); at += kBlock) {
    std::vector<const float*> channels;
    for (const auto& channel : sound.channels) channels.push_back(channel.data() + at);
    printer.push({channels, std::min(kBlock, sound.samples() - at)});
  }
  return printer.finish(use, 2, 0, 500);
}

int closest(const std::vector<Print>& stored, const Sound& copy) {
  int least = 256;
  for (const Print& a : prints_of(copy, PrintUse::look))
    for (const Print& b : stored) least = std::min(least, print_distance(a.bits, b.bits));
  return least;
}

Sound louder(Sound sound, float factor) {
  for (auto& channel : sound.channels)
    for (float& sample : channel) sample *= factor;
  return sound;
}

Sound noisy(Sound sound, float rms) {
  const Sound hiss = white_noise(sound.seconds(), sound.rate, 5, rms);
  for (auto& channel : sound.channels)
    for (std::size_t i = 0; i < std::min(channel.size(), hiss.samples()); ++i)
      channel[i] += hiss.channels[0][i];
  return sound;
}

}  // namespace

TEST_CASE("a sound has a print in two seconds") {
  const Sound sound = music(14, 16000, 1);
  const auto prints = prints_of(sound, PrintUse::store);
  REQUIRE(prints.size() == 5);  // 14 s hold starts at 0, 2, ... 8 s of prints of 4.5 s
  for (std::size_t i = 0; i < prints.size(); ++i) {
    CHECK(prints[i].kind == PrintKind::sound);
    CHECK(prints[i].part == 2000 * i);
  }
  CHECK(prints_of(cut(sound, 0, 4), PrintUse::store).empty());
  CHECK(prints_of(sound, PrintUse::look).size() > 40);
}

TEST_CASE("edited sounds keep prints") {
  for (const Sound& sound : {music(16, 16000, 1), speech(16)}) {
    const auto stored = prints_of(sound, PrintUse::store);
    CHECK(closest(stored, louder(sound, 0.2F)) <= 24);
    CHECK(closest(stored, noisy(sound, 0.005F)) <= kClose);
    CHECK(closest(stored, cut(sound, 3.3, 13.3)) <= kClose);
    CHECK(closest(stored, faster(sound, 1.015)) <= kClose);
  }
}

TEST_CASE("other sounds share no prints") {
  const Sound a = music(14, 16000, 1, 1), b = music(14, 16000, 1, 7), c = speech(14, 24000, 3);
  const auto of_a = prints_of(a, PrintUse::store);
  CHECK(closest(of_a, b) > kClose);
  CHECK(closest(of_a, c) > kClose);
  CHECK(closest(of_a, white_noise(14, 16000, 9)) > kClose);
}

TEST_CASE("silence has no prints") {
  const Sound silence{16000, {std::vector<float>(std::size_t{16000} * 12, 0.F)}};
  CHECK(prints_of(silence, PrintUse::store).empty());
}

}  // namespace signmark::test
