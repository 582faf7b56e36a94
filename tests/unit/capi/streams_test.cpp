// SPDX-License-Identifier: Apache-2.0
// Films and sounds handed over piece by piece: layouts, times, refusals, the slate.
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "host.hpp"

using namespace signmark::test;

namespace {

using FilmMarkerHandle = Handle<smk_film_marker, smk_film_marker_free>;
using FilmDetectorHandle = Handle<smk_film_detector, smk_film_detector_free>;
using SoundMarkerHandle = Handle<smk_sound_marker, smk_sound_marker_free>;
using SoundDetectorHandle = Handle<smk_sound_detector, smk_sound_detector_free>;

constexpr int kWidth = 384, kHeight = 216, kRate = 24000;
constexpr const char* kId = "00112233445566aa";

smk_film film_of(smk_layout layout) {
  smk_film film{};
  film.struct_size = sizeof film;
  film.layout = layout;
  film.width = kWidth;
  film.height = kHeight;
  film.bits = 8;
  film.seconds = 12;
  return film;
}

/// A moving scene with grain, in memory of any layout.
class Scene {
 public:
  explicit Scene(smk_layout layout) : layout_(layout), bytes_(4 * kWidth * kHeight) {}
  smk_frame at(double seconds) {
    for (int y = 0; y < kHeight; ++y)
      for (int x = 0; x < kWidth; ++x) set(x, y, light(x, y, seconds));
    return frame();
  }
  smk_frame frame() {
    smk_frame frame{};
    const bool packed = layout_ >= SMK_LAYOUT_RGBA;
    frame.planes[0] = bytes_.data();
    frame.strides[0] = packed ? 4 * kWidth : kWidth;
    if (packed || layout_ == SMK_LAYOUT_GREY) return frame;
    const bool two = layout_ == SMK_LAYOUT_NV12;
    for (int i = 1; i < (two ? 2 : 3); ++i) {
      frame.planes[i] = bytes_.data() + i * kWidth * kHeight;
      frame.strides[i] = two ? kWidth : kWidth / 2;
    }
    return frame;
  }
  [[nodiscard]] const std::vector<std::uint8_t>& bytes() const { return bytes_; }

 private:
  int light(int x, int y, double seconds) {
    seed_ = seed_ * 1664525U + 1013904223U;
    const double grain = static_cast<double>(seed_ >> 24U) / 16 - 8;
    return static_cast<int>(
        120 + 60 * std::sin(x * 0.05 + seconds) * std::cos(y * 0.07 - seconds / 2) + grain);
  }
  void set(int x, int y, int value) {
    const int at = y * kWidth + x;
    if (layout_ < SMK_LAYOUT_RGBA) {
      bytes_[static_cast<std::size_t>(at)] = static_cast<std::uint8_t>(value);
      return;
    }
    for (int c = 0; c < 4; ++c)
      bytes_[static_cast<std::size_t>(4 * at + c)] = static_cast<std::uint8_t>(value + 3 * c);
  }
  smk_layout layout_;
  std::vector<std::uint8_t> bytes_;
  std::uint32_t seed_ = 1;
};

void mark_options(Host& host, OptionsHandle& options, const char* layers = "robust") {
  REQUIRE_SMK(host.error, smk_options_new(SMK_FLOW_MARK, options.out(), host.error.out()));
  set_option(host, options, "layers", layers);
  set_option(host, options, "content-id", kId);
}

std::string found_id(Host& host, smk_film_detector* detector) {
  VerifyReportHandle report;
  REQUIRE_SMK(host.error, smk_film_detector_look(detector, report.out(), host.error.out()));
  return smk_verify_report_content_id(report);
}

}  // namespace

