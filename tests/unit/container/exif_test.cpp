// SPDX-License-Identifier: Apache-2.0
// EXIF blocks: wild shapes of UserComment, changes in place, hostile structures.
#include "container/exif.hpp"

#include <array>

#include "support/test_support.hpp"
#include "tiff_builder.hpp"

using namespace signmark;
using namespace signmark::container;
using namespace signmark::test;

namespace {

constexpr std::string_view kJson = "{\"AIGC\": {\"Label\":\"1\"}}";

std::string text_of(const Bytes& bytes) { return std::string(as_text(bytes)); }

Bytes exif_block(const TiffLayout& layout, std::string_view comment, std::string_view description,
                 std::uint16_t orientation = 6) {
  Bytes out = tiff_header(layout);
  const std::uint64_t exif =
      append_ifd(out, layout, {{kTagUserComment, text_field(kTypeUndefined, comment)}});
  TiffFields ifd0 = {{kTagOrientation, number_field(layout, kTypeShort, orientation)},
                     {kTagExifIfd, number_field(layout, kTypeLong, exif)}};
  if (!description.empty()) ifd0[kTagImageDescription] = text_field(kTypeAscii, description);
  set_first_ifd(out, layout, append_ifd(out, layout, ifd0));
  return out;
}

std::string comment_with(std::string_view code, std::string_view text) {
  return std::string(code) + std::string(text);
}

constexpr std::string_view kAscii("ASCII\0\0\0", 8);
constexpr std::string_view kUnicode("UNICODE\0", 8);
constexpr std::string_view kUndefined("\0\0\0\0\0\0\0\0", 8);

std::string comment_of(ByteView block) {
  const auto view = read_exif(block, Limits{});
  REQUIRE_OK(view);
  for (const ExifText& text : view->texts)
    if (text.key == "UserComment") return text_of(text.value);
  return "(none)";
}

std::string utf16(std::string_view ascii, bool big) {
  std::string out;
  for (const char c : ascii) {
    if (big) out.push_back('\0');
    out.push_back(c);
    if (!big) out.push_back('\0');
  }
  return out;
}

}  // namespace

TEST_CASE("exif: orientation and texts in both byte orders", "[exif]") {
  const bool big = GENERATE(false, true);
  const Bytes block =
      exif_block({big, false}, comment_with(kAscii, kJson), std::string_view("a picture\0", 10));
  const auto view = read_exif(block, Limits{});
  REQUIRE_OK(view);
  CHECK(view->orientation == 6);
  REQUIRE(view->texts.size() == 2);
  CHECK(view->texts[0].key == "ImageDescription");
  CHECK(text_of(view->texts[0].value) == "a picture");
  CHECK(view->texts[1].key == "UserComment");
  CHECK(text_of(view->texts[1].value) == kJson);
}

TEST_CASE("exif: every character code of UserComment, and none", "[exif]") {
  const TiffLayout layout{false, false};
  const auto read = [&](const std::string& comment) {
    return comment_of(exif_block(layout, comment, ""));
  };
  CHECK(read(comment_with(kAscii, kJson)) == kJson);
  CHECK(read(comment_with("ascii\0\0\0", "")) == "ascii");  // shorter than a code: no code
  CHECK(read(comment_with(std::string_view("ascii\0\0\0", 8), kJson)) == kJson);
  CHECK(read(comment_with("ASCII   ", kJson)) == kJson);
  CHECK(read(comment_with(kUndefined, kJson)) == kJson);
  CHECK(read(std::string(kJson)) == kJson);
  CHECK(read(comment_with(kUnicode, utf16(kJson, false))) == kJson);
  CHECK(read(comment_with(kUnicode, utf16(kJson, true))) == kJson);
  CHECK(read(comment_with(kUnicode, "\xFE\xFF" + utf16(kJson, true))) == kJson);
  CHECK(read(comment_with(kUnicode, kJson)) == kJson);  // UTF-8 behind the wrong code
  CHECK(read(comment_with(kUnicode, std::string("{\0\x2F\x6C}\0\0\0", 8))) == "{\xE6\xB0\xAF}");
  CHECK(read(comment_with(kAscii, std::string(kJson) + std::string(3, '\0'))) == kJson);
}

TEST_CASE("exif: replacing one text keeps every other byte in place", "[exif]") {
  const bool big = GENERATE(false, true);
  const std::array<std::string_view, 4> codes = {kAscii, kUndefined, kUnicode, {}};
  const std::string code(codes[GENERATE(range(0U, 4U))]);
  const std::string old = code == kUnicode ? utf16(kJson, big) : std::string(kJson);
  const Bytes block = exif_block({big, false}, code + old, std::string_view("pic\0", 4), 3);
  const std::string value = "{\"AIGC\":{\"Label\":\"1\",\"ContentPropagator\":\"\xE5\xB9\xB3\"}}";
  const auto changed = replace_exif_text(block, "UserComment", as_bytes(value), Limits{});
  REQUIRE_OK(changed);
  CHECK(comment_of(*changed) == value);
  const auto view = read_exif(*changed, Limits{});
  REQUIRE_OK(view);
  CHECK(view->orientation == 3);
  CHECK(text_of(view->texts[0].value) == "pic");
  std::size_t differing = 0;
  for (std::size_t i = 0; i < block.size(); ++i) differing += block[i] != (*changed)[i] ? 1 : 0;
  CHECK(differing <= 8);  // count and offset of the one entry
}

