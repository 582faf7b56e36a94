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

/// The sum of all views under hypotheses that follow the clock: hold after hold in the order of the
/// table. Far fewer than phases for each view of its own, so that weaker marks stand out.
class Clocked {
 public:
  explicit Clocked(const Views& views) : numbers_(hold_numbers(views)) {}

  struct Best {
    image::PilotPeak peak;  ///< z in deviations of noise
    std::size_t first = 0;  ///< phase of hold number 0
    const std::vector<std::size_t>* numbers = nullptr;
  };
  /// For the pose as it is and turned by half a turn.
  [[nodiscard]] std::array<Best, 2> test(const std::vector<cv::Mat>& sums,
                                         const ShiftTable& shifts) const {
    std::array<Best, 2> best;
    for (const auto& numbers : numbers_) {
      const Folded holds(sums, numbers, shifts.size());
      for (std::size_t first = 0; first < shifts.size(); ++first) {
        const image::PilotPeaks peaks = image::peaks_of(holds.total(shifts, first));
        if (peaks.straight.z > best[0].peak.z) best[0] = {peaks.straight, first, &numbers};
        if (peaks.turned.z > best[1].peak.z) best[1] = {peaks.turned, first, &numbers};
      }
    }
    const double noise = std::sqrt(static_cast<double>(sums.size()));
    for (Best& one : best) one.peak.z /= noise;
    return best;
  }

 private:
  /// Views whose holds lie whole sections apart have the same shift under every hypothesis: they
  /// are added up once.
  class Folded {
   public:
    Folded(const std::vector<cv::Mat>& sums, const std::vector<std::size_t>& numbers,
           std::size_t phases) {
      std::vector<cv::Mat> by_phase(phases);
      for (std::size_t i = 0; i < sums.size(); ++i) {
        cv::Mat& sum = by_phase[numbers[i] % phases];
        sum = sum.empty() ? sums[i].clone() : sum + sums[i];
      }
      for (std::size_t p = 0; p < phases; ++p) {
        if (by_phase[p].empty()) continue;
        maps_.emplace_back(by_phase[p]);
        phases_.push_back(p);
      }
    }
    [[nodiscard]] cv::Mat total(const ShiftTable& shifts, std::size_t first) const {
      std::vector<const Torus*> parts;
      std::vector<Shift> moved;
      for (std::size_t i = 0; i < maps_.size(); ++i) {
        parts.push_back(&maps_[i]);
        moved.push_back(shifts[(first + phases_[i]) % shifts.size()]);
      }
      return sum_of(parts, moved);
    }

   private:
    std::vector<Torus> maps_;
    std::vector<std::size_t> phases_;
  };

  std::vector<std::vector<std::size_t>> numbers_;
};

float at_shift(const cv::Mat& sums, int channel, double x, double y) {
  const auto cell = [](double tiles) {
    const auto n = static_cast<int>(std::lround(tiles * image::kShiftGrid)) % image::kShiftGrid;
    return n < 0 ? n + image::kShiftGrid : n;
  };
  return sums.at<cv::Vec2f>(cell(y), cell(x))[channel];
}

/// Which hold each view shows, given the origin: the strongest of those that may be.
void assign_phases(const std::vector<cv::Mat>& sums, int channel, const ShiftTable& shifts,
                   Placed& placed) {
  for (const cv::Mat& one : sums) {
    std::size_t best = 0;
    float top = -1e9F;
    for (std::size_t p = 0; p < shifts.size(); ++p) {
      const float value =
          at_shift(one, channel, placed.pose.tx + shifts[p].x, placed.pose.ty + shifts[p].y);
      if (value > top) top = value, best = p;
    }
    placed.phases.push_back(best);
    placed.strengths.push_back(top);
  }
}

