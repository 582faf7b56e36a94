// SPDX-License-Identifier: Apache-2.0
// The audible label (GB 45438 clause 5.3): rhythm, spoken notice, and hearing the rhythm.
#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "audio/loudness.hpp"
#include "audio/notice.hpp"
#include "audio/wav.hpp"
#include "base/bytes.hpp"
#include "sounds.hpp"

using namespace signmark;
using namespace signmark::test;
using audio::AudibleLabel;
using audio::NoticeBlend;
using audio::NoticeKind;

namespace {

constexpr audio::ListenOptions kNotice{false, false, true};
const Sound kQuietRoom{16000, {std::vector<float>(5 * 16000)}};

std::vector<audio::HeardNotice> notices_in(const Sound& sound) {
  auto finding = hear(sound, carrier_key(1), kNotice);
  REQUIRE(finding);
  return finding->notices;
}

Bytes wav_of(int tag, int channels, int bits, ByteView data) {
  ByteWriter w;
  w.text("RIFF").u32le(static_cast<std::uint32_t>(36 + data.size())).text("WAVEfmt ").u32le(16);
  w.u16le(static_cast<std::uint16_t>(tag)).u16le(static_cast<std::uint16_t>(channels)).u32le(8000);
  w.u32le(0).u16le(0).u16le(static_cast<std::uint16_t>(bits));
  w.text("data").u32le(static_cast<std::uint32_t>(data.size())).bytes(data);
  return w.take();
}

}  // namespace

TEST_CASE("the rhythm is Morse AI, tenth by tenth of a second") {
  const auto notice = audio::make_notice(Context::standard(), {}, 48000);
  REQUIRE(notice);
  CHECK(notice->size() == 52800);
  const std::vector<bool> sounds{true,  false, true, true,  true, false,
                                 false, false, true, false, true};
  for (std::size_t unit = 0; unit < sounds.size(); ++unit) {
    const double from = 0.1 * static_cast<double>(unit) + 0.01;
    const double level = rms(*notice, from, from + 0.08, 48000);
    CHECK(level == Approx(sounds[unit] ? 1 : 0).margin(0.02));
  }
  CHECK((*notice)[0] == 0);
  CHECK(std::abs((*notice)[4799]) < 0.01);
}

TEST_CASE("a mixed notice keeps the duration and ducks the programme") {
  const Sound sound = music(8, 48000, 2);
  const auto out = announce(sound, {}, 8);
  REQUIRE(out);
  CHECK(out->samples() == sound.samples());
  // Between the tones only the ducked programme is left.
  const double before = rms(sound.channels[0], 0.55, 0.75, 48000);
  CHECK(rms(out->channels[0], 0.55, 0.75, 48000) == Approx(before * 0.2512).epsilon(0.001));
  CHECK(std::equal(sound.channels[0].begin() + 60000, sound.channels[0].begin() + 300000,
                   out->channels[0].begin() + 60000));
  const auto heard = notices_in(*out);
  REQUIRE(heard.size() == 2);
  CHECK(heard[0].from_seconds == Approx(0).margin(0.03));
  CHECK(heard[1].to_seconds == Approx(8).margin(0.03));
  for (const auto& notice : heard) {
    CHECK(notice.unit_seconds == Approx(0.1).margin(0.005));
    CHECK(notice.pitch_hz == Approx(880).margin(25));
    CHECK(notice.false_positive_log10 < -4);
  }
}

TEST_CASE("an inserted notice stands in silence, at the programme's loudness") {
  const Sound sound = white_noise(4, 16000, 2, 0.05F);
  AudibleLabel label;
  label.blend = NoticeBlend::insert;
  label.at_end = false;
  const auto out = announce(sound, label, -1);
  REQUIRE(out);
  const std::size_t added = 16000 * 14 / 10;  // 0.15 + 1.1 + 0.15 s
  REQUIRE(out->samples() == sound.samples() + added);
  CHECK(rms(out->channels[0], 0, 0.15, 16000) == 0);
  CHECK(rms(out->channels[0], 1.26, 1.4, 16000) == 0);
  CHECK(std::equal(sound.channels[0].begin(), sound.channels[0].end(),
                   out->channels[0].begin() + added));
  audio::LoudnessMeter meter(sound.shape());
  const float* samples = sound.channels[0].data();
  meter.push({std::span(&samples, 1), sound.samples()});
  const double lufs = std::clamp(meter.short_term(), -26.0, -16.0);
  CHECK(rms(out->channels[0], 0.36, 0.64, 16000) == Approx(audio::rms_at(lufs)).epsilon(0.02));
}

TEST_CASE("loudness agrees with BS.1770 and is clamped for the notice") {
  Sound tone{48000, {std::vector<float>(4 * 48000)}};
  for (std::size_t i = 0; i < tone.samples(); ++i)
    tone.channels[0][i] =
        static_cast<float>(std::sin(2 * M_PI * 997 * static_cast<double>(i) / 48000));
  audio::LoudnessMeter meter(tone.shape());
  const float* samples = tone.channels[0].data();
  meter.push({std::span(&samples, 1), tone.samples()});
  CHECK(meter.short_term() == Approx(-3.01).margin(0.05));  // BS.1770-4 annex 1, one channel
  const auto out = announce(kQuietRoom, {}, 5);
  REQUIRE(out);
  CHECK(rms(out->channels[0], 0.22, 0.48, 16000) == Approx(audio::rms_at(-26)).epsilon(0.02));
}

