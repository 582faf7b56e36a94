// SPDX-License-Identifier: Apache-2.0
// Keyring: making, listing, selecting and using keys.
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "base/json.hpp"
#include "keyring_support.hpp"
#include "keys/key_signer.hpp"

using namespace signmark;
using namespace signmark::keys;
using namespace signmark::test;
namespace fs = std::filesystem;

TEST_CASE("keyring: a first set is complete, under one passphrase, and secret from birth") {
  const TestHome test;
  const Keyring ring = test.ring();
  CHECK(listed(ring).keys.empty());
  CHECK_FALSE(fs::exists(test.home.data));  // looking makes nothing
  int questions = 0;
  NewKey wish = wanted();
  wish.protection.passphrase.prompt = [&](const Prompt& prompt,
                                          std::span<char> out) -> Result<std::size_t> {
    ++questions;
    CHECK(prompt.purpose == Prompt::Purpose::protect);
    CHECK(prompt.confirm);
    return std::string_view(kPass).copy(out.data(), out.size());
  };
  const auto set = ring.create_set(wish);
  REQUIRE_OK(set);
  CHECK(questions == 1);
  REQUIRE((set->issuer && set->signing && set->carrier));
  const Listing listing = listed(ring);
  CHECK(listing.problems.empty());
  CHECK(listing.detection_epochs == 1);
  REQUIRE(listing.keys.size() == 3);
  for (const StoredKey& key : listing.keys) {
    CHECK(key.state == KeyState::usable);
    CHECK(key.info.label == "studio");
    CHECK(key.kdf == kCheap);
    CHECK(mode_of(key.secret_file) == 0600);
    CHECK(mode_of(key.secret_file.parent_path()) == 0700);
    CHECK(key.certificate.has_value() == (key.info.role != Role::carrier));
  }
  CHECK_OK(check_issued_by(*set->signing->key.certificate, *set->issuer->key.certificate));
  CHECK(set->issuer->key.root->der == set->issuer->key.certificate->der);
  CHECK(set->signing->key.root->der == set->issuer->key.certificate->der);
  CHECK(code_of(ring.create_set(wish)) == "keys.set.exists");
}

TEST_CASE("keyring: a set makes only what is missing") {
  const TestHome test;
  const Keyring ring = test.ring();
  const CreatedKey issuer = make(ring, Role::issuer);
  const auto set = ring.create_set(wanted());
  REQUIRE_OK(set);
  CHECK_FALSE(set->issuer);
  REQUIRE(set->signing);
  CHECK(set->signing->key.root->der == issuer.key.certificate->der);
  fs::remove(set->carrier->key.secret_file);
  fs::remove(set->carrier->key.public_file);
  const auto again = ring.create_set(wanted());
  REQUIRE_OK(again);
  CHECK((!again->issuer && !again->signing && again->carrier));
}

TEST_CASE("keyring: an issuer whose secret lies offline is not made anew") {
  const TestHome test;
  const Keyring ring = test.ring();
  const CreatedKey issuer = make(ring, Role::issuer);
  fs::remove(issuer.key.secret_file);
  CHECK(found(ring, issuer.key.info.id()).state == KeyState::no_secret);
  CHECK(code_of(ring.create_set(wanted())) == "keys.select.none");
  CHECK(listed(ring).keys.size() == 1);
}

