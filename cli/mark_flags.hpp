// SPDX-License-Identifier: Apache-2.0
// The flags of marking that `mark` and `pipe` share: each goes to signmark::set_option under its
// own name.
#pragma once

#include "keys_access.hpp"

namespace signmark::cli {

class MarkFlags {
 public:
  MarkFlags();
  /// Declares the flags; with `streams_only` those that make sense without a container.
  void declare(CLI::App& verb, bool streams_only);
  /// Flags first, settings where none was given.
  [[nodiscard]] Result<MarkOptions> options(const Settings& settings) const;

 private:
  std::vector<std::string> values_;  // by row of the table
  std::vector<char> switches_;       // not vector<bool>: flags are bound by address
};

/// What marking needs of the keyring, held open while it works.
struct MarkSecrets {
  OpenedSigner signer;
  std::optional<keys::CarrierKey> carrier;

  /// Opens what the options ask for and points them there. Must stay where it is. Errors: `keys.*`.
  Status open(const Session& session, const std::string& selector, const UnlockFlags& unlock,
              MarkOptions& options);
};

}  // namespace signmark::cli
