// SPDX-License-Identifier: Apache-2.0
// Sound that is changed keeps its length, place, codec, cover and tags.
#include <cmath>

#include "unit/video/clips.hpp"

namespace signmark::video::test {
namespace {

using signmark::test::code_of;
using signmark::test::ScratchDir;
using signmark::test::slurp;
using signmark::test::test_context;

struct Pair {
  Seen before, after;
  Report report;
};

Pair noticed(const std::string& name, const ScratchDir& folder) {
  const Wishes wishes;
  Changes changes;
  changes.notice = &wishes.notice;
  Done done = change(clip(name), folder.path(), changes);
  return {see(clip(name)), see(done.file), std::move(done.report)};
}

double energy(const std::vector<float>& samples, std::size_t from, std::size_t to) {
  double sum = 0;
  for (std::size_t i = from; i < to; ++i) sum += samples[i] * samples[i];
  return sum / static_cast<double>(to - from);
}

TEST_CASE("Pure sound keeps its number of samples, cover and tags", "[video]") {
  const ScratchDir folder;
  for (const char* name :
       {"a.wav", "b.wav", "a.mp3", "a.flac", "a.ogg", "b.ogg", "a.m4a", "a.aac"}) {
    INFO(name);
    const Pair pair = noticed(name, folder);
    CHECK(pair.after.tags == pair.before.tags);
    REQUIRE(pair.after.streams.size() == pair.before.streams.size());
    for (std::size_t i = 0; i < pair.before.streams.size(); ++i) {
      CHECK(pair.after.streams[i].codec == pair.before.streams[i].codec);
      CHECK(pair.after.streams[i].disposition == pair.before.streams[i].disposition);
      CHECK(pair.after.streams[i].tags == pair.before.streams[i].tags);
      CHECK(pair.after.streams[i].broken == 0);
    }
    CHECK(pair.after.sound().samples.size() == pair.before.sound().samples.size());
    REQUIRE(pair.report.sound);
    CHECK(pair.report.sound->notice);
    CHECK(pair.report.notes.empty());
  }
}

TEST_CASE("Lossless sound outside the notice is the same to the bit", "[video]") {
  const ScratchDir folder;
  for (const char* name : {"a.wav", "b.wav", "a.flac"}) {
    INFO(name);
    const Pair pair = noticed(name, folder);
    const std::vector<float>& before = pair.before.sound().samples;
    const std::vector<float>& after = pair.after.sound().samples;
    REQUIRE(after.size() == before.size());
    const auto from = static_cast<std::ptrdiff_t>(44'100 * 1.8);
    CHECK(std::equal(after.begin() + from, after.end(), before.begin() + from));
    CHECK(!std::equal(after.begin(), after.begin() + 4'410, before.begin()));
  }
}

TEST_CASE("Encoders' first samples do not move the sound", "[video]") {
  const ScratchDir folder;
  for (const char* name : {"a.mp3", "a.ogg", "a.m4a", "a.aac"}) {
    INFO(name);
    const Pair pair = noticed(name, folder);
    const std::vector<float>& before = pair.before.sound().samples;
    const std::vector<float>& after = pair.after.sound().samples;
    REQUIRE(after.size() == before.size());
    // The sine of 440 Hz (100 samples a period) has the same phase.
    double product = 0;
    for (std::size_t i = 90'000; i < 100'000; ++i) product += before[i] * after[i] / 10'000;
    CHECK(product >
          0.98 * std::sqrt(energy(before, 90'000, 100'000) * energy(after, 90'000, 100'000)));
  }
}

TEST_CASE("A film's pictures stay bit for bit when its sound changes", "[video]") {
  const ScratchDir folder;
  for (const char* name : {"full.mp4", "vp9.webm", "a.flv", "a.avi", "ten.mkv", "prores.mov"}) {
    INFO(name);
    const Pair pair = noticed(name, folder);
    CHECK(pair.after.film().packets == pair.before.film().packets);
    CHECK(pair.after.film().pts == pair.before.film().pts);
    const auto old = static_cast<double>(pair.before.sound().samples.size());
    CHECK(static_cast<double>(pair.after.sound().samples.size()) == Approx(old).margin(3'000));
  }
}

TEST_CASE("A notice is not inserted into a film", "[video]") {
  const ScratchDir folder;
  Wishes wishes;
  wishes.notice.blend = audio::NoticeBlend::insert;
  Changes changes;
  changes.notice = &wishes.notice;
  CHECK(code_of(change_raw(test_context(), slurp(clip("full.mp4")), "video/mp4", changes,
                           folder / "out.mp4")) == "video.unsupported");
  const Done done = change(clip("a.wav"), folder.path(), changes);
  CHECK(see(done.file).sound().samples.size() > see(clip("a.wav")).sound().samples.size() + 44'100);
}

}  // namespace
}  // namespace signmark::video::test
