// SPDX-License-Identifier: Apache-2.0
// A signer with a published key and its certificates (tests/vectors/c2pa/README.md).
#pragma once

#include <sodium.h>

#include "base/file.hpp"
#include "signmark/keys.hpp"

namespace signmark::test {

inline std::filesystem::path c2pa_vector(const std::string& name) {
  return std::filesystem::path(SIGNMARK_SOURCE_DIR) / "tests/vectors/c2pa" / name;
}

/// A file of tests/vectors/c2pa; empty when it cannot be read.
inline Bytes read_c2pa_vector(const std::string& name) {
  return read_file(c2pa_vector(name), 1U << 20).value_or(Bytes{});
}

/// Signs with the Ed25519 key whose seed is 32 bytes of 0x22.
class TestSigner final : public keys::Signer {
 public:
  TestSigner() : TestSigner({read_c2pa_vector("leaf.der")}) {}
  explicit TestSigner(std::vector<Bytes> chain) : chain_(std::move(chain)) {
    std::array<Byte, crypto_sign_SEEDBYTES> seed{};
    seed.fill(0x22);
    crypto_sign_seed_keypair(info_.public_key.data(), secret_.data(), seed.data());
  }

  [[nodiscard]] const keys::KeyInfo& key() const override { return info_; }
  [[nodiscard]] const std::vector<Bytes>& chain() const override { return chain_; }
  [[nodiscard]] Result<keys::Signature> sign_object(std::string_view, ByteView) const override {
    return fail("keys.sign.type", "the test key signs manifests only");
  }
  [[nodiscard]] Result<keys::Signature> sign_cose(ByteView sig_structure) const override {
    SIGNMARK_TRY(keys::check_sig_structure(sig_structure));
    keys::Signature signature{};
    crypto_sign_detached(signature.data(), nullptr, sig_structure.data(), sig_structure.size(),
                         secret_.data());
    ++signatures;
    return signature;
  }

  mutable int signatures = 0;  ///< how often it was asked

 private:
  keys::KeyInfo info_;
  std::array<Byte, crypto_sign_SECRETKEYBYTES> secret_{};
  std::vector<Bytes> chain_;
};

}  // namespace signmark::test
