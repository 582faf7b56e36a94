// SPDX-License-Identifier: Apache-2.0
// Open watermarks of others, written anew in C++ to be measured beside signmark's.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <opencv2/core.hpp>
#include <optional>
#include <string>
#include <vector>

namespace signmark::bench {

using PeerBits = std::array<bool, 64>;

struct PeerScheme {
  std::string name;
  /// 8-bit BGR to 8-bit BGR. Throws std::runtime_error for a picture that the peer refuses.
  std::function<cv::Mat(const cv::Mat& bgr, const PeerBits& bits)> embed;
  /// Nothing for a picture that the peer refuses.
  std::function<std::optional<PeerBits>(const cv::Mat& bgr)> read;
};

PeerScheme dwt_dct();
PeerScheme dwt_dct_svd();
PeerScheme blind_watermark(std::uint32_t password_wm, std::uint32_t password_img);

/// All of them; those with passwords take them from `key`.
std::vector<PeerScheme> peer_schemes(std::uint64_t key);

}  // namespace signmark::bench
