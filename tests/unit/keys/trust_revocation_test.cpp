// SPDX-License-Identifier: Apache-2.0
// What is withdrawn stays withdrawn (keys.md sections 7.3 and 12, "Revocation").
#include "trust_support.hpp"

using namespace signmark;
using namespace signmark::keys;
using namespace signmark::test;

namespace {

constexpr UnixTime kSince = kNow - 5 * kDay;
constexpr ProvenTime kStampedBefore{kSince - 1, TimeEvidence::time_stamp};
constexpr ProvenTime kLoggedBefore{kSince - 1, TimeEvidence::logged};
constexpr ProvenTime kLoggedAfter{kSince, TimeEvidence::logged};

/// An issuer with two leaves, of which the first is revoked.
struct Revoked {
  TestIssuer issuer{1};
  TestKey bad{5}, good{6};
  Bytes bad_leaf = issuer.leaf(bad, "bad"), good_leaf = issuer.leaf(good, "good");
  StoreFixture fixture;
  TrustStore store = fixture.trusting(issuer, {bad_leaf, good_leaf});

  Status revoke(RevocationReason reason, std::uint64_t version = 1) {
    const auto done =
        store.update(to_text(sign_list(list_of(issuer, version, bad, reason, kSince), issuer.key)));
    if (!done) return tl::unexpected<Error>(done.error());
    return {};
  }
  [[nodiscard]] LeafStatus status(std::optional<ProvenTime> proven = {}) const {
    return judge(store, bad_leaf, proven).status;
  }
};

}  // namespace

TEST_CASE("a compromised key is good only where a ledger proves an earlier signature") {
  Revoked r;
  CHECK(r.status() == LeafStatus::trusted);
  REQUIRE_OK(r.revoke(RevocationReason::compromised));
  CHECK(r.status() == LeafStatus::revoked);
  CHECK(r.status(kStampedBefore) == LeafStatus::revoked);
  CHECK(r.status(kLoggedAfter) == LeafStatus::revoked);
  CHECK(r.status(kLoggedBefore) == LeafStatus::trusted);
  const LeafVerdict verdict = judge(r.store, r.bad_leaf);
  CHECK(verdict.reason == RevocationReason::compromised);
  CHECK(verdict.words.find("compromised since 2026-11-17") != std::string::npos);
}

TEST_CASE("a superseded or retired key is good for signatures of proved time before") {
  for (const auto reason : {RevocationReason::superseded, RevocationReason::retired}) {
    Revoked r;
    REQUIRE_OK(r.revoke(reason));
    CHECK(r.status() == LeafStatus::revoked);
    CHECK(r.status(ProvenTime{kSince - 1, TimeEvidence::none}) == LeafStatus::revoked);
    CHECK(r.status(kStampedBefore) == LeafStatus::trusted);
    CHECK(r.status(kLoggedBefore) == LeafStatus::trusted);
    CHECK(r.status(kLoggedAfter) == LeafStatus::revoked);
  }
}

TEST_CASE("of two valid signers only the revoked one falls") {
  Revoked r;
  REQUIRE_OK(r.revoke(RevocationReason::compromised));
  CHECK(judge(r.store, r.good_leaf).trusted());
  CHECK(judge(r.fixture.open(), r.good_leaf).trusted());
  CHECK(judge(r.fixture.open(), r.bad_leaf).status == LeafStatus::revoked);
}

TEST_CASE("an older list, another one of the same version and a stranger's are refused") {
  Revoked r;
  REQUIRE_OK(r.revoke(RevocationReason::compromised, 2));
  const auto before = r.fixture.files();
  CHECK(code_of(r.revoke(RevocationReason::compromised, 1)) == "trust.update.rollback");
  CHECK(code_of(r.revoke(RevocationReason::retired, 2)) == "trust.update.conflict");
  const TestIssuer stranger(9);
  RevocationList list = list_of(stranger, 3, r.good, RevocationReason::compromised, kSince);
  CHECK(code_of(r.store.update(to_text(sign_list(list, stranger.key)))) == "trust.update.unknown");
  CHECK(code_of(r.store.update(to_text(sign_list(list, r.issuer.key)))) ==
        "trust.revocation.issuer");
  CHECK(r.fixture.files() == before);
  CHECK(r.status() == LeafStatus::revoked);
  CHECK(r.fixture.open().list().front().revocation_version == 2);
}

TEST_CASE("serials and single manifests can be withdrawn") {
  Revoked r;
  const Bytes digest(32, 0x5a);
  RevocationList list = list_of(r.issuer, 1, r.bad, RevocationReason::compromised, kSince);
  const auto serial_of_bad = serial(5);
  list.entries = {{RevocationTarget::serial, Bytes(serial_of_bad.begin(), serial_of_bad.end()),
                   RevocationReason::superseded, kSince},
                  {RevocationTarget::manifest, digest, RevocationReason::compromised, kSince}};
  REQUIRE_OK(r.store.update(to_text(sign_list(list, r.issuer.key))));
  CHECK(r.status() == LeafStatus::revoked);
  CHECK(judge(r.store, r.good_leaf).trusted());
  LeafQuery query;
  query.leaf_der = r.good_leaf;
  query.at = kNow;
  query.manifest_digest = digest;
  CHECK(r.store.check_leaf(query).status == LeafStatus::revoked);
  const Bytes other(32, 0x5b);
  query.manifest_digest = other;
  CHECK(r.store.check_leaf(query).trusted());
}

