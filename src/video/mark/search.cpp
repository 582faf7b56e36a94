// SPDX-License-Identifier: Apache-2.0
#include "video/mark/search.hpp"

#include <algorithm>
#include <cmath>

#include "video/mark/torus.hpp"

namespace signmark::video {
namespace {

using image::Pose;

constexpr double kGate = 5.2;  // joint statistic worth decoding
constexpr std::size_t kMostDecoded = 6;
constexpr std::size_t kListed = 96, kListedJoint = 48;  // maps of each mirror state
constexpr std::size_t kListedStretched = 4, kSettled = 32;
// Of the largest of eight standard normal deviates.
constexpr double kMeanOfLargest = 1.4236, kDeviationOfLargest = 0.6103;

/// Numbers of holds since the first view's, if the film's clock was not touched. Where the borders
/// lie is not known: a few guesses.
std::vector<std::vector<std::size_t>> hold_numbers(const Views& views) {
  constexpr int kGuesses = 4;
  double start = views.front()->from;
  for (const auto& view : views) start = std::min(start, view->from);
  std::vector<std::vector<std::size_t>> all;
  for (int guess = 0; guess < kGuesses; ++guess) {
    const double into = kHoldSeconds * guess / kGuesses;
    std::vector<std::size_t> numbers;
    numbers.reserve(views.size());
    for (const auto& view : views)
      numbers.push_back(
          static_cast<std::size_t>(((view->from + view->to) / 2 - start + into) / kHoldSeconds));
    if (all.empty() || numbers != all.back()) all.push_back(std::move(numbers));
  }
  return all;
}

/// What a hypothesis says: how high the pilots stand, where, and the holds that the views show.
struct Hypothesis {
  double z = 0;  // in deviations of noise
  image::PilotPeak peak;
  std::vector<std::size_t> phases;  // by view; empty: for each view the strongest
};

/// Holds in the order of the table from a first one.
ShiftTable beginning_with(const ShiftTable& shifts, std::size_t first) {
  ShiftTable turned = shifts;
  std::rotate(turned.begin(), turned.begin() + static_cast<std::ptrdiff_t>(first), turned.end());
  return turned;
}

/// The sum of all views under hypotheses that follow the clock: hold after hold in the order of the
/// table. Far fewer than phases for each view of its own, so that weaker marks stand out.
class Clocked {
 public:
  explicit Clocked(const Views& views) : numbers_(hold_numbers(views)) {}

  /// For the pose as it is and turned by half a turn; places only of what reaches the gate.
  std::array<Hypothesis, 2> test(std::span<const Torus> maps, const ShiftTable& shifts) {
    struct Best {
      float height = 0;
      const std::vector<std::size_t>* numbers = nullptr;
      std::size_t first = 0;
    };
    std::array<Best, 2> best;
    for (const auto& numbers : numbers_) {
      fold(maps, numbers);
      for (std::size_t first = 0; first < shifts.size(); ++first) {
        const Heights heights = heights_of_sum(holds_, beginning_with(shifts, first));
        if (heights.straight > best[0].height) best[0] = {heights.straight, &numbers, first};
        if (heights.turned > best[1].height) best[1] = {heights.turned, &numbers, first};
      }
    }
    const double noise = std::sqrt(static_cast<double>(maps.size()));
    std::array<Hypothesis, 2> result;
    for (std::size_t c = 0; c < 2; ++c) {
      result[c].z = best[c].height / noise;
      if (result[c].z < kGate) continue;
      fold(maps, *best[c].numbers);
      const auto peaks = peaks_of_sum(holds_, beginning_with(shifts, best[c].first));
      result[c].peak = c == 0 ? peaks.straight : peaks.turned;
      for (const std::size_t number : *best[c].numbers)
        result[c].phases.push_back((best[c].first + number) % shifts.size());
    }
    return result;
  }

 private:
  /// Views whose holds lie whole sections apart have the same shift under every hypothesis: they
  /// are added up once.
  void fold(std::span<const Torus> maps, const std::vector<std::size_t>& numbers) {
    std::array<bool, kHoldsInSection> used{};
    for (std::size_t i = 0; i < maps.size(); ++i) {
      const std::size_t hold = numbers[i] % holds_.size();
      if (used[hold])
        holds_[hold].add(maps[i]);
      else
        holds_[hold] = maps[i];
      used[hold] = true;
    }
    for (std::size_t hold = 0; hold < holds_.size(); ++hold)
      if (!used[hold]) holds_[hold].clear();
  }

