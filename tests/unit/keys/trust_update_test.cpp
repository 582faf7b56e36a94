// SPDX-License-Identifier: Apache-2.0
// Bundles coming in: what is refused, each with its own code, and that nothing of it reaches the
// disk (keys.md sections 8.1 and 12).
#include "base/json.hpp"
#include "trust_support.hpp"

using namespace signmark;
using namespace signmark::keys;
using namespace signmark::test;

namespace {

std::string file_text(const TestIssuer& issuer, std::vector<SignedObject> chain) {
  return issuer_file_text({issuer.key.pk, std::move(chain), std::nullopt, {}});
}

AddConfirmation expecting(const PublicKey& key) { return {public_text(Role::issuer, key), {}}; }

/// The code with which a change is refused; checks that the disk is as before.
template <class Change>
std::string refused(const StoreFixture& fixture, Change change) {
  const auto before = fixture.files();
  const std::string code = code_of(change());
  CHECK(fixture.files() == before);
  return code;
}

}  // namespace

TEST_CASE("an issuer is added by its whole fingerprint or by a person, never by itself") {
  const TestIssuer issuer(1), stranger(2);
  const StoreFixture fixture;
  TrustStore store = fixture.open();
  const std::string text = file_text(issuer, {sign_bundle(issuer.bundle(1), {&issuer.key})});
  const Fingerprint print = fingerprint(Role::issuer, issuer.key.pk);
  const auto add = [&](const AddConfirmation& how) {
    return refused(fixture, [&] { return store.add(text, how); });
  };
  CHECK(add({}) == "trust.add.unconfirmed");
  CHECK(add({"", [](const IssuerSummary&) { return false; }}) == "trust.add.unconfirmed");
  CHECK(add({short_id(print), {}}) == "trust.add.expected");
  CHECK(add({hex(print).substr(0, 62), {}}) == "trust.add.expected");
  CHECK(add({public_text(Role::signing, issuer.key.pk), {}}) == "trust.add.expected");
  CHECK(add(expecting(stranger.key.pk)) == "trust.add.mismatch");
  CHECK(store.list().empty());
  Fingerprint shown{};
  CHECK_OK(store.add(text, {"", [&](const IssuerSummary& summary) {
                              shown = summary.fingerprint;
                              return true;
                            }}));
  CHECK(shown == print);
  REQUIRE(fixture.open().list().size() == 1);
  CHECK(fixture.open().list().front().current_key == issuer.key.pk);
  CHECK_OK(store.remove(short_id(print)));
  CHECK(fixture.open().list().empty());
  CHECK_OK(store.add(text, {hex(print), {}}));
}

TEST_CASE("only N to N+1, and history cannot be rewritten") {
  const TestIssuer issuer(1), stranger(2);
  const StoreFixture fixture;
  TrustStore store = fixture.trusting(issuer);
  const auto update = [&](const SignedObject& object) {
    return refused(fixture, [&] { return store.update(to_text(object)); });
  };
  const std::vector<const TestKey*> own{&issuer.key};
  CHECK(update(sign_bundle(issuer.bundle(3), own)) == "trust.update.gap");
  TrustBundle other = issuer.bundle(1);
  other.contact = "somebody else";
  CHECK(update(sign_bundle(other, own)) == "trust.update.conflict");
  CHECK(update(sign_bundle(stranger.bundle(2), {&stranger.key})) == "trust.update.unknown");
  CHECK(update(sign_bundle(stranger.bundle(2), own)) == "trust.update.new-key");
  TrustBundle expired = issuer.bundle(2);
  expired.expires = kNow;
  CHECK(update(sign_bundle(expired, own)) == "trust.bundle.expired");
  TrustBundle early = issuer.bundle(2);
  early.issued = kNow + 2 * kDay;
  CHECK(update(sign_bundle(early, own)) == "trust.bundle.early");
  TrustBundle backwards = issuer.bundle(2);
  backwards.issued = backwards.expires;
  CHECK(update(sign_bundle(backwards, own)) == "trust.bundle.window");

  const SignedObject second = sign_bundle(issuer.bundle(2), own);
  const auto done = store.update(to_text(second));
  REQUIRE_OK(done);
  CHECK(done->bundle_to == 2);
  CHECK(update(sign_bundle(issuer.bundle(1), own)) == "trust.update.rollback");
  const std::string old = file_text(issuer, {sign_bundle(issuer.bundle(1), own)});
  CHECK(refused(fixture, [&] { return store.update(old); }) == "trust.update.rollback");
  const auto again = store.update(to_text(second));
  REQUIRE_OK(again);
  CHECK_FALSE(again->changed());
  CHECK(fixture.open().list().front().version == 2);
}

