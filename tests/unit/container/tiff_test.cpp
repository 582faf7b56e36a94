// SPDX-License-Identifier: Apache-2.0
// TIFF: inventory, changes that move nothing, repeated changes, hostile directories.
#include <set>

#include "container/handler.hpp"
#include "container/tiff_scan.hpp"
#include "foreign_tool.hpp"
#include "format_checks.hpp"
#include "tiff_builder.hpp"

using namespace signmark;
using namespace signmark::container;
using namespace signmark::test;

namespace {

constexpr std::string_view kXmp = "<x:xmpmeta xmlns:x='adobe:ns:meta/'>new</x:xmpmeta>";
const std::vector<std::string> kSamples = {"le.tif",   "be.tif",     "pages.tif",
                                           "deep.tif", "tagged.tif", "bigtiff.tif"};

TiffScan scanned(ByteView file) {
  auto scan = scan_tiff(file, Limits{});
  REQUIRE_OK(scan);
  return *scan;
}

/// Everything a file says, apart from where it stands: directory, tag, type, count, value.
std::vector<std::string> dump(const TiffScan& scan, const std::set<std::uint16_t>& without) {
  std::vector<std::string> lines;
  for (std::size_t dir = 0; dir < scan.dirs.size(); ++dir)
    for (const TiffEntry& entry : scan.dirs[dir].ifd.entries) {
      if (without.count(entry.tag) != 0) continue;
      const auto value = scan.view.value(entry);
      REQUIRE_OK(value);
      lines.push_back(scan.dir_name(dir) + " " + std::to_string(entry.tag) + " " +
                      std::to_string(entry.type) + " " + std::to_string(entry.count) + " " +
                      hex(*value));
    }
  return lines;
}

void check_sorted(const TiffScan& scan) {
  for (const TiffDir& dir : scan.dirs)
    for (std::size_t i = 1; i < dir.ifd.entries.size(); ++i)
      CHECK(dir.ifd.entries[i - 1].tag < dir.ifd.entries[i].tag);
}

std::size_t text_block(const Inventory& inventory, std::string_view key) {
  for (std::size_t i = 0; i < inventory.blocks.size(); ++i)
    if (inventory.blocks[i].key == key) return i;
  FAIL("no such block");
  return 0;
}

/// One page of 2x2 grey pixels, and further fields.
Bytes small_tiff(const TiffLayout& layout, TiffFields more = {}, std::uint64_t next = 0) {
  Bytes out = tiff_header(layout);
  const std::uint64_t strip = out.size();
  out.insert(out.end(), {1, 2, 3, 4});
  TiffFields fields = {{kTagImageWidth, number_field(layout, kTypeShort, 2)},
                       {kTagImageLength, number_field(layout, kTypeShort, 2)},
                       {kTagStripOffsets, number_field(layout, kTypeLong, strip)},
                       {kTagStripByteCounts, number_field(layout, kTypeLong, 4)}};
  fields.merge(more);
  set_first_ifd(out, layout, append_ifd(out, layout, fields, next));
  return out;
}

}  // namespace

TEST_CASE("tiff: structure of the samples", "[tiff][golden]") {
  check_golden_samples("tiff", kSamples);
}

TEST_CASE("tiff: inventory of the samples", "[tiff]") {
  for (const std::string& name : kSamples) {
    INFO(name);
    const Inventory inventory = look(sample(name));
    CHECK(inventory.format == Format::tiff);
    CHECK(inventory.complete);
    CHECK(inventory.problems.empty());
    CHECK(inventory.width == 16);
    CHECK(inventory.height == 12);
    CHECK(inventory.frames == (name == "pages.tif" ? 3U : 1U));
    CHECK(inventory.trailing.size == 0);
    CHECK(inventory.manifest_exclusions.empty());
  }
  const Inventory tagged = look(sample("tagged.tif"));
  CHECK(tagged.orientation == 6);
  CHECK(payload_of(tagged, BlockKind::xmp).find("<dc:source>generated") != std::string::npos);
  CHECK(tagged.find(BlockKind::icc) != nullptr);
  const Block& comment = tagged.blocks[text_block(tagged, "UserComment")];
  CHECK(comment.kind == BlockKind::exif_text);
  CHECK(comment.place == "TIFF Exif tag 37510 UserComment");
  CHECK(as_text(comment.payload) == "{\"AIGC\":{\"Label\":\"1\"}}");
}

