// SPDX-License-Identifier: Apache-2.0
// Keys and trust for the commands.
#include "keys_access.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/file.hpp"
#include "base/result.hpp"
#include "key_agent_access.hpp"
#include "prompt.hpp"

namespace signmark::cli {
namespace {

constexpr std::string_view kFilePrefix = "file:";
constexpr std::string_view kExecPrefix = "exec:";
constexpr std::string_view kAgentPrefix = "agent:";

Result<std::vector<keys::TrustStore>> open_stores(const Session& session,
                                                  const std::vector<std::string>& bundles) {
  std::vector<keys::TrustStore> stores;
  if (bundles.empty()) {
    SIGNMARK_ASSIGN(keys::TrustStore store, open_trust_store(session));
    stores.push_back(std::move(store));
    return stores;
  }
  SIGNMARK_ASSIGN(const keys::Home home, key_home());
  SIGNMARK_ASSIGN(const keys::TrustPolicy policy,
                  keys::read_trust_policy(home.config / "config.toml"));
  for (const std::string& bundle : bundles) {
    auto store = keys::TrustStore::from_bundle_file(session.context, bundle, policy);
    if (!store) return tl::unexpected<Error>(store.error().in_file(bundle));
    stores.push_back(std::move(*store));
  }
  return stores;
}

/// What the keyring has to say (the passphrase came from the environment, the agent is out of
/// reach), each thing once however many keys are opened, and never on stdout.
std::function<void(LogLevel, std::string_view)> say_once(const Output& out) {
  return [&out, said = std::make_shared<std::set<std::string>>()](LogLevel, std::string_view text) {
    if (said->emplace(text).second) out.warning(text);
  };
}

/// The root of the stored key whose public key this is.
Bytes root_of(const keys::Keyring& keyring, const keys::KeyInfo& info) {
  const auto stored = keyring.find(info.id(), keys::Role::signing);
  return stored && stored->root ? stored->root->der : Bytes{};
}

}  // namespace

void UnlockFlags::declare(CLI::App& command) {
  command.add_option("--passphrase-fd", passphrase_fd, "Read the passphrase from this descriptor")
      ->type_name("N");
  command
      .add_option("--passphrase-file", passphrase_file, "Read the passphrase from this file (0600)")
      ->type_name("F");
  command.add_flag("--insecure-permissions", insecure_permissions,
                   "Load key files that others may read");
  command.add_flag("--require-locked-memory", require_locked_memory,
                   "Fail when secrets cannot be locked into memory");
}

keys::UnlockOptions UnlockFlags::options(const Session& session) const {
  keys::UnlockOptions unlock = keys::UnlockOptions::from_process();
  if (passphrase_fd >= 0) unlock.passphrase_fd = passphrase_fd;
  unlock.passphrase_file = passphrase_file;
  unlock.agent = agent_hooks(session);
  if (!session.flags.no_input) unlock.prompt = ask_on_terminal;
  return unlock;
}

Result<keys::Home> key_home() { return keys::Home::from_environment(); }

Result<keys::Keyring> open_keyring(const Session& session, const UnlockFlags& unlock) {
  SIGNMARK_ASSIGN(keys::Home home, key_home());
  keys::KeyringOptions options;
  options.insecure_permissions = unlock.insecure_permissions;
  options.require_locked_memory = unlock.require_locked_memory;
  options.credentials_directory = keys::UnlockOptions::from_process().credentials_directory;
  Context context = session.context;
  if (!context.log) context.log = say_once(session.out());
  return keys::Keyring::open(context, std::move(home), std::move(options));
}

Result<OpenedSigner> open_signer(const Session& session, const std::string& selector,
                                 const UnlockFlags& unlock) {
  SIGNMARK_ASSIGN(const keys::Keyring keyring, open_keyring(session, unlock));
  const keys::UnlockOptions how = unlock.options(session);
  OpenedSigner opened;
  if (selector.starts_with(kFilePrefix)) {
    SIGNMARK_ASSIGN(opened.signer,
                    keyring.open_signer_file(selector.substr(kFilePrefix.size()), how));
  } else if (selector.starts_with(kExecPrefix)) {
    SIGNMARK_ASSIGN(opened.signer, open_exec_signer(session, selector));
  } else if (selector.starts_with(kAgentPrefix)) {
    SIGNMARK_ASSIGN(opened.signer,
                    open_agent_signer(session, selector.substr(kAgentPrefix.size())));
  } else {
    SIGNMARK_ASSIGN(opened.signer, keyring.open_signer(selector, how));
  }
  opened.root_der = root_of(keyring, opened.signer->key());
  return opened;
}

Result<std::optional<keys::CarrierKey>> open_carrier(const Session& session,
                                                     const std::string& carrier,
                                                     const UnlockFlags& unlock) {
  if (carrier == "public") return std::nullopt;
  SIGNMARK_ASSIGN(const keys::Keyring keyring, open_keyring(session, unlock));
  SIGNMARK_ASSIGN(keys::CarrierKey key,
                  keyring.open_carrier(carrier == "both" ? "" : carrier, unlock.options(session)));
  return std::make_optional(std::move(key));
}

CarrierSource carriers_to_try(const Session& session, std::vector<keys::CarrierKey> named) {
  return [&session, named = std::move(named)]() -> Result<keys::CarriersAtHand> {
    SIGNMARK_ASSIGN(const keys::Keyring keyring, open_keyring(session, {}));
    SIGNMARK_ASSIGN(keys::CarriersAtHand found, keyring.carriers_at_hand(agent_hooks(session)));
    for (const keys::CarrierKey& key : named) {
      const bool known = std::any_of(
          found.keys.begin(), found.keys.end(),
          [&](const keys::CarrierKey& other) { return other.info().id() == key.info().id(); });
      if (known) continue;
      found.keys.push_back(key);
      if (found.closed > 0) --found.closed;
    }
    return found;
  };
}

Result<keys::TrustStore> open_trust_store(const Session& session) {
  SIGNMARK_ASSIGN(const keys::Home home, key_home());
  SIGNMARK_ASSIGN(const keys::TrustPolicy policy,
                  keys::read_trust_policy(home.config / "config.toml"));
  return keys::TrustStore::load(session.context, keys::TrustPaths::of(home), policy);
}

Result<Trust> load_trust(const Session& session, const std::vector<std::string>& bundles) {
  SIGNMARK_ASSIGN(std::vector<keys::TrustStore> opened, open_stores(session, bundles));
  Trust trust = trust_in(session.context, std::move(opened));
  know_leaves_of(trust, [&session] { return open_keyring(session, {}); });
  return trust;
}

}  // namespace signmark::cli
