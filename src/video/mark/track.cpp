// SPDX-License-Identifier: Apache-2.0
#include "video/mark/track.hpp"

#include <algorithm>
#include <cmath>

namespace signmark::video {
namespace {

using image::CarrierValues;
using image::Pose;
using Values = CarrierValues::Values;

constexpr int kIdList = 32, kSignedList = 64;
constexpr float kSeenGate = 4, kNewHoldGate = 5.5F;  // of the known wave, over 8 and 56 shifts
// Of a view right beside one that shows the same hold: after a keyframe encoders wear marks down.
constexpr float kGoesOnGate = 2;
constexpr double kBeside = 0.6;  // seconds
constexpr float kShownGate = 3;  // of a hold that a view shows besides
constexpr std::size_t kKept =
    600;  // views whose values are kept: 40 MB, or five minutes of all frames
constexpr double kSlowest = 0.8, kFastest = 1.25;

/// Whether two views can belong to one section: about a hold apart for each phase, at any speed; or
/// so soon after the first one that the section cannot have ended, whichever hold stands still.
bool one_section(const Track::Seen& first, const Track::Seen& then) {
  constexpr double kSlack = 0.1;  // seconds
  const double holds = static_cast<double>(then.phase) - static_cast<double>(first.phase);
  const double apart = then.from - first.from;
  const auto at_speed = [](double seconds, bool longer) {
    return seconds * ((seconds > 0) == longer ? kFastest : kSlowest);
  };
  const double rest = kHoldsInSection - 1.0 - static_cast<double>(first.phase);
  if (holds >= 0 && apart >= 0 && apart < rest * kHoldSeconds * kSlowest) return true;
  return apart > at_speed((holds - 1) * kHoldSeconds, false) - kSlack &&
         apart < at_speed((holds + 1) * kHoldSeconds, true) + kSlack;
}

/// exp(-2 pi j k t) of each carrier.
Values turns_of(std::span<const image::Carrier> carriers, double tx, double ty) {
  Values turns(carriers.size(), 1);
  image::turn_by_shift({0, 0, 0, 0, tx, ty}, carriers, turns);
  return turns;
}

/// Sum of the wave under a shift, in deviations of noise of unit power.
float matched(const Values& values, const Values& turns, std::span<const float> weights) {
  float sum = 0, power = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    sum += weights[i] * (values[i].real() * turns[i].real() - values[i].imag() * turns[i].imag());
    power += weights[i] * weights[i] * std::norm(values[i]);
  }
  return power > 0 ? sum / std::sqrt(power / 2) : 0;
}

}  // namespace

std::optional<Track> Track::start(const Views& views, KeyTools& tools, const Placed& guess,
                                  Decoder& decoder) {
  Placed placed = guess;
  refine_by_pilots(views, tools, placed);
  std::vector<Said> said(views.size());
  std::vector<const Said*> all;
  for (std::size_t i = 0; i < views.size(); ++i) {
    constexpr float kLeast = 0.1F;
    said[i].values = image::base_values(views[i]->spectrum, tools.lattice(),
                                        pose_of(placed.pose, tools.shifts(), placed.phases[i]));
    said[i].hold = placed.phases[i];
    said[i].strengths[said[i].hold] = std::max(placed.strengths[i], kLeast);
    all.push_back(&said[i]);
  }
  for (const Scene scene : {Scene::ignored, Scene::standing, Scene::moving}) {
    if (scene != Scene::ignored && !placed.phases_known) break;  // one hold: nothing to tell apart
    const CarrierValues sum = combined(all, tools.lattice(), tools.shifts(), scene).values;
    for (const float reach : {image::kWholeReach, image::kInnerReach}) {
      ++decoder.hypotheses;
      auto id = image::read_id(sum, tools.lattice(), decoder.id, kIdList, reach);
      if (!id) continue;
      Track track(tools, placed, std::move(*id));
      track.refine(views, placed);
      return track;
    }
  }
  return std::nullopt;
}

Track::Track(KeyTools& tools, const Placed& placed, image::IdReading id)
    : tools_(&tools),
      pose_(placed.pose),
      phases_known_(placed.phases_known),
      pilot_z_(placed.z),
      id_(std::move(id)),
      wave_(image::known_wave(tools.lattice(), id_)) {}

/// Decision-directed: the whole id wave places the lattice more exactly than the pilots alone.
void Track::refine(const Views& views, const Placed& placed) {
  constexpr double kReach = 0.2;
  const auto strongest =
      static_cast<std::size_t>(std::max_element(placed.strengths.begin(), placed.strengths.end()) -
                               placed.strengths.begin());
  Pose pose = pose_of(pose_, tools_->shifts(), placed.phases[strongest]);
  image::climb(views[strongest]->spectrum, wave_.carriers, wave_.weights, kReach, pose);
  pose_ = pose;
  pose_.tx -= tools_->shifts()[placed.phases[strongest]].x;
  pose_.ty -= tools_->shifts()[placed.phases[strongest]].y;
  learn_wave();
}

