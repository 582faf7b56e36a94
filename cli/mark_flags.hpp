// SPDX-License-Identifier: Apache-2.0
// The flags of marking that `mark` and `pipe` share: each goes to signmark::set_option under its
// own name.
#pragma once

#include "keys_access.hpp"

namespace signmark::cli {

/// What a verb marks: one file, a stream without a container, many files.
enum class MarkInput { file, stream, batch };

class MarkFlags {
 public:
  using Values = std::vector<std::pair<std::string, std::string>>;

  MarkFlags();
  /// Declares the flags that make sense there.
  void declare(CLI::App& verb, MarkInput input);
  /// Names and values as set_option takes them; with `settings` also those of the profile.
  [[nodiscard]] Values given(const Settings* settings) const;
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
