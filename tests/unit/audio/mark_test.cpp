// SPDX-License-Identifier: Apache-2.0
// The mark in sound: laid, changed, read.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "audio/tracker.hpp"
#include "signal/statistics.hpp"
#include "sounds.hpp"

using namespace signmark;
using namespace signmark::test;
using audio::FoundSound;

namespace {

const auto kKey = carrier_key(5);
constexpr audio::ListenOptions kPlain{false, false, false};
constexpr audio::ListenOptions kSearch{true, false, false};

/// The one mark of the finding, which must be the one that `request_for` asks for.
FoundSound only_mark(const Result<audio::SoundFinding>& finding) {
  REQUIRE(finding);
  REQUIRE(finding->marks.size() == 1);
  CHECK(finding->hypotheses > 0);
  const image::RobustMark& mark = finding->marks[0].mark;
  CHECK(mark.key == "test");
  CHECK(mark.has_id);
  CHECK(mark.content_id == 0x0123456789abcdef);
  CHECK(mark.issuer_hint == std::array<Byte, 3>{0xa1, 0xb2, 0xc3});
  CHECK(mark.id_z >= signal::kIdGate);
  CHECK(mark.false_positive_log10 < -9);
  return finding->marks[0];
}

/// Shared by the cases, since making it takes time.
const Marked& marked_music() {
  static const Marked marked = lay(music(12), request_for(kKey), 12).value();
  return marked;
}

image::RobustRequest signed_request() {
  image::RobustRequest request = request_for(kKey);
  request.sign = [](ByteView fields) -> Result<std::array<Byte, 64>> {
    std::array<Byte, 64> signature{};
    for (std::size_t i = 0; i < signature.size(); ++i)
      signature[i] = static_cast<Byte>(fields[i % fields.size()] + 5 * i);
    return signature;
  };
  return request;
}

Sound mixed_down(const Sound& sound) {
  Sound mono{sound.rate, {sound.channels[0]}};
  for (std::size_t i = 0; i < mono.samples(); ++i)
    mono.channels[0][i] = (mono.channels[0][i] + sound.channels[1][i]) / 2;
  return mono;
}

}  // namespace

TEST_CASE("a mark is laid softly and read back") {
  const Marked& marked = marked_music();
  CHECK(marked.sound.samples() == 12 * 48000);
  CHECK(marked.report.id_frame);
  CHECK_FALSE(marked.report.signed_frame);
  CHECK(marked.report.why_not.empty());
  CHECK(marked.report.seconds == Approx(12));
  CHECK(marked.report.snr_db > 31);
  CHECK(marked.report.snr_db < 40);
  const FoundSound found = only_mark(hear(marked.sound, kKey, kPlain));
  CHECK(found.speed == 1);
  CHECK(found.pitch == 1);
  CHECK(found.from_seconds < 0.2);
  CHECK(found.to_seconds == Approx(12).margin(0.2));
  CHECK(found.mark.id_margin_db > 2);
  CHECK_FALSE(found.mark.promises_signed_frame);
}

TEST_CASE("strengths differ in what they cost") {
  const Sound sound = music(8);
  image::RobustRequest request = request_for(kKey);
  double before = 100;
  for (const auto strength : {image::RobustStrength::invisible, image::RobustStrength::normal,
                              image::RobustStrength::strong}) {
    request.strength = strength;
    const double snr = lay(sound, request, 8)->report.snr_db;
    CHECK(snr < before - 2);
    before = snr;
  }
}

TEST_CASE("a mark survives cuts, volume, polarity, downmix and noise") {
  const Sound& sound = marked_music().sound;
  only_mark(hear(cut(sound, 3.21, 11.4), kKey, kPlain));
  Sound changed = sound;
  for (float& s : changed.channels[0]) s *= -0.3F;
  changed.channels.resize(1);
  only_mark(hear(changed, kKey, kPlain));
  only_mark(hear(mixed_down(sound), kKey, kPlain));
  const Sound noise = white_noise(12, 48000, 9, 0.004F);
  changed = mixed_down(sound);
  for (std::size_t i = 0; i < changed.samples(); ++i)
    changed.channels[0][i] += noise.channels[0][i];
  only_mark(hear(changed, kKey, kPlain));
}

