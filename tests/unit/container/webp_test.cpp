// SPDX-License-Identifier: Apache-2.0
// WebP: inventory, VP8X upgrade, animations, changes, hostile chunks.
#include "foreign_tool.hpp"
#include "format_checks.hpp"

using namespace signmark;
using namespace signmark::container;
using namespace signmark::test;

namespace {

const std::vector<std::string> kSamples = {"lossy.webp", "lossless_alpha.webp", "animated.webp",
                                           "metadata.webp"};

/// The file with one more chunk at its end and the RIFF size put right.
Bytes with(Bytes file, std::string_view id, std::string_view data) {
  ByteWriter chunk;
  chunk.text(id).u32le(static_cast<std::uint32_t>(data.size())).text(data);
  if (data.size() % 2 != 0) chunk.u8(0);
  file.insert(file.end(), chunk.view().begin(), chunk.view().end());
  ByteWriter size;
  size.u32le(static_cast<std::uint32_t>(file.size() - 8));
  std::copy(size.view().begin(), size.view().end(), file.begin() + 4);
  return file;
}

/// Identifiers of the chunks, in order.
std::string chunk_ids(ByteView file) {
  std::string ids;
  ByteReader reader(file, "test");
  REQUIRE_OK(reader.skip(12));
  while (!reader.at_end()) {
    ids += *reader.fourcc() + " ";
    const std::uint32_t size = *reader.u32le();
    REQUIRE_OK(reader.skip(size + size % 2));
  }
  return ids;
}

}  // namespace

TEST_CASE("webp: structure of the samples", "[webp][golden]") {
  check_golden_samples("webp", kSamples);
}

TEST_CASE("webp: marking keeps everything else", "[webp]") {
  for (const std::string& name : kSamples) {
    INFO(name);
    check_marking(sample(name));
    check_layout_is_fixed(sample(name));
    const Bytes marked = written(sample(name), edits_of(kLabelPacket, store_of(101)));
    CHECK(marked.size() % 2 == 0);
    CHECK(*ByteReader(ByteView(marked).subspan(4), "test").u32le() + 8 == marked.size());
  }
}

TEST_CASE("webp: a simple file gets a VP8X that announces the packet", "[webp]") {
  CHECK(chunk_ids(sample("lossy.webp")) == "VP8  ");
  const Bytes marked = written(sample("lossy.webp"), edits_of(kLabelPacket, store_of(60)));
  CHECK(chunk_ids(marked) == "VP8X VP8  XMP  C2PA ");
  CHECK((marked[20] & 0x04) != 0);
  const Bytes alpha = written(sample("lossless_alpha.webp"), edits_of(kLabelPacket));
  CHECK((alpha[20] & 0x14) == 0x14);
}

TEST_CASE("webp: the manifest is the last chunk and only one", "[webp]") {
  Bytes file = with(with(sample("metadata.webp"), "C2PA", "first!"), "C2PA", "second");
  CHECK(look(file).manifest_exclusions.size() == 2);
  CHECK(look(file).problems.front().code == "container.webp.manifests");
  const Bytes marked = written(file, edits_of(kLabelPacket, store_of(60)));
  CHECK(chunk_ids(marked).ends_with("C2PA "));
  CHECK(look(marked).manifest_exclusions.size() == 1);
}

TEST_CASE("webp: texts are replaced in their places", "[webp]") {
  const Bytes file = with(sample("metadata.webp"), "AIGC", kLabelJson);
  CHECK(payload_of(look(file), BlockKind::aigc) == kLabelJson);
  check_replacements(file, 1);
}

TEST_CASE("webp: metadata moves to a fresh encoding", "[webp]") {
  const Bytes original = written(with(sample("metadata.webp"), "XTRA", "foreign"),
                                 edits_of(kLabelPacket, store_of(60)));
  const Bytes moved = transplanted(original, sample("lossless_alpha.webp"));
  const Inventory before = look(original), after = look(moved);
  CHECK(after.complete);
  CHECK(after.find(BlockKind::c2pa) == nullptr);
  CHECK(kept_blocks(moved, after) == kept_blocks(original, before));
  CHECK(payload_of(after, BlockKind::xmp) == kLabelPacket);
  CHECK(after.orientation == 8);
  CHECK(chunk_ids(moved) == "VP8X ICCP VP8L EXIF XMP  XTRA ");
  CHECK(moved[20] == 0x3C);  // profile, alpha, EXIF, XMP
}

TEST_CASE("webp: bytes behind the end, and sizes that lie", "[webp]") {
  Bytes file = sample("lossy.webp");
  const std::string extra = "PK\x03\x04 another file";
  Bytes longer = file;
  longer.insert(longer.end(), extra.begin(), extra.end());
  CHECK(look(longer).trailing.size == extra.size());
  CHECK(as_text(written(longer, edits_of(kLabelPacket, store_of(60)))).ends_with(extra));
  for (const std::uint32_t size : {0U, 1U, 0x7FFFFFFFU, 0xFFFFFFFFU}) {
    INFO(size);
    ByteWriter field;
    field.u32le(size);
    for (const std::size_t at : {std::size_t{4}, std::size_t{16}}) {
      Bytes bad = file;
      std::copy(field.view().begin(), field.view().end(),
                bad.begin() + static_cast<std::ptrdiff_t>(at));
      CHECK_FALSE(look(bad).complete);
    }
  }
  CHECK(look(with(file, "EXIF", "")).complete);
  Context context = test_context();
  context.limits.blocks = 2;
  CHECK(code_of(inspect(context, sample("metadata.webp"))) == "container.webp.limit");
}

TEST_CASE("webp: cut at every byte and every byte changed", "[webp]") {
  for (const std::string& name : kSamples) {
    INFO(name);
    check_every_cut(sample(name));
    if (name != "metadata.webp") check_every_flip(sample(name));
  }
  check_every_cut(written(sample("lossy.webp"), edits_of(kLabelPacket, store_of(60))));
}

TEST_CASE("webp: other readers see the same pictures and our label", "[webp][foreign]") {
  if (!have_tool("exiftool") || !have_tool("ffmpeg") || !have_tool("webpinfo")) {
    WARN("skipped: exiftool, ffmpeg or webpinfo is missing");
    return;
  }
  check_foreign_readers({"lossy.webp", "lossless_alpha.webp", "metadata.webp"});
  check_foreign_readers({"animated.webp"}, false);  // ffmpeg 5 reads no animated WebP
  const ScratchDir scratch;
  for (const std::string& name : kSamples) {
    INFO(name);
    const std::string after = (scratch / name).string();
    put_file(after, written(sample(name), edits_of(kLabelPacket, store_of(300))));
    const ToolResult info = run_tool("webpinfo -diag " + after);
    CHECK(info.status == 0);
    CHECK(info.output.find("No error detected") != std::string::npos);
  }
}
