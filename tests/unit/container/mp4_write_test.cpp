// SPDX-License-Identifier: Apache-2.0
// MP4, QuickTime and M4A: record, XMP and manifest are written, and all positions follow.
#include <sys/mman.h>

#include "bmff_builder.hpp"
#include "container/bmff_tracks.hpp"
#include "foreign_tool.hpp"
#include "format_checks.hpp"

using namespace signmark;
using namespace signmark::container;
using namespace signmark::test;

namespace {

const std::vector<std::string> kFilms = {"plain.mp4", "plain.mov", "fragments.mp4", "cover.m4a",
                                         "aigc_key.mp4"};
constexpr std::string_view kPacket =
    "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-"
    "syntax-ns#'><rdf:Description rdf:about='' xmlns:dc='http://purl.org/dc/elements/1.1/' "
    "dc:source='generated'/></rdf:RDF></x:xmpmeta>";

Edits record_edit(std::string_view json = kLabelJson) {
  Edits edits;
  edits.aigc = bytes_of(json);
  return edits;
}

Edits all_edits(std::size_t store, Byte fill = 0x5A) {
  Edits edits = record_edit();
  edits.xmp = bytes_of(kPacket);
  edits.manifest = store_of(store, fill);
  return edits;
}

/// What stands at every position that the file states: chunks, fragments.
std::vector<std::string> pointed_at(ByteView file) {
  const Limits limits;
  const BmffSource source{limits, Format::mp4, file};
  const auto scan = scan_bmff(source);
  REQUIRE_OK(scan);
  const auto tracks = read_bmff_tracks(source, *scan);
  const auto fragments = read_bmff_fragments(source, *scan);
  REQUIRE_OK(tracks);
  REQUIRE_OK(fragments);
  std::vector<std::string> heads;
  const auto add = [&](std::uint64_t at) {
    heads.push_back(hex(file.subspan(at, std::min<std::uint64_t>(8, file.size() - at))));
  };
  for (const BmffTrack& track : *tracks)
    for (const BmffOffsets& list : track.chunks)
      for (const std::uint64_t value : list.values) add(value);
  for (const BmffOffset& field : fragments->fields) add(field.value);
  return heads;
}

/// The offset of the first box of a type among the roots.
std::uint64_t root_offset(ByteView file, std::string_view type) {
  const Limits limits;
  const auto scan = scan_bmff({limits, Format::mp4, file});
  REQUIRE_OK(scan);
  REQUIRE(scan->find(type) != nullptr);
  return scan->find(type)->range.offset;
}

/// A track whose chunks lie at `offsets`.
std::string track(const std::vector<std::uint32_t>& offsets, const std::string& more = {}) {
  std::string list = u32(static_cast<std::uint32_t>(offsets.size()));
  for (const std::uint32_t offset : offsets) list += u32(offset);
  return box("trak", box("mdia", box("minf", box("stbl", full_box("stco", list) + more))));
}

/// A film with the movie header first; `moov` gets the position of the media.
template <typename Moov>
Bytes film(const Moov& moov, const std::string& between = {}, const std::string& after = {}) {
  const std::string head = ftyp("isom");
  const std::size_t size = moov(0).size() + head.size() + between.size() + 8;
  return bytes_of(head + moov(static_cast<std::uint32_t>(size)) + between +
                  box("mdat", "MEDIA OF THE FILM") + after);
}

std::string list_of(const std::string& handler, const std::string& item) {
  return meta(hdlr(handler) + box("ilst", item));
}

std::string title() {
  return box(
      "\xA9"
      "nam",
      box("data", u32(1) + u32(0) + "Song"));
}

void check_record(ByteView file, const Edits& edits, std::string_view place) {
  const Bytes marked = written(file, edits);
  const Inventory after = look(marked);
  CHECK(after.complete);
  CHECK(payload_of(after, BlockKind::aigc) == as_text(*edits.aigc));
  CHECK(after.find(BlockKind::aigc)->place == place);
  CHECK(pointed_at(marked) == pointed_at(file));
}

}  // namespace

