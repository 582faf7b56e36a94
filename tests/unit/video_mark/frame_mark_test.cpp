// SPDX-License-Identifier: Apache-2.0
// The mark in films without any codec: what is laid, what comes back after changes of geometry and
// time, and what must never come back.
#include <map>
#include <set>

#include "unit/video_mark/film.hpp"
#include "video/mark/holds.hpp"

using namespace signmark;
using namespace signmark::video;
using namespace signmark::video::test;
using Content = image::RobustMark::Content;

TEST_CASE("a film gives its id and its signed frame back", "[video][mark]") {
  const Request what;
  const Marked done = marked(scene(10), what);
  CHECK(done.report.frames == done.film.frames.size());
  CHECK(done.report.holds == 5);
  CHECK(done.report.psnr_db >= 42);
  CHECK(done.report.worst_psnr_db >= 42);
  CHECK(done.report.signed_frame);
  const TimedMark mark = read(done.film, what.key);
  REQUIRE(mark.mark.has_signed);
  CHECK(mark.mark.promises_signed_frame);
  CHECK(mark.mark.content == Content::fits);
  CHECK(mark.mark.issuer_hint == std::array<Byte, 3>{7, 8, 9});
  CHECK(mark.mark.signature == what.request.sign(mark.mark.signed_fields).value());
  REQUIRE(mark.spans.size() == 1);
  CHECK(mark.spans[0].from_seconds == 0);
  CHECK(mark.spans[0].to_seconds >= 9);
}

TEST_CASE("changes of geometry", "[video][mark]") {
  const Request what;
  const Film film = marked(scene(10), what).film;
  const auto crop = [](const cv::Mat& frame) {
    return cv::Mat(frame, cv::Rect(61, 35, frame.cols * 71 / 100, frame.rows * 71 / 100));
  };
  const auto scale = [](const cv::Mat& frame) {
    cv::Mat out;
    cv::resize(frame, out, {}, 1.7, 1.7, cv::INTER_CUBIC);
    return out;
  };
  const auto flip = [](const cv::Mat& frame) {
    cv::Mat out;
    cv::flip(frame, out, 1);
    return out;
  };
  const auto turn = [](const cv::Mat& frame) {
    cv::Mat out;
    cv::rotate(frame, out, cv::ROTATE_90_CLOCKWISE);
    return out;
  };
  CHECK(read(changed(film, crop), what.key).mark.has_signed);
  CHECK(read(changed(film, scale), what.key).mark.has_signed);
  const TimedMark flipped = read(changed(film, flip), what.key);
  CHECK(flipped.mark.has_signed);
  CHECK(flipped.mark.mirrored);
  const TimedMark turned = read(changed(film, turn), what.key);
  CHECK(turned.mark.has_signed);
  CHECK(std::abs(std::abs(turned.mark.rotation_degrees) - 90) < 0.2);
}

TEST_CASE("tones, and a film that stands on a larger one", "[video][mark]") {
  const Request what;
  const Film film = marked(scene(8), what).film;
  const auto darker = [](const cv::Mat& frame) { return cv::Mat(frame * 0.5 + 8); };
  const auto boxed = [](const cv::Mat& frame) {
    cv::Mat out(frame.rows * 3 / 2, frame.cols * 5 / 4, CV_8U, cv::Scalar(16));
    frame.copyTo(out(cv::Rect(60, 70, frame.cols, frame.rows)));
    return out;
  };
  CHECK(read(changed(film, darker), what.key).mark.has_signed);
  CHECK(read(changed(film, boxed), what.key).mark.has_id);
}

TEST_CASE("parts of a film, and frames that are lost or come faster", "[video][mark]") {
  const Request what;
  const Film film = marked(scene(20), what).film;
  // From the middle, over the end of the first section: each section has its own signed frame.
  CHECK(read(part(film, 3.3, 6.3), what.key).mark.has_id);
  const TimedMark later = read(part(film, 7.2, 19.9), what.key);
  CHECK(later.mark.has_signed);
  Film faster = part(film, 2, 14);
  for (double& time : faster.times) time /= 1.25;
  CHECK(read(faster, what.key, 0.8).mark.has_signed);
}