TEST_CASE("pictures of every layout take a signed mark in their place") {
  Host host;
  SignerHandle signer;
  REQUIRE_SMK(host.error, smk_signer_open(host.context, nullptr, signer.out(), host.error.out()));
  OptionsHandle options;
  mark_options(host, options);
  const smk_layout layout = GENERATE(SMK_LAYOUT_GREY, SMK_LAYOUT_NV12, SMK_LAYOUT_RGBA);
  const smk_film film = film_of(layout);
  FilmMarkerHandle marker;
  REQUIRE_SMK(host.error, smk_film_marker_new(host.context, &film, options, signer, marker.out(),
                                              host.error.out()));
  CHECK(std::string(smk_film_marker_content_id(marker)) == kId);
  TrustHandle trust;
  REQUIRE_SMK(host.error, smk_trust_open_default(host.context, trust.out(), host.error.out()));
  FilmDetectorHandle detector;
  REQUIRE_SMK(host.error, smk_film_detector_new(host.context, &film, nullptr, trust, detector.out(),
                                                host.error.out()));
  Scene scene(layout);
  for (int i = 0; i < 60; ++i) {
    const double seconds = i / 6.0;
    CHECK(smk_film_marker_begins_hold(marker, seconds) == (i % 12 == 0 ? 1 : 0));
    smk_frame frame = scene.at(seconds);
    REQUIRE_SMK(host.error, smk_film_marker_mark(marker, &frame, seconds, host.error.out()));
    REQUIRE_SMK(host.error, smk_film_detector_take(detector, &frame, seconds, host.error.out()));
  }
  VerifyReportHandle report;
  REQUIRE_SMK(host.error, smk_film_detector_look(detector, report.out(), host.error.out()));
  CHECK(std::string(smk_verify_report_content_id(report)) == kId);
  INFO(smk_verify_report_json(report));
  CHECK(smk_verify_report_verdict(report) == SMK_VERDICT_VERIFIED);
  CHECK(smk_film_detector_satisfied(detector) == 1);
  MarkReportHandle laid;
  REQUIRE_SMK(host.error, smk_film_marker_report(marker, laid.out(), host.error.out()));
  CHECK(std::string(smk_mark_report_json(laid)).find(kId) != std::string::npos);
}

TEST_CASE("markers of one content id lay one mark") {
  Host host;
  OptionsHandle options;
  mark_options(host, options);
  const smk_film film = film_of(SMK_LAYOUT_GREY);
  FilmMarkerHandle first, second;
  for (FilmMarkerHandle* marker : {&first, &second})
    REQUIRE_SMK(host.error, smk_film_marker_new(host.context, &film, options, nullptr,
                                                marker->out(), host.error.out()));
  Scene one(SMK_LAYOUT_GREY), two(SMK_LAYOUT_GREY);
  smk_frame a = one.at(3), b = two.at(3);
  REQUIRE(smk_film_marker_mark(first, &a, 3, nullptr) == SMK_OK);
  REQUIRE(smk_film_marker_mark(second, &b, 3, nullptr) == SMK_OK);
  CHECK(one.bytes() == two.bytes());
}

TEST_CASE("the fourth byte stays, and the label is drawn") {
  Host host;
  OptionsHandle options;
  mark_options(host, options, "robust,visible");
  const smk_film film = film_of(SMK_LAYOUT_BGRA);
  FilmMarkerHandle marker;
  REQUIRE_SMK(host.error, smk_film_marker_new(host.context, &film, options, nullptr, marker.out(),
                                              host.error.out()));
  Scene scene(SMK_LAYOUT_BGRA);
  smk_frame frame = scene.at(0);
  const std::vector<std::uint8_t> before = scene.bytes();
  REQUIRE_SMK(host.error, smk_film_marker_mark(marker, &frame, 0, host.error.out()));
  int largest = 0;
  bool fourth = true;
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (i % 4 == 3) fourth = fourth && before[i] == scene.bytes()[i];
    largest = std::max(largest, std::abs(before[i] - scene.bytes()[i]));
  }
  CHECK(fourth);
  CHECK(largest > 60);  // the label's own light
}

TEST_CASE("an unmarked scene has no mark") {
  Host host;
  const smk_film film = film_of(SMK_LAYOUT_GREY);
  FilmDetectorHandle detector;
  REQUIRE_SMK(host.error, smk_film_detector_new(host.context, &film, nullptr, nullptr,
                                                detector.out(), host.error.out()));
  Scene scene(SMK_LAYOUT_GREY);
  for (int i = 0; i < 12; ++i) {
    const smk_frame frame = scene.at(i);
    REQUIRE(smk_film_detector_take(detector, &frame, i, nullptr) == SMK_OK);
  }
  CHECK(found_id(host, detector).empty());
  CHECK(smk_film_detector_satisfied(detector) == 0);
}

