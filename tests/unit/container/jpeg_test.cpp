// SPDX-License-Identifier: Apache-2.0
// JPEG: inventory, changes, stores in many segments, extended XMP, hostile segments.
#include "foreign_tool.hpp"
#include "format_checks.hpp"

using namespace signmark;
using namespace signmark::container;
using namespace signmark::test;

namespace {

const std::vector<std::string> kSamples = {"baseline.jpg", "progressive.jpg", "exif_icc.jpg",
                                           "xmp.jpg"};
constexpr std::string_view kExtended("http://ns.adobe.com/xmp/extension/\0", 35);

Bytes segment(Byte marker, std::string_view data) {
  ByteWriter out;
  out.u8(0xFF).u8(marker).u16be(static_cast<std::uint16_t>(data.size() + 2)).text(data);
  return out.take();
}

/// Behind SOI.
Bytes with(Bytes file, const Bytes& piece) {
  file.insert(file.begin() + 2, piece.begin(), piece.end());
  return file;
}

std::string extended_part(std::string_view digest, std::uint32_t total, std::uint32_t offset,
                          std::string_view data) {
  ByteWriter out;
  out.text(kExtended).text(digest).u32be(total).u32be(offset).text(data);
  return std::string(as_text(out.view()));
}

}  // namespace

TEST_CASE("jpeg: structure of the samples", "[jpeg][golden]") {
  check_golden_samples("jpeg", kSamples);
}

TEST_CASE("jpeg: marking keeps everything else", "[jpeg]") {
  for (const std::string& name : kSamples) {
    INFO(name);
    check_marking(sample(name));
    check_layout_is_fixed(sample(name));
  }
}

TEST_CASE("jpeg: texts are replaced in their places", "[jpeg]") {
  check_replacements(sample("exif_icc.jpg"), 3);  // UserComment, ImageDescription, COM
  check_replacements(with(sample("baseline.jpg"), segment(0xEB, "AIGC{\"Label\":\"1\"}")), 1);
  check_replacements(with(sample("baseline.jpg"), segment(0xE9, "AIGC{\"Label\":\"1\"}")), 1);
}

