// SPDX-License-Identifier: Apache-2.0
// WAV and AVI: places of records, sizes of 64 bits and of streams, room before the pictures,
// OpenDML.
#include "timed_checks.hpp"

using namespace signmark;
using namespace signmark::container;
using namespace signmark::test;

namespace {

std::string le32(std::uint64_t value) {
  ByteWriter out;
  out.u32le(static_cast<std::uint32_t>(value));
  return std::string(as_text(out.view()));
}

std::string le64(std::uint64_t value) { return le32(value) + le32(value >> 32); }

std::string chunk(const std::string& id, const std::string& data) {
  return id + le32(data.size()) + data + std::string(data.size() % 2, '\0');
}

std::string list(const std::string& type, const std::string& data) {
  return chunk("LIST", type + data);
}

std::string form(const std::string& type, const std::string& data) {
  return chunk("RIFF", type + data);
}

const std::string kFormat =
    chunk("fmt ", std::string("\x01\0\x01\0\x40\x1F\0\0\x40\x1F\0\0\x01\0\x08\0", 16));

std::string wav(const std::string& chunks, const std::string& sound = "soundsound") {
  return form("WAVE", kFormat + chunk("data", sound) + chunks);
}

/// Identifiers of the chunks of the first form, in order.
std::string ids(ByteView file) {
  std::string out;
  ByteReader reader(file, "test");
  REQUIRE_OK(reader.skip(4));
  const std::uint32_t size = *reader.u32le();
  REQUIRE_OK(reader.skip(4));
  while (reader.position() < size + 8) {
    out += *reader.fourcc() + " ";
    const std::uint32_t data = *reader.u32le();
    REQUIRE_OK(reader.skip(data + data % 2));
  }
  return out;
}

std::uint64_t number_at(ByteView file, std::size_t at, std::size_t width) {
  ByteReader reader(file.subspan(at, width), "test");
  return width == 4 ? *reader.u32le() : *reader.u64le();
}

const std::string kOldRecord = R"({"Label":"2"})";

std::string avi(const std::string& before, const std::string& behind = {},
                const std::string& stream = {}) {
  const std::string header = chunk("avih", std::string(32, '\0') + le32(32) + le32(24) + le32(0));
  const std::string strl = list("strl", chunk("strh", "vids" + std::string(52, '\0')) + stream);
  return form("AVI ", list("hdrl", header + strl) + before +
                          list("movi", chunk("00dc", "picture!")) +
                          chunk("idx1", std::string(16, '\1')) + behind);
}

std::size_t movi_at(ByteView file) { return as_text(file).find("movi"); }

}  // namespace

TEST_CASE("wav: record and manifest stand behind the sound, the manifest last", "[wav]") {
  const std::string file = wav(chunk("bext", "x"), "odd");
  const Bytes marked = timed_marked(as_bytes(file), 41, 301);
  CHECK(ids(marked) == "fmt  data bext AIGC C2PA ");
  CHECK(number_at(marked, 4, 4) + 8 == marked.size());
  CHECK(marked.size() % 2 == 0);
}

TEST_CASE("wav: a record is replaced where it stands", "[wav]") {
  ByteWriter frame;
  frame.text("ID3\x03").fill(2, 0).fill(3, 0).u8(37);
  frame.text("TXXX").u32be(1 + 5 + 13).fill(3, 0).text(std::string("AIGC\0", 5)).text(kOldRecord);
  frame.fill(8, 0);
  const std::string id3(as_text(frame.view()));
  for (const std::string& place :
       {chunk("AIGC", kOldRecord), chunk("AIGC", kOldRecord + std::string(3, '\0')),
        list("INFO", chunk("INAM", "Name") + chunk("AIGC", kOldRecord) + chunk("ICMT", "odd")),
        chunk("id3 ", id3)}) {
    const std::string file = wav(place);
    INFO(printable(place));
    CHECK(record_in(as_bytes(file)) == kOldRecord);
    check_timed(as_bytes(file));
    const Bytes marked = timed_marked(as_bytes(file));
    CHECK(ids(marked) == ids(as_bytes(file)) + "C2PA ");
  }
}

