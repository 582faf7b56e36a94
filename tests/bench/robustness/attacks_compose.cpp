// SPDX-License-Identifier: Apache-2.0
// Composition of steps, and the chains that several suites share.
#include "steps.hpp"

namespace signmark::bench {
namespace {

std::string joined_names(const std::vector<Step>& steps) {
  std::string all;
  for (const Step& step : steps) all += (all.empty() ? "" : " + ") + step.name;
  return all;
}

}  // namespace

Step chain(const std::vector<Step>& steps) {
  Step all{joined_names(steps), {}, {}};
  all.run = [steps](const cv::Mat& picture, cv::RNG& random) {
    cv::Mat now = picture;
    for (const Step& step : steps) now = step.run(now, random);
    return now;
  };
  all.size = [steps](cv::Size size) {
    for (const Step& step : steps) size = step.size(size);
    return size;
  };
  return all;
}

Step named(std::string name, Step step) {
  step.name = std::move(name);
  return step;
}

Step filter_step(std::string name, std::function<cv::Mat(const cv::Mat&)> run) {
  return {std::move(name),
          [run = std::move(run)](const cv::Mat& picture, cv::RNG&) { return run(picture); },
          [](cv::Size size) { return size; }};
}

Step nothing() {
  return filter_step("none", [](const cv::Mat& picture) { return picture.clone(); });
}

Step screenshot() { return named("screenshot", chain({scale(0.83), page(), jpeg(85)})); }

Step meta_chain() {
  return named("M: JPEG 40 + crop 50 % + brightness 0.5",
               chain({jpeg(40), crop(0.5, CropPlace::random), brightness(0.5)}));
}

Step print_camera() {
  return named("P: print-camera proxy",
               chain({rotate(3, Canvas::inner), gamma(0.8), blur(1), noise(4), jpeg(60)}));
}

Step messenger() { return named("messenger", chain({longest_side(1280), jpeg(70)})); }

Step thumbnail() { return named("thumbnail", chain({longest_side(690), jpeg(75)})); }

Step shifted_jpegs() {
  return named("three shifted JPEG 75",
               chain({jpeg(75), cut_edges(4, 4), jpeg(75), cut_edges(3, 5), jpeg(75)}));
}

}  // namespace signmark::bench
