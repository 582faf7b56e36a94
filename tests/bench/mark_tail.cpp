// SPDX-License-Identifier: Apache-2.0
// The theorem of image-mark.md section 9 against experiment: unmarked pictures, many random carrier
// keys. For each key the best map is found as the detector finds it; then the statistic of the id
// frame is taken for random code words under that map. Its tail must stay below exp(-z^2/2).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "image/mark/acquire.hpp"
#include "image/mark/decode.hpp"
#include "image/mark/front_end.hpp"
#include "image/mark/lattice_mark.hpp"
#include "image/mark/pilots.hpp"
#include "signal/statistics.hpp"

using namespace signmark;
using namespace signmark::image;

namespace {

constexpr int kWords = 128;       // code words a key
constexpr std::size_t kMaps = 8;  // candidates that get the pilot test

struct Tally {
  std::vector<std::uint64_t> reached = std::vector<std::uint64_t>(64);  // by z * 8
  std::uint64_t values = 0, pairs = 0, accepted = 0;
  double highest = 0;

  void add(double z) {
    ++values;
    highest = std::max(highest, z);
    for (std::size_t i = 0; i < reached.size() && z >= static_cast<double>(i) / 8; ++i)
      ++reached[i];
  }
};

/// The map that the detector would decode first.
Pose best_map(const Spectrum& spectrum, const CarrierSet& set) {
  const Constellation constellation(set, kFine, false);
  const auto candidates =
      constellation.acquire(constellation.view(spectrum, cv::Matx22d::eye()), kMaps);
  const PilotSums pilots(set.pilots);
  Pose best = candidates.front().pose;
  double top = 0;
  for (const Candidate& c : candidates) {
    const PilotPeak peak = find_pilots(spectrum, c.pose, pilots).straight;
    if (peak.z <= top) continue;
    top = peak.z;
    best = c.pose;
    best.tx = peak.tx, best.ty = peak.ty;
  }
  std::vector<float> weights(set.pilots.size(), 1);
  climb(spectrum, set.pilots, weights, 0.3, best);
  return best;
}

void try_key(const Spectrum& spectrum, std::uint64_t seed, Tally& tally) {
  std::array<Byte, 32> key{};
  const auto random = seeded_random(seed);
  random->fill(key);
  const CarrierSet set = build_lattice(key);
  const Pose pose = best_map(spectrum, set);
  const signal::PolarCode code(kIdCarriers, signal::IdFrame::kBits);
  if (read_id(base_values(spectrum, set, pose), set, code, 32, kWholeReach)) ++tally.accepted;
  auto values = sample(spectrum, pose, set.id);
  turn_by_shift(pose, set.id, values);
  std::vector<float> weights;
  for (const Carrier& k : set.id) weights.push_back(k.shape);
  std::vector<Byte> word(set.id.size());
  for (int i = 0; i < kWords; ++i) {
    random->fill(word);
    auto turned = values;
    for (std::size_t k = 0; k < turned.size(); ++k)
      if (word[k] & 1U) turned[k] = -turned[k];
    tally.add(signal::matched_statistic(turned, weights));
  }
  ++tally.pairs;
}

void print(const Tally& tally) {
  fmt::print("{} pairs of picture and key, {} values of Z, highest {:.2f}, id frames accepted {}\n",
             tally.pairs, tally.values, tally.highest, tally.accepted);
  fmt::print("{:>6} {:>10} {:>12} {:>14}\n", "z", "reached", "share", "exp(-z²/2)");
  for (std::size_t i = 8; i < tally.reached.size() && tally.reached[i] > 0; i += 4) {
    const double z = static_cast<double>(i) / 8;
    fmt::print("{:>6.1f} {:>10} {:>12.3e} {:>14.3e}\n", z, tally.reached[i],
               static_cast<double>(tally.reached[i]) / static_cast<double>(tally.values),
               std::exp(-z * z / 2));
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    fmt::print("usage: mark_tail KEYS PICTURE...   keys for each picture\n");
    return 2;
  }
  cv::setNumThreads(1);
  const std::uint64_t keys = std::stoull(argv[1]);
  Tally tally;
  for (int i = 2; i < argc; ++i) {
    cv::Mat picture = cv::imread(argv[i], cv::IMREAD_GRAYSCALE), luma;
    if (picture.empty()) continue;
    constexpr double kSide = 512;  // the statistic knows no size; small pictures are fast
    const double ratio = kSide / std::sqrt(static_cast<double>(picture.total()));
    if (ratio < 1) cv::resize(picture, picture, {}, ratio, ratio, cv::INTER_AREA);
    picture.convertTo(luma, CV_32F);
    const Spectrum spectrum(front_end({luma, {}}).values);
    for (std::uint64_t k = 0; k < keys; ++k)
      try_key(spectrum, k * 1000 + static_cast<std::uint64_t>(i), tally);
  }
  print(tally);
  return tally.accepted == 0 ? 0 : 1;
}