TEST_CASE("keyring: lives, costs and labels of new keys") {
  const TestHome test;
  const Keyring ring = test.ring();
  CHECK(make(ring, Role::issuer).key.info.expires == kNow + default_life(Role::issuer));
  CHECK(make(ring, Role::signing).key.info.expires == kNow + 90 * kDay);
  CHECK(make(ring, Role::carrier).key.info.expires == kNow + default_life(Role::carrier));
  NewKey open = wanted("open");
  open.protection.without_passphrase = true;
  const auto made = ring.create(Role::signing, open);
  REQUIRE_OK(made);
  CHECK(made->key.info.expires == kNow + kDay);
  CHECK_FALSE(made->key.is_protected());
  CHECK(text_of(made->key.secret_file).starts_with("-----BEGIN SIGNMARK UNPROTECTED KEY-----"));

  NewKey bad = wanted("line\nbreak");
  CHECK(code_of(ring.create(Role::carrier, bad)) == "keys.label");
  bad = wanted(std::string(65, 'x'));
  CHECK(code_of(ring.create(Role::carrier, bad)) == "keys.label");
  bad = wanted();
  bad.expires = kNow;
  CHECK(code_of(ring.create(Role::carrier, bad)) == "keys.expires");
  bad.expires = kLastTime + 2;
  CHECK(code_of(ring.create(Role::carrier, bad)) == "keys.expires");
  bad = wanted();
  bad.protection.kdf = KdfCost{9, 64};
  CHECK(code_of(ring.create(Role::carrier, bad)) == "keys.kdf.cost");
  bad = wanted();
  bad.request = test.scratch / "x.req";
  CHECK(code_of(ring.create(Role::issuer, bad)) == "keys.request.role");
  bad = wanted();
  bad.protection.passphrase = answer("");
  CHECK(code_of(ring.create(Role::carrier, bad)) == "keys.passphrase.empty");
  bad.protection.passphrase = {};
  CHECK(code_of(ring.create(Role::carrier, bad)) == "keys.passphrase.none");
  bad = wanted();
  bad.issuer = "nobody";
  CHECK(code_of(ring.create(Role::signing, bad)) == "keys.select.none");
  bad = wanted();
  bad.unlock_issuer = answer("wrong");
  CHECK(code_of(ring.create(Role::signing, bad)) == "keys.unlock");
  CHECK(listed(ring).keys.size() == 4);  // nothing of what failed was left
}

TEST_CASE("keyring: a leaf ends with its issuer") {
  const TestHome test;
  const Keyring ring = test.ring();
  NewKey shortly = wanted();
  shortly.expires = kNow + 10 * kDay;
  REQUIRE_OK(ring.create(Role::issuer, shortly));
  const CreatedKey leaf = make(ring, Role::signing);
  CHECK(leaf.key.info.expires == kNow + 10 * kDay);
  CHECK(leaf.key.certificate->not_after == kNow + 10 * kDay - 1);
  CHECK(found(test.at(kNow + 10 * kDay - 1), leaf.key.info.id()).state == KeyState::usable);
  CHECK(found(test.at(kNow + 10 * kDay), leaf.key.info.id()).state == KeyState::expired);
}

TEST_CASE("keyring: a signing key without issuer has no certificate yet") {
  const TestHome test;
  const CreatedKey key = make(test.ring(), Role::signing);
  CHECK_FALSE(key.key.certificate);
  CHECK(key.public_line.starts_with("smsign1"));
  const auto signer = test.ring().open_signer("", answer(kPass));
  REQUIRE_OK(signer);
  CHECK((*signer)->chain().empty());
}

TEST_CASE("keyring: publishing never replaces a key") {
  const TestHome test;
  const CreatedKey key = make(test.ring(), Role::carrier);
  const std::string before = text_of(key.key.secret_file);
  NewKeyFiles files{Role::carrier, key.key.info.id(), "other", "other", "", ""};
  CHECK(code_of(publish_key(test.home, files)) == "keys.file.exists");
  CHECK(text_of(key.key.secret_file) == before);
}

TEST_CASE("keyring: a birth that was cut off leaves nothing") {
  const TestHome test;
  make(test.ring(), Role::issuer);
  const fs::path folder = test.home.keys(Role::issuer);
  const std::string id = "sm1-aaaa-bbbb-cccc-dddd";
  overwrite(folder / (".birth-" + id), id + ".cert\n" + id + ".pub\n../../escape.pub\n");
  overwrite(folder / (id + ".cert"), "half");
  overwrite(folder / (id + ".pub"), "half");
  overwrite(folder / (id + ".revocation"), "older: not named by the note");
  overwrite(folder / ".x.key.1.0.part", "half");
  overwrite(test.home.keys() / "escape.pub", "not ours");
  CHECK(listed(test.ring()).keys.size() == 1);
  make(test.ring(), Role::issuer, "next");
  CHECK_FALSE(fs::exists(folder / (".birth-" + id)));
  CHECK_FALSE(fs::exists(folder / (id + ".cert")));
  CHECK_FALSE(fs::exists(folder / (id + ".pub")));
  CHECK_FALSE(fs::exists(folder / ".x.key.1.0.part"));
  CHECK(fs::exists(folder / (id + ".revocation")));
  CHECK(fs::exists(test.home.keys() / "escape.pub"));
}

