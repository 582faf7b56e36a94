// SPDX-License-Identifier: Apache-2.0
// signmark's own mark: embed, detect, and whether what was read is what was written.
#pragma once

#include <array>
#include <opencv2/core.hpp>
#include <string>

#include "codec.hpp"
#include "image/mark/lattice_mark.hpp"

namespace signmark::bench {

/// Holds the keys. Thread-safe.
class Marker final : public Codec {
 public:
  /// Carrier key: the public one. Throws std::runtime_error when no keys can be had.
  explicit Marker(const Options& options);

  [[nodiscard]] std::string name() const override { return kOwnCodec; }
  [[nodiscard]] Marked embed(const Picture& picture, int payload) const override;
  [[nodiscard]] Verdict read(const cv::Mat& bgr, const Picture& original,
                             bool signed_frame) const override;
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