TEST_CASE("a new issuer key needs the old one's signature and its own") {
  const TestIssuer old(1), fresh(2, "studio II");
  const TestKey leaf_key(5);
  const Bytes old_leaf = old.leaf(leaf_key);
  const StoreFixture fixture;
  TrustStore store = fixture.trusting(old, {old_leaf});
  TrustBundle next = fresh.bundle(2, {old_leaf, fresh.leaf(TestKey(6))});
  next.issuers.push_back({old.key.pk, old.root.der});
  const auto update = [&](const std::vector<const TestKey*>& signers) {
    return refused(fixture, [&] { return store.update(to_text(sign_bundle(next, signers))); });
  };
  CHECK(update({&old.key}) == "trust.update.new-key");
  CHECK(update({&old.key, &old.key}) == "trust.update.new-key");
  CHECK(update({&fresh.key}) == "trust.update.unknown");
  CHECK(update({&fresh.key, &fresh.key}) == "trust.update.unknown");
  CHECK_OK(store.update(to_text(sign_bundle(next, {&old.key, &fresh.key}))));

  const TrustStore reloaded = fixture.open();
  REQUIRE(reloaded.problems().empty());
  CHECK(reloaded.list().front().current_key == fresh.key.pk);
  CHECK(judge(reloaded, old_leaf).trusted());
  CHECK(judge(reloaded, fresh.leaf(TestKey(6))).trusted());
  // The old key alone is no longer enough.
  CHECK(code_of(store.update(to_text(sign_bundle(old.bundle(3), {&old.key})))) ==
        "trust.update.old-key");
}

TEST_CASE("a whole file with the change of key is judged the same way") {
  const TestIssuer old(1), fresh(2);
  const StoreFixture fixture;
  TrustStore store = fixture.open();
  const SignedObject first = sign_bundle(old.bundle(1), {&old.key});
  const auto add = [&](const SignedObject& second) {
    return refused(fixture, [&] {
      return store.add(file_text(old, {first, second}), expecting(old.key.pk));
    });
  };
  CHECK(add(sign_bundle(fresh.bundle(2), {&fresh.key})) == "trust.update.old-key");
  CHECK(add(sign_bundle(fresh.bundle(2), {&old.key})) == "trust.update.new-key");
  CHECK(add(sign_bundle(old.bundle(3), {&old.key})) == "trust.update.gap");
  CHECK(add(first) == "trust.file.syntax");
  CHECK(refused(fixture, [&] {
          return store.add(file_text(old, {sign_bundle(old.bundle(2), {&old.key})}),
                           expecting(old.key.pk));
        }) == "trust.bundle.version");
  // Whoever trusts the present key is led there by the chain as well.
  CHECK_OK(store.add(file_text(old, {first, sign_bundle(fresh.bundle(2), {&old.key, &fresh.key})}),
                     expecting(fresh.key.pk)));
}