TEST_CASE("keyring: a finished key outlives a note that was not removed") {
  const TestHome test;
  const CreatedKey key = make(test.ring(), Role::issuer);
  const fs::path folder = test.home.keys(Role::issuer);
  overwrite(folder / (".birth-" + key.key.info.id()), key.key.info.id() + ".pub\n");
  CHECK(found(test.ring(), key.key.info.id()).state == KeyState::usable);
  make(test.ring(), Role::issuer, "next");
  CHECK(found(test.ring(), key.key.info.id()).public_file == key.key.public_file);
}

TEST_CASE("keyring: selectors") {
  const TestHome test;
  const Keyring ring = test.ring();
  CHECK(code_of(ring.find("")) == "keys.select.none");
  const CreatedKey a = make(ring, Role::signing, "a");
  const CreatedKey b = make(ring, Role::carrier, "b");
  const CreatedKey b2 = make(ring, Role::carrier, "b");
  const std::string id = a.key.info.id();
  CHECK(found(ring, id).info.id() == id);
  CHECK(found(ring, id.substr(0, 12)).info.id() == id);
  CHECK(found(ring, "a").info.id() == id);
  CHECK(found(ring, a.public_line).info.id() == id);
  CHECK(found(ring, "", Role::signing).info.id() == id);
  CHECK(code_of(ring.find("b")) == "keys.select.ambiguous");
  CHECK(code_of(ring.find("sm1-")) == "keys.select.none");
  CHECK(code_of(ring.find(id, Role::carrier)) == "keys.select.none");
  const auto secret = ring.export_secret(id, answer(kPass));
  REQUIRE_OK(secret);
  const Bytes line = reveal(*secret);
  const auto refused = ring.find(as_text(line));
  CHECK(code_of(refused) == "keys.text.secret");
  CHECK(refused.error().message.find("SECRET") == std::string::npos);
}

TEST_CASE("keyring: of signing keys one with a certificate comes first") {
  const TestHome test;
  make(test.ring(), Role::issuer);
  const CreatedKey certified = make(test.ring(), Role::signing, "certified");
  NewKey wish = wanted("newer");
  wish.request = test.scratch / "newer.req";
  const Keyring later = test.at(kNow + 60);
  REQUIRE_OK(later.create(Role::signing, wish));
  CHECK(found(later, "", Role::signing).info.label == "certified");
}

TEST_CASE("keyring: states follow the clock, and refuse use by name") {
  const TestHome test;
  const CreatedKey key = make(test.ring(), Role::carrier);
  const std::string id = key.key.info.id();
  CHECK(code_of(test.at(kNow - 1).open_carrier(id, answer(kPass))) == "keys.state.future");
  CHECK_OK(test.at(kNow).open_carrier(id, answer(kPass)));
  const UnixTime end = key.key.info.expires;
  CHECK_OK(test.at(end - 1).open_carrier(id, answer(kPass)));
  CHECK(code_of(test.at(end).open_carrier(id, answer(kPass))) == "keys.state.expired");
  CHECK(code_of(test.at(end).open_carrier("", answer(kPass))) == "keys.select.none");
  CHECK(test.at(end).open_detection_carriers(answer(kPass))->size() == 1);
  fs::remove(key.key.secret_file);
  CHECK(code_of(test.ring().open_carrier(id, answer(kPass))) == "keys.state.no_secret");
  for (const auto state : {KeyState::usable, KeyState::future, KeyState::expired, KeyState::stopped,
                           KeyState::withdrawn, KeyState::no_secret})
    CHECK(key_state_name(state) != "unknown");
}

TEST_CASE("keyring: a signer signs what its role may, within its life") {
  const TestHome test;
  make(test.ring(), Role::issuer);
  const CreatedKey key = make(test.ring(), Role::signing);
  const auto signer = test.ring().open_signer("", answer(kPass));
  REQUIRE_OK(signer);
  CHECK((*signer)->chain() == std::vector<Bytes>{key.key.certificate->der});
  const auto signature = (*signer)->sign_object("checkpoint", as_bytes("body"));
  REQUIRE_OK(signature);
  CHECK(verify_object(key.key.info.public_key, "checkpoint", as_bytes("body"), *signature));
  CHECK(code_of((*signer)->sign_object("trust-bundle", {})) == "keys.sign.type");
  CHECK(code_of((*signer)->sign_object("checkpoint", Bytes((64U << 10) + 1))) == "keys.sign.size");
  CHECK(code_of((*signer)->sign_cose(as_bytes("no structure"))) == "keys.sign.cose");
  const auto issuer = test.ring().open_signer("", answer(kPass), Role::issuer);
  REQUIRE_OK(issuer);
  CHECK((*issuer)->chain().empty());
  CHECK_OK((*issuer)->sign_object("trust-bundle", as_bytes("{}")));
  CHECK(code_of((*issuer)->sign_object("checkpoint", {})) == "keys.sign.type");
  CHECK(code_of((*issuer)->sign_cose({})) == "keys.sign.type");
  CHECK(code_of(test.ring().open_signer("", answer("wrong"))) == "keys.unlock");
  CHECK(code_of(test.ring().open_signer("", answer(kPass), Role::carrier)) == "keys.select.none");
}

