// SPDX-License-Identifier: Apache-2.0
// Payloads of peers, and what was read of them.
#include "peers_codec.hpp"

#include "meter.hpp"

namespace signmark::bench {

std::vector<PeerScheme> peer_schemes(std::uint64_t key) {
  const auto password_wm = static_cast<std::uint32_t>(key);
  return {dwt_dct_svd(), dwt_dct(), blind_watermark(password_wm, password_wm + 1)};
}

PeerBits PeerCodec::bits_of(const Picture& picture, int payload) const {
  const std::uint64_t number = payload_of(picture, payload, seed_);
  PeerBits bits{};
  for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = (number >> i & 1) != 0;
  return bits;
}

Marked PeerCodec::embed(const Picture& picture, int payload) const {
  const PeerBits bits = bits_of(picture, payload);
  const CpuMeter meter;
  cv::Mat marked = scheme_.embed(picture.bgr, bits);
  return {std::move(marked), false, meter.ms()};
}

Verdict PeerCodec::read(const cv::Mat& bgr, const Picture& original, bool) const {
  Verdict verdict;
  const CpuMeter meter;
  const auto found = scheme_.read(bgr);
  verdict.cpu_ms = meter.ms();
  if (!found) return verdict;
  const PeerBits written = bits_of(original, 0);
  for (std::size_t i = 0; i < written.size(); ++i)
    verdict.bits_right += (*found)[i] == written[i] ? 1 : 0;
  verdict.id_exact = *found == written;
  return verdict;
}

}  // namespace signmark::bench
