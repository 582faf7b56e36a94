// SPDX-License-Identifier: Apache-2.0
// Search by prints: how many edited works are found, how many others are taken for them, how
// unrelated prints differ, and what a search among a million entries takes.
//
// Usage: ledger_search_bench [--entries N] [--limit N] [--clean FOLDER]... FOLDER...
// The pictures, films, sounds and texts below FOLDERs are edited and looked for; those of --clean
// only lie in the ledger too. Needs the program ffmpeg. At most `limit` works of a kind (0: all).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <map>
#include <memory>
#include <opencv2/core/utility.hpp>
#include <random>
#include <set>

#include "base/file.hpp"
#include "image/prints.hpp"
#include "ledger/print_index.hpp"
#include "ledger_search_texts.hpp"
#include "robustness/pictures.hpp"
#include "robustness/steps.hpp"
#include "video/room.hpp"

namespace {

using namespace signmark;
using namespace signmark::bench;
namespace fs = std::filesystem;

/// Processor time of this thread: other work on the machine does not count.
double milliseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

double percentile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

// -------------------------------------------------------------------------------------------------
// Works

struct Work {
  fs::path file;
  PrintKind kind = PrintKind::picture;
  bool clean = false;
  std::vector<Print> stored, looked;
  std::size_t group = 0;  ///< works of one group resemble each other: copies and parts
};

struct Wishes {
  std::vector<std::string> folders, clean;
  std::uint64_t entries = 1'000'000;
  std::size_t limit = 0;
};

std::optional<PrintKind> kind_of(const fs::path& file) {
  static const std::map<std::string, PrintKind> kinds{
      {".png", PrintKind::picture}, {".jpg", PrintKind::picture}, {".webp", PrintKind::picture},
      {".mp4", PrintKind::film},    {".wav", PrintKind::sound},   {".ogg", PrintKind::sound},
      {".mp3", PrintKind::sound},   {".txt", PrintKind::text},    {".md", PrintKind::text}};
  const auto known = kinds.find(file.extension().string());
  return known == kinds.end() ? std::nullopt : std::optional(known->second);
}

std::string mime_of(const fs::path& file) {
  static const std::map<std::string, std::string> types{
      {".mp4", "video/mp4"},  {".wav", "audio/wav"}, {".ogg", "audio/ogg"},
      {".mp3", "audio/mpeg"}, {".m4a", "audio/mp4"}, {".opus", "audio/ogg"}};
  const auto known = types.find(file.extension().string());
  return known == types.end() ? "" : known->second;
}

std::vector<Print> prints_of_picture(const cv::Mat& bgr, PrintUse use) {
  return image::picture_prints({luma_of(bgr), {}}, 1, use);
}

/// Only those of one kind, so that a film is not found by its sound.
std::vector<Print> prints_of_media(const fs::path& file, PrintKind kind, PrintUse use) {
  const auto bytes = read_file(file, 1U << 30);
  if (!bytes) return {};
  auto all = video::video_room()->prints(Context::standard(), *bytes, mime_of(file), use);
  if (!all) return {};
  std::erase_if(*all, [&](const Print& p) { return p.kind != kind; });
  return *all;
}

std::vector<Print> prints_of_file(const fs::path& file, PrintKind kind, PrintUse use) {
  if (kind == PrintKind::film || kind == PrintKind::sound) return prints_of_media(file, kind, use);
  if (kind == PrintKind::text) return text::prints({read_text(file)}, use);
  const auto picture = load_picture(file);
  return picture ? prints_of_picture(picture->bgr, use) : std::vector<Print>{};
}

std::vector<Work> load(const Wishes& options) {
  std::vector<Work> works;
  std::map<PrintKind, std::size_t> count;
  const auto take = [&](const std::string& folder, bool clean) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
      if (entry.is_regular_file() && kind_of(entry.path())) files.push_back(entry.path());
    std::ranges::sort(files);
    for (const fs::path& file : files) {
      Work work{file, *kind_of(file), clean, {}, {}, 0};
      if (!clean && options.limit > 0 && count[work.kind] >= options.limit) continue;
      work.stored = prints_of_file(file, work.kind, PrintUse::store);
      if (work.stored.empty()) continue;
      work.looked = prints_of_file(file, work.kind, PrintUse::look);
      if (!clean) ++count[work.kind];
      works.push_back(std::move(work));
    }
  };
  for (const auto& folder : options.folders) take(folder, false);
  for (const auto& folder : options.clean) take(folder, true);
  return works;
}