TEST_CASE("keyring: a signer that outlives its key stops signing") {
  const auto arena = make_arena();
  KeyInfo info;
  info.role = Role::signing;
  info.created = kNow;
  info.expires = kNow + 1;
  const auto at = [&](UnixTime now) {
    Context context = test_context();
    context.clock = fixed_clock(now);
    return make_seed_signer(context, info, {}, make_secret(*arena, Bytes(32, 1)))
        ->sign_object("checkpoint", {});
  };
  CHECK(code_of(at(kNow - 1)) == "keys.sign.early");
  CHECK_OK(at(kNow));
  CHECK(code_of(at(kNow + 1)) == "keys.sign.expired");
}

TEST_CASE("keyring: key files outside it") {
  const TestHome test;
  make(test.ring(), Role::issuer);
  const CreatedKey key = make(test.ring(), Role::signing);
  const fs::path folder = test.scratch / "elsewhere";
  fs::create_directory(folder);
  fs::copy_file(key.key.secret_file, folder / "ci.key");
  fs::permissions(folder / "ci.key", fs::perms(0600));
  const auto bare = test.ring().open_signer_file(folder / "ci.key", answer(kPass));
  REQUIRE_OK(bare);
  CHECK((*bare)->chain().empty());
  fs::copy_file(key.key.certificate_file, folder / "ci.cert");
  const auto signer = test.ring().open_signer_file(folder / "ci.key", answer(kPass));
  REQUIRE_OK(signer);
  CHECK((*signer)->chain().size() == 1);
  CHECK((*signer)->key().file == folder / "ci.key");
  const auto issuer = found(test.ring(), "", Role::issuer).secret_file;
  CHECK(code_of(test.ring().open_signer_file(issuer, answer(kPass))) == "keys.sign.type");
  fs::copy_file(found(test.ring(), "", Role::issuer).certificate_file, folder / "ci.cert",
                fs::copy_options::overwrite_existing);
  CHECK(code_of(test.ring().open_signer_file(folder / "ci.key", answer(kPass))) == "keys.cert.key");
  CHECK(code_of(test.ring().open_signer_file(folder / "none.key", answer(kPass))) ==
        "keys.file.open");
  CHECK(
      code_of(test.at(key.key.info.expires).open_signer_file(key.key.secret_file, answer(kPass))) ==
      "keys.state.expired");
}

TEST_CASE("keyring: loose permissions, links and strangers are refused by name") {
  const TestHome test;
  const CreatedKey key = make(test.ring(), Role::carrier);
  const std::string id = key.key.info.id();
  const fs::path file = key.key.secret_file;
  fs::permissions(file, fs::perms(0640));
  CHECK(code_of(test.ring().find(id)) == "keys.file.permissions");
  CHECK(code_of(test.ring().open_carrier("", answer(kPass))) == "keys.file.permissions");
  CHECK(listed(test.ring()).problems.size() == 1);
  KeyringOptions loose;
  loose.insecure_permissions = true;
  CHECK(found(test.at(kNow, loose), id).insecure);
  fs::permissions(file, fs::perms(0600));
  CHECK_FALSE(found(test.at(kNow, loose), id).insecure);
  fs::rename(file, test.scratch / "real");
  fs::create_symlink(test.scratch / "real", file);
  CHECK(code_of(test.ring().find(id)) == "keys.file.type");
  fs::remove(file);
  fs::rename(test.scratch / "real", file);
  overwrite(test.home.keys(Role::carrier) / "notes.txt", "x");
  overwrite(test.home.keys() / "stray", "x");
  const Listing listing = listed(test.ring());
  REQUIRE(listing.problems.size() == 2);
  CHECK(listing.problems[0].code == "keys.file.unknown");
  CHECK(listing.keys.size() == 1);
}

