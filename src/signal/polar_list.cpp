// SPDX-License-Identifier: Apache-2.0
// The list decoder. Its inner loops are plain loops over arrays, which the compiler vectorises.
#include "signal/polar_list.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <numeric>

namespace signmark::signal {
namespace {

constexpr std::uint32_t kSignBit = 0x80000000U;

float with_sign(float magnitude, std::uint32_t sign) {
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(magnitude) ^ sign);
}

/// Keeps every sum finite, since no order among metrics could be trusted otherwise.
float bounded(float llr) {
  constexpr float kMost = 1e30F;
  return std::isnan(llr) ? 0.0F : std::clamp(llr, -kMost, kMost);
}

/// Of the sum modulo 2 of two bits (min-sum).
void check_node(const float* a, const float* b, float* out, int size) {
  for (int i = 0; i < size; ++i) {
    const float x = std::fabs(a[i]), y = std::fabs(b[i]);
    const std::uint32_t sign =
        (std::bit_cast<std::uint32_t>(a[i]) ^ std::bit_cast<std::uint32_t>(b[i])) & kSignBit;
    out[i] = with_sign(x < y ? x : y, sign);
  }
}

/// Of the second bit when the sum is known.
void bit_node(const float* a, const float* b, const std::uint8_t* sum, float* out, int size) {
  for (int i = 0; i < size; ++i)
    out[i] = b[i] + with_sign(a[i], static_cast<std::uint32_t>(sum[i]) << 31);
}

/// What a word costs against these values: the magnitudes that it contradicts.
float cost_of(const float* llr, const std::uint8_t* word, std::uint8_t turned, int size) {
  float sum = 0;
  for (int i = 0; i < size; ++i) {
    const float against = with_sign(-llr[i], static_cast<std::uint32_t>(word[i] ^ turned) << 31);
    sum += against > 0 ? against : 0.0F;
  }
  return sum;
}

}  // namespace

void polar_transform(std::span<std::uint8_t> word) {
  std::uint8_t* const data = word.data();
  for (std::size_t half = 1; half < word.size(); half *= 2)
    for (std::size_t start = 0; start < word.size(); start += 2 * half)
      for (std::size_t i = start; i < start + half; ++i) data[i] ^= data[i + half];
}

PolarList::PolarList(std::span<const std::uint8_t> fixed, int list)
    : fixed_(fixed),
      list_(list),
      stages_(std::bit_width(fixed.size()) - 1),
      free_before_(fixed.size() + 1),
      stage_(static_cast<std::size_t>(stages_) + 1),
      metric_(static_cast<std::size_t>(list)),
      word_(fixed.size()) {
  assert(list >= 1 && list <= kMaxList && std::has_single_bit(fixed.size()));
  for (std::size_t i = 0; i < fixed.size(); ++i)
    free_before_[i + 1] = free_before_[i] + (fixed[i] == kFree ? 1 : 0);
  const auto paths = static_cast<std::size_t>(list);
  for (std::size_t s = 0; s < stage_.size(); ++s) {
    Stage& stage = stage_[s];
    stage.llr.resize((s + 1 == stage_.size() ? 1 : paths) << s);
    stage.llr_of.resize(paths);
    for (int side = 0; side < 2; ++side) {
      stage.bits[side].resize(paths << s);
      stage.bits_of[side].resize(paths);
    }
  }
  candidates_.reserve(2 * paths);
  ordered_.reserve(2 * paths);
  weak_.resize(paths * kMaxList);
}

const float* PolarList::llr(int stage, int path) const {
  const Stage& s = stage_[stage];
  return s.llr.data() + (static_cast<std::size_t>(s.llr_of[path]) << stage);
}

float* PolarList::own_llr(int stage, int path) {
  Stage& s = stage_[stage];
  s.llr_of[path] = static_cast<std::uint8_t>(path);
  return s.llr.data() + (static_cast<std::size_t>(path) << stage);
}

