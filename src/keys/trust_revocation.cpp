// SPDX-License-Identifier: Apache-2.0
// Bodies of type `revocation`, and the meaning of the three reasons (keys.md 7.3).
#include "keys/trust_revocation.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "base/time.hpp"

namespace signmark::keys {
namespace {

constexpr std::int64_t kFormat = 1;
constexpr std::string_view kKindList = "list";
constexpr std::string_view kKindOwn = "issuer";
constexpr std::size_t kMaxSerial = 20;  // RFC 5280 4.1.2.2
constexpr std::size_t kManifestDigest = 32;
constexpr std::size_t kMaxName = 16;

Bytes to_bytes(const Json& body) {
  const std::string text = dump_json(body);
  const ByteView view = as_bytes(text);
  return {view.begin(), view.end()};
}

Json header(std::string_view kind, const PublicKey& issuer, UnixTime issued) {
  return {{"format", kFormat},
          {"kind", kind},
          {"issuer", public_text(Role::issuer, issuer)},
          {"issued", rfc3339(issued)}};
}

Json entry_to_json(const RevocationEntry& entry) {
  Json out = Json::object();
  PublicKey key{};
  switch (entry.target) {
    case RevocationTarget::key:
      std::copy_n(entry.value.begin(), std::min(key.size(), entry.value.size()), key.begin());
      out["key"] = public_text(Role::signing, key);
      break;
    case RevocationTarget::serial:
      out["serial"] = hex(entry.value);
      break;
    case RevocationTarget::manifest:
      out["manifest"] = hex(entry.value);
      break;
  }
  out["reason"] = reason_name(entry.reason);
  out["since"] = rfc3339(entry.since);
  return out;
}

/// Hexadecimal member in its one form: lower case, `min` to `max` bytes.
Bytes read_hex(BodyReader& reader, std::string_view name, std::size_t min, std::size_t max) {
  const std::string text = reader.text(name, max * 2);
  auto raw = unhex(text);
  if (raw && raw->size() >= min && hex(*raw) == text) return std::move(*raw);
  reader.refuse("must be lower-case hexadecimal of the right length", name);
  return {};
}

void read_target(BodyReader& reader, RevocationEntry& entry) {
  const int given =
      int{reader.has("key")} + int{reader.has("serial")} + int{reader.has("manifest")};
  if (given != 1) return reader.refuse("must name one of key, serial, manifest");
  if (reader.has("key")) {
    const PublicKey key = reader.key("key", Role::signing);
    entry.target = RevocationTarget::key;
    entry.value.assign(key.begin(), key.end());
  } else if (reader.has("serial")) {
    entry.target = RevocationTarget::serial;
    entry.value = read_hex(reader, "serial", 1, kMaxSerial);
  } else {
    entry.target = RevocationTarget::manifest;
    entry.value = read_hex(reader, "manifest", kManifestDigest, kManifestDigest);
  }
}

Result<RevocationEntry> parse_entry(const Json& json, std::size_t index) {
  BodyReader reader(json, fmt::format("entries[{}]", index));
  RevocationEntry entry;
  read_target(reader, entry);
  const auto reason = reason_from_name(reader.text("reason", kMaxName));
  // A reason that is not known must not be taken for a milder one.
  if (!reason) reader.refuse("must be compromised, superseded or retired", "reason");
  entry.reason = reason.value_or(RevocationReason::compromised);
  entry.since = reader.time("since");
  SIGNMARK_TRY(reader.finish());
  return entry;
}

Status parse_list(BodyReader& reader, RevocationList& list) {
  list.version = static_cast<std::uint64_t>(reader.integer("version", 1, INT32_MAX));
  list.next_update = reader.time("next_update");
  if (list.next_update <= list.issued) reader.refuse("must be later than issued", "next_update");
  if (!reader.has("entries")) reader.refuse("is missing", "entries");
  const auto entries = reader.list("entries", kMaxRevocations);
  SIGNMARK_TRY(reader.finish());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    SIGNMARK_ASSIGN(RevocationEntry entry, parse_entry(*entries[i], i));
    list.entries.push_back(std::move(entry));
  }
  return {};
}

}  // namespace

Bytes issuer_revocation_body(const PublicKey& issuer, UnixTime issued) {
  return to_bytes(header(kKindOwn, issuer, issued));
}

Result<Bytes> revocation_list_body(const RevocationList& list) {
  Json body = header(kKindList, list.issuer, list.issued);
  body["version"] = list.version;
  body["next_update"] = rfc3339(list.next_update);
  Json entries = Json::array();
  for (const RevocationEntry& entry : list.entries) entries.push_back(entry_to_json(entry));
  body["entries"] = std::move(entries);
  Bytes out = to_bytes(body);
  if (out.size() > kMaxObjectBody)
    return fail(
        "keys.revocation.size",
        fmt::format("the list would have {} bytes, {} are allowed", out.size(), kMaxObjectBody), {},
        "change the issuer key and start a new list");
  return out;
}

Result<RevocationBody> parse_revocation_body(ByteView body) {
  SIGNMARK_ASSIGN(const Json json, parse_body(body));
  BodyReader reader(json, "revocation");
  RevocationBody out;
  reader.integer("format", kFormat, kFormat);
  const std::string kind = reader.text("kind", kMaxName);
  if (kind != kKindList && kind != kKindOwn) reader.refuse("must be list or issuer", "kind");
  out.own = kind == kKindOwn;
  out.list.issuer = reader.key("issuer", Role::issuer);
  out.list.issued = reader.time("issued");
  SIGNMARK_TRY(out.own ? reader.finish() : parse_list(reader, out.list));
  return out;
}

bool entry_applies(const RevocationEntry& entry, const std::optional<ProvenTime>& proven) {
  if (!proven || proven->time >= entry.since) return true;
  // keys.md 7.3: after a theft only inclusion in a checkpointed ledger counts; else any proof does.
  const TimeEvidence needed = entry.reason == RevocationReason::compromised
                                  ? TimeEvidence::logged
                                  : TimeEvidence::time_stamp;
  return proven->evidence < needed;
}

std::string describe(const RevocationEntry& entry) {
  return fmt::format("{} since {}", reason_name(entry.reason), rfc3339(entry.since));
}

}  // namespace signmark::keys
