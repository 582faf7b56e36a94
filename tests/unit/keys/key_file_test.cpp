// SPDX-License-Identifier: Apache-2.0
// Key files: fixed vectors, strict decoding, forgeries of keys.md section 12, caps on read.
#include "keys/key_file.hpp"

#include <fmt/format.h>

#include "keys/armor.hpp"
#include "keys_support.hpp"

using namespace signmark;
using namespace signmark::keys;
using namespace signmark::test;

namespace {

constexpr std::string_view kPassphrase = "correct horse battery staple";

SecretBytes passphrase(SecureArena& arena) { return make_secret(arena, as_bytes(kPassphrase)); }

/// The vector's binary form, changed by `edit`, as text again.
template <class Edit>
std::string edited(const std::string& file, Edit edit) {
  auto block = dearmor(key_vector_file(file));
  REQUIRE_OK(block);
  edit(block->bytes);
  return armor(block->label, block->bytes);
}

KeyFile sealed_key(SecureArena& arena, Role role, Byte fill, std::string_view pass = kPassphrase) {
  KeyHeader header;
  header.role = role;
  header.cost = kCheap;
  header.created = 1000;
  header.expires = 2000;
  const auto file = seal_key(*test_context().random, header, make_secret(arena, Bytes(32, fill)),
                             make_secret(arena, as_bytes(pass)));
  REQUIRE_OK(file);
  return *file;
}

}  // namespace

TEST_CASE("key file vectors open, and encode to the same bytes") {
  const auto arena = make_arena();
  const Json vectors = key_vectors();
  for (const Json& entry : vectors["keys"]) {
    const std::string text = key_vector_file(entry["file"]);
    const auto file = decode_key_file(text);
    REQUIRE_OK(file);
    CHECK(encode_key_file(*file) == text);
    const KeyInfo info = info_of(file->header);
    CHECK(role_name(info.role) == entry["role"]);
    CHECK(info.label == entry["label"]);
    CHECK(hex(info.public_key) == entry["public"]);
    CHECK(hex(info.fingerprint) == entry["fingerprint"]);
    CHECK(info.id() == entry["id"]);
    CHECK(info.created == vectors["created"]);
    CHECK(info.expires == vectors["expires"]);
    const auto secret = unseal_key(*file, passphrase(*arena), *arena);
    REQUIRE_OK(secret);
    CHECK(hex(reveal(*secret)) == entry["seed"]);
  }
}

TEST_CASE("text forms match the vectors") {
  const auto arena = make_arena();
  for (const Json& entry : key_vectors()["keys"]) {
    const Role role = *role_from_name(entry["role"].get<std::string>());
    const Bytes seed = *unhex(entry["seed"].get<std::string>());
    const auto text = secret_text(*arena, role, make_secret(*arena, seed));
    REQUIRE_OK(text);
    CHECK(as_text(reveal(*text)) == entry["secret_text"].get<std::string>());
    const auto back = parse_secret_text(*arena, entry["secret_text"].get<std::string>());
    REQUIRE_OK(back);
    CHECK(back->role == role);
    CHECK(reveal(back->secret) == seed);
    const PublicKey key = public_part(role, seed);
    CHECK(public_text(role, key) == entry.value("public_text", ""));
    if (role == Role::carrier) continue;
    const auto named = parse_public_text(entry["public_text"].get<std::string>());
    REQUIRE_OK(named);
    CHECK(named->role == role);
    CHECK(named->key == key);
  }
}

TEST_CASE("a sealed key opens with its passphrase alone") {
  const auto arena = make_arena();
  const KeyFile file = sealed_key(*arena, Role::signing, 7);
  CHECK_OK(unseal_key(file, passphrase(*arena), *arena));
  CHECK(code_of(unseal_key(file, make_secret(*arena, as_bytes("wrong")), *arena)) == "keys.unlock");
  CHECK(code_of(unseal_key(file, SecretBytes(), *arena)) == "keys.unlock");
  KeyHeader header = file.header;
  CHECK(code_of(seal_key(*test_context().random, header, make_secret(*arena, Bytes(32, 1)), {})) ==
        "keys.passphrase.empty");
}

TEST_CASE("no bit of a key file can be changed unseen") {
  const auto arena = make_arena();
  const auto pass = passphrase(*arena);
  const Bytes good = dearmor(key_vector_file("issuer.key"))->bytes;
  std::size_t opened = 0;
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    Bytes bad = good;
    bad[bit / 8] ^= static_cast<Byte>(1U << bit % 8);
    const auto file = decode_key_file(armor("SIGNMARK KEY", bad));
    // A higher cost is legal and only slow: skip what would derive with more than 1 MiB or 8
    // passes.
    if (!file || file->header.cost.memory_kib > 1024) continue;
    if (unseal_key(*file, pass, *arena)) ++opened;
  }
  CHECK(opened == 0);
}

TEST_CASE("a header or ciphertext of another key does not fit") {
  const auto arena = make_arena();
  const KeyFile a = sealed_key(*arena, Role::signing, 1);
  const KeyFile b = sealed_key(*arena, Role::signing, 2);
  CHECK(code_of(unseal_key({a.header, b.sealed}, passphrase(*arena), *arena)) == "keys.unlock");
  KeyFile wrong_role = sealed_key(*arena, Role::signing, 1);
  wrong_role.header.role = Role::issuer;
  CHECK(code_of(unseal_key(wrong_role, passphrase(*arena), *arena)) == "keys.unlock");
  KeyFile carrier = sealed_key(*arena, Role::carrier, 1);
  carrier.header.role = Role::signing;  // a carrier secret offered as signing seed
  CHECK(code_of(unseal_key(carrier, passphrase(*arena), *arena)) == "keys.unlock");
}

