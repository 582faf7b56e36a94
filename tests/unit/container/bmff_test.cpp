// SPDX-License-Identifier: Apache-2.0
// AVIF and HEIF: inventory, changes in every form of iloc, transplanting, hostile boxes.
#include "bmff_builder.hpp"
#include "container/bmff_meta.hpp"
#include "container/bmff_tracks.hpp"
#include "foreign_tool.hpp"
#include "format_checks.hpp"

using namespace signmark;
using namespace signmark::container;
using namespace signmark::test;

namespace {

const std::vector<std::string> kAvif = {"plain.avif", "alpha.avif", "rotated.avif",
                                        "sequence.avif"};
const std::vector<std::string> kHeif = {"plain.heic", "tagged.heic"};
constexpr std::string_view kPixels = "PIXELS OF THE PICTURE";

/// How a test file lists its items.
struct Form {
  std::uint8_t version = 0;
  std::uint8_t offset_size = 4, length_size = 4, base_size = 0;
  bool in_idat = false;
  bool open_mdat = false;   ///< the last box has size 0
  bool large_mdat = false;  ///< 64-bit size
  bool meta_last = false;
  bool shared = false;  ///< item 3 lies where item 1 lies
  std::string more_properties = {};
  std::string associations = std::string("\x01", 1);  ///< one byte a property
  std::string more_items = {};                        ///< boxes for iinf
  std::uint16_t item_count = 1;
};

std::string sized(std::uint8_t size, std::uint64_t value) {
  if (size == 8) return text_of(ByteWriter().u64be(value));
  return size == 4 ? u32(static_cast<std::uint32_t>(value)) : std::string();
}

std::string infe(std::uint16_t id, const std::string& tail, std::uint8_t version = 2) {
  return full_box("infe", u16(id) + u16(0) + tail, version);
}

std::string location_of(const Form& form, std::uint16_t id, std::uint64_t offset) {
  const bool by_base = form.base_size != 0;
  std::string entry = form.version < 2 ? u16(id) : u32(id);
  if (form.version > 0) entry += u16(form.in_idat ? 1 : 0);
  entry += u16(0) + sized(form.base_size, form.offset_size == 0 ? offset : offset / 2) + u16(1);
  entry += sized(form.offset_size, by_base ? offset - offset / 2 : offset);
  return entry + sized(form.length_size, kPixels.size());
}

std::string location(const Form& form, std::uint64_t offset) {
  const std::string sizes = {static_cast<char>(form.offset_size << 4 | form.length_size),
                             static_cast<char>(form.base_size << 4)};
  const std::uint16_t count = form.shared ? 2 : 1;
  std::string entries = location_of(form, 1, offset);
  if (form.shared) entries += location_of(form, 3, offset);
  return full_box("iloc", sizes + (form.version < 2 ? u16(count) : u32(count)) + entries,
                  form.version);
}

std::string meta_of(const Form& form, std::uint64_t offset) {
  const std::string ispe = full_box("ispe", u32(40) + u32(30));
  const std::string links =
      std::string(1, static_cast<char>(form.associations.size())) + form.associations;
  return meta(
      hdlr("pict") + full_box("pitm", u16(1)) +
      (form.in_idat ? box("idat", "xx" + std::string(kPixels)) : std::string()) +
      full_box("iinf", u16(form.item_count) + infe(1, std::string("av01\0", 5)) + form.more_items) +
      box("iprp",
          box("ipco", ispe + form.more_properties) + full_box("ipma", u32(1) + u16(1) + links)) +
      location(form, offset));
}

Bytes picture(const Form& form) {
  const std::string head = ftyp("avif");
  const std::string data = "xx" + std::string(kPixels);
  const std::string mdat = form.open_mdat    ? u32(0) + "mdat" + data
                           : form.large_mdat ? large_box("mdat", data)
                                             : box("mdat", data);
  const std::uint64_t before = form.meta_last ? 0 : meta_of(form, 0).size();
  const std::uint64_t offset =
      form.in_idat ? 2 : head.size() + before + mdat.size() - kPixels.size();
  const std::string list = meta_of(form, offset);
  return bytes_of(head + (form.meta_last ? mdat + list : list + mdat));
}

/// The data of an item as the file's own tables say.
std::string item_text(ByteView file, std::uint32_t id) {
  const Limits limits;
  const BmffSource source{limits, Format::avif, file};
  const auto scan = scan_bmff(source);
  REQUIRE_OK(scan);
  REQUIRE_FALSE(scan->damage);
  const auto list = read_bmff_meta(source, *scan->find("meta"));
  REQUIRE_OK(list);
  const auto data = item_data(source, *list, id);
  REQUIRE_OK(data);
  return std::string(as_text(*data));
}

/// What every chunk of every track begins with: eight bytes.
std::vector<std::string> chunk_heads(ByteView file) {
  const Limits limits;
  const BmffSource source{limits, Format::avif, file};
  const auto scan = scan_bmff(source);
  REQUIRE_OK(scan);
  const auto tracks = read_bmff_tracks(source, *scan);
  REQUIRE_OK(tracks);
  std::vector<std::string> heads;
  for (const BmffTrack& track : *tracks)
    for (const BmffOffsets& list : track.chunks)
      for (const std::uint64_t value : list.values) heads.push_back(hex(file.subspan(value, 8)));
  return heads;
}

void check_unwritable(ByteView file, std::string_view part) {
  const Inventory inventory = look(file);
  INFO(part);
  CHECK(inventory.complete);
  const auto result = plan(test_context(), file, inventory, edits_of(kLabelPacket, store_of(60)));
  CHECK(code_of(result) == "container.avif.unwritable");
  if (!result) CHECK_FALSE(result.error().hint.empty());
}

}  // namespace

