// SPDX-License-Identifier: Apache-2.0
#include "ledger_access.hpp"

#include "base/result.hpp"

namespace signmark::cli {

void LedgerFlags::declare(CLI::App& command, bool may_skip) {
  command
      .add_option("--ledger", location,
                  "Ledger: a file, or postgresql://HOST/DATABASE (default: this user's file)")
      ->type_name("PLACE");
  if (may_skip) command.add_flag("--no-ledger", none, "Record nothing in the ledger");
}

Result<std::string> LedgerFlags::resolve(const Session& session) const {
  if (none && !location.empty())
    return fail("cli.usage", "--ledger and --no-ledger exclude each other", {}, "give one of them");
  if (none) return std::string();
  std::string place = session.settings.prefer(location, "ledger");
  if (!place.empty()) return place;
  return ledger::default_location();
}

Result<std::unique_ptr<ledger::Ledger>> open_ledger(const Session& session,
                                                    const LedgerFlags& flags, bool read_only) {
  SIGNMARK_ASSIGN(const std::string location, flags.resolve(session));
  if (location.empty()) return std::unique_ptr<ledger::Ledger>();
  ledger::Place place;
  place.location = location;
  place.read_only = read_only;
  auto opened = ledger::Ledger::open(session.context, place);
  if (opened || !flags.location.empty() || read_only) return opened;
  Error error = opened.error();
  if (error.hint.empty()) error.hint = "name another with --ledger, or use --no-ledger";
  return tl::unexpected<Error>(error);
}

}  // namespace signmark::cli
