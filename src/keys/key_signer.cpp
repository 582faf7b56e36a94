// SPDX-License-Identifier: Apache-2.0
// Signing with a seed: typed objects, COSE structures, and the DER of certificates.
#include "keys/key_signer.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include "base/result.hpp"
#include "base/time.hpp"
#include "keys/typed_object.hpp"

namespace signmark::keys {
namespace {

/// The expanded key lives on the stack for one signature, and is wiped.
Signature sign_exact(const SecretBytes& seed, ByteView message) {
  PublicKey key{};
  std::array<Byte, crypto_sign_SECRETKEYBYTES> expanded{};
  Signature signature{};
  {
    const auto view = seed.open();
    crypto_sign_seed_keypair(key.data(), expanded.data(), view.bytes().data());
  }
  crypto_sign_detached(signature.data(), nullptr, message.data(), message.size(), expanded.data());
  sodium_memzero(expanded.data(), expanded.size());
  return signature;
}

class SeedSigner final : public Signer {
 public:
  SeedSigner(Context context, KeyInfo info, std::vector<Bytes> chain, SecretBytes seed)
      : context_(std::move(context)),
        info_(std::move(info)),
        chain_(std::move(chain)),
        seed_(std::move(seed)) {}

  const KeyInfo& key() const override { return info_; }
  const std::vector<Bytes>& chain() const override { return chain_; }

  Result<Signature> sign_object(std::string_view type, ByteView body) const override {
    SIGNMARK_TRY(check_signable(info_.role, type, body));
    SIGNMARK_TRY(check_life(info_, context_.clock->now()));
    return sign_exact(seed_, typed_message(type, body));
  }

  Result<Signature> sign_cose(ByteView sig_structure) const override {
    if (info_.role != Role::signing)
      return fail("keys.sign.type",
                  fmt::format("a key of role {} may not sign manifests", role_name(info_.role)));
    SIGNMARK_TRY(check_sig_structure(sig_structure));
    SIGNMARK_TRY(check_life(info_, context_.clock->now()));
    return sign_exact(seed_, sig_structure);
  }

 private:
  Context context_;
  KeyInfo info_;
  std::vector<Bytes> chain_;
  SecretBytes seed_;
};

}  // namespace

Status check_life(const KeyInfo& info, UnixTime now) {
  if (now < info.created)
    return fail(
        "keys.sign.early",
        fmt::format("the key was created on {}, which is still to come", rfc3339(info.created)),
        info.id(), "set the clock of this machine");
  if (now >= info.expires)
    return fail("keys.sign.expired", fmt::format("the key ended on {}", rfc3339(info.expires)),
                info.id(), "signmark key rotate");
  return {};
}

std::shared_ptr<Signer> make_seed_signer(const Context& context, KeyInfo info,
                                         std::vector<Bytes> chain, SecretBytes seed) {
  return std::make_shared<SeedSigner>(context, std::move(info), std::move(chain), std::move(seed));
}

SignBytes der_signer(const SecretBytes& seed) {
  return [&seed](ByteView der) -> Result<Signature> { return sign_exact(seed, der); };
}

}  // namespace signmark::keys
