// SPDX-License-Identifier: Apache-2.0
// What the mark in films survives: marks clips, sends them through the encoders and filters of the
// program `ffmpeg`, reads keyframes first and then every frame, and prints a table of exact ids and
// signed frames, and of the margins that all frames still hold (video_oracle.hpp).
//   video_mark_bench FOLDER [short side, default 360] [seconds, default 10] [attacks, a prefix
//   each; `issue`: the rows that the project promises]
// Clips: video_clips.sh.
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <map>
#include <sstream>

#include "video/mark/frame_mark.hpp"
#include "video_oracle.hpp"

namespace {

using namespace signmark;
using namespace signmark::video;
namespace fs = std::filesystem;

constexpr std::uint64_t kContentId = 0x1122334455667788;

double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

// ---------------------------------------------------------------------------------------------
// Films through pipes

struct Film {
  int width = 0, height = 0;
  double rate = 25;
  std::vector<Bytes> frames;  // yuv420p
  std::vector<double> times;
  std::vector<bool> keys;
  [[nodiscard]] std::size_t frame_bytes() const {
    return static_cast<std::size_t>(width) * height +
           2 * (static_cast<std::size_t>((width + 1) / 2) * ((height + 1) / 2));
  }
};

std::string output_of(const std::string& command) {
  std::string all;
  FILE* pipe =
      popen(command.c_str(), "r");  // NOLINT(cert-env33-c): the attacks are that program\'s
  if (pipe == nullptr) return all;
  char buffer[4096];
  for (std::size_t n = 0; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;)
    all.append(buffer, n);
  return pclose(pipe) == 0 ? all : std::string();
}

bool run(const std::string& command) {
  return std::system(command.c_str()) == 0;  // NOLINT(cert-env33-c): as above
}

std::vector<Bytes> frames_of(const std::string& command, std::size_t bytes) {
  std::vector<Bytes> frames;
  FILE* pipe =
      popen(command.c_str(), "r");  // NOLINT(cert-env33-c): the attacks are that program\'s
  if (pipe == nullptr) return frames;
  for (Bytes frame(bytes); std::fread(frame.data(), 1, bytes, pipe) == bytes;)
    frames.push_back(frame);
  pclose(pipe);
  return frames;
}

Luma luma_of(const Film& film, const Bytes& frame) {
  return {frame.data(), film.width, film.width, film.height, 8, false};
}

/// Size, rate, times and keyframes of a file's video, and its frames.
Film read_film(const std::string& file, const std::string& options) {
  Film film;
  std::istringstream head(output_of(
      "ffprobe -v error -select_streams v:0 -show_entries stream=width,height,r_frame_rate "
      "-of default=nk=1:nw=1 " +
      file));
  int over = 1;
  char slash = 0;
  head >> film.width >> film.height >> film.rate >> slash >> over;
  film.rate /= over;
  std::istringstream lines(output_of(
      "ffprobe -v error -select_streams v:0 -show_entries packet=pts_time,flags -of csv=p=0 " +
      file));
  std::map<double, bool> packets;  // in display order
  for (std::string line; std::getline(lines, line);)
    packets[std::strtod(line.c_str(), nullptr)] = line.find(",K") != std::string::npos;
  for (const auto& [time, key] : packets) film.times.push_back(time), film.keys.push_back(key);
  film.frames = frames_of("ffmpeg -v error -noautorotate -i " + file + " " + options +
                              " -vsync 0 -pix_fmt yuv420p -f rawvideo -",
                          film.frame_bytes());
  return film;
}

/// A clip scaled to a short side, looped to a length.
Film read_clip(const std::string& file, int side, double seconds) {
  Film film;
  std::istringstream head(output_of(
      "ffprobe -v error -select_streams v:0 -show_entries stream=width,height,r_frame_rate "
      "-of default=nk=1:nw=1 " +
      file));
  int over = 1;
  char slash = 0;
  head >> film.width >> film.height >> film.rate >> slash >> over;
  film.rate /= over;
  const double ratio = static_cast<double>(side) / std::min(film.width, film.height);
  film.width = 2 * static_cast<int>(std::lround(film.width * ratio / 2));
  film.height = 2 * static_cast<int>(std::lround(film.height * ratio / 2));
  std::ostringstream command;
  command << "ffmpeg -v error -stream_loop -1 -i " << file << " -t " << seconds
          << " -vf scale=" << film.width << ":" << film.height << " -pix_fmt yuv420p -f rawvideo -";
  film.frames = frames_of(command.str(), film.frame_bytes());
  for (std::size_t i = 0; i < film.frames.size(); ++i)
    film.times.push_back(static_cast<double>(i) / film.rate);
  return film;
}

void write_raw(const Film& film, const fs::path& path) {
  FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) return;
  for (const Bytes& frame : film.frames) std::fwrite(frame.data(), 1, frame.size(), file);
  std::fclose(file);
}

