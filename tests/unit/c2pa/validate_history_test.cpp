// SPDX-License-Identifier: Apache-2.0
// Ingredients and update manifests (c2pa.md sections 10 and 13).
#include "unit/c2pa/forge.hpp"

namespace signmark::c2pa::forge {
namespace {

using test_fixture::failures;
using Failures = std::vector<std::string>;

const Authority& authority() {
  static const Authority kAuthority;
  return kAuthority;
}

Report check(const Forgery& forgery) {
  ValidationOptions options;
  options.anchors.push_back(authority().root());
  return test_fixture::validate_file(embed(forgery), options);
}

constexpr std::string_view kParent = "urn:c2pa:00000000-0000-4000-8000-000000000001";

/// The manifest box of a signed file, which becomes the parent.
Bytes parent_manifest() {
  Forgery forgery = perfect(authority().leaf());
  forgery.label = kParent;
  const Bytes file = embed(forgery);
  const auto inventory = container::inspect(test::test_context(), file);
  REQUIRE_OK(inventory);
  const Bytes& bytes = inventory->find(container::BlockKind::c2pa)->payload;
  const auto store = jumbf::parse_store(Limits{}, bytes);
  REQUIRE_OK(store);
  const ByteView raw = store->children.front().raw;
  return {raw.begin(), raw.end()};
}

NamedAssertion ingredient_of(const Bytes& parent, bool results = true) {
  const auto box = jumbf::parse(Limits{}, parent);
  REQUIRE_OK(box);
  const jumbf::Box* signature = box->only(kSignatureLabel);
  REQUIRE(signature != nullptr);
  const HashedUri manifest{jumbf::absolute_uri(kParent, {}), hash(HashAlg::sha256, box->payload)};
  const HashedUri claim_signature{jumbf::absolute_uri(kParent, {kSignatureLabel}),
                                  hash(HashAlg::sha256, signature->payload)};
  Value value = Value::map()
                    .set("relationship", text("parentOf"))
                    .set("activeManifest", to_cbor(manifest))
                    .set("claimSignature", to_cbor(claim_signature));
  if (results) value.set("validationResults", Value::map().set("activeManifest", Value::map()));
  return {std::string(kIngredientLabel), value};
}

Value opened(const NamedAssertion& ingredient) {
  const HashedUri uri = reference_to(ingredient.label, assertion_box(ingredient));
  return Value::map()
      .set("action", text("c2pa.opened"))
      .set("parameters", Value::map().set("ingredients", to_cbor(std::vector{uri})));
}

Value action(std::string_view name) { return Value::map().set("action", text(name)); }

/// An asset made from the parent; `more` are actions behind c2pa.opened.
Forgery child_of(const Bytes& parent, const NamedAssertion& ingredient,
                 std::vector<Value> more = {}) {
  Forgery forgery = perfect(authority().leaf());
  forgery.earlier = parent;
  more.insert(more.begin(), opened(ingredient));
  forgery.assertions = {ingredient, actions(std::move(more))};
  return forgery;
}

/// The same file with new metadata in the store only.
Forgery update_of(const Bytes& parent, std::vector<Value> more) {
  Forgery forgery = child_of(parent, ingredient_of(parent), std::move(more));
  forgery.type = kUpdateManifestType;
  forgery.bindings = [](const auto&, ByteView) { return std::vector<NamedAssertion>(); };
  return forgery;
}

TEST_CASE("a parent that is as it was", "[forge][history]") {
  const Bytes parent = parent_manifest();
  const Report report = check(child_of(parent, ingredient_of(parent)));
  CHECK(failures(report).empty());
  CHECK(report.state() == "Trusted");
  CHECK(report.manifests == 2);
  REQUIRE(report.ingredients.size() == 1);
  CHECK(report.ingredients.front().label == kParent);
}

TEST_CASE("a parent that was changed", "[forge][history]") {
  Bytes parent = parent_manifest();
  const NamedAssertion ingredient = ingredient_of(parent);
  const std::size_t at = as_text(parent).find("trainedAlgorithmicMedia");
  REQUIRE(at != std::string_view::npos);
  parent[at] ^= 1;
  const Report report = check(child_of(parent, ingredient));
  CHECK(failures(report) ==
        Failures{"assertion.hashedURI.mismatch", "ingredient.manifest.mismatch"});
  CHECK(report.state() == "Invalid");
  CHECK(report.structure == Answer::bad);
}

TEST_CASE("a parent that is missing, or comes without results", "[forge][history]") {
  const Bytes parent = parent_manifest();
  CHECK(failures(check(child_of({}, ingredient_of(parent)))) ==
        Failures{"ingredient.manifest.missing"});
  CHECK(failures(check(child_of(parent, ingredient_of(parent, false)))) ==
        Failures{"assertion.ingredient.malformed"});
}

TEST_CASE("two parents, and an ingredient without a relationship", "[forge][history]") {
  const Bytes parent = parent_manifest();
  Forgery forgery = child_of(parent, ingredient_of(parent));
  forgery.assertions.push_back(forgery.assertions.front());
  forgery.assertions.back().label += "__1";
  CHECK(failures(check(forgery)) == Failures{"manifest.multipleParents"});
  forgery.assertions.back().content = Value::map().set("dc:title", text("x"));
  CHECK(failures(check(forgery)) == Failures{"assertion.ingredient.malformed"});
}

TEST_CASE("a failure that the signer recorded is history", "[forge][history]") {
  Bytes parent = parent_manifest();
  parent[as_text(parent).find("trainedAlgorithmicMedia")] ^= 1;
  NamedAssertion ingredient = ingredient_of(parent);  // hashed as it stands there now
  const auto with_record = [&](Value failed) {
    Value value = Value::map();
    for (const cbor::Entry& entry : *ingredient.content.as_map())
      if (*entry.key.as_text() != "validationResults") value.set(entry.key, entry.value);
    value.set("validationResults",
              Value::map().set("activeManifest",
                               Value::map().set("failure", Value::array({std::move(failed)}))));
    return check(child_of(parent, {ingredient.label, value}));
  };
  const std::string url =
      jumbf::absolute_uri(kParent, {kAssertionStoreLabel, std::string_view(kActionsLabel)});
  CHECK(with_record(
            Value::map().set("code", text("assertion.hashedURI.mismatch")).set("url", text(url)))
            .state() == "Trusted");
  CHECK(failures(with_record(Value::map()
                                 .set("code", text("assertion.hashedURI.mismatch"))
                                 .set("url", text("self#jumbf=/c2pa/other")))) ==
        Failures{"assertion.hashedURI.mismatch"});
}

TEST_CASE("an update manifest leaves the binding to its parent", "[forge][history]") {
  const Bytes parent = parent_manifest();
  const Report report = check(update_of(parent, {action("c2pa.edited.metadata")}));
  CHECK(failures(report).empty());
  CHECK(report.content == Answer::good);
  CHECK(report.state() == "Trusted");
}

TEST_CASE("what an update manifest must not do", "[forge][history]") {
  const Bytes parent = parent_manifest();
  CHECK(failures(check(update_of(parent, {action("c2pa.edited")}))) ==
        Failures{"manifest.update.invalid"});

  Forgery binding = update_of(parent, {});
  binding.bindings = nullptr;
  CHECK(failures(check(binding)) == Failures{"manifest.update.invalid"});

  Forgery orphan = update_of(parent, {});
  orphan.assertions = {actions({action("c2pa.published")})};
  const Report report = check(orphan);
  CHECK(failures(report) == Failures{"manifest.update.wrongParents"});
  CHECK(report.content == Answer::unknown);
}

TEST_CASE("an update manifest on changed content", "[forge][history]") {
  Bytes file = embed(update_of(parent_manifest(), {action("c2pa.edited.metadata")}));
  file[as_text(file).find("IDAT") + 6] ^= 1;
  const Report report = test_fixture::validate_file(file);
  CHECK(report.has("assertion.dataHash.mismatch"));
  CHECK(report.content == Answer::bad);
  CHECK(report.signature == Answer::good);
}

TEST_CASE("ingredients in a circle end", "[forge][history]") {
  Forgery forgery = perfect(authority().leaf());
  Value value = Value::map()
                    .set("relationship", text("componentOf"))
                    .set("activeManifest",
                         to_cbor(HashedUri{jumbf::absolute_uri(forgery.label, {}), Bytes(32)}))
                    .set("validationResults", Value::map());
  forgery.assertions.push_back({std::string(kIngredientLabel), value});
  const Report report = check(forgery);
  CHECK(report.has("claimSignature.validated"));
  CHECK(failures(report) == Failures{"ingredient.manifest.mismatch"});
}

}  // namespace
}  // namespace signmark::c2pa::forge