TEST_CASE("films: structure of the samples", "[film][golden]") {
  std::string text;
  for (const std::string& name : kFilms) {
    text += name + ": " + dump(look(sample(name)));
    text += name + ", marked: " + dump(look(written(sample(name), all_edits(100))));
  }
  check_golden("films", text);
}

TEST_CASE("films: marking keeps everything else", "[film]") {
  for (const std::string& name : kFilms) {
    INFO(name);
    const Bytes file = sample(name);
    const Inventory before = look(file);
    CHECK(before.video_tracks + before.sound_tracks > 0);
    Bytes current = file;
    std::vector<std::size_t> sizes;
    for (const std::size_t size : {900, 3000, 50, 900, 900}) {
      const Plan change = planned(current, all_edits(size));
      current = change.rope.flatten();
      const Inventory after = look(current);
      CHECK(after.complete);
      CHECK(payload_of(after, BlockKind::aigc) == kLabelJson);
      CHECK(payload_of(after, BlockKind::xmp) == kPacket);
      CHECK(after.manifest_exclusions == change.manifest_exclusions);
      CHECK(after.find(BlockKind::c2pa)->payload == store_of(size));
      CHECK(after.blocks.size() >= before.blocks.size() + 2);
      CHECK(pointed_at(current) == pointed_at(file));
      check_same_picture(before, after);
      sizes.push_back(current.size());
    }
    CHECK(sizes[3] == sizes[4]);
    CHECK(sizes[4] < sizes[0] + 3000 + 2 * 2048);
  }
}

TEST_CASE("films: the layout depends on the store's length alone", "[film]") {
  for (const std::string& name : kFilms) {
    const Bytes file = sample(name);
    const Plan zeros = planned(file, all_edits(5000, 0)), full = planned(file, all_edits(5000, 7));
    REQUIRE(zeros.manifest_exclusions == full.manifest_exclusions);
    REQUIRE(zeros.manifest_exclusions.size() == 1);
    const Range store = zeros.manifest_exclusions.front();
    const Bytes a = zeros.rope.flatten(), b = full.rope.flatten();
    CHECK(store.offset == root_offset(a, "uuid"));
    CHECK(std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(store.offset), b.begin()));
    CHECK(std::equal(a.begin() + static_cast<std::ptrdiff_t>(store.end()), a.end(),
                     b.begin() + static_cast<std::ptrdiff_t>(store.end())));
  }
}

TEST_CASE("films: where a new record goes", "[film]") {
  const std::string song = list_of("mdir", title());
  const std::string keyed = meta(hdlr("mdta") + full_box("keys", u32(1) + box("mdta", "maker")) +
                                 box("ilst", box(u32(1), box("data", u32(1) + u32(0) + "M"))));
  const std::string other = meta(hdlr("ID32"));
  const auto check = [&](const std::string& children, std::string_view place) {
    check_record(film([&](std::uint32_t at) { return box("moov", track({at}) + children); }),
                 record_edit(), place);
  };
  check("", "MP4 moov.udta.meta ilst AIGC");
  check(box("udta", u32(0)), "MP4 moov.udta.meta ilst AIGC");
  check(box("udta", keyed), "MP4 moov.udta.meta ilst AIGC");
  check(box("udta", song), "MP4 moov.meta ilst AIGC");
  check(box("udta", song) + keyed, "MP4 moov.meta ilst AIGC");
  check(box("udta", meta(hdlr("mdta"))), "MP4 moov.udta.meta ilst AIGC");
  check(box("udta", song) + other, "MP4 moov.udta.meta ilst AIGC");
}

