// SPDX-License-Identifier: Apache-2.0
// Encoding, strict decoding, sealing and unsealing of key files.
#include "keys/key_file.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <cassert>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"
#include "keys/armor.hpp"
#include "keys/kdf.hpp"

namespace signmark::keys {
namespace {

constexpr std::string_view kMagic = "SMKEY1";

constexpr std::uint8_t kKdfNone = 0;
constexpr std::uint8_t kKdfArgon2id = 1;  // version 1.3, one lane (libsodium)
constexpr std::size_t kMaxLabelCharacters = 64;
constexpr std::size_t kMaxLabelBytes = 255;

tl::unexpected<Error> bad_header(std::string message) {
  return fail("keys.file.header", std::move(message), {},
              "the file is damaged or was made by something else");
}

Bytes encode_header(const KeyHeader& h) {
  ByteWriter w;
  w.text(kMagic).u8(static_cast<std::uint8_t>(h.role)).u8(algorithm_of(h.role));
  w.u8(h.cost.passes == 0 ? kKdfNone : kKdfArgon2id);
  w.u32be(h.cost.passes).u32be(h.cost.memory_kib);
  w.bytes(h.salt).bytes(h.nonce).bytes(h.public_key);
  w.u64be(static_cast<std::uint64_t>(h.created)).u64be(static_cast<std::uint64_t>(h.expires));
  w.u8(static_cast<std::uint8_t>(h.label.size())).text(h.label);
  return w.take();
}

/// The sealing key of a file without passphrase. It hides nothing: it only lets one format and one
/// check of integrity serve both kinds of file.
std::array<Byte, 32> unprotected_key(const KeyHeader& h) {
  return blake2b(as_bytes("signmark unprotected key file v1"), h.salt);
}

Status derive_sealing_key(const KeyHeader& h, const SecretBytes& passphrase, std::span<Byte> out) {
  if (h.cost.passes == 0) {
    const auto key = unprotected_key(h);
    std::copy(key.begin(), key.end(), out.begin());
    return {};
  }
  return derive_key(h.cost, h.salt, passphrase, out);
}

template <std::size_t N>
Status take_into(ByteReader& reader, std::array<Byte, N>& out) {
  SIGNMARK_ASSIGN(const ByteView bytes, reader.take(N));
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return {};
}

Status read_role(ByteReader& reader, KeyHeader& h) {
  SIGNMARK_ASSIGN(const auto role_byte, reader.u8());
  SIGNMARK_ASSIGN(const auto alg, reader.u8());
  const auto role = role_from_byte(role_byte);
  if (!role || alg != algorithm_of(*role)) return bad_header("role or algorithm is unknown");
  h.role = *role;
  return {};
}

Status read_cost(ByteReader& reader, KeyHeader& h) {
  SIGNMARK_ASSIGN(const auto kdf, reader.u8());
  SIGNMARK_ASSIGN(h.cost.passes, reader.u32be());
  SIGNMARK_ASSIGN(h.cost.memory_kib, reader.u32be());
  if (kdf == kKdfNone) {
    if (h.cost != KdfCost{0, 0}) return bad_header("a key without passphrase has no cost");
    return {};
  }
  if (kdf != kKdfArgon2id) return bad_header("the key derivation is unknown");
  if (h.cost.passes == 0 || h.cost.memory_kib < kMinKdfMemory)
    return bad_header("the cost of the key derivation is too small");
  if (const auto fit = check_kdf_cost(h.cost); !fit)
    return fail("keys.file.cost", "the file asks for " + fit.error().message);
  return {};
}

Status read_times_and_label(ByteReader& reader, KeyHeader& h) {
  SIGNMARK_ASSIGN(const auto created, reader.u64be());
  SIGNMARK_ASSIGN(const auto expires, reader.u64be());
  if (created >= expires || expires > static_cast<std::uint64_t>(kLastTime) + 1)
    return bad_header("the times are impossible");
  h.created = static_cast<UnixTime>(created);
  h.expires = static_cast<UnixTime>(expires);
  SIGNMARK_ASSIGN(const auto size, reader.u8());
  SIGNMARK_ASSIGN(const ByteView label, reader.take(size));
  h.label = as_text(label);
  const auto checked = check_label(h.label);
  if (!checked || *checked != h.label) return bad_header("the label is no clean text");
  return {};
}

Result<KeyFile> decode_bytes(ByteView bytes) {
  ByteReader reader(bytes, "keys.file");
  if (!reader.next_is(kMagic))
    return fail("keys.file.version", "not a key file of a known version", {},
                "a newer signmark may read it");
  SIGNMARK_TRY(reader.skip(kMagic.size()));
  KeyFile file;
  KeyHeader& h = file.header;
  SIGNMARK_TRY(read_role(reader, h));
  SIGNMARK_TRY(read_cost(reader, h));
  SIGNMARK_TRY(take_into(reader, h.salt));
  SIGNMARK_TRY(take_into(reader, h.nonce));
  SIGNMARK_TRY(take_into(reader, h.public_key));
  SIGNMARK_TRY(read_times_and_label(reader, h));
  SIGNMARK_TRY(take_into(reader, file.sealed));
  if (!reader.at_end()) return bad_header("bytes follow the end of the key");
  return file;
}

}  // namespace

KeyInfo info_of(const KeyHeader& h) {
  KeyInfo info;
  info.role = h.role;
  info.public_key = h.public_key;
  info.fingerprint = fingerprint_of(h.role, h.public_key);
  info.created = h.created;
  info.expires = h.expires;
  info.label = h.label;
  return info;
}

Result<KeyFile> decode_key_file(std::string_view text) {
  if (text.size() > kMaxKeyFile)
    return fail("keys.file.size",
                fmt::format("the key file has {} bytes, {} are allowed", text.size(), kMaxKeyFile));
  SIGNMARK_ASSIGN(ArmorBlock block, dearmor(text));
  if (block.label != kArmorProtected && block.label != kArmorUnprotected)
    return fail("keys.file.version", fmt::format("a \"{}\" is no key file", block.label));
  auto file = decode_bytes(block.bytes);
  sodium_memzero(block.bytes.data(), block.bytes.size());
  if (file && (block.label == kArmorUnprotected) != (file->header.cost.passes == 0))
    return bad_header("the BEGIN line does not fit the key");
  return file;
}

std::string encode_key_file(const KeyFile& file) {
  ByteWriter w;
  w.bytes(encode_header(file.header)).bytes(file.sealed);
  return armor(file.header.cost.passes == 0 ? kArmorUnprotected : kArmorProtected, w.view());
}

Result<KeyFile> seal_key(Random& random, KeyHeader header, const SecretBytes& secret,
                         const SecretBytes& passphrase) {
  header.public_key = public_part(header.role, secret.open().bytes());
  return seal_key_as(random, std::move(header), secret, passphrase);
}

Result<KeyFile> seal_key_as(Random& random, KeyHeader header, const SecretBytes& secret,
                            const SecretBytes& passphrase) {
  if (header.cost.passes != 0 && passphrase.empty())
    return fail("keys.passphrase.empty", "an empty passphrase protects nothing", {},
                "type a passphrase, or ask for a key without one");
  random.fill(header.salt);
  random.fill(header.nonce);
  KeyFile file;
  const auto seed = secret.open();
  file.header = std::move(header);
  std::array<Byte, 32> key{};
  const auto derived = derive_sealing_key(file.header, passphrase, key);
  const Bytes aad = encode_header(file.header);
  if (derived)
    crypto_aead_xchacha20poly1305_ietf_encrypt(file.sealed.data(), nullptr, seed.bytes().data(),
                                               seed.bytes().size(), aad.data(), aad.size(), nullptr,
                                               file.header.nonce.data(), key.data());
  sodium_memzero(key.data(), key.size());
  SIGNMARK_TRY(derived);
  return file;
}

Result<SecretBytes> unseal_key(const KeyFile& file, const SecretBytes& passphrase,
                               SecureArena& arena) {
  const KeyHeader& h = file.header;
  SIGNMARK_ASSIGN(SecretBytes secret, arena.allocate(kSeed));
  std::array<Byte, 32> key{};
  const auto derived = derive_sealing_key(h, passphrase, key);
  const Bytes aad = encode_header(h);
  bool good = false;
  if (derived) {
    const auto view = secret.open();
    good = crypto_aead_xchacha20poly1305_ietf_decrypt(
               view.bytes().data(), nullptr, nullptr, file.sealed.data(), file.sealed.size(),
               aad.data(), aad.size(), h.nonce.data(), key.data()) == 0;
    // The cipher does not commit to its key: the secret must also be the one the header names.
    const PublicKey actual = public_part(h.role, view.bytes());
    good = sodium_memcmp(actual.data(), h.public_key.data(), actual.size()) == 0 && good;
  }
  sodium_memzero(key.data(), key.size());
  SIGNMARK_TRY(derived);
  if (good) return secret;
  return fail("keys.unlock",
              h.cost.passes == 0 ? "the key file is damaged"
                                 : "the passphrase does not open this key, or the file is damaged",
              {}, "try again; the key's .key~ may hold an older copy");
}

Result<std::string> check_label(std::string_view label) {
  auto text = nfc(label);
  if (!text) return fail("keys.label", "the label is not valid UTF-8");
  const auto characters = decode_utf8(*text);
  if (!characters || characters->size() > kMaxLabelCharacters || text->size() > kMaxLabelBytes)
    return fail("keys.label", fmt::format("the label is longer than {} characters or {} bytes",
                                          kMaxLabelCharacters, kMaxLabelBytes));
  if (printable(*text) != *text) return fail("keys.label", "the label contains control characters");
  return *text;
}

}  // namespace signmark::keys
