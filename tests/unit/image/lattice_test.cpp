// SPDX-License-Identifier: Apache-2.0
// The lattice mark on luma: what is laid, what comes back after geometry and compression-like
// damage, and what must never come back.
#include <set>

#include "image/mark/lattice.hpp"
#include "image/mark/mask.hpp"
#include "image/mark/resync.hpp"
#include "image/mark/tile.hpp"
#include "unit/image/lattice_scene.hpp"

using namespace signmark;
using namespace signmark::image;
using namespace signmark::image::test;

TEST_CASE("no two carriers of a lattice share a point", "[lattice]") {
  const auto key = key_of(1);
  const CarrierSet set = build_lattice(key);
  CHECK(set.pilots.size() == kPilots);
  CHECK(set.id.size() == kIdCarriers);
  CHECK(set.signed_frame.size() == kSignedCarriers);
  std::set<std::pair<int, int>> seen;
  for (const auto* group : {&set.pilots, &set.fine_pilots, &set.id, &set.signed_frame, &set.idle})
    for (const Carrier& k : *group) {
      CHECK((k.v > 0 || (k.v == 0 && k.u > 0)));
      CHECK(seen.insert({k.u, k.v}).second);
    }
  for (const auto* base : {&set.pilots, &set.id})
    for (const Carrier& k : *base) CHECK((k.u % 2 == 0 && k.v % 2 == 0));
}

TEST_CASE("a lattice follows from its key alone", "[lattice]") {
  const auto one = key_of(1), two = key_of(2);
  const CarrierSet a = build_lattice(one), b = build_lattice(one), c = build_lattice(two);
  const auto same = [](const CarrierSet& x, const CarrierSet& y) {
    return std::equal(x.id.begin(), x.id.end(), y.id.begin(),
                      [](const Carrier& p, const Carrier& q) {
                        return p.u == q.u && p.v == q.v && p.phase == q.phase;
                      });
  };
  CHECK(same(a, b));
  CHECK_FALSE(same(a, c));
}

TEST_CASE("the mark stays within its caps", "[lattice]") {
  const auto key = key_of(1);
  const LumaPicture picture = scene(640, 480);
  for (const auto& [strength, psnr, ssim] : {std::tuple{RobustStrength::invisible, 48.0, 0.993},
                                             {RobustStrength::normal, 42.0, 0.987},
                                             {RobustStrength::strong, 39.0, 0.97}}) {
    EmbedRequest what = request(key, false);
    what.strength = strength;
    const auto embedding = embed_lattice(seeded(), picture, what);
    REQUIRE(embedding);
    CHECK(embedding->psnr_db >= psnr - 0.2);
    CHECK(mean_ssim(picture.luma, rounded(picture.luma + embedding->change)) >= ssim);
  }
}

TEST_CASE("same input, key and seed give the same change", "[lattice]") {
  const auto key = key_of(1);
  const LumaPicture picture = scene(320, 256);
  const EmbedRequest what = request(key, false);
  CHECK(cv::norm(marked(picture, what, 5), marked(picture, what, 5), cv::NORM_INF) == 0);
  CHECK(cv::norm(marked(picture, what, 5), marked(picture, what, 6), cv::NORM_INF) > 0);
}

TEST_CASE("the id frame survives geometry", "[lattice]") {
  const auto key = key_of(1);
  const cv::Mat luma = marked(scene(768, 512), request(key, false));
  read(luma, key);
  SECTION("rotation") {
    for (const double degrees : {-170.0, 5.0, 17.0, 45.0, 90.0}) {
      CAPTURE(degrees);
      read(turned(luma, degrees), key);
    }
  }
  SECTION("flip") {
    cv::Mat flipped;
    cv::flip(luma, flipped, 1);
    CHECK(read(flipped, key).mirrored);
    CHECK_FALSE(read(luma, key).mirrored);
  }
  SECTION("scale") {
    for (const double factor : {0.4, 0.5, 1.5, 3.0}) {
      CAPTURE(factor);
      const double before = read(luma, key).scale,
                   after = read(resized(luma, factor, factor), key).scale;
      CHECK(after / before == Approx(factor).epsilon(0.01));
    }
  }
  SECTION("crop") { read(luma({130, 60, 384, 256}).clone(), key); }
  SECTION("aspect and shear") {
    read(resized(luma, 0.8, 1), key);
    read(resized(luma, 1, 0.8), key);
    read(resized(luma, 1.02, 0.99), key);
    cv::Mat sheared;
    cv::warpAffine(luma, sheared, cv::Matx23d(1, 0.05, 0, 0, 1, 0), {800, 512}, cv::INTER_CUBIC);
    read(rounded(sheared), key);
  }
  SECTION("filters that turn the outer carriers round") {
    cv::Mat box;
    cv::blur(luma, box, {5, 5});
    read(rounded(box), key);
  }
}