TEST_CASE("other units and pitches are heard; music and speech are not") {
  for (const auto& [unit, pitch] : {std::pair{0.06, 500.0}, std::pair{0.15, 2000.0}}) {
    AudibleLabel label;
    label.unit_seconds = unit;
    label.pitch_hz = pitch;
    const auto heard = notices_in(announce(speech(9), label, 9).value());
    REQUIRE(heard.size() == 2);
    CHECK(heard[0].unit_seconds == Approx(unit).epsilon(0.06));
    CHECK(heard[0].pitch_hz == Approx(pitch).margin(25));
  }
  CHECK(notices_in(music(20, 16000, 1, 4)).empty());
  CHECK(notices_in(speech(20, 16000, 4)).empty());
}

TEST_CASE("a short programme is refused with the cure") {
  const Sound sound = music(1, 16000, 1);
  for (const double seconds : {1.0, -1.0}) {
    const auto out = announce(sound, {}, seconds);
    REQUIRE_FALSE(out);
    CHECK(out.error().code == "audio.notice.short");
    CHECK_FALSE(out.error().hint.empty());
  }
  AudibleLabel label;
  label.at_start = false;
  CHECK(announce(sound, label, -1).error().code == "audio.notice.short");
  label.blend = NoticeBlend::insert;
  CHECK(announce(sound, label, -1));
}

TEST_CASE("bad labels are refused") {
  const auto code = [](const AudibleLabel& label) {
    const auto notice = audio::make_notice(Context::standard(), label, 48000);
    return notice ? std::string() : notice.error().code;
  };
  AudibleLabel label;
  label.unit_seconds = 0.05;
  CHECK(code(label) == "audio.notice.unit");
  label.unit_seconds = std::nan("");
  CHECK(code(label) == "audio.notice.unit");
  label.unit_seconds = 0.1, label.pitch_hz = 3001;
  CHECK(code(label) == "audio.notice.unit");
  label.kind = NoticeKind::spoken, label.language = "xx";
  CHECK(code(label) == "audio.notice.language");
  label.spoken_file = "/nowhere/at/all.wav";
  CHECK(code(label) == "audio.notice.file");
}

TEST_CASE("built-in notices speak at normal speed") {
  CHECK(audio::spoken_languages().size() >= 2);
  for (const std::string_view language : audio::spoken_languages()) {
    AudibleLabel label;
    label.kind = NoticeKind::spoken;
    label.language = language;
    const auto notice = audio::make_notice(Context::standard(), label, 24000);
    REQUIRE(notice);
    const double seconds = static_cast<double>(notice->size()) / 24000;
    CHECK(seconds > 2);
    // Ten characters at 120 to 160 a minute.
    if (language == "zh") CHECK((seconds > 3.75 && seconds <= 5));
    float highest = 0;
    for (const float s : *notice) highest = std::max(highest, std::abs(s));
    CHECK(highest < 12);
    CHECK(announce(white_noise(12, 16000, 1), label, 12));
  }
}

TEST_CASE("a user's recording in every form of WAV") {
  const Bytes s16{0, 0x40, 0, 0xC0}, s24{0, 0, 0x40, 0, 0, 0xC0}, s32{0, 0, 0, 0x40, 0, 0, 0, 0xC0};
  const Bytes f32{0, 0, 0, 0x3F, 0, 0, 0, 0xBF};
  for (const auto& [tag, bits, data] : {std::tuple{1, 16, s16}, std::tuple{1, 24, s24},
                                        std::tuple{1, 32, s32}, std::tuple{3, 32, f32}}) {
    const auto mono = audio::read_wav(wav_of(tag, 1, bits, data), 1);
    REQUIRE(mono);
    CHECK(mono->samples == std::vector<float>{0.5F, -0.5F});
    CHECK(audio::read_wav(wav_of(tag, 2, bits, data), 1)->samples == std::vector<float>{0});
  }
  const Bytes good = wav_of(1, 1, 16, s16);
  for (std::size_t size = 0; size < good.size() - 2; ++size)
    CHECK_FALSE(audio::read_wav(ByteView(good).first(size), 1));
  CHECK_FALSE(audio::read_wav(wav_of(1, 1, 8, s16), 1));
  CHECK_FALSE(audio::read_wav(wav_of(1, 0, 16, s16), 1));
  CHECK_FALSE(audio::read_wav(wav_of(1, 1, 16, Bytes(40000)), 1));
}

TEST_CASE("resampling keeps a tone and drops what does not fit") {
  audio::Clip clip{8000, std::vector<float>(8000)};
  for (std::size_t i = 0; i < clip.samples.size(); ++i)
    clip.samples[i] = static_cast<float>(std::sin(2 * M_PI * 1000 * static_cast<double>(i) / 8000));
  const auto up = audio::resampled(clip, 44100);
  CHECK(up.size() == 44100);
  for (std::size_t i = 4410; i < 39690; i += 97)
    REQUIRE(up[i] ==
            Approx(std::sin(2 * M_PI * 1000 * static_cast<double>(i) / 44100)).margin(0.01));
  const auto down = audio::resampled({8000, clip.samples}, 1600);
  CHECK(rms(down, 0.2, 0.8, 1600) < 0.01);
}
