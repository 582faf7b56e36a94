// SPDX-License-Identifier: Apache-2.0
// Keyring: rotation, withdrawal, passphrases, offline issuers.
#include <filesystem>
#include <map>

#include "keyring_support.hpp"
#include "keys/certificate_build.hpp"
#include "keys/signed_object.hpp"
#include "signmark/trust.hpp"

using namespace signmark;
using namespace signmark::keys;
using namespace signmark::test;
namespace fs = std::filesystem;

TEST_CASE("keyring: rotation overlaps for 14 days") {
  const TestHome test;
  make(test.ring(), Role::issuer);
  const CreatedKey old = make(test.ring(), Role::signing, "ci");
  const UnixTime later = kNow + 30 * kDay;
  NewKey wish = wanted("");
  wish.protection.kdf.reset();
  const auto fresh = test.at(later).rotate(Role::signing, "ci", wish);
  REQUIRE_OK(fresh);
  CHECK(fresh->old_id == old.key.info.id());
  CHECK(fresh->old_stops == later + 14 * kDay);
  CHECK(fresh->key.info.label == "ci");
  CHECK(fresh->key.kdf == kCheap);
  CHECK(fresh->key.certificate);
  const std::string id = old.key.info.id();
  const StoredKey overlapping = found(test.at(later + 14 * kDay - 1), id);
  CHECK(overlapping.state == KeyState::usable);
  CHECK(overlapping.superseded_by == fresh->key.info.id());
  CHECK(found(test.at(later + 14 * kDay), id).state == KeyState::stopped);
  CHECK(code_of(test.at(later + 14 * kDay).open_signer(id, answer(kPass))) == "keys.state.stopped");
  // The shared label means the successor, and so does no name at all.
  CHECK(found(test.at(later), "ci").info.id() == fresh->key.info.id());
  CHECK(found(test.at(later), "", Role::signing).info.id() == fresh->key.info.id());
}

TEST_CASE("keyring: a key near its end stops when it expires") {
  const TestHome test;
  const CreatedKey old = make(test.ring(), Role::carrier);
  const UnixTime later = old.key.info.expires - kDay;
  const auto fresh = test.at(later).rotate(Role::carrier, "", wanted(""));
  REQUIRE_OK(fresh);
  CHECK(fresh->old_stops == old.key.info.expires);
}

TEST_CASE("keyring: an open key is rotated to an open key unless a cost is asked for") {
  const TestHome test;
  NewKey open = wanted();
  open.protection = {};
  open.protection.without_passphrase = true;
  REQUIRE_OK(test.ring().create(Role::signing, open));
  NewKey same;
  const auto fresh = test.ring().rotate(Role::signing, "", same);
  REQUIRE_OK(fresh);
  CHECK_FALSE(fresh->key.is_protected());
  const auto closed = test.ring().rotate(Role::signing, "", wanted(""));
  REQUIRE_OK(closed);
  CHECK(closed->key.is_protected());
}

TEST_CASE("keyring: carrier epochs are embedded newest first and detected until retired") {
  const TestHome test;
  const CreatedKey first = make(test.ring(), Role::carrier);
  const UnixTime later = kNow + 100 * kDay;
  const auto second = test.at(later).rotate(Role::carrier, "", wanted(""));
  REQUIRE_OK(second);
  const Keyring after = test.at(later + 20 * kDay);
  CHECK(listed(after).detection_epochs == 2);
  CHECK(code_of(after.open_carrier(first.key.info.id(), answer(kPass))) == "keys.state.stopped");
  CHECK(after.open_carrier("", answer(kPass))->info().fingerprint == second->key.info.fingerprint);
  const auto epochs = after.open_detection_carriers(answer(kPass));
  REQUIRE_OK(epochs);
  REQUIRE(epochs->size() == 2);
  CHECK(epochs->front().info().fingerprint == second->key.info.fingerprint);
  const auto retired =
      after.revoke(Role::carrier, first.key.info.id(), RevocationReason::retired, later);
  REQUIRE_OK(retired);
  CHECK(retired->key.state == KeyState::stopped);
  CHECK(retired->entries.empty());
  CHECK(retired->own_revocation.empty());
  CHECK(listed(after).detection_epochs == 1);
  CHECK(after.open_detection_carriers(answer(kPass))->size() == 1);
  CHECK(code_of(after.open_detection_carriers(answer("wrong"))) == "keys.unlock");
}

