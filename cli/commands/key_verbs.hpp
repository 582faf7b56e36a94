// SPDX-License-Identifier: Apache-2.0
// The verbs below `signmark key`, and what they share.
#pragma once

#include "keys_access.hpp"
#include "session.hpp"

namespace signmark::cli {

std::unique_ptr<Command> make_key_new();
std::unique_ptr<Command> make_key_list();
std::unique_ptr<Command> make_key_show();
std::unique_ptr<Command> make_key_rotate();
std::unique_ptr<Command> make_key_revoke();
std::unique_ptr<Command> make_key_passwd();
std::unique_ptr<Command> make_key_export();
std::unique_ptr<Command> make_key_import();
std::unique_ptr<Command> make_key_agent();
std::vector<std::unique_ptr<Command>> make_key_verbs();

/// Flags of every verb that makes a key.
struct NewKeyFlags {
  std::string label, expires, kdf, issuer;
  bool no_passphrase = false;

  void declare(CLI::App& command);
  /// Errors: `base.duration`, `cli.usage` for an unknown KDF.
  Result<keys::NewKey> resolve(const Session& session, const UnlockFlags& unlock) const;
};

/// Errors: `cli.usage`.
Result<keys::Role> role_named(const std::string& name);

/// What a person must know of a new key, and the JSON of it.
void print_created(const Output& out, const keys::CreatedKey& created);
JsonLine key_json(const keys::StoredKey& key);

}  // namespace signmark::cli
