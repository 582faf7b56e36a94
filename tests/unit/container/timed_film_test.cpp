// SPDX-License-Identifier: Apache-2.0
// Matroska, WebM and FLV: room for tags, index entries, positions, streams without sizes.
#include <bit>

#include "container/timed/amf.hpp"
#include "container/timed/matroska.hpp"
#include "timed_checks.hpp"

using namespace signmark;
using namespace signmark::container;
using namespace signmark::test;

namespace {

namespace mk = matroska;

std::string element(std::uint32_t id, const std::string& data, std::size_t width = 0) {
  return std::string(as_text(ebml_element(id, as_bytes(data), width)));
}

std::string empty(std::size_t size) { return std::string(as_text(ebml_void(size))); }

const std::string kHead = element(ebml::kHeader, element(ebml::kDocType, "matroska"));
const std::string kTracks = element(mk::kTracks, "");
const std::string kCluster = element(mk::kCluster, std::string(40, 'c'));
const std::string kCues = element(mk::kCues, "");

std::string film(const std::string& children, std::size_t width = 8) {
  return kHead + element(mk::kSegment, children, width);
}

std::string simple(const std::string& name, const std::string& value) {
  return element(mk::kSimpleTag, element(mk::kTagName, name) + element(mk::kTagString, value));
}

std::string tags(const std::string& simples) {
  return element(mk::kTags, element(mk::kTag, element(mk::kTargets, "") + simples));
}

/// A SeekHead, with a check sum, that names what begins at `position`.
std::string seek_head(std::uint32_t id, std::size_t position) {
  ByteWriter key, at;
  key.u32be(id);
  at.u16be(static_cast<std::uint16_t>(position));
  Bytes data =
      bytes_of(std::string("\xBF\x84\0\0\0\0", 6) +
               element(mk::kSeek, element(mk::kSeekId, std::string(as_text(key.view()))) +
                                      element(mk::kSeekPosition, std::string(as_text(at.view())))));
  fix_ebml_crc(data);
  return std::string(as_text(ebml_element(mk::kSeekHead, data)));
}

/// The positions in the SeekHead lead to elements that have the named kind.
void check_seek_head(ByteView file, std::size_t entries) {
  const auto scan = scan_matroska(Limits(), file);
  REQUIRE_OK(scan);
  const EbmlElement* head = scan->find(mk::kSeekHead);
  REQUIRE(head != nullptr);
  const auto list = ebml_children(Limits(), file, *head);
  REQUIRE_OK(list);
  const ByteView data = ebml_data(file, *head);
  Bytes fixed(data.begin(), data.end());
  fix_ebml_crc(fixed);
  CHECK(std::equal(fixed.begin(), fixed.end(), data.begin()));
  std::size_t seen = 0;
  for (const EbmlElement& seek : *list) {
    if (seek.id != mk::kSeek) continue;
    const auto fields = ebml_children(Limits(), file, seek);
    REQUIRE_OK(fields);
    const std::uint64_t at = scan->segment.data_at + ebml_number(ebml_data(file, (*fields)[1]));
    const auto target = read_ebml(file, at, file.size());
    REQUIRE_OK(target);
    CHECK(target->id == ebml_number(ebml_data(file, (*fields)[0])));
    ++seen;
  }
  CHECK(seen == entries);
}

const std::string kOld = record_json(60);

std::size_t cluster_at(ByteView file) { return as_text(file).find(kCluster); }

std::string prop(const std::string& name, const std::string& text) {
  return std::string(as_text(amf_property(name, as_bytes(text))));
}

std::string number(const std::string& name, double value) {
  return prop(name, "").replace(name.size() + 2, 3,
                                std::string(1, '\0') + std::string(as_text(amf_number(value))));
}

std::string flv_tag(char type, const std::string& data) {
  ByteWriter out;
  out.u8(static_cast<Byte>(type)).u8(0).u16be(static_cast<std::uint16_t>(data.size()));
  out.fill(7, 0).text(data).u32be(static_cast<std::uint32_t>(data.size() + 11));
  return std::string(as_text(out.view()));
}

const std::string kFlvHead("FLV\x01\x01\0\0\0\x09\0\0\0\0", 13);
const std::string kPicture = flv_tag(9, "picture");
const std::string kEnd("\0\0\x09", 3);

std::string script(const std::string& properties, char type = 3) {
  return flv_tag(18, prop("", "onMetaData").substr(2) + type + properties + kEnd);
}

}  // namespace