// ---------------------------------------------------------------------------------------------
// Marking and reading

struct Keys {
  std::array<Byte, 32> carrier{};
  Keys() {
    for (std::size_t i = 0; i < carrier.size(); ++i) carrier[i] = static_cast<Byte>(i * 11 + 42);
  }
  [[nodiscard]] std::vector<image::RobustKey> list() const { return {{"bench", carrier}}; }
};

struct Marked {
  Film film;
  PictureReport report;
  std::vector<double> holds;
  double ms_a_frame = 0;
};

Marked marked(const Film& film, const Keys& keys, std::uint64_t seed) {
  Context context = Context::standard();
  context.random = seeded_random(seed);
  image::RobustRequest request;
  request.keys = keys.list();
  request.content_id = kContentId + seed;
  request.issuer_hint = {1, 2, 3, 4};
  request.sign = [](ByteView fields) -> Result<std::array<Byte, 64>> {
    std::array<Byte, 64> signature{};
    for (std::size_t i = 0; i < signature.size(); ++i)
      signature[i] = static_cast<Byte>(fields[i % fields.size()] + i);
    return signature;
  };
  FilmShape shape{film.width, film.height};
  shape.seconds = static_cast<double>(film.frames.size()) / film.rate;
  auto marker = make_frame_marker(shape, request).value();
  Marked result{film, {}, {}, 0};
  const double start = cpu_seconds();
  for (std::size_t i = 0; i < film.frames.size(); ++i) {
    if (marker->begins_hold(film.times[i])) result.holds.push_back(film.times[i]);
    Bytes& out = result.film.frames[i];
    if (!marker->mark(luma_of(film, film.frames[i]), {out.data(), film.width})) std::abort();
  }
  result.ms_a_frame = 1000 * (cpu_seconds() - start) / static_cast<double>(film.frames.size());
  result.report = marker->report();
  return result;
}

struct Outcome {
  bool id = false, signed_frame = false, fits = false;
  double margin = -99, signed_margin = -99;
};

Outcome outcome_of(const Finding& finding, std::uint64_t id) {
  Outcome outcome;
  for (const TimedMark& found : finding.marks) {
    if (!found.mark.has_id || found.mark.content_id != id) continue;
    outcome.id = true;
    outcome.margin = found.mark.id_margin_db;
    outcome.signed_frame = found.mark.has_signed;
    outcome.signed_margin = found.mark.signed_margin_db;
    outcome.fits = found.mark.content == image::RobustMark::Content::fits;
  }
  return outcome;
}

struct Reading {
  Outcome keyframes, all;
  std::size_t marks = 0;
  double ms_a_keyframe = 0, ms_a_frame = 0;
};

Reading reading_of(const Film& film, const Keys& keys, std::uint64_t id) {
  Reading result;
  auto reader = make_frame_reader(keys.list(), false).value();
  double start = cpu_seconds();
  std::size_t key_frames = 0;
  for (std::size_t i = 0; i < film.frames.size(); ++i) {
    if (i >= film.keys.size() || !film.keys[i]) continue;
    (void)reader->take(luma_of(film, film.frames[i]), film.times[i]);
    ++key_frames;
  }
  result.keyframes = outcome_of(reader->look(Context::standard()).value(), id);
  result.ms_a_keyframe =
      1000 * (cpu_seconds() - start) / static_cast<double>(std::max<std::size_t>(key_frames, 1));
  result.all = result.keyframes;
  if (reader->satisfied()) return result;
  start = cpu_seconds();
  for (std::size_t i = 0; i < std::min(film.frames.size(), film.times.size()); ++i)
    (void)reader->take(luma_of(film, film.frames[i]), film.times[i]);
  const Finding finding = reader->look(Context::standard()).value();
  result.all = outcome_of(finding, id);
  result.marks = finding.marks.size();
  result.ms_a_frame = 1000 * (cpu_seconds() - start) /
                      static_cast<double>(std::max<std::size_t>(1, film.frames.size()));
  return result;
}

