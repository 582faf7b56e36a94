// SPDX-License-Identifier: Apache-2.0
#include "audio/front_end.hpp"

#include <algorithm>
#include <cmath>

#include "audio/grid.hpp"

namespace signmark::audio {
namespace {

constexpr double kReach = 1.27;  // pitch changes that the map must hold
constexpr float kFloor = 1e-5F;  // power of a bin: below 16-bit rounding
// Half widths of the surroundings.
constexpr int kMeanSteps = 7, kMeanStepsOverNoise = 10, kVarianceSteps = 8;
constexpr double kMeanOctaves = 0.165, kVarianceOctaves = 0.2;
constexpr double kMaskOctaves = 0.111;
constexpr int kLevelSteps = 470;  // 5 seconds
constexpr float kMostWeight = 3;  // the mark is capped where the programme is soft
// A bin's power is below its floor so seldom, in means over so many steps.
constexpr double kFloorShare = 0.08;
constexpr int kFloorSteps = 8;
constexpr float kClip = 2.5F, kVarianceFloor = 1;

std::vector<float> column_sums(const Map& map, int from, int to) {
  std::vector<float> sum(static_cast<std::size_t>(map.bins), 0);
  for (int i = from; i < to; ++i) {
    const auto row = map.row(i);
    for (std::size_t k = 0; k < sum.size(); ++k) sum[k] += row[k];
  }
  return sum;
}

/// Mean over a part of an octave to both sides, two bins at least.
class FrequencyMean {
 public:
  FrequencyMean(const Map& map, double octaves) : sums_(static_cast<std::size_t>(map.bins) + 1) {
    for (int k = 0; k < map.bins; ++k) {
      const double bin = map.first_bin + k;
      const int half = std::max(2, static_cast<int>(bin * (std::exp2(octaves) - 1)));
      from_.push_back(std::max(0, k - half));
      to_.push_back(std::min(map.bins, k + half + 1));
    }
  }
  void operator()(std::span<const float> row, std::span<float> mean) {
    for (std::size_t k = 0; k < row.size(); ++k) sums_[k + 1] = sums_[k] + row[k];
    for (std::size_t k = 0; k < row.size(); ++k) {
      const auto from = static_cast<std::size_t>(from_[k]), to = static_cast<std::size_t>(to_[k]);
      mean[k] = (sums_[to] - sums_[from]) / static_cast<float>(to - from);
    }
  }

