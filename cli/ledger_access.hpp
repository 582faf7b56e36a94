// SPDX-License-Identifier: Apache-2.0
// Which ledger a verb writes to or reads: --ledger, --no-ledger, SIGNMARK_LEDGER, the profile.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "session.hpp"
#include "signmark/ledger.hpp"

namespace signmark::cli {

struct LedgerFlags {
  std::string location;
  bool none = false;

  /// `may_skip`: the verb also works without a ledger, so --no-ledger is a flag of it.
  void declare(CLI::App& command, bool may_skip);
  /// Where it is; empty with --no-ledger. Errors: `keys.home`, `ledger.password`.
  [[nodiscard]] Result<std::string> resolve(const Session& session) const;
};

/// The ledger that the flags name; nullptr with --no-ledger. Errors: as resolve and Ledger::open.
Result<std::unique_ptr<ledger::Ledger>> open_ledger(const Session& session,
                                                    const LedgerFlags& flags,
                                                    bool read_only = false);

}  // namespace signmark::cli
