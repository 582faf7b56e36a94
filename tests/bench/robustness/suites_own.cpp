// SPDX-License-Identifier: Apache-2.0
// Our own suites: quick, floor (image-mark.md 13.1), signed (13.2), chains (14.1).
#include <cmath>

#include "suites.hpp"

namespace signmark::bench {
namespace {

constexpr auto kRandom = CropPlace::random;

/// The sides' ratio times `ratio`, the area kept.
Step aspect(double ratio) {
  return named(("aspect " + std::to_string(ratio)).substr(0, 11),
               stretch(std::sqrt(ratio), 1 / std::sqrt(ratio)));
}

Step hard_crop() { return named("K: crop 25 % + JPEG 70", chain({crop(0.25, kRandom), jpeg(70)})); }

Step crop_scale_jpeg() {
  return named("R: crop 50 % + scale 0.5 + JPEG 50",
               chain({crop(0.5, kRandom), scale(0.5), jpeg(50)}));
}

void add_photometric(std::vector<Attack>& suite) {
  const Targets all{97, 99.5, 99.9};
  add(suite, "none", {nothing()}, all);
  add(suite, "flip and quarter turn",
      {flip(Axis::horizontal), flip(Axis::vertical), quarter_turns(1), quarter_turns(2),
       quarter_turns(3)},
      all);
  add(suite, "photometric",
      {brightness(0.5), brightness(1.5), brightness(2), contrast(0.5), contrast(1.5), contrast(2),
       gamma(0.5), gamma(2), hue(0.25), hue(0.5), grey(), saturation(0), saturation(2)},
      all);
}

void add_compression(std::vector<Attack>& suite) {
  add(suite, "compression", {jpeg(70)}, {80, 99.5, 99.9});
  add(suite, "compression", {jpeg(50)}, {50, 99, 99.5});
  add(suite, "compression", {jpeg(30)}, {0, 95, 98});
  add(suite, "compression", {webp(50)}, {40, 99, 99.5});
  add(suite, "compression", {webp(30)}, {0, 70, 90});
}

void add_geometry(std::vector<Attack>& suite) {
  std::vector<Step> turns;
  for (const int degrees : {1, 2, 5, 10, 17, 30, 45})
    turns.push_back(rotate(degrees, Canvas::same));
  turns.push_back(rotate_random(Canvas::same));
  turns.push_back(rotate_random(Canvas::expanded));
  add(suite, "rotation", turns, {85, 99, 99.5});
  add(suite, "scale", {scale(0.5)}, {50, 98, 99.5});
  add(suite, "scale", {scale(0.4)}, {0, 85, 99});
  add(suite, "scale", {scale(0.3)}, {0, 60, 95});
  add(suite, "scale", {scale(1.5), scale(2), scale(3)}, {90, 99, 99});
  add(suite, "crop", {crop(0.5, kRandom)}, {70, 99, 99.5});
  add(suite, "crop", {crop(0.25, kRandom)}, {40, 80, 98});
  add(suite, "crop", {crop(0.1, kRandom)}, {0, 50, 85});
  add(suite, "affine",
      {aspect(0.8), aspect(0.9), aspect(1.1), aspect(1.25), shear(5, 0), shear(0, 5), shear(5, 5),
       affine(1.010, .013, .009, 1.011), affine(1.007, .010, .010, 1.012),
       affine(1.013, .008, .011, 1.008)},
      {80, 98, 99});
  add(suite, "warp", {bending(2)}, {50, 97, 99});
}

}  // namespace

std::vector<Attack> quick_suite() {
  std::vector<Attack> suite;
  add(suite, "none", {nothing()});
  add(suite, "compression", {jpeg(50), jpeg(30), webp(50)});
  add(suite, "geometry",
      {scale(0.5), crop(0.5, kRandom), crop(0.25, kRandom), rotate(17, Canvas::same)});
  add(suite, "filter and noise", {blur(2), noise(10)});
  add(suite, "chain", {screenshot(), meta_chain(), hard_crop()});
  return suite;
}

std::vector<Attack> floor_suite() {
  std::vector<Attack> suite;
  add_photometric(suite);
  add_geometry(suite);
  add_compression(suite);
  add(suite, "noise and occlusion", {noise(10), captions(), erase(0.25)}, {85, 99, 99.5});
  add(suite, "filter", {blur(1)}, {70, 99, 99});
  add(suite, "filter", {blur(2)}, {0, 85, 95});
  add(suite, "filter", {median(3)}, {60, 98, 99});
  add(suite, "filter", {median(5)}, {0, 70, 90});
  add(suite, "chain", {meta_chain()}, {0, 85, 98});
  add(suite, "chain", {crop_scale_jpeg()}, {0, 30, 95});
  add(suite, "chain", {screenshot()}, {60, 99, 99.5});
  add(suite, "chain", {print_camera()}, {30, 85, 95});
  return suite;
}

std::vector<Attack> signed_suite() {
  std::vector<Attack> suite;
  const Targets most{0, 0, 0, 95}, least{0, 0, 0, 80};
  add(suite, "signed",
      {nothing(), jpeg(50), jpeg(30), webp(50), scale(0.5), scale(0.4), crop(0.5, kRandom),
       crop(0.25, kRandom), rotate(17, Canvas::same), rotate_random(Canvas::same), screenshot(),
       hard_crop()},
      most);
  add(suite, "signed", {crop_scale_jpeg()}, least);
  return suite;
}

std::vector<Attack> chains_suite() {
  std::vector<Attack> suite;
  add(suite, "chain",
      {meta_chain(), crop_scale_jpeg(), hard_crop(),
       named("T: rotate 5 inner + scale 0.75 + JPEG 70",
             chain({rotate(5, Canvas::inner), scale(0.75), jpeg(70)})),
       named("F: flip + gamma 0.7 + WebP 60 + scale 1.3",
             chain({flip(Axis::horizontal), gamma(0.7), webp(60), scale(1.3)})),
       named("B: blur 1 + noise 5 + JPEG 50", chain({blur(1), noise(5), jpeg(50)})), print_camera(),
       messenger(), thumbnail(), screenshot(), shifted_jpegs()});
  return suite;
}

}  // namespace signmark::bench
