// SPDX-License-Identifier: Apache-2.0
// What the agent holds and what it does with it; nothing here knows of sockets.
#pragma once

#include "keys/agent_protocol.hpp"

namespace signmark::keys {

/// The keys behind the socket. One request at a time, so that a lock holds for every request that
/// is answered after it, whenever it came in.
class AgentVault {
 public:
  AgentVault(Context context, std::shared_ptr<SecureArena> arena)
      : context_(std::move(context)), arena_(std::move(arena)) {}

  /// Errors: `agent.role`, `agent.duplicate`, `agent.full`.
  Status add(std::shared_ptr<Signer> signer, const AgentGrant& grant);
  Status add(CarrierKey carrier, const AgentGrant& grant);

  /// The answer to one message, whatever it holds. May hold a derived key: wipe it.
  Bytes answer(ByteView message);
  /// Drops keys whose lifetime is over.
  void forget_expired();
  /// Seconds until the next key is to be dropped; nothing when none has a lifetime.
  [[nodiscard]] std::optional<std::int64_t> next_expiry() const;
  /// A client asked the agent to end.
  [[nodiscard]] bool stopped() const { return stopped_; }

 private:
  struct Entry {
    KeyInfo info;
    std::shared_ptr<Signer> signer;  ///< of a signing key
    std::optional<CarrierKey> carrier;
    std::optional<UnixTime> until;
    std::vector<Purpose> purposes;
  };

  Status add(Entry entry, const AgentGrant& grant);
  Result<Bytes> serve(const AgentRequest& request);
  Result<Bytes> serve_key(const AgentRequest& request);
  [[nodiscard]] Bytes find(const Fingerprint& key) const;
  [[nodiscard]] AgentStatus status() const;
  Status lock(ByteView passphrase);
  Status unlock(ByteView passphrase);

  Context context_;
  std::shared_ptr<SecureArena> arena_;
  std::vector<Entry> entries_;
  SecretBytes lock_key_, lock_digest_;  ///< empty: not locked
  UnixTime next_try_ = 0;               ///< of unlocking, after a wrong passphrase
  bool stopped_ = false;
};

}  // namespace signmark::keys