  std::vector<std::vector<std::size_t>> numbers_;
  HoldMaps holds_;
};

/// Without a clock: each view shows the hold that it shows best.
std::array<Hypothesis, 2> test_free(std::span<const Torus> maps, const ShiftTable& shifts) {
  const image::PilotPeaks peaks = peaks_of_best(maps, shifts);
  const auto count = static_cast<double>(maps.size());
  const auto z = [&](const image::PilotPeak& peak) {
    return (peak.z - count * kMeanOfLargest) / (kDeviationOfLargest * std::sqrt(count));
  };
  return {{{z(peaks.straight), peaks.straight, {}}, {z(peaks.turned), peaks.turned, {}}}};
}

/// What each view says of its hold, given the origin; which one it is, where nobody has said.
void listen_to_views(std::span<const Torus> maps, std::size_t channel, const ShiftTable& shifts,
                     Placed& placed) {
  const bool told = !placed.phases.empty();
  const auto strength = [&](const Torus& map, std::size_t phase) {
    return map.at({placed.pose.tx + shifts[phase].x, placed.pose.ty + shifts[phase].y}, channel);
  };
  for (std::size_t i = 0; i < maps.size(); ++i) {
    if (!told) {
      std::size_t best = 0;
      for (std::size_t p = 1; p < shifts.size(); ++p)
        if (strength(maps[i], p) > strength(maps[i], best)) best = p;
      placed.phases.push_back(best);
    }
    placed.strengths.push_back(strength(maps[i], placed.phases[i]));
  }
}

void note_known_phases(Placed& placed) {
  constexpr float kSurely = 4;  // of a view's own statistic, so that its phase says something
  std::optional<std::size_t> first;
  for (std::size_t i = 0; i < placed.phases.size(); ++i) {
    if (placed.strengths[i] < kSurely) continue;
    if (first && *first != placed.phases[i]) placed.phases_known = true;
    first = placed.phases[i];
  }
}

/// One view alone: its own shift is the origin.
Placed placed_alone(const Pose& pose, const image::PilotPeak& peak) {
  Placed placed{pose, peak.z, {0}, {static_cast<float>(peak.z)}, false};
  placed.pose.tx = peak.tx, placed.pose.ty = peak.ty;
  return placed;
}

Pose half_turn(const Pose& p) { return {-p.a, -p.b, -p.c, -p.d, p.tx, p.ty}; }

/// Pilot tests of linear maps on all views.
class PilotTest {
 public:
  PilotTest(const Views& views, const KeyTools& tools)
      : views_(views), tools_(tools), clocked_(views), maps_(views.size()) {}

  /// Both half turns of each; what reaches the gate.
  std::vector<Placed> test(const std::vector<Pose>& poses) {
    read(poses);
    std::vector<Placed> found;
    for (std::size_t i = 0; i < poses.size(); ++i)
      if (views_.size() == 1)
        test_alone(poses[i], values_[i], found);
      else
        test_jointly(poses[i], std::span(values_).subspan(i * views_.size(), views_.size()), found);
    return found;
  }

 private:
  using Values = image::PilotSums::Values;

  /// View by view: the maps lie near each other, a spectrum and the next do not.
  void read(const std::vector<Pose>& poses) {
    const image::PilotSums& pilots = tools_.pilot_sums();
    std::vector<image::PilotSums::Places> places;
    values_.resize(poses.size() * views_.size());
    for (std::size_t v = 0; v < views_.size(); ++v) {
      const image::Spectrum& spectrum = views_[v]->spectrum;
      if (!places.empty() && places.front().picture() != spectrum.picture()) places.clear();
      for (std::size_t i = 0; i < poses.size(); ++i) {
        if (places.size() == i) places.push_back(pilots.places(spectrum, poses[i]));
        values_[i * views_.size() + v] = pilots.read(spectrum, places[i]);
      }
    }
  }

  void test_alone(const Pose& pose, const Values& values, std::vector<Placed>& found) {
    tools_.pilot_sums().sum(values, sums_);
    const image::PilotPeaks peaks = image::peaks_of(sums_);
    if (peaks.straight.z >= kGate) found.push_back(placed_alone(pose, peaks.straight));
    if (peaks.turned.z >= kGate) found.push_back(placed_alone(half_turn(pose), peaks.turned));
  }

