// SPDX-License-Identifier: Apache-2.0
// mark_file: what it writes, what it refuses, and that input and output are never half done.
#include "pipeline_support.hpp"

using namespace signmark;
using namespace signmark::test;
namespace fs = std::filesystem;

namespace {

fs::path picture() { return media("pictures/rocket.jpg"); }

Verdict verdict_for(const fs::path& file, const VerifyOptions& options) {
  const auto report = verify_file(test_context(), file, options);
  REQUIRE_OK(report);
  return report->verdict;
}

Bytes pixels_of(const fs::path& file, const char* mime) {
  const auto room = image::load();
  REQUIRE_OK(room);
  const auto digest = (*room)->pixel_digest(test_context(), slurp(file), mime);
  REQUIRE_OK(digest);
  return *digest;
}

}  // namespace

TEST_CASE("a marked file carries a record and a manifest, and its pixels are the input's") {
  const Studio alice("Alice");
  const ScratchDir dir;
  const auto report = mark_file(test_context(), picture(), to(dir / "out.jpg"), alice.options());
  REQUIRE_OK(report);
  CHECK(report->record.label == "1");
  CHECK(report->record.content_producer == alice.signer().key().id());
  CHECK(report->record.produce_id == report->content_id);
  CHECK(report->record.content_propagator == report->record.content_producer);
  CHECK(report->record.propagate_id == report->record.produce_id);
  CHECK(report->record.reserved_code1.size() == 128);
  CHECK(report->bytes_in == fs::file_size(picture()));
  CHECK(report->bytes_out == fs::file_size(dir / "out.jpg"));
  CHECK(pixels_of(dir / "out.jpg", "image/jpeg") == pixels_of(picture(), "image/jpeg"));

  const auto look = verify_file(test_context(), dir / "out.jpg", alice.believing());
  REQUIRE_OK(look);
  CHECK(look->verdict == Verdict::verified);
  CHECK(state_of(look->findings, Layer::manifest) == State::trusted);
  CHECK(state_of(look->findings, Layer::metadata) == State::present);
  CHECK(look->tier.tier == label::Tier::confirmed);
  CHECK(look->content_id == report->content_id);
  CHECK_FALSE(look->notice_zh.empty());
}

TEST_CASE("the same input, options, seed and clock give the same bytes") {
  const Studio alice("Alice");
  const ScratchDir dir;
  REQUIRE_OK(mark_file(test_context(), picture(), to(dir / "a.jpg"), alice.options()));
  REQUIRE_OK(mark_file(test_context(), picture(), to(dir / "b.jpg"), alice.options()));
  CHECK(slurp(dir / "a.jpg") == slurp(dir / "b.jpg"));
}

TEST_CASE("bytes in memory are marked like files") {
  const Studio alice("Alice");
  const ScratchDir dir;
  const Bytes input = slurp(picture());
  REQUIRE_OK(mark_file(test_context(), picture(), to(dir / "a.jpg"), alice.options()));
  const auto marked = mark_bytes(test_context(), input, alice.options());
  REQUIRE_OK(marked);
  CHECK(marked->file == slurp(dir / "a.jpg"));
  const auto look = verify_bytes(test_context(), marked->file, alice.believing());
  REQUIRE_OK(look);
  CHECK(look->verdict == Verdict::verified);
}

TEST_CASE("trust is a matter of the verifier") {
  const Studio alice("Alice"), mallory("Mallory");
  const ScratchDir dir;
  REQUIRE_OK(mark_file(test_context(), picture(), to(dir / "m.jpg"), mallory.options()));
  CHECK(verdict_for(dir / "m.jpg", alice.believing()) == Verdict::untrusted);
  CHECK(verdict_for(dir / "m.jpg", {}) == Verdict::untrusted);
  CHECK(verdict_for(dir / "m.jpg", mallory.believing()) == Verdict::verified);
}