TEST_CASE("matroska: a Void before the clusters takes the record", "[matroska]") {
  for (const std::size_t room : {500, 84, 83, 82, 81}) {
    const std::string file = film(kTracks + empty(room) + kCluster + kCues);
    const Bytes marked = timed_marked(as_bytes(file), 30);
    INFO(room);
    CHECK((marked.size() == file.size()) == (room != 81));
    CHECK(cluster_at(marked) == cluster_at(as_bytes(file)));
    check_timed(as_bytes(file));
  }
}

TEST_CASE("matroska: appended tags get an entry in the index", "[matroska]") {
  const std::string head = seek_head(mk::kTracks, 0);
  const std::string index = seek_head(mk::kTracks, head.size() + 40);
  const std::string file = film(index + empty(40) + kTracks + kCluster + kCues) + "behind";
  const Bytes marked = timed_marked(as_bytes(file));
  check_seek_head(marked, 2);
  CHECK(cluster_at(marked) == cluster_at(as_bytes(file)));
  CHECK(as_text(marked).ends_with("behind"));
  check_timed(as_bytes(file));
  const std::string tight = film(seek_head(mk::kTracks, head.size()) + kTracks + kCluster + kCues);
  check_seek_head(timed_marked(as_bytes(tight)), 1);
  check_timed(as_bytes(tight));
}

TEST_CASE("matroska: a check sum over all becomes a Void", "[matroska]") {
  const std::string sum("\xBF\x84sum!", 6);
  const std::string file = film(sum + kTracks + kCluster + kCues);
  CHECK(contains(as_bytes(file), sum));
  CHECK_FALSE(contains(timed_marked(as_bytes(file)), sum));
  check_timed(as_bytes(file));
}

TEST_CASE("matroska: a size field that is too short grows", "[matroska]") {
  const std::string file = film(kTracks + kCluster + kCues, 1);
  check_timed(as_bytes(file));
  CHECK(look(timed_marked(as_bytes(file), 20000)).complete);
}

TEST_CASE("matroska: a record is replaced where it stands, or moves to the end", "[matroska]") {
  const std::string old = tags(simple("TITLE", "t") + simple("AIGC", kOld));
  const std::string head = seek_head(mk::kTags, 0);
  const std::string index = seek_head(mk::kTags, head.size());
  const std::string file = film(index + old + kTracks + kCluster + kCues);
  CHECK(record_in(as_bytes(file)) == kOld);
  for (const std::size_t size : {60, 59, 58, 10, 61, 400}) {
    INFO(size);
    const Bytes marked = timed_marked(as_bytes(file), size);
    CHECK((marked.size() == file.size()) == (size <= 60));
    CHECK(record_in(marked) == record_json(size));
    CHECK(cluster_at(marked) == cluster_at(as_bytes(file)));
    check_seek_head(marked, 1);
  }
  check_timed(as_bytes(file));
  check_timed(as_bytes(film(kTracks + kCluster + kCues + old)));
  check_timed(as_bytes(film(kTracks + old + empty(30) + kCluster + kCues)));
}

TEST_CASE("matroska: nested tags, names in lower case, attachments", "[matroska]") {
  const std::string nested =
      tags(element(mk::kSimpleTag, element(mk::kTagName, "OUTER") + simple("aigc", kOld)));
  const std::string attached = element(
      mk::kAttachments, element(0x61A7, element(0x466E, "cover.jpg") + element(0x465C, "jpeg")));
  const std::string file = film(kTracks + attached + kCluster + nested);
  CHECK(record_in(as_bytes(file)) == kOld);
  const Inventory inventory = look(as_bytes(file));
  CHECK(inventory.find(BlockKind::other)->key == "cover.jpg");
  check_timed(as_bytes(file));
  check_timed_flips(as_bytes(file));
}

