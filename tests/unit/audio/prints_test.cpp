// SPDX-License-Identifier: Apache-2.0
// Retrieval prints of sound: edited sounds keep some, others share none.
#include "audio/prints.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "unit/audio/sounds.hpp"

namespace signmark::test {
namespace {

constexpr int kClose = 64;

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

int closest(const Sound& original, const Sound& copy) {
  int least = 256;
  const auto stored = prints_of(original, PrintUse::store);
  for (const Print& a : prints_of(copy, PrintUse::look))
    for (const Print& b : stored) least = std::min(least, print_distance(a.bits, b.bits));
  return least;
}

Sound louder(Sound sound, float factor, float noise) {
  const Sound hiss = white_noise(sound.seconds(), sound.rate, 5, noise);
  for (auto& channel : sound.channels)
    for (std::size_t i = 0; i < channel.size(); ++i)
      channel[i] = factor * channel[i] + (i < hiss.samples() ? hiss.channels[0][i] : 0);
  return sound;
}

}  // namespace

TEST_CASE("a sound has a print in two seconds") {
  const Sound sound = music(14);
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
  for (const Sound& sound : {music(16), speech(16)}) {
    CHECK(closest(sound, louder(sound, 0.2F, 0)) <= 24);
    CHECK(closest(sound, louder(sound, 1, 0.005F)) <= kClose);
    CHECK(closest(sound, cut(sound, 3.3, 13.3)) <= kClose);
    CHECK(closest(sound, faster(sound, 1.015)) <= kClose);
  }
}

TEST_CASE("other sounds share no prints") {
  const Sound a = music(14, 48000, 2, 1), b = music(14, 48000, 2, 7), c = speech(14, 24000, 3);
  CHECK(closest(a, b) > kClose);
  CHECK(closest(b, a) > kClose);
  CHECK(closest(c, a) > kClose);
  CHECK(closest(a, white_noise(14, 44100, 9)) > kClose);
}

TEST_CASE("silence has no prints") {
  const Sound silence{48000, {std::vector<float>(48000 * 12, 0.F)}};
  CHECK(prints_of(silence, PrintUse::store).empty());
}

}  // namespace signmark::test
