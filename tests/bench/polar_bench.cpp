// SPDX-License-Identifier: Apache-2.0
// Prints how often frames come back from white noise, and how long decoding takes, as a table.
//   polar_bench [frames a point, default 200]
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "signal/polar.hpp"
#include "signal/statistics.hpp"
#include "support/awgn.hpp"

namespace {

using namespace signmark;
using Clock = std::chrono::steady_clock;

struct Series {
  int length, bits, info_bits, list;
  double erased;
  double from_db, step_db;
  int points;
};

struct Point {
  int lost = 0;
  double milliseconds = 0;
};

Point measure(const Series& series, double ebn0_db, int frames) {
  const signal::PolarCode code(series.length, series.bits);
  test::AwgnChannel channel("polar bench");
  Point point;
  Clock::duration spent{};
  for (int i = 0; i < frames; ++i) {
    const signal::Bits info = channel.random_bits(series.bits);
    const auto llr = channel.receive(code.encode(info), series.info_bits, ebn0_db, series.erased);
    const auto start = Clock::now();
    // What the check does: of the list it accepts the word that was sent.
    const auto decoded =
        code.decode(llr, series.list, [&info](const auto& w) { return w == info; });
    spent += Clock::now() - start;
    point.lost += decoded ? 0 : 1;
  }
  point.milliseconds = std::chrono::duration<double, std::milli>(spent).count() / frames;
  return point;
}

void print(const Series& series, int frames) {
  std::printf("\n(%d,%d) list %d, %.0f %% erased; Eb/N0 per info bit (%d)\n", series.length,
              series.bits, series.list, 100 * series.erased, series.info_bits);
  std::printf("%8s %8s %17s %8s\n", "Eb/N0 dB", "FER", "95 % interval", "ms");
  for (int i = 0; i < series.points; ++i) {
    const double db = series.from_db + i * series.step_db;
    const Point point = measure(series, db, frames);
    const auto interval =
        signal::wilson(static_cast<std::uint64_t>(point.lost), static_cast<std::uint64_t>(frames));
    std::printf("%8.2f %8.4f %8.4f %8.4f %8.2f\n", db, static_cast<double>(point.lost) / frames,
                interval.low, interval.high, point.milliseconds);
    std::fflush(stdout);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int frames = argc > 1 ? std::atoi(argv[1]) : 200;  // NOLINT(cert-err34-c): checked below
  if (frames < 1) {
    std::fprintf(stderr, "polar_bench: the number of frames must be at least 1\n");
    return 2;
  }
  constexpr int kId = signal::IdFrame::kInfoBits, kSigned = signal::SignedFrame::kInfoBits;
  for (const Series& series : std::vector<Series>{
           {1024, kId + 32, kId, 8, 0, -1, 0.5, 8},
           {1024, kId + 32, kId, 32, 0, -1, 0.5, 8},
           {1024, kId + 32, kId, 32, 0.3, -1, 0.5, 8},
           {1024, kId + 32, kId, 32, 0.7, 0, 0.5, 9},
           {512, kId + 32, kId, 32, 0, -1, 0.5, 8},
           {4096, kSigned + 32, kSigned, 8, 0, -1, 0.25, 9},
           {4096, kSigned + 32, kSigned, 32, 0, -1, 0.25, 9},
           {4096, kSigned + 32, kSigned, 32, 0.3, -1, 0.25, 11},
           {4096, kSigned + 32, kSigned, 32, 0.7, 0, 0.5, 7},
       })
    print(series, frames);
  return 0;
}