TEST_CASE("marks that are there are not doubled, but continued when asked") {
  const Studio alice("Alice"), bob("Bob");
  const ScratchDir dir;
  REQUIRE_OK(mark_file(test_context(), picture(), to(dir / "a.jpg"), alice.options()));
  CHECK(code_of(mark_file(test_context(), dir / "a.jpg", to(dir / "b.jpg"), bob.options())) ==
        "pipeline.existing");
  CHECK_FALSE(fs::exists(dir / "b.jpg"));

  MarkOptions add = bob.options();
  add.existing = Existing::add;
  const auto report = mark_file(test_context(2), dir / "a.jpg", to(dir / "b.jpg"), add);
  REQUIRE_OK(report);
  CHECK(report->record_kept);
  CHECK(report->record.content_producer == alice.signer().key().id());
  const auto look = verify_file(test_context(), dir / "b.jpg", bob.believing());
  REQUIRE_OK(look);
  CHECK(look->verdict == Verdict::verified);
  const Bytes bytes = slurp(dir / "b.jpg");
  const auto inventory = container::inspect(test_context(), bytes);
  REQUIRE_OK(inventory);
  const auto manifest = c2pa::validate(test_context(), bytes, *inventory, {});
  REQUIRE_OK(manifest);
  CHECK(manifest->manifests == 2);
  CHECK(manifest->ingredients.size() == 1);
}

TEST_CASE("the visible label is drawn and everything else of the file is kept") {
  const Studio alice("Alice");
  const ScratchDir dir;
  const auto report = mark_file(test_context(), picture(), to(dir / "out.jpg"),
                                alice.options("visible,metadata,manifest"));
  REQUIRE_OK(report);
  CHECK(report->overlay.glyph_height >= 22);  // 5 % of 427, rounded up
  CHECK(verdict_for(dir / "out.jpg", alice.believing()) == Verdict::verified);
  const auto before = container::inspect(test_context(), slurp(picture()));
  const auto after = container::inspect(test_context(), slurp(dir / "out.jpg"));
  REQUIRE_OK(before);
  REQUIRE_OK(after);
  CHECK(after->width == before->width);
  REQUIRE(before->find(container::BlockKind::icc) != nullptr);
  REQUIRE(after->find(container::BlockKind::icc) != nullptr);
  CHECK(after->find(container::BlockKind::icc)->payload ==
        before->find(container::BlockKind::icc)->payload);
}

TEST_CASE("a visible label on a signed picture keeps the old manifest as its parent") {
  const Studio alice("Alice"), bob("Bob");
  const ScratchDir dir;
  REQUIRE_OK(mark_file(test_context(), picture(), to(dir / "a.jpg"), alice.options()));
  MarkOptions add = bob.options("visible,metadata,manifest");
  add.existing = Existing::add;
  REQUIRE_OK(mark_file(test_context(2), dir / "a.jpg", to(dir / "b.jpg"), add));
  const Bytes bytes = slurp(dir / "b.jpg");
  const auto inventory = container::inspect(test_context(), bytes);
  const auto manifest = c2pa::validate(test_context(), bytes, *inventory, {});
  REQUIRE_OK(manifest);
  CHECK(manifest->manifests == 2);
  CHECK(manifest->content == c2pa::Answer::good);
}

TEST_CASE("the output is never the input, under any name, and never replaced unasked") {
  const Studio alice("Alice");
  const ScratchDir dir;
  fs::copy_file(picture(), dir / "in.jpg");
  fs::create_symlink(dir / "in.jpg", dir / "link.jpg");
  fs::create_hard_link(dir / "in.jpg", dir / "hard.jpg");
  const Bytes before = slurp(dir / "in.jpg");
  for (const fs::path& same :
       {dir / "in.jpg", dir.path() / "." / "in.jpg", dir / "link.jpg", dir / "hard.jpg"}) {
    OutputOptions output = to(same);
    output.force = true;
    CHECK(code_of(mark_file(test_context(), dir / "in.jpg", output, alice.options())) ==
          "pipeline.same-file");
  }
  save(dir / "other.jpg", as_bytes("precious"));
  CHECK(code_of(mark_file(test_context(), dir / "in.jpg", to(dir / "other.jpg"),
                          alice.options())) == "base.file.exists");
  CHECK(as_text(slurp(dir / "other.jpg")) == "precious");
  CHECK(slurp(dir / "in.jpg") == before);
}

