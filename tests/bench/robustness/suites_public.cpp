// SPDX-License-Identifier: Apache-2.0
// Public suites, re-implemented from their published parameters (peers.md 9): StirMark 3.1, WAVES,
// Video Seal.
#include <fmt/format.h>

#include <cmath>

#include "suites.hpp"

namespace signmark::bench {
namespace {

std::vector<Step> each(const std::vector<double>& values, const std::function<Step(double)>& make) {
  std::vector<Step> steps;
  steps.reserve(values.size());
  for (const double value : values) steps.push_back(make(value));
  return steps;
}

/// StirMark's crop removes this share of each side, all around.
Step stirmark_crop(double percent) {
  const double side = 1 - percent / 100;
  return named(fmt::format("crop, {} % of each side removed", percent),
               crop(side * side, CropPlace::centre));
}

void add_stirmark_geometry(std::vector<Attack>& suite) {
  const std::vector<double> small{-2, -1, -.75, -.5, -.25, .25, .5, .75, 1, 2};
  const std::vector<double> large{5, 10, 15, 30, 45, 90};
  for (const auto canvas : {Canvas::inner, Canvas::inner_rescaled})
    for (const auto& angles : {small, large})
      add(suite, canvas == Canvas::inner ? "rotation, cropped" : "rotation, cropped and rescaled",
          each(angles, [canvas](double angle) { return rotate(angle, canvas); }));
  add(suite, "scale", each({.5, .75, .9, 1.1, 1.5, 2}, scale));
  add(suite, "crop", each({1, 2, 5, 10, 15, 20, 25, 50, 75}, stirmark_crop));
  add(suite, "shear",
      {shear(0, 1), shear(0, 5), shear(1, 0), shear(5, 0), shear(1, 1), shear(5, 5)});
  add(suite, "rows and columns",
      {remove_lines(1, 1), remove_lines(1, 5), remove_lines(5, 1), remove_lines(5, 17),
       remove_lines(17, 5)});
  add(suite, "affine",
      {affine(1.010, .013, .009, 1.011), affine(1.007, .010, .010, 1.012),
       affine(1.013, .008, .011, 1.008)});
  add(suite, "bending", {stirmark_bending(), bending(2), bending(4)});
}

/// One WAVES combination at a strength of 0 to 1.
Step waves_geometric(double strength) {
  return named(fmt::format("geometric {}", strength),
               chain({rotate(45 * strength, Canvas::same), resized_crop(1 - 0.5 * strength),
                      erase(0.25 * strength)}));
}

Step waves_photometric(double strength) {
  return named(fmt::format("photometric {}", strength),
               chain({brightness(1 + strength), contrast_mean(1 + strength)}));
}

Step waves_degradation(double strength) {
  return named(fmt::format("degradation {}", strength),
               chain({blur(20 * strength), noise(25.5 * strength),
                      jpeg(static_cast<int>(90 - 80 * strength))}));
}

Step waves_all(double strength) {
  return named(
      fmt::format("all {}", strength),
      chain({waves_geometric(strength), waves_photometric(strength), waves_degradation(strength)}));
}

}  // namespace

std::vector<Attack> stirmark_suite() {
  std::vector<Attack> suite;
  add_stirmark_geometry(suite);
  add(suite, "flip", {flip(Axis::horizontal)});
  add(suite, "filter",
      {median(2), median(3), median(4), gaussian3(), sharpen3(), laplacian_removal()});
  add(suite, "palette", {palette256(Dither::none)});
  add(suite, "JPEG", each({90, 80, 70, 60, 50, 40, 35, 30, 25, 20, 15, 10}, [](double q) {
        return jpeg(static_cast<int>(q));
      }));
  return suite;
}

std::vector<Attack> waves_suite() {
  std::vector<Attack> suite;
  const std::vector<double> strengths{.2, .4, .6, .8, 1};
  add(suite, "geometry",
      each({9, 18, 27, 36, 45}, [](double angle) { return rotate(angle, Canvas::same); }));
  add(suite, "geometry", each({.9, .8, .7, .6, .5}, resized_crop));
  add(suite, "geometry", each({.05, .1, .15, .2, .25}, erase));
  add(suite, "photometric", each({1.2, 1.4, 1.6, 1.8, 2}, brightness));
  add(suite, "photometric", each({1.2, 1.4, 1.6, 1.8, 2}, contrast_mean));
  add(suite, "degradation", each({4, 8, 12, 16, 20}, blur));
  add(suite, "degradation", each({5.1, 10.2, 15.3, 20.4, 25.5}, noise));
  add(suite, "degradation",
      each({90, 70, 50, 30, 10}, [](double q) { return jpeg(static_cast<int>(q)); }));
  for (const auto make : {waves_geometric, waves_photometric, waves_degradation, waves_all})
    add(suite, "combination", each(strengths, make));
  return suite;
}

std::vector<Attack> videoseal_suite() {
  std::vector<Attack> suite;
  const std::vector<double> sides{.32, .45, .55, .63, .71, .77, .84, .89, .95};
  const std::vector<double> factors{.1, .25, .5, .75, 1.25, 1.5, 1.75, 2};
  add(suite, "none", {nothing()});
  add(suite, "flip", {flip(Axis::horizontal)});
  add(suite, "rotation",
      each({5, 10, 30, 45, 90}, [](double angle) { return rotate(angle, Canvas::same); }));
  // Ratio 1.00 of either, brightness and contrast 1 and hue 0 are the untouched picture.
  add(suite, "resize", each(sides, scale));
  add(suite, "crop", each(sides, [](double side) { return crop(side * side, CropPlace::random); }));
  // torchvision's distortion moves a corner by up to that share of half the side.
  add(suite, "perspective", each({.1, .2, .3, .4, .5, .6, .7, .8}, [](double distortion) {
        return perspective(distortion / 2);
      }));
  add(suite, "brightness", each(factors, brightness));
  add(suite, "contrast", each(factors, contrast_mean));
  add(suite, "hue", each({-.4, -.3, -.2, -.1, .1, .2, .3, .4, .5}, hue));
  add(suite, "grey", {grey()});
  add(suite, "JPEG",
      each({40, 50, 60, 70, 80, 90}, [](double q) { return jpeg(static_cast<int>(q)); }));
  add(suite, "blur",
      each({3, 5, 9, 13, 17}, [](double k) { return gaussian_kernel(static_cast<int>(k)); }));
  add(suite, "combined", each({40, 60, 80}, [](double q) {
        return chain(
            {jpeg(static_cast<int>(q)), crop(.71 * .71, CropPlace::random), brightness(.5)});
      }));
  return suite;
}

}  // namespace signmark::bench
