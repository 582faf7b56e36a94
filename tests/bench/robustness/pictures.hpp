// SPDX-License-Identifier: Apache-2.0
// Pictures of a bench run: found, loaded as 8-bit BGR, brought to size.
#pragma once

#include <filesystem>
#include <opencv2/core.hpp>
#include <optional>
#include <string>
#include <vector>

#include "options.hpp"

namespace signmark::bench {

struct Picture {
  std::string name;  ///< file name; seeds depend on it
  cv::Mat bgr;
  [[nodiscard]] double mpx() const { return static_cast<double>(bgr.total()) / 1e6; }
};

/// Pictures below files and folders, sorted by name.
std::vector<std::filesystem::path> picture_files(const std::vector<std::string>& sources);

/// 8-bit BGR, transparent parts on white; nothing for a file that is no picture.
std::optional<Picture> load_picture(const std::filesystem::path& file);

/// As load_picture, brought to size; nothing also for what the options leave out.
std::optional<Picture> load_chosen(const std::filesystem::path& file, const Options& options);

/// The files of the options that load_chosen() will load, at most the limit.
std::vector<std::filesystem::path> chosen_files(const Options& options);

/// BT.601 luma of 0..255, not rounded.
cv::Mat luma_of(const cv::Mat& bgr);

}  // namespace signmark::bench
