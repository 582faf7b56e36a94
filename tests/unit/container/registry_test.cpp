// SPDX-License-Identifier: Apache-2.0
// The table of formats: probing, facts, and what the public functions check themselves.
#include "format_checks.hpp"

using namespace signmark;
using namespace signmark::container;
using namespace signmark::test;

namespace {

struct Known {
  const char* sample;
  Format format;
  const char* mime;
};

const std::vector<Known> kKnown = {
    {"rgb.png", Format::png, "image/png"},         {"baseline.jpg", Format::jpeg, "image/jpeg"},
    {"lossy.webp", Format::webp, "image/webp"},    {"animated.gif", Format::gif, "image/gif"},
    {"le.tif", Format::tiff, "image/tiff"},        {"plain.avif", Format::avif, "image/avif"},
    {"sequence.avif", Format::avif, "image/avif"}, {"plain.heic", Format::heif, "image/heif"},
    {"aigc_key.mp4", Format::mp4, "video/mp4"},    {"plain.mov", Format::mov, "video/quicktime"},
    {"cover.m4a", Format::m4a, "audio/mp4"},       {"flow.md", Format::markdown, "text/markdown"},
};

}  // namespace

TEST_CASE("registry: formats are told from the bytes", "[registry]") {
  for (const Known& known : kKnown) {
    INFO(known.sample);
    const Bytes file = sample(known.sample);
    CHECK(probe(file) == known.format);
    CHECK(format_info(known.format).mime == known.mime);
    CHECK(look(file).file_size == file.size());
  }
  const Bytes store = store_of(60);
  CHECK(probe(store) == Format::c2pa_sidecar);
  CHECK(look(store).find(BlockKind::c2pa)->payload == store);
}

TEST_CASE("registry: what is no known format", "[registry]") {
  for (const std::string_view text :
       {"", "\x89", "plain text\xFF", "The free \xC3software", "RIFF\xFF", "---\n\x80"}) {
    INFO(text);
    CHECK(probe(as_bytes(text)) == Format::unknown);
    CHECK(code_of(inspect(test_context(), as_bytes(text))) == "container.format.unknown");
  }
  CHECK(format_info(Format::unknown).name.empty());
  CHECK_FALSE(format_info(Format::unknown).picture);
}

TEST_CASE("registry: formats that are only read say so", "[registry]") {
  const Bytes file = store_of(60);
  const auto result = plan(test_context(), file, look(file), edits_of(kLabelPacket));
  CHECK(code_of(result) == "container.sidecar.unwritable");
  CHECK_FALSE(result.error().hint.empty());
}

TEST_CASE("registry: records and manifests only where a format has their place", "[registry]") {
  const Bytes markdown = sample("flow.md"), png = sample("rgb.png");
  const auto xmp = plan(test_context(), markdown, look(markdown), edits_of(kLabelPacket));
  CHECK(code_of(xmp) == "container.edits.place");
  Edits edits;
  edits.aigc = bytes_of(kLabelJson);
  CHECK(code_of(plan(test_context(), png, look(png), edits)) == "container.edits.place");
}

TEST_CASE("registry: replacements must name a block that can be replaced, once", "[registry]") {
  const Bytes file = sample("text.png");
  const Inventory inventory = look(file);
  const auto refuse = [&](const Edits& edits) {
    CHECK(code_of(plan(test_context(), file, inventory, edits)) == "container.edits.block");
  };
  Edits edits;
  edits.replacements = {{inventory.blocks.size(), bytes_of("x")}};
  refuse(edits);
  edits.replacements = {{block_index(inventory, BlockKind::icc), bytes_of("x")}};
  refuse(edits);
  const std::size_t comment = block_index(inventory, BlockKind::text, "Comment");
  edits.replacements = {{comment, bytes_of("x")}, {comment, bytes_of("y")}};
  refuse(edits);
  edits = edits_of(kLabelPacket);
  edits.replacements = {{block_index(inventory, BlockKind::xmp), bytes_of("x")}};
  refuse(edits);
}

TEST_CASE("registry: limits hold for new values too", "[registry]") {
  Context context = test_context();
  context.limits.metadata_block = 2000;
  context.limits.manifest_store = 2000;
  for (const Known& known : kKnown) {
    if (!format_info(known.format).picture) continue;
    INFO(known.sample);
    const Bytes file = sample(known.sample);
    const auto inventory = inspect(context, file);
    REQUIRE_OK(inventory);
    const auto xmp = plan(context, file, *inventory, edits_of(std::string(2001, 'x')));
    CHECK(code_of(xmp).ends_with(".limit"));
    CHECK(xmp.error().hint.find("metadata-block") != std::string::npos);
    const auto store = plan(context, file, *inventory, edits_of("x", store_of(2001)));
    CHECK(code_of(store).ends_with(".limit"));
    CHECK(store.error().hint.find("manifest-store") != std::string::npos);
  }
}

TEST_CASE("registry: transplanting needs the same format and frames", "[registry]") {
  const Bytes png = sample("rgb.png"), gif = sample("animated.gif"),
              still = sample("still_87a.gif");
  CHECK(code_of(transplant(test_context(), png, look(png), gif)) == "container.png.unwritable");
  CHECK(code_of(transplant(test_context(), gif, look(gif), still)) == "container.gif.unwritable");
  const Bytes cut(png.begin(), png.end() - 5);
  CHECK(code_of(transplant(test_context(), png, look(png), cut)) == "container.png.unwritable");
  CHECK(code_of(transplant(test_context(), cut, look(cut), png)) == "container.png.unwritable");
}
