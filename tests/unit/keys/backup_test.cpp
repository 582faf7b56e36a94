// SPDX-License-Identifier: Apache-2.0
// Backups: they restore, they prove it, and nothing in them is believed unread.
#include "keys/backup.hpp"

#include <filesystem>

#include "keyring_support.hpp"

using namespace signmark;
using namespace signmark::keys;
using namespace signmark::test;
namespace fs = std::filesystem;

namespace {

Bytes sealed(SecureArena& arena, const std::vector<std::string>& names) {
  BackupContent content;
  for (const std::string& name : names) content.files.push_back({name, Bytes(3, 7)});
  const auto bytes = seal_backup(content, kCheap, make_secret(arena, as_bytes(kPass)));
  REQUIRE_OK(bytes);
  return *bytes;
}

}  // namespace

TEST_CASE("backup: the whole keyring comes back") {
  const TestHome test;
  const TestHome fresh;
  REQUIRE_OK(test.ring().create_set(wanted()));
  const fs::path issuer = test.home.trust() / "smissuer1abc";
  fs::create_directories(issuer);
  overwrite(issuer / "root.der", "trusted");
  const fs::path file = test.scratch / "keys.backup";
  const auto made = test.ring().export_all(file, protect(kPass));
  REQUIRE_OK(made);
  CHECK(made->keys.size() == 3);
  CHECK(made->files == 10);  // three keys and records, two certificates, revocation, trust
  CHECK(mode_of(file) == 0600);
  CHECK(is_backup(slurp(file)));
  CHECK(code_of(test.ring().export_all(file, protect(kPass))) == "keys.file.exists");

  const auto checked = fresh.ring().check_backup(file, answer(kPass));
  REQUIRE_OK(checked);
  CHECK(checked->keys.size() == 3);
  CHECK(checked->not_opened.empty());
  CHECK(checked->restored.empty());
  CHECK_FALSE(fs::exists(fresh.home.data));  // in memory only
  CHECK(code_of(fresh.ring().check_backup(file, answer("wrong"))) == "keys.backup.unlock");

  const auto restored = fresh.ring().import_backup(file, answer(kPass));
  REQUIRE_OK(restored);
  CHECK(restored->restored.size() == 10);
  for (const std::string& name : restored->restored)
    CHECK(slurp(fresh.home.data / name) == slurp(test.home.data / name));
  for (const StoredKey& key : listed(fresh.ring()).keys) {
    CHECK(key.state == KeyState::usable);
    CHECK(mode_of(key.secret_file) == 0600);
  }
  CHECK_OK(fresh.ring().open_signer("", answer(kPass)));
  // Once more changes nothing; a missing file alone comes back.
  CHECK(fresh.ring().import_backup(file, answer(kPass))->restored.empty());
  fs::remove(found(fresh.ring(), "", Role::carrier).secret_file);
  CHECK(fresh.ring().import_backup(file, answer(kPass))->restored.size() == 1);
}

TEST_CASE("backup: other content here stops a restore before anything is written") {
  const TestHome test;
  REQUIRE_OK(test.ring().create_set(wanted()));
  const fs::path file = test.scratch / "keys.backup";
  REQUIRE_OK(test.ring().export_all(file, protect(kPass)));
  const StoredKey carrier = found(test.ring(), "", Role::carrier);
  REQUIRE_OK(test.ring().change_passphrase(carrier.info.id(), answer(kPass), protect("new")));
  fs::remove(found(test.ring(), "", Role::issuer).secret_file);
  CHECK(code_of(test.ring().import_backup(file, answer(kPass))) == "keys.backup.conflict");
  CHECK(code_of(test.ring().find("", Role::issuer)) == "keys.select.none");
}

TEST_CASE("backup: keys under another passphrase are named") {
  const TestHome test;
  const CreatedKey key = make(test.ring(), Role::carrier);
  const fs::path file = test.scratch / "keys.backup";
  REQUIRE_OK(test.ring().export_all(file, protect("of the backup")));
  const auto report = test.ring().check_backup(file, answer("of the backup"));
  REQUIRE_OK(report);
  CHECK(report->not_opened == std::vector<std::string>{key.key.info.id()});
}

TEST_CASE("backup: what makes none") {
  const TestHome test;
  CHECK(code_of(test.ring().export_all(test.scratch / "a", protect(kPass))) == "keys.backup.empty");
  make(test.ring(), Role::carrier);
  Protection open;
  open.without_passphrase = true;
  CHECK(code_of(test.ring().export_all(test.scratch / "a", open)) == "keys.backup.protection");
  fs::permissions(found(test.ring(), "").secret_file, fs::perms(0644));
  CHECK(code_of(test.ring().export_all(test.scratch / "a", protect(kPass))) ==
        "keys.file.permissions");
  CHECK_FALSE(fs::exists(test.scratch / "a"));
}

