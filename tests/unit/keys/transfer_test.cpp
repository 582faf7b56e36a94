// SPDX-License-Identifier: Apache-2.0
// Secrets on their way: lines, paper, key files, sealed carrier keys.
#include "keys/transfer.hpp"

#include <filesystem>

#include "keyring_support.hpp"
#include "keys/armor.hpp"
#include "keys/paper.hpp"

using namespace signmark;
using namespace signmark::keys;
using namespace signmark::test;
namespace fs = std::filesystem;

namespace {

std::string exported(const Keyring& ring, const std::string& selector, bool paper) {
  const auto text = paper ? ring.export_paper(selector, answer(kPass))
                          : ring.export_secret(selector, answer(kPass));
  REQUIRE_OK(text);
  const Bytes bytes = reveal(*text);
  return std::string(as_text(bytes));
}

}  // namespace

TEST_CASE("transfer: a key comes back from its line and from paper, in every role") {
  for (const Role role : {Role::issuer, Role::signing, Role::carrier}) {
    const TestHome test;
    const CreatedKey key = make(test.ring(), role);
    for (const bool paper : {false, true}) {
      const fs::path file = test.scratch / (paper ? "paper" : "line");
      CHECK_OK(test.ring().export_secret_file("", answer(kPass), paper, file));
      CHECK(mode_of(file) == 0600);
      CHECK(code_of(test.ring().export_secret_file("", answer(kPass), paper, file)) ==
            "keys.file.exists");
      const std::string text = text_of(file);
      CHECK(text == exported(test.ring(), "", paper) + "\n");
      CHECK(key_text_kind(text) == (paper ? KeyTextKind::paper : KeyTextKind::secret_line));
      const TestHome other;
      const auto back = other.ring().import_secret(text, wanted("back"));
      REQUIRE_OK(back);
      CHECK(back->key.info.fingerprint == key.key.info.fingerprint);
      CHECK(back->key.info.label == "back");
      CHECK(back->key.certificate.has_value() == (role == Role::issuer));
      CHECK(back->key.revocation_file.empty() == (role != Role::issuer));
      CHECK(code_of(other.ring().import_secret(text, wanted())) == "keys.import.exists");
    }
  }
}

TEST_CASE("transfer: a certificate that is here already stays when its secret comes in") {
  const TestHome test;
  make(test.ring(), Role::issuer);
  const CreatedKey key = make(test.ring(), Role::signing);
  const std::string line = exported(test.ring(), key.key.info.id(), false);
  fs::remove(key.key.secret_file);
  const auto back = test.ring().import_secret(line, wanted());
  REQUIRE_OK(back);
  CHECK(back->key.certificate->der == key.key.certificate->der);
}

TEST_CASE("transfer: every typing error on paper is found, in its row") {
  const TestHome test;
  make(test.ring(), Role::carrier);
  const auto arena = make_arena();
  const std::string paper = exported(test.ring(), "", true);
  const std::size_t rows = paper.find('\n');
  for (std::size_t i = 0; i < paper.size(); ++i) {
    if (paper[i] == ' ' || paper[i] == '\n') continue;
    std::string typo = paper;
    typo[i] = paper[i] == 'Q' ? 'P' : 'Q';
    const auto read = parse_paper_text(*arena, typo);
    if (i > rows) {
      REQUIRE_FALSE(read);
      CHECK(read.error().where.starts_with("row "));
    }
    CHECK_FALSE(test.ring().import_secret(typo, wanted()));
  }
  const std::size_t first = paper.find("\n1"), second = paper.find("\n2"),
                    third = paper.find("\n3");
  std::string swapped = paper.substr(0, first) + "\n1" +
                        paper.substr(second + 2, third - second - 2) + "\n2" +
                        paper.substr(first + 2, second - first - 2) + paper.substr(third);
  CHECK(code_of(parse_paper_text(*arena, swapped)) == "keys.text.checksum");
  CHECK(code_of(parse_paper_text(*arena, paper.substr(0, third))) == "keys.text.length");
  CHECK(code_of(parse_paper_text(*arena, paper.substr(0, third - 1))) == "keys.text.length");
  CHECK(code_of(parse_paper_text(*arena, paper + "\n4 more")) == "keys.text.length");
  CHECK(code_of(parse_paper_text(*arena, paper + "Q")) == "keys.text.length");
}

