// SPDX-License-Identifier: Apache-2.0
// Hashes.
#include "base/hash.hpp"

#include <openssl/evp.h>
#include <sodium.h>

namespace signmark {
namespace {

const EVP_MD* evp(HashAlg alg) {
  switch (alg) {
    case HashAlg::sha256:
      return EVP_sha256();
    case HashAlg::sha384:
      return EVP_sha384();
    case HashAlg::sha512:
      return EVP_sha512();
  }
  return EVP_sha256();
}

}  // namespace

struct Hasher::Impl {
  EVP_MD_CTX* ctx = EVP_MD_CTX_new();
  Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() { EVP_MD_CTX_free(ctx); }
};

std::optional<HashAlg> hash_alg_from_name(std::string_view name) {
  for (const HashAlg alg : {HashAlg::sha256, HashAlg::sha384, HashAlg::sha512})
    if (name == hash_name(alg)) return alg;
  return std::nullopt;
}

std::string_view hash_name(HashAlg alg) {
  switch (alg) {
    case HashAlg::sha256:
      return "sha256";
    case HashAlg::sha384:
      return "sha384";
    case HashAlg::sha512:
      return "sha512";
  }
  return "sha256";
}

Hasher::Hasher(HashAlg alg) : impl_(std::make_unique<Impl>()) {
  EVP_DigestInit_ex(impl_->ctx, evp(alg), nullptr);
}
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;
Hasher::~Hasher() = default;

Hasher& Hasher::update(ByteView bytes) {
  EVP_DigestUpdate(impl_->ctx, bytes.data(), bytes.size());
  return *this;
}

Bytes Hasher::finish() {
  Bytes out(EVP_MAX_MD_SIZE);
  unsigned size = 0;
  EVP_DigestFinal_ex(impl_->ctx, out.data(), &size);
  out.resize(size);
  return out;
}

Bytes hash(HashAlg alg, ByteView bytes) { return Hasher(alg).update(bytes).finish(); }

std::array<Byte, 32> blake2b(ByteView bytes, ByteView key) {
  std::array<Byte, 32> out{};
  crypto_generichash(out.data(), out.size(), bytes.data(), bytes.size(), key.data(), key.size());
  return out;
}

struct Blake2b::Impl {
  crypto_generichash_state state;
  Impl() { crypto_generichash_init(&state, nullptr, 0, crypto_generichash_BYTES); }
};

Blake2b::Blake2b() : impl_(std::make_unique<Impl>()) {}
Blake2b::Blake2b(Blake2b&&) noexcept = default;
Blake2b& Blake2b::operator=(Blake2b&&) noexcept = default;
Blake2b::~Blake2b() = default;

Blake2b& Blake2b::update(ByteView bytes) {
  crypto_generichash_update(&impl_->state, bytes.data(), bytes.size());
  return *this;
}

std::array<Byte, 32> Blake2b::finish() {
  std::array<Byte, 32> out{};
  crypto_generichash_final(&impl_->state, out.data(), out.size());
  return out;
}

}  // namespace signmark
