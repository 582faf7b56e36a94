// SPDX-License-Identifier: Apache-2.0
// Lossy codecs: JPEG and WebP by OpenCV, AVIF by libheif's programs.
#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <opencv2/imgcodecs.hpp>
#include <stdexcept>

#include "steps.hpp"

namespace signmark::bench {
namespace {

cv::Mat through_memory(const cv::Mat& picture, const char* extension, int flag, int quality) {
  std::vector<unsigned char> file;
  if (!cv::imencode(extension, picture, file, {flag, quality}))
    throw std::runtime_error(fmt::format("cannot encode {}", extension));
  return cv::imdecode(file, cv::IMREAD_COLOR);
}

bool on_path(std::string_view program) {
  const char* path = ::getenv("PATH");
  std::string_view rest = path == nullptr ? "/usr/bin:/bin" : path;
  while (!rest.empty()) {
    const auto end = std::min(rest.find(':'), rest.size());
    const auto file = std::filesystem::path(rest.substr(0, end)) / program;
    if (::access(file.c_str(), X_OK) == 0) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

void run_program(std::vector<std::string> words) {
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  int status = ::posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (status == 0 && ::waitpid(child, &status, 0) != child) status = -1;
  if (status != 0) throw std::runtime_error(words[0] + " failed");
}

/// A folder that goes away with the object.
class WorkFolder {
 public:
  WorkFolder() : path_((std::filesystem::temp_directory_path() / "robustness-XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("no temporary folder");
  }
  ~WorkFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;
  [[nodiscard]] std::string file(const char* name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

cv::Mat through_avif(const cv::Mat& picture, int quality) {
  const WorkFolder folder;
  const auto source = folder.file("in.png"), coded = folder.file("x.avif"),
             back = folder.file("out.png");
  cv::imwrite(source, picture, {cv::IMWRITE_PNG_COMPRESSION, 1});
  run_program({"heif-enc", "-A", "-q", std::to_string(quality), "-o", coded, source});
  run_program({"heif-convert", coded, back});
  return cv::imread(back, cv::IMREAD_COLOR);
}

}  // namespace

Step jpeg(int quality) {
  return filter_step(fmt::format("JPEG {}", quality), [quality](const cv::Mat& picture) {
    return through_memory(picture, ".jpg", cv::IMWRITE_JPEG_QUALITY, quality);
  });
}

Step webp(int quality) {
  return filter_step(fmt::format("WebP {}", quality), [quality](const cv::Mat& picture) {
    return through_memory(picture, ".webp", cv::IMWRITE_WEBP_QUALITY, quality);
  });
}

Step avif(int quality) {
  return filter_step(fmt::format("AVIF {}", quality),
                     [quality](const cv::Mat& picture) { return through_avif(picture, quality); });
}

std::string avif_missing() {
  for (const auto* program : {"heif-enc", "heif-convert"})
    if (!on_path(program)) return fmt::format("{} is not installed (libheif-examples)", program);
  return {};
}

}  // namespace signmark::bench
