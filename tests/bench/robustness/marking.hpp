// SPDX-License-Identifier: Apache-2.0
// The mark under test: embed, detect, and whether what was read is what was written.
#pragma once

#include <array>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "image/mark/lattice_mark.hpp"
#include "options.hpp"
#include "pictures.hpp"

namespace signmark::bench {

struct Marked {
  cv::Mat bgr;
  bool signed_frame = false;
  double cpu_ms = 0;
};

struct Verdict {
  bool id_exact = false;         ///< every field as written
  bool signed_verified = false;  ///< Ed25519 accepts it and the content id is ours
  bool wrong = false;            ///< a payload that was never written into this picture
  double pilot_z = 0, id_z = 0, id_margin_db = 0, signed_z = 0, signed_margin_db = 0;
  double scale = 0, rotation_degrees = 0;
  bool mirrored = false;
  std::uint64_t hypotheses = 0;
  double cpu_ms = 0;
};

/// Holds the keys. Thread-safe.
class Marker {
 public:
  /// Carrier key: the public one. Throws std::runtime_error when no keys can be had.
  explicit Marker(const Options& options);

  /// Payloads 0, 1, ... of a picture differ. Throws std::runtime_error with the mark's error.
  [[nodiscard]] Marked embed(const Picture& picture, int payload) const;
  /// Reads `bgr`, a version of `original` that carries payload 0 (`signed_frame`: and a signed
  /// frame). Payloads up to 2 are not wrong: colluders mix them in.
  [[nodiscard]] Verdict read(const cv::Mat& bgr, const Picture& original, bool signed_frame) const;
  /// What the detector says of any picture under any key.
  [[nodiscard]] image::Detection detect(const cv::Mat& bgr,
                                        const std::array<Byte, 32>& carrier_key) const;
  [[nodiscard]] const std::array<Byte, 32>& carrier_key() const { return carrier_key_; }

 private:
  [[nodiscard]] signal::IdFrame id_frame(const Picture& picture, int payload) const;
  [[nodiscard]] signal::SignedFrame signed_frame(const Picture& picture, int payload) const;
  [[nodiscard]] bool verifies(const signal::SignedFrame& frame) const;
  void judge(const image::FoundMark& mark, const Picture& original, bool signed_frame,
             Verdict& verdict) const;

  Options options_;
  std::array<Byte, 32> carrier_key_{}, public_key_{};
  std::array<Byte, 64> secret_key_{};
};

}  // namespace signmark::bench
