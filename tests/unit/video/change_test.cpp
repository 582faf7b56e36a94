// SPDX-License-Identifier: Apache-2.0
// What a change of the pictures keeps: the traps of video-audio-mark.md 5.2, one by one.
#include <algorithm>
#include <cmath>

#include "unit/video/clips.hpp"
#include "video/av.hpp"

namespace signmark::video::test {
namespace {

using signmark::test::code_of;
using signmark::test::ScratchDir;
using signmark::test::slurp;
using signmark::test::test_context;

struct Pair {
  Seen before, after;
  Done done;
};

/// Labels a clip and looks at both files.
Pair labelled(const std::string& name, const ScratchDir& folder, double label_seconds = 0) {
  const Wishes wishes;
  Changes changes;
  changes.label = &wishes.label;
  changes.label_time.seconds = label_seconds;
  Pair pair;
  pair.done = change(clip(name), folder.path(), changes);
  pair.before = see(clip(name));
  pair.after = see(pair.done.file);
  return pair;
}

std::size_t differing(const Bytes& a, const Bytes& b, int by) {
  REQUIRE(a.size() == b.size());
  std::size_t count = 0;
  for (std::size_t i = 0; i < a.size(); ++i) count += std::abs(a[i] - b[i]) > by ? 1 : 0;
  return count;
}

/// Everything that has nothing to do with the coded pictures themselves.
void check_kept(const Pair& pair) {
  const Seen& before = pair.before;
  const Seen& after = pair.after;
  CHECK(after.tags == before.tags);
  CHECK(after.chapters == before.chapters);
  REQUIRE(after.streams.size() == before.streams.size());
  for (std::size_t i = 0; i < before.streams.size(); ++i) {
    const SeenStream& old = before.streams[i];
    const SeenStream& now = after.streams[i];
    INFO("stream " << i << " " << old.codec);
    CHECK(now.codec == old.codec);
    CHECK(now.tag == old.tag);
    CHECK(now.pixels == old.pixels);
    if (old.codec != "none") CHECK(now.tags == old.tags);  // not of a time code track, made again
    CHECK(now.side_data == old.side_data);
    CHECK(now.disposition == old.disposition);
    CHECK(now.time_base == old.time_base);
    CHECK(now.aspect == old.aspect);
    CHECK(now.colours == old.colours);
    CHECK(now.pts == old.pts);
    CHECK(now.broken == 0);
    if (old.pts.empty()) {  // copied
      CHECK(now.packets == old.packets);
      if (old.codec != "mov_text") CHECK(now.extra == old.extra);  // its bit rate is in it
    }
  }
}

TEST_CASE("MP4 with everything: what is not labelled stays bit for bit", "[video]") {
  const ScratchDir folder;
  const Pair pair = labelled("full.mp4", folder);
  REQUIRE(pair.before.streams.size() == 6);  // film, two sounds, subtitle, chapter text, cover
  check_kept(pair);
  CHECK(pair.before.chapters.size() == 2);
  CHECK(pair.after.film().profile == pair.before.film().profile);
  CHECK(pair.done.report.notes.empty());
  CHECK(pair.done.report.bytes_out == std::filesystem::file_size(pair.done.file));
  CHECK(pair.done.report.overlay.glyph_height >= 0.05 * 96);
  // A plain player has nothing to complain about.
  CHECK(run("ffmpeg -v error -i " + pair.done.file.string() + " -map 0:v:0 -map 0:a -f null -") ==
        "");
  SECTION("the index comes first") {
    const Bytes file = slurp(pair.done.file);
    const std::string_view text = as_text(file);
    CHECK(text.find("moov") < text.find("mdat"));
  }
}

TEST_CASE("Keyframes stand at hold borders, not where the source had them", "[video]") {
  const ScratchDir folder;
  const Pair pair = labelled("base.mp4", folder);
  CHECK(pair.before.film().keyframes.size() >= 5);
  REQUIRE(pair.after.film().keyframes.size() == 2);
  CHECK(pair.after.film().keyframes[1] == Approx(2.0));
  check_kept(pair);
}

TEST_CASE("HDR10: static metadata, depth, tag and colours", "[video]") {
  const ScratchDir folder;
  const Pair pair = labelled("hdr.mp4", folder);
  check_kept(pair);
  CHECK(pair.after.film().tag == "hvc1");
  CHECK(pair.after.film().pixels == "yuv420p10le");
  for (const int side :
       {AV_FRAME_DATA_MASTERING_DISPLAY_METADATA, AV_FRAME_DATA_CONTENT_LIGHT_LEVEL}) {
    REQUIRE(pair.before.film().frame_side_data.count(side) == 1);
    REQUIRE(pair.after.film().frame_side_data.count(side) == 1);
    CHECK(pair.after.film().frame_side_data.at(side) ==
          pair.before.film().frame_side_data.at(side));
  }
}

TEST_CASE("Interlaced film stays interlaced", "[video]") {
  const ScratchDir folder;
  const Pair pair = labelled("inter.mp4", folder);
  check_kept(pair);
  REQUIRE(pair.before.film().interlaced);
  CHECK(pair.after.film().interlaced);
  CHECK(pair.after.film().top_first == pair.before.film().top_first);
  CHECK(pair.after.film().fields == pair.before.film().fields);
}

TEST_CASE("A varying frame rate and the shape of pixels stay", "[video]") {
  const ScratchDir folder;
  const Pair pair = labelled("vfr.mp4", folder);
  check_kept(pair);
  CHECK(pair.before.film().pts.size() < 40);
  CHECK(pair.before.film().aspect == std::pair{16, 11});
  // The label is drawn for what is seen: 186 pixels wide.
  const label::Overlay& overlay = pair.done.report.overlay;
  CHECK(overlay.x + overlay.width > 128);
}

TEST_CASE("Rotation is kept as a matrix and the label stands upright", "[video]") {
  const ScratchDir folder;
  const Pair pair = labelled("rotated.mp4", folder);
  check_kept(pair);
  REQUIRE(pair.before.film().side_data.count(AV_PKT_DATA_DISPLAYMATRIX) == 1);
  const label::Overlay& overlay = pair.done.report.overlay;
  CHECK(overlay.y > 64);  // seen 96 x 128, at the bottom right
  CHECK(overlay.x + overlay.width <= 96);
  // Seen (x, y) is stored (127 - y, x).
  const Bytes& old = pair.before.film().first_luma[0];
  const Bytes& now = pair.after.film().first_luma[0];
  std::size_t inside = 0;
  std::size_t outside = 0;
  for (std::size_t i = 0; i < old.size(); ++i) {
    if (std::abs(old[i] - now[i]) < 40) continue;
    const std::size_t x = i / 128;
    const std::size_t y = 127 - i % 128;
    const bool in = x >= overlay.x && x < overlay.x + overlay.width && y >= overlay.y &&
                    y < overlay.y + overlay.height;
    ++(in ? inside : outside);
  }
  CHECK(inside > 50);
  CHECK(outside < inside / 10);
}

TEST_CASE("Matroska: attachment, subtitle, tags, ten bits", "[video]") {
  const ScratchDir folder;
  const Pair pair = labelled("ten.mkv", folder);
  REQUIRE(pair.before.streams.size() == 4);
  CHECK(pair.before.tags.count("aigc") == 1);
  check_kept(pair);
}

TEST_CASE("Every family of codecs is encoded again as itself", "[video]") {
  const ScratchDir folder;
  for (const char* name : {"prores.mov", "vp9.webm", "a.flv", "a.avi", "mpeg2.mkv", "alpha.mkv"}) {
    INFO(name);
    const Pair pair = labelled(name, folder);
    check_kept(pair);
    CHECK(pair.done.report.notes.empty());
  }
}

TEST_CASE("The label stands as long as it was asked to", "[video]") {
  const ScratchDir folder;
  const Pair pair = labelled("alpha.mkv", folder, 2);  // lossless, so exact
  const SeenStream& before = pair.before.film();
  const SeenStream& after = pair.after.film();
  REQUIRE(after.first_luma.size() == 3);
  CHECK(differing(before.first_luma[0], after.first_luma[0], 0) > 50);
  CHECK(differing(before.first_luma[1], after.first_luma[1], 0) > 50);
  CHECK(differing(before.first_luma[2], after.first_luma[2], 0) == 0);  // after 2 s
  SECTION("only its own rectangle changes") {
    const label::Overlay& overlay = pair.done.report.overlay;
    std::size_t outside = 0;
    for (std::size_t i = 0; i < before.first_luma[0].size(); ++i) {
      const bool in = i % 128 >= overlay.x && i % 128 < overlay.x + overlay.width &&
                      i / 128 >= overlay.y && i / 128 < overlay.y + overlay.height;
      outside += !in && before.first_luma[0][i] != after.first_luma[0][i] ? 1 : 0;
    }
    CHECK(outside == 0);
  }
}

TEST_CASE("Size like the source", "[video]") {
  const ScratchDir folder;
  const Wishes wishes;
  Changes changes;
  changes.label = &wishes.label;
  EncodeOptions options;
  options.size_like_source = true;
  const Done done = change(clip("base.mp4"), folder.path(), changes, options);
  CHECK(static_cast<double>(done.report.bytes_out) <
        1.15 * static_cast<double>(done.report.bytes_in));
}

TEST_CASE("SEI records in copied and in encoded streams", "[video]") {
  const ScratchDir folder;
  const std::string record = R"({"Label":"1","ContentProducer":"00191:x"})";
  for (const char* name : {"base.mp4", "hdr.mp4", "ten.mkv", "a.flv"}) {
    for (const bool encoded : {false, true}) {
      INFO(name << (encoded ? " encoded" : " copied"));
      const Wishes wishes;
      Changes changes;
      changes.sei = record;
      if (encoded) changes.label = &wishes.label;
      const Done done = change(clip(name), folder.path(), changes);
      CHECK(find(done.file, {}).sei_records == std::vector<std::string>{record});
      CHECK(see(done.file).film().broken == 0);
      if (!encoded) CHECK(see(done.file).film().pts == see(clip(name)).film().pts);
    }
  }
}

TEST_CASE("Errors leave nothing behind", "[video]") {
  const ScratchDir folder;
  const Wishes wishes;
  Changes changes;
  changes.label = &wishes.label;
  const auto out = folder / "out.mp4";
  const auto attempt = [&](const Context& context, ByteView file, std::string_view mime) {
    return code_of(change_raw(context, file, mime, changes, out));
  };
  const Bytes film = slurp(clip("base.mp4"));
  SECTION("cancelled") {
    Context context = test_context();
    int calls = 0;
    context.progress = [&](const Progress& state) {
      CHECK(state.phase == "pictures");
      CHECK(state.total == 60);
      return ++calls < 10;
    };
    CHECK(attempt(context, film, "video/mp4") == "base.cancelled");
    CHECK(!std::filesystem::exists(out));
  }
  SECTION("no container") {
    CHECK(attempt(test_context(), as_bytes("not a film at all"), "video/mp4") == "video.decode");
    CHECK(attempt(test_context(), film, "video/x-unknown") == "video.unsupported");
    CHECK(!std::filesystem::exists(out));
  }
  SECTION("nothing to label") {
    CHECK(attempt(test_context(), slurp(clip("a.wav")), "audio/wav") == "video.unsupported");
  }
  SECTION("too large") {
    Context context = test_context();
    context.limits.image_side = 100;
    CHECK(attempt(context, film, "video/mp4") == "video.limit");
  }
  SECTION("the file is there already") {
    REQUIRE_OK(write_file(out, as_bytes("mine")));
    CHECK(attempt(test_context(), film, "video/mp4") == "base.file.create");
    CHECK(slurp(out).size() == 4);
  }
  SECTION("a label of less than 2 s") {
    changes.label_time.seconds = 1;
    CHECK(attempt(test_context(), film, "video/mp4") == "video.unsupported");
  }
}

TEST_CASE("A film that is cut off keeps what was there", "[video]") {
  const ScratchDir folder;
  const Wishes wishes;
  Changes changes;
  changes.label = &wishes.label;
  Bytes film = slurp(clip("ten.mkv"));
  film.resize(film.size() * 2 / 3);
  const auto out = folder / "out.mkv";
  const auto report = change_raw(test_context(), film, "video/x-matroska", changes, out);
  REQUIRE_OK(report);
  const std::size_t left = see(out).film().pts.size();
  CHECK(left > 20);
  CHECK(left < 60);
}

}  // namespace
}  // namespace signmark::video::test
