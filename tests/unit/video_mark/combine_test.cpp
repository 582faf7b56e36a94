// SPDX-License-Identifier: Apache-2.0
// Views of one mark put together: the scene that they share is cancelled.
#include "video/mark/combine.hpp"

#include <numbers>

#include "unit/video_mark/film.hpp"

namespace signmark::video {
namespace {

using Complex = std::complex<float>;
using Values = image::CarrierValues::Values;

Complex turn(const image::Carrier& k, const Shift& by) {
  return std::polar(1.0F, static_cast<float>(std::numbers::pi * (k.u * by.x + k.v * by.y)));
}

/// Carriers' values, real and imaginary part of unit deviation.
Values noise(cv::RNG& random, std::size_t count) {
  Values values(count);
  for (Complex& v : values)
    v = {static_cast<float>(random.gaussian(1)), static_cast<float>(random.gaussian(1))};
  return values;
}

/// Ten views, two a hold: a loud scene at its place in each, the mark, little noise.
class Sequence {
 public:
  explicit Sequence(double moves) {
    for (std::size_t i = 0; i < 10; ++i) {
      Said said;
      said.hold = i / 2;
      said.strengths[said.hold] = 5;
      const Shift place{moves * static_cast<double>(i), -0.4 * moves * static_cast<double>(i)};
      said.values.id = values(lattice_.id, scene_of_id_, said.hold, place, 0.3F);
      said.values.idle = values(lattice_.idle, scene_of_idle_, said.hold, place, 0);
      said.values.id_idle = said.values.idle;
      said.values.id_idle.resize(lattice_.id_idle.size());
      said_.push_back(said);
    }
  }

  /// Mean of the carriers, whose bits are all 0, against the deviation across.
  [[nodiscard]] double clearness(Scene scene) const {
    std::vector<const Said*> views;
    for (const Said& said : said_) views.push_back(&said);
    const Values sum = combined(views, lattice_, shifts_, scene).values.id;
    double along = 0, across = 0;
    for (const Complex& v : sum) along += v.real(), across += double{v.imag()} * v.imag();
    const auto count = static_cast<double>(sum.size());
    return along / count / std::sqrt(across / count);
  }

  std::vector<Said>& said() { return said_; }
  Values values(const std::vector<image::Carrier>& carriers, const Values& scene, std::size_t hold,
                const Shift& place, float mark) {
    Values result = noise(random_, carriers.size());
    for (std::size_t k = 0; k < carriers.size(); ++k)
      result[k] = mark + 0.2F * result[k] +
                  scene[k] * turn(carriers[k], place) * std::conj(turn(carriers[k], shifts_[hold]));
    return result;
  }
  [[nodiscard]] const image::CarrierSet& lattice() const { return lattice_; }
  [[nodiscard]] const ShiftTable& shifts() const { return shifts_; }

 private:
  cv::RNG random_{7};
  image::CarrierSet lattice_ = image::build_lattice(test::key_of(3));
  ShiftTable shifts_ = shift_table(test::key_of(3));
  Values scene_of_id_ = noise(random_, lattice_.id.size());
  Values scene_of_idle_ = noise(random_, lattice_.idle.size());
  std::vector<Said> said_;
};

TEST_CASE("a scene that stands still is cancelled", "[video][mark]") {
  const Sequence film(0);
  const double plain = film.clearness(Scene::ignored);
  CHECK(plain > 0.3);
  CHECK(film.clearness(Scene::standing) > 3 * plain);
  CHECK(film.clearness(Scene::moving) > 3 * plain);
}

TEST_CASE("a scene that moves as a whole is cancelled where it went", "[video][mark]") {
  const Sequence film(0.083);
  const double plain = film.clearness(Scene::ignored);
  CHECK(film.clearness(Scene::standing) < 1.5 * plain);
  CHECK(film.clearness(Scene::moving) > 2.5 * plain);
}

TEST_CASE("a view may show an earlier hold as well", "[video][mark]") {
  Sequence film(0);
  // Every view shows hold 0 besides, twice as loud as its own.
  for (Said& said : film.said()) {
    if (said.hold == 0) continue;
    for (std::size_t k = 0; k < film.lattice().id.size(); ++k) {
      const image::Carrier& carrier = film.lattice().id[k];
      said.values.id[k] += 0.6F * turn(carrier, film.shifts()[0]) *
                           std::conj(turn(carrier, film.shifts()[said.hold]));
    }
  }
  const double alone = film.clearness(Scene::standing);
  for (Said& said : film.said())
    if (said.hold != 0) said.strengths[0] = 10;
  CHECK(film.clearness(Scene::standing) > 1.3 * alone);
}

}  // namespace
}  // namespace signmark::video