TEST_CASE("jpeg: a store above one segment is cut, joined and excluded as one", "[jpeg]") {
  const Bytes file = sample("exif_icc.jpg");
  const std::size_t size = GENERATE(65518, 65519, 65520, 200'000);
  const Edits edits = edits_of(kLabelPacket, store_of(size));
  const Plan plan = planned(file, edits);
  REQUIRE(plan.manifest_exclusions.size() == 1);
  const Bytes marked = plan.rope.flatten();
  const Inventory after = look(marked);
  CHECK(after.find(BlockKind::c2pa)->payload == *edits.manifest);
  CHECK(after.manifest_exclusions == plan.manifest_exclusions);
  // C2PA 2.5 A.3.1: the exclusion is as long as its segments together.
  const Range range = plan.manifest_exclusions.front();
  std::uint64_t at = range.offset;
  while (at < range.end()) {
    REQUIRE(as_text(ByteView(marked).subspan(at, 2)) == "\xFF\xEB");
    at += 2 + *ByteReader(ByteView(marked).subspan(at + 2), "test").u16be();
  }
  CHECK(at == range.end());
}

TEST_CASE("jpeg: a store whose segments are apart has several exclusions", "[jpeg]") {
  const Bytes marked = written(sample("baseline.jpg"), edits_of(kLabelPacket, store_of(100'000)));
  const Range range = look(marked).manifest_exclusions.front();
  const std::uint64_t first =
      2 + *ByteReader(ByteView(marked).subspan(range.offset + 2), "test").u16be();
  Bytes apart = marked;
  const Bytes comment = segment(0xFE, "between");
  apart.insert(apart.begin() + static_cast<std::ptrdiff_t>(range.offset + first), comment.begin(),
               comment.end());
  const Inventory inventory = look(apart);
  CHECK(inventory.manifest_exclusions.size() == 2);
  CHECK(inventory.find(BlockKind::c2pa)->payload == store_of(100'000));
  const Inventory after = look(written(apart, edits_of(kLabelPacket, store_of(60))));
  CHECK(after.manifest_exclusions.size() == 1);
  CHECK(payload_of(after, BlockKind::text) == "between");
}

TEST_CASE("jpeg: extended XMP is joined; missing parts are damage", "[jpeg]") {
  const std::string digest(32, 'A');
  const Bytes first = segment(0xE1, extended_part(digest, 6, 0, "one"));
  const Bytes second = segment(0xE1, extended_part(digest, 6, 3, "two"));
  const Bytes whole = with(with(sample("xmp.jpg"), first), second);  // in reverse order
  const Inventory inventory = look(whole);
  CHECK(inventory.complete);
  std::vector<std::string> packets;
  for (const Block& block : inventory.blocks)
    if (block.kind == BlockKind::xmp) packets.emplace_back(as_text(block.payload));
  REQUIRE(packets.size() == 2);
  CHECK(std::count(packets.begin(), packets.end(), "onetwo") == 1);
  CHECK_FALSE(look(with(sample("xmp.jpg"), first)).complete);
  CHECK_FALSE(look(with(sample("xmp.jpg"), segment(0xE1, std::string(kExtended) + "A"))).complete);
}

TEST_CASE("jpeg: an XMP packet above one segment is refused", "[jpeg]") {
  const Bytes file = sample("baseline.jpg");
  const auto result = plan(test_context(), file, look(file), edits_of(std::string(70'000, 'x')));
  CHECK(code_of(result) == "container.jpeg.limit");
}

TEST_CASE("jpeg: two stores, and a second file behind the end", "[jpeg]") {
  Bytes file = written(sample("baseline.jpg"), edits_of(kLabelPacket, store_of(80)));
  const Range range = look(file).manifest_exclusions.front();
  Bytes copy(file.begin() + static_cast<std::ptrdiff_t>(range.offset),
             file.begin() + static_cast<std::ptrdiff_t>(range.end()));
  copy[7] += 1;  // another instance number
  file = with(file, copy);
  const std::string pdf = "%PDF-1.7 another file";
  file.insert(file.end(), pdf.begin(), pdf.end());
  const Inventory inventory = look(file);
  CHECK(inventory.complete);
  CHECK(inventory.trailing.size == pdf.size());
  CHECK(std::any_of(inventory.problems.begin(), inventory.problems.end(),
                    [](const Error& error) { return error.code == "container.jpeg.manifests"; }));
  const Bytes marked = written(file, edits_of(kLabelPacket, store_of(60)));
  const auto stores = look(marked).blocks;
  CHECK(std::count_if(stores.begin(), stores.end(),
                      [](const Block& b) { return b.kind == BlockKind::c2pa; }) == 1);
  CHECK(as_text(marked).ends_with(pdf));
}

TEST_CASE("jpeg: metadata moves to a fresh encoding", "[jpeg]") {
  const Bytes original = written(sample("exif_icc.jpg"), edits_of(kLabelPacket, store_of(60)));
  const Bytes moved = transplanted(original, sample("progressive.jpg"));
  const Inventory before = look(original), after = look(moved);
  CHECK(after.complete);
  CHECK(after.find(BlockKind::c2pa) == nullptr);
  CHECK(after.orientation == 6);
  CHECK(after.find(BlockKind::icc)->payload == before.find(BlockKind::icc)->payload);
  CHECK(payload_of(after, BlockKind::xmp) == kLabelPacket);
  CHECK(payload_of(after, BlockKind::text) == "a comment");
}

TEST_CASE("jpeg: lengths that lie", "[jpeg]") {
  const Bytes file = sample("baseline.jpg");
  for (const char* length : {"\0\0", "\0\1", "\xFF\xFF", "\xFF\xFE"}) {
    Bytes bad = with(file, bytes_of(std::string("\xFF\xE1", 2) + std::string(length, 2)));
    const auto inventory = inspect(test_context(), bad);
    if (inventory) CHECK_FALSE(inventory->complete);
  }
  for (const Byte marker : {0xE0, 0xE1, 0xE2, 0xEB, 0xE9, 0xFE, 0xC0, 0xDC})
    CHECK(inspect(test_context(), with(file, segment(marker, ""))).has_value());
  Context context = test_context();
  context.limits.blocks = 3;
  CHECK(code_of(inspect(context, file)) == "container.jpeg.limit");
}

TEST_CASE("jpeg: cut at every byte and every byte changed", "[jpeg]") {
  for (const std::string& name : kSamples) {
    INFO(name);
    check_every_cut(sample(name));
    check_every_flip(sample(name));
  }
  check_every_cut(written(sample("exif_icc.jpg"), edits_of(kLabelPacket, store_of(60))));
}

TEST_CASE("jpeg: other readers see the same pictures and our label", "[jpeg][foreign]") {
  if (!have_tool("exiftool") || !have_tool("ffmpeg")) {
    WARN("skipped: exiftool or ffmpeg is missing");
    return;
  }
  check_foreign_readers(kSamples);
}
