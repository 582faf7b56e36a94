// SPDX-License-Identifier: Apache-2.0
// MP4 and QuickTime: every place where a label was seen (gb45438.md section 9), hostile boxes.
#include "bmff_builder.hpp"
#include "container/bmff_boxes.hpp"
#include "foreign_tool.hpp"
#include "format_checks.hpp"

using namespace signmark;
using namespace signmark::container;
using namespace signmark::test;

namespace {

const std::string kJson = "{\"Label\":\"1\",\"ContentProducer\":\"doubao\"}";
const std::string kComment =
    "\xA9"
    "cmt";  // clang-format would join them into another escape

std::string data_box(std::string_view value, std::uint32_t type = 1) {
  return box("data", u32(type) + u32(0) + std::string(value));
}

std::string keys(const std::vector<std::string>& names) {
  std::string entries;
  for (const std::string& name : names) entries += box("mdta", name);
  return full_box("keys", u32(static_cast<std::uint32_t>(names.size())) + entries);
}

std::string key_list(const std::string& key, const std::string& value) {
  return hdlr("mdta") + keys({"com.apple.quicktime.make", key}) +
         box("ilst", box(u32(1), data_box("Maker")) + box(u32(2), data_box(value)));
}

std::string name_list(const std::string& items) { return hdlr("mdir") + box("ilst", items); }

Inventory look_movie(const std::string& moov_children, const std::string& more = {}) {
  const std::string file = ftyp("isom") + box("moov", moov_children) + more;
  return look(as_bytes(file));
}

std::string in_table(const std::string& table) {
  return box("moov", box("trak", box("mdia", box("minf", box("stbl", table)))));
}

}  // namespace

TEST_CASE("mp4: structure of the sample", "[mp4][golden]") {
  check_golden_samples("mp4", {"aigc_key.mp4"});
}

TEST_CASE("mp4: keys and ilst in every place", "[mp4]") {
  const std::string list = key_list("AIGC", kJson);
  for (const std::string& movie :
       {box("udta", meta(list)), meta(list), box("meta", list), box("udta", box("meta", list)),
        box("trak", box("udta", meta(list))), box("trak", meta(list))}) {
    const Inventory inventory = look_movie(movie);
    CHECK(inventory.complete);
    CHECK(payload_of(inventory, BlockKind::aigc) == kJson);
    CHECK(payload_of(inventory, BlockKind::text) == "Maker");
    CHECK(inventory.find(BlockKind::text)->key == "com.apple.quicktime.make");
  }
  CHECK(payload_of(look_movie(box("udta", meta(key_list("com.maker.AIGC", kJson)))),
                   BlockKind::aigc) == kJson);
}

TEST_CASE("mp4: lists without keys", "[mp4]") {
  const Inventory keyless =
      look_movie(box("udta", meta(name_list(box(kComment, data_box(kJson))))));
  CHECK(payload_of(keyless, BlockKind::text) == kJson);
  const std::string freeform = box(
      "----", full_box("mean", "com.apple.iTunes") + full_box("name", "AIGC") + data_box(kJson));
  CHECK(payload_of(look_movie(box("udta", meta(name_list(freeform)))), BlockKind::aigc) == kJson);
  CHECK(payload_of(look_movie(box("udta", meta(name_list(box("AIGC", data_box(kJson)))))),
                   BlockKind::aigc) == kJson);
  const Inventory cover =
      look_movie(box("udta", meta(name_list(box("covr", data_box("PNG", 14))))));
  CHECK(cover.blocks.front().kind == BlockKind::other);
}

TEST_CASE("mp4: QuickTime user data", "[mp4]") {
  const std::string text = u16(static_cast<std::uint16_t>(kJson.size())) + u16(0) + kJson;
  const Inventory inventory = look_movie(
      box("udta", box(kComment, text) + box("XMP_", kLabelPacket) + box("AIGC", kJson) + u32(0)));
  CHECK(inventory.complete);
  CHECK(payload_of(inventory, BlockKind::text) == kJson);
  CHECK(payload_of(inventory, BlockKind::xmp) == kLabelPacket);
  CHECK(payload_of(inventory, BlockKind::aigc) == kJson);
  CHECK(payload_of(look_movie(box("udta", box("AIGC", text))), BlockKind::aigc) == kJson);
  CHECK(payload_of(look_movie(box("udta", full_box("AIGC", kJson))), BlockKind::aigc) == kJson);
}

