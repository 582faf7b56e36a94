// SPDX-License-Identifier: Apache-2.0
// Items, leases and ends as rows of signmark_item, and back.
#pragma once

#include "batch/job_store.hpp"

namespace signmark::batch {

using database::Row;
using database::Value;

/// UTF-8 without NUL, as both engines demand of text: what is not is made printable.
Value text_value(std::string_view text);

/// Columns of a planned item, in the order of planned_values().
inline constexpr std::string_view kPlannedColumns =
    "key, source, destination, digest, bytes, archive";
inline constexpr std::size_t kPlannedWidth = 6;
void append_planned(const PlannedItem& item, std::vector<Value>& values);

/// Columns that lease_of() reads.
inline constexpr std::string_view kLeaseColumns =
    "key, source, destination, digest, bytes, archive, id, epoch, attempts";
Lease lease_of(const Row& row);

/// Columns that stored_of() reads.
inline constexpr std::string_view kStoredColumns =
    "key, source, destination, digest, bytes, archive, state, attempts, ending, output_digest, "
    "mark_digest, content_id, verdict, code, message, place, hint, why, record, seconds, pending";
StoredItem stored_of(const Row& row);

/// How an item ends, as assignments: $1 is the clock, $2 the state, $3 to $14 the rest.
inline constexpr std::string_view kEndAssignments =
    "ended = {now}, ending = $2, output_digest = $3, mark_digest = $4, content_id = $5, "
    "verdict = $6, code = $7, message = $8, place = $9, hint = $10, why = $11, record = $12, "
    "seconds = $13, pending = $14";
/// The values of $2 to $14.
void append_end(const ItemEnd& end, std::vector<Value>& values);

/// Columns that job_of() reads.
inline constexpr std::string_view kJobColumns = "id, params, description, created, scanned, number";
JobRow job_of(const Row& row);

}  // namespace signmark::batch
