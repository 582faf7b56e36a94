// SPDX-License-Identifier: Apache-2.0
// Which leaf is believed, for what and when (keys.md sections 8 and 12, "Authority").
#include "trust_support.hpp"

using namespace signmark;
using namespace signmark::keys;
using namespace signmark::test;

namespace {

LeafStatus status_at(const TrustStore& store, ByteView leaf, UnixTime at) {
  LeafQuery query;
  query.leaf_der = leaf;
  query.at = at;
  return store.check_leaf(query).status;
}

LeafStatus status_for(const TrustStore& store, ByteView leaf, Purpose purpose, MediaKind media) {
  LeafQuery query;
  query.leaf_der = leaf;
  query.purpose = purpose;
  query.media = media;
  query.at = kNow;
  return store.check_leaf(query).status;
}

/// A store that trusts an issuer by a bundle with exactly this grant.
TrustStore granting(const StoreFixture& fixture, const TestIssuer& issuer, LeafGrant grant) {
  TrustStore store = fixture.trusting(issuer);
  TrustBundle bundle = issuer.bundle(2);
  bundle.leaves = {std::move(grant)};
  REQUIRE_OK(store.update(to_text(sign_bundle(bundle, {&issuer.key}))));
  return store;
}

LeafGrant grant_by_name(const std::string& principal) {
  return {
      {}, principal, {Purpose::manifest}, {MediaKind::image}, kNow - 20 * kDay, kNow + 20 * kDay};
}

}  // namespace

TEST_CASE("a listed leaf is trusted inside its window only") {
  const TestIssuer issuer(1);
  const Bytes leaf = issuer.leaf(TestKey(5));
  const StoreFixture fixture;
  const TrustStore store = fixture.trusting(issuer, {leaf});
  CHECK(judge(store, leaf).trusted());
  CHECK(judge(store, leaf).issuer_name == "studio");
  CHECK(status_at(store, leaf, kLeafWindow.not_before) == LeafStatus::trusted);
  CHECK(status_at(store, leaf, kLeafWindow.not_after) == LeafStatus::trusted);
  CHECK(status_at(store, leaf, kLeafWindow.not_before - 1) == LeafStatus::outside_window);
  CHECK(status_at(store, leaf, kLeafWindow.not_after + 1) == LeafStatus::outside_window);
  // A proved time is judged instead of the present one, in both directions.
  const ProvenTime inside{kNow, TimeEvidence::time_stamp};
  const ProvenTime future{kLeafWindow.not_after + 1, TimeEvidence::time_stamp};
  CHECK(judge(store, leaf, inside).trusted());
  CHECK(judge(store, leaf, future).status == LeafStatus::outside_window);
}

TEST_CASE("a leaf that is dated into the future is not good yet") {
  const TestIssuer issuer(1);
  const Bytes leaf = issuer.leaf(TestKey(5), "ci", {kNow + kDay, kNow + 2 * kDay});
  const StoreFixture fixture;
  const TrustStore store = fixture.trusting(issuer, {leaf});
  const LeafVerdict verdict = judge(store, leaf);
  CHECK(verdict.status == LeafStatus::outside_window);
}

TEST_CASE("the grant's window narrows the certificate's") {
  const TestIssuer issuer(1);
  const Bytes leaf = issuer.leaf(TestKey(5));
  auto grant = full_grant(leaf);
  REQUIRE_OK(grant);
  grant->not_after = kNow - 1;
  const StoreFixture fixture;
  const TrustStore store = granting(fixture, issuer, *grant);
  CHECK(status_at(store, leaf, kNow - 1) == LeafStatus::trusted);
  CHECK(status_at(store, leaf, kNow) == LeafStatus::outside_window);
}