TEST_CASE("bmff: structure of the samples", "[bmff][golden]") {
  check_golden_samples("avif", kAvif);
  check_golden_samples("heif", kHeif);
}

TEST_CASE("bmff: marking keeps everything else", "[bmff]") {
  for (const char* name :
       {"plain.avif", "alpha.avif", "rotated.avif", "plain.heic", "tagged.heic"}) {
    INFO(name);
    check_marking(sample(name));
    check_layout_is_fixed(sample(name));
  }
}

TEST_CASE("bmff: the tracks of a sequence follow", "[bmff]") {
  const Bytes file = sample("sequence.avif");
  CHECK(look(file).frames == 2);
  const Bytes marked = written(file, edits_of(kLabelPacket, store_of(5000)));
  CHECK(look(marked).complete);
  CHECK(look(marked).frames == 2);
  CHECK(chunk_heads(marked) == chunk_heads(file));
  CHECK(item_text(marked, 1) == item_text(file, 1));
  check_layout_is_fixed(file);
}

TEST_CASE("bmff: the manifest's box stands behind ftyp and is all that is excluded", "[bmff]") {
  const Bytes file = sample("alpha.avif");
  const Plan plan = planned(file, edits_of(kLabelPacket, store_of(77)));
  const Bytes marked = plan.rope.flatten();
  REQUIRE(plan.manifest_exclusions.size() == 1);
  const Range range = plan.manifest_exclusions.front();
  CHECK(range.offset == 28);
  CHECK(range.size == 8 + 16 + 4 + 9 + 8 + 77);
  CHECK(as_text(marked).substr(32, 4) == "uuid");
}