TEST_CASE("a list that the bundle asks for and that is missing or overdue ends trust") {
  Revoked r;
  TrustBundle bundle = r.issuer.bundle(2, {r.good_leaf});
  bundle.revocation_version = 1;
  REQUIRE_OK(r.store.update(to_text(sign_bundle(bundle, {&r.issuer.key}))));
  CHECK(judge(r.store, r.good_leaf).status == LeafStatus::stale);
  REQUIRE_OK(r.revoke(RevocationReason::compromised));
  CHECK(judge(r.store, r.good_leaf).trusted());
  r.fixture.clock->set(kNow + 51 * kDay);
  LeafQuery query;
  query.leaf_der = r.good_leaf;
  query.at = kNow + 51 * kDay;
  CHECK(r.store.check_leaf(query).status == LeafStatus::stale);
  // Staleness never hides what is known to be revoked.
  query.leaf_der = r.bad_leaf;
  CHECK(r.store.check_leaf(query).status == LeafStatus::revoked);
}

TEST_CASE("an issuer's own revocation ends all below it, for ever") {
  Revoked r;
  const Bytes body = issuer_revocation_body(r.issuer.key.pk, kSince);
  const TestKey stranger(9);
  CHECK(code_of(r.store.update(to_text(sign_as("revocation", body, {&stranger})))) ==
        "trust.update.unknown");
  const auto done = r.store.update(to_text(sign_as("revocation", body, {&r.issuer.key})));
  REQUIRE_OK(done);
  CHECK(done->withdrawn);
  CHECK(r.store.anchors().empty());
  CHECK(judge(r.store, r.good_leaf, kLoggedBefore).status == LeafStatus::revoked);
  const TrustStore reloaded = r.fixture.open();
  CHECK(reloaded.list().front().withdrawn);
  CHECK(judge(reloaded, r.good_leaf).status == LeafStatus::revoked);
  // It travels with the public file.
  const auto exported = reloaded.export_bundle("studio");
  REQUIRE_OK(exported);
  const StoreFixture other;
  TrustStore fresh = other.open();
  REQUIRE_OK(fresh.add(*exported, {public_text(Role::issuer, r.issuer.key.pk), {}}));
  CHECK(judge(fresh, r.good_leaf).status == LeafStatus::revoked);
}

TEST_CASE("revoking signs the next list, keeps what is on it, and refuses a strange signer") {
  Revoked r;
  const auto signer = r.issuer.key.signer(Role::issuer);
  const auto entry = [&](const TestKey& key) {
    return RevocationEntry{RevocationTarget::key, Bytes(key.pk.begin(), key.pk.end()),
                           RevocationReason::compromised, kSince};
  };
  REQUIRE_OK(r.store.revoke({entry(r.bad)}, kNow + 30 * kDay, *signer));
  const auto second = r.store.revoke({entry(r.good), entry(r.bad)}, kNow + 30 * kDay, *signer);
  REQUIRE_OK(second);
  CHECK(second->revocation_to == 2);
  const TrustStore reloaded = r.fixture.open();
  CHECK(reloaded.list().front().revocations == 2);
  CHECK(judge(reloaded, r.bad_leaf).status == LeafStatus::revoked);
  CHECK(judge(reloaded, r.good_leaf).status == LeafStatus::revoked);
  CHECK(code_of(r.store.revoke({entry(r.good)}, kNow + 30 * kDay,
                               *TestKey(9).signer(Role::issuer))) == "trust.issuer.unknown");
  CHECK(code_of(r.store.revoke({entry(r.good)}, kNow + 30 * kDay,
                               *r.issuer.key.signer(Role::signing))) == "trust.issuer.unknown");
}

TEST_CASE("after a change of issuer key, a list of the old key is no longer taken") {
  const TestIssuer old(1), fresh(2, "studio II");
  const TestKey key(5);
  const Bytes leaf = fresh.leaf(key);
  const StoreFixture fixture;
  TrustStore store = fixture.trusting(old);
  REQUIRE_OK(store.update(to_text(sign_bundle(fresh.bundle(2, {leaf}), {&old.key, &fresh.key}))));
  const RevocationList list = list_of(old, 1, key, RevocationReason::compromised, kSince);
  CHECK(code_of(store.update(to_text(sign_list(list, old.key)))) == "trust.revocation.issuer");
  CHECK(judge(store, leaf).trusted());
}

TEST_CASE("a revocation body has one meaning") {
  const TestIssuer issuer(1);
  const auto code_with = [&](const std::string& body) {
    return code_of(parse_revocation_body(as_bytes(body)));
  };
  const std::string head = R"({"format":1,"kind":"list","issuer":")" +
                           public_text(Role::issuer, issuer.key.pk) +
                           R"(","issued":"2026-11-20T00:00:00Z","version":1,)"
                           R"("next_update":"2026-12-20T00:00:00Z","entries":)";
  const std::string entry =
      R"({"serial":"40aa","reason":"retired","since":"2026-11-20T00:00:00Z"})";
  CHECK(code_with(head + "[" + entry + "]}") == "");
  CHECK(code_with(head + "[]}") == "");
  CHECK(code_with(head +
                  R"([{"serial":"40aa","reason":"mislaid","since":"2026-11-20T00:00:00Z"}]})") ==
        "keys.object.body");  // an unknown reason is no milder one
  CHECK(code_with(head +
                  R"([{"serial":"40AA","reason":"retired","since":"2026-11-20T00:00:00Z"}]})") ==
        "keys.object.body");
  CHECK(code_with(head + R"([{"serial":"40aa","manifest":"00","reason":"retired",)"
                         R"("since":"2026-11-20T00:00:00Z"}]})") == "keys.object.body");
  CHECK(code_with(head + R"([{"reason":"retired","since":"2026-11-20T00:00:00Z"}]})") ==
        "keys.object.body");
  CHECK(code_with(R"({"format":2})") == "keys.object.body");
}