TEST_CASE("transfer: blanks, empty lines and case do not matter on paper") {
  const TestHome test;
  make(test.ring(), Role::carrier);
  const auto arena = make_arena();
  std::string typed = "\n  ";
  for (const char c : exported(test.ring(), "", true)) {
    typed += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    if (c == '\n') typed += "\r\n\t ";
  }
  const auto line = parse_paper_text(*arena, typed);
  REQUIRE_OK(line);
  const Bytes bytes = reveal(*line);
  CHECK(as_text(bytes) == exported(test.ring(), "", false));
}

TEST_CASE("transfer: secrets that everybody knows are refused") {
  const TestHome test;
  const auto arena = make_arena();
  const auto line = [&](const Bytes& secret) {
    const auto text = secret_text(*arena, Role::carrier, make_secret(*arena, secret));
    REQUIRE_OK(text);
    const Bytes bytes = reveal(*text);
    return std::string(as_text(bytes));
  };
  CHECK(code_of(test.ring().import_secret(line(Bytes(32)), wanted())) == "keys.import.known");
  const auto& known = public_carrier_key();
  CHECK(code_of(test.ring().import_secret(line({known.begin(), known.end()}), wanted())) ==
        "keys.import.known");
  CHECK(code_of(test.ring().import_secret("smsign1xyz", wanted())) == "keys.text.prefix");
}

TEST_CASE("transfer: a key file under a transfer passphrase keeps its label and dates") {
  const TestHome test;
  const TestHome other;
  const CreatedKey key = make(test.ring(), Role::issuer);
  const auto in = [&](UnixTime now, const char* pass) {
    return other.at(now).import_key_file(key.key.secret_file, answer(pass), protect("mine"));
  };
  CHECK(code_of(in(kNow, "wrong")) == "keys.unlock");
  const auto back = in(key.key.info.expires + 5, kPass);  // past its life: still to be revoked
  REQUIRE_OK(back);
  CHECK(back->key.info.label == "studio");
  CHECK(back->key.info.created == kNow);
  CHECK(back->key.info.expires == key.key.info.expires);
  CHECK(back->key.state == KeyState::expired);
  CHECK(back->key.certificate);
  CHECK_FALSE(back->key.revocation_file.empty());
  CHECK(code_of(in(kNow, kPass)) == "keys.import.exists");
  CHECK_OK(other.ring().export_secret("", answer("mine")));
}

TEST_CASE("transfer: a carrier key goes sealed to a request, once") {
  const TestHome sender;
  const TestHome receiver;
  const CreatedKey key = make(sender.ring(), Role::carrier, "epoch 1");
  const auto request = receiver.ring().request_transfer();
  REQUIRE_OK(request);
  CHECK(key_text_kind(request->text) == KeyTextKind::transfer_request);
  CHECK(*Keyring::transfer_fingerprint(request->text) == request->fingerprint);
  CHECK(request->fingerprint.size() == 39);
  const fs::path waiting = receiver.home.keys() / "transfer";
  REQUIRE(std::distance(fs::directory_iterator(waiting), fs::directory_iterator()) == 1);
  CHECK(mode_of(fs::directory_iterator(waiting)->path()) == 0600);
  CHECK(listed(receiver.ring()).problems.empty());

  const auto sealed = sender.ring().export_carrier("", answer(kPass), request->text);
  REQUIRE_OK(sealed);
  CHECK(key_text_kind(*sealed) == KeyTextKind::sealed_carrier);
  CHECK(sealed->find("epoch") == std::string::npos);
  CHECK(code_of(sender.ring().import_carrier(*sealed, protect("x"))) == "keys.transfer.unknown");
  const TestHome third;
  REQUIRE_OK(third.ring().request_transfer());
  CHECK(code_of(third.ring().import_carrier(*sealed, protect("x"))) == "keys.transfer.unknown");

  const auto back = receiver.ring().import_carrier(*sealed, protect("mine"));
  REQUIRE_OK(back);
  CHECK(back->key.info.fingerprint == key.key.info.fingerprint);
  CHECK(back->key.info.label == "epoch 1");
  CHECK(back->key.info.created == key.key.info.created);
  CHECK(fs::is_empty(waiting));
  CHECK(code_of(receiver.ring().import_carrier(*sealed, protect("x"))) == "keys.transfer.unknown");
}