TEST_CASE("the signed frame comes back whole from a megapixel", "[lattice]") {
  const auto key = key_of(1);
  const EmbedRequest what = request(key, true);
  const cv::Mat luma = marked(scene(1040, 960), what);
  for (const cv::Mat& damaged :
       {luma, turned(luma, 17), resized(luma, 0.5, 0.5), luma({200, 100, 520, 480}).clone()}) {
    const FoundMark mark = read(damaged, key);
    REQUIRE(mark.signed_frame);
    CHECK(mark.id->with_signed);
    CHECK(mark.signed_frame->content_id == kId);
    CHECK(mark.signed_frame->time == 1'700'000'000);
    const auto expected = what.sign(signal::packed_fields(*mark.signed_frame));
    CHECK(mark.signed_frame->signature == *expected);
    CHECK(mark.signed_z >= signal::kSignedGate);
  }
}

TEST_CASE("a small picture gets the id frame alone", "[lattice]") {
  const auto key = key_of(1);
  const LumaPicture picture = scene(420, 420);
  const auto embedding = embed_lattice(seeded(), picture, request(key, true));
  REQUIRE(embedding);
  CHECK_FALSE(embedding->signed_frame);
  const FoundMark mark = read(rounded(picture.luma + embedding->change), key);
  CHECK_FALSE(mark.id->with_signed);
  CHECK_FALSE(mark.signed_frame);
}

TEST_CASE("a known wave shows how a picture was bent", "[lattice]") {
  const auto key = key_of(1);
  const CarrierSet set = build_lattice(key);
  const signal::Bits bits(kIdCarriers, 1);
  cv::Mat spectrum = cv::Mat::zeros(kTileSamples, kTileSamples, CV_32FC2);
  const ClassGains gains = class_gains(set, Sharing::both);
  add_carriers(spectrum, set.pilots, {}, gains.pilots);
  add_carriers(spectrum, set.id, bits, gains.id);
  const Pose pose = similarity(100, 0.1, false);
  constexpr int kWidth = 800, kHeight = 700;
  const double x = (kWidth - 1) / 2.0, y = (kHeight - 1) / 2.0;
  const LatticeMap map{
      pose.a, pose.b, pose.c, pose.d, -pose.a * x - pose.b * y, -pose.c * x - pose.d * y};
  const cv::Mat wave = lay_tile(render_tile(spectrum), map, {kWidth, kHeight});
  cv::Mat map_x(wave.size(), CV_32F), map_y(wave.size(), CV_32F), bent;
  for (int j = 0; j < kHeight; ++j)
    for (int i = 0; i < kWidth; ++i) {
      map_x.at<float>(j, i) = static_cast<float>(i + 3 * std::sin(4.0 * j / kHeight));
      map_y.at<float>(j, i) = static_cast<float>(j + 3 * std::cos(3.0 * i / kWidth));
    }
  cv::remap(wave, bent, map_x, map_y, cv::INTER_CUBIC);
  cv::Mat noise(wave.size(), CV_32F);
  cv::RNG random(5);
  random.fill(noise, cv::RNG::NORMAL, 0, 3);  // the wave itself has about unit variance
  const auto agreement = [&](const cv::Mat& residual) { return residual.dot(wave); };
  IdReading known;
  known.coded = bits;
  const auto straight = straightened(bent + noise, set, known, pose);
  REQUIRE(straight);
  CHECK(agreement(*straight) > 2 * agreement(bent + noise));
  CHECK(agreement(*straight) > 0.7 * agreement(wave));
  CHECK_FALSE(straightened(wave + noise, set, known, pose));  // nothing to take out
  CHECK_FALSE(straightened(noise, set, known, pose));         // nothing to go by
}

TEST_CASE("nothing is found where nothing is", "[lattice]") {
  const auto key = key_of(1), other = key_of(2);
  const LumaPicture picture = scene(512, 512);
  CHECK(detect(picture.luma, key).marks.empty());
  const cv::Mat luma = marked(picture, request(key, false));
  CHECK(detect(luma, other).marks.empty());
  CHECK(detect(cv::Mat(300, 300, CV_32F, cv::Scalar(255)), key).marks.empty());
  CHECK(detect(cv::Mat(1, 1, CV_32F, cv::Scalar(9)), key).marks.empty());
  CHECK(detect(cv::Mat(3, 700, CV_32F, cv::Scalar(9)), key).marks.empty());
}

TEST_CASE("two keys mark one picture", "[lattice]") {
  const auto one = key_of(1), two = key_of(2);
  EmbedRequest what = request(one, false);
  what.keys.push_back({"second", two});
  const cv::Mat luma = marked(scene(768, 512), what);
  read(luma, one);
  read(luma, two);
}

TEST_CASE("a collage shows each of its marks", "[lattice]") {
  const auto key = key_of(1);
  EmbedRequest what = request(key, false);
  const cv::Mat left = marked(scene(640, 512, 1), what, 1);
  what.id.content_id = kId + 1;
  const cv::Mat right = marked(scene(640, 512, 2), what, 2);
  cv::Mat both;
  cv::hconcat(left, right, both);
  const Detection detection = detect(both, key, true);
  std::set<std::uint64_t> ids;
  for (const FoundMark& mark : detection.marks) ids.insert(mark.id->content_id);
  CHECK(ids == std::set<std::uint64_t>{kId, kId + 1});
}

TEST_CASE("clear areas carry nothing", "[lattice]") {
  const auto key = key_of(1);
  LumaPicture picture = scene(512, 512);
  picture.opacity = cv::Mat(512, 512, CV_8U, cv::Scalar(255));
  picture.opacity.rowRange(0, 100) = 0;
  const auto embedding = embed_lattice(seeded(), picture, request(key, false));
  REQUIRE(embedding);
  CHECK(cv::norm(embedding->change.rowRange(0, 100), cv::NORM_INF) == 0);
  CHECK(cv::norm(embedding->change.rowRange(120, 512), cv::NORM_INF) > 0);
}

TEST_CASE("a picture without room is refused", "[lattice]") {
  const auto key = key_of(1);
  const auto embedding = embed_lattice(seeded(), scene(90, 400), request(key, false));
  REQUIRE_FALSE(embedding);
  CHECK(embedding.error().code == "image.mark.size");
}
