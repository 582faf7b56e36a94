// SPDX-License-Identifier: Apache-2.0
// False positives: pictures without a mark, attacked, read under random carrier keys
// (image-mark.md 9.4).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <mutex>

#include "marking.hpp"
#include "modes.hpp"
#include "runner.hpp"
#include "signal/statistics.hpp"

namespace signmark::bench {
namespace {

struct Tally {
  std::mutex mutex;
  std::vector<double> pilot_z;
  double highest_id_z = 0;
  std::uint64_t ids = 0, signed_frames = 0, hypotheses = 0;

  void add(const image::Detection& found, const std::string& what) {
    const std::lock_guard lock(mutex);
    pilot_z.push_back(found.best_pilot_z);
    hypotheses += found.hypotheses;
    for (const auto& mark : found.marks) {
      highest_id_z = std::max(highest_id_z, mark.id_z);
      ids += mark.id ? 1 : 0;
      signed_frames += mark.signed_frame ? 1 : 0;
      if (mark.id || mark.signed_frame)
        fmt::print("ACCEPTED {}: pilot z {:.2f}, id z {:.2f}\n", what, mark.pilot_z, mark.id_z);
    }
  }
};

std::array<Byte, 32> random_key(std::uint64_t seed) {
  std::array<Byte, 32> key{};
  seeded_random(seed)->fill(key);
  return key;
}

/// Share of detections whose best pilot z reaches a value, beside the bound for one hypothesis. A
/// ratio above the number of places that a search looks at shows that z is not sub-Gaussian there.
void print_tail(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto all = static_cast<double>(values.size());
  fmt::print("  {:>6} {:>10} {:>12} {:>14} {:>12}\n", "z", "reached", "share", "exp(-z²/2)",
             "ratio");
  const int last = static_cast<int>(std::ceil(2 * values.back()));
  for (int half_steps = 6; half_steps <= last; ++half_steps) {
    const double z = half_steps / 2.0;
    const auto first = std::lower_bound(values.begin(), values.end(), z);
    const auto reached = static_cast<double>(values.end() - first);
    const double bound = std::exp(-z * z / 2);
    fmt::print("  {:>6.1f} {:>10} {:>12.3e} {:>14.3e} {:>12.3g}\n", z, reached, reached / all,
               bound, reached / all / bound);
  }
}

void print_tally(const Tally& tally) {
  const auto runs = tally.pilot_z.size();
  const auto interval = signal::wilson(tally.ids, runs);
  fmt::print("\n== clean pictures: {} readings, {} maps decoded\n", runs, tally.hypotheses);
  fmt::print("  ids accepted {} (share at most {:.2e}), signed frames accepted {}\n", tally.ids,
             interval.high, tally.signed_frames);
  fmt::print("  highest pilot z {:.2f}, highest id z of a reported mark {:.2f} (gate {})\n",
             *std::max_element(tally.pilot_z.begin(), tally.pilot_z.end()), tally.highest_id_z,
             signal::kIdGate);
  print_tail(tally.pilot_z);
}

}  // namespace

int run_clean(const Options& options) {
  const auto attacks = distinct_attacks(suites(options.suite));
  const auto files = chosen_files(options);
  const Marker marker(options);
  Tally tally;
  for_each_index(files.size(), options.threads, [&](std::size_t i) {
    const auto picture = load_chosen(files[i], options);
    if (!picture) return;
    for (const Attack& attack : attacks) {
      if (attack.collude) continue;  // without marks there is nothing to collude about
      const cv::Mat bad = attacked(attack, picture->bgr, picture->name, options.seed, {});
      for (int key = 0; key < options.keys; ++key) {
        const auto seed =
            seed_of(fmt::format("key {} {}", key, attack.step.name), picture->name, options.seed);
        tally.add(marker.detect(bad, random_key(seed)),
                  fmt::format("{}, {}, key {}", picture->name, attack.step.name, key));
      }
    }
    fmt::print(stderr, "[{}/{}] {}\n", i + 1, files.size(), picture->name);
  });
  if (tally.pilot_z.empty()) return 1;
  print_tally(tally);
  return tally.ids + tally.signed_frames == 0 ? 0 : 1;
}

}  // namespace signmark::bench
