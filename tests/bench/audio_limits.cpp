// SPDX-License-Identifier: Apache-2.0
#include "bench/audio_limits.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <random>

#include "audio/tracker.hpp"
#include "base/result.hpp"
#include "signal/statistics.hpp"

namespace signmark::bench {
namespace {

constexpr int kKeysAtOnce = 24, kWords = 128;
constexpr double kPieceSeconds = 60, kCostSeconds = 600;

struct Tail {
  std::vector<std::uint64_t> reached = std::vector<std::uint64_t>(64);  // by z * 8
  std::uint64_t values = 0, hypotheses = 0, accepted = 0, notices = 0;
  double highest = 0, key_seconds = 0;
  void add(double z) {
    ++values;
    highest = std::max(highest, z);
    for (std::size_t i = 0; i < reached.size() && z >= static_cast<double>(i) / 8; ++i)
      ++reached[i];
  }
};

/// Statistics of random code words at the places that the reader would decode first.
void tail_of(const audio::Series& series, const audio::SeriesSpectrum& spectrum,
             const std::array<Byte, 32>& key, std::mt19937_64& engine, Tail& tail) {
  const audio::Layout layout = audio::build_layout(key);
  const audio::PilotSearch pilots(layout);
  for (audio::Place& place : pilots.find(spectrum, pilots.pattern(1, spectrum.length()), 1, 2)) {
    pilots.refine(series, place, false);
    const auto cells = audio::fold(series, place, 0, series.steps());
    audio::IdReading word;
    word.whole = true;
    word.coded.resize(audio::kIdChips);
    for (int i = 0; i < kWords; ++i) {
      for (auto& bit : word.coded) bit = engine() & 1;
      tail.add(audio::agreement_with(layout, cells, word));
    }
  }
}

void try_keys(const Sound& sound, std::mt19937_64& engine, Tail& tail) {
  std::vector<std::array<Byte, 32>> values(kKeysAtOnce);
  std::vector<image::RobustKey> keys;
  const audio::Series series = audio::make_series(audio::features(logs_of(sound)), 1);
  const audio::SeriesSpectrum spectrum(series);
  for (auto& key : values) {
    for (Byte& byte : key) byte = static_cast<Byte>(engine());
    keys.push_back({"random", key});
    tail_of(series, spectrum, key, engine, tail);
  }
  const auto finding = listened(sound, keys, {true, false, true});
  tail.key_seconds += sound.seconds() * kKeysAtOnce;
  if (!finding) return;
  tail.hypotheses += finding->hypotheses;
  tail.accepted += finding->marks.size();
  tail.notices += finding->notices.size();
}

Sound noise(std::mt19937_64& engine) {
  Sound sound{44100, {std::vector<float>(static_cast<std::size_t>(44100 * kPieceSeconds))}};
  std::normal_distribution<float> value(0, 0.1F);
  for (float& sample : sound.channels[0]) sample = value(engine);
  return sound;
}

void print(const Tail& tail) {
  fmt::print("\n| z | share above | exp(-z^2/2) |\n|---|---|---|\n");
  for (std::size_t i = 8; i < tail.reached.size() && tail.reached[i] > 0; i += 4) {
    const double z = static_cast<double>(i) / 8;
    fmt::print("| {:.1f} | {:.2e} | {:.2e} |\n", z,
               static_cast<double>(tail.reached[i]) / static_cast<double>(tail.values),
               std::exp(-z * z / 2));
  }
  fmt::print(
      "\n{} statistics, highest {:.2f} (bound: one in as many above {:.2f}; gate {:.2f}); {:.2f} "
      "key-hours, {} frames tried, {} marks accepted, {} rhythm labels heard\n",
      tail.values, tail.highest, std::sqrt(2 * std::log(static_cast<double>(tail.values))),
      signal::kIdGate, tail.key_seconds / 3600, tail.hypotheses, tail.accepted, tail.notices);
}

/// A number of kB in /proc/self/status.
long status_kb(const std::string& name) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(name)) return std::stol(line.substr(name.size() + 1));
  return 0;
}

const std::array<Byte, 32> kKey{1, 2, 3};

