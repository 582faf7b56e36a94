// SPDX-License-Identifier: Apache-2.0
// ID3v2 in MP3, AAC and FLAC: versions, encodings, unsynchronisation, padding; FLAC's own blocks.
#include <zlib.h>

#include "timed_checks.hpp"

using namespace signmark;
using namespace signmark::container;
using namespace signmark::test;

namespace {

const std::string kOldRecord = R"({"Label":"2"})";
const std::string kNul(1, '\0');

std::string be32(std::uint64_t value) {
  ByteWriter out;
  out.u32be(static_cast<std::uint32_t>(value));
  return std::string(as_text(out.view()));
}

std::string safe(std::uint64_t value) {
  return be32((value & 0x7F) | (value & 0x3F80) << 1 | (value & 0x1FC000) << 2);
}

std::string frame(int version, const std::string& id, const std::string& data, int flags = 0) {
  return id + (version == 4 ? safe(data.size()) : be32(data.size())) + kNul +
         static_cast<char>(flags) + data;
}

std::string tag(int version, const std::string& body, int flags = 0) {
  return "ID3" + std::string(1, static_cast<char>(version)) + kNul + static_cast<char>(flags) +
         safe(body.size()) + body;
}

/// The sound of a sample without tags.
std::string sound() {
  const Bytes file = sample("bare.mp3");
  return std::string(as_text(ByteView(file).first(file.size() - 128)));
}

std::string txxx(int version, char encoding, const std::string& text, int flags = 0) {
  return frame(version, "TXXX", encoding + text, flags);
}

std::string utf16(std::string_view text, bool big) {
  std::string out;
  for (const char c : text) out += big ? kNul + c : c + kNul;
  return out;
}

std::string unsynchronised(const std::string& bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    out += bytes[i];
    const bool next = i + 1 < bytes.size();
    if (bytes[i] == '\xFF' && (!next || bytes[i + 1] == 0 || (bytes[i + 1] & 0xE0) == 0xE0))
      out += '\0';
  }
  return out;
}

}  // namespace

TEST_CASE("id3: a record in every version and encoding is read and replaced in place", "[id3]") {
  const std::string le = "\xFF\xFE", be = "\xFE\xFF", wide(2, '\0');
  const std::string body = "AIGC" + kNul + kOldRecord;
  const std::string little = le + utf16("AIGC", false) + wide + le + utf16(kOldRecord, false);
  const std::vector<std::string> tags = {
      tag(3, txxx(3, '\0', body)),
      tag(3, txxx(3, '\0', body) + std::string(300, '\0')),
      tag(3, txxx(3, '\1', little)),
      tag(3, txxx(3, '\1', be + utf16("AIGC", true) + wide + be + utf16(kOldRecord, true) + wide)),
      tag(3, unsynchronised(frame(3, "TPE1", kNul + "\xFF\xFB name") + txxx(3, '\1', little)),
          0x80),
      tag(3, be32(6) + std::string(6, '\0') + txxx(3, '\0', body), 0x40),
      tag(3, txxx(3, '\0', "x" + kNul + "y") +
                 txxx(3, '\0', body, 0x20).insert(10, "g").replace(4, 4, be32(body.size() + 2))),
      tag(4, txxx(4, '\3', body)),
      tag(4, txxx(4, '\2', utf16("AIGC", true) + wide + utf16(kOldRecord, true))),
      tag(4, unsynchronised(txxx(4, '\1', little)).replace(4, 4, safe(little.size() + 3)), 0x80)};
  for (const std::string& bytes : tags) {
    INFO(printable(bytes));
    const std::string file = bytes + sound();
    CHECK(record_in(as_bytes(file)) == kOldRecord);
    check_timed(as_bytes(file));
    CHECK(as_text(timed_marked(as_bytes(file))).ends_with(sound()));
  }
}

TEST_CASE("id3: values that are not ASCII survive", "[id3]") {
  for (const int version : {3, 4}) {
    const std::string file = tag(version, txxx(version, '\0', "AIGC" + kNul + "{}")) + sound();
    Edits edits;
    edits.aigc = bytes_of("{\"ContentProducer\":\"\u8C46\u5305\U0001F600\"}");
    CHECK(payload_of(look(written(as_bytes(file), edits)), BlockKind::aigc) ==
          as_text(*edits.aigc));
  }
}

TEST_CASE("id3: compressed fields are read, encrypted ones are not \"none\"", "[id3]") {
  const std::string body = kNul + "AIGC" + kNul + kOldRecord;
  Bytes packed(200);
  uLongf size = packed.size();
  REQUIRE(compress(packed.data(), &size, as_bytes(body).data(), body.size()) == Z_OK);
  const std::string data = be32(body.size()) + std::string(as_text(ByteView(packed).first(size)));
  const std::string file = tag(3, frame(3, "TXXX", data, 0x80)) + sound();
  CHECK(record_in(as_bytes(file)) == kOldRecord);
  check_timed(as_bytes(file));
  for (const int flags : {0x80, 0x40}) {
    const std::string broken = tag(3, frame(3, "TXXX", be32(9) + "not zlib", flags)) + sound();
    CHECK_FALSE(look(as_bytes(broken)).complete);
  }
}

