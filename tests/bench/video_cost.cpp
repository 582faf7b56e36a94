// SPDX-License-Identifier: Apache-2.0
// What marking and labelling cost beside a plain transcode, and finding beside decoding
// (video-audio-mark.md 4.2). Each job runs in a process of its own. Finding is measured in ten
// minutes that the program `ffmpeg` makes of the film and of the marked film, again and again.
//   video_cost FILM.mp4 [preset, default veryfast] [the program signmark: its verify, too]
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
  std::string path, preset, program;
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
  /// Frames that were decoded; 0 when the finder failed.
  [[nodiscard]] std::size_t find(const std::filesystem::path& where, bool sound) const {
    const auto film = MappedFile::open(where, context.limits);
    Lookup lookup;
    lookup.picture_keys = request().keys;
    if (sound) lookup.sound_keys = request().keys;
    lookup.notice = sound;
    const auto finding = video_room()->find(context, film->bytes(), "video/mp4", lookup);
    if (!finding) return 0;
    fmt::print("  {} marks in {} frames\n", finding->marks.size(), finding->frames_decoded);
    return finding->frames_decoded;
  }
  /// Decodes keyframes spread over a film, one after the other, as a finder must.
  [[nodiscard]] bool decode_keyframes(const std::filesystem::path& where, std::size_t most,
                                      Effort effort) const {
    const auto film = MappedFile::open(where, context.limits);
    auto input = Input::open(context, film->bytes(), "video/mp4");
    if (!input) return false;
    const auto number = static_cast<unsigned>(input->first_film());
    AVStream& stream = input->stream(number);
    auto decoder = Decoder::open(context, stream, effort);
    input->only(number);
    std::vector<std::int64_t> times;
    for (int i = 0; i < avformat_index_get_entries_count(&stream); ++i)
      if (const auto* entry = avformat_index_get_entry(&stream, i);
          (entry->flags & AVINDEX_KEYFRAME) != 0)
        times.push_back(entry->timestamp);
    const Owned<AVPacket> packet = new_packet();
    const auto nothing = [](const AVFrame&) { return Status(); };
    const std::size_t count = std::min(most, times.size());
    for (std::size_t i = 0; i < count; ++i) {
      if (!input->seek(number, times[i * times.size() / count]) || !input->read(*packet) ||
          !decoder->push(packet.get(), nothing) || !decoder->push(nullptr, nothing))
        return false;
      decoder->restart();
    }
    return decoder->frames() == count;
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

/// A film again and again, until it lasts ten minutes.
bool looped(const std::filesystem::path& film, const std::filesystem::path& out) {
  const std::string command =
      fmt::format("exec ffmpeg -v error -y -stream_loop -1 -i '{}' -t 600 -c copy '{}'",
                  film.string(), out.string());
  ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
  return false;
}

bool verify(const Bench& bench, const std::filesystem::path& film) {
  const std::string command =
      fmt::format("'{}' verify '{}' > /dev/null; test $? -lt 20", bench.program, film.string());
  ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
  return false;
}

void print(const char* name, const Cost& cost, const Cost& base) {
  fmt::print("{:36} {:7.3f} s {:6} MB   x{:.3f} time, x{:.2f} memory{}\n", name, cost.seconds,
             cost.megabytes, cost.seconds / base.seconds,
             static_cast<double>(cost.megabytes) / static_cast<double>(base.megabytes),
             cost.good ? "" : "  FAILED");
  std::fflush(stdout);
}

/// Finding in ten minutes of a film, beside decoding as many keyframes as the finder decodes
/// frames.
void measure_finding(const Bench& bench, const std::filesystem::path& film, const char* which) {
  const std::filesystem::path ten = bench.out.string() + "_ten.mp4";
  if (!measure([&] { return looped(film, ten); }).good) return;
  const std::size_t keyframes = bench.find(ten, false);
  const auto decoded = [&](Effort effort) {
    return measure([&] { return bench.decode_keyframes(ten, keyframes, effort); });
  };
  const Cost base = decoded(Effort::whole);
  const auto line = [&](const char* what, const Cost& cost) {
    print(fmt::format("{}: {}", which, what).c_str(), cost, base);
  };
  line(fmt::format("{} keyframes decoded", keyframes).c_str(), base);
  line("... without the loop filter", decoded(Effort::look));
  line("find in pictures", measure([&] { return bench.find(ten, false) > 0; }));
  line("find in pictures and sound", measure([&] { return bench.find(ten, true) > 0; }));
  if (!bench.program.empty()) line("signmark verify", measure([&] { return verify(bench, ten); }));
  std::filesystem::remove(ten);
}

}  // namespace

int main(int count, char** words) {
  if (count < 2) {
    fmt::print("usage: video_cost FILM.mp4 [preset] [signmark]\n");
    return 2;
  }
  av_log_set_level(AV_LOG_QUIET);
  Bench bench;
  bench.path = words[1];
  bench.preset = count > 2 ? words[2] : "veryfast";
  bench.program = count > 3 ? words[3] : "";
  bench.out = std::filesystem::temp_directory_path() / fmt::format("video_cost_{}.mp4", ::getpid());
  auto file = MappedFile::open(bench.path, bench.context.limits);
  if (!file) return 1;
  bench.file = std::move(*file);
  const Cost plain = measure([&] { return transcode(bench); });
  print("plain transcode", plain, plain);
  print("ffmpeg program", measure([&] { return ffmpeg(bench); }), plain);
  print("label", measure([&] { return bench.change(false, true); }), plain);
  const Cost mark = measure([&] { return bench.change(true, false); });
  const Cost read = measure([&] { return bench.find(bench.out, false) > 0; });
  print("mark and read back", mark, plain);
  print("mark alone", {mark.seconds - read.seconds, mark.megabytes, mark.good && read.good}, plain);
  print("decode alone", measure([&] { return bench.decode(Effort::whole); }), plain);
  measure_finding(bench, bench.out, "ten minutes, marked");
  measure_finding(bench, bench.path, "ten minutes, unmarked");
  std::filesystem::remove(bench.out);
  return 0;
}
