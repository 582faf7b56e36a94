// SPDX-License-Identifier: Apache-2.0
// Film and sound: what holds for all their formats, on the samples.
#include "timed_checks.hpp"

using namespace signmark;
using namespace signmark::container;
using namespace signmark::test;

namespace {

struct TimedSample {
  const char* name;
  Format format;
  std::size_t whole_from;  ///< cuts from here on cannot be told
};

const std::vector<TimedSample> kSamples = {
    {"sound.wav", Format::wav, SIZE_MAX},
    {"rf64.wav", Format::wav, SIZE_MAX},
    {"streamed.wav", Format::wav, 72},
    {"id3v23.mp3", Format::mp3, SIZE_MAX},
    {"id3v24.mp3", Format::mp3, SIZE_MAX},
    {"bare.mp3", Format::mp3, 432},
    {"padded.flac", Format::flac, 382},
    {"tight.flac", Format::flac, 78},
    {"vorbis.ogg", Format::ogg, SIZE_MAX},
    {"opus.ogg", Format::ogg, SIZE_MAX},
    {"flac.ogg", Format::ogg, SIZE_MAX},
    {"chained.ogg", Format::ogg, 229},
    {"adts.aac", Format::aac, 20},
    {"film.avi", Format::avi, SIZE_MAX},
    {"film.mkv", Format::matroska, SIZE_MAX},
    {"live.webm", Format::webm, 300},
    {"film.flv", Format::flv, SIZE_MAX},
};

}  // namespace

TEST_CASE("timed: structure of the samples", "[timed][golden]") {
  std::string text;
  for (const TimedSample& known : kSamples) {
    const Bytes file = sample(known.name);
    CHECK(probe(file) == known.format);
    text += std::string(known.name) + ": " + dump(look(file));
    text += std::string(known.name) + ", marked: " + dump(look(timed_marked(file)));
  }
  check_golden("timed", text);
}

TEST_CASE("timed: marking keeps everything else", "[timed]") {
  for (const TimedSample& known : kSamples) {
    INFO(known.name);
    const Bytes file = sample(known.name);
    check_timed(file);
    check_timed_layout(file);
    const Bytes marked = timed_marked(file);
    std::size_t texts = 0;
    for (const Block& block : look(marked).blocks)
      texts += block.kind == BlockKind::text || block.kind == BlockKind::aigc ? 1 : 0;
    check_replacements(marked, texts);
  }
}

TEST_CASE("timed: cut files never look whole, changed bytes end in an answer", "[timed]") {
  for (const TimedSample& known : kSamples) {
    INFO(known.name);
    const Bytes file = sample(known.name);
    check_every_cut(file, known.whole_from);
    if (known.format != Format::avi) check_timed_flips(file);
  }
  const Bytes avi = sample("film.avi");
  check_timed_flips(ByteView(avi).first(600));
}

TEST_CASE("timed: formats without a place for a manifest refuse it, all refuse XMP", "[timed]") {
  for (const TimedSample& known : kSamples) {
    INFO(known.name);
    const Bytes file = sample(known.name);
    Edits edits = edits_of("<x/>");
    CHECK(code_of(plan(test_context(), file, look(file), edits)) == "container.edits.place");
    edits = Edits{};
    edits.manifest = store_of(100);
    const auto result = plan(test_context(), file, look(file), edits);
    CHECK(code_of(result) ==
          (format_info(known.format).sidecar_only ? "container.edits.place" : ""));
    CHECK_FALSE(transplant(test_context(), file, look(file), file));
  }
}

TEST_CASE("timed: limits hold", "[timed]") {
  Context context = test_context();
  context.limits.metadata_block = 100;
  for (const TimedSample& known : kSamples) {
    INFO(known.name);
    const Bytes marked = timed_marked(sample(known.name), 200);
    CHECK(code_of(inspect(context, marked)).ends_with(".limit"));
  }
}

TEST_CASE("timed: other people's readers", "[timed][foreign]") {
  const ScratchDir scratch;
  std::string files;
  for (const char* name : {"sound.wav", "id3v23.mp3", "padded.flac", "vorbis.ogg", "adts.aac",
                           "film.avi", "film.mkv", "film.flv"}) {
    INFO(name);
    const Bytes file = sample(name);
    const std::string after = (scratch / name).string();
    put_file(after, timed_marked(file));
    files += " " + after;
    const std::string show =
        "timeout 60 ffprobe -v error -show_data_hash md5 -of compact -select_streams ";
    const std::string track = look(file).video_tracks > 0 ? "v " : "a ";
    const std::string packets = show + track + "-show_entries packet=pts,data_hash ";
    const std::string before =
        run_tool(packets + media(std::string("samples/") + name).string()).output;
    CHECK(before.find("MD5") != std::string::npos);
    CHECK(run_tool(packets + after).output == before);
    const std::string tags =
        run_tool(show + track + "-show_entries format_tags:stream_tags " + after).output;
    // libav knows no chunk AIGC of WAV.
    CHECK((tags.find("\"Label\"") != std::string::npos) == (probe(file) != Format::wav));
  }
  CHECK(run_tool("exiftool -q -q -s3 -warning -error" + files).output.empty());
}
