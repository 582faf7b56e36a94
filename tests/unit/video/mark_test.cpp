// SPDX-License-Identifier: Apache-2.0
// Marks through the whole chain: laid, encoded, found again.
#include "unit/video/clips.hpp"
#include "video/av.hpp"

namespace signmark::video::test {
namespace {

using signmark::test::code_of;
using signmark::test::ScratchDir;
using signmark::test::slurp;
using signmark::test::test_context;

const TimedMark* mark_in(const Finding& finding, TimedMark::In in) {
  for (const TimedMark& mark : finding.marks)
    if (mark.in == in && mark.mark.has_id) return &mark;
  return nullptr;
}

/// Film with texture, 4.2 s: three holds. And a sound of noise.
std::filesystem::path lively_film(const ScratchDir& folder) {
  run("cd " + folder.path().string() +
      " && ffmpeg -v error -y -f lavfi -i mandelbrot=s=480x320:r=12:start_scale=0.5"
      " -f lavfi -i anoisesrc=d=4.2:c=pink:r=32000:a=0.3 -t 4.2 -c:v libx264 -preset ultrafast"
      " -crf 20 -pix_fmt yuv420p -c:a aac -b:a 96k film.mp4");
  return folder / "film.mp4";
}

TEST_CASE("A marked film is found by its keyframes", "[video]") {
  const ScratchDir folder;
  const Wishes wishes;
  Changes changes;
  changes.picture = &wishes.picture;
  EncodeOptions options;
  options.preset = "veryfast";
  const auto source = lively_film(folder);
  const Done done = change(source, folder.path(), changes, options);
  REQUIRE(done.report.picture);
  CHECK(done.report.picture->frames == 50);
  CHECK(done.report.picture->holds == 3);
  CHECK(done.report.picture->psnr_db > 38);
  CHECK(done.report.picture->id_margin_db > 0);
  CHECK(see(done.file).sound().packets == see(source).sound().packets);

  Lookup lookup;
  lookup.picture_keys = wishes.picture.keys;
  lookup.notice = false;
  const Finding finding = find(done.file, lookup);
  const TimedMark* mark = mark_in(finding, TimedMark::In::picture);
  REQUIRE(mark != nullptr);
  CHECK(mark->mark.content_id == wishes.picture.content_id);
  CHECK(mark->mark.key == "film key");
  CHECK(finding.frames_decoded < 12);
  CHECK(finding.has_sound);
  CHECK(finding.unreadable.empty());

  SECTION("not in the source") {
    CHECK(mark_in(find(source, lookup), TimedMark::In::picture) == nullptr);
  }
  SECTION("in the second of two angles") {
    const auto both = folder / "both.mkv";
    run("ffmpeg -v error -y -i " + source.string() + " -i " + done.file.string() +
        " -map 0:v -map 1:v -c copy " + both.string());
    CHECK(mark_in(find(both, lookup), TimedMark::In::picture) != nullptr);
  }
  SECTION("a cut-off file says so and still has its mark") {
    Bytes file = slurp(done.file);
    file.resize(file.size() * 3 / 4);
    const auto cut = folder / "cut.mp4";
    REQUIRE_OK(write_file(cut, file));
    const Finding rest = find(cut, lookup);
    CHECK(mark_in(rest, TimedMark::In::picture) != nullptr);
    CHECK(!rest.unreadable.empty());
  }
}

TEST_CASE("A film too small for a mark is refused", "[video]") {
  const ScratchDir folder;
  const Wishes wishes;
  Changes changes;
  changes.picture = &wishes.picture;
  const auto out = folder / "out.mp4";
  run("ffmpeg -v error -f lavfi -i testsrc2=s=64x64:d=0.2 -pix_fmt yuv420p " +
      (folder / "small.mp4").string());
  CHECK(code_of(change_raw(test_context(), slurp(folder / "small.mp4"), "video/mp4", changes,
                           out)) == "video.mark.size");
  CHECK(!std::filesystem::exists(out));
}

TEST_CASE("A scrambled film is unreadable, never without a mark", "[video]") {
  const ScratchDir folder;
  const Wishes wishes;
  run("ffmpeg -v error -i " + clip("base.mp4").string() +
      " -c copy -encryption_scheme cenc-aes-ctr -encryption_key 76a6c65c5ea762046bd749a2e632ccbb"
      " -encryption_kid a7e61c373e219033c21091fa607bf3b8 " +
      (folder / "drm.mp4").string());
  Lookup lookup;
  lookup.picture_keys = wishes.picture.keys;
  const Finding finding = find(folder / "drm.mp4", lookup);
  REQUIRE(finding.unreadable.size() == 1);
  CHECK(finding.unreadable[0].code == "video.encrypted");
  Changes changes;
  changes.label = &wishes.label;
  CHECK(code_of(change_raw(test_context(), slurp(folder / "drm.mp4"), "video/mp4", changes,
                           folder / "out.mp4")) == "video.encrypted");
}

}  // namespace
}  // namespace signmark::video::test
