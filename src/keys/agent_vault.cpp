// SPDX-License-Identifier: Apache-2.0
// The agent's answers: recognise first, then sign; derived keys only; lock and unlock.
#include "keys/agent_vault.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>

#include "base/hash.hpp"
#include "keys/typed_object.hpp"

namespace signmark::keys {
namespace {

constexpr std::int64_t kWaitAfterWrong = 2;  // seconds: guessing by socket is not worth while
constexpr std::size_t kLockKey = 32;

struct TypePurpose {
  std::string_view type;
  Purpose purpose;
};
constexpr std::array<TypePurpose, 6> kTypePurposes{{{"image-frame", Purpose::frame},
                                                    {"video-frame", Purpose::frame},
                                                    {"audio-frame", Purpose::frame},
                                                    {"text-record", Purpose::text},
                                                    {"checkpoint", Purpose::checkpoint},
                                                    {"aigc-record", Purpose::aigc}}};

std::vector<Purpose> all_purposes() {
  return {Purpose::manifest, Purpose::frame, Purpose::text, Purpose::checkpoint, Purpose::aigc};
}

Status check_purpose(const std::vector<Purpose>& granted, Purpose wanted) {
  if (std::find(granted.begin(), granted.end(), wanted) != granted.end()) return {};
  return fail(
      "agent.purpose",
      fmt::format("the agent may not sign for purpose {} with this key", purpose_name(wanted)), {},
      "start the agent with that purpose");
}

/// The type must be known before anything is signed (keys.md 5.1).
Status check_object(const std::vector<Purpose>& granted, const AgentRequest& request) {
  SIGNMARK_TRY(check_signable(Role::signing, request.type, request.body));
  const auto* row = std::find_if(kTypePurposes.begin(), kTypePurposes.end(),
                                 [&](const TypePurpose& r) { return r.type == request.type; });
  if (row == kTypePurposes.end())
    return fail("keys.sign.type", fmt::format("the agent does not sign a {}", request.type));
  return check_purpose(granted, row->purpose);
}

Result<Signature> sign(const Signer& signer, const std::vector<Purpose>& granted,
                       const AgentRequest& request) {
  if (request.operation == AgentOperation::sign_object) {
    SIGNMARK_TRY(check_object(granted, request));
    return signer.sign_object(request.type, request.body);
  }
  SIGNMARK_TRY(check_purpose(granted, Purpose::manifest));
  SIGNMARK_TRY(check_sig_structure(request.body));
  return signer.sign_cose(request.body);
}

Bytes to_bytes(std::span<const Byte> bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace

Status AgentVault::add(std::shared_ptr<Signer> signer, const AgentGrant& grant) {
  Entry entry;
  entry.info = signer->key();
  entry.signer = std::move(signer);
  if (entry.info.role != Role::signing)
    return fail("agent.role", "the agent holds signing and carrier keys only", entry.info.id(),
                "an issuer key stays offline");
  entry.purposes = grant.purposes.empty() ? all_purposes() : grant.purposes;
  return add(std::move(entry), grant);
}

Status AgentVault::add(CarrierKey carrier, const AgentGrant& grant) {
  Entry entry;
  entry.info = carrier.info();
  entry.carrier = std::move(carrier);
  return add(std::move(entry), grant);
}

Status AgentVault::add(Entry entry, const AgentGrant& grant) {
  const bool known = std::any_of(entries_.begin(), entries_.end(), [&](const Entry& e) {
    return e.info.fingerprint == entry.info.fingerprint;
  });
  if (known) return fail("agent.duplicate", "the agent holds this key already", entry.info.id());
  if (entries_.size() == kMaxAgentKeys)
    return fail("agent.full", fmt::format("the agent holds {} keys already", kMaxAgentKeys));
  if (grant.lifetime) entry.until = context_.clock->now() + *grant.lifetime;
  entries_.push_back(std::move(entry));
  return {};
}

void AgentVault::forget_expired() {
  const UnixTime now = context_.clock->now();
  std::erase_if(entries_, [&](const Entry& entry) { return entry.until && now >= *entry.until; });
}

std::optional<std::int64_t> AgentVault::next_expiry() const {
  std::optional<std::int64_t> least;
  for (const Entry& entry : entries_)
    if (entry.until) least = std::min(least.value_or(*entry.until), *entry.until);
  if (!least) return std::nullopt;
  return std::max<std::int64_t>(0, *least - context_.clock->now());
}

Bytes AgentVault::answer(ByteView message) {
  forget_expired();
  auto request = decode_request(message);
  if (!request) return encode_failure(request.error());
  auto result = serve(*request);
  wipe(request->body);
  if (!result) return encode_failure(result.error());
  Bytes out = encode_success(*result);
  wipe(*result);
  return out;
}

Result<Bytes> AgentVault::serve(const AgentRequest& request) {
  switch (request.operation) {
    case AgentOperation::status:
      return encode_status(status());
    case AgentOperation::lock:
      SIGNMARK_TRY(lock(request.body));
      return Bytes{};
    case AgentOperation::unlock:
      SIGNMARK_TRY(unlock(request.body));
      return Bytes{};
    case AgentOperation::stop:
      stopped_ = true;
      return Bytes{};
    default:
      return serve_key(request);
  }
}

Result<Bytes> AgentVault::serve_key(const AgentRequest& request) {
  if (!lock_key_.empty())
    return fail("agent.locked", "the key agent is locked", {}, "signmark key agent --unlock");
  if (request.operation == AgentOperation::find) return find(request.key);
  const auto entry = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) {
    return e.info.fingerprint == request.key;
  });
  const bool wants_carrier = request.operation == AgentOperation::derive;
  if (entry == entries_.end() || wants_carrier != entry->carrier.has_value())
    return fail("agent.unknown", "the key agent does not hold this key, or no longer", {},
                "signmark key agent --list shows what it holds");
  if (wants_carrier) {
    SIGNMARK_ASSIGN(const SecretBytes derived, entry->carrier->medium_key(request.medium));
    return to_bytes(derived.open().bytes());
  }
  SIGNMARK_ASSIGN(const Signature signature, sign(*entry->signer, entry->purposes, request));
  return to_bytes(signature);
}

Bytes AgentVault::find(const Fingerprint& key) const {
  for (const Entry& entry : entries_)
    if (entry.info.fingerprint == key)
      return encode_found(
          AgentFound{entry.info, entry.signer ? entry.signer->chain() : std::vector<Bytes>{}});
  return encode_found(std::nullopt);
}

AgentStatus AgentVault::status() const {
  AgentStatus out;
  out.locked = !lock_key_.empty();
  if (out.locked) return out;
  for (const Entry& entry : entries_)
    out.keys.push_back({entry.info, entry.until.value_or(0), entry.purposes,
                        entry.signer && !entry.signer->chain().empty()});
  return out;
}

Status AgentVault::lock(ByteView passphrase) {
  if (!lock_key_.empty()) return fail("agent.locked", "the key agent is locked already");
  if (passphrase.empty() || passphrase.size() > kMaxPassphrase)
    return fail("keys.passphrase.empty", "a passphrase has 1 to 1024 bytes");
  SIGNMARK_ASSIGN(SecretBytes key, arena_->allocate(kLockKey));
  SIGNMARK_ASSIGN(SecretBytes digest, arena_->allocate(kLockKey));
  // The passphrase is kept as a keyed digest in locked memory: whoever could read that could read
  // the keys as well, so a slow derivation would protect nothing.
  const auto key_view = key.open();
  randombytes_buf(key_view.bytes().data(), key_view.bytes().size());
  const auto value = blake2b(passphrase, key_view.bytes());
  std::copy(value.begin(), value.end(), digest.open().bytes().begin());
  lock_key_ = std::move(key);
  lock_digest_ = std::move(digest);
  return {};
}

Status AgentVault::unlock(ByteView passphrase) {
  if (lock_key_.empty()) return fail("agent.unlocked", "the key agent is not locked");
  const UnixTime now = context_.clock->now();
  if (now < next_try_)
    return fail("agent.unlock.wait", "the last passphrase was wrong", {}, "try again in a moment");
  bool good = false;
  {
    const auto value = blake2b(passphrase, lock_key_.open().bytes());
    const auto wanted = lock_digest_.open();
    good = sodium_memcmp(value.data(), wanted.bytes().data(), value.size()) == 0;
  }
  if (!good) {
    next_try_ = now + kWaitAfterWrong;
    return fail("agent.unlock", "this is not the passphrase that the agent was locked with");
  }
  lock_key_ = SecretBytes();
  lock_digest_ = SecretBytes();
  return {};
}

}  // namespace signmark::keys
