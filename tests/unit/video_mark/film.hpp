// SPDX-License-Identifier: Apache-2.0
// Films made in code for the mark in frames, and short ways to mark, change and read them.
#pragma once

#include <catch2/catch.hpp>
#include <opencv2/imgproc.hpp>

#include "video/mark/frame_mark.hpp"

namespace signmark::video::test {

inline constexpr std::uint64_t kId = 0x0123456789abcdefULL;
inline constexpr double kRate = 6;  // frames a second: enough for what is tested

inline std::array<Byte, 32> key_of(int seed) {
  std::array<Byte, 32> key{};
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<Byte>(seed * 37 + i * 11 + 5);
  return key;
}

/// Luma of 8 bits (CV_8U) or more (CV_16U), and the time of each frame.
struct Film {
  std::vector<cv::Mat> frames;
  std::vector<double> times;
  int bits = 8;
};

/// Texture of several sizes that moves, with a box that moves otherwise.
inline Film scene(double seconds, cv::Size size = {480, 270}, int seed = 1) {
  cv::RNG random(static_cast<std::uint64_t>(seed));
  cv::Mat ground(size.height + 64, size.width + 64, CV_32F, cv::Scalar(110));
  for (const double sigma : {1.5, 5.0, 20.0}) {
    cv::Mat noise(ground.size(), CV_32F);
    random.fill(noise, cv::RNG::NORMAL, 0, 8 * sigma);
    cv::GaussianBlur(noise, noise, {}, sigma);
    ground += noise;
  }
  Film film;
  for (int i = 0; i < seconds * kRate; ++i) {
    cv::Mat frame;
    ground(cv::Rect(i % 60, (i / 2) % 60, size.width, size.height)).convertTo(frame, CV_8U);
    cv::rectangle(frame, {size.width / 4 + 2 * i, size.height / 3, 60, 40}, cv::Scalar(190),
                  cv::FILLED);
    film.frames.push_back(cv::min(cv::max(frame, 20), 230));
    film.times.push_back(i / kRate);
  }
  return film;
}

inline Luma luma_of(const cv::Mat& frame, int bits) {
  return {frame.data, static_cast<std::ptrdiff_t>(frame.step), frame.cols, frame.rows, bits, false};
}

struct Request {
  std::array<Byte, 32> key;
  image::RobustRequest request;
  explicit Request(int seed = 1, std::uint64_t id = kId) : key(key_of(seed)) {
    request.keys.push_back({"test", key});
    request.content_id = id;
    request.issuer_hint = {7, 8, 9, 10};
    request.time = 1'700'000'000;
    request.sign = [](ByteView fields) -> Result<std::array<Byte, 64>> {
      std::array<Byte, 64> signature{};
      for (std::size_t i = 0; i < signature.size(); ++i)
        signature[i] = static_cast<Byte>(fields[i % fields.size()] * 5 + i);
      return signature;
    };
  }
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;
};

inline FilmShape shape_of(const Film& film) {
  FilmShape shape;
  shape.width = film.frames.front().cols;
  shape.height = film.frames.front().rows;
  shape.bits = film.bits;
  shape.seconds = static_cast<double>(film.frames.size()) / kRate;
  return shape;
}

struct Marked {
  Film film;
  PictureReport report;
};

inline Marked marked(const Film& film, const Request& what) {
  auto marker = make_frame_marker(shape_of(film), what.request);
  REQUIRE(marker);
  Marked result{film, {}};
  for (std::size_t i = 0; i < film.frames.size(); ++i) {
    cv::Mat out(film.frames[i].size(), film.frames[i].type());
    (*marker)->begins_hold(film.times[i]);
    REQUIRE((*marker)->mark(luma_of(film.frames[i], film.bits),
                            {out.data, static_cast<std::ptrdiff_t>(out.step)}));
    result.film.frames[i] = out;
  }
  result.report = (*marker)->report();
  return result;
}

/// Every frame changed in the same way.
template <class Change>
Film changed(const Film& film, const Change& change) {
  Film result = film;
  for (cv::Mat& frame : result.frames) frame = change(frame).clone();
  return result;
}

/// Frames `from` up to `to`, with times from 0.
inline Film part(const Film& film, double from, double to) {
  Film result;
  result.bits = film.bits;
  for (std::size_t i = 0; i < film.frames.size(); ++i) {
    if (film.times[i] < from || film.times[i] >= to) continue;
    result.frames.push_back(film.frames[i]);
    result.times.push_back(film.times[i] - from);
  }
  return result;
}

inline Film joined(std::initializer_list<Film> films) {
  Film result;
  double start = 0;
  for (const Film& film : films) {
    for (std::size_t i = 0; i < film.frames.size(); ++i) {
      result.frames.push_back(film.frames[i]);
      result.times.push_back(start + film.times[i]);
    }
    start = result.times.back() + 1 / kRate;
  }
  return result;
}

/// Reads one frame every `every` seconds, as keyframes come, then those that the reader asks for.
inline Finding found(const Film& film, const std::array<Byte, 32>& key, double every = 1) {
  auto reader = make_frame_reader({{"test", key}}, false);
  REQUIRE(reader);
  double next = 0;
  for (std::size_t i = 0; i < film.frames.size(); ++i) {
    if (film.times[i] < next - 1e-6) continue;
    next += every;
    REQUIRE((*reader)->take(luma_of(film.frames[i], film.bits), film.times[i]));
  }
  auto finding = (*reader)->look(Context::standard());
  for (int round = 0; round < 2 && !(*reader)->wanted().empty(); ++round) {
    for (const double time : (*reader)->wanted()) {
      const auto at = static_cast<std::size_t>(std::max(std::ceil(time * kRate - 0.01), 0.0));
      if (at >= film.frames.size()) continue;
      REQUIRE((*reader)->take(luma_of(film.frames[at], film.bits), film.times[at]));
    }
    finding = (*reader)->look(Context::standard());
  }
  REQUIRE(finding);
  return *finding;
}

/// The one mark that must be there.
inline TimedMark read(const Film& film, const std::array<Byte, 32>& key, double every = 1) {
  const Finding finding = found(film, key, every);
  REQUIRE(finding.marks.size() == 1);
  CHECK(finding.marks[0].mark.has_id);
  CHECK(finding.marks[0].mark.content_id == kId);
  CHECK(finding.marks[0].mark.false_positive_log10 < -9);
  return finding.marks[0];
}

}  // namespace signmark::video::test
