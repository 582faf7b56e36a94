// SPDX-License-Identifier: Apache-2.0
// PNG: inventory, changes, transplanting, check sums, hostile chunks.
#include "foreign_tool.hpp"
#include "format_checks.hpp"

using namespace signmark;
using namespace signmark::container;
using namespace signmark::test;

namespace {

const std::vector<std::string> kSamples = {"rgb.png", "palette.png", "grey16.png", "animated.png",
                                           "text.png"};
constexpr std::size_t kAfterHeader = 33;

/// CRC-32 of PNG, annex D, bit by bit: an implementation of its own.
std::uint32_t crc(ByteView bytes) {
  std::uint32_t value = 0xFFFFFFFF;
  for (const Byte byte : bytes) {
    value ^= byte;
    for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ (value & 1U ? 0xEDB88320 : 0);
  }
  return ~value;
}

Bytes chunk(std::string_view type, std::string_view data) {
  ByteWriter named;
  named.text(type).text(data);
  ByteWriter out;
  out.u32be(static_cast<std::uint32_t>(data.size())).bytes(named.view()).u32be(crc(named.view()));
  return out.take();
}

Bytes with(Bytes file, const Bytes& piece, std::size_t at = kAfterHeader) {
  file.insert(file.begin() + static_cast<std::ptrdiff_t>(at), piece.begin(), piece.end());
  return file;
}

void check_checksums(ByteView png) {
  for (std::size_t at = 8; at + 12 <= png.size();) {
    const auto size = ByteReader(png.subspan(at), "test").u32be();
    const ByteView named = png.subspan(at + 4, *size + 4);
    CHECK(ByteReader(png.subspan(at + 8 + *size), "test").u32be() == crc(named));
    at += 12 + *size;
  }
}

}  // namespace

TEST_CASE("png: structure of the samples", "[png][golden]") {
  check_golden_samples("png", kSamples);
}

TEST_CASE("png: marking keeps everything else", "[png]") {
  for (const std::string& name : kSamples) {
    INFO(name);
    check_marking(sample(name));
    check_layout_is_fixed(sample(name), 4);
    check_checksums(written(sample(name), edits_of(kLabelPacket, store_of(700))));
  }
}

TEST_CASE("png: texts are replaced in their places", "[png]") {
  check_replacements(sample("text.png"), 4);  // UserComment, Comment, AIGC, zTXt Note
  check_checksums(written(sample("text.png"), edits_of(kLabelPacket)));
}

TEST_CASE("png: every place of a label is found", "[png]") {
  const Bytes file = sample("rgb.png");
  const std::string json(kLabelJson);
  CHECK(payload_of(look(with(file, chunk("tEXt", std::string("AIGC\0", 5) + json))),
                   BlockKind::aigc) == json);
  CHECK(payload_of(look(with(file, chunk("iTXt", std::string("AIGC\0\0\0\0\0", 9) + json))),
                   BlockKind::aigc) == json);
  const Inventory late =
      look(with(file, chunk("tEXt", std::string("AIGC\0", 5) + json), file.size() - 12));
  CHECK(payload_of(late, BlockKind::aigc) == json);
  CHECK(late.complete);
  CHECK(payload_of(look(with(file, chunk("tEXt", std::string("Description\0", 12) + json))),
                   BlockKind::text) == json);
}

TEST_CASE("png: a wrong check sum is told, the chunk is still read", "[png]") {
  Bytes file = written(sample("rgb.png"), edits_of(kLabelPacket, store_of(60)));
  const Range store = look(file).manifest_exclusions.front();
  file[store.end() - 1] ^= 1;
  const Inventory inventory = look(file);
  CHECK(inventory.complete);
  CHECK(inventory.find(BlockKind::c2pa) != nullptr);
  REQUIRE_FALSE(inventory.problems.empty());
  CHECK(inventory.problems.front().code == "container.png.crc");
}

TEST_CASE("png: every manifest but the new one is taken out", "[png]") {
  const std::string store(60, 's');
  const Bytes file = with(with(sample("rgb.png"), chunk("caBX", store)), chunk("caBX", store));
  const Inventory two = look(file);
  CHECK(two.manifest_exclusions.size() == 2);
  CHECK(two.problems.front().code == "container.png.manifests");
  const Bytes marked = written(file, edits_of(kLabelPacket, store_of(60)));
  CHECK(look(marked).manifest_exclusions.size() == 1);
  CHECK(as_text(marked).find("ssss") == std::string_view::npos);
}

