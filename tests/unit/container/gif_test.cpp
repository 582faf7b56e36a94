// SPDX-License-Identifier: Apache-2.0
// GIF: inventory, version upgrade, animations, changes, hostile blocks.
#include "foreign_tool.hpp"
#include "format_checks.hpp"

using namespace signmark;
using namespace signmark::container;
using namespace signmark::test;

namespace {

const std::vector<std::string> kSamples = {"still_87a.gif", "animated.gif", "xmp.gif"};

/// A comment before the trailer.
Bytes with_comment(Bytes file, std::string_view text) {
  ByteWriter block;
  block.u8(0x21).u8(0xFE).u8(static_cast<std::uint8_t>(text.size())).text(text).u8(0);
  file.insert(file.end() - 1, block.view().begin(), block.view().end());
  return file;
}

}  // namespace

TEST_CASE("gif: structure of the samples", "[gif][golden]") {
  check_golden_samples("gif", kSamples);
}

TEST_CASE("gif: marking keeps everything else", "[gif]") {
  for (const std::string& name : kSamples) {
    INFO(name);
    check_marking(sample(name));
    check_layout_is_fixed(sample(name));
  }
}

TEST_CASE("gif: version 87a becomes 89a, which knows extensions", "[gif]") {
  const Bytes file = sample("still_87a.gif");
  REQUIRE(as_text(file).starts_with("GIF87a"));
  CHECK(as_text(written(file, edits_of(kLabelPacket))).starts_with("GIF89a"));
  CHECK(as_text(written(file, {})).starts_with("GIF87a"));
}

TEST_CASE("gif: the looping extension stays the first", "[gif]") {
  const Bytes marked = written(sample("animated.gif"), edits_of(kLabelPacket, store_of(60)));
  const std::size_t loop = as_text(marked).find("NETSCAPE2.0");
  CHECK(loop < as_text(marked).find("C2PA_GIF"));
  CHECK(loop < as_text(marked).find("XMP DataXMP"));
  CHECK(look(marked).frames == 3);
}

TEST_CASE("gif: texts are replaced in their places", "[gif]") {
  check_replacements(sample("animated.gif"), 1);
  const Bytes file = with_comment(sample("animated.gif"), kLabelJson);
  check_replacements(file, 2);
}

TEST_CASE("gif: stores of every sub-block length, and two of them", "[gif]") {
  const Bytes file = sample("animated.gif");
  for (const std::size_t size : {254, 255, 256, 510, 511, 10'000}) {
    const Bytes marked = written(file, edits_of(kLabelPacket, store_of(size)));
    CHECK(look(marked).find(BlockKind::c2pa)->payload == store_of(size));
  }
  const Bytes once = written(file, edits_of(kLabelPacket, store_of(60)));
  const Range range = look(once).manifest_exclusions.front();
  Bytes twice = once;
  const Bytes copy(once.begin() + static_cast<std::ptrdiff_t>(range.offset),
                   once.begin() + static_cast<std::ptrdiff_t>(range.end()));
  twice.insert(twice.begin() + static_cast<std::ptrdiff_t>(range.end()), copy.begin(), copy.end());
  CHECK(look(twice).manifest_exclusions.size() == 2);
  CHECK(look(twice).problems.front().code == "container.gif.manifests");
  CHECK(written(twice, edits_of(kLabelPacket, store_of(60))).size() == once.size());
}

TEST_CASE("gif: metadata moves to a fresh encoding", "[gif]") {
  const Bytes original = written(with_comment(sample("animated.gif"), "another comment"),
                                 edits_of(kLabelPacket, store_of(60)));
  const Bytes moved = transplanted(original, sample("animated.gif"));
  const Inventory after = look(moved);
  CHECK(after.complete);
  CHECK(after.find(BlockKind::c2pa) == nullptr);
  CHECK(payload_of(after, BlockKind::xmp) == kLabelPacket);
  std::vector<std::string> comments;
  for (const Block& block : after.blocks)
    if (block.kind == BlockKind::text) comments.emplace_back(as_text(block.payload));
  std::sort(comments.begin(), comments.end());
  CHECK(comments == std::vector<std::string>{"a comment", "another comment"});
  CHECK(as_text(moved).find("NETSCAPE2.0") == as_text(moved).rfind("NETSCAPE2.0"));
}

TEST_CASE("gif: bytes behind the trailer, and blocks without end", "[gif]") {
  Bytes file = sample("still_87a.gif");
  const std::string extra = "PK\x03\x04 another file";
  Bytes longer = file;
  longer.insert(longer.end(), extra.begin(), extra.end());
  CHECK(look(longer).trailing.size == extra.size());
  CHECK(as_text(written(longer, edits_of(kLabelPacket, store_of(60)))).ends_with(extra));
  CHECK_FALSE(look(bytes_of("GIF89a")).complete);
  CHECK_FALSE(look(bytes_of(std::string("GIF89a\x01\0\x01\0\0\0\0;", 14))).complete);
  Bytes open(file.begin(), file.end() - 1);  // instead of the trailer sub-blocks without end
  open.insert(open.end(), {0x21, 0xFE});
  for (int i = 0; i < 100; ++i) open.insert(open.end(), {1, 'x'});
  CHECK_FALSE(look(open).complete);
}

TEST_CASE("gif: an animation of a million frames meets the limit", "[gif]") {
  Bytes file = bytes_of(std::string("GIF89a\x01\0\x01\0\0\0\0", 13));
  const Bytes frame = bytes_of(std::string(",\0\0\0\0\x01\0\x01\0\0\x02\0", 12));
  for (int i = 0; i < 1'000'000; ++i) file.insert(file.end(), frame.begin(), frame.end());
  file.push_back(';');
  CHECK(code_of(inspect(test_context(), file)) == "container.gif.limit");
}

TEST_CASE("gif: cut at every byte and every byte changed", "[gif]") {
  for (const std::string& name : kSamples) {
    INFO(name);
    check_every_cut(sample(name));
    if (name != "xmp.gif") check_every_flip(sample(name));
  }
  check_every_cut(written(sample("animated.gif"), edits_of(kLabelPacket, store_of(60))));
}

TEST_CASE("gif: other readers see the same pictures and our label", "[gif][foreign]") {
  if (!have_tool("exiftool") || !have_tool("ffmpeg") || !have_tool("gifsicle")) {
    WARN("skipped: exiftool, ffmpeg or gifsicle is missing");
    return;
  }
  check_foreign_readers(kSamples);
  const ScratchDir scratch;
  for (const std::string& name : kSamples) {
    const std::string after = (scratch / name).string();
    put_file(after, written(sample(name), edits_of(kLabelPacket, store_of(300))));
    CHECK(run_tool("gifsicle --info " + after + " 2>&1").output.find("error") == std::string::npos);
  }
}
