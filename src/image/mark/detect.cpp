// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numbers>

#include "image/mark/acquire.hpp"
#include "image/mark/decode.hpp"
#include "image/mark/front_end.hpp"
#include "image/mark/lattice_mark.hpp"
#include "image/mark/pilots.hpp"
#include "image/mark/resync.hpp"
#include "signal/statistics.hpp"

namespace signmark::image {
namespace {

// The list of maps and its order are fixed before anything is decoded: the proof of section 9 needs
// it.
constexpr std::size_t kListed = 160,
                      kListedFuller = 96;  // maps of each mirror state that get the coherent test
constexpr std::size_t kListedStretched = 4, kSettled = 32;
constexpr std::size_t kDecoded = 20;  // maps that are refined and decoded
constexpr double kPilotGate = 5.4, kPilotClear = 9.0;
constexpr int kIdList = 32, kSignedList = 64;

struct Codes {
  signal::PolarCode id{kIdCarriers, signal::IdFrame::kBits};
  signal::PolarCode signed_frame{kSignedCarriers, signal::SignedFrame::kBits};
};

struct Tested {
  Pose pose;
  double z = 0;
};

/// The same map after half a turn of the picture.
Pose half_turn(const Pose& p) { return {-p.a, -p.b, -p.c, -p.d, p.tx, p.ty}; }

/// Coherent pilot test of a candidate; both half turns.
std::array<Tested, 2> test_pilots(const Spectrum& spectrum, const PilotSums& pilots,
                                  const Candidate& candidate) {
  const PilotPeaks peaks = find_pilots(spectrum, candidate.pose, pilots);
  std::array<Tested, 2> tested{
      {{candidate.pose, peaks.straight.z}, {half_turn(candidate.pose), peaks.turned.z}}};
  tested[0].pose.tx = peaks.straight.tx, tested[0].pose.ty = peaks.straight.ty;
  tested[1].pose.tx = peaks.turned.tx, tested[1].pose.ty = peaks.turned.ty;
  return tested;
}

std::vector<float> pilot_weights(const CarrierSet& lattice) {
  std::vector<float> weights;
  for (const Carrier& k : lattice.pilots) weights.push_back(k.shape);
  return weights;
}

/// Decision-directed: once the id frame is known, all its carriers are pilots.
void refine_by_id(const Spectrum& spectrum, const CarrierSet& lattice, const IdReading& id,
                  Pose& pose) {
  const KnownWave wave = known_wave(lattice, id);
  climb(spectrum, wave.carriers, wave.weights, 0.4, pose);
  climb(spectrum, wave.carriers, wave.weights, 0.1, pose);
}

/// Which quarter of the double tile the origin lies in.
Pose settle_quarter(const Spectrum& spectrum, const CarrierSet& lattice, const Pose& pose) {
  std::vector<float> weights;
  for (const Carrier& k : lattice.fine_pilots) weights.push_back(k.shape);
  Pose best = pose;
  double top = -1e9;
  for (const auto& [right, down] : {std::pair{0, 0}, {1, 0}, {0, 1}, {1, 1}}) {
    Pose next = pose;
    next.tx += right;
    next.ty += down;
    const double sum = coherent_sum(spectrum, next, lattice.fine_pilots, weights);
    if (sum > top) top = sum, best = next;
  }
  return best;
}

/// A part of the picture in canonical pixels, and what it is a part of.
struct Window {
  const Residual& residual;
  cv::Rect where;  ///< in the residual
  cv::Size size;   ///< of the picture
};

/// The pose in pixels of the picture, counted from the picture's centre.
FoundMark describe(const Window& window, const Pose& pose) {
  FoundMark mark;
  const cv::Point2d off(
      (window.residual.values.cols - 1) / 2.0 - (window.where.x + (window.where.width - 1) / 2.0),
      (window.residual.values.rows - 1) / 2.0 - (window.where.y + (window.where.height - 1) / 2.0));
  const double sx = window.residual.scale_x, sy = window.residual.scale_y;
  LatticeMap& m = mark.map;
  m.tx = pose.tx + pose.a * off.x + pose.b * off.y;
  m.ty = pose.ty + pose.c * off.x + pose.d * off.y;
  m.a = pose.a * sx, m.b = pose.b * sy;
  m.c = pose.c * sx, m.d = pose.d * sy;
  const double determinant = m.a * m.d - m.b * m.c;
  mark.scale = 1 / std::sqrt(std::abs(determinant));
  mark.mirrored = determinant < 0;
  mark.rotation_degrees = std::atan2(m.b, m.a) * 180 / std::numbers::pi;
  const cv::Rect all(0, 0, window.size.width, window.size.height);
  mark.where =
      cv::Rect(static_cast<int>(window.where.x / sx), static_cast<int>(window.where.y / sy),
               static_cast<int>(std::ceil(window.where.width / sx)),
               static_cast<int>(std::ceil(window.where.height / sy))) &
      all;
  return mark;
}

/// One window and one key, while it is looked at.
struct Search {
  const Window& window;
  const Spectrum& spectrum;
  const CarrierSet& lattice;
  const Codes& codes;
};

/// What one map gave.
struct Reading {
  Pose pose;
  IdReading id;
  std::optional<SignedReading> signed_frame;
};

/// Refines by a known id frame, reads it again, and the signed frame if it promises one.
void read_further(const Search& search, const Spectrum& spectrum, float reach, Reading& reading) {
  refine_by_id(spectrum, search.lattice, reading.id, reading.pose);
  // The bound of section 9 holds for maps chosen without the data's phases: z stays the first
  // one's.
  const double z = reading.id.z;
  if (auto again = read_id(base_values(spectrum, search.lattice, reading.pose), search.lattice,
                           search.codes.id, kIdList, reach))
    if (again->frame == reading.id.frame) reading.id = std::move(*again);
  reading.id.z = z;
  if (!reading.id.frame.with_signed) return;
  reading.pose = settle_quarter(spectrum, search.lattice, reading.pose);
  reading.signed_frame =
      read_signed(all_values(spectrum, search.lattice, reading.pose), search.lattice,
                  search.codes.signed_frame, reading.id, kSignedList, reach);
}

/// A picture that was bent: the known wave shows how, and the rest is read from the straight one.
void read_straightened(const Search& search, float reach, Reading& reading) {
  const auto straight = straightened(search.window.residual.values(search.window.where),
                                     search.lattice, reading.id, reading.pose);
  if (!straight) return;
  Reading again = reading;
  read_further(search, Spectrum(*straight), reach, again);
  if (again.id.margin_db > reading.id.margin_db) reading = std::move(again);
}

FoundMark mark_of(const Search& search, const Tested& tested, const Reading& reading) {
  FoundMark mark = describe(search.window, reading.pose);
  mark.pilot_z = tested.z;
  mark.id = reading.id.frame;
  mark.id_z = reading.id.z;
  mark.id_margin_db = reading.id.margin_db;
  mark.id_bits_corrected = reading.id.corrected;
  if (reading.signed_frame) {
    mark.signed_frame = reading.signed_frame->frame;
    mark.signed_z = reading.signed_frame->z;
    mark.signed_margin_db = reading.signed_frame->margin_db;
    mark.signed_bits_corrected = reading.signed_frame->corrected;
  }
  return mark;
}

/// Refines and decodes one map; nothing when no id frame passes check and gate.
std::optional<FoundMark> try_map(const Search& search, const Tested& tested, Detection& detection) {
  Pose pose = tested.pose;
  climb(search.spectrum, search.lattice.pilots, pilot_weights(search.lattice), 0.3, pose);
  const CarrierValues values = base_values(search.spectrum, search.lattice, pose);
  for (const float reach : {kWholeReach, kInnerReach}) {
    ++detection.hypotheses;
    auto id = read_id(values, search.lattice, search.codes.id, kIdList, reach);
    if (!id) continue;
    Reading reading{pose, std::move(*id), std::nullopt};
    read_further(search, search.spectrum, reach, reading);
    if (reading.id.frame.with_signed && !reading.signed_frame)
      read_straightened(search, reach, reading);
    return mark_of(search, tested, reading);
  }
  return std::nullopt;
}

/// Tests the candidates' pilots; a clear one is decoded at once, the best of the others afterwards.
std::optional<FoundMark> decode_best(const Search& search, const std::vector<Candidate>& candidates,
                                     Detection& detection) {
  std::vector<Tested> tested;
  std::size_t tries = 0;
  const PilotSums pilots(search.lattice.pilots);
  for (const Candidate& candidate : candidates)
    for (const Tested& one : test_pilots(search.spectrum, pilots, candidate)) {
      detection.best_pilot_z = std::max(detection.best_pilot_z, one.z);
      if (one.z < kPilotClear || tries >= kDecoded) {
        tested.push_back(one);
        continue;
      }
      ++tries;
      if (auto mark = try_map(search, one, detection)) return mark;
    }
  std::sort(tested.begin(), tested.end(),
            [](const Tested& a, const Tested& b) { return a.z > b.z; });
  for (std::size_t i = 0; i < std::min(kDecoded, tested.size()); ++i) {
    if (tested[i].z < kPilotGate) break;
    if (auto mark = try_map(search, tested[i], detection)) return mark;
  }
  return std::nullopt;
}

std::vector<Candidate> acquire_stretched(const Search& search) {
  const Constellation coarse(search.lattice, kCoarse, false);
  std::vector<Candidate> all;
  for (const cv::Matx22d& stretch : stretches()) {
    const auto some = coarse.acquire(coarse.view(search.spectrum, stretch), kListedStretched);
    all.insert(all.end(), some.begin(), some.end());
  }
  std::sort(all.begin(), all.end(),
            [](const Candidate& a, const Candidate& b) { return a.score > b.score; });
  return all;
}

/// The best of a list, each moved to where its carriers are loudest.
std::vector<Candidate> settled(const Search& search, std::vector<Candidate> candidates) {
  candidates.resize(std::min(candidates.size(), kSettled));
  for (Candidate& c : candidates) settle(search.spectrum, search.lattice, c.pose);
  return candidates;
}

/// Looks for one key's mark: turned and scaled pictures first, then stretched ones.
std::optional<FoundMark> look(const Search& search, Detection& detection) {
  const Constellation pilots(search.lattice, kFine, false);
  const Constellation::View view = pilots.view(search.spectrum, cv::Matx22d::eye());
  const auto plain = pilots.acquire(view, kListed);
  if (auto mark = decode_best(search, plain, detection)) return mark;
  const auto fuller = Constellation(search.lattice, kFine, true).acquire(view, kListedFuller);
  if (auto mark = decode_best(search, fuller, detection)) return mark;
  std::vector<Candidate> better = settled(search, plain);
  const std::vector<Candidate> stretched = settled(search, acquire_stretched(search));
  better.insert(better.end(), stretched.begin(), stretched.end());
  return decode_best(search, better, detection);
}

/// The whole picture; with `deep` also quarters and ninths that overlap by half, for collages.
std::vector<cv::Rect> windows_of(cv::Size size, bool deep) {
  constexpr int kLeastSide = 160;
  std::vector<cv::Rect> all{{0, 0, size.width, size.height}};
  if (!deep) return all;
  for (const int parts : {2, 3}) {
    const int w = size.width / parts, h = size.height / parts;
    if (std::min(w, h) < kLeastSide) break;
    for (int j = 0; j <= 2 * (parts - 1); ++j)
      for (int i = 0; i <= 2 * (parts - 1); ++i) all.push_back({i * w / 2, j * h / 2, w, h});
  }
  return all;
}

bool same_mark(const FoundMark& a, const FoundMark& b) {
  return a.key == b.key && a.id && b.id && a.id->content_id == b.id->content_id;
}

/// One mark is listed once: the reading with the signed frame, or the stronger one.
void add_mark(FoundMark mark, std::vector<FoundMark>& marks) {
  const auto known = std::find_if(marks.begin(), marks.end(),
                                  [&](const FoundMark& m) { return same_mark(m, mark); });
  if (known == marks.end()) {
    marks.push_back(std::move(mark));
    return;
  }
  const bool better = mark.signed_frame.has_value() != known->signed_frame.has_value()
                          ? mark.signed_frame.has_value()
                          : mark.id_margin_db > known->id_margin_db;
  if (better) *known = std::move(mark);
}

}  // namespace

Result<Detection> detect_lattice(const Context& context, const LumaPicture& picture,
                                 const DetectRequest& request) {
  Detection detection;
  const Residual residual = front_end(picture);
  static const Codes codes;  // immutable
  std::vector<std::pair<const MarkKey*, CarrierSet>> keys;
  for (const MarkKey& key : request.keys) keys.emplace_back(&key, build_lattice(key.key));
  const std::vector<cv::Rect> windows = windows_of(residual.values.size(), request.deep);
  for (std::size_t i = 0; i < windows.size(); ++i) {
    SIGNMARK_TRY(context.report("robust mark", i, windows.size()));
    const Window window{residual, windows[i], picture.luma.size()};
    const Spectrum spectrum(residual.values(windows[i]));
    for (const auto& [key, lattice] : keys) {
      auto mark = look({window, spectrum, lattice, codes}, detection);
      if (!mark) continue;
      mark->key = key->name;
      add_mark(std::move(*mark), detection.marks);
    }
  }
  for (FoundMark& mark : detection.marks)
    mark.false_positive_log10 =
        signal::false_accept_log10(mark.id_z, detection.hypotheses, signal::IdFrame::kInfoBits);
  return detection;
}

}  // namespace signmark::image
