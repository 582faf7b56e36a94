// SPDX-License-Identifier: Apache-2.0
// Items, leases and ends as rows of signmark_item, and back.
#include "batch/job_rows.hpp"

#include "base/text.hpp"

namespace signmark::batch {
namespace {

using database::as_blob;
using database::as_integer;
using database::as_real;
using database::as_string;

Value bytes_value(std::string_view text) {
  const ByteView view = as_bytes(text);
  return Bytes(view.begin(), view.end());
}

std::string as_path(const Value& value) { return std::string(as_text(as_blob(value))); }

PlannedItem planned_of(const Row& row) {
  PlannedItem item;
  item.key = as_string(row[0]);
  item.source = as_path(row[1]);
  item.destination = as_path(row[2]);
  item.digest = as_string(row[3]);
  item.bytes = static_cast<std::uint64_t>(as_integer(row[4]));
  item.archive = as_integer(row[5]) != 0;
  return item;
}

}  // namespace

Value text_value(std::string_view text) {
  const bool fits = text.find('\0') == std::string_view::npos && is_utf8(text);
  return fits ? std::string(text) : printable(text);
}

void append_planned(const PlannedItem& item, std::vector<Value>& values) {
  values.insert(values.end(),
                {text_value(item.key), bytes_value(item.source), bytes_value(item.destination),
                 text_value(item.digest), static_cast<std::int64_t>(item.bytes),
                 static_cast<std::int64_t>(item.archive)});
}

Lease lease_of(const Row& row) {
  Lease lease;
  lease.item = planned_of(row);
  lease.id = as_integer(row[kPlannedWidth]);
  lease.epoch = as_integer(row[kPlannedWidth + 1]);
  lease.attempt = static_cast<int>(as_integer(row[kPlannedWidth + 2]));
  return lease;
}

StoredItem stored_of(const Row& row) {
  StoredItem stored;
  stored.item = planned_of(row);
  stored.state = static_cast<ItemState>(as_integer(row[6]));
  stored.attempts = static_cast<int>(as_integer(row[7]));
  stored.end.state = static_cast<ItemState>(as_integer(row[8]));
  stored.end.output_digest = as_string(row[9]);
  stored.end.mark_digest = as_string(row[10]);
  stored.end.content_id = as_string(row[11]);
  stored.end.verdict = as_string(row[12]);
  stored.end.error = {as_string(row[13]), as_string(row[14]), as_string(row[15]),
                      as_string(row[16])};
  stored.end.why = as_string(row[17]);
  stored.end.record = as_string(row[18]);
  stored.end.seconds = as_real(row[19]);
  stored.end.pending = as_string(row[20]);
  return stored;
}

void append_end(const ItemEnd& end, std::vector<Value>& values) {
  values.insert(values.end(),
                {static_cast<std::int64_t>(end.state), text_value(end.output_digest),
                 text_value(end.mark_digest), text_value(end.content_id), text_value(end.verdict),
                 text_value(end.error.code), text_value(end.error.message),
                 text_value(end.error.where), text_value(end.error.hint), text_value(end.why),
                 text_value(end.record), end.seconds, text_value(end.pending)});
}

JobRow job_of(const Row& row) {
  return {as_string(row[0]), as_string(row[1]), as_string(row[2]), as_integer(row[3]),
          as_integer(row[4]) != 0};
}

}  // namespace signmark::batch
