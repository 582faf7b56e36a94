// SPDX-License-Identifier: Apache-2.0
// How commands reach keys and trust: unlocking flags, the keyring, signers, the trust store.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "session.hpp"
#include "signmark/keyring.hpp"
#include "signmark/pipeline.hpp"
#include "signmark/trust.hpp"

namespace signmark::cli {

/// Flags of keys.md section 5, shared by all verbs that need a secret.
struct UnlockFlags {
  int passphrase_fd = -1;
  std::string passphrase_file;
  bool insecure_permissions = false;
  bool require_locked_memory = false;

  void declare(CLI::App& command);
  /// The sources in their order, ending with a prompt on /dev/tty unless --no-input.
  [[nodiscard]] keys::UnlockOptions options(const Session& session) const;
};

/// The folders of this user; SIGNMARK_HOME or XDG. Errors: `keys.home`.
Result<keys::Home> key_home();

/// This user's keyring. Errors: `keys.*`.
Result<keys::Keyring> open_keyring(const Session& session, const UnlockFlags& unlock);

/// A signer and the root certificate under which its leaf was issued (empty when unknown).
struct OpenedSigner {
  std::shared_ptr<keys::Signer> signer;
  Bytes root_der;
};

/// Opens the signer that a selector or URI (`file:PATH`, `exec:["prog","arg"]`) stands for; empty:
/// the newest usable signing key. Errors: `keys.*`.
Result<OpenedSigner> open_signer(const Session& session, const std::string& selector,
                                 const UnlockFlags& unlock);

/// The private carrier key to mark with that `--carrier` names; nothing for "public". For "both" it
/// is the newest usable one. Errors: `keys.*`.
Result<std::optional<keys::CarrierKey>> open_carrier(const Session& session,
                                                     const std::string& carrier,
                                                     const UnlockFlags& unlock);

/// The carrier keys that a look at pixels tries beside the public one: those that open without
/// asking anybody, and the named ones. The session must outlive it.
CarrierSource carriers_to_try(const Session& session, std::vector<keys::CarrierKey> named);

/// This machine's trust store under the local policy.
Result<keys::TrustStore> open_trust_store(const Session& session);

/// Whom to believe: this machine's trust store, or only the bundles named.
Result<Trust> load_trust(const Session& session, const std::vector<std::string>& bundles);

}  // namespace signmark::cli
