// SPDX-License-Identifier: Apache-2.0
// mark and verify with the robust layer: what is left when everything beside the pixels is gone.
#include "big_picture.hpp"
#include "pipeline/tile_record.hpp"
#include "pipeline_support.hpp"

using namespace signmark;
using namespace signmark::test;
namespace fs = std::filesystem;

namespace {

constexpr const char* kTiff = "image/tiff";
constexpr const char* kAll = "robust,visible,metadata,manifest";

/// One big picture for all tests of this file; computing and marking it costs more than looking.
const Bytes& big_picture() {
  static const Bytes file = cloud_tiff(1200, 900);
  return file;
}

MarkedBytes marked_by(const Studio& studio, ByteView file, const std::string& layers = kAll,
                      std::uint64_t seed = 1) {
  auto marked = mark_bytes(test_context(seed), file, studio.options(layers));
  REQUIRE_OK(marked);
  return std::move(*marked);
}

/// The same pixels in a file that says nothing.
Bytes stripped(ByteView file, const char* mime, std::optional<int> quality = {}) {
  const auto room = image::load();
  REQUIRE_OK(room);
  auto encoded = (*room)->change_pixels(test_context(), file, mime, 1, {}, {quality});
  REQUIRE_OK(encoded);
  return std::move(encoded->file);
}

VerifyReport look_at(ByteView file, const VerifyOptions& options) {
  auto report = verify_bytes(test_context(), file, options);
  REQUIRE_OK(report);
  return std::move(*report);
}

std::string field(const Finding& finding, std::string_view name) {
  for (const Field& f : finding.fields)
    if (f.name == name) return f.value;
  return {};
}

}  // namespace

TEST_CASE("a marked picture carries its id and its signature in the pixels") {
  const Studio alice("Alice"), bob("Bob");
  const MarkedBytes marked = marked_by(alice, big_picture());
  REQUIRE(marked.report.robust);
  CHECK(marked.report.robust->signed_frame);
  CHECK(marked.report.robust->id_margin_db > 3);
  CHECK(marked.report.robust->signed_margin_db > 0);

  const VerifyReport whole = look_at(marked.file, alice.believing());
  CHECK(whole.verdict == Verdict::verified);
  CHECK(state_of(whole.findings, Layer::robust) == State::trusted);
  CHECK(whole.content_id == marked.report.content_id);

  // All metadata gone: the pixels alone say by whom.
  const Bytes bare = stripped(marked.file, kTiff);
  const VerifyReport left = look_at(bare, alice.believing());
  CHECK(state_of(left.findings, Layer::manifest) == State::absent);
  CHECK(state_of(left.findings, Layer::metadata) == State::absent);
  CHECK(state_of(left.findings, Layer::robust) == State::trusted);
  CHECK(left.verdict == Verdict::verified);
  CHECK(left.tier.tier == label::Tier::suspected);
  CHECK(left.content_id == marked.report.content_id);
  CHECK(left.sentence.find("Alice") != std::string::npos);
  CHECK(left.sentence.find("from the pixels") != std::string::npos);

  VerifyOptions bobs = bob.believing();
  bobs.trust.leaves = alice.believing().trust.leaves;
  CHECK(look_at(bare, bobs).verdict == Verdict::untrusted);
  CHECK(look_at(bare, bob.believing()).verdict == Verdict::marked);
}

TEST_CASE("the manifest binds the mark and lists its tiles") {
  const Studio alice("Alice");
  const MarkedBytes marked = marked_by(alice, big_picture());
  const auto inventory = container::inspect(test_context(), marked.file);
  REQUIRE_OK(inventory);
  const auto manifest = c2pa::validate(test_context(), marked.file, *inventory, {});
  REQUIRE_OK(manifest);
  REQUIRE(manifest->active.soft_bindings.size() == 1);
  CHECK(manifest->active.soft_bindings[0].alg == "io.signmark.lattice.1");
  CHECK(hex(manifest->active.soft_bindings[0].value) == marked.report.content_id);
  const auto& actions = manifest->active.actions;
  CHECK(std::count(actions.begin(), actions.end(), "c2pa.watermarked.bound") == 1);
  REQUIRE(manifest->active.own_assertions.size() == 1);
  CHECK(manifest->active.own_assertions[0].label == "io.signmark.tiles");
  const auto tiles = decode_tiles({}, manifest->active.own_assertions[0].cbor);
  REQUIRE_OK(tiles);
  CHECK(id_text(tiles->content_id) == marked.report.content_id);
  CHECK(tiles->lattice.width == 1200);
  CHECK(tiles->lattice.height == 900);
  CHECK(tiles->tiles.size() == marked.report.robust->tiles.size());
  CHECK_FALSE(tiles->tiles.empty());
}

TEST_CASE("what lies under the label is no edited region, whichever way the picture is held") {
  const Studio alice("Alice");
  for (const std::uint16_t orientation : {1, 2, 3, 4, 5, 6, 7, 8}) {
    CAPTURE(orientation);
    const MarkedBytes marked = marked_by(alice, cloud_tiff(480, 360, 1, orientation));
    const VerifyReport report = look_at(marked.file, alice.believing());
    const Finding& finding = *finding_of(report.findings, Layer::robust);
    CHECK(finding.state == State::trusted);
    CHECK(field(finding, "edited regions").empty());
    CHECK_FALSE(field(finding, "tiles").empty());
  }
}