  void test_jointly(const Pose& pose, std::span<const Values> values, std::vector<Placed>& found) {
    for (std::size_t i = 0; i < views_.size(); ++i) {
      tools_.pilot_sums().sum(values[i], sums_);
      maps_[i].assign(sums_);
    }
    auto in_time = clocked_.test(maps_, tools_.shifts());
    auto free = test_free(maps_, tools_.shifts());
    for (std::size_t channel = 0; channel < 2; ++channel) {
      Hypothesis& better = in_time[channel].z > free[channel].z ? in_time[channel] : free[channel];
      if (better.z < kGate) continue;
      Placed placed;
      placed.pose = channel == 0 ? pose : half_turn(pose);
      placed.pose.tx = better.peak.tx, placed.pose.ty = better.peak.ty;
      placed.z = better.z;
      placed.phases = std::move(better.phases);
      listen_to_views(maps_, channel, tools_.shifts(), placed);
      note_known_phases(placed);
      found.push_back(std::move(placed));
    }
  }

  const Views& views_;
  const KeyTools& tools_;
  Clocked clocked_;
  std::vector<Values> values_;  // by pose and view
  image::ShiftMap sums_;
  std::vector<Torus> maps_;  // by view
};

/// Tiles as this size of picture would have them, and as a larger film that was scaled down.
std::vector<Pose> upright_poses(cv::Size canonical) {
  constexpr double kStep = 0.0035;  // a fifth of a period at the picture's edge
  constexpr int kSteps = 10;        // to each side
  static_assert(kStep * kSteps > kTileDraw);
  const int side = std::min(canonical.width, canonical.height);
  std::vector<double> laws{kCanonicalTile * side / kCanonicalSide};
  if (tile_of_side(side) > laws.front()) laws.push_back(tile_of_side(side));
  std::vector<Pose> poses;
  for (const double law : laws)
    for (int step = -kSteps; step <= kSteps; ++step)
      for (const bool mirrored : {false, true})
        poses.push_back(image::similarity(law * (1 + step * kStep), 0, mirrored));
  return poses;
}

/// Every size, one by one: far more sensitive than a search of the spectrum, for what is done to
/// films most often.
std::vector<Pose> scaled_poses(cv::Size canonical) {
  constexpr double kStep = 1.006, kSmallest = 0.72;
  constexpr int kSteps = 172;  // up to twice the size
  const double law = kCanonicalTile * std::min(canonical.width, canonical.height) / kCanonicalSide;
  std::vector<Pose> poses;
  poses.reserve(kSteps);
  for (int step = 0; step < kSteps; ++step)
    poses.push_back(image::similarity(law * kSmallest * std::pow(kStep, step), 0, false));
  return poses;
}

std::vector<Pose> turned_poses(Sight& sight, KeyTools& tools) {
  std::vector<Pose> poses;
  const std::size_t count = sight.views().size() == 1 ? kListed : kListedJoint;
  for (const image::Candidate& c : tools.fine().acquire(sight.turned(), count))
    poses.push_back(c.pose);
  return poses;
}

std::vector<Pose> stretched_poses(Sight& sight, KeyTools& tools) {
  std::vector<image::Candidate> all;
  for (const auto& view : sight.stretched()) {
    const auto some = tools.coarse().acquire(view, kListedStretched);
    all.insert(all.end(), some.begin(), some.end());
  }
  std::sort(all.begin(), all.end(),
            [](const image::Candidate& a, const image::Candidate& b) { return a.score > b.score; });
  all.resize(std::min(all.size(), kSettled));
  std::vector<Pose> poses;
  for (image::Candidate& c : all) {
    image::settle(sight.views().front()->spectrum, tools.lattice(), c.pose);
    poses.push_back(c.pose);
  }
  return poses;
}

}  // namespace

image::Constellation::View Sight::sum(const image::LogPolar& kind, const cv::Matx22d& stretch,
                                      std::size_t most) const {
  std::optional<image::Rays> rays;
  cv::Size size;
  cv::Mat sum;
  for (std::size_t i = 0; i < std::min(most, views_.size()); ++i) {
    const image::Spectrum& spectrum = views_[i]->spectrum;
    if (spectrum.picture() != size) rays.emplace(kind, stretch, spectrum);
    size = spectrum.picture();
    const cv::Mat map = rays->map(spectrum);
    sum = sum.empty() ? map : sum + map;
  }
  return image::Constellation::view_of(sum, stretch);
}

const image::Constellation::View& Sight::turned() {
  if (!turned_) turned_ = sum(image::kFine, cv::Matx22d::eye(), views_.size());
  return *turned_;
}

const std::vector<image::Constellation::View>& Sight::stretched() {
  constexpr std::size_t kMostViews = 4;
  if (stretched_.empty())
    for (const cv::Matx22d& stretch : image::stretches())
      stretched_.push_back(sum(image::kCoarse, stretch, kMostViews));
  return stretched_;
}

KeyTools::KeyTools(const image::MarkKey& key)
    : name_(key.name),
      lattice_(image::build_lattice(key.key)),
      shifts_(shift_table(key.key)),
      pilot_sums_(lattice_.pilots) {}

const image::Constellation& KeyTools::fine() {
  if (!fine_) fine_.emplace(lattice_, image::kFine, false);
  return *fine_;
}

const image::Constellation& KeyTools::coarse() {
  if (!coarse_) coarse_.emplace(lattice_, image::kCoarse, false);
  return *coarse_;
}

Pose pose_of(const Pose& origin, const ShiftTable& shifts, std::size_t phase) {
  Pose pose = origin;
  pose.tx += shifts[phase].x;
  pose.ty += shifts[phase].y;
  return pose;
}

namespace {

std::vector<Pose> poses_for(Sight& sight, KeyTools& tools, cv::Size canonical, Effort effort) {
  switch (effort) {
    case Effort::upright:
      return upright_poses(canonical);
    case Effort::scaled:
      return scaled_poses(canonical);
    case Effort::turned:
      return turned_poses(sight, tools);
    case Effort::stretched:
      break;
  }
  return stretched_poses(sight, tools);
}

}  // namespace

std::vector<Placed> search(Sight& sight, KeyTools& tools, cv::Size canonical, Effort effort) {
  const std::vector<Pose> poses = poses_for(sight, tools, canonical, effort);
  std::vector<Placed> found = PilotTest(sight.views(), tools).test(poses);
  std::sort(found.begin(), found.end(), [](const Placed& a, const Placed& b) { return a.z > b.z; });
  found.resize(std::min(found.size(), kMostDecoded));
  return found;
}

namespace {

/// How well the pilots of all views agree with a pose.
class Agreement {
 public:
  Agreement(const Views& views, const KeyTools& tools, const Placed& placed)
      : views_(views), tools_(tools), placed_(placed) {
    const auto& pilots = tools.lattice().pilots;
    for (const Shift& shift : tools.shifts()) {
      auto& turns = turns_.emplace_back();
      for (const image::Carrier& k : pilots) turns.push_back(k.shape * k.turn);
      image::turn_by_shift({0, 0, 0, 0, shift.x, shift.y}, pilots, turns);
    }
  }