TEST_CASE("matroska: what was written to a pipe", "[matroska]") {
  const std::string open(8, '\xFF');
  const auto unknown = [](std::uint32_t id) {
    return element(id, "").replace(4, 1, std::string("\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF"));
  };
  const std::string block = element(0xA3, "block");
  const std::string file = kHead + unknown(mk::kSegment) + kTracks + unknown(mk::kCluster) + block +
                           block + unknown(mk::kCluster) + block;
  CHECK(look(as_bytes(file)).complete);
  check_timed(as_bytes(file));
  const Bytes marked = timed_marked(as_bytes(file));
  CHECK(as_text(marked).find("AIGC") < as_text(marked).find("block"));
  check_timed_flips(as_bytes(file));
  // With an index nothing may move: the tags end the last cluster.
  const std::string indexed =
      kHead + unknown(mk::kSegment) + kTracks + kCues + unknown(mk::kCluster) + block;
  check_timed(as_bytes(indexed));
  check_timed(as_bytes(file + film(kTracks + kCluster)));
}

TEST_CASE("matroska: hostile files", "[matroska]") {
  std::string deep = simple("AIGC", "{}");
  for (int i = 0; i < 40; ++i) deep = element(mk::kSimpleTag, deep);
  CHECK(code_of(inspect(test_context(), as_bytes(film(kTracks + tags(deep))))) ==
        "container.matroska.limit");
  CHECK_FALSE(look(as_bytes(film(kCluster))).complete);
  std::string lie = film(kTracks + tags(simple("AIGC", kOld)) + kCluster);
  lie[lie.find(kOld) - 1] ^= 0x40;  // a string that leaves its tag
  CHECK_FALSE(look(as_bytes(lie)).complete);
  CHECK(probe(as_bytes(element(ebml::kHeader, element(ebml::kDocType, "other")))) ==
        Format::unknown);
}

TEST_CASE("flv: positions and sizes follow", "[flv]") {
  const Bytes file = sample("film.flv");
  const Bytes marked = timed_marked(file);
  const double grown = static_cast<double>(marked.size() - file.size());
  const auto read = [](const Bytes& bytes) {
    const auto script = read_script(Limits(), ByteView(bytes).subspan(13 + 11), 13 + 11);
    REQUIRE_OK(script);
    return *script;
  };
  const AmfScript before = read(file), after = read(marked);
  CHECK(after.count == before.count + 1);
  REQUIRE(before.positions.size() == after.positions.size());
  REQUIRE(before.positions.size() > 3);
  for (std::size_t i = 0; i < before.positions.size(); ++i) {
    INFO(i);
    CHECK(after.positions[i].value == before.positions[i].value + grown);
    if (!after.positions[i].total)
      CHECK(marked[static_cast<std::size_t>(after.positions[i].value)] ==
            file[static_cast<std::size_t>(before.positions[i].value)]);
  }
}

TEST_CASE("flv: records in objects, long ones, and files without metadata", "[flv]") {
  const std::string file = kFlvHead + script(prop("AIGC", kOld) + number("width", 32)) + kPicture;
  CHECK(record_in(as_bytes(file)) == kOld);
  CHECK(look(as_bytes(file)).width == 32);
  check_timed(as_bytes(file));
  check_timed_flips(as_bytes(file));
  CHECK(record_in(timed_marked(as_bytes(file), 70000)) == record_json(70000));
  const std::string bare = kFlvHead + kPicture;
  check_timed(as_bytes(bare));
  CHECK(contains(timed_marked(as_bytes(bare)), "onMetaData"));
}

TEST_CASE("flv: XMP is read; damage and limits", "[flv]") {
  const std::string xmp = flv_tag(18, prop("", "onXMPData").substr(2) + '\3' +
                                          prop("liveXML", std::string(kLabelPacket)) + kEnd);
  const std::string file = kFlvHead + xmp + kPicture;
  CHECK(payload_of(look(as_bytes(file)), BlockKind::xmp) == kLabelPacket);
  check_timed(as_bytes(file));
  const std::string longer = kFlvHead + script(number("filesize", 1e6)) + kPicture;
  CHECK_FALSE(look(as_bytes(longer)).complete);
  std::string deep;
  for (int i = 0; i < 40; ++i) deep += std::string("\0\1a\3", 4);
  CHECK(code_of(inspect(test_context(), as_bytes(kFlvHead + script(deep)))) ==
        "container.flv.limit");
  const std::string open = kFlvHead + flv_tag(18, prop("", "onMetaData").substr(2) + '\3' + "xy");
  CHECK_FALSE(look(as_bytes(open)).complete);
}