TEST_CASE("exif: short values are written into the entry", "[exif]") {
  const Bytes block = exif_block({false, false}, comment_with(kAscii, kJson), "0123456789");
  const auto changed = replace_exif_text(block, "ImageDescription", as_bytes("abc"), Limits{});
  REQUIRE_OK(changed);
  CHECK(changed->size() == block.size());
  const auto view = read_exif(*changed, Limits{});
  REQUIRE_OK(view);
  CHECK(text_of(view->texts[0].value) == "abc");
}

TEST_CASE("exif: an absent field is not added", "[exif]") {
  const Bytes block = exif_block({false, false}, comment_with(kAscii, kJson), "");
  CHECK(code_of(replace_exif_text(block, "ImageDescription", as_bytes("x"), Limits{})) ==
        "container.exif.absent");
}

TEST_CASE("exif: structures that contradict themselves end in errors", "[exif]") {
  const TiffLayout layout{false, false};
  SECTION("the Exif directory is IFD0") {
    Bytes out = tiff_header(layout);
    set_first_ifd(out, layout, 8);
    append_ifd(out, layout, {{kTagExifIfd, number_field(layout, kTypeLong, 8)}});
    CHECK(code_of(read_exif(out, Limits{})) == "container.exif.loop");
  }
  SECTION("a count whose size overflows") {
    Bytes out = tiff_header(layout);
    TiffField field = text_field(kTypeUndefined, "12345678901234567890");
    field.count = 0xFFFFFFFF;
    set_first_ifd(out, layout, append_ifd(out, layout, {{kTagImageDescription, field}}));
    CHECK(code_of(read_exif(out, Limits{})) == "container.exif.truncated");
  }
  SECTION("more entries than bytes") {
    Bytes out = tiff_header(layout);
    set_first_ifd(out, layout, out.size());
    out.insert(out.end(), {0xFF, 0xFF, 0, 0});
    CHECK(code_of(read_exif(out, Limits{})) == "container.exif.truncated");
  }
  SECTION("no TIFF structure") {
    CHECK(code_of(read_exif(as_bytes("XX*"), Limits{})) == "container.exif.syntax");
    CHECK(code_of(read_exif({}, Limits{})) == "container.exif.syntax");
    CHECK(code_of(read_exif(as_bytes(std::string_view("II\x2B\0\x08\0\0\0", 8)), Limits{})) ==
          "container.exif.truncated");
  }
  SECTION("a text above the limit") {
    Limits limits;
    limits.metadata_block = 10;
    const Bytes block = exif_block(layout, comment_with(kAscii, kJson), "");
    CHECK(code_of(read_exif(block, limits)) == "container.exif.limit");
  }
  SECTION("an entry that two directories share cannot be changed alone") {
    // The Exif directory stands on the count of the UserComment entry: its 2 become its entry
    // count.
    Bytes out = tiff_header(layout);
    const std::uint64_t comment_count_field = 8 + 2 + 12 + 4;
    const Bytes pointer =
        layout.entry(kTagExifIfd, kTypeLong, 1, layout.number(comment_count_field, 4), 0);
    const Bytes comment = layout.entry(kTagUserComment, kTypeUndefined, 2, as_bytes("ab"), 0);
    const Bytes ifd = layout.ifd({pointer, comment}, 0);
    set_first_ifd(out, layout, 8);
    out.insert(out.end(), ifd.begin(), ifd.end());
    out.insert(out.end(), 40, Byte{0});
    CHECK(comment_of(out) == "ab");
    const Bytes longer(1000, Byte{'x'});
    CHECK(code_of(replace_exif_text(out, "UserComment", longer, Limits{})) ==
          "container.exif.truncated");
  }
}

TEST_CASE("exif: cut at every byte and every byte flipped", "[exif]") {
  const Bytes block = exif_block({true, false}, comment_with(kUnicode, utf16(kJson, true)),
                                 std::string_view("a picture\0", 10));
  for (std::size_t size = 0; size < block.size(); ++size) {
    const ByteView cut = ByteView(block).first(size);
    CHECK_FALSE(read_exif(cut, Limits{}).has_value());
    CHECK_FALSE(replace_exif_text(cut, "UserComment", as_bytes(kJson), Limits{}).has_value());
  }
  for (std::size_t i = 0; i < block.size(); ++i)
    for (const Byte mask : {Byte{0xFF}, Byte{0x01}, Byte{0x80}}) {
      Bytes flipped = block;
      flipped[i] ^= mask;
      (void)read_exif(flipped, Limits{});
      (void)replace_exif_text(flipped, "UserComment", as_bytes(kJson), Limits{});
    }
}