TEST_CASE("png: a second file behind the end is reported and kept", "[png]") {
  const std::string zip = "PK\x03\x04 another file";
  Bytes file = sample("rgb.png");
  const std::size_t end = file.size();
  file = with(file, bytes_of(zip), end);
  CHECK(look(file).trailing == Range{end, zip.size()});
  CHECK(look(file).complete);
  CHECK(as_text(written(file, edits_of(kLabelPacket, store_of(60)))).ends_with(zip));
}

TEST_CASE("png: metadata moves to a fresh encoding", "[png]") {
  const Bytes original = written(sample("text.png"), edits_of(kLabelPacket, store_of(60)));
  const Bytes moved = transplanted(original, sample("rgb.png"));
  const Inventory before = look(original), after = look(moved);
  CHECK(after.complete);
  CHECK(after.find(BlockKind::c2pa) == nullptr);
  CHECK(kept_blocks(moved, after) == kept_blocks(original, before));
  CHECK(payload_of(after, BlockKind::xmp) == kLabelPacket);
  CHECK(after.orientation == 3);
  // Chunks about the pixels of another colour type stay behind.
  const Bytes narrow = with(sample("rgb.png"), chunk("sBIT", "\5\6\5"));
  CHECK(as_text(transplanted(narrow, sample("rgb.png"))).find("sBIT") != std::string_view::npos);
  CHECK(as_text(transplanted(narrow, sample("palette.png"))).find("sBIT") ==
        std::string_view::npos);
}

TEST_CASE("png: lengths and sizes that lie", "[png]") {
  const Bytes file = sample("rgb.png");
  SECTION("a chunk of 4 GiB") {
    for (const char* length : {"\xFF\xFF\xFF\xFF", "\x7F\xFF\xFF\xFF", "\x00\x00\xFF\xFF"}) {
      const Bytes bad = with(file, bytes_of(std::string(length, 4) + "tEXtAIGC"));
      CHECK_FALSE(look(bad).complete);
    }
  }
  SECTION("empty chunks") {
    for (const char* type : {"tEXt", "zTXt", "iTXt", "iCCP", "eXIf", "caBX", "acTL"}) {
      INFO(type);
      const Inventory inventory = look(with(file, chunk(type, "")));
      CHECK(inventory.complete);
      CHECK_FALSE((inventory.problems.empty() && inventory.blocks.empty()));
    }
  }
  SECTION("65535 by 65535 pixels are only reported") {
    ByteWriter header;
    header.u32be(65535).u32be(65535).text(std::string_view("\x10\x06\0\0\0", 5));
    Bytes bomb(file.begin(), file.begin() + 8);
    for (const Bytes& piece :
         {chunk("IHDR", as_text(header.view())), chunk("IDAT", ""), chunk("IEND", "")})
      bomb.insert(bomb.end(), piece.begin(), piece.end());
    const Inventory inventory = look(bomb);
    CHECK(inventory.width == 65535);
    CHECK(inventory.height == 65535);
  }
  SECTION("more chunks than the limit") {
    Context context = test_context();
    context.limits.blocks = 3;
    const auto result = inspect(context, with(file, chunk("tEXt", std::string("k\0v", 3))));
    CHECK(code_of(result) == "container.png.limit");
    CHECK(result.error().hint.find("blocks") != std::string::npos);
  }
  SECTION("text above the limit is foreign, a label above it is refused") {
    Context context = test_context();
    context.limits.metadata_block = 50;
    const std::string value(51, 'v');
    const auto text = inspect(context, with(file, chunk("tEXt", std::string("k\0", 2) + value)));
    REQUIRE_OK(text);
    CHECK(text->blocks.front().kind == BlockKind::other);
    CHECK_FALSE(text->problems.empty());
    CHECK(code_of(inspect(context, with(file, chunk("tEXt", std::string("AIGC\0", 5) + value)))) ==
          "container.png.limit");
  }
}

TEST_CASE("png: cut at every byte and every byte changed", "[png]") {
  for (const std::string& name : kSamples) {
    INFO(name);
    check_every_cut(sample(name));
    check_every_flip(sample(name));
  }
  check_every_cut(written(sample("rgb.png"), edits_of(kLabelPacket, store_of(60))));
}

TEST_CASE("png: other readers see the same pictures and our label", "[png][foreign]") {
  if (!have_tool("exiftool") || !have_tool("ffmpeg")) {
    WARN("skipped: exiftool or ffmpeg is missing");
    return;
  }
  check_foreign_readers(kSamples);
}
