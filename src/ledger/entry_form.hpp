// SPDX-License-Identifier: Apache-2.0
// The texts of an entry, named once for the canonical line, the table and JSON.
#pragma once

#include <array>
#include <string_view>

#include "signmark/ledger.hpp"

namespace signmark::ledger {

struct TextField {
  std::string_view name;  ///< of the column and the JSON member
  std::string Entry::*text;
};

/// In the order of the canonical line.
inline constexpr std::array<TextField, 16> kTexts{{{"action", &Entry::action},
                                                   {"actor", &Entry::actor},
                                                   {"item_key", &Entry::item_key},
                                                   {"content_id", &Entry::content_id},
                                                   {"name", &Entry::name},
                                                   {"format", &Entry::format},
                                                   {"input_digest", &Entry::input_digest},
                                                   {"output_digest", &Entry::output_digest},
                                                   {"layers", &Entry::layers},
                                                   {"manifest", &Entry::manifest},
                                                   {"label", &Entry::label},
                                                   {"producer", &Entry::producer},
                                                   {"produce_id", &Entry::produce_id},
                                                   {"propagator", &Entry::propagator},
                                                   {"propagate_id", &Entry::propagate_id},
                                                   {"outcome", &Entry::outcome}}};

/// Texts by which entries are looked for: each has an index.
inline constexpr std::array<std::string_view, 6> kSearched{
    "content_id", "output_digest", "input_digest", "produce_id", "item_key", "producer"};

/// How the ledger names a row in errors: "entry 42".
std::string entry_place(std::uint64_t sequence);

}  // namespace signmark::ledger
