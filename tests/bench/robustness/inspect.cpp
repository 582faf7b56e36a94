// SPDX-License-Identifier: Apache-2.0
// Attacks without a mark: for the eye, and their self-test.
#include <fmt/format.h>

#include <filesystem>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "attacks.hpp"
#include "modes.hpp"
#include "pictures.hpp"
#include "runner.hpp"

namespace signmark::bench {
namespace {

namespace fs = std::filesystem;

std::string file_name_of(const std::string& attack) {
  std::string name;
  for (const char c : attack) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    name += plain || c == '.' || c == '-' ? c : '_';
  }
  return name + ".png";
}

/// A gradient with edges and grain: every attack changes it.
Picture test_picture(cv::Size size) {
  cv::Mat bgr(size, CV_8UC3);
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x)
      bgr.at<cv::Vec3b>(y, x) = {static_cast<uchar>(x * 200 / size.width + (x * y) % 32),
                                 static_cast<uchar>(y * 200 / size.height + (x + 3 * y) % 16),
                                 static_cast<uchar>(60 + (x / 16 + y / 16) % 2 * 120)};
  return {fmt::format("test {}x{}", size.width, size.height), bgr};
}

bool same(const cv::Mat& a, const cv::Mat& b) {
  return a.size() == b.size() && cv::norm(a, b, cv::NORM_INF) == 0;
}

/// Accomplices who hold brighter versions of the picture.
Accomplices test_accomplices(const Picture& picture) {
  return {[picture](int payload) { return cv::Mat(picture.bgr + cv::Scalar::all(payload)); },
          [picture] {
            return std::vector<cv::Mat>{picture.bgr * 0.9, picture.bgr * 0.8};
          }};
}

/// What is wrong with an attack on a picture; empty: nothing.
std::string complaint(const Attack& attack, const Picture& picture) {
  const auto run = [&] {
    return attacked(attack, picture.bgr, picture.name, 1, test_accomplices(picture));
  };
  const cv::Mat before = picture.bgr.clone(), once = run();
  if (once.empty() || once.type() != CV_8UC3) return "no 8-bit BGR picture";
  const cv::Size expected = attack.step.size(picture.bgr.size());
  if (!expected.empty() && once.size() != expected)
    return fmt::format("{}x{} instead of {}x{}", once.cols, once.rows, expected.width,
                       expected.height);
  if (!same(before, picture.bgr)) return "changes its input";
  if (!same(once, run())) return "does not repeat";
  if (same(once, picture.bgr) != (attack.step.name == "none")) return "leaves the picture as it is";
  return {};
}

}  // namespace

int write_attacked(const Options& options) {
  Options first = options;
  first.limit = 1;
  const auto files = chosen_files(first);
  if (files.empty()) return 1;
  const auto picture = load_chosen(files.front(), first);
  fs::create_directories(options.attacks_folder);
  for (const Attack& attack : distinct_attacks(suites(options.suite))) {
    if (attack.collude) {
      fmt::print(stderr, "SKIPPED {}: needs a mark\n", attack.step.name);
      continue;
    }
    const cv::Mat bad = attacked(attack, picture->bgr, picture->name, options.seed, {});
    const auto file = fs::path(options.attacks_folder) / file_name_of(attack.step.name);
    cv::imwrite(file.string(), bad);
    fmt::print("{:<45} {}x{} {}\n", attack.step.name, bad.cols, bad.rows, file.string());
  }
  return 0;
}

int run_self_test() {
  int failures = 0, checks = 0;
  const auto attacks = distinct_attacks(suites("quick,all"));
  for (const cv::Size size : {cv::Size(300, 200), cv::Size(201, 333), cv::Size(256, 256)}) {
    const Picture picture = test_picture(size);
    for (const Attack& attack : attacks) {
      ++checks;
      const std::string text = complaint(attack, picture);
      if (text.empty()) continue;
      ++failures;
      fmt::print("FAILED {} on {}x{}: {}\n", attack.step.name, size.width, size.height, text);
    }
  }
  fmt::print("self-test: {} of {} checks failed ({} attacks)\n", failures, checks, attacks.size());
  return failures == 0 ? 0 : 1;
}

}  // namespace signmark::bench
