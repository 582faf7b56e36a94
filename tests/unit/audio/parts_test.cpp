// SPDX-License-Identifier: Apache-2.0
// Layout, limiter, grid, weights: what is frozen and what must never clip.
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <random>

#include "audio/layout.hpp"
#include "audio/levels.hpp"
#include "audio/limiter.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"
#include "sounds.hpp"

using namespace signmark;
using namespace signmark::test;

TEST_CASE("every band holds its share of every role") {
  const audio::Layout layout = audio::build_layout(carrier_key(1));
  std::map<audio::Role, int> count;
  std::vector<int> chips(audio::kIdChips);
  for (const audio::Cell& cell : layout.cells) {
    ++count[cell.role];
    if (cell.role == audio::Role::id) ++chips[cell.id_chip];
  }
  CHECK(count[audio::Role::pilot] == audio::kPilotsPerBand * audio::kBands);
  CHECK(count[audio::Role::flag] == audio::kFlagsPerBand * audio::kBands);
  CHECK(count[audio::Role::id] == audio::kIdPerBand * audio::kBands);
  const auto [least, most] = std::minmax_element(chips.begin(), chips.end());
  CHECK(*most - *least <= 1);
}

TEST_CASE("the layout is frozen") {
  Bytes bytes;
  for (const audio::Cell& cell : audio::build_layout(carrier_key(1)).cells)
    for (const int value : {static_cast<int>(cell.role), cell.sign + 1, cell.id_chip & 255,
                            cell.id_chip >> 8, cell.signed_chip & 255, cell.signed_chip >> 8})
      bytes.push_back(static_cast<Byte>(value));
  const auto digest = blake2b(bytes);
  CHECK(hex(ByteView(digest).first(8)) == "32d8c11fa0ee63fb");
  CHECK(audio::band_edges().front() == 300);
  CHECK(audio::band_edges().back() == Approx(7017.88).margin(0.1));
  CHECK(audio::window_length(48000) == 2048);
  CHECK(audio::window_length(44100) == 1920);
}

TEST_CASE("the limiter acts only where the sum clips") {
  constexpr int kRate = 8000;
  std::vector<float> own(std::size_t{3} * kRate), delta(own.size(), 0.05F), out;
  for (std::size_t i = 0; i < own.size(); ++i) {
    const bool loud = i >= kRate && i < std::size_t{2} * kRate;
    own[i] = (loud ? 0.97F : 0.3F) * static_cast<float>(std::sin(0.31 * static_cast<double>(i)));
  }
  audio::Limiter limiter({kRate, 1, 0});
  const audio::Sink sink = [&](const audio::Block& block) -> Status {
    out.insert(out.end(), block.channels[0], block.channels[0] + block.samples);
    return {};
  };
  const float *a = own.data(), *b = delta.data();
  REQUIRE(limiter.push({std::span(&a, 1), own.size()}, {std::span(&b, 1), own.size()}, sink));
  REQUIRE(limiter.finish(sink));
  REQUIRE(out.size() == own.size());
  float highest = 0;
  for (const float s : out) highest = std::max(highest, std::abs(s));
  CHECK(highest <= 0.98856F);
  CHECK(highest > 0.95F);
  CHECK(out[100] == own[100] + delta[100]);
  CHECK(out[2 * kRate + kRate * 3 / 4] == own[2 * kRate + kRate * 3 / 4] + 0.05F);
}

TEST_CASE("a programme that is already loud is not lowered below itself") {
  std::vector<float> own(8000), none(own.size()), out;
  for (std::size_t i = 0; i < own.size(); ++i) own[i] = i % 40 < 20 ? 1.0F : -1.0F;
  audio::Limiter limiter({8000, 1, 0});
  const audio::Sink sink = [&](const audio::Block& block) -> Status {
    out.insert(out.end(), block.channels[0], block.channels[0] + block.samples);
    return {};
  };
  const float *a = own.data(), *b = none.data();
  REQUIRE(limiter.push({std::span(&a, 1), own.size()}, {std::span(&b, 1), own.size()}, sink));
  REQUIRE(limiter.finish(sink));
  CHECK(out == own);
}

TEST_CASE("levels at which no pilot says anything count less") {
  constexpr int kSteps = 1500;
  const audio::Layout layout = audio::build_layout(carrier_key(1));
  const audio::Place place{1, 1, 0, 0, 2, 0};
  std::mt19937 engine(3);
  std::normal_distribution<float> noise(0, 1);
  audio::Series series;
  std::vector<std::uint8_t> classes;
  for (int i = 0; i < kSteps; ++i)
    for (int band = 0; band < audio::kBands; ++band) {
      const int slot = static_cast<int>(i / place.slot_steps()) % audio::kSlots;
      const bool loud = band % 2 == 0;  // only there is a mark left
      classes.push_back(loud ? 15 : 5);
      const auto& cell = layout.cells[audio::cell_of(slot, band)];
      series.values.push_back(noise(engine) + (loud ? 0.2F * cell.sign : 0));
    }
  const audio::Series weighed = audio::weighed(series, classes, layout, place);
  const auto weight = [&](int band) { return weighed.row(7)[band] / series.row(7)[band]; };
  CHECK(weight(0) > 1.2);
  CHECK(weight(1) < 0.6);
  CHECK(weight(1) > 0);
}

TEST_CASE("levels are told in steps of 3 dB at every pitch") {
  audio::Map logs{20, 10, 500, std::vector<float>(std::size_t{500} * 100)};
  for (int i = 0; i < 100; ++i)
    for (float& value : logs.row(i)) value = i < 50 ? 0 : std::log(1.0F / 64);
  const audio::Levels levels(logs);
  for (const double pitch : {0.9, 1.0, 1.2}) {
    const auto classes = levels.classes(pitch);
    REQUIRE(classes.size() == std::size_t{100} * audio::kBands);
    CHECK(classes[audio::cell_of(20, 40)] - classes[audio::cell_of(80, 40)] == 6);
  }
}