// ---------------------------------------------------------------------------------------------
// Attacks

struct Attack {
  std::string name;
  std::string options;  // of ffmpeg's output
  std::optional<bench::Path> path = bench::Path{};
};

/// What is left of a side when the filter `crop` has taken its middle.
bench::Path cropped(double part) { return {part, part, 0, 1}; }
bench::Path after(double seconds) { return {1, 1, seconds, 1}; }
bench::Path faster(double speed) { return {1, 1, 0, speed}; }

std::string x264(int crf, const std::string& filter = {}) {
  return (filter.empty() ? std::string() : "-vf \"" + filter + "\" ") +
         "-c:v libx264 -preset veryfast -threads 2 -crf " + std::to_string(crf);
}

std::vector<Attack> attacks() {
  return {
      {"none", "-c:v ffv1"},
      {"crf18", x264(18)},
      {"crf23", x264(23)},
      {"crf28", x264(28)},
      {"crf34", x264(34)},
      {"crf40", x264(40)},
      {"x265-28", "-c:v libx265 -preset ultrafast -x265-params log-level=none:pools=2 -crf 28"},
      {"x265-34", "-c:v libx265 -preset ultrafast -x265-params log-level=none:pools=2 -crf 34"},
      {"vp9", "-c:v libvpx-vp9 -deadline realtime -cpu-used 7 -crf 36 -b:v 0"},
      {"av1", "-c:v libsvtav1 -preset 10 -crf 35"},
      {"scale720", x264(26, "scale=-2:720")},
      {"scale480", x264(26, "scale=-2:480")},
      {"scale360", x264(26, "scale=-2:360")},
      {"scale240", x264(26, "scale=-2:240")},
      {"squeeze", x264(26, "scale=iw*3/4:ih")},
      {"crop.71", x264(23, "crop=iw*0.71:ih*0.71"), cropped(0.71)},
      {"crop.55", x264(23, "crop=iw*0.55:ih*0.55"), cropped(0.55)},
      {"fps24", x264(23, "fps=24")},
      {"fps25", x264(23, "fps=25")},
      {"fps15", x264(23, "fps=15")},
      {"fps60", x264(23, "fps=60")},
      {"drop5", x264(23, "select='gt(mod(n\\,20)\\,0)'") + " -vsync vfr"},
      {"trim5", "-ss 2.7 -t 5 " + x264(23), after(2.7)},
      {"trim3", "-ss 3.3 -t 3 " + x264(23), after(3.3)},
      {"trim1", "-ss 4.4 -t 1 " + x264(23), after(4.4)},
      {"dark.5", x264(23, "lutyuv=y=16+(val-16)*0.5")},
      {"bright1.5", x264(23, "lutyuv=y='min(235\\,16+(val-16)*1.5)'")},
      {"contrast.5", x264(23, "lutyuv=y=126+(val-126)*0.5")},
      {"contrast1.5", x264(23, "lutyuv=y='clip(126+(val-126)*1.5\\,16\\,235)'")},
      {"grey", x264(23, "hue=s=0")},
      {"hflip", x264(23, "hflip"), std::nullopt},
      {"turn90", x264(23, "transpose=1"), std::nullopt},
      {"rotate7", x264(23, "rotate=7*PI/180"), std::nullopt},
      {"speed1.1", x264(23, "setpts=PTS/1.1"), faster(1.1)},
      {"speed.8", x264(23, "setpts=PTS/0.8"), faster(0.8)},
      {"letterbox", x264(23, "scale=iw*0.75:ih*0.75,pad=iw/0.75:ih/0.75:-1:-1"), std::nullopt},
      {"overlay", x264(23, "drawbox=x=iw*0.6:y=ih*0.6:w=iw*0.35:h=ih*0.3:color=red:t=fill")},
      {"blur", x264(23, "gblur=1.5")},
      {"combined", x264(30, "crop=iw*0.71:ih*0.71,lutyuv=y=16+(val-16)*0.5"), cropped(0.71)},
  };
}