TEST_CASE("tiff: xmp and manifest are added without moving anything", "[tiff]") {
  for (const std::string& name : kSamples) {
    INFO(name);
    const Bytes file = sample(name);
    const Edits edits = xmp_and_manifest(kXmp, 1001);
    const Plan result = planned(file, edits);
    const Bytes marked = result.rope.flatten();
    const Inventory after = look(marked);
    CHECK(after.complete);
    CHECK(payload_of(after, BlockKind::xmp) == kXmp);
    REQUIRE(after.find(BlockKind::c2pa) != nullptr);
    CHECK(after.find(BlockKind::c2pa)->payload == *edits.manifest);
    CHECK(after.find(BlockKind::c2pa)->range.end() == marked.size());
    CHECK(after.manifest_exclusions == result.manifest_exclusions);
    CHECK(after.trailing.size == 0);

    const TiffScan old_scan = scanned(file), new_scan = scanned(marked);
    CHECK(new_scan.data == old_scan.data);
    for (const Range& range : old_scan.data)
      CHECK(hex(ByteView(file).subspan(range.offset, range.size)) ==
            hex(ByteView(marked).subspan(range.offset, range.size)));
    CHECK(dump(old_scan, {kTagXmp}) == dump(new_scan, {kTagXmp, kTagC2pa}));
    CHECK(new_scan.pages == old_scan.pages);
    CHECK(new_scan.dirs[new_scan.pages - 1].ifd.find(kTagC2pa) != nullptr);
    check_sorted(new_scan);
  }
}

TEST_CASE("tiff: only the store bytes depend on the manifest's content", "[tiff]") {
  const Bytes file = sample("pages.tif");
  const Plan zeros = planned(file, xmp_and_manifest(kXmp, 500, 0));
  const Plan full = planned(file, xmp_and_manifest(kXmp, 500, 0xA5));
  CHECK(zeros.manifest_exclusions == full.manifest_exclusions);
  REQUIRE(full.manifest_exclusions.size() == 2);
  Bytes a = zeros.rope.flatten(), b = full.rope.flatten();
  const Range store = full.manifest_exclusions[1];
  std::fill_n(b.begin() + static_cast<std::ptrdiff_t>(store.offset), store.size, Byte{0});
  CHECK(a == b);
  // Another length changes the excluded count field, and nothing else before the store.
  const Plan longer = planned(file, xmp_and_manifest(kXmp, 600, 0));
  Bytes c = longer.rope.flatten();
  c.resize(a.size());
  const Range count = full.manifest_exclusions[0];
  CHECK(longer.manifest_exclusions[0] == count);
  for (Bytes* bytes : {&a, &c})
    std::fill_n(bytes->begin() + static_cast<std::ptrdiff_t>(count.offset), count.size, Byte{0});
  CHECK(a == c);
}

TEST_CASE("tiff: marking again and again does not make the file grow", "[tiff]") {
  for (const std::string& name : kSamples) {
    INFO(name);
    Bytes file = sample(name);
    std::vector<std::size_t> sizes;
    for (const std::size_t store : {900, 3000, 50, 900}) {
      const std::string packet = std::string(kXmp) + std::string(store / 10, ' ');
      file = planned(file, xmp_and_manifest(packet, store)).rope.flatten();
      sizes.push_back(file.size());
      CHECK(payload_of(look(file), BlockKind::xmp) == packet);
    }
    CHECK(sizes.front() == sizes.back());
    const std::size_t word = name == "bigtiff.tif" ? 8 : 2;  // the packet's place is aligned
    const auto aligned = [word](std::size_t size) { return (size + word - 1) / word * word; };
    CHECK(sizes[1] - sizes[0] == 2100 + aligned(kXmp.size() + 300) - aligned(kXmp.size() + 90));
  }
}