TEST_CASE("each stretch of a film has its own mark", "[video][mark]") {
  const Request what, other(1, kId + 1);
  const Film mine = marked(scene(6), what).film,
             theirs = marked(scene(6, {480, 270}, 5), other).film;
  const Film film = joined({mine, scene(6, {480, 270}, 7), theirs});
  const Finding finding = found(film, what.key);
  REQUIRE(finding.marks.size() == 2);
  std::map<std::uint64_t, std::vector<Span>> spans;
  for (const TimedMark& mark : finding.marks) spans[mark.mark.content_id] = mark.spans;
  REQUIRE(spans[kId].size() == 1);
  REQUIRE(spans[kId + 1].size() == 1);
  CHECK(spans[kId][0].from_seconds == 0);
  CHECK(spans[kId][0].to_seconds == Approx(6).margin(0.3));
  CHECK(spans[kId + 1][0].from_seconds == Approx(12).margin(0.3));
  CHECK(spans[kId + 1][0].to_seconds >= 17);
}

TEST_CASE("a known mark is seen beside a picture that covers the middle", "[video][mark]") {
  const Request what;
  Film film = marked(scene(14), what).film;
  const Film other = scene(14, {480, 270}, 8);
  for (std::size_t i = 0; i < film.frames.size(); ++i) {
    if (film.times[i] < 8) continue;
    const cv::Rect middle(110, 60, 260, 150);
    other.frames[i](middle).copyTo(film.frames[i](middle));
  }
  const TimedMark mark = read(film, what.key);
  REQUIRE(mark.spans.size() == 1);
  CHECK(mark.spans[0].to_seconds >= 13);
}

TEST_CASE("a mark that was lifted onto another film does not fit it", "[video][mark]") {
  const Request what;
  const Film original = scene(10), film = marked(original, what).film;
  Film other = scene(10, {480, 270}, 9);
  for (std::size_t i = 0; i < other.frames.size(); ++i) {
    cv::Mat lifted;
    cv::subtract(film.frames[i], original.frames[i], lifted, {}, CV_16S);
    cv::add(other.frames[i], lifted, other.frames[i], {}, CV_8U);
  }
  const TimedMark mark = read(other, what.key);
  REQUIRE(mark.mark.has_signed);
  CHECK(mark.mark.content == Content::differs);
}

TEST_CASE("ten bits and the range of the film", "[video][mark]") {
  const Request what;
  Film film = scene(8);
  film.bits = 10;
  for (cv::Mat& frame : film.frames) frame.convertTo(frame, CV_16U, 4, 1);
  film.frames[0].at<std::uint16_t>(0, 0) = 1000;  // whiter than white, and blacker than black
  film.frames[0].at<std::uint16_t>(0, 1) = 20;
  const Marked done = marked(film, what);
  CHECK(done.report.psnr_db >= 42);
  double least = 0, most = 0;
  cv::minMaxLoc(done.film.frames[1], &least, &most);
  CHECK(least >= 64);
  CHECK(most <= 940);
  CHECK(done.film.frames[0].at<std::uint16_t>(0, 0) <= 1000);
  CHECK(done.film.frames[0].at<std::uint16_t>(0, 1) >= 20);
  CHECK(read(done.film, what.key).mark.has_signed);
}

TEST_CASE("bars around a film stay black", "[video][mark]") {
  const Request what;
  Film film = scene(2);
  for (cv::Mat& frame : film.frames) frame.rowRange(0, 40).setTo(16);
  const Film done = marked(film, what).film;
  for (const cv::Mat& frame : done.frames)
    CHECK(cv::countNonZero(frame.rowRange(0, 36) != 16) == 0);
}