TEST_CASE("backup: cut at any byte, followed by one, or with any bit changed, it does not open") {
  const auto arena = make_arena();
  const auto pass = make_secret(*arena, as_bytes(kPass));
  const Bytes good = sealed(*arena, {"keys/carrier/sm1-x.key"});
  CHECK_OK(open_backup(good, pass));
  for (std::size_t size = 0; size < good.size(); ++size)
    REQUIRE_FALSE(open_backup(ByteView(good).first(size), pass));
  Bytes longer = good;
  longer.push_back(0);
  CHECK(code_of(open_backup(longer, pass)) == "keys.backup.unlock");
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    const bool in_cost = bit / 8 >= 10 && bit / 8 < 18;  // a higher one is legal and only slow
    if (in_cost) continue;
    Bytes bad = good;
    bad[bit / 8] ^= static_cast<Byte>(1U << bit % 8);
    REQUIRE_FALSE(open_backup(bad, pass));
  }
}

TEST_CASE("backup: its cost is capped on read") {
  const auto arena = make_arena();
  Bytes bytes = sealed(*arena, {});
  bytes[13] = 9;  // passes
  CHECK(code_of(check_backup_header(bytes)) == "keys.backup.cost");
  bytes[13] = 0;
  CHECK(code_of(check_backup_header(bytes)) == "keys.backup.cost");
  bytes[13] = 2;  // another cost than it was made with
  CHECK(code_of(open_backup(bytes, make_secret(*arena, as_bytes(kPass)))) == "keys.backup.unlock");
  CHECK(code_of(check_backup_header(as_bytes("SMBACKUP1\n12"))) == "keys.backup.truncated");
  CHECK(code_of(check_backup_header(as_bytes("something else"))) == "keys.backup.syntax");
}

TEST_CASE("backup: several chunks") {
  const auto arena = make_arena();
  const auto pass = make_secret(*arena, as_bytes(kPass));
  for (const std::size_t size : {65'495U, 65'496U, 65'497U, 200'000U}) {
    BackupContent content;
    content.files.push_back({"trust/smissuer1x/trust.1.json", Bytes(size, 9)});
    const auto bytes = seal_backup(content, kCheap, pass);
    REQUIRE_OK(bytes);
    const auto back = open_backup(*bytes, pass);
    REQUIRE_OK(back);
    CHECK(back->files.at(0).content == content.files[0].content);
  }
  BackupContent content;
  content.files.push_back({"trust/x/y", Bytes(kMaxBackup)});
  CHECK(code_of(seal_backup(content, kCheap, pass)) == "keys.backup.size");
}

TEST_CASE("backup: names that lead elsewhere are refused, whoever sealed them") {
  const auto arena = make_arena();
  const auto pass = make_secret(*arena, as_bytes(kPass));
  for (const char* name :
       {"", "/etc/passwd", "keys/carrier/../x.key", "keys/../../x.key", "keys/carrier/.lock",
        "keys/other/sm1-x.key", "keys/carrier/sm1-x.key~", "keys/carrier/x/y.key", "keys/x.key",
        "trust/../x", "trust/.x/y", "config/a/b", "keys/carrier/a b.key", "keys/carrier/.key",
        "keys/carrier/a.b.key", "trust//x"}) {
    INFO(name);
    CHECK_FALSE(is_backup_name(name));
    CHECK(code_of(open_backup(sealed(*arena, {name}), pass)) == "keys.backup.name");
  }
  CHECK(code_of(open_backup(sealed(*arena, {"trust/a/b", "trust/a/b"}), pass)) ==
        "keys.backup.name");
}

TEST_CASE("backup: a key that is none, or is under another's name, is found by the check") {
  const TestHome test;
  const auto arena = make_arena();
  const CreatedKey key = make(test.ring(), Role::carrier);
  const Bytes bytes = slurp(key.key.secret_file);
  const auto check = [&](const std::string& name, const Bytes& content_bytes) {
    BackupContent content;
    content.files.push_back({name, content_bytes});
    const auto out = seal_backup(content, kCheap, make_secret(*arena, as_bytes(kPass)));
    REQUIRE_OK(out);
    overwrite(test.scratch / "x", as_text(*out));
    return code_of(test.ring().check_backup(test.scratch / "x", answer(kPass)));
  };
  const std::string id = key.key.info.id();
  CHECK(check("keys/carrier/" + id + ".key", bytes).empty());
  CHECK(check("keys/signing/" + id + ".key", bytes) == "keys.backup.content");
  CHECK(check("keys/carrier/sm1-aaaa.key", bytes) == "keys.backup.content");
  CHECK(check("keys/carrier/" + id + ".key", Bytes(10)) == "keys.backup.content");
  CHECK(check("keys/carrier/" + id + ".pub", Bytes(10)) == "keys.backup.content");
  CHECK(check("keys/signing/" + id + ".cert", Bytes(10)) == "keys.backup.content");
}
