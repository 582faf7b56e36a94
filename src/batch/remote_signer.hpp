// SPDX-License-Identifier: Apache-2.0
// Keys as a worker sees them: it asks its supervisor, who holds them and decides.
#pragma once

#include <mutex>

#include "batch/protocol.hpp"
#include "signmark/keys.hpp"

namespace signmark::batch {

/// Questions of a worker while it works on an order. Thread-safe: codecs may have threads.
class SupervisorLink {
 public:
  explicit SupervisorLink(Channel& channel) : channel_(channel) {}
  /// The granted bytes. Errors: the supervisor's refusal, `batch.worker.gone`.
  Result<Bytes> ask(const Message& request);
  /// Says something that needs no answer.
  Status tell(const Message& message);

 private:
  std::mutex mutex_;
  Channel& channel_;
};

/// The signing key of the supervisor.
class RemoteSigner final : public keys::Signer {
 public:
  RemoteSigner(SupervisorLink& supervisor, keys::KeyInfo info, std::vector<Bytes> chain)
      : supervisor_(supervisor), info_(std::move(info)), chain_(std::move(chain)) {}

  [[nodiscard]] const keys::KeyInfo& key() const override { return info_; }
  [[nodiscard]] const std::vector<Bytes>& chain() const override { return chain_; }
  [[nodiscard]] Result<keys::Signature> sign_object(std::string_view type,
                                                    ByteView body) const override;
  [[nodiscard]] Result<keys::Signature> sign_cose(ByteView sig_structure) const override;

 private:
  SupervisorLink& supervisor_;
  keys::KeyInfo info_;
  std::vector<Bytes> chain_;
};

/// A private carrier key of the supervisor, by its number in PublicPowers::carriers. Its derived
/// key of one medium is the only secret that a worker ever holds: whoever embeds or finds a mark
/// needs it (keys.md section 9). The master stays with the supervisor. Errors: `keys.memory`.
Result<keys::CarrierKey> remote_carrier(SupervisorLink& supervisor, keys::KeyInfo info,
                                        std::size_t number);

}  // namespace signmark::batch
