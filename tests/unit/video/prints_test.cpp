// SPDX-License-Identifier: Apache-2.0
// Retrieval prints of films: of pictures and of sound, also after another encoder.
#include <algorithm>

#include "unit/video/clips.hpp"
#include "video/room.hpp"

namespace signmark::video::test {
namespace {

namespace fs = std::filesystem;
using signmark::test::ScratchDir;
using signmark::test::slurp;
using signmark::test::test_context;

/// A film of moving shapes and a sound that changes; `seed` makes it another one.
fs::path film(const ScratchDir& folder, int seed) {
  const fs::path out = folder.path() / ("film" + std::to_string(seed) + ".mp4");
  const std::string life = "life=s=160x120:rate=1:mold=8:seed=" + std::to_string(seed) +
                           ":ratio=0.2:death_color=#204060:life_color=#E0C080";
  run("ffmpeg -v error -y -f lavfi -i \"" + life + ",fps=25,scale=320:240,gblur=3\" -f lavfi -i " +
      "\"anoisesrc=seed=" + std::to_string(seed) +
      ":r=44100,lowpass=2500,tremolo=f=" + std::to_string(2 + seed) +
      "\" -t 8 -c:v libx264 -preset ultrafast -pix_fmt yuv420p" + " -c:a aac " + out.string());
  return out;
}

std::vector<Print> prints_of(const fs::path& file, PrintUse use) {
  const auto prints = video_room()->prints(test_context(), slurp(file), mime_of(file), use);
  REQUIRE_OK(prints);
  return *prints;
}

int closest(const std::vector<Print>& stored, const std::vector<Print>& looked, PrintKind kind) {
  int least = 256;
  for (const Print& a : looked)
    for (const Print& b : stored)
      if (a.kind == kind && b.kind == kind) least = std::min(least, print_distance(a.bits, b.bits));
  return least;
}

}  // namespace

TEST_CASE("films keep prints of picture and sound through another encoder") {
  const ScratchDir folder;
  const fs::path original = film(folder, 1);
  const auto stored = prints_of(original, PrintUse::store);
  CHECK(std::ranges::count(stored, PrintKind::film, &Print::kind) >= 3);
  CHECK(std::ranges::count(stored, PrintKind::film, &Print::kind) <= 24);  // windows of few frames
  CHECK(std::ranges::count(stored, PrintKind::sound, &Print::kind) == 4);

  const fs::path copy = folder.path() / "copy.mp4";
  run("ffmpeg -v error -y -ss 0.7 -i " + original.string() + " -vf scale=-2:180,pad=iw:240:0:30" +
      " -c:v libx264 -preset ultrafast -crf 32 -c:a libmp3lame -b:a 48k " + copy.string());
  const auto looked = prints_of(copy, PrintUse::look);
  CHECK(closest(stored, looked, PrintKind::film) <= 48);
  CHECK(closest(stored, looked, PrintKind::sound) <= 70);

  const auto other = prints_of(film(folder, 5), PrintUse::look);
  CHECK(closest(stored, other, PrintKind::film) > 48);
  CHECK(closest(stored, other, PrintKind::sound) > 70);
}

TEST_CASE("what cannot be decoded has no prints, and a stop is an error") {
  const Bytes junk(1000, 7);
  const auto none = video_room()->prints(test_context(), junk, "video/mp4", PrintUse::store);
  REQUIRE_OK(none);
  CHECK(none->empty());
  Context stopping = test_context();
  stopping.progress = [](const Progress&) { return false; };
  const auto stopped =
      video_room()->prints(stopping, slurp(clip("base.mp4")), "video/mp4", PrintUse::store);
  CHECK(signmark::test::code_of(stopped) == "base.cancelled");
}

}  // namespace signmark::video::test