TEST_CASE("a bundle names only roots and leaves of its own issuers") {
  const TestIssuer issuer(1), stranger(2);
  const StoreFixture fixture;
  TrustStore store = fixture.trusting(issuer);
  const auto update = [&](const TrustBundle& bundle) {
    return refused(fixture,
                   [&] { return store.update(to_text(sign_bundle(bundle, {&issuer.key}))); });
  };
  TrustBundle foreign_root = issuer.bundle(2);
  foreign_root.issuers.push_back({stranger.key.pk, stranger.root.der});
  CHECK(update(foreign_root) == "trust.bundle.issuers");
  TrustBundle twice = issuer.bundle(2);
  twice.issuers.push_back(twice.issuers.front());
  CHECK(update(twice) == "trust.bundle.issuers");
  CHECK(update(issuer.bundle(2, {stranger.leaf(TestKey(5))})) == "trust.bundle.certificate");
  TrustBundle wrong_root = issuer.bundle(2);
  wrong_root.issuers.front().certificate = stranger.root.der;
  CHECK(update(wrong_root) == "trust.bundle.certificate");
  TrustBundle leaf_as_root = issuer.bundle(2);
  leaf_as_root.issuers.front().certificate = issuer.leaf(TestKey(5));
  CHECK(update(leaf_as_root) == "trust.bundle.certificate");
}

TEST_CASE("what is too large is refused before it is read") {
  const TestIssuer issuer(1);
  const StoreFixture fixture;
  TrustStore store = fixture.trusting(issuer);
  const auto update = [&](const std::string& text) {
    return refused(fixture, [&] { return store.update(text); });
  };
  CHECK(update(std::string(5U << 20, ' ')) == "trust.file.size");
  const SignedObject large = sign_as("trust-bundle", Bytes((256U << 10) + 1, ' '), {&issuer.key});
  CHECK(update(to_text(large)) == "keys.object.size");
  TrustBundle many = issuer.bundle(2);
  many.contact = std::string(300, 'x');
  CHECK(update(to_text(sign_bundle(many, {&issuer.key}))) == "keys.object.body");
  TrustBundle crowded = issuer.bundle(2);
  crowded.leaves.assign(1025, LeafGrant{{}, "x", {}, {}, kNow, kNow});
  CHECK(update(to_text(sign_bundle(crowded, {&issuer.key}))) == "keys.object.body");
}

TEST_CASE("the verified bytes are read, and nothing that only means the same") {
  const TestIssuer issuer(1);
  const StoreFixture fixture;
  TrustStore store = fixture.trusting(issuer);
  const SignedObject good = sign_bundle(issuer.bundle(2), {&issuer.key});
  const auto update = [&](const SignedObject& object) {
    return refused(fixture, [&] { return store.update(to_text(object)); });
  };
  SignedObject spaced = good;
  spaced.body.push_back('\n');
  CHECK(update(spaced) == "trust.update.unknown");
  SignedObject sorted = good;
  const auto json = parse_json(as_text(good.body));
  REQUIRE_OK(json);
  const std::string indented = dump_json(*json, 1);
  sorted.body.assign(indented.begin(), indented.end());
  CHECK(update(sorted) == "trust.update.unknown");
  CHECK_OK(store.update(to_text(good)));
}

TEST_CASE("bodies that mean two things, or more than is understood, are refused") {
  const TestIssuer issuer(1);
  const StoreFixture fixture;
  TrustStore store = fixture.trusting(issuer);
  const auto body = bundle_body(issuer.bundle(2));
  REQUIRE_OK(body);
  const std::string text(as_text(*body));
  const auto update = [&](const std::string& changed) {
    const SignedObject object =
        sign_as("trust-bundle", Bytes(changed.begin(), changed.end()), {&issuer.key});
    return refused(fixture, [&] { return store.update(to_text(object)); });
  };
  const std::string rest = text.substr(1);
  CHECK(update("{\"version\":2," + rest) == "keys.object.body");  // a duplicate key
  CHECK(update("{\"critical\":[\"quorum\"],\"quorum\":2," + rest) == "keys.object.critical");
  CHECK(update("{\"critical\":[\"version\"]," + rest.substr(0, rest.size() - 1)) ==
        "keys.object.body");
  CHECK(update(text + " {}") == "keys.object.body");
  CHECK(update("\xef\xbb\xbf" + text) == "keys.object.body");
  CHECK(update("{\"depth\":[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]," + rest) == "keys.object.body");
  CHECK(update("{\"later\":1.5," + rest) == "keys.object.body");
  CHECK_OK(store.update(to_text(sign_as("trust-bundle",
                                        [&] {
                                          const std::string later =
                                              "{\"later\":\"not critical\"," + rest;
                                          return Bytes(later.begin(), later.end());
                                        }(),
                                        {&issuer.key}))));
}