// -------------------------------------------------------------------------------------------------
// Unrelated prints

struct Distances {
  std::array<std::uint64_t, 257> count{};
  void add(const std::vector<Print>& looked, const std::vector<Print>& stored) {
    for (const Print& a : looked)
      for (const Print& b : stored)
        ++count[static_cast<std::size_t>(print_distance(a.bits, b.bits))];
  }
};

/// The same work twice in the pool: several parts agree roughly, or one nearly bit for bit.
bool are_related(const Work& a, const Work& b) {
  constexpr int kSame = 8, kRoughly = 64;
  std::set<std::uint32_t> parts;
  for (const Print& x : a.looked)
    for (const Print& y : b.stored) {
      const int distance = print_distance(x.bits, y.bits);
      if (distance <= kSame) return true;
      if (distance <= kRoughly) parts.insert(y.part);
    }
  return parts.size() > 1;
}

void group(std::vector<Work>& works) {
  for (std::size_t i = 0; i < works.size(); ++i) {
    works[i].group = i;
    for (std::size_t j = 0; j < i; ++j)
      if (works[i].kind == works[j].kind && works[i].group != works[j].group &&
          are_related(works[i], works[j])) {
        const std::size_t old = works[i].group;
        for (Work& work : works)
          if (work.group == old) work.group = works[j].group;
      }
  }
}

void print_unrelated(const std::vector<Work>& works, PrintKind kind) {
  Distances distances;
  std::set<std::size_t> groups;
  for (const Work& a : works) {
    if (a.kind != kind) continue;
    groups.insert(a.group);
    for (const Work& b : works)
      if (b.kind == kind && a.group != b.group) distances.add(a.looked, b.stored);
  }
  double pairs = 0, sum = 0, squares = 0;
  for (std::size_t d = 0; d < distances.count.size(); ++d) {
    const auto n = static_cast<double>(distances.count[d]), x = static_cast<double>(d);
    pairs += n, sum += n * x, squares += n * x * x;
  }
  if (pairs == 0) return;
  const double mean = sum / pairs;
  fmt::print("\n{} works of {}, {:.3g} pairs of unrelated prints: mean {:.1f}, deviation {:.2f}\n",
             groups.size(), print_kind_name(kind), pairs, mean,
             std::sqrt(squares / pairs - mean * mean));
  fmt::print("{:>9}{:>10}{:>12}{:>12}\n", "distance", "pairs", "measured", "model");
  double below = 0;
  for (int d = 0; d <= 100; ++d) {
    below += static_cast<double>(distances.count[static_cast<std::size_t>(d)]);
    if (d % 8 == 0 && d >= 16)
      fmt::print("{:>9}{:>10.0f}{:>12.2g}{:>12.2g}\n", d, below, below / pairs,
                 std::pow(10, ledger::print_chance_log10(kind, d)));
  }
}

// -------------------------------------------------------------------------------------------------
// Edits

/// Prints of an edited work; nothing where the edit does not apply.
using Edit = std::function<std::vector<Print>(const Work&)>;
using Edits = std::vector<std::pair<std::string, Edit>>;

Step crop_side(double share) {
  return {fmt::format("crop {:.0f} % of the width", 100 * (1 - share)),
          [share](const cv::Mat& picture, cv::RNG& random) {
            const int width = static_cast<int>(picture.cols * share);
            const int x = random.uniform(0, picture.cols - width + 1);
            return picture(cv::Rect(x, 0, width, picture.rows)).clone();
          },
          {}};
}