 private:
  std::vector<float> sums_;
  std::vector<int> from_, to_;
};

/// Power of each bin that the sound hardly ever falls below, which may be noise; 0 if none is
/// looked for.
std::vector<float> floors_of(const Map& logs, Over over) {
  std::vector<float> floors(static_cast<std::size_t>(logs.bins), 0);
  const int blocks = logs.steps() / kFloorSteps;
  if (over == Over::silence || blocks == 0) return floors;
  FrequencyMean smooth(logs, kMaskOctaves);
  std::vector<float> power(floors.size()), mean(floors.size());
  std::vector<std::vector<float>> by_bin(floors.size());
  for (int block = 0; block < blocks; ++block) {
    std::fill(power.begin(), power.end(), 0.0F);
    for (int i = block * kFloorSteps; i < (block + 1) * kFloorSteps; ++i)
      for (std::size_t k = 0; k < power.size(); ++k) power[k] += std::exp(logs.row(i)[k]);
    smooth(power, mean);
    for (std::size_t k = 0; k < mean.size(); ++k) by_bin[k].push_back(mean[k] / kFloorSteps);
  }
  for (std::size_t k = 0; k < floors.size(); ++k) {
    const auto low = by_bin[k].begin() + static_cast<std::ptrdiff_t>(kFloorShare * blocks);
    std::nth_element(by_bin[k].begin(), low, by_bin[k].end());
    floors[k] = *low;
  }
  return floors;
}

/// How strong the mark may be expected: softer points carry relatively more (gains.cpp), as far as
/// they stand above the floor.
void weigh(const Map& logs, Over over, Map& values) {
  const auto floors = floors_of(logs, over);
  FrequencyMean smooth(logs, kMaskOctaves);
  std::vector<float> power(static_cast<std::size_t>(logs.bins)), mean(power.size());
  Map level{logs.bin_hz, 0, 1, {}};
  for (int i = 0; i < logs.steps(); ++i) {
    double sum = 0;
    for (const float l : logs.row(i)) sum += std::exp(l);
    level.values.push_back(static_cast<float>(sum / logs.bins));
  }
  const Map reference = smoothed_in_time(level, kLevelSteps);
  for (int i = 0; i < logs.steps(); ++i) {
    const auto row = logs.row(i);
    for (std::size_t k = 0; k < power.size(); ++k) power[k] = std::exp(row[k]);
    smooth(power, mean);
    auto out = values.row(i);
    const float ref = reference.values[static_cast<std::size_t>(i)];
    for (std::size_t k = 0; k < power.size(); ++k)
      out[k] *= std::min(kMostWeight, 1 / std::sqrt(mean[k] / ref + 1e-9F)) * mean[k] /
                (mean[k] + floors[k] + 1e-20F);
  }
}

}  // namespace

Map smoothed_in_time(const Map& map, int half) {
  Map mean = map;
  const int steps = map.steps();
  constexpr int kRefresh = 256;  // running sums gather rounding errors
  std::vector<float> sum;
  for (int i = 0; i < steps; ++i) {
    const int from = std::max(0, i - half), to = std::min(steps, i + half + 1);
    if (i % kRefresh == 0) {
      sum = column_sums(map, from, to);
    } else {
      if (i + half < steps)
        for (std::size_t k = 0; k < sum.size(); ++k) sum[k] += map.row(i + half)[k];
      if (from > 0)
        for (std::size_t k = 0; k < sum.size(); ++k) sum[k] -= map.row(from - 1)[k];
    }
    const float share = 1.0F / static_cast<float>(to - from);
    auto row = mean.row(i);
    for (std::size_t k = 0; k < sum.size(); ++k) row[k] = sum[k] * share;
  }
  return mean;
}

LogMapper::LogMapper(const Shape& shape)
    : shape_(shape),
      length_(window_length(shape.rate)),
      fourier_(length_),
      window_(hann(length_, false)),
      work_(static_cast<std::size_t>(length_)) {
  const double bin = static_cast<double>(shape.rate) / length_;
  first_bin_ = static_cast<int>(band_edges().front() / kReach / bin);
  const int last = std::min(static_cast<int>(band_edges().back() * kReach / bin), length_ / 2 - 1);
  bins_ = last - first_bin_ + 1;
  power_.resize(static_cast<std::size_t>(bins_));
  int used = 0;
  for (int c = 0; c < shape.channels; ++c)
    if ((shape.untouched >> c & 1U) == 0) ++used;
  pairs_.resize(static_cast<std::size_t>(used + 1) / 2);
  for (auto& pair : pairs_) pair.resize(static_cast<std::size_t>(length_) / 2);
}

Map LogMapper::empty() const {
  return {static_cast<double>(shape_.rate) / length_, first_bin_, bins_, {}};
}

void LogMapper::append(const Block& block) {
  std::size_t used = 0;
  for (int c = 0; c < shape_.channels; ++c) {
    if ((shape_.untouched >> c & 1U) != 0) continue;
    auto& pair = pairs_[used / 2];
    const float* samples = block.channels[static_cast<std::size_t>(c)];
    if (used % 2 == 0) {
      for (std::size_t i = 0; i < block.samples; ++i) pair.emplace_back(samples[i], 0.0F);
    } else {
      const std::size_t base = pair.size() - block.samples;
      for (std::size_t i = 0; i < block.samples; ++i) pair[base + i].imag(samples[i]);
    }
    ++used;
  }
}

void LogMapper::transform(std::size_t from, const Row& row) {
  std::fill(power_.begin(), power_.end(), 0.0F);
  const auto length = static_cast<std::size_t>(length_);
  for (const auto& pair : pairs_) {
    for (std::size_t i = 0; i < length; ++i) work_[i] = pair[from + i] * window_[i];
    fourier_.forward(work_);
    for (std::size_t k = 0; k < power_.size(); ++k) {
      const std::size_t bin = k + static_cast<std::size_t>(first_bin_);
      power_[k] += (std::norm(work_[bin]) + std::norm(work_[length - bin])) / 2;
    }
  }
  for (float& p : power_) p = std::log(p + kFloor);
  row(power_);
}

void LogMapper::drain(const Row& row) {
  if (pairs_.empty()) return;
  while (true) {
    const auto at = static_cast<std::uint64_t>(
        std::llround(static_cast<double>(steps_) * kStepSeconds * shape_.rate));
    if (at - dropped_ + static_cast<std::uint64_t>(length_) > pairs_[0].size()) break;
    transform(at - dropped_, row);
    ++steps_;
  }
  const auto next = static_cast<std::uint64_t>(
      std::llround(static_cast<double>(steps_) * kStepSeconds * shape_.rate));
  const std::size_t gone = std::min<std::size_t>(next - dropped_, pairs_[0].size());
  for (auto& pair : pairs_)
    pair.erase(pair.begin(), pair.begin() + static_cast<std::ptrdiff_t>(gone));
  dropped_ += gone;
}

void LogMapper::push(const Block& block, const Row& row) {
  append(block);
  drain(row);
}

void LogMapper::finish(const Row& row) {
  for (auto& pair : pairs_) pair.resize(pair.size() + static_cast<std::size_t>(length_) / 2);
  drain(row);
}

Map features(const Map& logs, Over over) {
  Map result = logs;
  {
    const Map mean = smoothed_in_time(logs, over == Over::noise ? kMeanStepsOverNoise : kMeanSteps);
    for (std::size_t i = 0; i < result.values.size(); ++i)
      result.values[i] = std::max(result.values[i] - mean.values[i], -kClip);
  }
  Map square = result;
  FrequencyMean local(logs, kMeanOctaves), wide(logs, kVarianceOctaves);
  std::vector<float> mean(static_cast<std::size_t>(logs.bins));
  for (int i = 0; i < result.steps(); ++i) {
    auto row = result.row(i);
    local(row, mean);
    for (std::size_t k = 0; k < mean.size(); ++k)
      row[k] = std::clamp(row[k] - mean[k], -kClip, kClip);
    auto squares = square.row(i);
    for (std::size_t k = 0; k < mean.size(); ++k) squares[k] = row[k] * row[k];
  }
  square = smoothed_in_time(square, kVarianceSteps);
  for (int i = 0; i < result.steps(); ++i) {
    auto row = result.row(i);
    wide(square.row(i), mean);
    for (std::size_t k = 0; k < mean.size(); ++k) row[k] /= mean[k] + kVarianceFloor;
  }
  weigh(logs, over, result);
  return result;
}

}  // namespace signmark::audio