const std::uint8_t* PolarList::bits(int stage, int side, int path) const {
  const Stage& s = stage_[stage];
  return s.bits[side].data() + (static_cast<std::size_t>(s.bits_of[side][path]) << stage);
}

std::uint8_t* PolarList::own_bits(int stage, int side, int path) {
  Stage& s = stage_[stage];
  s.bits_of[side][path] = static_cast<std::uint8_t>(path);
  return s.bits[side].data() + (static_cast<std::size_t>(path) << stage);
}

int PolarList::free_in(int stage, int place) const {
  return free_before_[place + (1 << stage)] - free_before_[place];
}

int* PolarList::weak(int path) {
  return weak_.data() + static_cast<std::ptrdiff_t>(path) * kMaxList;
}

void PolarList::run(std::span<const float> llr) {
  assert(llr.size() == fixed_.size());
  std::transform(llr.begin(), llr.end(), stage_.back().llr.begin(), bounded);
  decide(stages_, 0);
}

void PolarList::decide(int stage, int place) {
  const int size = 1 << stage, free = free_in(stage, place);
  if (free == 0) {
    decide_frozen(stage, place);
  } else if (free == 1 && fixed_[place + size - 1] == kFree) {
    decide_repeated(stage, place);
  } else if (free == size) {
    decide_free(stage, place);
  } else {
    split(stage, place);
  }
}

void PolarList::split(int stage, int place) {
  const int half = stage - 1, size = 1 << half, side = (place >> stage) & 1;
  for (int path = 0; path < paths_; ++path) {
    const float* from = llr(stage, path);
    check_node(from, from + size, own_llr(half, path), size);
  }
  decide(half, place);
  for (int path = 0; path < paths_; ++path) {
    const float* from = llr(stage, path);
    bit_node(from, from + size, bits(half, 0, path), own_llr(half, path), size);
  }
  decide(half, place + size);
  for (int path = 0; path < paths_; ++path) {
    const std::uint8_t *left = bits(half, 0, path), *right = bits(half, 1, path);
    std::uint8_t* to = own_bits(stage, side, path);
    for (int i = 0; i < size; ++i) to[i] = left[i] ^ right[i];
    std::copy_n(right, size, to + size);
  }
}

void PolarList::send_frozen(int stage, int place) {
  const int size = 1 << stage;
  for (int i = 0; i < size; ++i) {
    const std::uint8_t value = fixed_[place + i];
    word_[i] = value == kFree ? 0 : value;
  }
  polar_transform(std::span(word_).first(static_cast<std::size_t>(size)));
}

void PolarList::decide_frozen(int stage, int place) {
  const int size = 1 << stage;
  send_frozen(stage, place);
  for (int path = 0; path < paths_; ++path) {
    metric_[path] += cost_of(llr(stage, path), word_.data(), 0, size);
    std::copy_n(word_.data(), size, own_bits(stage, (place >> stage) & 1, path));
  }
}

void PolarList::decide_repeated(int stage, int place) {
  const int size = 1 << stage;
  send_frozen(stage, place);
  candidates_.clear();
  for (int path = 0; path < paths_; ++path)
    for (std::uint8_t bit = 0; bit < 2; ++bit)
      candidates_.push_back(
          {metric_[path] + cost_of(llr(stage, path), word_.data(), bit, size), path, bit});
  keep_best();
  fork(stage);
  for (int path = 0; path < paths_; ++path) {
    const auto turned = static_cast<std::uint8_t>(candidates_[path].turned);
    std::uint8_t* to = own_bits(stage, (place >> stage) & 1, path);
    for (int i = 0; i < size; ++i) to[i] = word_[i] ^ turned;
  }
}

void PolarList::find_weak(int stage, int path, int count) {
  const float* values = llr(stage, path);
  order_.resize(std::size_t{1} << stage);
  std::iota(order_.begin(), order_.end(), 0);
  std::partial_sort(order_.begin(), order_.begin() + count, order_.end(), [values](int a, int b) {
    const float x = std::fabs(values[a]), y = std::fabs(values[b]);
    return x < y || (x == y && a < b);
  });
  std::copy_n(order_.begin(), count, weak(path));
}

