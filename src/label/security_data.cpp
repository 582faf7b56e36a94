// SPDX-License-Identifier: Apache-2.0
// Parses SecurityData (TC260-PG-202511A) out of a reserved code, with the deviations seen so far.
#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "label/aigc_fields.hpp"
#include "label/security_subject.hpp"

namespace signmark::label {
namespace {

constexpr std::size_t kMaxEntries = 64;
constexpr std::string_view kGuide = "TC260-PG-202511A";

const Json* member(const Json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto it = object.find(name);
  return it == object.end() ? nullptr : &*it;
}

std::string text_of(const Json* value) {
  if (value == nullptr || value->is_null()) return {};
  return value->is_string() ? value->get<std::string>() : dump_json(*value);
}

class Reader {
 public:
  Result<SecurityData> run(const Json& security) {
    check_head(security);
    const Json* list = member(security, "PubSD");
    out_.list_name = "PubSD";
    if (list == nullptr) {
      list = member(security, "PubSd");
      out_.list_name = "PubSd";
      if (list != nullptr) note("list-name", "the list is named PubSd, not PubSD");
    }
    if (list == nullptr || !list->is_array())
      return fail("label.security.syntax", "SecurityData has no list PubSD");
    for (const Json& entry : *list) SIGNMARK_TRY(take(entry));
    SIGNMARK_TRY(take_bindings(member(security, "Bindings")));
    return std::move(out_);
  }

 private:
  void note(std::string_view what, std::string message) {
    out_.broken.push_back(
        {fmt::format("label.security.{}", what), std::move(message), std::string(kGuide)});
  }

  void check_head(const Json& security) {
    const std::string type = text_of(member(security, "Type"));
    if (type != "TC260PG") note("type", fmt::format("Type is \"{}\", not TC260PG", excerpt(type)));
    const Json* version = member(security, "Version");
    if (version == nullptr || !version->is_number_integer() || *version != 1)
      note("version", fmt::format("Version is {}, not 1", excerpt(text_of(version))));
  }

  Status count() {
    if (++entries_ <= kMaxEntries) return {};
    return fail("label.security.syntax",
                fmt::format("SecurityData has more than {} entries", kMaxEntries));
  }

  Status take(const Json& entry) {
    const std::string type = text_of(member(entry, "Type"));
    if (is_binding(type) || member(entry, "Bindings") != nullptr) {
      const Json* nested = member(entry, "Bindings");
      return take_bindings(nested != nullptr ? nested : &entry);
    }
    SIGNMARK_TRY(count());
    if (type == "DS")
      take_signature(entry);
    else if (type == "PubKey")
      out_.keys.push_back({text_of(member(entry, "AlgID")), hex_value(entry, "KeyValue"),
                           text_of(member(entry, "KeyID"))});
    else
      note("entry", fmt::format("an entry of the unknown type \"{}\"", excerpt(type)));
    return {};
  }

  void take_signature(const Json& entry) {
    SecuritySignature signature;
    signature.algorithm = text_of(member(entry, "AlgID"));
    if (const Json* signed_data = member(entry, "TBSData"))
      signature.subject = text_of(member(*signed_data, "Type"));
    signature.value = hex_value(entry, "Signature");
    signature.key_id = text_of(member(entry, "KeyID"));
    if (signature.subject != "Md" && signature.subject != "Bnd")
      note("subject",
           fmt::format("TBSData.Type is \"{}\", not Md or Bnd", excerpt(signature.subject)));
    out_.signatures.push_back(std::move(signature));
  }

  Status take_bindings(const Json* value) {
    if (value == nullptr) return {};
    if (value->is_array()) {
      for (const Json& entry : *value) SIGNMARK_TRY(take_binding(entry));
      return {};
    }
    return take_binding(*value);
  }

  Status take_binding(const Json& entry) {
    SIGNMARK_TRY(count());
    const bool selects = member(entry, "CntSel") != nullptr;
    if (!selects) note("binding", "a binding has no CntSel: what it covers is unknown");
    out_.bindings.push_back({dump_json(entry), selects});
    return {};
  }

  Bytes hex_value(const Json& entry, const char* name) {
    const std::string text = text_of(member(entry, name));
    auto bytes = text.empty() ? Result<Bytes>() : unhex(text);
    if (bytes && !bytes->empty()) return std::move(*bytes);
    note("encoding", fmt::format("{} is not hexadecimal", name));
    return {};
  }

  SecurityData out_;
  std::size_t entries_ = 0;
};

}  // namespace

Result<SecurityData> parse_security_data(std::string_view reserved) {
  const bool named = reserved.find("\"SecurityData\"") != std::string_view::npos;
  const auto json = parse_json(trim_value(reserved));
  if (!json && named)
    return fail("label.security.syntax", "SecurityData is not well-formed: " + json.error().message,
                json.error().where);
  const Json* security = json ? member(*json, "SecurityData") : nullptr;
  if (security == nullptr)
    return fail("label.security.none",
                "the reserved code is a value of its owner's, not "
                "SecurityData");
  if (!security->is_object()) return fail("label.security.syntax", "SecurityData is not an object");
  return Reader().run(*security);
}

}  // namespace signmark::label