TEST_CASE("a leaf is good for its purposes and media only") {
  const TestIssuer issuer(1);
  const Bytes leaf = issuer.leaf(TestKey(5));
  auto grant = full_grant(leaf);
  REQUIRE_OK(grant);
  grant->purposes = {Purpose::manifest, Purpose::text};
  grant->media = {MediaKind::audio};
  const StoreFixture fixture;
  const TrustStore store = granting(fixture, issuer, *grant);
  CHECK(status_for(store, leaf, Purpose::manifest, MediaKind::audio) == LeafStatus::trusted);
  CHECK(status_for(store, leaf, Purpose::manifest, MediaKind::image) == LeafStatus::wrong_purpose);
  CHECK(status_for(store, leaf, Purpose::frame, MediaKind::audio) == LeafStatus::wrong_purpose);
  CHECK(status_for(store, leaf, Purpose::checkpoint, MediaKind::text) == LeafStatus::wrong_purpose);
}

TEST_CASE("a certified leaf that the bundle does not list is not trusted") {
  const TestIssuer issuer(1), stranger(2);
  const StoreFixture fixture;
  const TrustStore store = fixture.trusting(issuer, {issuer.leaf(TestKey(5))});
  const LeafVerdict unlisted = judge(store, issuer.leaf(TestKey(6), "other"));
  CHECK(unlisted.status == LeafStatus::not_listed);
  CHECK_FALSE(unlisted.issuer_id.empty());
  const LeafVerdict strange = judge(store, stranger.leaf(TestKey(5)));
  CHECK(strange.status == LeafStatus::not_listed);
  CHECK(strange.issuer_id.empty());
  // The listed key with another certificate of the same issuer is another leaf.
  CHECK(judge(store, issuer.leaf(TestKey(5), "renamed")).status == LeafStatus::not_listed);
}

TEST_CASE("what is no leaf of ours is not listed, and never an error") {
  const TestIssuer issuer(1);
  const StoreFixture fixture;
  const TrustStore store = fixture.trusting(issuer);
  CHECK(judge(store, {}).status == LeafStatus::not_listed);
  CHECK(judge(store, as_bytes("no certificate")).status == LeafStatus::not_listed);
  CHECK(judge(store, issuer.root.der).status == LeafStatus::not_listed);
}

TEST_CASE("a leaf issued by another leaf is nobody's") {
  const TestIssuer issuer(1);
  const TestKey middle(5), end(6);
  const Bytes middle_der = issuer.leaf(middle);
  // The leaf's key signs a certificate in the name of its issuer.
  const auto forged =
      build_leaf(end.pk, {"studio", "end"}, kLeafWindow, serial(6), issuer.root, middle.der());
  CHECK(code_of(forged) == "keys.cert.signature");
  // And below a root of its own making, which has the issuer's name but another key.
  TestIssuer false_issuer(5, "studio");
  const StoreFixture fixture;
  const TrustStore store = fixture.trusting(issuer, {middle_der});
  CHECK(judge(store, false_issuer.leaf(end)).status == LeafStatus::not_listed);
}

TEST_CASE("a carrier secret used as a signing seed gives a key that nobody certified") {
  const TestIssuer issuer(1);
  const TestKey signing(5), carrier(6);
  const StoreFixture fixture;
  const TrustStore store = fixture.trusting(issuer, {issuer.leaf(signing)});
  CHECK(store.find_by_hint(ByteView(fingerprint(Role::signing, carrier.pk)).first(4)).empty());
  CHECK(public_part(Role::carrier, carrier.seed) != carrier.pk);
  const auto arena = make_arena();
  const auto text = secret_text(*arena, Role::carrier, make_secret(*arena, carrier.seed));
  REQUIRE_OK(text);
  const auto named = parse_secret_text(*arena, as_text(reveal(*text)));
  REQUIRE_OK(named);
  CHECK(named->role == Role::carrier);
}

TEST_CASE("names are compared as bytes, so look-alikes of another script do not fit") {
  const TestIssuer issuer(1);
  const StoreFixture fixture;
  const TrustStore store = granting(fixture, issuer, grant_by_name("ci *"));
  CHECK(judge(store, issuer.leaf(TestKey(5), "ci 1")).trusted());
  CHECK(judge(store, issuer.leaf(TestKey(5), "ci ")).trusted());
  CHECK(judge(store, issuer.leaf(TestKey(5), "ci")).status == LeafStatus::not_listed);
  CHECK(judge(store, issuer.leaf(TestKey(5), "c\u0456 1")).status == LeafStatus::not_listed);
  CHECK(judge(store, issuer.leaf(TestKey(5), "CI 1")).status == LeafStatus::not_listed);
  CHECK(judge(store, issuer.leaf(TestKey(5), "x ci 1")).status == LeafStatus::not_listed);
}