TEST_CASE("speech is read through noise that drowns its soft parts") {
  // At this level only what stands above the noise, weighed as the pilots tell, passes the gate.
  Sound noisy = lay(speech(16), request_for(kKey), 16)->sound;
  const Sound noise = white_noise(16, noisy.rate, 9, 0.008F);
  for (std::size_t i = 0; i < noisy.samples(); ++i) noisy.channels[0][i] += noise.channels[0][i];
  only_mark(hear(noisy, kKey, kPlain));
}

TEST_CASE("changed speed is found by the search and said") {
  const Sound fast = faster(mixed_down(marked_music().sound), 1.06);
  CHECK(hear(fast, kKey, kPlain)->marks.empty());
  const FoundSound found = only_mark(hear(fast, kKey, kSearch));
  CHECK(found.speed == Approx(1.06).epsilon(0.002));
  CHECK(found.pitch == Approx(1.06).epsilon(0.01));
}

TEST_CASE("no mark is found where none is, nor under another key") {
  CHECK(hear(music(12), kKey, kSearch)->marks.empty());
  CHECK(hear(white_noise(9, 16000, 3), kKey, kPlain)->marks.empty());
  CHECK(hear(marked_music().sound, carrier_key(6), kPlain)->marks.empty());
  CHECK(hear(music(1), kKey, kSearch)->marks.empty());
  CHECK(hear({48000, {{}, {}}}, kKey, kSearch)->marks.empty());
}

TEST_CASE("speech at other rates carries a mark") {
  for (const int rate : {8000, 22050, 44100}) {
    const Marked marked = lay(speech(14, rate), request_for(kKey), 14).value();
    CHECK(marked.report.snr_db > 31);
    only_mark(hear(marked.sound, kKey, kPlain));
  }
}

TEST_CASE("blocks of any size give the same samples") {
  const Sound sound = music(3, 44100);
  const auto request = request_for(kKey);
  const Sound once = lay(sound, request, 3, sound.samples())->sound;
  CHECK(lay(sound, request, 3, 777)->sound.channels == once.channels);
}

TEST_CASE("silence and untouched channels stay bit for bit") {
  Sound sound = music(6, 16000, 3);
  for (auto& channel : sound.channels)
    std::fill(channel.begin() + 2 * 16000, channel.begin() + 4 * 16000, 0.0002F);
  const Sound marked = lay(sound, request_for(kKey), 6, 4096, 0b100)->sound;
  CHECK(marked.channels[2] == sound.channels[2]);
  CHECK(marked.channels[0] != sound.channels[0]);
  for (std::size_t i = 2.2 * 16000; i < 3.8 * 16000; ++i)
    REQUIRE(marked.channels[0][i] == sound.channels[0][i]);
  const Marked nothing = lay({16000, {std::vector<float>(160000)}}, request_for(kKey), 10).value();
  CHECK_FALSE(nothing.report.id_frame);
  CHECK_FALSE(nothing.report.why_not.empty());
}

TEST_CASE("two keys share a sound") {
  image::RobustRequest request = request_for(kKey);
  const auto other = carrier_key(77);
  request.keys.push_back({"other", other});
  const Sound marked = lay(music(14), request, 14)->sound;
  only_mark(hear(marked, kKey, kPlain));
  only_mark(hear(marked, other, kPlain));
}