Edits picture_edits() {
  const std::vector<Step> steps{
      nothing(),
      jpeg(75),
      jpeg(50),
      jpeg(30),
      scale(0.5),
      scale(0.25),
      scale(2),
      crop(0.75, CropPlace::random),
      crop(0.75, CropPlace::centre),
      crop_side(0.75),
      named("crop 25 % of both sides",
            chain({crop_side(0.75), quarter_turns(1), crop_side(0.75), quarter_turns(3)})),
      brightness(1.3),
      brightness(0.7),
      contrast(1.4),
      signmark::bench::gamma(0.6),
      signmark::bench::gamma(1.6),
      saturation(0.3),
      hue(0.1),
      grey(),
      flip(Axis::horizontal),
      captions(),
      logo(),
      white_border(0.1),
      black_bars(),
      rotate(2, Canvas::same),
      noise(8),
      blur(1.5),
      screenshot(),
      chain({crop(0.75, CropPlace::random), scale(0.5), jpeg(50)})};
  // Decoding takes longer than the rest.
  const auto decoded = std::make_shared<std::map<fs::path, std::optional<Picture>>>();
  Edits edits;
  for (const Step& step : steps)
    edits.emplace_back(step.name, [step, decoded](const Work& work) {
      auto known = decoded->find(work.file);
      if (known == decoded->end())
        known = decoded->emplace(work.file, load_picture(work.file)).first;
      const auto& picture = known->second;
      if (!picture) return std::vector<Print>{};
      cv::RNG random(std::hash<std::string>{}(work.file.filename().string() + step.name));
      return prints_of_picture(step.run(picture->bgr, random), PrintUse::look);
    });
  return edits;
}

/// Through ffmpeg: `options` between input and output, `ending` of the output.
Edit by_ffmpeg(std::string before, std::string options, std::string ending) {
  return [=](const Work& work) {
    const fs::path out =
        fs::temp_directory_path() / fmt::format("search_bench_{}{}", ::getpid(), ending);
    const std::string command = fmt::format("ffmpeg -v error -nostdin -y {} -i '{}' {} '{}'",
                                            before, work.file.string(), options, out.string());
    std::vector<Print> prints;
    if (std::system(command.c_str()) == 0) prints = prints_of_media(out, work.kind, PrintUse::look);
    fs::remove(out);
    return prints;
  };
}

Edits film_edits() {
  const auto x264 = [](const std::string& options) {
    return by_ffmpeg("", "-an -c:v libx264 -preset veryfast " + options, ".mp4");
  };
  return {{"as it is", x264("-crf 18")},
          {"CRF 34", x264("-crf 34")},
          {"480p", x264("-crf 26 -vf scale=-2:480")},
          {"240p CRF 30", x264("-crf 30 -vf scale=-2:240")},
          {"3 s from second 1.3",
           by_ffmpeg("-ss 1.3", "-t 3 -an -c:v libx264 -preset veryfast", ".mp4")},
          {"crop 25 % of the area", x264("-vf crop=iw*0.866:ih*0.866:iw*0.1:ih*0.05")},
          {"letterbox", x264("-vf 'pad=iw:ceil(ih*2/3)*2:0:(oh-ih)/2'")},
          {"mirror", x264("-vf hflip")},
          {"brighter, more contrast", x264("-vf eq=brightness=0.08:contrast=1.2")},
          {"15 pictures a second", x264("-r 15")},
          {"speed 1.25", x264("-vf setpts=PTS/1.25")}};
}