TEST_CASE("without a wildcard a name must fit whole") {
  const TestIssuer issuer(1);
  const StoreFixture fixture;
  const TrustStore store = granting(fixture, issuer, grant_by_name("press"));
  CHECK(judge(store, issuer.leaf(TestKey(5), "press")).trusted());
  CHECK(judge(store, issuer.leaf(TestKey(5), "press office")).status == LeafStatus::not_listed);
}

TEST_CASE("an expired or too old bundle is stale, not trusted") {
  const TestIssuer issuer(1);
  const Bytes leaf = issuer.leaf(TestKey(5));
  StoreFixture fixture;
  const TrustStore store = fixture.trusting(issuer, {leaf});
  fixture.clock->set(kNow + 100 * kDay);
  CHECK(judge(store, leaf).status == LeafStatus::stale);
  fixture.clock->set(kNow - 3 * kDay);  // issued in the future, by this clock
  CHECK(judge(store, leaf).status == LeafStatus::stale);
  fixture.clock->set(kNow);
  CHECK(judge(store, leaf).trusted());
  fixture.policy.max_bundle_age = kDay - 1;
  CHECK(judge(fixture.open(), leaf).status == LeafStatus::stale);
  fixture.policy.max_bundle_age = kDay;
  CHECK(judge(fixture.open(), leaf).trusted());
}

TEST_CASE("the local policy may ask for proof of time, and no bundle can relax it") {
  const TestIssuer issuer(1);
  const Bytes leaf = issuer.leaf(TestKey(5));
  StoreFixture fixture;
  { const TrustStore made = fixture.trusting(issuer, {leaf}); }
  fixture.policy.required_time = TimeEvidence::logged;
  const TrustStore store = fixture.open();
  CHECK(judge(store, leaf).status == LeafStatus::time_unproven);
  CHECK(judge(store, leaf, ProvenTime{kNow, TimeEvidence::time_stamp}).status ==
        LeafStatus::time_unproven);
  CHECK(judge(store, leaf, ProvenTime{kNow, TimeEvidence::logged}).trusted());
  CHECK(judge(store, leaf, ProvenTime{kNow, TimeEvidence::witnessed}).trusted());
}

TEST_CASE("a hint finds candidates, and offering a leaf adds no trust") {
  const TestIssuer issuer(1), stranger(2);
  const TestKey listed(5), offered(6);
  const Bytes leaf = issuer.leaf(listed), strange = stranger.leaf(offered);
  const StoreFixture fixture;
  TrustStore store = fixture.trusting(issuer, {leaf});
  const Fingerprint print = fingerprint(Role::signing, listed.pk);
  const auto found = store.find_by_hint(ByteView(print).first(4));
  REQUIRE(found.size() == 1);
  CHECK(found.front().key == listed.pk);
  CHECK(store.find_by_hint(ByteView(print).first(3)).empty());
  CHECK(store.find_by_hint(Bytes(33, 0)).empty());
  REQUIRE_OK(store.offer_leaf(strange));
  CHECK(store.find_by_hint(ByteView(fingerprint(Role::signing, offered.pk)).first(8)).size() == 1);
  CHECK(judge(store, strange).status == LeafStatus::not_listed);
  CHECK(code_of(store.offer_leaf(Bytes{1, 2})) == "keys.cert.syntax");
}