/// Streams the file through the ffmpeg program in blocks.
template <class Take>
double streamed(const File& file, Take take) {
  const std::string command = fmt::format(
      "ffmpeg -v error -stream_loop -1 -i '{}' -vn -t {} -f f32le -", file.path, kCostSeconds);
  std::FILE* pipe = popen(command.c_str(), "r");  // NOLINT(cert-env33-c): it decodes the files
  if (pipe == nullptr) return 0;
  const auto channels = static_cast<std::size_t>(file.channels);
  std::vector<float> block(4096 * channels);
  std::vector<std::vector<float>> parts(channels, std::vector<float>(4096));
  std::vector<const float*> pointers;
  pointers.reserve(channels);
  for (const auto& part : parts) pointers.push_back(part.data());
  std::size_t samples = 0, got = 0;
  while ((got = std::fread(block.data(), sizeof(float) * channels, 4096, pipe)) > 0) {
    for (std::size_t i = 0; i < got * channels; ++i) parts[i % channels][i / channels] = block[i];
    take(audio::Block{pointers, got});
    samples += got;
  }
  pclose(pipe);
  return static_cast<double>(samples) / file.rate;
}

/// Runs in a process of its own, so that its peak is its own, and tells factor and growth.
template <class Run>
void measured(const char* name, double least, Run run) {
  std::fflush(stdout);
  const pid_t child = fork();
  if (child != 0) {
    waitpid(child, nullptr, 0);
    return;
  }
  const long before = status_kb("VmRSS");
  const double cpu = cpu_seconds();
  const double seconds = run();
  fmt::print("| {} | {:.0f} | {:.0f} | {:.1f} | 60 |\n", name, seconds / (cpu_seconds() - cpu),
             least, static_cast<double>(status_kb("VmHWM") - before) / 1024);
  std::fflush(stdout);
  _exit(0);
}

double lay(const File& file, bool with_signed) {
  image::RobustRequest request;
  request.keys = {{"bench", kKey}};
  request.content_id = 1;
  if (with_signed)
    request.sign = [](ByteView) -> Result<std::array<Byte, 64>> { return std::array<Byte, 64>{}; };
  const audio::Shape shape{file.rate, file.channels, 0};
  const auto marker = audio::make_sound_marker(Context::standard(), shape, request, kCostSeconds);
  if (!marker) return 0;
  const audio::Sink sink = [](const audio::Block&) -> Status { return {}; };
  const double seconds =
      streamed(file, [&](const audio::Block& block) { (void)(*marker)->push(block, sink); });
  (void)(*marker)->finish(sink);
  return seconds;
}

double read(const File& file, const audio::ListenOptions& options, bool with_mark) {
  image::RobustRequest request;
  request.keys = {{"bench", kKey}};
  request.content_id = 1;
  const audio::Shape shape{file.rate, file.channels, 0};
  const auto reader = audio::make_sound_reader(shape, {{"bench", kKey}}, options);
  const auto marker = audio::make_sound_marker(Context::standard(), shape, request, kCostSeconds);
  if (!reader || !marker) return 0;
  const audio::Sink sink = [&](const audio::Block& block) { return (*reader)->push(block); };
  const double seconds = streamed(file, [&](const audio::Block& block) {
    (void)(with_mark ? (*marker)->push(block, sink) : sink(block));
  });
  if (with_mark) (void)(*marker)->finish(sink);
  const auto finding = (*reader)->finish(Context::standard());
  if (!finding || finding->marks.empty() == with_mark) fmt::print("WRONG FINDING\n");
  return seconds;
}

}  // namespace

void run_false_positives(const std::vector<std::string>& folders, double hours) {
  Tail tail;
  std::mt19937_64 engine(11);
  const auto files = files_of(folders);
  while (tail.key_seconds < hours * 3600) {
    for (const File& file : files) {
      if (tail.key_seconds >= hours * 3600) break;
      try_keys(load(file, kPieceSeconds), engine, tail);
      fmt::print("{}: {:.2f} key-hours so far, marks {}, labels {}\n", file.name,
                 tail.key_seconds / 3600, tail.accepted, tail.notices);
      std::fflush(stdout);
    }
    try_keys(noise(engine), engine, tail);
  }
  print(tail);
}

void run_cost(const std::string& path) {
  const auto files = files_of({std::filesystem::path(path).parent_path().string()});
  const auto file =
      std::find_if(files.begin(), files.end(), [&](const File& f) { return f.path == path; });
  if (file == files.end()) return;
  fmt::print("{}: {} Hz, {} channels, {:.0f} s\n", file->name, file->rate, file->channels,
             kCostSeconds);
  fmt::print("\n| | x real time | target | memory MB | at most |\n|---|---|---|---|---|\n");
  measured("lay the id frame", 200, [&] { return lay(*file, false); });
  measured("lay with the signed frame", 200, [&] { return lay(*file, true); });
  measured("lay and read, with search", 30, [&] { return read(*file, {}, true); });
  measured("read unmarked, no search", 30, [&] {
    return read(*file, {false, false, true}, false);
  });
  measured("read unmarked, with search", 10, [&] { return read(*file, {}, false); });
}

}  // namespace signmark::bench
