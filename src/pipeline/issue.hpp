// SPDX-License-Identifier: Apache-2.0
// What the ledger keeps of a mark, and when it is asked for.
#pragma once

#include "pipeline/pixels.hpp"

namespace signmark {

/// Whether digests and prints are taken.
bool wants_issue(const MarkOptions& options);

/// Content that goes out without a visible label is recorded, and keeps its metadata label
/// (Labelling Measures, Article 9; GB 45438 clause 6.1). Errors: `pipeline.supply`.
Status check_supply(const MarkOptions& options);

/// The row of a finished plan, but for what is taken of bytes.
ledger::Entry issued_entry(const MarkReport& report, const MarkOptions& options,
                           const Media& media);

/// Which prints are taken.
enum class Prints {
  cheap,  ///< not of films and sounds whose streams stay as they are
  all
};

/// Adds digests and prints to a row of issued_entry(). Errors: only `base.cancelled`; what cannot
/// be decoded has no prints.
Status take_issue(const Context& context, ByteView input, ByteView written, const std::string& name,
                  Prints prints, ledger::Entry& entry);

/// Records the row and sets its sequence. Without a ledger nothing happens. `done`, "marked", says
/// what stands all the same when it cannot. Errors: `pipeline.ledger` with the ledger's own words.
Status record_issue(ledger::Ledger* ledger, const keys::Signer* signer, std::string_view done,
                    ledger::Entry& entry, bool& recorded);
Status record_issue(const MarkOptions& options, MarkReport& report);

}  // namespace signmark
