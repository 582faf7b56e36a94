// SPDX-License-Identifier: Apache-2.0
// Successive-cancellation list decoding of one received word (Tal & Vardy 2015), with whole
// subtrees decided at once where they are frozen, repetitions or free (Hashemi et al. 2016).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace signmark::signal {

/// Decodes once. Every path owns one buffer a stage. Since all paths write a stage together, a path
/// that was forked only inherits the numbers of the buffers that it reads; nothing is ever copied.
class PolarList {
 public:
  static constexpr std::uint8_t kFree = 2;
  static constexpr int kMaxList = 64;

  /// `fixed[i]`: value of the i-th input bit, or kFree.
  PolarList(std::span<const std::uint8_t> fixed, int list);
  void run(std::span<const float> llr);

  /// Numbers of the paths that are left, best first.
  [[nodiscard]] std::vector<int> ranking() const;
  [[nodiscard]] std::span<const std::uint8_t> coded(int path) const;

 private:
  using Numbers = std::vector<std::uint8_t>;  // of the buffer that each path reads
  struct Stage {
    std::vector<float> llr;             // one buffer a path
    std::vector<std::uint8_t> bits[2];  // of left and right children, one buffer a path
    Numbers llr_of, bits_of[2];
  };
  struct Candidate {
    float metric;
    int parent;
    std::uint64_t turned;  // repetition: the bit; free subtree: which weak decisions are turned
  };

  [[nodiscard]] const float* llr(int stage, int path) const;
  float* own_llr(int stage, int path);
  [[nodiscard]] const std::uint8_t* bits(int stage, int side, int path) const;
  std::uint8_t* own_bits(int stage, int side, int path);
  [[nodiscard]] int free_in(int stage, int place) const;
  int* weak(int path);

  void decide(int stage, int place);
  void split(int stage, int place);
  void decide_frozen(int stage, int place);
  void decide_repeated(int stage, int place);
  void decide_free(int stage, int place);
  void send_frozen(int stage, int place);
  void find_weak(int stage, int path, int count);
  bool turn_weak(int stage, int index);
  void keep_best();
  void fork(int stage);

  std::span<const std::uint8_t> fixed_;
  int list_, stages_, paths_ = 1;
  std::vector<int> free_before_;
  std::vector<Stage> stage_;
  std::vector<float> metric_;
  std::vector<std::uint8_t> word_;  // what the frozen bits of a subtree alone would send
  std::vector<Candidate> candidates_;
  std::vector<float> ordered_;  // scratch of keep_best
  std::vector<int> weak_;       // each path's weakest decisions in a free subtree, weakest first
  std::vector<int> order_;      // scratch of find_weak
};

/// The polar transform, in place; its own inverse. `size`: a power of two.
void polar_transform(std::span<std::uint8_t> word);

}  // namespace signmark::signal