TEST_CASE("a signed frame goes into what is long enough") {
  const Sound sound = music(56, 16000, 1);
  const Marked marked = lay(sound, signed_request(), 56).value();
  REQUIRE(marked.report.signed_frame);
  CHECK(marked.report.fingerprint != 0);
  const FoundSound found = only_mark(hear(marked.sound, kKey, kPlain));
  CHECK(found.mark.promises_signed_frame);
  REQUIRE(found.mark.has_signed);
  CHECK(found.mark.signed_z >= signal::kSignedGate);
  CHECK(found.mark.content == image::RobustMark::Content::fits);
  CHECK(found.mark.cells_compared >= 32);
  signal::SignedFrame frame{
      0x0123456789abcdef, {0xa1, 0xb2, 0xc3, 0xd4}, 1'790'000'000, marked.report.fingerprint, {}};
  CHECK(found.mark.signed_fields == signal::packed_fields(frame));
  CHECK(found.mark.signature == signed_request().sign(found.mark.signed_fields).value());
  // Without its first super-frame the content cannot be compared, which is no accusation.
  const FoundSound part = only_mark(hear(cut(marked.sound, 9, 55), kKey, kPlain));
  CHECK(part.mark.content == image::RobustMark::Content::not_compared);
}

TEST_CASE("a short sound carries the id frame alone and says why") {
  const Sound sound = white_noise(9, 8000, 5);
  const auto reason = [&](double seconds) {
    return lay(sound, signed_request(), seconds)->report.why_not;
  };
  CHECK(reason(9) == "the sound is too short for a signed frame");
  CHECK(reason(-1) == "a signed frame needs a sound of known duration");
  CHECK(reason(33).find("how little") != std::string::npos);
}

TEST_CASE("the signer's error ends the call") {
  image::RobustRequest request = request_for(kKey);
  request.sign = [](ByteView) -> Result<std::array<Byte, 64>> { return fail("test.sign", "no"); };
  const auto marked = lay(music(10, 16000, 1), request, 500);
  REQUIRE_FALSE(marked);
  CHECK(marked.error().code == "test.sign");
}

TEST_CASE("shapes and keys that cannot be used are refused") {
  const auto context = Context::standard();
  const auto request = request_for(kKey);
  for (const audio::Shape& shape : {audio::Shape{7999, 2, 0}, audio::Shape{48000, 0, 0}}) {
    CHECK(audio::make_sound_marker(context, shape, request, 1).error().code == "audio.mark.shape");
    CHECK(audio::make_sound_reader(shape, {}, {}).error().code == "audio.mark.shape");
  }
  image::RobustRequest keyless = request;
  keyless.keys.clear();
  CHECK_FALSE(audio::make_sound_marker(context, {48000, 2, 0}, keyless, 1));
  CHECK_FALSE(audio::make_sound_reader({48000, 2, 0}, {{"short", ByteView(kKey).first(31)}}, {}));
}

TEST_CASE("the fingerprint tells contents apart") {
  const auto of = [](const Sound& sound) {
    audio::Fingerprinter fingerprinter(sound.shape());
    const float* samples = sound.channels[0].data();
    fingerprinter.push({std::span(&samples, 1), sound.samples()});
    REQUIRE(fingerprinter.complete());
    return fingerprinter.value();
  };
  const Sound sound = music(9, 16000, 1);
  const audio::Fingerprint own = of(sound), other = of(music(9, 16000, 1, 2));
  const audio::Fingerprint softer = of(lay(sound, request_for(kKey), 9)->sound);
  CHECK(std::popcount(own.known) >= 48);
  CHECK(std::popcount((own.bits ^ softer.bits) & own.known) <= 4);
  CHECK(std::popcount((own.bits ^ other.bits) & own.known & other.known) >= 18);
}

TEST_CASE("the statistic of unmarked sound stays below its bound") {
  const Sound sound = music(9, 16000, 1);
  audio::LogMapper mapper(sound.shape());
  audio::Map logs = mapper.empty();
  const float* samples = sound.channels[0].data();
  mapper.push({std::span(&samples, 1), sound.samples()}, [&](std::span<const float> row) {
    logs.values.insert(logs.values.end(), row.begin(), row.end());
  });
  const auto series = audio::make_series(audio::features(logs), 1);
  constexpr int kKeys = 40, kWords = 50;
  const audio::Codes codes;
  int above_two = 0;
  double highest = 0;
  for (int k = 0; k < kKeys; ++k) {
    const auto layout = audio::build_layout(carrier_key(static_cast<Byte>(k)));
    audio::Place place{1, 1, 3.0 * k, 0, 1, 0};
    const auto cells = audio::fold(series, place, 0, series.steps());
    audio::IdReading word;
    word.whole = true;
    for (int w = 0; w < kWords; ++w) {
      signal::Bits bits(signal::IdFrame::kBits);
      for (std::size_t i = 0; i < bits.size(); ++i)
        bits[i] = (static_cast<std::size_t>(w * 131 + k) * (2 * i + 1) >> 5) & 1;
      word.coded = codes.id.encode(bits);
      const double z = audio::agreement_with(layout, cells, word);
      above_two += z > 2 ? 1 : 0;
      highest = std::max(highest, z);
    }
  }
  CHECK(above_two <= kKeys * kWords * std::exp(-2.0));
  CHECK(above_two > 0);
  CHECK(highest < 6);
}
