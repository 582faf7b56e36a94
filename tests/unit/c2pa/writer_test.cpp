// SPDX-License-Identifier: Apache-2.0
// The writer: every format, deterministic claim, parents, intents, optional assertions.
#include <algorithm>

#include "c2pa/cbor.hpp"
#include "c2pa/jumbf.hpp"
#include "c2pa/xmp_property.hpp"
#include "unit/c2pa/writer_fixture.hpp"

namespace signmark::c2pa {
namespace {

using namespace test_fixture;
using Labels = std::vector<std::string>;

constexpr std::string_view kPacket =
    "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF "
    "xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description "
    "xmlns:m='http://ns.adobe.com/xap/1.0/mm/' m:InstanceID='xmp.iid:7'/></rdf:RDF></x:xmpmeta>";

Bytes packet() { return {kPacket.begin(), kPacket.end()}; }

/// The raw bytes of the active claim.
Bytes claim_of(ByteView store_bytes) {
  const auto store = jumbf::parse_store(Limits{}, store_bytes);
  REQUIRE_OK(store);
  const jumbf::Box* claim = store->children.back().only(kClaimLabel);
  REQUIRE(claim != nullptr);
  const ByteView bytes = claim->content("cbor")->payload;
  return {bytes.begin(), bytes.end()};
}

std::string failed(const Report& report) {
  std::string all;
  for (const std::string& code : failures(report)) all += code + " ";
  return all;
}

TEST_CASE("every format carries a trusted manifest", "[writer]") {
  for (const auto& source : sources()) {
    INFO(source);
    const Bytes original = test::slurp(source);
    const Signed made = sign_file(original, full_request());
    CHECK_FALSE(made.sidecar);
    const Report report = validate_file(made.file);
    CHECK(failed(report).empty());
    CHECK(report.state() == "Trusted");
    CHECK(report.manifests == 1);
    CHECK(report.active.title == "sample");
    CHECK(report.active.generator == "signmark");
    CHECK(report.active.signer.algorithm == "EdDSA");
    CHECK(made.store.size() % 2 == 0);  // a RIFF chunk then needs no padding
  }
}

TEST_CASE("long stores cross segments and sub-blocks", "[writer]") {
  ManifestRequest request = full_request();
  request.soft_bindings.push_back({"io.signmark.lattice.1", Bytes(150'000, 0x5a)});
  for (const auto& source : sources()) {
    INFO(source);
    CHECK(validate_file(sign_file(test::slurp(source), request).file).state() == "Trusted");
  }
}

TEST_CASE("a format without a place gets a sidecar over the whole file", "[writer]") {
  const std::string_view words = "Just words.\n";
  const Bytes text(words.begin(), words.end());
  const Signed made = sign_file(text, full_request());
  CHECK(made.sidecar);
  CHECK(made.file == text);
  ValidationOptions options = trusting();
  options.sidecar = made.store;
  CHECK(validate_file(made.file, options).state() == "Trusted");
}

TEST_CASE("a sidecar beside an embedded store is refused", "[writer]") {
  const Signed first = sign_file(png(), {});
  ManifestRequest request;
  request.sidecar = true;
  const Context context = test::test_context();
  const auto inventory = container::inspect(context, first.file);
  REQUIRE_OK(inventory);
  CHECK(test::code_of(sign(context, first.file, *inventory, {}, request, TestSigner())) ==
        "c2pa.sign.sidecar");
}

TEST_CASE("the claim is deterministic CBOR and says what it must", "[writer]") {
  const Signed made = sign_file(png(), full_request());
  const Bytes bytes = claim_of(made.store);
  const auto claim = cbor::decode(Limits{}, bytes);
  REQUIRE_OK(claim);
  CHECK(cbor::encode(*claim) == bytes);
  CHECK(*claim->find("alg")->as_text() == "sha256");
  CHECK(*claim->find("instanceID")->as_text() == full_request().instance_id);
  CHECK(claim->find("gathered_assertions") == nullptr);
  CHECK(claim->find("dc:format") == nullptr);
  CHECK(*claim->find("claim_generator_info")->find("specVersion")->as_text() == "2.4.0");
  CHECK(claim->find("signature")->as_text()->starts_with("self#jumbf=/c2pa/urn:c2pa:"));
  // The same inputs give the same file.
  CHECK(sign_file(png(), full_request()).file == made.file);
  CHECK(sign_file(png(), full_request(), TestSigner(), 2).file != made.file);
}

TEST_CASE("the signer is asked once", "[writer]") {
  const TestSigner signer;
  (void)sign_file(png(), full_request(), signer);
  CHECK(signer.signatures == 1);
}

TEST_CASE("assertions of a full request", "[writer]") {
  const Report report = validate_file(sign_file(png(), full_request()).file);
  CHECK(report.active.assertions ==
        Labels{"c2pa.hash.data", "c2pa.soft-binding", "c2pa.actions.v2", "c2pa.ai-disclosure"});
  CHECK(report.active.actions == Labels{"c2pa.created", "c2pa.watermarked.bound", "c2pa.edited"});
  CHECK(report.active.digital_source_types == Labels{ManifestRequest().digital_source_type});
  REQUIRE(report.active.soft_bindings.size() == 1);
  CHECK(report.active.soft_bindings.front().alg == "io.signmark.lattice.1");
  CHECK(hex(report.active.soft_bindings.front().value) == "0102030405060708");
  REQUIRE(report.active.disclosure);
  CHECK(report.active.disclosure->model_name == "m");
  CHECK(report.active.disclosure->model_identifier == "pkg:generic/m@1");
  CHECK(report.active.disclosure->human_oversight == "prompt_guided");
}

TEST_CASE("assertions of an empty request", "[writer]") {
  const Report report = validate_file(sign_file(png(), {}).file);
  CHECK(report.active.assertions == Labels{"c2pa.hash.data", "c2pa.actions.v2"});
  CHECK(report.active.actions == Labels{"c2pa.created"});
  CHECK_FALSE(report.active.disclosure);
  CHECK(report.active.instance_id.starts_with("urn:uuid:"));
}

TEST_CASE("BMFF files get their own hard binding", "[writer]") {
  const Report report =
      validate_file(sign_file(test::slurp(test::media("samples/plain.avif")), {}).file);
  CHECK(report.active.assertions.front() == "c2pa.hash.bmff.v3");
  CHECK(report.has("assertion.bmffHash.match"));
}

TEST_CASE("the instance id is the XMP's", "[writer]") {
  container::Edits edits;
  edits.xmp = packet();
  const Signed made = sign_file(png(), {}, TestSigner(), 1, std::move(edits));
  CHECK(validate_file(made.file).active.instance_id == "xmp.iid:7");
  CHECK_FALSE(xmp_instance_id(as_bytes("<x/>")));
  CHECK_FALSE(xmp_instance_id(as_bytes("no XML")));
  CHECK_FALSE(xmp_remote_manifest(packet()));
}

TEST_CASE("a manifest that is there becomes the parent", "[writer]") {
  for (const auto& source : sources()) {
    INFO(source);
    const Signed first = sign_file(test::slurp(source), full_request());
    const Signed second = sign_file(first.file, full_request(), TestSigner(), 2);
    const Report report = validate_file(second.file);
    CHECK(failed(report).empty());
    CHECK(report.state() == "Trusted");
    CHECK(report.manifests == 2);
    CHECK(report.active.actions.front() == "c2pa.opened");
    REQUIRE(report.ingredients.size() == 1);
    CHECK(report.ingredients.front().actions.front() == "c2pa.created");
    CHECK(report.has("claimSignature.validated"));
    const auto& codes = report.ingredient_codes;
    CHECK(std::any_of(codes.begin(), codes.end(), [](const StatusCode& status) {
      return status.code == "ingredient.manifest.validated";
    }));
  }
}

TEST_CASE("propagation continues the history", "[writer]") {
  const Signed first = sign_file(png(), full_request());
  ManifestRequest request;
  request.intent = Intent::edited_metadata;
  request.parent_anchors.push_back(root());
  container::Edits edits;
  edits.xmp = packet();
  const Signed second = sign_file(first.file, request, TestSigner(), 2, std::move(edits));
  const Report report = validate_file(second.file);
  CHECK(failed(report).empty());
  CHECK(report.state() == "Trusted");
  CHECK(report.active.actions == Labels{"c2pa.opened", "c2pa.edited.metadata"});
  CHECK(report.active.digital_source_types.empty());  // the platform does not say how it was made
}

TEST_CASE("propagation without a manifest is refused", "[writer]") {
  ManifestRequest request;
  request.intent = Intent::edited_metadata;
  const Context context = test::test_context();
  const Bytes file = png();
  const auto inventory = container::inspect(context, file);
  REQUIRE_OK(inventory);
  CHECK(test::code_of(sign(context, file, *inventory, {}, request, TestSigner())) ==
        "c2pa.parent.absent");
  CHECK(test::code_of(sign(context, file, *inventory, {}, {}, TestSigner(std::vector<Bytes>()))) ==
        "c2pa.sign.certificate");
}

TEST_CASE("the parent of a new encoding comes from the old file", "[writer]") {
  const Signed parent = sign_file(png(), full_request());
  const ByteView parent_view = parent.file;
  const auto parent_inventory = container::inspect(test::test_context(), parent.file);
  REQUIRE_OK(parent_inventory);
  ManifestRequest request;
  request.parent_file = &parent_view;
  request.parent_inventory = &*parent_inventory;
  const Signed made = sign_file(test::slurp(c2pa_vector("tiny.jpg")), request, TestSigner(), 2);
  const Report report = validate_file(made.file);
  CHECK(failed(report).empty());
  CHECK(report.manifests == 2);
  CHECK(report.state() == "Trusted");
}

TEST_CASE("a parent that was tampered with stays recorded as such", "[writer]") {
  Signed parent = sign_file(png(), full_request());
  const std::size_t at = as_text(parent.file).find("IDAT");
  parent.file[at + 6] ^= 1;
  const Signed made = sign_file(parent.file, full_request(), TestSigner(), 2);
  const Report report = validate_file(made.file);
  CHECK(report.content == Answer::good);  // of the file as it is now
  CHECK(report.state() == "Trusted");
  const auto dump = dump_store(test::test_context(), made.store);
  REQUIRE_OK(dump);
  CHECK_THAT(*dump, Catch::Contains("assertion.dataHash.mismatch"));
  CHECK_THAT(*dump, Catch::Contains("\"allActionsIncluded\": false"));
}

TEST_CASE("a parent that cannot be read stops the signing", "[writer]") {
  const Bytes file = png();
  const Context context = test::test_context();
  auto inventory = container::inspect(context, file);
  REQUIRE_OK(inventory);
  inventory->blocks.push_back({container::BlockKind::c2pa, "PNG caBX", {}, {}, Bytes(40, 1)});
  CHECK(test::code_of(sign(context, file, *inventory, {}, {}, TestSigner())) ==
        "c2pa.parent.unreadable");
  inventory->blocks.push_back(inventory->blocks.back());
  CHECK(test::code_of(sign(context, file, *inventory, {}, {}, TestSigner())) ==
        "c2pa.parent.unreadable");
}

TEST_CASE("a store above the limit is refused", "[writer]") {
  Context context = test::test_context();
  context.limits.manifest_store = 1000;
  const Bytes file = png();
  const auto inventory = container::inspect(context, file);
  REQUIRE_OK(inventory);
  CHECK(test::code_of(sign(context, file, *inventory, {}, {}, TestSigner())) == "c2pa.sign.limit");
}

TEST_CASE("the leaf's validity is judged at the time of the check", "[writer]") {
  const Signed made = sign_file(png(), {});
  ValidationOptions options = trusting();
  options.at = 1'600'000'000;  // 2020
  const Report report = validate_file(made.file, options);
  CHECK(report.has("claimSignature.outsideValidity"));
  CHECK(report.state() == "Invalid");
}

}  // namespace
}  // namespace signmark::c2pa
