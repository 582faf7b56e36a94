// SPDX-License-Identifier: Apache-2.0
// Forged claims, assertion lists and actions (c2pa.md sections 2, 13 and 14).
#include <algorithm>

#include "unit/c2pa/forge.hpp"

namespace signmark::c2pa::forge {
namespace {

using test_fixture::failures;
using Failures = std::vector<std::string>;

const Authority& authority() {
  static const Authority kAuthority;
  return kAuthority;
}

ValidationOptions believing() {
  ValidationOptions options;
  options.anchors.push_back(authority().root());
  return options;
}

Report check(const Forgery& forgery) {
  return test_fixture::validate_file(embed(forgery), believing());
}

Forgery forgery_with(std::vector<NamedAssertion> assertions) {
  Forgery forgery = perfect(authority().leaf());
  forgery.assertions = std::move(assertions);
  return forgery;
}

NamedAssertion note(std::string label = "org.example.note") {
  return {std::move(label), Value::map().set("text", text("hello"))};
}

// ---------------------------------------------------------------------------------------------
// The claim

TEST_CASE("every required field of the claim is missed", "[forge][claim]") {
  for (const char* field :
       {"instanceID", "claim_generator_info", "signature", "created_assertions"}) {
    INFO(field);
    Forgery forgery = perfect(authority().leaf());
    forgery.claim = [&](auto& claim) { claim.erase(field); };
    const Report report = check(forgery);
    CHECK(report.has("claim.malformed"));
    CHECK(report.structure == Answer::bad);
    CHECK(report.state() == "Invalid");
  }
}

TEST_CASE("fields of the wrong type make the claim malformed", "[forge][claim]") {
  for (const char* field : {"instanceID", "claim_generator_info", "signature", "created_assertions",
                            "redacted_assertions", "gathered_assertions"}) {
    INFO(field);
    Forgery forgery = perfect(authority().leaf());
    forgery.claim = [&](auto& claim) { claim[field] = Value::uint(7); };
    CHECK(check(forgery).has("claim.malformed"));
  }
}

TEST_CASE("unknown keys of a claim are accepted", "[forge][claim]") {
  Forgery forgery = perfect(authority().leaf());
  forgery.claim = [](auto& claim) { claim["org.example.key"] = Value::uint(7); };
  CHECK(check(forgery).state() == "Trusted");
}

TEST_CASE("a claim that is no CBOR, and nesting without end", "[forge][claim]") {
  Forgery forgery = perfect(authority().leaf());
  forgery.claim_bytes = [](Bytes& bytes) { bytes.front() = 0xff; };
  CHECK(check(forgery).has("claim.cbor.invalid"));
  forgery.claim_bytes = [](Bytes& bytes) { bytes.assign(5000, 0x81); };
  CHECK(check(forgery).has("claim.cbor.invalid"));
}

TEST_CASE("no claim, two claims, an unknown version", "[forge][claim]") {
  Forgery forgery = perfect(authority().leaf());
  forgery.children = [](auto& children) { children.erase(children.begin() + 1); };
  CHECK(check(forgery).has("claim.missing"));
  forgery.children = [](auto& children) { children.push_back(children[1]); };
  CHECK(check(forgery).has("claim.multiple"));
  forgery.children = nullptr;
  forgery.claim_label = "c2pa.claim.v9";
  CHECK(check(forgery).has("claim.malformed"));
}

TEST_CASE("the signature's address", "[forge][claim]") {
  const auto at = [](std::string_view url) {
    Forgery forgery = perfect(authority().leaf());
    forgery.claim = [url](auto& claim) { claim["signature"] = text(url); };
    return check(forgery);
  };
  CHECK(at("self#jumbf=c2pa.signature").state() == "Trusted");  // relative, as in the specification
  for (const char* url : {"self#jumbf=/c2pa/urn:c2pa:other/c2pa.signature", "self#jumbf=c2pa.sign",
                          "https://example.org/c2pa.signature", ""}) {
    INFO(url);
    CHECK(failures(at(url)) == Failures{"claimSignature.missing"});
  }
}

TEST_CASE("a missing or doubled signature box", "[forge][claim]") {
  Forgery forgery = perfect(authority().leaf());
  forgery.children = [](auto& children) { children.pop_back(); };
  CHECK(failures(check(forgery)) == Failures{"claimSignature.missing"});
  forgery.children = [](auto& children) { children.push_back(children.back()); };
  CHECK(failures(check(forgery)) == Failures{"claimSignature.missing"});
}

TEST_CASE("labels of version 2 are URNs", "[forge][claim]") {
  Forgery forgery = perfect(authority().leaf());
  forgery.label = "manifest-1";
  CHECK(failures(check(forgery)) == Failures{"claim.malformed"});
}

TEST_CASE("the deprecated type of a manifest is read", "[forge][claim]") {
  Forgery forgery = perfect(authority().leaf());
  forgery.type = kDeprecatedManifestType;
  CHECK(check(forgery).state() == "Trusted");
}

TEST_CASE("claims of version 1 are read by their own rules", "[forge][claim]") {
  Forgery forgery = perfect(authority().leaf());
  forgery.label = "urn:uuid:00000000-0000-4000-8000-00000000000a";
  forgery.claim_label = std::string(kClaimV1Label);
  forgery.assertions = {note()};  // no action is asked for
  forgery.claim = [](auto& claim) {
    claim["assertions"] = claim["created_assertions"];
    claim.erase("created_assertions");
    claim.erase("claim_generator_info");
    claim["claim_generator"] = text("old/1.0");
    claim["dc:format"] = text("image/png");
  };
  const Report report = check(forgery);
  CHECK(failures(report).empty());
  CHECK(report.state() == "Trusted");
  CHECK(report.active.generator == "old/1.0");
}

TEST_CASE("compressed manifests are not opened, which is told", "[forge][claim]") {
  Forgery forgery = perfect(authority().leaf());
  forgery.type = kCompressedManifestType;
  forgery.children = [](auto& children) { children = {jumbf::box("brob", Bytes(20, 1))}; };
  const Report report = check(forgery);
  CHECK(failures(report) == Failures{"io.signmark.manifest.compressed"});
  CHECK(report.structure == Answer::unknown);
  CHECK(report.content == Answer::unknown);
  CHECK(report.state() == "Invalid");
}

// ---------------------------------------------------------------------------------------------
// Assertions

TEST_CASE("an assertion that is listed but not there, there but not listed, or there twice",
          "[forge][assertions]") {
  Forgery forgery = forgery_with({actions({created_action()}), note()});
  CHECK(check(forgery).state() == "Trusted");
  SECTION("missing") {
    forgery.assertion_boxes = [](auto& boxes) { boxes.pop_back(); };
    CHECK(failures(check(forgery)) == Failures{"assertion.missing"});
  }
  SECTION("undeclared") {
    forgery.references = [](auto& created, auto&) { created.pop_back(); };
    CHECK(failures(check(forgery)) == Failures{"assertion.undeclared"});
  }
  SECTION("twice: which one is meant is undefined") {
    forgery.assertion_boxes = [](auto& boxes) { boxes.push_back(boxes.back()); };
    CHECK(failures(check(forgery)) == Failures{"assertion.missing"});
  }
  SECTION("of another manifest") {
    forgery.references = [](auto& created, auto&) {
      created.back().url = "self#jumbf=/c2pa/urn:c2pa:other/c2pa.assertions/org.example.note";
    };
    CHECK(failures(check(forgery)) ==
          Failures{"assertion.outsideManifest", "assertion.undeclared"});
  }
  SECTION("changed") {
    forgery.assertion_boxes = [](auto& boxes) { boxes.back().back() ^= 1; };
    CHECK(failures(check(forgery)) == Failures{"assertion.hashedURI.mismatch"});
  }
  SECTION("hashed with something nobody knows") {
    forgery.claim = [](auto& claim) { claim["alg"] = text("md5"); };
    forgery.bindings = [](const auto& ranges, ByteView digest) {
      return std::vector<NamedAssertion>{
          {std::string(kDataHashLabel), data_hash_assertion(ranges, digest)}};
    };
    const Report report = check(forgery);
    CHECK(report.has("algorithm.unsupported"));
    CHECK(report.structure == Answer::unknown);
  }
}

TEST_CASE("several assertions of a kind are told apart by their number", "[forge][assertions]") {
  const Report report =
      check(forgery_with({actions({created_action()}), note(), note("org.example.note__1")}));
  CHECK(report.state() == "Trusted");
  CHECK(report.active.assertions.size() == 4);
}

// ---------------------------------------------------------------------------------------------
// Actions

TEST_CASE("the first action is created or opened, once", "[forge][actions]") {
  const Value edited = Value::map().set("action", text("c2pa.edited"));
  const auto fails = [](std::vector<NamedAssertion> assertions) {
    return failures(check(forgery_with(std::move(assertions))));
  };
  const Failures malformed{"assertion.action.malformed"};
  CHECK(fails({note()}) == malformed);
  CHECK(fails({actions({edited})}) == malformed);
  CHECK(fails({actions({})}).front() == malformed.front());
  CHECK(fails({actions({edited, created_action()})}).front() == malformed.front());
  CHECK(fails({actions({created_action(), created_action()})}) == malformed);
  CHECK(fails({actions({Value::map().set("action", text("c2pa.created"))})}) == malformed);
  CHECK(fails({actions({created_action(), Value::map()})}) == malformed);
  CHECK(fails({actions({created_action(), edited})}).empty());
}

TEST_CASE("opened, placed and redacted name what they are about", "[forge][actions]") {
  const auto fails = [](std::vector<Value> list) {
    return failures(check(forgery_with({actions(std::move(list))})));
  };
  const Failures mismatch{"assertion.action.ingredientMismatch"};
  CHECK(fails({Value::map().set("action", text("c2pa.opened"))}) == mismatch);
  CHECK(fails({created_action(), Value::map().set("action", text("c2pa.placed"))}) == mismatch);
  CHECK(fails({created_action(), Value::map().set("action", text("c2pa.redacted"))}) ==
        Failures{"assertion.action.redactionMismatch"});
}

TEST_CASE("actions that were only gathered are accepted, as c2pa-rs does", "[forge][actions]") {
  Forgery forgery = perfect(authority().leaf());
  forgery.references = [](auto& created, auto& gathered) {
    gathered.push_back(created.back());
    created.pop_back();
  };
  CHECK(check(forgery).state() == "Trusted");
}

// ---------------------------------------------------------------------------------------------
// The store

TEST_CASE("two stores in a file are none", "[forge][store]") {
  const Bytes file = embed(perfect(authority().leaf()));
  auto inventory = container::inspect(test::test_context(), file);
  REQUIRE_OK(inventory);
  inventory->blocks.push_back(*inventory->find(container::BlockKind::c2pa));
  const auto report = validate(test::test_context(), file, *inventory, believing());
  CHECK(test::code_of(report) == "c2pa.store.unreadable");
}

TEST_CASE("no store, an address of one, and a broken one", "[forge][store]") {
  const Bytes file = test_fixture::png();
  auto absent = test_fixture::try_validate(file);
  CHECK(test::code_of(absent) == "c2pa.absent");
  CHECK(absent.error().where.empty());

  auto inventory = container::inspect(test::test_context(), file);
  REQUIRE_OK(inventory);
  const std::string_view packet =
      "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF "
      "xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description "
      "xmlns:dcterms='http://purl.org/dc/terms/' "
      "dcterms:provenance='https://example.org/a.c2pa'/></rdf:RDF></x:xmpmeta>";
  inventory->blocks.push_back(
      {container::BlockKind::xmp, "XMP", {}, {}, {packet.begin(), packet.end()}});
  const auto remote = validate(test::test_context(), file, *inventory, {});
  CHECK(test::code_of(remote) == "c2pa.absent");
  CHECK(remote.error().where == "https://example.org/a.c2pa");

  ValidationOptions options;
  options.sidecar = Bytes{0, 0, 0, 8, 'j', 'u', 'm', 'b'};
  CHECK(test::code_of(test_fixture::try_validate(file, options)) == "c2pa.store.unreadable");
  options.sidecar = jumbf::superbox(kStoreType, kStoreLabel, {}, {});
  CHECK(test::code_of(test_fixture::try_validate(file, options)) == "c2pa.store.unreadable");
}

TEST_CASE("boxes nested without end meet a limit", "[forge][store]") {
  Bytes box = jumbf::box("cbor", Bytes{0xa0});
  for (int i = 0; i < 60; ++i) box = jumbf::superbox(kAssertionStoreType, "x", {}, {box});
  ValidationOptions options;
  options.sidecar = jumbf::superbox(kStoreType, kStoreLabel, {}, {box});
  CHECK(test::code_of(test_fixture::try_validate(test_fixture::png(), options)) ==
        "c2pa.jumbf.limit");
}

TEST_CASE("the last manifest is the active one", "[forge][store]") {
  Forgery first = perfect(authority().leaf());
  first.label = "urn:c2pa:00000000-0000-4000-8000-000000000001";
  Forgery second = perfect(authority().leaf());
  second.earlier = manifest_box(first, {}, Bytes(32, 0));
  const Report report = check(second);
  CHECK(report.state() == "Trusted");
  CHECK(report.active.label == second.label);
  CHECK(report.manifests == 2);
  CHECK(report.ingredients.empty());  // nothing refers to it
}

}  // namespace
}  // namespace signmark::c2pa::forge