TEST_CASE("in place keeps the original when asked to") {
  const Studio alice("Alice");
  const ScratchDir dir;
  fs::copy_file(picture(), dir / "p.jpg");
  OutputOptions output = to(dir / "p.jpg");
  output.in_place = true;
  output.backup = dir / "p.jpg.orig";
  REQUIRE_OK(mark_file(test_context(), dir / "p.jpg", output, alice.options()));
  CHECK(slurp(dir / "p.jpg.orig") == slurp(picture()));
  CHECK(verdict_for(dir / "p.jpg", alice.believing()) == Verdict::verified);
}

TEST_CASE("what cannot be marked well is not marked at all") {
  const Studio alice("Alice");
  const ScratchDir dir;
  Bytes cut = slurp(picture());
  cut.resize(cut.size() / 2);
  save(dir / "cut.jpg", cut);
  save(dir / "text.jpg", as_bytes("not a picture\xFF"));
  CHECK(code_of(mark_file(test_context(), dir / "cut.jpg", to(dir / "o"), alice.options())) ==
        "pipeline.damaged");
  CHECK(code_of(mark_file(test_context(), dir / "text.jpg", to(dir / "o"), alice.options())) ==
        "container.format.unknown");
  MarkOptions unsigned_manifest = alice.options();
  unsigned_manifest.signer = nullptr;
  unsigned_manifest.producer = "studio";
  CHECK(code_of(mark_file(test_context(), picture(), to(dir / "o"), unsigned_manifest)) ==
        "pipeline.signer");
  MarkOptions wording = alice.options("visible");
  wording.visible.text = "made by a machine";
  CHECK(code_of(mark_file(test_context(), picture(), to(dir / "o"), wording))
            .starts_with("label.wording."));
  MarkOptions code = alice.options();
  code.producer = "001191110102MACQD9K65010000";  // a wrong check digit
  CHECK(code_of(mark_file(test_context(), picture(), to(dir / "o"), code)) == "label.code.check");
  Context cancelled = test_context();
  cancelled.progress = [](const Progress&) { return false; };
  CHECK(code_of(mark_file(cancelled, picture(), to(dir / "o"), alice.options())) ==
        "base.cancelled");
  CHECK_FALSE(fs::exists(dir / "o"));
  // Nothing but the two inputs is left behind.
  CHECK(std::distance(fs::directory_iterator(dir.path()), fs::directory_iterator()) == 2);
}

TEST_CASE("a sidecar takes the manifest where the file shall stay as it is") {
  const Studio alice("Alice");
  const ScratchDir dir;
  MarkOptions options = alice.options();
  options.sidecar = true;
  const auto report = mark_file(test_context(), picture(), to(dir / "out.jpg"), options);
  REQUIRE_OK(report);
  CHECK(report->sidecar_file == dir / "out.jpg.c2pa");
  CHECK(verdict_for(dir / "out.jpg", alice.believing()) == Verdict::verified);
  // The sidecar of another picture is a good signature on other content.
  fs::copy_file(picture(), dir / "else.jpg");
  fs::copy_file(dir / "out.jpg.c2pa", dir / "else.jpg.c2pa");
  CHECK(verdict_for(dir / "else.jpg", alice.believing()) == Verdict::tampered);
  fs::remove(dir / "out.jpg.c2pa");
  CHECK(verdict_for(dir / "out.jpg", alice.believing()) == Verdict::marked);
}