TEST_CASE("objects of one type are nothing as another") {
  const TestIssuer issuer(1);
  const StoreFixture fixture;
  TrustStore store = fixture.trusting(issuer);
  const auto update = [&](const SignedObject& object) {
    return refused(fixture, [&] { return store.update(to_text(object)); });
  };
  SignedObject bundle = sign_bundle(issuer.bundle(2), {&issuer.key});
  bundle.type = "revocation";
  CHECK(update(bundle) == "trust.update.unknown");
  SignedObject list =
      sign_list(list_of(issuer, 1, TestKey(5), RevocationReason::compromised, kNow), issuer.key);
  list.type = "trust-bundle";
  CHECK(update(list) == "trust.update.unknown");
  // Even with the right signature of the issuer over the other type, the body is not one.
  CHECK(update(sign_as("revocation", sign_bundle(issuer.bundle(2), {&issuer.key}).body,
                       {&issuer.key})) == "keys.object.body");
  CHECK(update(sign_as("checkpoint", Bytes{'x'}, {&issuer.key})) == "trust.file.syntax");
  // X.509 and COSE bytes signed by the issuer under their own rules are not our objects.
  SignedObject der{"trust-bundle", issuer.root.der, {}};
  der.signatures.push_back(
      {short_id(fingerprint(Role::issuer, issuer.key.pk)), issuer.key.sign(issuer.root.der)});
  CHECK(update(der) == "trust.update.unknown");
}

TEST_CASE("a signing key does not sign bundles, an issuer key nothing else") {
  const TestIssuer issuer(1);
  const auto as_signing = issuer.key.signer(Role::signing);
  const auto as_issuer = issuer.key.signer(Role::issuer);
  const Bytes body{'{', '}'};
  CHECK(code_of(as_signing->sign_object("trust-bundle", body)) == "keys.sign.type");
  CHECK(code_of(as_signing->sign_object("revocation", body)) == "keys.sign.type");
  CHECK(code_of(as_issuer->sign_object("image-frame", body)) == "keys.sign.type");
  CHECK(code_of(as_issuer->sign_cose(body)) == "keys.sign.type");
  // The same key in the other role has another id, so its signature is not even tried.
  const StoreFixture fixture;
  TrustStore store = fixture.trusting(issuer);
  SignedObject swapped = sign_bundle(issuer.bundle(2), {&issuer.key});
  swapped.signatures.front().hint = short_id(fingerprint(Role::signing, issuer.key.pk));
  CHECK(code_of(store.update(to_text(swapped))) == "trust.update.unknown");
}

TEST_CASE("an id that collides with a trusted one proves nothing") {
  const TestIssuer issuer(1), impostor(2);
  const StoreFixture fixture;
  TrustStore store = fixture.trusting(issuer);
  TrustBundle bundle = issuer.bundle(2);
  SignedObject forged = sign_bundle(bundle, {&impostor.key});
  forged.signatures.front().hint = short_id(fingerprint(Role::issuer, issuer.key.pk));
  CHECK(refused(fixture, [&] { return store.update(to_text(forged)); }) == "trust.update.unknown");
  // Beside a good signature the collision does no harm: every one that fits is tried.
  SignedObject both = sign_bundle(bundle, {&impostor.key, &issuer.key});
  both.signatures.front().hint = both.signatures.back().hint;
  CHECK_OK(store.update(to_text(both)));
}

