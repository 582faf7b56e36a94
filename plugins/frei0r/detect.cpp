// SPDX-License-Identifier: Apache-2.0
// signmark_detect.so: hands pictures on as they are, and says which marks they carry.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "common/host_marker.hpp"
#include "instance.hpp"

namespace signmark_frei0r {
namespace {

using signmark_host::Answer;

constexpr const char* kName = "signmark_detect";
constexpr double kStep = 1.0 / 6;  // seconds between pictures that are taken in
constexpr double kFirstLook = 4;   // seconds; then after twice as long, since a look searches
constexpr double kLongestWait = 64;

enum Index : std::size_t { carrier };

const std::vector<Parameter>& parameters() {
  static const auto& table = *new std::vector<Parameter>{
      {"carrier", "Name of a private carrier key to try beside the public one", Kind::name}};
  return table;
}

// One line at the end of the file that SIGNMARK_DETECT_LOG names, if it does.
void append(const std::string& line) {
  const char* path = std::getenv("SIGNMARK_DETECT_LOG");
  if (path == nullptr || *path == '\0') return;
  const int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
  // One call, so that lines of several processes stay whole.
  const bool written =
      file >= 0 && write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size());
  if (!written) std::fprintf(stderr, "%s: cannot write to %s\n", kName, path);
  if (file >= 0) close(file);
}

class Watcher final : public Instance {
 public:
  Watcher(unsigned width, unsigned height) : Instance(parameters(), width, height) {}
  ~Watcher() override { finish(); }

 private:
  void handle(const smk_frame& frame, double seconds) noexcept override;
  void finish() noexcept;
  void take(const smk_frame& frame, double seconds);
  void look(bool last);
  void tell(const Answer& answer) const;
  void give_up(const std::string& why);

  signmark_host::HostMarker host_;
  signmark_host::FilmDetector detector_;
  unsigned seen_changes_ = 0;
  bool done_ = false;  // the answer was told, or there will be none
  unsigned long taken_ = 0;
  double first_ = 0, latest_ = 0, next_look_ = kFirstLook;
};

void Watcher::give_up(const std::string& why) {
  std::fprintf(stderr, "%s: unknown: %s\n", kName, why.c_str());
  done_ = true;
}

void Watcher::tell(const Answer& answer) const {
  const std::string id = answer.content_id.empty() ? "" : ", content id " + answer.content_id;
  std::fprintf(stderr, "%s: %s%s: %s\n", kName, answer.word.c_str(), id.c_str(),
               answer.sentence.c_str());
  append(std::string(R"({"plugin": ")") + kName + R"(", "pictures": )" + std::to_string(taken_) +
         ", " + answer.json.substr(1) + "\n");
}

void Watcher::look(bool last) {
  smk_error* error = nullptr;
  smk_verify_report* raw = nullptr;
  const smk_status status = smk_film_detector_look(detector_.get(), &raw, &error);
  const signmark_host::VerifyReport report(raw);
  if (!host_.good(status, error)) return give_up(host_.failure());
  if (!last && smk_film_detector_satisfied(detector_.get()) == 0) return;
  tell(signmark_host::answer_of(report.get()));
  done_ = true;
  detector_.reset();  // its memory grows with the film
}

void Watcher::take(const smk_frame& frame, double seconds) {
  if (seen_changes_ != values().changes()) {
    seen_changes_ = values().changes();
    detector_.reset();
    taken_ = 0;
  }
  if (detector_ == nullptr) {
    const std::string why = problem();
    if (why.empty()) detector_ = host_.film_detector(film(), values().text(Index::carrier));
    if (detector_ == nullptr) return give_up(why.empty() ? host_.failure() : why);
    first_ = seconds;
    next_look_ = kFirstLook;
  } else if (seconds >= latest_ && seconds < latest_ + kStep) {
    return;
  }
  latest_ = seconds;
  smk_error* error = nullptr;
  const smk_status status = smk_film_detector_take(detector_.get(), &frame, seconds, &error);
  if (!host_.good(status, error)) return give_up(host_.failure());
  ++taken_;
  if (seconds - first_ < next_look_) return;
  next_look_ += std::min(next_look_, kLongestWait);
  look(false);
}

void Watcher::handle(const smk_frame& frame, double seconds) noexcept {
  if (done_) return;
  try {
    take(frame, seconds);
  } catch (const std::exception&) {  // detection must not disturb the host
    done_ = true;
  }
}

void Watcher::finish() noexcept {
  if (done_ || taken_ == 0) return;
  try {
    look(true);
  } catch (const std::exception&) {
    done_ = true;
  }
}

}  // namespace

const Plugin& plugin() {
  static const Plugin plugin{kName,
                             "Looks for marks of AI-generated video; pictures pass unchanged",
                             1,
                             0,
                             parameters(),
                             [](unsigned width, unsigned height) -> std::unique_ptr<Instance> {
                               return std::make_unique<Watcher>(width, height);
                             }};
  return plugin;
}

}  // namespace signmark_frei0r