TEST_CASE("a ciphertext that decrypts to another secret is refused") {
  // Key commitment: valid tag, but the header names the public key of another seed.
  const auto arena = make_arena();
  KeyHeader header;
  header.cost = kCheap;
  header.created = 1;
  header.expires = 2;
  const auto other = seal_key(*test_context().random, header, make_secret(*arena, Bytes(32, 9)),
                              passphrase(*arena));
  REQUIRE_OK(other);
  const auto mismatched = seal_key_as(*test_context().random, other->header,
                                      make_secret(*arena, Bytes(32, 8)), passphrase(*arena));
  REQUIRE_OK(mismatched);
  CHECK(mismatched->header.public_key == other->header.public_key);
  CHECK(code_of(unseal_key(*mismatched, passphrase(*arena), *arena)) == "keys.unlock");
}

TEST_CASE("costs above the caps are refused before anything is allocated") {
  const auto put32 = [](Bytes& bytes, std::size_t at, std::uint32_t value) {
    for (std::size_t i = 0; i < 4; ++i) bytes[at + i] = static_cast<Byte>(value >> 8 * (3 - i));
  };
  const auto with_cost = [&](std::uint32_t passes, std::uint32_t memory) {
    return decode_key_file(edited("issuer.key", [&](Bytes& bytes) {
      put32(bytes, 9, passes);
      put32(bytes, 13, memory);
    }));
  };
  CHECK_OK(with_cost(8, 1 << 20));
  CHECK(code_of(with_cost(9, 64)) == "keys.file.cost");
  CHECK(code_of(with_cost(UINT32_MAX, 64)) == "keys.file.cost");
  CHECK(code_of(with_cost(1, (1 << 20) + 1)) == "keys.file.cost");
  CHECK(code_of(with_cost(0, 64)) == "keys.file.header");
  CHECK(code_of(with_cost(1, 7)) == "keys.file.header");
  CHECK(code_of(decode_key_file(std::string(kMaxKeyFile + 1, 'x'))) == "keys.file.size");
}

TEST_CASE("only one form of a key file is read") {
  const std::string good = key_vector_file("signing.key");
  REQUIRE_OK(decode_key_file(good));
  CHECK_FALSE(decode_key_file(good + "\n"));
  CHECK_FALSE(decode_key_file("\n" + good));
  CHECK_FALSE(decode_key_file(good + good));
  CHECK_FALSE(decode_key_file(good.substr(0, good.size() - 1)));
  std::string crlf;
  for (const char c : good) crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
  CHECK_FALSE(decode_key_file(crlf));
  std::string joined = good;
  joined.erase(joined.find('\n', 40), 1);  // two lines of the body become one
  CHECK_FALSE(decode_key_file(joined));
  CHECK(code_of(decode_key_file(edited("signing.key", [](Bytes& b) { b.push_back(0); }))) ==
        "keys.file.header");
  CHECK(code_of(decode_key_file(edited("signing.key", [](Bytes& b) { b[5] = '2'; }))) ==
        "keys.file.version");
  CHECK(code_of(decode_key_file(edited("signing.key", [](Bytes& b) { b[6] = 0; }))) ==
        "keys.file.header");
  CHECK(code_of(decode_key_file(edited("signing.key", [](Bytes& b) { b[7] = 2; }))) ==
        "keys.file.header");
  std::string renamed = key_vector_file("signing-unprotected.key");
  for (std::size_t at; (at = renamed.find("UNPROTECTED ")) != std::string::npos;)
    renamed.erase(at, 12);
  CHECK(code_of(decode_key_file(renamed)) == "keys.file.header");
}

TEST_CASE("truncated and flipped key files end in an error, never in a crash") {
  const std::string good = key_vector_file("carrier.key");
  for (std::size_t size = 0; size < good.size(); ++size)
    CHECK_FALSE(decode_key_file(std::string_view(good).substr(0, size)));
  const Bytes body = dearmor(good)->bytes;
  for (std::size_t size = 0; size < body.size(); ++size)
    CHECK_FALSE(decode_key_file(armor("SIGNMARK KEY", ByteView(body).first(size))));
  for (std::size_t i = 0; i < good.size(); ++i)
    for (const char flip : {1, 0x20, 0x80}) {
      std::string bad = good;
      bad[i] = static_cast<char>(bad[i] ^ flip);
      const auto file = decode_key_file(bad);
      if (file) CHECK(encode_key_file(*file) == bad);
    }
}

TEST_CASE("labels are clean, composed and short") {
  CHECK(*check_label("e\xcc\x81") == "é");
  CHECK_OK(check_label(""));
  CHECK_OK(check_label(std::string(64, 'x')));
  CHECK(code_of(check_label(std::string(65, 'x'))) == "keys.label");
  CHECK(code_of(check_label("a\nb")) == "keys.label");
  CHECK(code_of(check_label("a\xe2\x80\xae")) == "keys.label");
  CHECK(code_of(check_label("\xff")) == "keys.label");
}
