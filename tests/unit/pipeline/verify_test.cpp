// SPDX-License-Identifier: Apache-2.0
// verify_file: what changed, moved, broken and wild files come to.
#include "pipeline_support.hpp"

using namespace signmark;
using namespace signmark::test;
namespace fs = std::filesystem;

namespace {

VerifyReport report_of(const Bytes& bytes, const VerifyOptions& options = {}) {
  auto report = verify_bytes(test_context(), bytes, options);
  REQUIRE_OK(report);
  return std::move(*report);
}

/// A small PNG whose XMP packet holds this AIGC value.
Bytes with_record(const std::string& json) {
  const Bytes file = slurp(media("samples/rgb.png"));
  const auto inventory = container::inspect(test_context(), file);
  REQUIRE_OK(inventory);
  label::XmpChanges changes;
  changes.aigc_json = json;
  container::Edits edits;
  auto packet = label::update_xmp({}, changes);
  REQUIRE_OK(packet);
  edits.xmp = std::move(*packet);
  const auto plan = container::plan(test_context(), file, *inventory, edits);
  REQUIRE_OK(plan);
  return plan->rope.flatten();
}

std::string record_json(const std::string& label, const std::string& producer = "studio") {
  return label::to_json({label, producer, "id-1", "", producer, "id-1", ""});
}

}  // namespace

TEST_CASE("an unmarked picture is none, a cut one is not") {
  const Bytes file = slurp(media("samples/rgb.png"));
  CHECK(report_of(file).verdict == Verdict::none);
  CHECK(report_of(file).tier.tier == label::Tier::none);
  Bytes cut = file;
  cut.resize(cut.size() - 20);
  const VerifyReport report = report_of(cut);
  CHECK(report.verdict == Verdict::inconclusive);
  CHECK_FALSE(report.tier.tier);
  CHECK_FALSE(report.problems.empty());
}

TEST_CASE("unknown and empty files could not be looked at") {
  CHECK(report_of({}).verdict == Verdict::inconclusive);
  const std::string_view binary("no\0format at all", 16), text = "just some text";
  CHECK(report_of(Bytes(binary.begin(), binary.end())).verdict == Verdict::inconclusive);
  CHECK(report_of(Bytes(text.begin(), text.end())).verdict == Verdict::none);
  const ScratchDir dir;
  CHECK(code_of(verify_file(test_context(), dir / "absent.png", {})) == "base.file.open");
}

TEST_CASE("the tier follows the record, else the declaration, else traces") {
  CHECK(report_of(with_record(record_json("1"))).tier.tier == label::Tier::confirmed);
  CHECK(report_of(with_record(record_json("2"))).tier.tier == label::Tier::possible);
  CHECK(report_of(with_record(record_json("3"))).tier.tier == label::Tier::suspected);
  CHECK(report_of(with_record(record_json("1"))).verdict == Verdict::marked);
  VerifyOptions declared;
  declared.declared = true;
  const Bytes plain = slurp(media("samples/rgb.png"));
  CHECK(report_of(plain, declared).tier.tier == label::Tier::possible);
  CHECK(report_of(with_record("{\"AIGC\":{}}")).tier.tier == label::Tier::suspected);
}

TEST_CASE("a record that cannot be read is no absence") {
  const VerifyReport report = report_of(with_record("{\"Label\":\"1\",\"Label\":\"3\"}"));
  CHECK(report.verdict == Verdict::inconclusive);
  CHECK_FALSE(report.problems.empty());
}

TEST_CASE("a record is present with its broken rules, not invalid") {
  const VerifyReport report = report_of(
      with_record(R"({"Label":"AIGC","ContentProducer":"a name with spaces","ProduceID":"1"})"));
  CHECK(report.verdict == Verdict::marked);
  const Finding* finding = finding_of(report.findings, Layer::metadata);
  REQUIRE(finding != nullptr);
  CHECK(finding->state == State::present);
  CHECK(finding->broken_rules.size() >= 3);
}

TEST_CASE("metadata moved to another picture is foreign or invalid there") {
  const Studio alice("Alice");
  const Bytes original = slurp(media("samples/rgb.png"));
  const auto marked = mark_bytes(test_context(), original, alice.options());
  REQUIRE_OK(marked);
  const auto inventory = container::inspect(test_context(), marked->file);
  REQUIRE_OK(inventory);
  const container::Block* store = inventory->find(container::BlockKind::c2pa);
  const container::Block* xmp = inventory->find(container::BlockKind::xmp);
  REQUIRE(store != nullptr);
  REQUIRE(xmp != nullptr);

  const Bytes other = slurp(media("samples/palette.png"));
  const auto there = container::inspect(test_context(), other);
  container::Edits edits;
  edits.manifest = store->payload;
  edits.xmp = xmp->payload;
  const auto plan = container::plan(test_context(), other, *there, edits);
  REQUIRE_OK(plan);
  const VerifyReport report = report_of(plan->rope.flatten(), alice.believing());
  CHECK(report.verdict == Verdict::tampered);
  CHECK(state_of(report.findings, Layer::manifest) == State::foreign);
}