TEST_CASE("a film may begin in black", "[video][mark]") {
  const Request what;
  Film film = scene(10);
  for (std::size_t i = 0; i < 3; ++i) film.frames[i].setTo(16);
  const Film done = marked(film, what).film;
  CHECK(cv::countNonZero(done.frames.front() != 16) == 0);
  const auto marks = found(done, what.key).marks;
  REQUIRE(marks.size() == 1);
  CHECK(marks.front().mark.has_signed);
}

TEST_CASE("same film, key and id give the same frames", "[video][mark]") {
  const Request what, other(1, kId + 1);
  const Film film = scene(3);
  const Marked a = marked(film, what), b = marked(film, what), c = marked(film, other);
  for (std::size_t i = 0; i < film.frames.size(); ++i) {
    CHECK(cv::norm(a.film.frames[i], b.film.frames[i], cv::NORM_INF) == 0);
    CHECK(cv::norm(a.film.frames[i], c.film.frames[i], cv::NORM_INF) > 0);
  }
  CHECK_FALSE(a.report.signed_frame);  // shorter than eight seconds
  CHECK_FALSE(a.report.why_no_signed_frame.empty());
}

TEST_CASE("no mark is found where none is, nor with another key", "[video][mark]") {
  const Request what;
  const Finding nothing = found(scene(4), what.key);
  CHECK(nothing.marks.empty());
  CHECK(nothing.hypotheses < 2000);
  CHECK_FALSE(nothing.looked_at.empty());
  CHECK(found(marked(scene(2), what).film, key_of(2)).marks.empty());
}

TEST_CASE("a film without any structure has no mark and breaks nothing", "[video][mark]") {
  Film film = scene(4);
  for (cv::Mat& frame : film.frames) frame.setTo(16);
  CHECK(found(film, key_of(1)).marks.empty());
}

TEST_CASE("holds begin every two seconds", "[video][mark]") {
  const Request what;
  auto marker = make_frame_marker(shape_of(scene(1)), what.request);
  REQUIRE(marker);
  const Film film = scene(1);
  cv::Mat out(film.frames[0].size(), CV_8U);
  std::set<int> begun;
  for (int i = 0; i < 100; ++i) {
    if ((*marker)->begins_hold(i * 0.04)) begun.insert(i);
    REQUIRE((*marker)->mark(luma_of(film.frames[0], 8), {out.data, out.cols}));
  }
  CHECK(begun == std::set<int>{0, 50});
}

TEST_CASE("what cannot be marked is refused", "[video][mark]") {
  Request what;
  FilmShape small = shape_of(scene(1));
  small.height = 90;
  const auto refused = make_frame_marker(small, what.request);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "video.mark.size");
  CHECK_FALSE(make_frame_reader({}, false));
  what.request.sign = [](ByteView) -> Result<std::array<Byte, 64>> {
    return tl::unexpected(Error{"keys.locked", "the key is locked", {}, {}});
  };
  const Film film = scene(8);
  auto marker = make_frame_marker(shape_of(film), what.request);
  REQUIRE(marker);
  cv::Mat out(film.frames[0].size(), CV_8U);
  (*marker)->begins_hold(0);
  const Status status = (*marker)->mark(luma_of(film.frames[0], 8), {out.data, out.cols});
  REQUIRE_FALSE(status);
  CHECK(status.error().code == "keys.locked");
}

TEST_CASE("the shifts of a section tell its holds apart", "[video][mark]") {
  const ShiftTable table = shift_table(key_of(1)), other = shift_table(key_of(2));
  CHECK((table[0].x == 0 && table[0].y == 0));
  CHECK(torus_distance(table[3], other[3]) > 0);
  for (const Shift& a : table)
    for (const Shift& b : table)
      if (&a != &b) CHECK(torus_distance(a, b) >= 0.05);
}
