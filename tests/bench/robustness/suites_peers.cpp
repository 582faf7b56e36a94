// SPDX-License-Identifier: Apache-2.0
// The 83 attacks that other watermarks were measured with (peers.md 6.1), in its groups.
#include <opencv2/imgproc.hpp>
#include <stdexcept>

#include "suites.hpp"

namespace signmark::bench {
namespace {

cv::Mat mean_of(const std::vector<cv::Mat>& pictures) {
  cv::Mat sum(pictures.front().size(), CV_32FC3, cv::Scalar::all(0)), out;
  for (const cv::Mat& picture : pictures) cv::accumulate(picture, sum);
  sum.convertTo(out, CV_8U, 1.0 / static_cast<double>(pictures.size()));
  return out;
}

cv::Mat mean_of_payloads(const cv::Mat& picture, const Accomplices& accomplices) {
  return mean_of({picture, accomplices.other_payload(1), accomplices.other_payload(2)});
}

/// What non-local means takes out of a picture, an attacker's guess at the mark in it.
cv::Mat residual(const cv::Mat& picture, cv::Size size) {
  cv::RNG unused;
  cv::Mat smooth = denoise(5).run(picture, unused), out;
  cv::subtract(picture, smooth, out, {}, CV_32F);
  cv::resize(out, out, size, 0, 0, cv::INTER_LINEAR);
  return out;
}

cv::Mat without_mean_residual(const cv::Mat& picture, const Accomplices& accomplices) {
  const std::vector<cv::Mat> others = accomplices.other_pictures();
  if (others.empty()) throw std::runtime_error("needs a second picture");
  cv::Mat sum(picture.size(), CV_32FC3, cv::Scalar::all(0)), out;
  for (const cv::Mat& other : others) sum += residual(other, picture.size());
  sum *= 1.0 / static_cast<double>(others.size());
  cv::subtract(picture, sum, out, {}, CV_8U);
  return out;
}

Attack colluding(std::string name, decltype(Attack::collude) collude) {
  return {"removal", named(std::move(name), nothing()), {}, std::move(collude), {}};
}

void add_rotation(std::vector<Attack>& suite) {
  for (const auto canvas : {Canvas::same, Canvas::inner})
    for (const int degrees : {1, 2, 5, 10, 30, 45})
      add(suite, "rotation", {rotate(degrees, canvas)});
  add(suite, "rotation", {quarter_turns(1)});
}

void add_chains(std::vector<Attack>& suite) {
  add(suite, "chain",
      {chain({scale(0.83), jpeg(80), gamma(1.1)}), messenger(), thumbnail(),
       named("print-scan",
             chain({perspective(0.02), blur(0.8), contrast(0.9), gamma(0.9), noise(4), jpeg(80)})),
       chain({crop(0.5, CropPlace::random), scale(0.7), jpeg(50)}),
       chain({rotate(3, Canvas::inner), jpeg(60)}), shifted_jpegs()});
}

}  // namespace

std::vector<Attack> peers_suite() {
  std::vector<Attack> suite;
  add(suite, "none", {nothing()});
  add(suite, "compression",
      {jpeg(90), jpeg(75), jpeg(50), jpeg(40), jpeg(30), jpeg(20), webp(80), webp(50)});
  suite.push_back({"compression", avif(50), {}, {}, avif_missing()});
  add(suite, "scale",
      {scale(0.75), scale(0.5), scale(0.33), scale(0.25), scale(1.5), scale(2), stretch(0.9, 1.1)});
  for (const auto place : {CropPlace::centre, CropPlace::random})
    for (const double area : {0.75, 0.5, 0.25, 0.1}) add(suite, "crop", {crop(area, place)});
  add_rotation(suite);
  add(suite, "flip", {flip(Axis::horizontal), flip(Axis::vertical)});
  add(suite, "warp", {perspective(0.04)});
  add(suite, "photometric",
      {brightness(1.3), brightness(0.7), contrast(1.3), contrast(0.7), gamma(0.7), gamma(1.5),
       hue(20 / 360.0), saturation(1.5), saturation(0.5), grey(), equalise(), posterise(4),
       palette256(Dither::floyd_steinberg)});
  add(suite, "filter", {blur(1), blur(2), median(3), median(5), unsharp(2, 1.5), denoise(5)});
  add(suite, "noise", {noise(5), noise(10), noise(20), salt_and_pepper(0.01)});
  add(suite, "occlusion", {captions(), logo(), erase_four(0.1), erase_four(0.3)});
  add(suite, "canvas", {white_border(0.06), black_bars(), backdrop(1.6, 1), backdrop(2, 0.7)});
  add_chains(suite);
  add(suite, "removal", {down_and_up(256), chain({blur(1), noise(12), denoise(10)})});
  suite.push_back(colluding("mean of three payloads", mean_of_payloads));
  suite.push_back(colluding("mean residual of others subtracted", without_mean_residual));
  return suite;
}

}  // namespace signmark::bench
