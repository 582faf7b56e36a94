// SPDX-License-Identifier: Apache-2.0
// What marking and labelling cost beside a plain transcode, and finding beside decoding
// (video-audio-mark.md 4.2). Each job runs in a process of its own.
//   video_cost FILM.mp4 [preset, default veryfast]
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <functional>

#include "base/file.hpp"
#include "video/decoder.hpp"
#include "video/encode_film.hpp"
#include "video/output.hpp"
#include "video/room.hpp"

namespace {

using namespace signmark;
using namespace signmark::video;

struct Cost {
  double seconds = 0;
  long megabytes = 0;
  bool good = false;
};

/// Processor time and peak memory of a child and its children.
Cost measure(const std::function<bool()>& job) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(job() ? 0 : 1);
  int status = 0;
  rusage usage{};
  ::wait4(child, &status, 0, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return {seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss / 1024, status == 0};
}

struct Bench {
  std::string path, preset;
  MappedFile file;
  Context context = Context::standard();
  Bytes key = Bytes(32, 0x21);
  std::filesystem::path out;

  [[nodiscard]] EncodeOptions options() const {
    EncodeOptions wanted;
    wanted.preset = preset;
    wanted.crf = 23;
    return wanted;
  }
  [[nodiscard]] image::RobustRequest request() const {
    image::RobustRequest made;
    made.keys = {{"bench", key}};
    made.content_id = 1;
    return made;
  }
  [[nodiscard]] bool change(bool mark, bool label) const {
    std::filesystem::remove(out);
    const image::RobustRequest picture = request();
    const label::VisibleLabel text;
    Changes changes;
    if (mark) changes.picture = &picture;
    if (label) changes.label = &text;
    const auto report =
        video_room()->change(context, file.bytes(), "video/mp4", changes, options(), out);
    if (!report) fmt::print("{}: {}\n", report.error().code, report.error().message);
    if (report && report->picture)
      fmt::print("  psnr {:.1f} dB, worst {:.1f} dB, id margin {:.1f} dB\n",
                 report->picture->psnr_db, report->picture->worst_psnr_db,
                 report->picture->id_margin_db);
    return report.has_value();
  }
  [[nodiscard]] bool find(const std::filesystem::path& where) const {
    const auto marked = MappedFile::open(where, context.limits);
    Lookup lookup;
    lookup.picture_keys = request().keys;
    lookup.notice = false;
    const auto finding = video_room()->find(context, marked->bytes(), "video/mp4", lookup);
    if (finding)
      fmt::print("  {} marks in {} frames\n", finding->marks.size(), finding->frames_decoded);
    return finding.has_value();
  }
  [[nodiscard]] bool decode(Effort effort) const {
    auto input = Input::open(context, file.bytes(), "video/mp4");
    if (!input) return false;
    const auto film = static_cast<unsigned>(input->first_film());
    auto decoder = Decoder::open(context, input->stream(film), effort);
    input->only(film);
    const Owned<AVPacket> packet = new_packet();
    const auto nothing = [](const AVFrame&) { return Status(); };
    while (input->read(*packet))
      if (!decoder->push(packet.get(), nothing)) return false;
    return decoder->push(nullptr, nothing).has_value();
  }
};

/// Decoder and encoder joined without anything between them; other streams are left out.
bool transcode(const Bench& bench) {
  std::filesystem::remove(bench.out);
  auto input = Input::open(bench.context, bench.file.bytes(), "video/mp4");
  const auto film = static_cast<unsigned>(input->first_film());
  const AVStream& stream = input->stream(film);
  input->only(film);
  auto first = first_frame(bench.context, bench.file.bytes(), "video/mp4", film);
  auto decoder = Decoder::open(bench.context, stream, Effort::whole);
  auto output = Output::create(bench.out, "mp4");
  std::vector<std::string> notes;
  const FilmSource source{&stream, first->get(), stream.avg_frame_rate, 0, false};
  auto encoder = FilmEncoder::open(source, bench.options(), output->writer(), notes);
  if (!encoder || !output->add_encoded(stream, encoder->codec(), notes) ||
      !output->begin(*input, bench.file.bytes()))
    return false;
  const auto write = [&](AVPacket& packet) {
    return output->write(packet, 0, encoder->time_base());
  };
  const auto pass = [&](const AVFrame& frame) {
    const Owned<AVFrame> copy(av_frame_clone(&frame));
    copy->pts = frame.best_effort_timestamp;
    copy->pict_type = AV_PICTURE_TYPE_NONE;
    return encoder->push(copy.get(), write);
  };
  const Owned<AVPacket> packet = new_packet();
  while (input->read(*packet))
    if (!decoder->push(packet.get(), pass)) return false;
  return decoder->push(nullptr, pass) && encoder->push(nullptr, write) && output->finish();
}

bool ffmpeg(const Bench& bench) {
  const std::string command =
      fmt::format("exec ffmpeg -v error -y -i '{}' -c:v libx264 -preset {} -crf 23 -c:a copy '{}'",
                  bench.path, bench.preset, bench.out.string());
  ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
  return false;
}

void print(const char* name, const Cost& cost, const Cost& base) {
  fmt::print("{:28} {:7.2f} s {:6} MB   x{:.3f} time, x{:.2f} memory{}\n", name, cost.seconds,
             cost.megabytes, cost.seconds / base.seconds,
             static_cast<double>(cost.megabytes) / static_cast<double>(base.megabytes),
             cost.good ? "" : "  FAILED");
  std::fflush(stdout);
}

}  // namespace

int main(int count, char** words) {
  if (count < 2) {
    fmt::print("usage: video_cost FILM.mp4 [preset]\n");
    return 2;
  }
  video_room();  // takes libav's log away from the terminal
  Bench bench;
  bench.path = words[1];
  bench.preset = count > 2 ? words[2] : "veryfast";
  bench.out = std::filesystem::temp_directory_path() / fmt::format("video_cost_{}.mp4", ::getpid());
  auto file = MappedFile::open(bench.path, bench.context.limits);
  if (!file) return 1;
  bench.file = std::move(*file);
  const Cost plain = measure([&] { return transcode(bench); });
  print("plain transcode", plain, plain);
  print("ffmpeg program", measure([&] { return ffmpeg(bench); }), plain);
  print("label", measure([&] { return bench.change(false, true); }), plain);
  const Cost mark = measure([&] { return bench.change(true, false); });
  const Cost keyframes = measure([&] { return bench.decode(Effort::keyframes); });
  const Cost read = measure([&] { return bench.find(bench.out); });
  print("mark and read back", mark, plain);
  print("mark alone", {mark.seconds - read.seconds, mark.megabytes, mark.good && read.good}, plain);
  print("keyframe decode of source", keyframes, keyframes);
  print("find in the marked film", read, keyframes);
  print("find in the source", measure([&] { return bench.find(bench.path); }), keyframes);
  print("decode of source", measure([&] { return bench.decode(Effort::whole); }), keyframes);
  std::filesystem::remove(bench.out);
  return 0;
}
