// SPDX-License-Identifier: Apache-2.0
// A peer's scheme as a codec of the bench.
#pragma once

#include "codec.hpp"
#include "peers_scheme.hpp"

namespace signmark::bench {

class PeerCodec final : public Codec {
 public:
  PeerCodec(PeerScheme scheme, std::uint64_t seed) : scheme_(std::move(scheme)), seed_(seed) {}

  [[nodiscard]] std::string name() const override { return scheme_.name; }
  [[nodiscard]] Marked embed(const Picture& picture, int payload) const override;
  /// A peer has no checksum: `wrong` is never set.
  [[nodiscard]] Verdict read(const cv::Mat& bgr, const Picture& original,
                             bool signed_frame) const override;

 private:
  [[nodiscard]] PeerBits bits_of(const Picture& picture, int payload) const;

  PeerScheme scheme_;
  std::uint64_t seed_;
};

}  // namespace signmark::bench
