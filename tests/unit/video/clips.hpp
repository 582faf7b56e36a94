// SPDX-License-Identifier: Apache-2.0
// Small films and sounds of every kind, made by the ffmpeg program, and a look into files.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "signmark/video.hpp"
#include "support/test_support.hpp"

namespace signmark::video::test {

/// 128 x 96, 25 pictures a second, 2.4 s. Made once for the whole run.
std::filesystem::path clip(const std::string& name);

/// The type by the name's ending.
std::string mime_of(const std::filesystem::path& path);

struct SeenStream {
  std::string codec, tag, pixels, profile;
  std::map<std::string, std::string> tags;  ///< without what writers put in of themselves
  std::map<int, Bytes> side_data;
  int disposition = 0;
  std::pair<int, int> time_base, aspect;
  std::vector<int> colours;
  int fields = 0;  ///< AVFieldOrder
  Bytes extra;
  Bytes packets;                         ///< SHA-256 of all packets with their times
  std::vector<std::int64_t> pts;         ///< of decoded pictures
  std::vector<double> keyframes;         ///< seconds
  std::vector<float> samples;            ///< of the first channel
  std::vector<Bytes> first_luma;         ///< of pictures 0, 25 and 50
  std::map<int, Bytes> frame_side_data;  ///< of the first picture
  bool interlaced = false, top_first = false;
  std::uint64_t broken = 0;
};

struct Seen {
  std::vector<SeenStream> streams;
  std::map<std::string, std::string> tags;
  std::vector<std::pair<std::int64_t, std::string>> chapters;  ///< start in ms, title
  [[nodiscard]] const SeenStream& film() const;
  [[nodiscard]] const SeenStream& sound() const;
};
/// Decodes everything.
Seen see(const std::filesystem::path& path);

/// Runs a program quietly; its output. Fails the test unless it ends well.
std::string run(const std::string& command);

/// A label, a rhythm at the start, and a mark, with the keys they need.
struct Wishes {
  label::VisibleLabel label;
  audio::AudibleLabel notice;
  image::RobustRequest picture, sound;
  Wishes();

 private:
  Bytes film_key_, sound_key_;
};

/// Changes a clip into `folder`/out.<ending> and says what happened.
struct Done {
  std::filesystem::path file;
  Report report;
};
Done change(const std::filesystem::path& from, const std::filesystem::path& folder,
            const Changes& changes, const EncodeOptions& options = {});
/// The room's own verbs.
Result<Report> change_raw(const Context& context, ByteView file, std::string_view mime,
                          const Changes& changes, const std::filesystem::path& out);
Finding find(const std::filesystem::path& path, const Lookup& lookup);

}  // namespace signmark::video::test
