// SPDX-License-Identifier: Apache-2.0
// Marks in samples that the host holds: layouts, floats, refusals.
#include <cmath>
#include <cstring>
#include <vector>

#include "host.hpp"

using namespace signmark::test;

namespace {

constexpr int kSide = 640;

/// Waves and grain: enough structure for a mark. One channel of `side` x `side`.
std::vector<float> texture(int side, unsigned seed) {
  std::vector<float> samples(static_cast<std::size_t>(side) * side);
  for (int y = 0; y < side; ++y)
    for (int x = 0; x < side; ++x) {
      seed = seed * 1664525U + 1013904223U;
      const double grain = static_cast<double>(seed >> 20U) / 4096 - 0.5;
      samples[static_cast<std::size_t>(y) * side + x] =
          static_cast<float>(0.5 + 0.25 * std::sin(x * 0.031) * std::cos(y * 0.047) + 0.12 * grain);
    }
  return samples;
}

/// Planar red, green, blue, from -1 to 1.
std::vector<float> planar() {
  std::vector<float> picture;
  for (const float value : texture(kSide, 7)) picture.push_back(value * 2 - 1);
  const std::vector<float> one = picture;
  for (int i = 0; i < 2; ++i) picture.insert(picture.end(), one.begin(), one.end());
  return picture;
}

smk_pixels describe(std::vector<float>& samples) {
  smk_pixels pixels{};
  pixels.struct_size = sizeof pixels;
  pixels.sample = SMK_SAMPLE_F32;
  pixels.width = pixels.height = kSide;
  pixels.channels = 3;
  pixels.data = samples.data();
  pixels.row_stride = kSide * static_cast<ptrdiff_t>(sizeof(float));
  pixels.pixel_stride = sizeof(float);
  pixels.channel_stride = pixels.row_stride * kSide;
  pixels.low = -1;
  pixels.high = 1;
  return pixels;
}

struct Call {
  smk_context* context = nullptr;
  smk_options* options = nullptr;
  smk_error* error = nullptr;
  Call() {
    REQUIRE(smk_context_new(&context, nullptr) == SMK_OK);
    REQUIRE(smk_options_new(SMK_FLOW_MARK, &options, nullptr) == SMK_OK);
    REQUIRE(smk_options_set(options, "layers", "robust", nullptr) == SMK_OK);
  }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call() {
    smk_error_free(error);
    smk_options_free(options);
    smk_context_free(context);
  }
  smk_status mark(const smk_pixels& pixels) {
    smk_error_free(error);
    error = nullptr;
    return smk_mark_pixels(context, &pixels, options, nullptr, nullptr, &error);
  }
};

}  // namespace

TEST_CASE("floats in planes take a mark that is found again, and only once") {
  Call call;
  const std::vector<float> before = planar();
  std::vector<float> samples = before;
  const smk_pixels pixels = describe(samples);
  smk_mark_report* report = nullptr;
  REQUIRE(smk_mark_pixels(call.context, &pixels, call.options, nullptr, &report, &call.error) ==
          SMK_OK);
  CHECK(samples != before);
  smk_verify_report* found = nullptr;
  REQUIRE(smk_verify_pixels(call.context, &pixels, nullptr, nullptr, &found, nullptr) == SMK_OK);
  CHECK(smk_verify_report_verdict(found) == SMK_VERDICT_MARKED);
  CHECK(std::strcmp(smk_verify_report_content_id(found), smk_mark_report_content_id(report)) == 0);
  const std::vector<float> marked = samples;
  CHECK(call.mark(pixels) == SMK_REFUSED);
  CHECK(std::strcmp(smk_error_code(call.error), "pipeline.existing") == 0);
  CHECK(samples == marked);
  smk_verify_report_free(found);
  smk_mark_report_free(report);
}

TEST_CASE("samples without a mark have none") {
  Call call;
  std::vector<float> samples = planar();
  const smk_pixels pixels = describe(samples);
  smk_verify_report* found = nullptr;
  REQUIRE(smk_verify_pixels(call.context, &pixels, nullptr, nullptr, &found, nullptr) == SMK_OK);
  CHECK(smk_verify_report_verdict(found) == SMK_VERDICT_NONE);
  smk_verify_report_free(found);
}

TEST_CASE("descriptions that are no picture are refused before any sample is touched") {
  Call call;
  std::vector<float> samples = planar();
  const std::vector<float> before = samples;
  smk_pixels pixels = describe(samples);
  pixels.struct_size = 8;
  CHECK(call.mark(pixels) != SMK_OK);
  CHECK(std::strcmp(smk_error_code(call.error), "capi.argument") == 0);
  pixels = describe(samples);
  pixels.channels = 2;
  CHECK(call.mark(pixels) != SMK_OK);
  CHECK(std::strcmp(smk_error_code(call.error), "pipeline.pixels") == 0);
  pixels = describe(samples);
  pixels.low = 1;
  CHECK(call.mark(pixels) != SMK_OK);
  pixels = describe(samples);
  pixels.width = 1 << 20;
  CHECK(call.mark(pixels) != SMK_OK);
  CHECK(std::strcmp(smk_error_code(call.error), "image.limit") == 0);
  CHECK(smk_mark_pixels(call.context, nullptr, nullptr, nullptr, nullptr, nullptr) != SMK_OK);
  CHECK(samples == before);
}
