// SPDX-License-Identifier: Apache-2.0
// Helpers of the key tests: cheap passphrases, arenas, a keyring in a scratch folder.
#pragma once

#include "base/json.hpp"
#include "keys/key_file.hpp"
#include "support/test_support.hpp"

namespace signmark::test {

inline constexpr keys::KdfCost kCheap{1, 8};  // Argon2's floor: tests derive hundreds of keys

inline std::shared_ptr<keys::SecureArena> make_arena() {
  auto arena = keys::SecureArena::create(64);
  REQUIRE_OK(arena);
  return *arena;
}

inline keys::SecretBytes make_secret(keys::SecureArena& arena, ByteView bytes) {
  auto secret = arena.allocate(bytes.size());
  REQUIRE_OK(secret);
  const auto view = secret->open();
  std::copy(bytes.begin(), bytes.end(), view.bytes().begin());
  return std::move(*secret);
}

inline Bytes reveal(const keys::SecretBytes& secret) {
  const auto view = secret.open();
  return {view.bytes().begin(), view.bytes().end()};
}

inline Json key_vectors() {
  const Bytes text =
      slurp(std::filesystem::path(SIGNMARK_SOURCE_DIR) / "tests/vectors/keys/vectors.json");
  auto json = parse_json(as_text(text));
  REQUIRE_OK(json);
  return *json;
}

inline std::string key_vector_file(const std::string& name) {
  const Bytes text =
      slurp(std::filesystem::path(SIGNMARK_SOURCE_DIR) / "tests/vectors/keys" / name);
  return std::string(as_text(text));
}

/// Answers every prompt with this passphrase.
inline keys::UnlockOptions answer(std::string passphrase) {
  keys::UnlockOptions unlock;
  unlock.prompt = [passphrase = std::move(passphrase)](
                      const keys::Prompt&, std::span<char> buffer) -> Result<std::size_t> {
    std::copy(passphrase.begin(), passphrase.end(), buffer.begin());
    return passphrase.size();
  };
  return unlock;
}

inline keys::Protection protect(std::string passphrase) {
  keys::Protection protection;
  protection.kdf = kCheap;
  protection.passphrase = answer(std::move(passphrase));
  return protection;
}

}  // namespace signmark::test
