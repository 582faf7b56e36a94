// SPDX-License-Identifier: Apache-2.0
// The agent's socket, keys that it holds, external signers.
#include "key_agent_access.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/result.hpp"
#include "base/text.hpp"
#include "keys_access.hpp"

namespace signmark::cli {
namespace {

bool names(const keys::AgentKey& key, const std::string& selector) {
  if (key.info.role != keys::Role::signing) return false;
  if (selector.empty()) return key.certified;
  return key.info.id().starts_with(selector) || key.info.label == selector;
}

/// The certificate of a key of which this keyring has no secret.
std::vector<Bytes> stored_chain(const Session& session, const keys::KeyInfo& info) {
  const auto keyring = open_keyring(session, {});
  if (!keyring) return {};
  const auto stored = keyring->find(info.id(), info.role);
  if (!stored || !stored->certificate || stored->info.public_key != info.public_key) return {};
  return {stored->certificate->der};
}

}  // namespace

Result<std::filesystem::path> agent_socket_path() {
  SIGNMARK_ASSIGN(const keys::Home home, key_home());
  std::filesystem::path socket = keys::agent_socket(home);
  if (socket.empty())
    return fail("agent.absent", "no place for the key agent's socket is known", {},
                "set XDG_RUNTIME_DIR or SIGNMARK_AGENT_SOCK");
  return socket;
}

keys::AgentHooks agent_hooks(const Session& /*session*/) {
  auto socket = agent_socket_path();
  return socket ? keys::agent_hooks(std::move(*socket)) : keys::AgentHooks{};
}

Result<std::shared_ptr<keys::Signer>> open_agent_signer(const Session& session,
                                                        const std::string& selector) {
  SIGNMARK_ASSIGN(const std::filesystem::path socket, agent_socket_path());
  SIGNMARK_ASSIGN(const keys::AgentStatus status, keys::agent_status(socket));
  if (status.locked)
    return fail("agent.locked", "the key agent is locked", {}, "signmark key agent --unlock");
  std::vector<keys::KeyInfo> found;
  for (const keys::AgentKey& key : status.keys)
    if (names(key, selector)) found.push_back(key.info);
  if (found.empty() || (found.size() > 1 && !selector.empty()))
    return fail("agent.unknown",
                fmt::format("{} of the key agent's signing keys is called \"{}\"",
                            found.empty() ? "none" : "more than one", printable(selector)),
                {}, "signmark key agent --list");
  SIGNMARK_ASSIGN(auto signer, agent_hooks(session).signer(found.front()));
  if (signer) return signer;
  return fail("agent.unknown", "the key agent no longer holds the key", found.front().id());
}

Result<std::shared_ptr<keys::Signer>> open_exec_signer(const Session& session,
                                                       const std::string& uri) {
  keys::ExternalSignerOptions options;
  options.find_chain = [&session](const keys::KeyInfo& info) {
    return stored_chain(session, info);
  };
  return keys::open_external_signer(session.context, uri, options);
}

}  // namespace signmark::cli