Edits sound_edits() {
  const auto wav = [](const std::string& options) { return by_ffmpeg("", options, ".wav"); };
  const auto mp3 = [](int rate) {
    return by_ffmpeg("", fmt::format("-c:a libmp3lame -b:a {}k", rate), ".mp3");
  };
  return {{"as it is", wav("")},
          {"MP3 64k", mp3(64)},
          {"MP3 32k", mp3(32)},
          {"AAC 64k", by_ffmpeg("", "-c:a aac -b:a 64k", ".m4a")},
          {"Opus 32k", by_ffmpeg("", "-c:a libopus -b:a 32k", ".opus")},
          {"10 s from second 2.3", by_ffmpeg("-ss 2.3", "-t 10", ".wav")},
          {"6 s from second 2.3", by_ffmpeg("-ss 2.3", "-t 6", ".wav")},
          {"volume -15 dB", wav("-af volume=-15dB")},
          {"16 kHz mono", wav("-ar 16000 -ac 1")},
          {"noise -30 dB", wav("-filter_complex "
                               "'anoisesrc=a=0.0316:r=44100[n];[0:a][n]amix=duration=first:"
                               "normalize=0'")},
          {"tempo 1.02", wav("-af atempo=1.02")},
          {"10 s, MP3 64k", by_ffmpeg("-ss 3.1", "-t 10 -c:a libmp3lame -b:a 64k", ".mp3")}};
}

Edits text_edits() {
  const auto on_text = [](std::function<std::string(const std::string&)> change) -> Edit {
    return [change = std::move(change)](const Work& work) {
      return text::prints({change(read_text(work.file))}, PrintUse::look);
    };
  };
  Edits edits{{"as it is", on_text([](const std::string& t) { return t; })}};
  for (const double share : {0.1, 0.2, 0.3})
    edits.emplace_back(fmt::format("{:.0f} % of the words edited", 100 * share),
                       on_text([share](const std::string& t) { return edited(t, share); }));
  edits.emplace_back("excerpt: a third", on_text([](const std::string& t) { return excerpt(t); }));
  edits.emplace_back("excerpt, 10 % edited",
                     on_text([](const std::string& t) { return edited(excerpt(t), 0.1); }));
  return edits;
}

// -------------------------------------------------------------------------------------------------
// Search

/// Adds entries that nobody looks for, each with as many prints of a kind as works have on average,
/// mixed from those of real ones so that bits are as unevenly spread.
void add_filler(ledger::PrintIndex& index, const std::vector<Work>& works, PrintKind kind,
                std::uint64_t entries) {
  std::vector<const Print*> real;
  std::size_t count = 0;
  for (const Work& work : works)
    if (work.kind == kind) {
      ++count;
      for (const Print& print : work.stored) real.push_back(&print);
    }
  if (real.empty()) return;
  const std::size_t each = std::clamp<std::size_t>(real.size() / count, 1, 9);
  std::mt19937_64 random(1);
  for (std::uint64_t i = 0; i < entries; ++i) {
    const std::uint64_t sequence = index.next();
    for (std::size_t p = 0; p < each; ++p) {
      const Print &a = *real[random() % real.size()], &b = *real[random() % real.size()];
      Print mixed = a;
      for (std::size_t byte = 0; byte < mixed.bits.size(); ++byte) {
        const std::uint64_t r = random();
        if ((r & 1U) != 0) mixed.bits[byte] = b.bits[byte];
        mixed.bits[byte] ^= static_cast<Byte>(r >> 8U & (r >> 16U | r >> 24U));  // 3 bits of 8
      }
      index.add(sequence, mixed);
    }
  }
}

struct Outcome {
  std::size_t works = 0, found = 0, with_false = 0;
  std::vector<double> distances, ms, prints;
};

