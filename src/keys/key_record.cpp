// SPDX-License-Identifier: Apache-2.0
// Reading and writing `.pub` files.
#include "keys/key_record.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/time.hpp"
#include "keys/key_file.hpp"
#include "keys/signed_object.hpp"

namespace signmark::keys {
namespace {

constexpr std::int64_t kFormat = 1;
constexpr std::size_t kMaxName = 16;
constexpr std::size_t kMaxId = 32;
constexpr std::size_t kMaxLabel = 255;

tl::unexpected<Error> bad_record(std::string message) {
  return fail("keys.record", std::move(message), {},
              "the .pub file is damaged; restore it from a backup");
}

/// A carrier key has no public line: its fingerprint stands in its place.
PublicKey read_public_key(BodyReader& reader, Role role) {
  if (role != Role::carrier) return reader.key("public", role);
  const auto raw = unhex(reader.text("fingerprint", 2 * sizeof(PublicKey)));
  PublicKey key{};
  if (raw && raw->size() == key.size())
    std::copy(raw->begin(), raw->end(), key.begin());
  else
    reader.refuse("must be 64 hexadecimal digits", "fingerprint");
  return key;
}

Status read_withdrawal(BodyReader& outer, KeyRecord& record) {
  const Json* json = outer.object("withdrawn");
  if (json == nullptr) return {};
  BodyReader reader(*json, "withdrawn");
  const auto reason = reason_from_name(reader.text("reason", kMaxName));
  if (!reason) reader.refuse("must be compromised, superseded or retired", "reason");
  record.withdrawn =
      RecordedWithdrawal{reason.value_or(RevocationReason::compromised), reader.time("since")};
  return reader.finish();
}

Result<KeyRecord> parse_record(const Json& json) {
  BodyReader reader(json, "key");
  KeyRecord record;
  reader.integer("format", kFormat, kFormat);
  const auto role = role_from_name(reader.text("role", kMaxName));
  if (!role) reader.refuse("must be issuer, signing or carrier", "role");
  record.role = role.value_or(Role::signing);
  record.public_key = read_public_key(reader, record.role);
  record.label = reader.optional_text("label", kMaxLabel);
  record.created = reader.time("created");
  record.expires = reader.time("expires");
  if (reader.has("stops")) record.stops = reader.time("stops");
  record.superseded_by = reader.optional_text("superseded_by", kMaxId);
  if (!check_label(record.label)) reader.refuse("is no clean text", "label");
  SIGNMARK_TRY(read_withdrawal(reader, record));
  SIGNMARK_TRY(reader.finish());
  return record;
}

}  // namespace

std::string encode_key_record(const KeyRecord& record) {
  Json json{{"format", kFormat}, {"role", role_name(record.role)}};
  if (record.role == Role::carrier)
    json["fingerprint"] = hex(record.public_key);
  else
    json["public"] = public_text(record.role, record.public_key);
  if (!record.label.empty()) json["label"] = record.label;
  json["created"] = rfc3339(record.created);
  json["expires"] = rfc3339(record.expires);
  if (record.stops) json["stops"] = rfc3339(*record.stops);
  if (!record.superseded_by.empty()) json["superseded_by"] = record.superseded_by;
  if (record.withdrawn)
    json["withdrawn"] = Json{{"reason", reason_name(record.withdrawn->reason)},
                             {"since", rfc3339(record.withdrawn->since)}};
  return dump_json(json, 2) + "\n";
}

Result<KeyRecord> decode_key_record(std::string_view text) {
  if (text.size() > kMaxKeyRecord)
    return bad_record(fmt::format("{} bytes, {} are allowed", text.size(), kMaxKeyRecord));
  const auto json = parse_body(as_bytes(text));
  if (!json) return bad_record(json.error().message);
  auto record = parse_record(*json);
  if (!record) return bad_record(record.error().message);
  return record;
}

KeyRecord record_of(const KeyInfo& info) {
  KeyRecord record;
  record.role = info.role;
  record.public_key = info.public_key;
  record.label = info.label;
  record.created = info.created;
  record.expires = info.expires;
  return record;
}

}  // namespace signmark::keys