TEST_CASE("a live sound comes out in step and carries the id") {
  Host host;
  OptionsHandle options;
  mark_options(host, options);
  smk_sound sound{};
  sound.struct_size = sizeof sound;
  sound.rate = kRate;
  sound.channels = 2;
  sound.live = 1;
  SoundMarkerHandle marker;
  REQUIRE_SMK(host.error, smk_sound_marker_new(host.context, &sound, options, nullptr, marker.out(),
                                               host.error.out()));
  SoundDetectorHandle detector;
  REQUIRE_SMK(host.error, smk_sound_detector_new(host.context, &sound, nullptr, nullptr,
                                                 detector.out(), host.error.out()));
  std::uint32_t seed = 5;
  constexpr std::size_t kBlock = 500, kBlocks = 40 * kRate / kBlock;
  std::vector<float> left(kBlock), right(kBlock);
  float* channels[] = {left.data(), right.data()};
  std::size_t in = 0, out = 0;
  bool in_step = true;
  float smooth = 0;
  const auto drain = [&] {
    while (const std::size_t got = smk_sound_marker_pull(marker, channels, kBlock)) {
      REQUIRE(smk_sound_detector_push(detector, channels, got, nullptr) == SMK_OK);
      out += got;
    }
  };
  for (std::size_t block = 0; block < kBlocks; ++block) {
    for (std::size_t i = 0; i < kBlock; ++i) {
      seed = seed * 1664525U + 1013904223U;
      smooth += 0.3F * (static_cast<float>(seed >> 8U) / (1U << 24U) - 0.5F - smooth);
      left[i] = smooth, right[i] = 0.7F * smooth;
    }
    REQUIRE_SMK(host.error, smk_sound_marker_push(marker, channels, kBlock, host.error.out()));
    in += kBlock;
    drain();
    in_step = in_step && out + smk_sound_marker_latency(marker) >= in;
  }
  REQUIRE_SMK(host.error, smk_sound_marker_finish(marker, host.error.out()));
  drain();
  CHECK(in_step);
  CHECK(out == in);
  VerifyReportHandle report;
  REQUIRE_SMK(host.error, smk_sound_detector_finish(detector, report.out(), host.error.out()));
  CHECK(std::string(smk_verify_report_content_id(report)) == kId);
  CHECK(std::string(smk_verify_report_sentence(report)).find("in the sound") != std::string::npos);
}

TEST_CASE("what cannot be is refused with a code") {
  Host host;
  FilmMarkerHandle marker;
  smk_film film = film_of(SMK_LAYOUT_RGBA);
  const auto refused = [&] {
    CHECK(smk_film_marker_new(host.context, &film, nullptr, nullptr, marker.out(),
                              host.error.out()) != SMK_OK);
    return std::string(smk_error_code(host.error));
  };
  film.bits = 10;
  CHECK(refused() == "video.form");
  film = film_of(static_cast<smk_layout>(99));
  CHECK(refused() == "video.form");
  film = film_of(SMK_LAYOUT_GREY);
  film.struct_size = 4;
  CHECK(refused() == "capi.argument");
  film = film_of(SMK_LAYOUT_GREY);
  film.height = 40;
  CHECK(refused() == "video.mark.size");
  smk_sound sound{};
  sound.struct_size = sizeof sound;
  sound.rate = 4000;
  sound.channels = 1;
  SoundMarkerHandle sounds;
  CHECK(smk_sound_marker_new(host.context, &sound, nullptr, nullptr, sounds.out(),
                             host.error.out()) != SMK_OK);
}

TEST_CASE("the slate is red, and says why") {
  Host host;
  const smk_film film = film_of(SMK_LAYOUT_RGBA);
  Scene scene(SMK_LAYOUT_RGBA);
  const smk_frame frame = scene.at(0);
  REQUIRE_SMK(host.error, smk_paint_slate(&film, &frame, "no such key", host.error.out()));
  const std::uint8_t* last = scene.bytes().data() + 4 * (kWidth * kHeight - 1);
  CHECK(std::vector<int>(last, last + 4) == std::vector<int>{255, 0, 0, 255});
  std::size_t words = 0;
  for (std::size_t i = 1; i < scene.bytes().size(); i += 4)
    words += scene.bytes()[i] > 128 ? 1U : 0U;
  CHECK(words > 100);
}