TEST_CASE("bmff: every form of iloc is followed", "[bmff]") {
  for (const std::uint8_t version : {0, 1, 2})
    for (const std::uint8_t offset_size : {0, 4, 8})
      for (const std::uint8_t base_size : {0, 4, 8})
        for (const std::uint8_t length_size : {4, 8})
          for (const bool in_idat : {false, true}) {
            if (offset_size == 0 && base_size == 0) continue;  // no place at all
            if (version == 0 && in_idat) continue;             // cannot be said
            const Bytes file = picture({version, offset_size, length_size, base_size, in_idat});
            INFO(int{version} << " " << int{offset_size} << " " << int{base_size} << " "
                              << in_idat);
            REQUIRE(item_text(file, 1) == kPixels);
            check_marking(file);
            const Bytes marked = written(file, edits_of(kLabelPacket, store_of(60)));
            CHECK(item_text(marked, 1) == kPixels);
            CHECK(item_text(marked, 2) == kLabelPacket);
          }
}

TEST_CASE("bmff: boxes with sizes of 64 bits and without size", "[bmff]") {
  Form open, large, last;
  open.open_mdat = true;
  large.large_mdat = true;
  last.meta_last = true;
  for (const Form& form : {open, large, last}) {
    const Bytes file = picture(form);
    const Bytes once = written(file, edits_of(kLabelPacket, store_of(60)));
    CHECK(item_text(once, 1) == kPixels);
    CHECK(item_text(once, 2) == kLabelPacket);
    CHECK(look(once).complete);
    const Bytes twice = written(once, edits_of("<longer/>" + std::string(9, ' '), store_of(70)));
    CHECK(item_text(twice, 1) == kPixels);
    CHECK(as_text(twice).find("TC260") == std::string_view::npos);
  }
}

TEST_CASE("bmff: rotation and mirroring as EXIF orientation", "[bmff]") {
  const std::string quarter = box("irot", "\1"), half = box("irot", "\2"),
                    three = box("irot", "\3"), upside = box("imir", std::string(1, '\0')),
                    sides = box("imir", "\1");
  const std::vector<std::pair<std::string, int>> cases = {{"", 1},
                                                          {sides, 2},
                                                          {half, 3},
                                                          {upside, 4},
                                                          {three + sides, 5},
                                                          {three, 6},
                                                          {quarter + sides, 7},
                                                          {quarter, 8},
                                                          {half + sides, 4},
                                                          {sides + quarter, 5},
                                                          {upside + quarter, 7}};
  for (const auto& [boxes, orientation] : cases) {
    Form form;
    form.more_properties = boxes;
    form.associations = "\x01";
    for (char index = 2; form.associations.size() < 1 + boxes.size() / 9; ++index)
      form.associations += static_cast<char>(0x80 | index);
    const Inventory inventory = look(picture(form));
    CHECK(inventory.orientation == orientation);
    CHECK(inventory.width == 40);
    CHECK(inventory.height == 30);
  }
}

TEST_CASE("bmff: texts are replaced in their places", "[bmff]") {
  check_replacements(sample("tagged.heic"), 1);
}

TEST_CASE("bmff: a replaced packet leaves no ghost, a shared one stays", "[bmff]") {
  const Bytes file = sample("tagged.heic");
  REQUIRE(as_text(file).find("<dc:source>") != std::string_view::npos);
  CHECK(as_text(written(file, edits_of(kLabelPacket))).find("<dc:source>") ==
        std::string_view::npos);
  // Two items on the same bytes: only the one that is meant changes.
  Form form;
  form.shared = true;
  form.more_items = infe(3, std::string("mime\0application/rdf+xml\0", 25));
  form.item_count = 2;
  const Bytes shared = picture(form);
  REQUIRE(item_text(shared, 3) == kPixels);
  const Bytes changed = written(shared, edits_of(kLabelPacket));
  CHECK(item_text(changed, 1) == kPixels);
  CHECK(item_text(changed, 3) == kLabelPacket);
}

TEST_CASE("bmff: an XMP uuid box is replaced as a box", "[bmff]") {
  Bytes file = picture({});
  const Bytes packet = bytes_of(box("uuid", std::string(kXmpUuid) + "<old/>"));
  file.insert(file.end(), packet.begin(), packet.end());
  CHECK(payload_of(look(file), BlockKind::xmp) == "<old/>");
  const Bytes marked = written(file, edits_of(kLabelPacket, store_of(60)));
  CHECK(payload_of(look(marked), BlockKind::xmp) == kLabelPacket);
  CHECK(as_text(marked).find("<old/>") == std::string_view::npos);
  CHECK(item_text(marked, 1) == kPixels);
}

