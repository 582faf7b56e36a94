// SPDX-License-Identifier: Apache-2.0
// How commands reach keys that do not lie in files: the key agent, external programs.
#pragma once

#include <memory>
#include <string>

#include "session.hpp"
#include "signmark/agent.hpp"

namespace signmark::cli {

/// Where this user's agent listens. Errors: `keys.home`, `agent.absent` (no place is known).
Result<std::filesystem::path> agent_socket_path();

/// Hooks to this user's agent; without a place for its socket there are none.
keys::AgentHooks agent_hooks(const Session& session);

/// A signing key that the agent holds, by short id, a unique beginning of one, or label; empty: its
/// first one with a certificate. No key file is needed here. Errors: `agent.*`.
Result<std::shared_ptr<keys::Signer>> open_agent_signer(const Session& session,
                                                        const std::string& selector);

/// The signer behind `exec:[…]`; its certificate is looked up in the keyring.
/// Errors: `keys.external.*`.
Result<std::shared_ptr<keys::Signer>> open_exec_signer(const Session& session,
                                                       const std::string& uri);

}  // namespace signmark::cli