TEST_CASE("mp4: uuid boxes", "[mp4]") {
  const std::string store(as_text(store_of(60)));
  const std::string head = std::string(kC2paUuid) + u32(0);
  const std::string c2pa = head + std::string("manifest\0", 9) + std::string(8, '\0') + store;
  const Inventory both = look_movie(
      "", box("uuid", std::string(kXmpUuid) + std::string(kLabelPacket)) + box("uuid", c2pa));
  CHECK(payload_of(both, BlockKind::xmp) == kLabelPacket);
  CHECK(payload_of(both, BlockKind::c2pa) == store);
  CHECK(both.manifest_exclusions.size() == 1);
  CHECK(payload_of(look_movie("", box("uuid", c2pa + std::string(20, '\0'))), BlockKind::c2pa) ==
        store);  // padding
  const std::string tree = head + std::string("merkle\0", 7) + "tree";
  const Inventory hashes = look_movie("", box("uuid", tree) + box("uuid", std::string(16, 'f')));
  CHECK(hashes.find(BlockKind::c2pa) == nullptr);
  CHECK(hashes.blocks.size() == 2);
  CHECK_FALSE(look_movie("", box("uuid", head + "manifest")).complete);
}

TEST_CASE("mp4: a file may begin with any box of QuickTime", "[mp4]") {
  const std::string moov = box("moov", meta(key_list("AIGC", kJson)));
  for (const std::string& start : {std::string(), box("wide", ""), box("mdat", "xx"),
                                   large_box("mdat", "xx"), box("free", "")}) {
    const std::string file = start + moov;
    CHECK(payload_of(look(as_bytes(file)), BlockKind::aigc) == kJson);
  }
  const std::string open = ftyp("qt  ") + moov + u32(0) + "mdat to the end";
  CHECK(look(as_bytes(open)).complete);
  CHECK(look(as_bytes(open)).trailing.size == 0);
}

TEST_CASE("mp4: boxes that lie", "[mp4]") {
  const std::string start = ftyp("isom");
  for (const std::string& rest :
       {std::string(), u32(7) + "moov", u32(0xFFFFFFFF) + "moov",
        u32(1) + "moov" + std::string(8, '\xFF'), u32(1) + "moov" + std::string(8, '\0'),
        box("moov", u32(100) + "trak"),
        box("moov", meta(hdlr("mdta") + full_box("keys", u32(1) + u32(3)) + box("ilst", ""))),
        box("moov", meta(name_list(box("AIGC", box("data", "1234"))))),
        box("moov", box("trak", box("tkhd", "1234567"))),
        in_table(full_box("stco", u32(0x3FFFFFFF) + u32(8))),
        in_table(full_box("co64", u32(0xFFFFFFFF) + u32(8))),
        in_table(full_box("stco", u32(1) + u32(0x00FFFFFF)))}) {
    const std::string file = start + rest;
    INFO(printable(rest));
    const Inventory inventory = look(as_bytes(file));
    CHECK_FALSE(inventory.complete);
    CHECK_FALSE(inventory.problems.empty());
  }
}

TEST_CASE("mp4: deep nesting and many boxes meet the limits", "[mp4]") {
  std::string deep = box("free", "");
  for (int i = 0; i < 10'000; ++i) deep = box("udta", deep);
  const std::string nested_file = ftyp("isom") + box("moov", deep);
  const auto nested = inspect(test_context(), as_bytes(nested_file));
  CHECK(code_of(nested) == "container.mp4.limit");
  CHECK(nested.error().hint.find("box-depth") != std::string::npos);
  std::string tracks;
  for (int i = 0; i < 100'001; ++i) tracks += box("trak", "");
  const std::string many_file = ftyp("isom") + box("moov", tracks);
  const auto many = inspect(test_context(), as_bytes(many_file));
  CHECK(code_of(many) == "container.mp4.limit");
  CHECK(many.error().hint.find("blocks") != std::string::npos);
}

TEST_CASE("mp4: cut at every byte and every byte changed", "[mp4]") {
  check_every_cut(sample("aigc_key.mp4"));
  check_every_flip(sample("aigc_key.mp4"));
}

TEST_CASE("mp4: ffprobe agrees about the label", "[mp4][foreign]") {
  if (!have_tool("ffprobe")) {
    WARN("skipped: ffprobe is missing");
    return;
  }
  const ToolResult tags =
      run_tool("ffprobe -v error -show_entries format_tags=AIGC -of default=nk=1:nw=1 " +
               media("samples/aigc_key.mp4").string());
  CHECK(tags.output == payload_of(look(sample("aigc_key.mp4")), BlockKind::aigc) + "\n");
}
