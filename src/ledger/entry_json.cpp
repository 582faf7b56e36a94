// SPDX-License-Identifier: Apache-2.0
// JSON of entries, both ways.
#include "ledger/entry_json.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "base/time.hpp"
#include "ledger/entry_form.hpp"

namespace signmark::ledger {
namespace {

tl::unexpected<Error> syntax(std::string_view what) {
  return fail("ledger.bundle.syntax", "a member is missing or of another kind", std::string(what));
}

Json print_json(const Print& print) {
  return {{"kind", print_kind_name(print.kind)}, {"part", print.part}, {"bits", hex(print.bits)}};
}

Result<Print> print_from_json(const Json& json) {
  Print out;
  SIGNMARK_ASSIGN(const std::string kind, text_member(json, "kind"));
  SIGNMARK_ASSIGN(const std::uint64_t part, number_member(json, "part"));
  SIGNMARK_ASSIGN(const std::string bits, text_member(json, "bits"));
  const auto known = print_kind_from_name(kind);
  const auto raw = unhex(bits);
  if (!known || !raw || raw->size() != out.bits.size() || part > UINT32_MAX)
    return syntax("prints");
  out.kind = *known;
  out.part = static_cast<std::uint32_t>(part);
  std::copy(raw->begin(), raw->end(), out.bits.begin());
  return out;
}

Json supply_json(const Supply& supply) {
  return {
      {"recipient", supply.recipient}, {"agreement", supply.agreement}, {"salt", hex(supply.salt)}};
}

Result<Supply> supply_from_json(const Json& json) {
  Supply out;
  SIGNMARK_ASSIGN(out.recipient, text_member(json, "recipient"));
  SIGNMARK_ASSIGN(out.agreement, text_member(json, "agreement"));
  SIGNMARK_ASSIGN(const std::string salt, text_member(json, "salt"));
  SIGNMARK_ASSIGN(out.salt, unhex(salt));
  return out;
}

}  // namespace

Json to_json(const Entry& entry) {
  Json out = {{"sequence", entry.sequence}, {"time", rfc3339(entry.time)}};
  for (const TextField& field : kTexts)
    if (!(entry.*field.text).empty()) out[std::string(field.name)] = entry.*field.text;
  out["bytes"] = entry.bytes;
  for (const Print& print : entry.prints) out["prints"].push_back(print_json(print));
  if (!entry.tiles.empty()) out["tiles"] = base64(entry.tiles);
  if (!entry.supply.empty()) out["supply"] = supply_json(entry.supply);
  return out;
}

std::string entry_json(const Entry& entry) { return dump_json(to_json(entry)); }

Result<std::uint64_t> number_member(const Json& object, std::string_view name) {
  const auto found = object.is_object() ? object.find(name) : object.end();
  if (!object.is_object() || found == object.end() || !found->is_number_unsigned())
    return syntax(name);
  return found->get<std::uint64_t>();
}

Result<std::string> text_member(const Json& object, std::string_view name) {
  if (!object.is_object()) return syntax(name);
  const auto found = object.find(name);
  if (found == object.end()) return std::string();
  if (!found->is_string()) return syntax(name);
  return found->get<std::string>();
}

Result<Entry> entry_from_json(const Json& json) {
  Entry out;
  SIGNMARK_ASSIGN(out.sequence, number_member(json, "sequence"));
  SIGNMARK_ASSIGN(out.bytes, number_member(json, "bytes"));
  SIGNMARK_ASSIGN(const std::string time, text_member(json, "time"));
  SIGNMARK_ASSIGN(out.time, parse_rfc3339(time));
  for (const TextField& field : kTexts) {
    SIGNMARK_ASSIGN(out.*field.text, text_member(json, field.name));
  }
  SIGNMARK_ASSIGN(const std::string tiles, text_member(json, "tiles"));
  SIGNMARK_ASSIGN(out.tiles, unbase64(tiles));
  if (json.contains("prints"))
    for (const Json& print : json.at("prints")) {
      SIGNMARK_ASSIGN(out.prints.emplace_back(), print_from_json(print));
    }
  if (json.contains("supply")) {
    SIGNMARK_ASSIGN(out.supply, supply_from_json(json.at("supply")));
  }
  return out;
}

}  // namespace signmark::ledger