TEST_CASE("no flipped bit of a signed object is taken in") {
  const TestIssuer issuer(1);
  const StoreFixture fixture;
  TrustStore store = fixture.trusting(issuer);
  const std::string good = to_text(sign_bundle(issuer.bundle(2), {&issuer.key}));
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ (1 << i % 8));
    INFO(i);
    CHECK_FALSE(store.update(bad));
  }
  CHECK(store.list().front().version == 1);
  CHECK_OK(store.update(good));
}

TEST_CASE("another issuer's file changes nobody else") {
  const TestIssuer issuer(1), other(2, "agency");
  const Bytes leaf = issuer.leaf(TestKey(5));
  const StoreFixture fixture;
  TrustStore store = fixture.trusting(issuer, {leaf});
  // The other's chain under the known issuer's name.
  const std::string posing = issuer_file_text(
      {issuer.key.pk, {sign_bundle(other.bundle(1), {&other.key})}, std::nullopt, {}});
  CHECK(code_of(store.add(posing, expecting(other.key.pk))) == "trust.update.old-key");
  CHECK(code_of(store.update(file_text(other, {sign_bundle(other.bundle(1), {&other.key})}))) ==
        "trust.update.unknown");
  CHECK_OK(store.add(file_text(other, {sign_bundle(other.bundle(1), {&other.key})}),
                     expecting(other.key.pk)));
  CHECK(judge(store, leaf).trusted());
  CHECK(judge(store, other.leaf(TestKey(6), "x")).status == LeafStatus::not_listed);
}

TEST_CASE("a store that others may write to is believed in nothing") {
  const TestIssuer issuer(1);
  const StoreFixture fixture;
  { const TrustStore made = fixture.trusting(issuer); }
  std::filesystem::permissions(fixture.dir / "trust", std::filesystem::perms::others_write,
                               std::filesystem::perm_options::add);
  CHECK(code_of(TrustStore::load(fixture.context(), {fixture.dir / "trust", {}})) ==
        "trust.store.permissions");
}

TEST_CASE("a damaged folder is a problem that is named, and can be removed") {
  const TestIssuer issuer(1), other(2, "agency");
  const StoreFixture fixture;
  {
    TrustStore store = fixture.trusting(issuer);
    REQUIRE_OK(store.add(file_text(other, {sign_bundle(other.bundle(1), {&other.key})}),
                         expecting(other.key.pk)));
  }
  const std::string name = public_text(Role::issuer, issuer.key.pk);
  REQUIRE_OK(write_file(fixture.dir / "trust" / name / "trust.1.json", as_bytes("{}"),
                        {.replace = true, .mode = 0644, .keep = {}}));
  TrustStore store = fixture.open();
  REQUIRE(store.problems().size() == 1);
  CHECK(store.list().size() == 1);
  CHECK(judge(store, issuer.leaf(TestKey(5))).words.find("could not be read") != std::string::npos);
  CHECK_OK(store.remove(name));
  CHECK(fixture.open().problems().empty());
}

TEST_CASE("one public file is enough for a verifier, and cannot be changed") {
  const TestIssuer issuer(1);
  const Bytes leaf = issuer.leaf(TestKey(5));
  const StoreFixture fixture;
  const TrustStore store = fixture.trusting(issuer, {leaf});
  const auto exported = store.export_bundle("studio");
  REQUIRE_OK(exported);
  REQUIRE_OK(write_file(fixture.dir / "issuer.smbundle", as_bytes(*exported)));
  auto verifier = TrustStore::from_bundle_file(fixture.context(), fixture.dir / "issuer.smbundle");
  REQUIRE_OK(verifier);
  CHECK(judge(*verifier, leaf).trusted());
  CHECK(verifier->anchors() == std::vector<Bytes>{issuer.root.der});
  CHECK(code_of(verifier->update(*exported)) == "trust.issuer.read-only");
  CHECK(code_of(verifier->remove("studio")) == "trust.issuer.read-only");
  CHECK(code_of(store.export_bundle("nobody")) == "trust.issuer.unknown");
}