void Track::learn_wave() {
  turns_.clear();
  const std::size_t phases = phases_known_ ? tools_->shifts().size() : 1;
  for (std::size_t p = 0; p < phases; ++p) {
    const Pose pose = pose_of(pose_, tools_->shifts(), p);
    turns_.push_back(turns_of(wave_.carriers, pose.tx, pose.ty));
  }
}

Track::Strengths Track::strengths_in(const Values& values) const {
  Strengths strengths{};
  for (std::size_t p = 0; p < turns_.size(); ++p)
    strengths[p] = matched(values, turns_[p], wave_.weights);
  return strengths;
}

/// While only one hold is known, every pair of holds is tried: the difference of their shifts tells
/// which they are.
void Track::learn_phases(const Values& values) {
  const ShiftTable& shifts = tools_->shifts();
  float best = 0;
  std::size_t first = 0;
  for (std::size_t a = 0; a < shifts.size(); ++a)
    for (std::size_t b = 0; b < shifts.size(); ++b) {
      if (a == b) continue;
      const Values turns = turns_of(wave_.carriers, pose_.tx + shifts[b].x - shifts[a].x,
                                    pose_.ty + shifts[b].y - shifts[a].y);
      if (const float z = matched(values, turns, wave_.weights); z > best) best = z, first = a;
    }
  if (best < kNewHoldGate) return;
  phases_known_ = true;
  pose_.tx -= shifts[first].x;
  pose_.ty -= shifts[first].y;
  for (Seen& seen : seen_) {
    seen.phase = seen.said.hold = first;
    std::swap(seen.said.strengths.front(), seen.said.strengths[first]);
  }
  learn_wave();
}

/// The hold in which a view was taken. Pictures that stand still keep earlier holds, even louder
/// ones: the newest of those that are seen.
std::size_t Track::newest(const View& view, const Strengths& strengths) const {
  const auto loudest = static_cast<std::size_t>(
      std::max_element(strengths.begin(), strengths.end()) - strengths.begin());
  std::size_t newest = loudest;
  double begun = view.from;  // when the loudest hold was seen first
  for (const Seen& seen : seen_)
    if (seen.phase == loudest && view.from - seen.from < kHoldsInSection * kHoldSeconds * kSlowest)
      begun = std::min(begun, seen.from);
  const auto most = static_cast<std::size_t>((view.from - begun) / (kHoldSeconds * kSlowest) + 1);
  for (std::size_t ahead = 1; ahead <= std::min(most, strengths.size() - 1); ++ahead) {
    const std::size_t p = (loudest + ahead) % strengths.size();
    if (strengths[p] >= kSeenGate) newest = p;
  }
  return newest;
}

bool Track::goes_on(const View& view, std::size_t phase) const {
  return std::any_of(seen_.rbegin(), seen_.rend(), [&](const Seen& seen) {
    return seen.phase == phase && view.from - seen.to < kBeside && seen.from - view.to < kBeside;
  });
}

bool Track::follow(const std::shared_ptr<const View>& view) {
  const Values values = image::sample(view->spectrum, pose_, wave_.carriers);
  if (!phases_known_) learn_phases(values);
  Strengths strengths = strengths_in(values);
  const std::size_t phase = newest(*view, strengths);
  const float most = *std::max_element(strengths.begin(), strengths.end());
  if (most < kSeenGate && (most < kGoesOnGate || !goes_on(*view, phase))) return false;
  for (std::size_t p = 0; p < strengths.size(); ++p)
    if (p != phase && strengths[p] < kShownGate) strengths[p] = 0;
  take_in(*view, phase, strengths);
  return true;
}

void Track::take_in(const View& view, std::size_t phase, const Strengths& strengths) {
  Seen seen{view.from, view.to, phase, {{}, {}, phase, strengths}};
  if (!section_.empty() && one_section(section_.front(), seen)) section_.push_back(seen);
  if (!signed_) {
    const Pose pose = pose_of(pose_, tools_->shifts(), phase);
    const image::CarrierSet& lattice = tools_->lattice();
    if (id_.frame.with_signed) {
      seen.said.values = image::all_values(view.spectrum, lattice, pose);
      seen.said.fine = image::sample(view.spectrum, pose, lattice.fine_pilots);
      image::turn_by_shift(pose, lattice.fine_pilots, seen.said.fine);
    } else {
      seen.said.values = image::base_values(view.spectrum, lattice, pose);
    }
  }
  seen_.push_back(std::move(seen));
  if (seen_.size() <= kKept) return;
  Seen& old = seen_[seen_.size() - 1 - kKept];
  old.said.values = {};
  old.said.fine = {};
}