TEST_CASE("films: a record is replaced in its own place", "[film]") {
  const std::string named = full_box("mean", "com.apple.iTunes") + full_box("name", "AIGC");
  const std::string data = box("data", u32(1) + u32(0) + "{}");
  for (const std::string& children :
       {box("udta", list_of("mdir", box("----", named + data))), box("udta", box("AIGC", "{}")),
        box("udta", box("aigc", u16(2) + u16(0) + "{}")),
        box("udta", full_box("AIGC", "{}") + u32(0)),
        list_of("mdir", title() + box("AIGC", data + data))}) {
    const Bytes file = film([&](std::uint32_t at) { return box("moov", track({at}) + children); });
    const Inventory before = look(file);
    INFO(before.find(BlockKind::aigc)->place);
    check_record(file, record_edit("{\"Label\":\"2\"}"), before.find(BlockKind::aigc)->place);
    CHECK(look(written(file, record_edit())).blocks.size() == before.blocks.size());
  }
  const Bytes song = film([&](std::uint32_t at) {
    return box("moov", track({at}) + box("udta", list_of("mdir", title())));
  });
  check_replacements(song, 1);
}

TEST_CASE("films: free boxes take up what grows", "[film]") {
  const auto moov = [](std::uint32_t at) { return box("moov", track({at})); };
  const Bytes roomy = film(moov, box("free", std::string(4000, 'f')));
  CHECK(written(roomy, record_edit()).size() == roomy.size());
  CHECK(root_offset(written(roomy, record_edit()), "mdat") == root_offset(roomy, "mdat"));
  const auto inner = [](std::uint32_t at) {
    return box("moov", track({at}) + box("udta", box("free", std::string(500, 'f'))));
  };
  CHECK(written(film(inner), record_edit()).size() == film(inner).size());
  const Bytes tight = film(moov, box("free", ""));
  const Bytes first = written(tight, record_edit());
  CHECK(root_offset(first, "mdat") > root_offset(tight, "mdat") + 2000);
  const Bytes second = written(first, record_edit("{\"Label\":\"1\",\"ProduceID\":\"longer\"}"));
  CHECK(second.size() == first.size());
  CHECK(root_offset(second, "mdat") == root_offset(first, "mdat"));
  const Bytes tail = sample("plain.mov");
  const Bytes marked = written(tail, record_edit());
  const std::uint64_t same = root_offset(tail, "moov");
  CHECK(root_offset(marked, "moov") == same);
  CHECK(std::equal(tail.begin(), tail.begin() + static_cast<std::ptrdiff_t>(same), marked.begin()));
}