TEST_CASE("wav: XMP is read, what stands behind the form is kept", "[wav]") {
  const std::string file = wav(chunk("_PMX", std::string(kLabelPacket))) + "behind";
  CHECK(payload_of(look(as_bytes(file)), BlockKind::xmp) == kLabelPacket);
  check_timed(as_bytes(file));
  CHECK(as_text(timed_marked(as_bytes(file))).ends_with("behind"));
}

TEST_CASE("wav: sizes of 64 bits", "[wav]") {
  const Bytes file = sample("rf64.wav");
  const Bytes marked = timed_marked(file);
  CHECK(number_at(marked, 4, 4) == 0xFFFFFFFF);
  CHECK(number_at(marked, 20, 8) + 8 == marked.size());
  // A chunk's size from the table of ds64.
  const std::string big = "LIST" + le32(0xFFFFFFFF) + "INFO" + chunk("INAM", "Name");
  const std::string ds64 = le64(0) + le64(10) + le64(10) + le32(1) + "LIST" + le64(16);
  std::string wide = "BW64" + le32(0xFFFFFFFF) + "WAVE" + chunk("ds64", ds64) + kFormat + "data" +
                     le32(0xFFFFFFFF) + "soundsound" + big;
  wide.replace(20, 8, le64(wide.size() - 8));
  CHECK(payload_of(look(as_bytes(wide)), BlockKind::text) == "Name");
  check_timed(as_bytes(wide));
  wide.replace(20, 8, std::string(8, '\xFF'));
  CHECK_FALSE(look(as_bytes(wide)).complete);
}

TEST_CASE("wav: what was written to a pipe gets its sizes", "[wav]") {
  const Bytes file = sample("streamed.wav");
  CHECK(look(file).problems.front().code == "container.wav.streamed");
  const Bytes marked = timed_marked(file);
  CHECK(number_at(marked, 4, 4) + 8 == marked.size());
  CHECK(look(marked).problems.empty());
  const std::size_t data = as_text(marked).find("data");
  CHECK(number_at(marked, data + 4, 4) == file.size() - data - 8);
}

TEST_CASE("wav: a form that is said to be shorter than its sound", "[wav]") {
  std::string file = wav({});
  file.replace(4, 4, le32(file.size() - 12));
  CHECK(look(as_bytes(file)).problems.front().code == "container.wav.size");
  CHECK(look(as_bytes(file)).trailing.size == 0);
  check_timed(as_bytes(file));
  const Bytes marked = timed_marked(as_bytes(file));
  CHECK(number_at(marked, 4, 4) + 8 == marked.size());
  CHECK_FALSE(look(as_bytes(file).first(file.size() - 1)).complete);
}

TEST_CASE("wav: two manifests, none but one is left", "[wav]") {
  const std::string store(as_text(store_of(60)));
  const std::string file =
      form("WAVE", chunk("C2PA", store) + kFormat + chunk("data", "sound!") + chunk("C2PA", store));
  CHECK(look(as_bytes(file)).problems.front().code == "container.wav.manifests");
  CHECK(ids(timed_marked(as_bytes(file))) == "fmt  data AIGC C2PA ");
}

TEST_CASE("avi: the record goes before the pictures, which do not move", "[avi]") {
  const Bytes file = sample("film.avi");
  const Bytes marked = timed_marked(file);
  CHECK(movi_at(marked) == movi_at(file));
  CHECK(as_text(marked).find("AIGC") < movi_at(file));
  // Room in JUNK alone, and to the last byte.
  for (const std::size_t room : {200, 68 + 12}) {
    const std::string junk = avi(chunk("JUNK", std::string(room, '\0')));
    const Bytes with_list = timed_marked(as_bytes(junk), 39);
    CHECK(movi_at(with_list) == movi_at(as_bytes(junk)));
    CHECK(contains(with_list, "INFOAIGC"));
    check_timed(as_bytes(junk));
  }
}