/// Views that can belong to one section: phases rise with time, about a hold each.
std::vector<std::vector<const Track::Seen*>> Track::groups() const {
  std::vector<const Seen*> all;
  for (const Seen& seen : seen_)
    if (!seen.said.values.signed_frame.empty()) all.push_back(&seen);
  std::sort(all.begin(), all.end(), [](const Seen* a, const Seen* b) { return a->from < b->from; });
  std::vector<std::vector<const Seen*>> groups;
  for (const Seen* seen : all) {
    const bool same =
        !groups.empty() && (!phases_known_ || one_section(*groups.back().front(), *seen));
    if (!same) groups.emplace_back();
    groups.back().push_back(seen);
  }
  return groups;
}

bool Track::read_group(const std::vector<const Seen*>& group, Scene scene, Decoder& decoder) {
  const image::CarrierSet& lattice = tools_->lattice();
  std::vector<const Said*> all;
  all.reserve(group.size());
  for (const Seen* seen : group) all.push_back(&seen->said);
  Said said = combined(all, lattice, tools_->shifts(), scene);
  CarrierValues& sum = said.values;
  const Values& fine = said.fine;
  // Which quarter of the double tile the origin lies in: odd carriers change their sign.
  const auto sign = [](const image::Carrier& k, int right, int down) {
    return (k.u * right + k.v * down) % 2 == 0 ? 1.0F : -1.0F;
  };
  std::pair<int, int> quarter{0, 0};
  float top = -1e9F;
  for (const auto& [right, down] : {std::pair{0, 0}, {1, 0}, {0, 1}, {1, 1}}) {
    float along = 0;
    for (std::size_t i = 0; i < fine.size(); ++i)
      along +=
          sign(lattice.fine_pilots[i], right, down) * lattice.fine_pilots[i].shape * fine[i].real();
    if (along > top) top = along, quarter = {right, down};
  }
  for (std::size_t i = 0; i < sum.signed_frame.size(); ++i)
    sum.signed_frame[i] *= sign(lattice.signed_frame[i], quarter.first, quarter.second);
  for (const float reach : {image::kWholeReach, image::kInnerReach}) {
    ++decoder.hypotheses;
    signed_ = image::read_signed(sum, lattice, decoder.signed_frame, id_, kSignedList, reach);
    if (!signed_) continue;
    pose_.tx += quarter.first;
    pose_.ty += quarter.second;
    for (const Seen* seen : group) section_.push_back({seen->from, seen->to, seen->phase, {}});
    return true;
  }
  return false;
}

bool Track::read_signed(Decoder& decoder) {
  if (signed_ || !id_.frame.with_signed) return signed_.has_value();
  for (const auto& group : groups())
    for (const Scene scene : {Scene::ignored, Scene::standing, Scene::moving})
      if (!signed_ && (scene == Scene::ignored || phases_known_))
        (void)read_group(group, scene, decoder);
  if (signed_)
    for (Seen& seen : seen_) {
      seen.said.values.signed_frame.clear();
      seen.said.values.idle.clear();
      seen.said.fine.clear();
    }
  return signed_.has_value();
}

void Track::read_margin(Decoder& decoder) {
  std::vector<const Said*> all;
  all.reserve(seen_.size());
  for (const Seen& seen : seen_) all.push_back(&seen.said);
  const CarrierValues sum =
      combined(all, tools_->lattice(), tools_->shifts(), Scene::ignored).values;
  if (sum.id.empty()) return;
  const auto again =
      image::read_id(sum, tools_->lattice(), decoder.id, kIdList, image::kWholeReach);
  // The bound on false positives holds for the first reading, whose pose no data had chosen.
  if (!again || !(again->frame == id_.frame)) return;
  id_.margin_db = again->margin_db;
  id_.corrected = again->corrected;
}

Span Track::section_start() const {
  Span span{-1e9, 1e9};
  for (const Seen& seen : section_)
    span.to_seconds =
        std::min(span.to_seconds, seen.to - static_cast<double>(seen.phase) * kHoldSeconds);
  for (const Seen& seen : section_) {
    const double from = seen.from - static_cast<double>(seen.phase + 1) * kHoldSeconds;
    // A picture that stood still shows a hold that had ended.
    if (from <= span.to_seconds) span.from_seconds = std::max(span.from_seconds, from);
  }
  return span;
}

}  // namespace signmark::video
