// SPDX-License-Identifier: Apache-2.0
// Requests for signatures and derived keys.
#include "batch/remote_signer.hpp"

#include <sodium.h>

#include <algorithm>

#include "batch/worker_messages.hpp"

namespace signmark::batch {
namespace {

constexpr std::size_t kMediumKeyBytes = 32;

Result<keys::Signature> as_signature(const Bytes& granted) {
  keys::Signature signature{};
  if (granted.size() != signature.size()) return protocol_error("a signature is not 64 bytes");
  std::copy(granted.begin(), granted.end(), signature.begin());
  return signature;
}

Result<keys::SecretBytes> derived_key(SupervisorLink& supervisor, keys::SecureArena& arena,
                                      std::size_t carrier, keys::Medium medium) {
  Message request(kMediumKey);
  request.fields["carrier"] = carrier;
  request.fields["medium"] = static_cast<unsigned>(medium);
  SIGNMARK_ASSIGN(Bytes granted, supervisor.ask(request));
  auto secret = granted.size() == kMediumKeyBytes
                    ? arena.allocate(kMediumKeyBytes)
                    : Result<keys::SecretBytes>(protocol_error("a derived key is not 32 bytes"));
  if (secret) std::copy(granted.begin(), granted.end(), secret->open().bytes().begin());
  sodium_memzero(granted.data(), granted.size());
  return secret;
}

}  // namespace

Result<Bytes> SupervisorLink::ask(const Message& request) {
  const std::lock_guard lock(mutex_);
  SIGNMARK_TRY(channel_.send(request));
  SIGNMARK_ASSIGN(Message answer, channel_.receive());
  if (answer.kind == kRefused) return tl::unexpected<Error>(read_failure(answer));
  if (answer.kind != kGranted || answer.parts.size() != 1)
    return protocol_error("an answer of the supervisor was due");
  return std::move(answer.parts.front());
}

Status SupervisorLink::tell(const Message& message) {
  const std::lock_guard lock(mutex_);
  return channel_.send(message);
}

Result<keys::Signature> RemoteSigner::sign_object(std::string_view type, ByteView body) const {
  Message request(kSignObject);
  request.fields["type"] = type;
  request.attach("body", body);
  SIGNMARK_ASSIGN(const Bytes granted, supervisor_.ask(request));
  return as_signature(granted);
}

Result<keys::Signature> RemoteSigner::sign_cose(ByteView sig_structure) const {
  Message request(kSignCose);
  request.attach("body", sig_structure);
  SIGNMARK_ASSIGN(const Bytes granted, supervisor_.ask(request));
  return as_signature(granted);
}

Result<keys::CarrierKey> remote_carrier(SupervisorLink& supervisor, keys::KeyInfo info,
                                        std::size_t number) {
  SIGNMARK_ASSIGN(std::shared_ptr<keys::SecureArena> arena, keys::SecureArena::create(1));
  return keys::CarrierKey(std::move(info),
                          [&supervisor, number, arena = std::move(arena)](keys::Medium medium) {
                            return derived_key(supervisor, *arena, number, medium);
                          });
}

}  // namespace signmark::batch