  double operator()(const Pose& pose) const {
    auto places = tools_.pilot_sums().places(views_.front()->spectrum, pose);
    std::vector<std::complex<float>> origin(tools_.lattice().pilots.size(), 1);
    image::turn_by_shift(pose, tools_.lattice().pilots, origin);
    double sum = 0;
    for (std::size_t i = 0; i < views_.size(); ++i) {
      const image::Spectrum& spectrum = views_[i]->spectrum;
      const auto& turns = turns_[placed_.phases[i]];
      if (spectrum.picture() != places.picture())
        places = tools_.pilot_sums().places(spectrum, pose);
      float along = 0;
      for (std::size_t k = 0; k < turns.size(); ++k)
        along += (places.value(spectrum, k) * (origin[k] * turns[k])).real();
      sum += std::max(placed_.strengths[i], 0.0F) * along;
    }
    return sum;
  }

 private:
  const Views& views_;
  const KeyTools& tools_;
  const Placed& placed_;
  std::vector<std::vector<std::complex<float>>> turns_;  // by hold
};

}  // namespace

void refine_by_pilots(const Views& views, const KeyTools& tools, Placed& placed) {
  constexpr double kReach = 0.3, kTypicalRadius = 15;
  const Placed rough = placed;
  image::climb(Agreement(views, tools, rough), views.front()->spectrum.picture(), kTypicalRadius,
               kReach, placed.pose);
}

}  // namespace signmark::video