TEST_CASE("keyring: files that were swapped are seen") {
  const TestHome test;
  make(test.ring(), Role::issuer);
  const CreatedKey a = make(test.ring(), Role::signing, "a");
  const CreatedKey b = make(test.ring(), Role::signing, "b");
  const auto copy = [](const fs::path& from, const fs::path& to) {
    fs::copy_file(from, to, fs::copy_options::overwrite_existing);
  };
  SECTION("the secret of another key under this name") {
    copy(b.key.secret_file, a.key.secret_file);
    CHECK(code_of(test.ring().find(a.key.info.id())) == "keys.record");
    fs::remove(a.key.public_file);
    CHECK(code_of(test.ring().find(a.key.info.id())) == "keys.file.name");
  }
  SECTION("the record of another key") {
    copy(b.key.public_file, a.key.public_file);
    CHECK(code_of(test.ring().find(a.key.info.id())) == "keys.record");
  }
  SECTION("a damaged record, which may have said that the key is withdrawn") {
    overwrite(a.key.public_file, "{}");
    CHECK(code_of(test.ring().find(a.key.info.id())) == "keys.record");
  }
  SECTION("the certificate of another key: a problem, but the key is not lost") {
    copy(b.key.certificate_file, a.key.certificate_file);
    const Listing listing = listed(test.ring());
    REQUIRE(listing.problems.size() == 1);
    CHECK(listing.problems[0].code == "keys.cert.key");
    CHECK(listing.keys.size() == 3);
    CHECK_FALSE(found(test.ring(), a.key.info.id()).certificate);
  }
  SECTION("a carrier key in the folder of signing keys") {
    const CreatedKey carrier = make(test.ring(), Role::carrier);
    copy(carrier.key.secret_file,
         test.home.keys(Role::signing) / carrier.key.secret_file.filename());
    CHECK(code_of(test.ring().find(carrier.key.info.id(), Role::signing)) == "keys.file.name");
  }
}

TEST_CASE("keyring: a key file cut at any byte is never taken for a key") {
  const TestHome test;
  const CreatedKey key = make(test.ring(), Role::carrier);
  const std::string whole = text_of(key.key.secret_file);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    REQUIRE(truncate(key.key.secret_file.c_str(), static_cast<off_t>(size)) == 0);
    const auto cut = test.ring().find(key.key.info.id());
    REQUIRE_FALSE(cut);
    overwrite(key.key.secret_file, whole);
  }
  CHECK_OK(test.ring().open_carrier("", answer(kPass)));
}

TEST_CASE("keyring: the agent is asked before environment and prompt, after files") {
  const TestHome test;
  make(test.ring(), Role::signing);
  int asked = 0;
  UnlockOptions unlock = answer(kPass);
  unlock.agent.signer = [&](const KeyInfo&) -> Result<std::shared_ptr<Signer>> {
    ++asked;
    return nullptr;
  };
  CHECK_OK(test.ring().open_signer("", unlock));
  CHECK(asked == 1);
  overwrite(test.scratch / "pass", std::string(kPass) + "\n");
  unlock.passphrase_file = test.scratch / "pass";
  CHECK_OK(test.ring().open_signer("", unlock));
  CHECK(asked == 1);
  unlock.passphrase_file.clear();
  unlock.agent.signer = [&](const KeyInfo&) -> Result<std::shared_ptr<Signer>> {
    return fail("agent.connect", "no answer");
  };
  CHECK_OK(test.ring().open_signer("", unlock));  // other sources open the key
  unlock.prompt = nullptr;
  CHECK(code_of(test.ring().open_signer("", unlock)) == "keys.passphrase.none");
}

TEST_CASE("keyring: threads share it") {
  const TestHome test;
  std::vector<std::thread> threads;
  std::array<int, 4> made{};
  for (int& count : made)
    threads.emplace_back([&test, &count] {
      auto ring = Keyring::open(test_context(), test.home);
      for (int i = 0; ring && i < 5; ++i)
        if (ring->create(Role::carrier, wanted())) ++count;
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(made == std::array<int, 4>{5, 5, 5, 5});
  const Listing listing = listed(test.ring());
  CHECK(listing.problems.empty());
  CHECK(listing.keys.size() == 20);
  CHECK(listing.detection_epochs == 20);
}