TEST_CASE("id3: sizes that are written plain, footers, tags behind one another", "[id3]") {
  const std::string long_value(300, 'x');
  std::string plain = frame(4, "TIT2", '\3' + long_value);
  plain.replace(4, 4, be32(301));
  const std::string footer =
      tag(4, plain + txxx(4, '\3', "AIGC" + kNul + kOldRecord), 0x10) + std::string(10, '\0');
  const std::string file = tag(4, frame(4, "TIT2", "\3one")) + footer + sound();
  CHECK(record_in(as_bytes(file)) == kOldRecord);
  check_timed(as_bytes(file));
}

TEST_CASE("id3: padding is used before the sound moves", "[id3]") {
  const std::string roomy = tag(4, std::string(1500, '\0')) + sound();
  const Bytes marked = timed_marked(as_bytes(roomy));
  CHECK(marked.size() == roomy.size());
  const std::string tight = tag(4, frame(4, "TIT2", "\3name")) + sound();
  const Bytes grown = timed_marked(as_bytes(tight));
  CHECK(grown.size() > tight.size());
  CHECK(timed_marked(grown, 100, 350).size() == grown.size());
}

TEST_CASE("id3: manifests of others are found and replaced", "[id3]") {
  const std::string store(as_text(store_of(400, 0xFF)));
  const std::string data =
      kNul + "application/x-c2pa-manifest-store" + kNul + "name" + kNul + kNul + store;
  for (const std::string& bytes : {tag(3, frame(3, "GEOB", data)), tag(4, frame(4, "GEOB", data)),
                                   tag(3, unsynchronised(frame(3, "GEOB", data)), 0x80)}) {
    const std::string file = bytes + sound();
    const Inventory inventory = look(as_bytes(file));
    CHECK(payload_of(inventory, BlockKind::c2pa) == store);
    REQUIRE(inventory.manifest_exclusions.size() == 1);
    const Range range = inventory.manifest_exclusions[0];
    CHECK(file.substr(range.offset, 8) == store.substr(0, 8));
    CHECK(range.end() == bytes.size());
    check_timed(as_bytes(file));
  }
}

TEST_CASE("id3: XMP is read; version 2.2 is only read", "[id3]") {
  const std::string xmp = tag(4, frame(4, "PRIV", "XMP" + kNul + std::string(kLabelPacket)));
  CHECK(payload_of(look(as_bytes(xmp + sound())), BlockKind::xmp) == kLabelPacket);
  const std::string old =
      tag(2, "TXX" + std::string("\0\0\x13", 3) + kNul + "AIGC" + kNul + kOldRecord) + sound();
  CHECK(record_in(as_bytes(old)) == kOldRecord);
  CHECK(code_of(plan(test_context(), as_bytes(old), look(as_bytes(old)),
                     marks_for(as_bytes(old), 10, 60))) == "container.mp3.unwritable");
}

TEST_CASE("mp3: tags at the end stay", "[mp3]") {
  const std::string items(40, 'i');
  const auto le = [](std::uint32_t v) {
    ByteWriter out;
    out.u32le(v);
    return std::string(as_text(out.view()));
  };
  const std::string ape =
      "APETAGEX" + le(2000) + le(72) + le(1) + le(0x80000000) + std::string(8, '\0');
  const Bytes bare = sample("bare.mp3");
  const std::string id3v1(as_text(ByteView(bare).last(128)));
  const std::string file = sound() + ape + items + ape + id3v1;
  const Inventory inventory = look(as_bytes(file));
  REQUIRE(inventory.blocks.size() == 2);
  CHECK(inventory.blocks[0].range == Range{sound().size(), 104});
  check_timed(as_bytes(file));
  CHECK(as_text(timed_marked(as_bytes(file))).ends_with(ape + items + ape + id3v1));
}

TEST_CASE("mp3: a tag without sound, or of a foreign file", "[mp3]") {
  const std::string only = tag(4, frame(4, "TIT2", "\3name"));
  CHECK(probe(as_bytes(only)) == Format::mp3);
  CHECK_FALSE(look(as_bytes(only)).complete);
  CHECK(probe(as_bytes(only + "TTA1 something else")) == Format::unknown);
  CHECK_FALSE(look(as_bytes(only).first(only.size() - 3)).complete);
}

TEST_CASE("flac: padding takes the record, a file without comments gets them", "[flac]") {
  const Bytes padded = sample("padded.flac"), tight = sample("tight.flac");
  Edits edits;
  edits.aigc = bytes_of(record_json(60));
  CHECK(written(padded, edits).size() == padded.size());
  CHECK(written(tight, edits).size() > tight.size());
  // Without any block but the stream information.
  Bytes bare(tight.begin(), tight.begin() + 42);
  bare[4] |= 0x80;
  for (const Byte byte : {0xFF, 0xF8, 0, 0}) bare.push_back(static_cast<Byte>(byte));
  check_timed(bare);
  check_timed_flips(bare);
}

TEST_CASE("flac: records in the tag before it are replaced there", "[flac]") {
  const Bytes flac = sample("tight.flac");
  const std::string file =
      tag(4, txxx(4, '\3', "AIGC" + kNul + kOldRecord)) + std::string(as_text(flac));
  CHECK(probe(as_bytes(file)) == Format::flac);
  CHECK(record_in(as_bytes(file)) == kOldRecord);
  check_timed(as_bytes(file));
}