TEST_CASE("bmff: every manifest but the new one is taken out", "[bmff]") {
  Bytes file = written(picture({}), edits_of(kLabelPacket, store_of(60)));
  const Range range = look(file).manifest_exclusions.front();
  const Bytes copy(file.begin() + static_cast<std::ptrdiff_t>(range.offset),
                   file.begin() + static_cast<std::ptrdiff_t>(range.end()));
  file.insert(file.end(), copy.begin(), copy.end());
  CHECK(look(file).manifest_exclusions.size() == 2);
  CHECK(look(file).problems.front().code == "container.avif.manifests");
  const Bytes marked = written(file, edits_of(kLabelPacket, store_of(60)));
  CHECK(look(marked).manifest_exclusions.size() == 1);
  CHECK(item_text(marked, 1) == kPixels);
}

TEST_CASE("bmff: metadata moves to a fresh encoding", "[bmff]") {
  Form turned;
  turned.more_properties = box("colr", "profABCDEF") + box("irot", "\1") + box("imir", "\1");
  turned.associations = "\x01\x02\x83\x84";
  Bytes original = written(picture(turned), edits_of(kLabelPacket, store_of(60)));
  const Bytes foreign = bytes_of(box("uuid", std::string(16, 'f') + "foreign"));
  original.insert(original.end(), foreign.begin(), foreign.end());
  for (const char* name : {"plain.avif", "alpha.avif"}) {
    INFO(name);
    const Bytes encoded = sample(name);
    const Bytes moved = transplanted(original, encoded);
    const Inventory after = look(moved);
    CHECK(after.complete);
    CHECK(after.orientation == 7);
    CHECK(after.width == 16);
    CHECK(payload_of(after, BlockKind::xmp) == kLabelPacket);
    CHECK(payload_of(after, BlockKind::icc) == "ABCDEF");
    CHECK(payload_of(after, BlockKind::other).empty());
    CHECK(after.find(BlockKind::c2pa) == nullptr);
    CHECK(item_text(moved, 1) == item_text(encoded, 1));
    // The moved file can be marked again, and a second move brings nothing twice.
    CHECK(payload_of(look(written(moved, edits_of("<n/>", store_of(60)))), BlockKind::xmp) ==
          "<n/>");
  }
  const Bytes tagged = transplanted(sample("tagged.heic"), sample("plain.heic"));
  CHECK(look(tagged).complete);
  CHECK(kept_blocks(tagged, look(tagged)) ==
        kept_blocks(sample("tagged.heic"), look(sample("tagged.heic"))));
  CHECK(code_of(transplant(test_context(), sample("sequence.avif"), look(sample("sequence.avif")),
                           sample("sequence.avif"))) == "container.avif.unwritable");
}

TEST_CASE("bmff: places that are not followed are refused", "[bmff]") {
  const auto with = [](const std::string& more) {
    Bytes file = picture({});
    file.insert(file.end(), more.begin(), more.end());
    return file;
  };
  check_unwritable(with(full_box("sidx", std::string(20, '\0'))), "index");
  check_unwritable(with(box("moof", full_box("mfhd", u32(1)))), "fragments");
  check_unwritable(
      with(box(
          "moov",
          box("trak", box("mdia", box("minf", box("stbl", full_box("saio", u32(1) + u32(40)))))))),
      "encryption");
  check_unwritable(with(box("moov", meta(location({}, 40)))), "a second list");
  Form whole;  // an extent without length: all of the file
  whole.length_size = 0;
  check_unwritable(picture(whole), "no length");
  Bytes trailing = picture({});
  const std::string zip = "PK\x03\x04 another file";
  trailing.insert(trailing.end(), zip.begin(), zip.end());
  CHECK(look(trailing).trailing.size == zip.size());
  check_unwritable(trailing, "trailing bytes");
  CHECK(as_text(written(trailing, edits_of(kLabelPacket))).ends_with(zip));
}

