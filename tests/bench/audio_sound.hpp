// SPDX-License-Identifier: Apache-2.0
// Sound in memory for the benchmarks: through the ffmpeg program, the marker and the reader.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "audio/front_end.hpp"
#include "audio/sound_mark.hpp"

namespace signmark::bench {

struct Sound {
  int rate = 48000;
  std::vector<std::vector<float>> channels;
  [[nodiscard]] std::size_t samples() const { return channels.empty() ? 0 : channels[0].size(); }
  [[nodiscard]] double seconds() const { return static_cast<double>(samples()) / rate; }
  [[nodiscard]] audio::Shape shape() const { return {rate, static_cast<int>(channels.size()), 0}; }
};

inline double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

/// What a shell command prints as interleaved 32-bit floats.
inline Sound from_command(const std::string& command, int rate, int channels) {
  Sound sound{rate, std::vector<std::vector<float>>(static_cast<std::size_t>(channels))};
  std::FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return sound;
  std::vector<float> block(4096 * sound.channels.size());
  std::size_t got = 0;
  while ((got = std::fread(block.data(), sizeof(float), block.size(), pipe)) > 0)
    for (std::size_t i = 0; i < got; ++i)
      sound.channels[i % sound.channels.size()].push_back(block[i]);
  pclose(pipe);
  for (auto& channel : sound.channels) channel.resize(sound.channels.back().size());
  return sound;
}

inline void write_floats(const Sound& sound, const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) return;
  std::vector<float> all;
  all.reserve(sound.samples() * sound.channels.size());
  for (std::size_t i = 0; i < sound.samples(); ++i)
    for (const auto& channel : sound.channels) all.push_back(channel[i]);
  std::fwrite(all.data(), sizeof(float), all.size(), file);
  std::fclose(file);
}

/// Calls `take` with blocks of up to 4096 samples.
template <class Take>
Status in_blocks(const Sound& sound, Take take) {
  for (std::size_t at = 0; at < sound.samples(); at += 4096) {
    std::vector<const float*> channels;
    for (const auto& channel : sound.channels) channels.push_back(channel.data() + at);
    SIGNMARK_TRY(take(audio::Block{channels, std::min<std::size_t>(4096, sound.samples() - at)}));
  }
  return {};
}

inline audio::Sink appender(Sound& out) {
  return [&out](const audio::Block& block) -> Status {
    for (std::size_t c = 0; c < out.channels.size(); ++c)
      out.channels[c].insert(out.channels[c].end(), block.channels[c],
                             block.channels[c] + block.samples);
    return {};
  };
}

struct File {
  std::string path, name;
  int rate = 0, channels = 0;
  [[nodiscard]] bool music() const { return name.starts_with("music"); }
};

/// Files with sound of some folders, by name.
inline std::vector<File> files_of(const std::vector<std::string>& folders) {
  std::vector<File> files;
  for (const auto& folder : folders)
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      File file{entry.path().string(), entry.path().filename().string()};
      std::FILE* pipe = popen(("ffprobe -v error -select_streams a:0 -show_entries "
                               "stream=sample_rate,channels -of csv=p=0 '" +
                               file.path + "'")
                                  .c_str(),
                              "r");
      if (pipe == nullptr) continue;
      if (std::fscanf(pipe, "%d,%d", &file.rate, &file.channels) == 2) files.push_back(file);
      pclose(pipe);
    }
  std::sort(files.begin(), files.end(),
            [](const File& a, const File& b) { return a.name < b.name; });
  return files;
}

/// Looped to the duration.
inline Sound load(const File& file, double seconds) {
  return from_command(fmt::format("ffmpeg -v error -stream_loop -1 -i '{}' -vn -t {} -f f32le -",
                                  file.path, seconds),
                      file.rate, file.channels);
}

/// What the reader keeps of a sound.
inline audio::Map logs_of(const Sound& sound) {
  audio::LogMapper mapper(sound.shape());
  audio::Map logs = mapper.empty();
  const auto add = [&](std::span<const float> row) {
    logs.values.insert(logs.values.end(), row.begin(), row.end());
  };
  (void)in_blocks(sound, [&](const audio::Block& b) -> Status {
    mapper.push(b, add);
    return {};
  });
  mapper.finish(add);
  return logs;
}

/// A marked copy.
inline Result<Sound> marked(const Sound& sound, const image::RobustRequest& request,
                            audio::SoundReport& report) {
  SIGNMARK_ASSIGN(const auto marker, audio::make_sound_marker(Context::standard(), sound.shape(),
                                                              request, sound.seconds()));
  Sound out{sound.rate, std::vector<std::vector<float>>(sound.channels.size())};
  const audio::Sink sink = appender(out);
  SIGNMARK_TRY(in_blocks(sound, [&](const audio::Block& b) { return marker->push(b, sink); }));
  SIGNMARK_TRY(marker->finish(sink));
  report = marker->report();
  return out;
}

inline Result<audio::SoundFinding> listened(const Sound& sound,
                                            const std::vector<image::RobustKey>& keys,
                                            const audio::ListenOptions& options) {
  SIGNMARK_ASSIGN(const auto reader, audio::make_sound_reader(sound.shape(), keys, options));
  SIGNMARK_TRY(in_blocks(sound, [&](const audio::Block& b) { return reader->push(b); }));
  return reader->finish(Context::standard());
}

}  // namespace signmark::bench