/// The phases of a hypothesis that follows the clock.
void assign_phases(const std::vector<cv::Mat>& sums, int channel, const ShiftTable& shifts,
                   const Clocked::Best& best, Placed& placed) {
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const std::size_t p = (best.first + (*best.numbers)[i]) % shifts.size();
    placed.phases.push_back(p);
    placed.strengths.push_back(
        at_shift(sums[i], channel, placed.pose.tx + shifts[p].x, placed.pose.ty + shifts[p].y));
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

/// Pilot test of a linear map on all views, both half turns.
std::array<Placed, 2> test(const Views& views, const KeyTools& tools, const Clocked& clocked,
                           const Pose& pose) {
  std::vector<cv::Mat> sums;
  for (const auto& view : views)
    sums.push_back(image::pilot_sums(view->spectrum, pose, tools.lattice().pilots));
  if (views.size() == 1) {
    const image::PilotPeaks peaks = image::peaks_of(sums.front());
    return {placed_alone(pose, peaks.straight), placed_alone(half_turn(pose), peaks.turned)};
  }
  cv::Mat total;
  for (const cv::Mat& one : sums) {
    const cv::Mat best = highest_of(Torus(one), tools.shifts());
    total = total.empty() ? best : total + best;
  }
  const auto count = static_cast<double>(views.size());
  const image::PilotPeaks peaks = image::peaks_of(total);
  const auto in_time = clocked.test(sums, tools.shifts());
  std::array<Placed, 2> result;
  for (int channel = 0; channel < 2; ++channel) {
    const auto c = static_cast<std::size_t>(channel);
    const image::PilotPeak& free = channel == 0 ? peaks.straight : peaks.turned;
    const double z_free =
        (free.z - count * kMeanOfLargest) / (kDeviationOfLargest * std::sqrt(count));
    // Pictures without any structure, all black, give no hypothesis.
    const bool by_clock = in_time[c].numbers != nullptr && in_time[c].peak.z > z_free;
    const image::PilotPeak& peak = by_clock ? in_time[c].peak : free;
    Placed& placed = result[c];
    placed.pose = channel == 0 ? pose : half_turn(pose);
    placed.pose.tx = peak.tx, placed.pose.ty = peak.ty;
    placed.z = by_clock ? peak.z : z_free;
    if (by_clock)
      assign_phases(sums, channel, tools.shifts(), in_time[c], placed);
    else
      assign_phases(sums, channel, tools.shifts(), placed);
    note_known_phases(placed);
  }
  return result;
}

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

std::vector<Pose> turned_poses(const Views& views, const KeyTools& tools) {
  const image::Constellation& pilots = tools.pilots();
  cv::Mat sum;
  for (const auto& view : views) {
    const cv::Mat map = pilots.log_polar(view->spectrum, cv::Matx22d::eye());
    sum = sum.empty() ? map : sum + map;
  }
  std::vector<Pose> poses;
  const auto view = image::Constellation::view_of(sum, cv::Matx22d::eye());
  for (const image::Candidate& c : pilots.acquire(view, views.size() == 1 ? kListed : kListedJoint))
    poses.push_back(c.pose);
  return poses;
}

std::vector<Pose> stretched_poses(const Views& views, KeyTools& tools) {
  constexpr std::size_t kMostViews = 4;
  const image::Constellation& coarse = tools.coarse();
  std::vector<image::Candidate> all;
  for (const cv::Matx22d& stretch : image::stretches()) {
    cv::Mat sum;
    for (std::size_t i = 0; i < std::min(kMostViews, views.size()); ++i) {
      const cv::Mat map = coarse.log_polar(views[i]->spectrum, stretch);
      sum = sum.empty() ? map : sum + map;
    }
    const auto some = coarse.acquire(image::Constellation::view_of(sum, stretch), kListedStretched);
    all.insert(all.end(), some.begin(), some.end());
  }
  std::sort(all.begin(), all.end(),
            [](const image::Candidate& a, const image::Candidate& b) { return a.score > b.score; });
  all.resize(std::min(all.size(), kSettled));
  std::vector<Pose> poses;
  for (image::Candidate& c : all) {
    image::settle(views.front()->spectrum, tools.lattice(), c.pose);
    poses.push_back(c.pose);
  }
  return poses;
}

}  // namespace

KeyTools::KeyTools(const image::MarkKey& key)
    : name_(key.name),
      lattice_(image::build_lattice(key.key)),
      shifts_(shift_table(key.key)),
      pilots_(lattice_, image::kFine, false) {}

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

std::vector<Pose> poses_for(const Views& views, KeyTools& tools, cv::Size canonical,
                            Effort effort) {
  switch (effort) {
    case Effort::upright:
      return upright_poses(canonical);
    case Effort::scaled:
      return scaled_poses(canonical);
    case Effort::turned:
      return turned_poses(views, tools);
    case Effort::stretched:
      break;
  }
  return stretched_poses(views, tools);
}

}  // namespace

std::vector<Placed> search(const Views& views, KeyTools& tools, cv::Size canonical, Effort effort) {
  const std::vector<Pose> poses = poses_for(views, tools, canonical, effort);
  const Clocked clocked(views);
  std::vector<Placed> found;
  for (const Pose& pose : poses)
    for (Placed& placed : test(views, tools, clocked, pose))
      if (placed.z >= kGate) found.push_back(std::move(placed));
  std::sort(found.begin(), found.end(), [](const Placed& a, const Placed& b) { return a.z > b.z; });
  found.resize(std::min(found.size(), kMostDecoded));
  return found;
}

void refine_by_pilots(const Views& views, const KeyTools& tools, Placed& placed) {
  constexpr double kReach = 0.3, kTypicalRadius = 15;
  const auto& pilots = tools.lattice().pilots;
  std::vector<float> weights;
  weights.reserve(pilots.size());
  for (const image::Carrier& k : pilots) weights.push_back(k.shape);
  const auto score = [&](const Pose& pose) {
    double sum = 0;
    for (std::size_t i = 0; i < views.size(); ++i)
      sum += std::max(placed.strengths[i], 0.0F) *
             image::coherent_sum(views[i]->spectrum,
                                 pose_of(pose, tools.shifts(), placed.phases[i]), pilots, weights);
    return sum;
  };
  image::climb(score, views.front()->spectrum.picture(), kTypicalRadius, kReach, placed.pose);
}

}  // namespace signmark::video