TEST_CASE("films: chunks that pass 4 GiB get wide positions", "[film]") {
  constexpr std::uint64_t kMedia = (1ULL << 32) - 100'000;
  const auto moov = [](std::uint32_t at) {
    return box("moov", track({at, at + static_cast<std::uint32_t>(kMedia) - 1}));
  };
  const std::string head = ftyp("isom");
  const auto data = static_cast<std::uint32_t>(head.size() + moov(0).size() + 8);
  const std::string start =
      head + moov(data) + u32(static_cast<std::uint32_t>(kMedia + 8)) + "mdat";
  void* memory = ::mmap(nullptr, start.size() + kMedia, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  REQUIRE(memory != MAP_FAILED);
  auto* bytes = static_cast<Byte*>(memory);
  std::copy(start.begin(), start.end(), bytes);
  const ByteView file(bytes, start.size() + kMedia);
  Edits edits = record_edit();
  edits.manifest = store_of(200'000);
  const Plan change = planned(file, edits);
  const std::uint64_t grown = change.rope.size() - file.size();
  const auto begin = change.rope.copy({0, 300'000});
  REQUIRE_OK(begin);
  const std::string text(as_text(*begin));
  const std::size_t table = text.find("co64");
  REQUIRE(table != std::string::npos);
  CHECK(text.find("stco") == std::string::npos);
  CHECK(text.substr(table + 4, 24) ==
        u32(0) + u32(2) +
            text_of(ByteWriter().u64be(data + grown).u64be(data + grown + kMedia - 1)));
  ::munmap(memory, file.size());
}

TEST_CASE("films: what cannot be followed is refused", "[film]") {
  const auto check = [](const Bytes& file, const Edits& edits) {
    const auto result = plan(test_context(), file, look(file), edits);
    INFO(printable(as_text(file).substr(0, 60)));
    CHECK(code_of(result).find(".unwritable") != std::string::npos);
    if (!result) CHECK_FALSE(result.error().hint.empty());
  };
  Edits manifest;
  manifest.manifest = store_of(60);
  check(bytes_of(box("styp", "msdh") + box("moof", "") + box("mdat", "x")), record_edit());
  check(bytes_of(box("wide", "") + box("mdat", "x") + box("moov", "")), manifest);
  const auto plain = [](std::uint32_t at) { return box("moov", track({at})); };
  Bytes behind = film(plain);
  behind.resize(behind.size() + 20, 'z');
  check(behind, manifest);
  const std::string dref = box("dinf", full_box("dref", u32(2) + full_box("url ", "", 0, 1) +
                                                            full_box("url ", "elsewhere")));
  check(film([&](std::uint32_t at) {
          return box("moov", box("trak", box("mdia", box("minf", dref + box("stbl", ""))))) +
                 box("free", u32(at));
        }),
        record_edit());
  // The list of an index reaches over the place of the change.
  const std::string sidx = full_box(
      "sidx", u32(1) + u32(1) + u32(0) + u32(0) + u16(0) + u16(1) + u32(5000) + u32(1) + u32(0));
  check(bytes_of(ftyp("isom") + sidx + plain(0) + box("mdat", std::string(6000, 'x'))),
        record_edit());
  const auto cut = sample("plain.mp4");
  check(Bytes(cut.begin(), cut.end() - 1), record_edit());
}

TEST_CASE("films: a compressed movie header is not taken for an empty one", "[film]") {
  const Bytes file = bytes_of(ftyp("qt  ") + box("moov", box("cmov", box("dcom", "zlib"))));
  CHECK_FALSE(look(file).complete);
}

TEST_CASE("films: damage", "[film]") {
  check_every_cut(sample("cover.m4a"));
  check_every_flip(sample("cover.m4a"));
  const Bytes fragments = sample("fragments.mp4");
  for (std::size_t at = 0; at < fragments.size(); at += 3) {
    Bytes changed = fragments;
    changed[at] ^= 0xFF;
    const auto inventory = inspect(test_context(), changed);
    if (!inventory || !inventory->complete) continue;
    const auto result = plan(test_context(), changed, *inventory, all_edits(80));
    if (result) CHECK(look(result->rope.flatten()).complete);
  }
}

TEST_CASE("films: ffmpeg and exiftool read what we wrote", "[film][foreign]") {
  if (!have_tool("ffmpeg") || !have_tool("exiftool")) {
    WARN("skipped: ffmpeg or exiftool is missing");
    return;
  }
  const ScratchDir scratch;
  std::string files, labels;
  for (const std::string& name : kFilms) {
    INFO(name);
    const std::string after = (scratch / name).string(), before = media("samples/" + name).string();
    put_file(after, written(sample(name), all_edits(300)));
    const auto streams = [](const std::string& path) {
      return run_tool("timeout 60 ffmpeg -v error -i " + path +
                      " -map 0 -c copy -f streamhash - -map 0 -f framemd5 -")
          .output;
    };
    CHECK_FALSE(streams(before).empty());
    CHECK(streams(before) == streams(after));
    CHECK(run_tool("ffprobe -v error -show_entries format_tags=AIGC -of default=nk=1:nw=1 " + after)
              .output == std::string(kLabelJson) + "\n");
    files += " " + after;
    labels += std::string(kLabelJson) + "\ngenerated\n";
  }
  CHECK(run_tool("exiftool -q -q -s3 -AIGC -XMP-dc:Source -error" + files).output == labels);
}
