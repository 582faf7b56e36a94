// SPDX-License-Identifier: Apache-2.0
#include "audio/tracker.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "signal/statistics.hpp"

namespace signmark::audio {
namespace {

constexpr int kList = 32;
constexpr double kWorthDecoding = 3.8;  // pilots, in standard deviations
constexpr double kAgrees = 4, kFlagged = 2.5;
constexpr std::size_t kMostTracks = 12;
// Of the fingerprint: chance is 3.9e-5 for a quarter of 64 bits; another sound has about half
// wrong.
constexpr int kLeastCompared = 32;
constexpr double kFits = 0.25, kDiffers = 0.375;

/// The place with its start in steps of the whole sound.
Place in_sound(Place place, double base) {
  place.start += base;
  return place;
}

void compare(const Fingerprint& here, std::uint64_t carried, image::RobustMark& mark) {
  using Content = image::RobustMark::Content;
  mark.cells_compared = std::popcount(here.known);
  mark.cells_wrong = std::popcount((here.bits ^ carried) & here.known);
  if (mark.cells_compared < kLeastCompared) return;
  const double wrong = static_cast<double>(mark.cells_wrong) / mark.cells_compared;
  if (wrong <= kFits) mark.content = Content::fits;
  if (wrong >= kDiffers) mark.content = Content::differs;
}

}  // namespace

KeyTracker::KeyTracker(const image::RobustKey& key, const Codes& codes)
    : name_(key.name),
      layout_(build_layout(key.key.first<32>())),
      pilots_(layout_),
      codes_(codes) {}

bool KeyTracker::has_any() const {
  return std::any_of(tracks_.begin(), tracks_.end(),
                     [](const Track& t) { return t.id.has_value(); });
}

Track* KeyTracker::same_as(const Place& place) {
  for (Track& track : tracks_) {
    if (std::abs(track.place.tempo / place.tempo - 1) > 0.002) continue;
    if (std::abs(track.place.pitch / place.pitch - 1) > 0.01) continue;
    const double length = place.frame_steps();
    const double away = std::remainder(place.start - track.place.start, length);
    if (std::abs(away) < 0.8 * place.slot_steps()) return &track;
  }
  return nullptr;
}

std::optional<IdReading> KeyTracker::read(std::span<const float> cells, int list) const {
  for (const bool whole : {false, true}) {
    ++hypotheses_;
    auto reading = read_id(layout_, codes_, cells, whole, list);
    // Without a signed frame the cells of both carry the id frame.
    if (reading && reading->frame.with_signed == !whole) return reading;
  }
  return std::nullopt;
}

bool KeyTracker::take(const Window& window, const Series& plain, const Place& place) {
  if (place.z < kWorthDecoding) return false;
  const Series series = weighed(plain, window.levels.classes(place.pitch), layout_, place);
  const auto cells = fold(series, place, 0, series.steps());
  const Place here = in_sound(place, window.base);
  Track* track = same_as(here);
  if (track != nullptr && track->id && agreement_with(layout_, cells, *track->id) > kAgrees) {
    extend(*track, window, series, place);
    return true;
  }
  auto id = read(cells, kList);
  if (track != nullptr && track->id) {
    if (!id || id->frame == track->id->frame) return false;
    track = nullptr;  // another mark in the same places
  }
  if (track == nullptr) {
    if (tracks_.size() == kMostTracks) {
      const auto weakest =
          std::min_element(tracks_.begin(), tracks_.end(), [](const Track& a, const Track& b) {
            return std::pair(a.id.has_value(), a.place.z) < std::pair(b.id.has_value(), b.place.z);
          });
      if (weakest->id && !id) return false;
      tracks_.erase(weakest);
    }
    tracks_.push_back({here, std::vector<float>(kCells), here.start, here.start, 0, {}, {}});
    track = &tracks_.back();
    track->from = std::max(0.0, here.start + here.first * here.frame_steps());
  }
  track->id = id;
  extend(*track, window, series, place);
  if (!track->id && track->windows > 1) track->id = read(track->cells, kList);
  return track->id.has_value();
}

void KeyTracker::extend(Track& track, const Window& window, const Series& series,
                        const Place& place) {
  const double end = series.steps();
  const auto cells = fold(series, place, track.windows == 0 ? 0 : window.fresh, end);
  for (std::size_t i = 0; i < cells.size(); ++i) track.cells[i] += cells[i];
  ++track.windows;
  const Place here = in_sound(place, window.base);
  track.place = here;
  track.to =
      std::max(track.to, std::min(here.start + here.last * here.frame_steps(), window.base + end));
  if (track.id && track.id->frame.with_signed && !track.fingerprint)
    note_first(track, window, series, place);
}

void KeyTracker::note_first(Track& track, const Window& window, const Series& series,
                            const Place& place) {
  for (int frame = place.first; frame < place.last; ++frame) {
    Place one = place;
    one.first = frame, one.last = frame + 1;
    const double start = place.start + frame * place.frame_steps();
    if (start < -place.slot_steps() || start + place.frame_steps() > series.steps() + 2) continue;
    if (flag_of(layout_, fold(series, one, 0, series.steps())) < kFlagged) continue;
    track.fingerprint = fingerprint_of(window.logs, start, place.tempo, place.pitch);
    return;
  }
}

FoundSound KeyTracker::finding(const Track& track) const {
  FoundSound found;
  found.from_seconds = track.from * kStepSeconds;
  found.to_seconds = track.to * kStepSeconds;
  found.speed = track.place.tempo;
  found.pitch = track.place.pitch;
  image::RobustMark& mark = found.mark;
  // All windows together say more than the one that was read first.
  const auto all = read(track.cells, kList);
  const IdReading& id =
      all && all->frame == track.id->frame && all->z > track.id->z ? *all : *track.id;
  mark.key = name_;
  mark.pilot_z = pilots_.score(track.cells);
  mark.has_id = true;
  mark.content_id = id.frame.content_id;
  mark.issuer_hint = id.frame.issuer_hint;
  mark.promises_signed_frame = id.frame.with_signed;
  mark.id_z = id.z;
  mark.id_margin_db = id.margin_db;
  mark.id_bits_corrected = id.corrected;
  if (!id.frame.with_signed) return found;
  const auto reading = read_signed(layout_, codes_, track.cells, id, kList);
  if (!reading) return found;
  mark.has_signed = true;
  mark.signed_fields = signal::packed_fields(reading->frame);
  mark.signature = reading->frame.signature;
  mark.signed_z = reading->z;
  mark.signed_margin_db = reading->margin_db;
  mark.signed_bits_corrected = reading->corrected;
  if (track.fingerprint) compare(*track.fingerprint, reading->frame.fingerprint, mark);
  return found;
}

std::vector<FoundSound> KeyTracker::found() const {
  std::vector<FoundSound> all;
  for (const Track& track : tracks_) {
    if (!track.id) continue;
    FoundSound found = finding(track);
    const auto same = std::find_if(all.begin(), all.end(), [&](const FoundSound& other) {
      return other.mark.content_id == found.mark.content_id &&
             other.mark.issuer_hint == found.mark.issuer_hint;
    });
    if (same == all.end()) {
      all.push_back(std::move(found));
      continue;
    }
    // One work heard in several places: the better reading stands for all of them.
    const double from = std::min(same->from_seconds, found.from_seconds);
    const double to = std::max(same->to_seconds, found.to_seconds);
    if (std::pair(found.mark.has_signed, found.mark.id_z) >
        std::pair(same->mark.has_signed, same->mark.id_z))
      *same = std::move(found);
    same->from_seconds = from, same->to_seconds = to;
  }
  return all;
}

}  // namespace signmark::audio