TEST_CASE("keyring: a withdrawn signing key is refused, and names what must be published") {
  const TestHome test;
  const CreatedKey issuer = make(test.ring(), Role::issuer);
  const CreatedKey key = make(test.ring(), Role::signing);
  const auto done = test.ring().revoke(Role::signing, "", RevocationReason::superseded, kNow - 5);
  REQUIRE_OK(done);
  CHECK(done->issuer_id == issuer.key.info.id());
  REQUIRE(done->entries.size() == 1);
  CHECK(done->entries[0].target == RevocationTarget::key);
  CHECK(hex(done->entries[0].value) == hex(key.key.info.public_key));
  CHECK(done->entries[0].since == kNow - 5);
  CHECK(done->key.state == KeyState::withdrawn);
  const std::string id = key.key.info.id();
  CHECK(code_of(test.ring().open_signer(id, answer(kPass))) == "keys.state.withdrawn");
  CHECK(code_of(test.ring().certificate_request(id, answer(kPass))) == "keys.state.withdrawn");
  REQUIRE_OK(test.ring().revoke(Role::signing, id, RevocationReason::compromised, kNow));
  CHECK(found(test.ring(), id).withdrawn == RevocationReason::compromised);
  REQUIRE_OK(test.ring().revoke(Role::signing, id, RevocationReason::retired, kNow));
  CHECK(found(test.ring(), id).withdrawn == RevocationReason::compromised);
}

TEST_CASE("keyring: an issuer's revocation is made with it and works without its secret") {
  const TestHome test;
  const CreatedKey issuer = make(test.ring(), Role::issuer);
  fs::remove(issuer.key.secret_file);
  const auto done =
      test.ring().revoke(Role::issuer, issuer.key.info.id(), RevocationReason::compromised, kNow);
  REQUIRE_OK(done);
  const auto object = read_signed_object(done->own_revocation, "revocation");
  REQUIRE_OK(object);
  CHECK(is_signed_by(*object, Role::issuer, issuer.key.info.public_key));
  CHECK(done->key.state == KeyState::withdrawn);
  fs::remove(issuer.key.revocation_file);
  CHECK(code_of(test.ring().revoke(Role::issuer, issuer.key.info.id(),
                                   RevocationReason::compromised, kNow)) ==
        "keys.revocation.missing");
}

TEST_CASE("keyring: a changed passphrase opens, the old file is kept, nothing else changes") {
  const TestHome test;
  const CreatedKey key = make(test.ring(), Role::carrier);
  const std::string before = text_of(key.key.secret_file);
  const auto changed = test.ring().change_passphrase("", answer(kPass), protect("new one"));
  REQUIRE_OK(changed);
  CHECK(text_of(changed->kept) == before);
  CHECK(mode_of(changed->kept) == 0600);
  CHECK(mode_of(key.key.secret_file) == 0600);
  CHECK(changed->key.info.fingerprint == key.key.info.fingerprint);
  CHECK(changed->key.info.expires == key.key.info.expires);
  CHECK_OK(test.ring().open_carrier("", answer("new one")));
  CHECK(code_of(test.ring().open_carrier("", answer(kPass))) == "keys.unlock");
  CHECK(listed(test.ring()).problems.empty());  // .key~ is no stranger
  CHECK(code_of(test.ring().change_passphrase("", answer(kPass), protect("x"))) == "keys.unlock");
  const std::string middle = text_of(key.key.secret_file);
  Protection open;
  open.without_passphrase = true;
  const auto opened = test.ring().change_passphrase("", answer("new one"), open);
  REQUIRE_OK(opened);
  CHECK_FALSE(opened->key.is_protected());
  CHECK(text_of(changed->kept) == middle);
  CHECK_OK(test.ring().open_carrier("", {}));
  const auto closed = test.ring().change_passphrase("", {}, protect("again"));
  REQUIRE_OK(closed);
  CHECK(closed->key.kdf == kCheap);
}

TEST_CASE("keyring: two changes of one key at once do not overwrite each other") {
  const TestHome test;
  make(test.ring(), Role::carrier);
  Protection slow = protect("slow");
  slow.passphrase.prompt = [&](const Prompt&, std::span<char> out) -> Result<std::size_t> {
    CHECK_OK(test.ring().change_passphrase("", answer(kPass), protect("quick")));
    return std::string_view("slow").copy(out.data(), out.size());
  };
  CHECK(code_of(test.ring().change_passphrase("", answer(kPass), slow)) == "keys.file.changed");
  CHECK_OK(test.ring().open_carrier("", answer("quick")));
}