TEST_CASE("tiff: a replaced value leaves no ghost in the file", "[tiff]") {
  const Bytes file = sample("tagged.tif");
  const Bytes marked = planned(file, xmp_and_manifest(kXmp, 64)).rope.flatten();
  CHECK(as_text(file).find("<dc:source>") != std::string_view::npos);
  CHECK(as_text(marked).find("<dc:source>") == std::string_view::npos);
}

TEST_CASE("tiff: text fields are replaced in their places", "[tiff]") {
  const Bytes file = sample("tagged.tif");
  const Inventory before = look(file);
  Edits edits;
  edits.replacements.push_back({text_block(before, "UserComment"), Bytes{'n', 'e', 'w'}});
  edits.replacements.push_back({text_block(before, "ImageDescription"), Bytes(40, Byte{'x'})});
  const Bytes changed = planned(file, edits).rope.flatten();
  const Inventory after = look(changed);
  CHECK(after.complete);
  CHECK(as_text(after.blocks[text_block(after, "UserComment")].payload) == "new");
  CHECK(as_text(after.blocks[text_block(after, "ImageDescription")].payload) ==
        std::string(40, 'x'));
  CHECK(dump(scanned(file), {kTagUserComment, kTagImageDescription}) ==
        dump(scanned(changed), {kTagUserComment, kTagImageDescription}));

  edits.replacements[1].block = edits.replacements[0].block;
  CHECK(code_of(plan(test_context(), file, before, edits)) == "container.edits.block");
  edits.replacements[1].block = before.blocks.size();
  CHECK(code_of(plan(test_context(), file, before, edits)) == "container.edits.block");
}

TEST_CASE("tiff: a manifest in a directory of its own is found and replaced", "[tiff]") {
  const TiffLayout layout{true, false};
  Bytes file = small_tiff(layout);
  const std::uint64_t extra =
      append_ifd(file, layout, {{kTagC2pa, text_field(kTypeUndefined, std::string(30, 'm'))}});
  const TiffScan before = scanned(file);
  const Bytes next = layout.number(extra, 4);
  std::copy(next.begin(), next.end(),
            file.begin() + static_cast<std::ptrdiff_t>(before.table(0).end() - 4));
  const Inventory inventory = look(file);
  CHECK(inventory.complete);
  CHECK(inventory.frames == 1);
  CHECK(payload_of(inventory, BlockKind::c2pa) == std::string(30, 'm'));
  const Inventory after = look(planned(file, xmp_and_manifest(kXmp, 20)).rope.flatten());
  CHECK(after.complete);
  CHECK(after.find(BlockKind::c2pa)->payload == Bytes(20, 0x5A));
  CHECK(after.manifest_exclusions.size() == 2);
}

TEST_CASE("tiff: every manifest but the new one is taken out", "[tiff]") {
  const TiffLayout layout{false, false};
  const TiffField store = text_field(kTypeUndefined, std::string(30, 'm'));
  Bytes file = small_tiff(layout, {{kTagC2pa, store}});
  const std::uint64_t second = append_ifd(
      file, layout, {{kTagImageWidth, number_field(layout, kTypeShort, 2)}, {kTagC2pa, store}});
  const Bytes next = layout.number(second, 4);
  std::copy(next.begin(), next.end(),
            file.begin() + static_cast<std::ptrdiff_t>(scanned(file).table(0).end() - 4));
  const Inventory two = look(file);
  CHECK(two.manifest_exclusions.size() == 4);
  CHECK_FALSE(two.problems.empty());
  const Bytes marked = planned(file, xmp_and_manifest(kXmp, 20)).rope.flatten();
  CHECK(look(marked).manifest_exclusions.size() == 2);
  CHECK(as_text(marked).find("mmmm") == std::string_view::npos);
}

