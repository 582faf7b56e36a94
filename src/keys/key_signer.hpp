// SPDX-License-Identifier: Apache-2.0
// A signer over a seed in locked memory.
#pragma once

#include "keys/certificate_build.hpp"
#include "signmark/keys.hpp"

namespace signmark::keys {

/// A signer that holds the seed of an issuer or signing key. It refuses to sign outside the key's
/// life, by the context's clock.
std::shared_ptr<Signer> make_seed_signer(const Context& context, KeyInfo info,
                                         std::vector<Bytes> chain, SecretBytes seed);

/// Whether a key may sign now, for every kind of signer. Errors: `keys.sign.early`,
/// `keys.sign.expired`.
Status check_life(const KeyInfo& info, UnixTime now);

/// Signs DER for certificates and requests with a seed, which must outlive it.
SignBytes der_signer(const SecretBytes& seed);

}  // namespace signmark::keys