/// Runs one attack; a film without frames when the encoder is not there.
Film attacked(const Film& film, const fs::path& raw, const Attack& attack, const fs::path& work) {
  const fs::path out = work / "attacked.mkv";
  std::ostringstream command;
  command << "ffmpeg -v error -y -f rawvideo -pix_fmt yuv420p -s " << film.width << "x"
          << film.height << " -r " << film.rate << " -i " << raw << " " << attack.options << " "
          << out << " 2>/dev/null";
  if (!run(command.str())) return {};
  return read_film(out.string(), "");
}

/// The rows that the project promises: signature of the first three, id of the others; and H.265.
const std::vector<std::string>& promised() {
  static const std::vector<std::string> rows{"crf28",    "scale720", "trim5", "crf34",
                                             "scale480", "crop.55",  "fps15", "speed1.1",
                                             "x265-28",  "x265-34"};
  return rows;
}

std::vector<bench::Still> stills_of(const Film& film) {
  std::vector<bench::Still> stills;
  for (std::size_t i = 0; i < std::min(film.frames.size(), film.times.size()); ++i)
    stills.push_back({canonical(luma_of(film, film.frames[i])), film.times[i]});
  return stills;
}

struct Tally {
  int films = 0, key_id = 0, key_signed = 0, id = 0, signed_frame = 0, fits = 0;
  int judged = 0;  // films with an oracle
  double margin = 0, signed_margin = 0, least = 99, least_signed = 99;
  double ms_a_keyframe = 0, ms_a_frame = 0;
  void add(const bench::Margins& margins) {
    ++judged;
    margin += margins.id;
    signed_margin += margins.signed_frame;
    least = std::min(least, margins.id);
    least_signed = std::min(least_signed, margins.signed_frame);
  }
  void add(const Reading& reading) {
    ++films;
    key_id += reading.keyframes.id ? 1 : 0;
    key_signed += reading.keyframes.signed_frame ? 1 : 0;
    id += reading.all.id ? 1 : 0;
    signed_frame += reading.all.signed_frame ? 1 : 0;
    fits += reading.all.fits ? 1 : 0;
    ms_a_keyframe += reading.ms_a_keyframe;
    ms_a_frame += reading.ms_a_frame;
  }
};

std::uintmax_t encoded_size(const Film& film, const fs::path& work, const std::string& times) {
  const fs::path raw = work / "size.yuv", out = work / "size.mkv";
  write_raw(film, raw);
  std::ostringstream command;
  command << "ffmpeg -v error -y -f rawvideo -pix_fmt yuv420p -s " << film.width << "x"
          << film.height << " -r " << film.rate << " -i " << raw
          << " -c:v libx264 -preset veryfast -threads 2 -crf 23" << times << " " << out;
  if (!run(command.str())) return 0;
  return fs::file_size(out);
}

bool chosen(const std::string& name, const std::vector<std::string>& only) {
  return only.empty() || std::any_of(only.begin(), only.end(), [&](const std::string& prefix) {
           return name.starts_with(prefix);
         });
}

void print_row(const std::string& name, const Tally& t) {
  const double n = t.films, judged = std::max(t.judged, 1);
  std::printf(
      "%-12s %5d | %4.0f %4.0f | %4.0f %4.0f %4.0f | %6.1f %6.1f %6.1f %6.1f | %6.1f %6.2f\n",
      name.c_str(), t.films, 100 * t.key_id / n, 100 * t.key_signed / n, 100 * t.id / n,
      100 * t.signed_frame / n, 100 * t.fits / n, t.margin / judged, t.judged > 0 ? t.least : 0,
      t.signed_margin / judged, t.judged > 0 ? t.least_signed : 0, t.ms_a_keyframe / n,
      t.ms_a_frame / n);
}

