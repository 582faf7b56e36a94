// SPDX-License-Identifier: Apache-2.0
// Keyring: opening it, looking at its keys, and using them.
#include <fmt/format.h>

#include <algorithm>

#include "base/result.hpp"
#include "keys/key_open.hpp"
#include "keys/key_select.hpp"

namespace signmark::keys {
namespace fs = std::filesystem;
namespace {

// A set of three under one passphrase, the epochs of a detection, and a backup's work, with room.
constexpr std::size_t kArenaPages = 16;

/// The agent's answer, or nothing when it is not to be asked or does not hold the key. An agent
/// that cannot be asked is no reason to refuse a key that other sources open.
template <class T>
T ask_agent(const KeyringParts& parts, const std::function<Result<T>(const KeyInfo&)>& hook,
            const UnlockOptions& unlock, const StoredKey& key) {
  if (!hook || !key.is_protected() || has_explicit_source(unlock)) return {};
  auto answer = hook(key.info);
  if (answer) return std::move(*answer);
  if (parts.context.log)
    parts.context.log(LogLevel::warning, "the key agent: " + answer.error().message);
  return {};
}

std::vector<Bytes> chain_of(const std::optional<Certificate>& certificate, Role role) {
  if (!certificate || role == Role::issuer) return {};  // a chain ends below the root
  return {certificate->der};
}

Result<std::shared_ptr<Signer>> signer_of(const KeyringParts& parts, const StoredKey& key,
                                          const UnlockOptions& unlock) {
  SIGNMARK_TRY(check_usable(key));
  if (auto signer = ask_agent(parts, unlock.agent.signer, unlock, key)) return signer;
  SIGNMARK_ASSIGN(SecretBytes seed, open_secret(parts, key, unlock));
  return make_seed_signer(parts.context, key.info, chain_of(key.certificate, key.info.role),
                          std::move(seed));
}

Result<CarrierKey> carrier_of(const KeyringParts& parts, const StoredKey& key,
                              const UnlockOptions& unlock) {
  if (auto carrier = ask_agent(parts, unlock.agent.carrier, unlock, key))
    return std::move(*carrier);
  SIGNMARK_ASSIGN(SecretBytes master, open_secret(parts, key, unlock));
  return CarrierKey::from_master(key.info, parts.arena, std::move(master));
}

bool is_detection_epoch(const StoredKey& key) {
  return key.info.role == Role::carrier && key.has_secret && !key.withdrawn;
}

}  // namespace

Keyring::Keyring(Context context, Home home, KeyringOptions options,
                 std::shared_ptr<SecureArena> arena)
    : context_(std::move(context)),
      home_(std::move(home)),
      options_(std::move(options)),
      arena_(std::move(arena)) {}

Result<Keyring> Keyring::open(const Context& context, Home home, KeyringOptions options) {
  SIGNMARK_ASSIGN(auto arena, SecureArena::create(kArenaPages));
  if (options.require_locked_memory && !arena->locked())
    return fail("keys.memory.unlocked", "secrets cannot be locked into memory", {},
                "raise the limit of locked memory (ulimit -l), or go without "
                "--require-locked-memory");
  return Keyring(context, std::move(home), std::move(options), std::move(arena));
}

Result<Listing> Keyring::list() const {
  SIGNMARK_ASSIGN(FoundKeys found, scan_keys({context_, home_, options_, arena_}));
  Listing out;
  out.detection_epochs = static_cast<std::size_t>(
      std::count_if(found.keys.begin(), found.keys.end(), is_detection_epoch));
  out.keys = std::move(found.keys);
  out.problems = std::move(found.problems);
  return out;
}

Result<StoredKey> Keyring::find(std::string_view selector, std::optional<Role> role) const {
  SIGNMARK_ASSIGN(const FoundKeys found, scan_keys({context_, home_, options_, arena_}));
  return select_key(found, selector, role);
}

Result<std::vector<Bytes>> Keyring::signing_certificates() const {
  SIGNMARK_ASSIGN(const FoundKeys found, scan_keys({context_, home_, options_, arena_}));
  std::vector<Bytes> out;
  for (const StoredKey& key : found.keys)
    if (key.info.role == Role::signing && key.certificate) out.push_back(key.certificate->der);
  return out;
}

Result<std::shared_ptr<Signer>> Keyring::open_signer(std::string_view selector,
                                                     const UnlockOptions& unlock, Role role) const {
  SIGNMARK_ASSIGN(const StoredKey key, find(selector, role));
  if (role == Role::carrier)
    return fail("keys.sign.type", "a carrier key signs nothing", {}, "use a signing key");
  return signer_of({context_, home_, options_, arena_}, key, unlock);
}

Result<std::shared_ptr<Signer>> Keyring::open_signer_file(const fs::path& file,
                                                          const UnlockOptions& unlock) const {
  const KeyringParts parts{context_, home_, options_, arena_};
  SIGNMARK_ASSIGN(const LoadedKeyFile loaded, load_key_file(file, parts.policy()));
  StoredKey key;
  key.info = info_of(loaded.file.header);
  key.info.file = file;
  key.kdf = loaded.file.header.cost;
  key.insecure = loaded.insecure;
  key.secret_file = file;
  if (key.info.role != Role::signing)
    return fail("keys.sign.type",
                fmt::format("the file holds a key of role {}", role_name(key.info.role)),
                file.string(), "only signing keys sign marks");
  SIGNMARK_ASSIGN(auto certificates, load_certificates(fs::path(file).replace_extension(".cert"),
                                                       key.info.role, key.info.public_key));
  if (!certificates.empty()) key.certificate = std::move(certificates.front());
  settle_state(key, parts.now());
  return signer_of(parts, key, unlock);
}

Result<CarrierKey> Keyring::open_carrier(std::string_view selector,
                                         const UnlockOptions& unlock) const {
  SIGNMARK_ASSIGN(const StoredKey key, find(selector, Role::carrier));
  SIGNMARK_TRY(check_usable(key));
  return carrier_of({context_, home_, options_, arena_}, key, unlock);
}

Result<std::vector<CarrierKey>> Keyring::open_detection_carriers(
    const UnlockOptions& unlock) const {
  const KeyringParts parts{context_, home_, options_, arena_};
  SIGNMARK_ASSIGN(const FoundKeys found, scan_keys(parts));
  std::vector<CarrierKey> out;
  for (const StoredKey& key : found.keys) {
    if (!is_detection_epoch(key)) continue;
    SIGNMARK_ASSIGN(CarrierKey carrier, carrier_of(parts, key, unlock));
    out.push_back(std::move(carrier));
  }
  return out;
}

Result<CarriersAtHand> Keyring::carriers_at_hand(const AgentHooks& agent) const {
  const KeyringParts parts{context_, home_, options_, arena_};
  UnlockOptions quiet;
  quiet.agent = agent;
  SIGNMARK_ASSIGN(const FoundKeys found, scan_keys(parts));
  CarriersAtHand out;
  for (const StoredKey& key : found.keys) {
    if (!is_detection_epoch(key)) continue;
    if (auto carrier = carrier_of(parts, key, quiet))
      out.keys.push_back(std::move(*carrier));
    else
      ++out.closed;
  }
  return out;
}

}  // namespace signmark::keys