TEST_CASE("bmff: boxes that lie", "[bmff]") {
  const Bytes file = picture({});
  SECTION("sizes of every box") {
    for (const char* type : {"meta", "iinf", "infe", "iloc", "iprp", "ipco", "ipma", "mdat"})
      for (const std::uint32_t size : {2U, 7U, 9U, 0x7FFFFFFFU, 0xFFFFFFFFU}) {
        INFO(type << " " << size);
        Bytes bad = file;
        const std::size_t at = as_text(bad).find(type) - 4;
        const std::string field = u32(size);
        std::copy(field.begin(), field.end(), bad.begin() + static_cast<std::ptrdiff_t>(at));
        CHECK_FALSE(look(bad).complete);
      }
  }
  SECTION("an item behind the end") {
    Bytes bad = file;
    bad[as_text(bad).find("iloc") + 12 + 6] = 0x7F;
    CHECK(look(bad).problems.front().code == "container.avif.truncated");
  }
  SECTION("two items of one id") {
    Form form;
    form.more_items = infe(1, std::string("av01\0", 5));
    CHECK_FALSE(look(picture(form)).complete);
  }
  SECTION("a compressed packet could hide a label") {
    Form form;
    form.more_items = infe(2, std::string("mime\0application/rdf+xml\0deflate\0", 33));
    CHECK_FALSE(look(picture(form)).complete);
  }
  SECTION("metadata above the limit") {
    Context context = test_context();
    context.limits.metadata_block = 100;
    CHECK(code_of(inspect(context, sample("tagged.heic"))) == "container.heif.limit");
    context.limits.metadata_block = 1 << 20;
    context.limits.blocks = 10;
    CHECK(code_of(inspect(context, sample("tagged.heic"))) == "container.heif.limit");
  }
  SECTION("deep nesting") {
    std::string deep;
    for (int i = 0; i < 10'000; ++i) deep = box("iprp", deep);
    const std::string nested = ftyp("avif") + meta(deep);
    CHECK(code_of(inspect(test_context(), as_bytes(nested))) == "container.avif.limit");
  }
}

TEST_CASE("bmff: cut at every byte and every byte changed", "[bmff]") {
  for (const auto& samples : {kAvif, kHeif})
    for (const std::string& name : samples) {
      INFO(name);
      check_every_cut(sample(name));
      check_every_flip(sample(name));
    }
  check_every_cut(written(sample("plain.avif"), edits_of(kLabelPacket, store_of(60))));
}

TEST_CASE("bmff: other readers see the same pictures and our label", "[bmff][foreign]") {
  if (!have_tool("exiftool") || !have_tool("ffmpeg") || !have_tool("heif-convert")) {
    WARN("skipped: exiftool, ffmpeg or heif-convert is missing");
    return;
  }
  check_foreign_readers(kAvif);
  check_foreign_readers(kHeif, false);  // ffmpeg 5 reads no HEIC
  const ScratchDir scratch;
  const auto pixels = [&](const std::string& path) {
    const std::string png = (scratch / "out.png").string();
    CHECK(run_tool("timeout 60 heif-convert " + path + " " + png).status == 0);
    return ffmpeg_frames(png);
  };
  for (const char* name : {"rotated.avif", "plain.heic", "tagged.heic"}) {
    INFO(name);
    const std::string after = (scratch / std::string(name)).string();
    put_file(after, written(sample(name), edits_of(kLabelPacket, store_of(300))));
    CHECK(run_tool("heif-info " + after).status == 0);
    CHECK(pixels(media("samples/" + std::string(name)).string()) == pixels(after));
  }
}
