// SPDX-License-Identifier: Apache-2.0
#include "batch/entry_json.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace signmark::batch {
namespace {

struct TextField {
  const char* name;
  std::string ledger::Entry::*member;
};
constexpr std::array kTexts = {
    TextField{"action", &ledger::Entry::action},
    TextField{"actor", &ledger::Entry::actor},
    TextField{"item_key", &ledger::Entry::item_key},
    TextField{"content_id", &ledger::Entry::content_id},
    TextField{"name", &ledger::Entry::name},
    TextField{"format", &ledger::Entry::format},
    TextField{"input_digest", &ledger::Entry::input_digest},
    TextField{"output_digest", &ledger::Entry::output_digest},
    TextField{"layers", &ledger::Entry::layers},
    TextField{"manifest", &ledger::Entry::manifest},
    TextField{"label", &ledger::Entry::label},
    TextField{"producer", &ledger::Entry::producer},
    TextField{"produce_id", &ledger::Entry::produce_id},
    TextField{"propagator", &ledger::Entry::propagator},
    TextField{"propagate_id", &ledger::Entry::propagate_id},
    TextField{"outcome", &ledger::Entry::outcome},
};

tl::unexpected<Error> wrong(const std::string& what) {
  return fail("batch.entry", "a ledger entry is wrong: " + what);
}

/// Takes a text where there is one; false when it is something else.
bool take_text(const Json& value, const char* name, std::string& into) {
  const auto found = value.find(name);
  if (found == value.end()) return true;
  if (!found->is_string()) return false;
  into = found->get<std::string>();
  return true;
}

Json print_json(const Print& print) {
  return {print_kind_name(print.kind), print.part, hex(print.bits)};
}

Result<Print> read_print(const Json& value) {
  if (!value.is_array() || value.size() != 3 || !value[0].is_string() ||
      !value[1].is_number_unsigned() || !value[2].is_string())
    return wrong("a print");
  Print print;
  const auto kind = print_kind_from_name(value[0].get<std::string>());
  const auto bits = unhex(value[2].get<std::string>());
  const auto part = value[1].get<std::uint64_t>();
  if (!kind || !bits || bits->size() != print.bits.size() || part > UINT32_MAX)
    return wrong("a print");
  print.kind = *kind;
  print.part = static_cast<std::uint32_t>(part);
  std::copy(bits->begin(), bits->end(), print.bits.begin());
  return print;
}

Status read_prints(const Json& value, ledger::Entry& entry) {
  const auto list = value.find("prints");
  if (list == value.end()) return {};
  if (!list->is_array()) return wrong("prints");
  for (const Json& item : *list) {
    SIGNMARK_ASSIGN(Print print, read_print(item));
    entry.prints.push_back(print);
  }
  return {};
}

}  // namespace

Json entry_json(const ledger::Entry& entry) {
  Json value = Json::object();
  for (const TextField& field : kTexts)
    if (!(entry.*field.member).empty()) value[field.name] = entry.*field.member;
  if (entry.bytes != 0) value["bytes"] = entry.bytes;
  if (!entry.tiles.empty()) value["tiles"] = base64(entry.tiles);
  if (!entry.prints.empty()) {
    value["prints"] = Json::array();
    for (const Print& print : entry.prints) value["prints"].push_back(print_json(print));
  }
  if (!entry.supply.empty())
    value["supply"] = {{"recipient", entry.supply.recipient},
                       {"agreement", entry.supply.agreement}};
  return value;
}

Result<ledger::Entry> read_entry(const Json& value) {
  if (!value.is_object()) return wrong("it is no object");
  ledger::Entry entry;
  for (const TextField& field : kTexts)
    if (!take_text(value, field.name, entry.*field.member)) return wrong(field.name);
  if (const auto bytes = value.find("bytes"); bytes != value.end()) {
    if (!bytes->is_number_unsigned()) return wrong("bytes");
    entry.bytes = bytes->get<std::uint64_t>();
  }
  std::string tiles;
  if (!take_text(value, "tiles", tiles)) return wrong("tiles");
  auto bytes = unbase64(tiles);
  if (!bytes) return wrong("tiles");
  entry.tiles = std::move(*bytes);
  SIGNMARK_TRY(read_prints(value, entry));
  if (const auto supply = value.find("supply"); supply != value.end())
    if (!supply->is_object() || !take_text(*supply, "recipient", entry.supply.recipient) ||
        !take_text(*supply, "agreement", entry.supply.agreement))
      return wrong("supply");
  return entry;
}

}  // namespace signmark::batch
