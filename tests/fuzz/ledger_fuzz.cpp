// SPDX-License-Identifier: Apache-2.0
// links: signmark_ledger
// Checkpoints kept elsewhere and bundles for inspection: what others hand us of a ledger.
#include <cstdlib>

#include "ledger/note.hpp"

using namespace signmark;
using namespace signmark::ledger;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = as_text(ByteView(data, size));
  if (complete_notes(text) > size) std::abort();
  if (const auto notes = Checkpoint::parse_all(text)) {
    for (const Checkpoint& note : *notes) {
      const auto again = Checkpoint::parse(note.text());
      if (!again || again->text() != note.text()) std::abort();
    }
  }
  if (const auto audit = check_bundle(text))
    if (audit->entries != 0 && audit->faults.empty() && audit->last < audit->first) std::abort();
  return 0;
}