TEST_CASE("a record edited under its manifest is caught twice over") {
  const Studio alice("Alice");
  const auto marked = mark_bytes(test_context(), slurp(media("samples/rgb.png")), alice.options());
  REQUIRE_OK(marked);
  const auto inventory = container::inspect(test_context(), marked->file);
  label::AigcRecord record = marked->report.record;
  record.content_producer = "somebody-else";
  label::XmpChanges changes;
  changes.aigc_json = label::to_json(record);
  container::Edits edits;
  edits.xmp = *label::update_xmp(inventory->find(container::BlockKind::xmp)->payload, changes);
  const auto plan = container::plan(test_context(), marked->file, *inventory, edits);
  REQUIRE_OK(plan);
  const VerifyReport report = report_of(plan->rope.flatten(), alice.believing());
  CHECK(report.verdict == Verdict::tampered);
  CHECK(state_of(report.findings, Layer::manifest) == State::foreign);
  CHECK(state_of(report.findings, Layer::metadata) == State::invalid);
}

TEST_CASE("an expired leaf is not believed without proven time") {
  const Studio alice("Alice");
  const auto marked = mark_bytes(test_context(), slurp(media("samples/rgb.png")), alice.options());
  REQUIRE_OK(marked);
  VerifyOptions later = alice.believing();
  later.at = 1'795'348'800 + 400 * 86400;
  CHECK(report_of(marked->file, later).verdict == Verdict::untrusted);
}

TEST_CASE("a withdrawn leaf is not believed") {
  const Studio alice("Alice");
  const auto marked = mark_bytes(test_context(), slurp(media("samples/rgb.png")), alice.options());
  REQUIRE_OK(marked);
  VerifyOptions options = alice.believing();
  options.trust.objection = [](const c2pa::LeafUse&) {
    return std::optional<std::string>("the key was revoked");
  };
  CHECK(report_of(marked->file, options).verdict != Verdict::verified);
}

TEST_CASE("inspect shows every block without judging") {
  const Studio alice("Alice");
  const ScratchDir dir;
  REQUIRE_OK(
      mark_file(test_context(), media("samples/rgb.png"), to(dir / "m.png"), alice.options()));
  const auto tree = inspect_file(test_context(), dir / "m.png");
  REQUIRE_OK(tree);
  std::string all;
  for (const TreeLine& line : *tree) all += line.name + "=" + line.value + "\n";
  for (const char* part : {"AIGC record", "ContentProducer", "c2pa.claim.v2", "c2pa.hash.data",
                           "DigitalSourceType", "complete=yes"})
    CHECK(all.find(part) != std::string::npos);
}

TEST_CASE("a store cut out into a sidecar does not leave its place to others") {
  const Studio alice("Alice");
  const auto marked = mark_bytes(test_context(), slurp(media("samples/rgb.png")), alice.options());
  REQUIRE_OK(marked);
  const auto inventory = container::inspect(test_context(), marked->file);
  REQUIRE_OK(inventory);
  const container::Block* store = inventory->find(container::BlockKind::c2pa);
  REQUIRE(store != nullptr);
  // The same bytes, but the store's chunk is one of a type that nobody knows.
  Bytes forged = marked->file;
  const std::string_view other = "vpAg";
  std::copy(other.begin(), other.end(),
            forged.begin() + static_cast<std::ptrdiff_t>(store->range.offset) + 4);
  const auto report = verify_bytes(test_context(), forged, alice.believing(), store->payload);
  REQUIRE_OK(report);
  CHECK(report->verdict == Verdict::tampered);
}

TEST_CASE("a later source type does not hide one that says AI") {
  const Bytes file = slurp(media("samples/rgb.png"));
  const auto inventory = container::inspect(test_context(), file);
  const std::string_view packet =
      "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF "
      "xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
      "<rdf:Description xmlns:e='http://iptc.org/std/Iptc4xmpExt/2008-02-29/' "
      "e:DigitalSourceType='http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture'/>"
      "<rdf:Description xmlns:e='http://iptc.org/std/Iptc4xmpExt/2008-02-29/' "
      "e:DigitalSourceType=' http://cv.iptc.org/newscodes/digitalsourcetype/compositeSynthetic/ '/>"
      "</rdf:RDF></x:xmpmeta>";
  container::Edits edits;
  edits.xmp = Bytes(packet.begin(), packet.end());
  const auto plan = container::plan(test_context(), file, *inventory, edits);
  REQUIRE_OK(plan);
  CHECK(report_of(plan->rope.flatten()).verdict == Verdict::marked);
}

TEST_CASE("a revocation is not outvoted by a store that has not heard of it") {
  const Studio alice("Alice");
  const auto marked = mark_bytes(test_context(), slurp(media("samples/rgb.png")), alice.options());
  REQUIRE_OK(marked);
  const ScratchDir folder;
  const auto believing = [&](const std::string& name) {
    auto store = keys::TrustStore::load(test_context(), {folder / name, {}});
    REQUIRE_OK(store);
    REQUIRE_OK(store->add_local_issuer(alice.root()));
    return std::move(*store);
  };
  std::vector<keys::TrustStore> stores;
  stores.push_back(believing("old"));
  keys::TrustStore told = believing("new");
  keys::RevocationEntry entry;
  entry.value.assign(alice.signer().key().public_key.begin(),
                     alice.signer().key().public_key.end());
  entry.since = 1'795'348'800;
  const auto issuer = alice.issuer();
  REQUIRE_OK(told.revoke({entry}, 1'795'348'800 + 86400, *issuer));
  VerifyOptions options;
  options.trust = trust_in(test_context(), std::move(stores));
  CHECK(report_of(marked->file, options).verdict == Verdict::verified);
  std::vector<keys::TrustStore> both;
  both.push_back(believing("old"));
  both.push_back(std::move(told));
  options.trust = trust_in(test_context(), std::move(both));
  CHECK(report_of(marked->file, options).verdict == Verdict::untrusted);
}