TEST_CASE("transfer: forged and cut sealed keys do not open") {
  const auto arena = make_arena();
  const auto request = make_request(*arena);
  const auto other = make_request(*arena);
  REQUIRE_OK(request);
  REQUIRE_OK(other);
  CarriedKey carried;
  carried.header.role = Role::carrier;
  carried.header.created = 1;
  carried.header.expires = 2;
  carried.secret = make_secret(*arena, Bytes(32, 5));
  const auto text = seal_carrier(carried, request->key);
  REQUIRE_OK(text);
  CHECK_OK(unseal_carrier(*text, *request, *arena));
  CHECK(code_of(unseal_carrier(*text, *other, *arena)) == "keys.transfer.sealed");
  const Bytes good = dearmor(*text)->bytes;
  for (std::size_t i = 0; i < good.size(); ++i) {
    Bytes bad = good;
    bad[i] ^= 1;
    const auto opened = unseal_carrier(armor(kSealedArmor, bad), *request, *arena);
    const bool only_the_hint = i >= 7 && i < 7 + 32;  // finds the request, and proves nothing
    REQUIRE(opened.has_value() == only_the_hint);
    REQUIRE_FALSE(unseal_carrier(
        armor(kSealedArmor, Bytes(good.begin(), good.begin() + static_cast<long>(i))), *request,
        *arena));
  }
  carried.header.expires = 0;  // sealed by somebody who may write anything
  const auto impossible = seal_carrier(carried, request->key);
  REQUIRE_OK(impossible);
  CHECK(code_of(unseal_carrier(*impossible, *request, *arena)) == "keys.transfer.sealed");
  CHECK(code_of(seal_carrier(carried, TransferKey{})) == "keys.transfer.syntax");
  CHECK(code_of(decode_request(*text)) == "keys.transfer.syntax");
  CHECK(code_of(sealed_recipient(encode_request(request->key))) == "keys.transfer.syntax");
  CHECK(code_of(decode_request(std::string(5000, 'x'))) == "keys.transfer.syntax");
}

TEST_CASE("transfer: kinds of text") {
  CHECK(key_text_kind("-----BEGIN SIGNMARK KEY-----\n") == KeyTextKind::key_file);
  CHECK(key_text_kind("-----BEGIN SIGNMARK UNPROTECTED KEY-----\n") == KeyTextKind::key_file);
  CHECK(key_text_kind("-----BEGIN CERTIFICATE-----\n") == KeyTextKind::certificate);
  CHECK(key_text_kind("-----BEGIN CERTIFICATE REQUEST-----\n") == KeyTextKind::certificate_request);
  CHECK(key_text_kind("-----BEGIN SOMETHING-----\n") == KeyTextKind::unknown);
  CHECK(key_text_kind("smsign1qqq") == KeyTextKind::public_line);
  CHECK(key_text_kind("SIGNMARK-CARRIER-SECRET-1QQQ") == KeyTextKind::secret_line);
  CHECK(key_text_kind("SIGNMARK-CARRIER-SECRET-1\n1 ") == KeyTextKind::paper);
  CHECK(key_text_kind("") == KeyTextKind::unknown);
  CHECK_FALSE(is_backup(as_bytes("SMBACKUP")));
}