void look(const ledger::PrintIndex& index, const std::vector<Work>& works, const Work& work,
          const std::vector<Print>& prints, Outcome& outcome) {
  const double start = milliseconds();
  const auto matches = index.search(prints);
  outcome.ms.push_back(milliseconds() - start);
  outcome.prints.push_back(static_cast<double>(prints.size()));
  ++outcome.works;
  bool found = false, wrong = false;
  for (const auto& match : matches) {
    const bool same = match.sequence < works.size() && works[match.sequence].group == work.group;
    if (same && !found) outcome.distances.push_back(match.distance);
    found = found || same;
    wrong = wrong || !same;
  }
  outcome.found += found ? 1 : 0;
  outcome.with_false += wrong ? 1 : 0;
}

std::string share(std::size_t part, std::size_t whole) {
  return whole == 0 ? "-"
                    : fmt::format("{:.1f} %",
                                  100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

void run_kind(const std::vector<Work>& works, PrintKind kind, const Edits& edits,
              const Wishes& options) {
  if (std::ranges::none_of(works, [&](const Work& w) { return w.kind == kind && !w.clean; }))
    return;
  print_unrelated(works, kind);
  ledger::PrintIndex few, many;
  for (std::size_t i = 0; i < works.size(); ++i)
    for (const Print& print : works[i].stored)
      if (print.kind == kind) few.add(i, print), many.add(i, print);
  few.seen(works.size()), many.seen(works.size());
  add_filler(many, works, kind,
             options.entries > works.size() ? options.entries - works.size() : 0);
  const double start = milliseconds();
  many.settle();
  fmt::print(
      "\n{}: {} prints in the small ledger; {} of {} entries in the large, sorted in {:.1f} s\n",
      print_kind_name(kind), few.size(), many.size(), many.next(), (milliseconds() - start) / 1000);
  fmt::print("{:<44}{:>6}{:>9}{:>9}{:>9}{:>7}{:>7}{:>8}{:>8}{:>8}\n", "edit", "works", "found",
             "at scale", "distance", "false", "scale", "prints", "ms", "p99");
  Outcome all;
  for (const auto& [name, edit] : edits) {
    Outcome small, large;
    for (const Work& work : works) {
      if (work.kind != kind || work.clean) continue;
      const std::vector<Print> prints = edit(work);
      look(few, works, work, prints, small);
      look(many, works, work, prints, large);
    }
    all.ms.insert(all.ms.end(), large.ms.begin(), large.ms.end());
    fmt::print("{:<44.43}{:>6}{:>9}{:>9}{:>9.0f}{:>7}{:>7}{:>8.0f}{:>8.2f}{:>8.2f}\n", name,
               small.works, share(small.found, small.works), share(large.found, large.works),
               percentile(small.distances, 0.5), small.with_false, large.with_false,
               percentile(large.prints, 0.5), percentile(large.ms, 0.5),
               percentile(large.ms, 0.99));
    std::fflush(stdout);
  }
  fmt::print("one search in the large ledger: median {:.2f} ms, p99 {:.2f} ms\n",
             percentile(all.ms, 0.5), percentile(all.ms, 0.99));
}

std::optional<Wishes> read_wishes(int argc, char** argv) {
  Wishes options;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    const bool more = i + 1 < argc;
    if (word == "--entries" && more)
      options.entries = std::stoull(argv[++i]);
    else if (word == "--limit" && more)
      options.limit = std::stoull(argv[++i]);
    else if (word == "--clean" && more)
      options.clean.emplace_back(argv[++i]);
    else
      options.folders.push_back(word);
  }
  if (options.folders.empty()) return std::nullopt;
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = read_wishes(argc, argv);
  if (!options) {
    fmt::print(
        stderr,
        "usage: ledger_search_bench [--entries N] [--limit N] [--clean FOLDER]... FOLDER...\n");
    return 2;
  }
  cv::setNumThreads(1);
  std::vector<Work> works = load(*options);
  group(works);
  run_kind(works, PrintKind::picture, picture_edits(), *options);
  run_kind(works, PrintKind::film, film_edits(), *options);
  run_kind(works, PrintKind::sound, sound_edits(), *options);
  run_kind(works, PrintKind::text, text_edits(), *options);
  return 0;
}