TEST_CASE("tiff: bytes behind the last structure are reported and kept", "[tiff]") {
  Bytes file = small_tiff({false, false});
  const std::string extra = "PK\x03\x04 another file";
  file.insert(file.end(), extra.begin(), extra.end());
  const Inventory inventory = look(file);
  CHECK(inventory.trailing == Range{file.size() - extra.size(), extra.size()});
  const Bytes marked = planned(file, xmp_and_manifest(kXmp, 20)).rope.flatten();
  CHECK(as_text(marked).find(extra) == file.size() - extra.size());
}

TEST_CASE("tiff: structures that contradict themselves", "[tiff]") {
  const TiffLayout layout{false, false};
  const auto damaged = [](ByteView file, const std::string& code) {
    const Inventory inventory = look(file);
    CHECK_FALSE(inventory.complete);
    REQUIRE_FALSE(inventory.problems.empty());
    CHECK(inventory.problems.front().code == code);
    CHECK(code_of(plan(test_context(), file, inventory, xmp_and_manifest(kXmp, 20))) ==
          "container.tiff.unwritable");
  };
  SECTION("the chain of pages is a ring") {
    Bytes file = small_tiff(layout, {}, 12);
    damaged(file, "container.tiff.loop");
  }
  SECTION("SubIFDs lead back to the page") {
    damaged(small_tiff(layout, {{kTagSubIfds, number_field(layout, kTypeLong, 12)}}),
            "container.tiff.loop");
  }
  SECTION("a value beyond the end") {
    TiffField field = text_field(kTypeUndefined, "0123456789");
    field.count = 0xFFFFFFF0;
    damaged(small_tiff(layout, {{kTagIcc, field}}), "container.tiff.truncated");
  }
  SECTION("picture data beyond the end") {
    damaged(small_tiff(layout, {{kTagTileOffsets, number_field(layout, kTypeLong, 100'000)},
                                {kTagTileByteCounts, number_field(layout, kTypeLong, 1)}}),
            "container.tiff.truncated");
  }
  SECTION("fewer sizes than offsets") {
    Bytes two(8, Byte{0});
    damaged(small_tiff(layout, {{kTagTileOffsets, {kTypeLong, 2, two}},
                                {kTagTileByteCounts, number_field(layout, kTypeLong, 0)}}),
            "container.tiff.syntax");
  }
  SECTION("no directory") { damaged(tiff_header(layout), "container.tiff.syntax"); }
}

TEST_CASE("tiff: overlapping structures are not written", "[tiff]") {
  // The strip covers the directory: adding a field would be safe, changing one in place would not.
  const TiffLayout layout{false, false};
  Bytes file = small_tiff(layout, {{kTagXmp, text_field(kTypeUndefined, "old packet")},
                                   {kTagTileOffsets, number_field(layout, kTypeLong, 8)},
                                   {kTagTileByteCounts, number_field(layout, kTypeLong, 80)}});
  Edits edits;
  edits.xmp = Bytes(20, Byte{'x'});
  CHECK(code_of(plan(test_context(), file, look(file), edits)) == "container.tiff.unwritable");
}

TEST_CASE("tiff: limits are named", "[tiff]") {
  Context context = test_context();
  SECTION("pages") {
    context.limits.image_frames = 2;
    const auto result = inspect(context, sample("pages.tif"));
    CHECK(code_of(result) == "container.tiff.limit");
    CHECK(result.error().hint.find("image-frames") != std::string::npos);
  }
  SECTION("entries") {
    context.limits.blocks = 20;
    CHECK(code_of(inspect(context, sample("pages.tif"))) == "container.tiff.limit");
  }
  SECTION("a block") {
    context.limits.metadata_block = 100;
    CHECK(code_of(inspect(context, sample("tagged.tif"))) == "container.tiff.limit");
  }
}

TEST_CASE("tiff: metadata moves to a fresh encoding", "[tiff]") {
  const Bytes original = planned(sample("tagged.tif"), xmp_and_manifest(kXmp, 77)).rope.flatten();
  const std::string name = GENERATE("le.tif", "be.tif", "bigtiff.tif");
  INFO(name);
  const Bytes encoded = sample(name);
  const auto rope = transplant(test_context(), original, look(original), encoded);
  REQUIRE_OK(rope);
  const Bytes moved = rope->flatten();
  const Inventory after = look(moved);
  CHECK(after.complete);
  CHECK(payload_of(after, BlockKind::xmp) == kXmp);
  CHECK(after.orientation == 6);
  CHECK(after.find(BlockKind::c2pa) == nullptr);
  CHECK(after.find(BlockKind::icc)->payload == look(original).find(BlockKind::icc)->payload);
  CHECK(as_text(after.blocks[text_block(after, "UserComment")].payload) ==
        "{\"AIGC\":{\"Label\":\"1\"}}");
  const TiffScan fresh = scanned(encoded), result = scanned(moved);
  CHECK(result.data == fresh.data);
  check_sorted(result);
  // Numbers keep their meaning in the other byte order.
  const TiffIfd& ifd = result.dirs.front().ifd;
  REQUIRE(ifd.find(282) != nullptr);  // XResolution, 72/1
  const auto value = result.view.value(*ifd.find(282));
  REQUIRE_OK(value);
  const auto& layout = result.view.layout();
  ByteWriter expected;
  expected.bytes(layout.number(72, 4)).bytes(layout.number(1, 4));
  CHECK(hex(*value) == hex(expected.view()));
}

TEST_CASE("tiff: metadata moves page by page", "[tiff]") {
  const Bytes original = planned(sample("pages.tif"), xmp_and_manifest(kXmp, 77)).rope.flatten();
  const Bytes encoded = sample("pages.tif");
  const auto rope = transplant(test_context(), original, look(original), encoded);
  REQUIRE_OK(rope);
  const Bytes moved = rope->flatten();
  CHECK(look(moved).complete);
  CHECK(look(moved).frames == 3);
  CHECK(payload_of(look(moved), BlockKind::xmp) == kXmp);
  CHECK(code_of(transplant(test_context(), original, look(original), sample("le.tif"))) ==
        "container.tiff.unwritable");
}

TEST_CASE("tiff: camera raw is not joined with a fresh encoding", "[tiff]") {
  const TiffLayout layout{false, false};
  Bytes file = small_tiff(layout);
  const std::uint64_t sub =
      append_ifd(file, layout, {{kTagImageWidth, number_field(layout, kTypeShort, 9)}});
  TiffFields page = {{kTagImageWidth, number_field(layout, kTypeShort, 2)},
                     {kTagSubIfds, number_field(layout, kTypeLong, sub)}};
  set_first_ifd(file, layout, append_ifd(file, layout, page));
  CHECK(code_of(transplant(test_context(), file, look(file), small_tiff(layout))) ==
        "container.tiff.unwritable");
}

TEST_CASE("tiff: cut at every byte and every byte changed", "[tiff]") {
  for (const std::string& name : kSamples) {
    INFO(name);
    const Bytes file = sample(name);
    check_every_cut(file);
    check_every_flip(file);
    check_every_cut(planned(file, xmp_and_manifest(kXmp, 50)).rope.flatten());
  }
}

TEST_CASE("tiff: other readers see the same pictures", "[tiff][foreign]") {
  if (!have_tool("tiffcmp") || !have_tool("exiftool") || !have_tool("ffmpeg")) {
    WARN("skipped: tiffcmp, exiftool or ffmpeg is missing");
    return;
  }
  const ScratchDir scratch;
  std::vector<std::string> read_by_ffmpeg = kSamples;
  read_by_ffmpeg.pop_back();  // ffmpeg reads no BigTIFF
  check_foreign_readers(read_by_ffmpeg);
  check_foreign_readers({kSamples.back()}, false);
  for (const std::string& name : kSamples) {
    INFO(name);
    const std::string after = (scratch / name).string();
    put_file(after, planned(sample(name), xmp_and_manifest(kXmp, 300)).rope.flatten());
    CHECK(run_tool("tiffcmp -t " + media("samples/" + name).string() + " " + after).status == 0);
  }
}