TEST_CASE("a small picture is marked, and says who only with its manifest") {
  const Studio alice("Alice");
  const MarkedBytes marked = marked_by(alice, slurp(media("pictures/astronaut.png")));
  const VerifyReport whole = look_at(marked.file, alice.believing());
  CHECK(whole.verdict == Verdict::verified);
  CHECK(state_of(whole.findings, Layer::robust) == State::trusted);
  const VerifyReport left = look_at(stripped(marked.file, "image/png"), {});
  CHECK(left.verdict == Verdict::marked);
  CHECK(left.tier.tier == label::Tier::suspected);
  CHECK(left.content_id == marked.report.content_id);
}

TEST_CASE("a mark survives JPEG at quality 50") {
  const Studio alice("Alice");
  const MarkedBytes marked = marked_by(alice, slurp(media("pictures/rocket.jpg")));
  const VerifyReport left = look_at(stripped(marked.file, "image/jpeg", 50), {});
  CHECK(left.verdict == Verdict::marked);
  CHECK(left.content_id == marked.report.content_id);
}

TEST_CASE("no mark is found where none is, and a layer that is left out is no clean look") {
  const Bytes plain = slurp(media("pictures/astronaut.png"));
  const VerifyReport report = look_at(plain, {});
  CHECK(report.verdict == Verdict::none);
  CHECK(state_of(report.findings, Layer::robust) == State::absent);
  VerifyOptions narrow;
  narrow.layers.robust = false;
  const VerifyReport left = look_at(plain, narrow);
  CHECK(state_of(left.findings, Layer::robust) == State::unreadable);
  CHECK(finding_of(left.findings, Layer::robust)->basis.find("--layers") != std::string::npos);
  CHECK(left.verdict == Verdict::inconclusive);
}

TEST_CASE("a mark that is there is never laid twice") {
  const Studio alice("Alice"), bob("Bob");
  const MarkedBytes first = marked_by(alice, slurp(media("pictures/astronaut.png")));
  const Bytes bare = stripped(first.file, "image/png");
  CHECK(code_of(mark_bytes(test_context(2), bare, bob.options(kAll))) == "pipeline.existing");

  const auto binding_of = [](const Bytes& file) {
    const auto inventory = container::inspect(test_context(), file);
    const auto manifest = c2pa::validate(test_context(), file, *inventory, {});
    REQUIRE_OK(manifest);
    REQUIRE(manifest->active.soft_bindings.size() == 1);
    const auto& actions = manifest->active.actions;
    CHECK(std::count(actions.begin(), actions.end(), "c2pa.watermarked.bound") == 0);
    return hex(manifest->active.soft_bindings[0].value);
  };
  for (const Studio* studio : {&alice, &bob}) {
    MarkOptions add = studio->options(kAll);
    add.existing = Existing::add;
    const auto again = mark_bytes(test_context(3), bare, add);
    REQUIRE_OK(again);
    CHECK_FALSE(again->report.robust);
    CHECK(again->report.robust_kept == first.report.content_id);
    CHECK(binding_of(again->file) == first.report.content_id);
    // The own work keeps its id; a stranger's mark stays named beside the new one.
    CHECK((again->report.content_id == first.report.content_id) == (studio == &alice));
    const VerifyReport report = look_at(again->file, studio->believing());
    CHECK(report.verdict == Verdict::verified);
    CHECK(report.findings.back().layer == Layer::robust);
  }
}

TEST_CASE("record and manifest that follow later take the id of the mark in the pixels") {
  const Studio alice("Alice");
  const MarkedBytes first =
      mark_bytes(test_context(), slurp(media("pictures/astronaut.png")), alice.options("robust"))
          .value();
  MarkOptions later = alice.options("metadata,manifest");
  later.existing = Existing::add;
  const auto whole = mark_bytes(test_context(4), first.file, later);
  REQUIRE_OK(whole);
  CHECK(whole->report.content_id == first.report.content_id);
  CHECK(look_at(whole->file, alice.believing()).content_id == first.report.content_id);
}

TEST_CASE("a private mark is seen by those who hold its key") {
  const Studio alice("Alice");
  const ScratchDir home;
  const auto ring = keys::Keyring::open(test_context(), keys::Home::at(home.path()));
  REQUIRE_OK(ring);
  keys::NewKey wanted;
  wanted.label = "leaks";
  wanted.protection.without_passphrase = true;
  REQUIRE_OK(ring->create(keys::Role::carrier, wanted));
  const auto carrier = ring->open_carrier("leaks", {});
  REQUIRE_OK(carrier);

  MarkOptions options = alice.options("robust");
  options.carrier = "leaks";
  const Bytes input = slurp(media("pictures/astronaut.png"));
  CHECK(code_of(mark_bytes(test_context(), input, options)) == "pipeline.carrier");
  options.carrier_key = &*carrier;
  const auto marked = mark_bytes(test_context(), input, options);
  REQUIRE_OK(marked);
  CHECK(look_at(marked->file, {}).verdict == Verdict::none);
  VerifyOptions holder;
  holder.carriers = [&] { return ring->carriers_at_hand({}); };
  const VerifyReport seen = look_at(marked->file, holder);
  CHECK(seen.verdict == Verdict::marked);
  CHECK(field(*finding_of(seen.findings, Layer::robust), "carrier key") ==
        carrier->info().id() + " \"leaks\"");

  options.carrier = "both";
  const auto both = mark_bytes(test_context(), input, options);
  REQUIRE_OK(both);
  CHECK(look_at(both->file, {}).content_id == both->report.content_id);
  CHECK(look_at(both->file, holder).findings.size() >= 2 + 2);
}

TEST_CASE("too little room is refused with its cure") {
  const Studio alice("Alice");
  const auto refused =
      mark_bytes(test_context(), cloud_tiff(90, 90), alice.options("robust,metadata,manifest"));
  CHECK(code_of(refused) == "image.mark.size");
  CHECK(exit_code_of(refused.error()) == 20);
  CHECK_FALSE(refused.error().hint.empty());
}