bool PolarList::turn_weak(int stage, int index) {
  const std::size_t before = candidates_.size();
  const bool full = before == static_cast<std::size_t>(list_);
  float worst = 0;
  for (const Candidate& one : candidates_) worst = std::max(worst, one.metric);
  for (std::size_t i = 0; i < before; ++i) {
    Candidate turned = candidates_[i];
    turned.metric += std::fabs(llr(stage, turned.parent)[weak(turned.parent)[index]]);
    turned.turned |= std::uint64_t{1} << index;
    if (!full || turned.metric < worst) candidates_.push_back(turned);
  }
  if (candidates_.size() == before) return false;
  keep_best();
  return true;
}

void PolarList::decide_free(int stage, int place) {
  // Only the list_ - 1 weakest decisions can be turned in a word that stays in the list.
  const int size = 1 << stage, count = std::min(size, list_ - 1);
  candidates_.clear();
  for (int path = 0; path < paths_; ++path) {
    find_weak(stage, path, count);
    candidates_.push_back({metric_[path], path, 0});
  }
  for (int index = 0; index < count && turn_weak(stage, index); ++index) {
  }
  fork(stage);
  for (int path = 0; path < paths_; ++path) {
    const Candidate& chosen = candidates_[path];
    const float* values = llr(stage, path);
    std::uint8_t* to = own_bits(stage, (place >> stage) & 1, path);
    for (int i = 0; i < size; ++i) to[i] = values[i] < 0 ? 1 : 0;
    for (std::uint64_t left = chosen.turned; left != 0; left &= left - 1)
      to[weak(chosen.parent)[std::countr_zero(left)]] ^= 1;
  }
}

void PolarList::keep_best() {
  const auto keep = static_cast<std::size_t>(list_);
  if (candidates_.size() <= keep) return;
  ordered_.clear();
  for (const Candidate& one : candidates_) ordered_.push_back(one.metric);
  const auto last = ordered_.begin() + static_cast<std::ptrdiff_t>(keep) - 1;
  std::nth_element(ordered_.begin(), last, ordered_.end());
  const float limit = *last;
  // Of equal metrics the first ones stay, so that the outcome is the same everywhere.
  auto equal =
      static_cast<std::ptrdiff_t>(keep) -
      std::count_if(ordered_.begin(), ordered_.end(), [limit](float m) { return m < limit; });
  const auto gone = [&](const Candidate& one) {
    return one.metric > limit || (one.metric == limit && equal-- <= 0);
  };
  candidates_.erase(std::remove_if(candidates_.begin(), candidates_.end(), gone),
                    candidates_.end());
}

void PolarList::fork(int stage) {
  const auto inherit = [this](Numbers& numbers) {
    std::uint8_t old[kMaxList];
    std::copy(numbers.begin(), numbers.end(), old);
    for (std::size_t i = 0; i < candidates_.size(); ++i) numbers[i] = old[candidates_[i].parent];
  };
  // Below this subtree all will be written again before it is read.
  for (std::size_t s = static_cast<std::size_t>(stage); s < stage_.size(); ++s) {
    inherit(stage_[s].llr_of);
    inherit(stage_[s].bits_of[0]);
  }
  paths_ = static_cast<int>(candidates_.size());
  for (int path = 0; path < paths_; ++path) metric_[path] = candidates_[path].metric;
}

std::vector<int> PolarList::ranking() const {
  std::vector<int> paths(static_cast<std::size_t>(paths_));
  std::iota(paths.begin(), paths.end(), 0);
  std::stable_sort(paths.begin(), paths.end(),
                   [this](int a, int b) { return metric_[a] < metric_[b]; });
  return paths;
}

std::span<const std::uint8_t> PolarList::coded(int path) const {
  return {bits(stages_, 0, path), fixed_.size()};
}

}  // namespace signmark::signal
