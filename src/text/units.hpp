// SPDX-License-Identifier: Apache-2.0
// Units (text-mark.md 4.3): where mark() ends them, and where a reader must look for their ends.
#pragma once

#include "text/canon.hpp"

namespace signmark::text {

// Rule 1; changing a number is a new version of the record.
inline constexpr std::uint64_t kUnitWeight = 40 * kWideWeight;   ///< sentences are joined up to it
inline constexpr std::uint64_t kShortWeight = 10 * kWideWeight;  ///< a passage's own unit from here
inline constexpr std::uint64_t kCutWeight = 20 * kWideWeight;    ///< least part of a cut sentence
inline constexpr std::uint64_t kLongWeight = 100 * kWideWeight;  ///< longer sentences are cut

/// The next unit's last boundary; `start` must not be the last boundary of a finished text.
/// - A unit ends with the sentence that brings it to kUnitWeight, or with a passage when it has at
///   least kShortWeight, so that list items and headings are units of their own; a shorter passage
///   only when a longer one follows (a short heading, a label).
/// - What is left of a passage or section is not left alone when it is below kShortWeight.
/// - Without such an end up to kLongWeight it ends at the last clause or line before.
/// - It always ends with its section.
/// Reads on as far as it must. Errors: `text.utf8`.
Result<std::size_t> unit_end(Canon& canon, std::size_t start);

/// Ends that a unit may have had which began at `start`, ascending: those of unit_end() whatever
/// happened to lines, passages and sections since. At most kMostEnds and what add to that the cuts
/// of a long sentence and unit_end() itself.
inline constexpr std::size_t kMostEnds = 12;
Result<std::vector<std::size_t>> possible_ends(Canon& canon, std::size_t start);

/// Whether `start` can be looked at: reads on until it has a boundary behind it. Errors:
/// `text.utf8`.
Result<bool> has_unit(Canon& canon, std::size_t start);

}  // namespace signmark::text
