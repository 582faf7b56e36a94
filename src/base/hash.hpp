// SPDX-License-Identifier: Apache-2.0
// SHA-2 over OpenSSL (it uses the CPU's SHA instructions: 5-10x libsodium's portable code) and
// BLAKE2b over libsodium. One place, so that no room calls either library for hashing.
#pragma once

#include <memory>

#include "base/result.hpp"

namespace signmark {

enum class HashAlg { sha256, sha384, sha512 };

/// The name used by C2PA ("sha256") or nothing.
std::optional<HashAlg> hash_alg_from_name(std::string_view name);
std::string_view hash_name(HashAlg alg);

/// Streaming hash. Movable.
class Hasher {
 public:
  explicit Hasher(HashAlg alg);
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;
  ~Hasher();
  Hasher& update(ByteView bytes);
  /// The digest; the hasher must not be used afterwards.
  Bytes finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

Bytes hash(HashAlg alg, ByteView bytes);
/// 32 bytes of BLAKE2b; keyed when `key` is not empty (16 to 64 bytes).
std::array<Byte, 32> blake2b(ByteView bytes, ByteView key = {});

/// BLAKE2b-256 of bytes that do not lie in memory at once. Movable.
class Blake2b {
 public:
  Blake2b();
  Blake2b(Blake2b&&) noexcept;
  Blake2b& operator=(Blake2b&&) noexcept;
  ~Blake2b();
  Blake2b& update(ByteView bytes);
  /// The digest; the hasher must not be used afterwards.
  std::array<Byte, 32> finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace signmark