TEST_CASE("checkpoint keys count for their ledger and while the bundle is fresh") {
  const TestIssuer issuer(1);
  const TestKey ledger(7);
  const StoreFixture fixture;
  TrustStore store = fixture.trusting(issuer);
  TrustBundle bundle = issuer.bundle(2);
  bundle.checkpoint_keys.push_back({ledger.pk, "ledger.example/1"});
  REQUIRE_OK(store.update(to_text(sign_bundle(bundle, {&issuer.key}))));
  CHECK(store.is_checkpoint_key(ledger.pk, "ledger.example/1"));
  CHECK_FALSE(store.is_checkpoint_key(ledger.pk, "ledger.example/2"));
  CHECK_FALSE(store.is_checkpoint_key(issuer.key.pk, "ledger.example/1"));
  fixture.clock->set(kNow + 101 * kDay);
  CHECK_FALSE(store.is_checkpoint_key(ledger.pk, "ledger.example/1"));
}

TEST_CASE("an issuer made here is trusted here, without a bundle and after publishing one") {
  const TestIssuer issuer(1);
  const Bytes leaf = issuer.leaf(TestKey(5));
  const StoreFixture fixture;
  TrustStore store = fixture.open();
  REQUIRE_OK(store.add_local_issuer(issuer.root.der));
  REQUIRE_OK(store.add_local_issuer(issuer.root.der));
  CHECK(code_of(store.add_local_issuer(leaf)) == "keys.cert.profile");
  CHECK(store.list().size() == 1);
  const LeafVerdict verdict = judge(fixture.open(), leaf);
  CHECK(verdict.trusted());
  CHECK(verdict.local);
  CHECK(code_of(store.export_bundle("studio")) == "trust.export.unpublished");

  TrustBundle content = issuer.bundle(0, {leaf});
  content.issuers.clear();
  const auto signer = issuer.key.signer(Role::issuer);
  REQUIRE_OK(store.publish(content, *signer));
  CHECK(judge(fixture.open(), leaf).trusted());
  CHECK_FALSE(judge(fixture.open(), leaf).local);
  CHECK_OK(store.export_bundle("studio"));
  const auto stranger = TestKey(9).signer(Role::issuer);
  CHECK(code_of(store.publish(content, *stranger)) == "trust.issuer.unknown");
}

TEST_CASE("publishing with a new issuer key takes both signers") {
  const TestIssuer old(1), fresh(2, "studio II");
  const StoreFixture fixture;
  TrustStore store = fixture.trusting(old);
  const auto old_signer = old.key.signer(Role::issuer), new_signer = fresh.key.signer(Role::issuer);
  TrustBundle content = fresh.bundle(0);
  content.issuers.push_back({old.key.pk, old.root.der});
  CHECK(code_of(store.publish(content, *old_signer)) == "trust.update.new-key");
  REQUIRE_OK(store.publish(content, *new_signer, old_signer.get()));
  CHECK(fixture.open().list().front().current_key == fresh.key.pk);
}

TEST_CASE("issuers of the administrator are read, and cannot be removed by the user") {
  const TestIssuer issuer(1), broken(2, "broken");
  const Bytes leaf = issuer.leaf(TestKey(5));
  const StoreFixture fixture;
  const IssuerFile file{
      issuer.key.pk, {sign_bundle(issuer.bundle(1, {leaf}), {&issuer.key})}, std::nullopt, {}};
  std::filesystem::create_directory(fixture.dir / "system");
  REQUIRE_OK(write_file(fixture.dir / "system" / "a.smbundle", as_bytes(issuer_file_text(file))));
  REQUIRE_OK(write_file(fixture.dir / "system" / "b.smbundle", as_bytes("{}")));
  auto store =
      TrustStore::load(fixture.context(), {fixture.dir / "trust", {fixture.dir / "system"}});
  REQUIRE_OK(store);
  CHECK(judge(*store, leaf).trusted());
  CHECK(store->list().front().origin == TrustOrigin::system);
  CHECK(store->problems().size() == 1);
  CHECK(code_of(store->remove("studio")) == "trust.issuer.read-only");
  // The user's own news about it go to the user's folder.
  REQUIRE_OK(store->update(to_text(sign_bundle(issuer.bundle(2, {leaf}), {&issuer.key}))));
  CHECK(fixture.open().list().front().version == 2);
}