TEST_CASE("avi: without room the record goes behind the index", "[avi]") {
  for (const std::string& before : {std::string(), list("INFO", chunk("INAM", "Name"))}) {
    const std::string file = avi(before);
    const Bytes marked = timed_marked(as_bytes(file));
    CHECK(movi_at(marked) == movi_at(as_bytes(file)));
    CHECK(as_text(marked).find("AIGC") > as_text(marked).find("idx1"));
    check_timed(as_bytes(file));
  }
}

TEST_CASE("avi: a record before the pictures keeps its size, uses room, or goes behind them",
          "[avi]") {
  const std::string old = list("INFO", chunk("AIGC", record_json(60)) + chunk("INAM", "Name"));
  const std::string tight = avi(old), roomy = avi(old + chunk("JUNK", std::string(4000, '\0')));
  const Bytes shorter = timed_marked(as_bytes(tight), 20);
  CHECK(record_in(shorter) == record_json(20));
  CHECK(movi_at(shorter) == movi_at(as_bytes(tight)));
  const Bytes longer = timed_marked(as_bytes(tight), 100);
  CHECK(record_in(longer) == record_json(100));
  CHECK(movi_at(longer) == movi_at(as_bytes(tight)));
  CHECK(as_text(longer).find("AIGC") > movi_at(longer));
  // A text before the pictures has no other place.
  Edits edits;
  edits.replacements = {{block_index(look(as_bytes(tight)), BlockKind::text), Bytes(40, 'x')}};
  CHECK(code_of(plan(test_context(), as_bytes(tight), look(as_bytes(tight)), edits)) ==
        "container.avi.unwritable");
  check_timed(as_bytes(roomy));
  CHECK(movi_at(timed_marked(as_bytes(roomy), 100)) == movi_at(as_bytes(roomy)));
}

TEST_CASE("avi: a manifest before the pictures leaves JUNK behind", "[avi]") {
  const std::string file = avi(chunk("C2PA", std::string(as_text(store_of(80)))));
  const Bytes marked = timed_marked(as_bytes(file), 4);
  CHECK(movi_at(marked) == movi_at(as_bytes(file)));
  CHECK(ids(marked) == "LIST LIST JUNK LIST idx1 C2PA ");
}

TEST_CASE("avi: the indexes of OpenDML follow", "[avi]") {
  // One index in each form; the super index stands in the stream's header.
  const auto super = [](std::uint64_t first, std::uint64_t second) {
    return chunk("indx", std::string("\x04\0\0\0\x02\0\0\0", 8) + "00dc" + std::string(12, '\0') +
                             le64(first) + le64(1) + le64(second) + le64(1));
  };
  const auto index = [](std::uint64_t base) {
    return chunk("ix00", std::string("\x02\0\0\x01\0\0\0\0", 8) + "00dc" + le64(base) + le32(0));
  };
  const std::string head = avi({}, {}, super(0, 0));
  const std::string film = avi({}, index(100), super(head.size(), head.size() + 32 + 12 + 12));
  const std::size_t first_end = film.size();
  REQUIRE(first_end == head.size() + 32);
  const std::string second = form("AVIX", list("movi", index(first_end + 24)));
  const std::string file = film + second;
  REQUIRE(look(as_bytes(file)).trailing.size == 0);
  check_timed(as_bytes(file));
  const Bytes marked = timed_marked(as_bytes(file));
  const std::uint64_t grown = marked.size() - file.size();
  const std::size_t indx = as_text(marked).find("indx") + 8;
  CHECK(number_at(marked, indx + 24, 8) == head.size());
  const std::uint64_t moved = number_at(marked, indx + 40, 8);
  CHECK(moved == first_end + 24 + grown);
  CHECK(as_text(marked).substr(moved, 4) == "ix00");
  CHECK(number_at(marked, moved + 20, 8) == first_end + 24 + grown);
  // An index that is not where the super index says.
  std::string broken = file;
  broken.replace(file.rfind("ix00"), 4, "junk");
  CHECK(code_of(plan(test_context(), as_bytes(broken), look(as_bytes(broken)),
                     marks_for(as_bytes(broken), 10, 60))) == "container.avi.unwritable");
  CHECK_FALSE(look(as_bytes(file).first(file.size() - 1)).complete);
}