/// Marks one clip and puts it through the chosen attacks.
class Runner {
 public:
  Runner(fs::path work, std::vector<std::string> only)
      : work_(std::move(work)), only_(std::move(only)), named_(keys_.list()) {
    if (std::erase(only_, "issue") > 0)
      only_.insert(only_.end(), promised().begin(), promised().end());
    tools_.emplace(image::mark_keys(named_).value().front());
  }

  void run(const fs::path& file, int side, double seconds) {
    const Film film = read_clip(file.string(), side, seconds);
    const Marked mark = marked(film, keys_, ++seed_);
    write_raw(mark.film, work_ / "marked.yuv");
    std::printf("%-32s %dx%d %zu frames, psnr %.2f worst %.2f, %.2f ms/frame",
                file.filename().c_str(), film.width, film.height, film.frames.size(),
                mark.report.psnr_db, mark.report.worst_psnr_db, mark.ms_a_frame);
    if (chosen("size", only_)) print_sizes(film, mark);
    std::printf("\n");
    const auto oracle = bench::Oracle::of(*tools_, stills_of(mark.film));
    for (const Attack& attack : attacks())
      if (chosen(attack.name, only_)) judge(mark, attack, oracle);
  }

  void print_table() const {
    std::printf(
        "\n%-12s films | keyfr id/sig | all id/sig/fits | margins dB: id, least, signed, least "
        "| ms/keyframe, ms/frame\n",
        "attack");
    for (const Attack& attack : attacks())
      if (const auto row = table_.find(attack.name); row != table_.end())
        print_row(row->first, row->second);
    if (sizes_ > 0)
      std::printf("size at CRF 23: %+.1f %% (no keyframes forced %+.1f %%), %d films\n",
                  growth_ / sizes_, growth_alone_ / sizes_, sizes_);
  }

 private:
  void print_sizes(const Film& film, const Marked& mark) {
    std::ostringstream times;
    times << " -force_key_frames ";
    for (const double t : mark.holds) times << (t > 0 ? "," : "") << t;
    const auto plain = static_cast<double>(encoded_size(film, work_, ""));
    const auto growth = [&](const std::string& options) {
      return 100 * (static_cast<double>(encoded_size(mark.film, work_, options)) / plain - 1);
    };
    const double forced = growth(times.str()), alone = growth("");
    std::printf(", size %+.1f %% (no keyframes forced %+.1f %%)", forced, alone);
    growth_ += forced, growth_alone_ += alone, ++sizes_;
  }

  void judge(const Marked& mark, const Attack& attack, const std::optional<bench::Oracle>& oracle) {
    const Film after = attacked(mark.film, work_ / "marked.yuv", attack, work_);
    if (after.frames.empty()) return;
    Tally one;
    const Reading reading = reading_of(after, keys_, kContentId + seed_);
    std::optional<bench::Margins> margins;
    if (oracle && attack.path) margins = oracle->margins(stills_of(after), *attack.path);
    for (Tally* tally : {&one, &table_[attack.name]}) {
      tally->add(reading);
      if (margins) tally->add(*margins);
    }
    if (std::getenv("VERBOSE") != nullptr) print_row(attack.name, one);
    std::fflush(stdout);
  }

  fs::path work_;
  std::vector<std::string> only_;
  Keys keys_;
  std::vector<image::RobustKey> named_;
  std::optional<KeyTools> tools_;
  std::map<std::string, Tally> table_;
  std::uint64_t seed_ = 1;
  double growth_ = 0, growth_alone_ = 0;
  int sizes_ = 0;
};

}  // namespace

int main(int count, char** words) {
  if (count < 2) return 2;
  const int side = count > 2 ? static_cast<int>(std::strtol(words[2], nullptr, 10)) : 360;
  const double seconds = count > 3 ? std::strtod(words[3], nullptr) : 10;
  const std::vector<std::string> only(words + std::min(count, 4), words + count);
  const fs::path work =
      fs::temp_directory_path() / ("video_mark_bench." + std::to_string(getpid()));
  fs::create_directories(work);
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(words[1])) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  Runner runner(work, only);
  for (const fs::path& file : files) runner.run(file, side, seconds);
  runner.print_table();
  fs::remove_all(work);
  return 0;
}