TEST_CASE("keyring: the way to an offline issuer and back") {
  const TestHome office;
  const TestHome safe;
  const CreatedKey issuer = make(safe.ring(), Role::issuer, "Studio");
  NewKey wish = wanted("ci");
  wish.request = office.scratch / "ci.req";
  const auto key = office.ring().create(Role::signing, wish);
  REQUIRE_OK(key);
  CHECK(key->request == wish.request);
  CHECK_FALSE(key->key.certificate);
  CHECK(code_of(office.ring().create(Role::signing, wish)) == "keys.file.exists");
  CHECK(listed(office.ring()).keys.size() == 1);
  const std::string request = text_of(wish.request);
  const auto again = office.ring().certificate_request("", answer(kPass));
  REQUIRE_OK(again);
  CHECK(parse_request(*again)->key == parse_request(request)->key);

  CHECK(code_of(safe.ring().certify("nonsense", "", answer(kPass))) == "keys.request.syntax");
  CHECK(code_of(safe.ring().certify(request, "", answer("wrong"))) == "keys.unlock");
  CHECK(code_of(safe.ring().certify(request, "", answer(kPass), kNow)) == "keys.expires");
  const auto issued = safe.ring().certify(request, "", answer(kPass), kNow + kDay);
  REQUIRE_OK(issued);
  CHECK(issued->id == key->key.info.id());
  CHECK(issued->leaf.common_name == "ci");
  CHECK(issued->leaf.not_after == kNow + kDay - 1);
  const StoredKey copy = found(safe.ring(), issued->id);
  CHECK(copy.state == KeyState::no_secret);
  CHECK(copy.certificate->der == issued->leaf.der);

  CHECK(code_of(office.ring().import_certificate("x")) == "keys.armor.syntax");
  CHECK(code_of(office.ring().import_certificate(certificates_to_pem({issued->leaf.der}))) ==
        "keys.cert.path");
  const TestHome stranger;
  CHECK(code_of(stranger.ring().import_certificate(issued->pem)) == "keys.import.unknown");
  const auto home = office.ring().import_certificate(issued->pem);
  REQUIRE_OK(home);
  CHECK(home->certificate->der == issued->leaf.der);
  CHECK(home->root->der == issuer.key.certificate->der);
  CHECK(home->info.expires == kNow + kDay);
  CHECK((*office.ring().open_signer("", answer(kPass)))->chain().size() == 1);
}

TEST_CASE("keyring: locked memory can be required") {
  const TestHome test;
  KeyringOptions strict;
  strict.require_locked_memory = true;
  const auto ring = Keyring::open(test_context(), test.home, strict);
  CHECK((ring ? ring->memory_locked() : ring.error().code == "keys.memory.unlocked"));
}

TEST_CASE("keyring: folders of a user") {
  const auto with = [](std::map<std::string, std::string> values) {
    return Home::from_environment([values](const char* name) -> std::optional<std::string> {
      const auto it = values.find(name);
      return it == values.end() ? std::nullopt : std::optional(it->second);
    });
  };
  const auto plain = with({{"HOME", "/home/a"}});
  REQUIRE_OK(plain);
  CHECK(plain->config == "/home/a/.config/signmark");
  CHECK(plain->keys(Role::signing) == "/home/a/.local/share/signmark/keys/signing");
  CHECK(plain->state == "/home/a/.local/state/signmark");
  CHECK(plain->runtime.empty());
  CHECK(plain->system_config == "/etc/signmark");
  const auto xdg = with({{"HOME", "/home/a"},
                         {"XDG_DATA_HOME", "/data"},
                         {"XDG_CONFIG_HOME", "relative"},
                         {"XDG_RUNTIME_DIR", "/run/user/1"}});
  REQUIRE_OK(xdg);
  CHECK(xdg->trust() == "/data/signmark/trust");
  CHECK(xdg->config == "/home/a/.config/signmark");
  CHECK(xdg->runtime == "/run/user/1/signmark");
  const auto own = with({{"HOME", "/home/a"}, {"SIGNMARK_HOME", "/x"}});
  REQUIRE_OK(own);
  CHECK(own->data == "/x/data");
  CHECK(own->system_config.empty());
  CHECK(code_of(with({})) == "keys.home");
  CHECK(code_of(with({{"HOME", "here"}})) == "keys.home");
  CHECK(code_of(with({{"HOME", "/home/a"}, {"SIGNMARK_HOME", "here"}})) == "keys.home");
}

TEST_CASE("keyring: names of costs") {
  for (const auto* name : {"interactive", "moderate", "sensitive"}) {
    const auto cost = kdf_from_name(name);
    REQUIRE(cost);
    CHECK(kdf_text(*cost) == name);
  }
  CHECK_FALSE(kdf_from_name("none"));
  CHECK(kdf_text({}) == "none");
  CHECK(kdf_text({3, 4096}) == "argon2id 3/4096");
  CHECK(default_kdf(Role::issuer) == kKdfSensitive);
  CHECK(default_kdf(Role::signing) == kKdfModerate);
}
