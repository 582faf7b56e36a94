// SPDX-License-Identifier: Apache-2.0
// Private schemes that mark generated content without being a GB 45438 record.
#include <fmt/format.h>

#include "base/json.hpp"
#include "label/aigc_fields.hpp"

namespace signmark::label {
namespace {

constexpr std::size_t kMaxText = 1U << 20;

/// Digits behind a key, through whatever quoting surrounds it: `"k":2`, `\"k\": \"2\"`, `k:2`.
std::string_view digits_after(std::string_view text, std::string_view key) {
  const std::size_t at = text.find(key);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = text.substr(at + key.size());
  const std::size_t first = std::min(rest.find_first_not_of("\\\"' \t:="), rest.size());
  const std::size_t last = std::min(rest.find_first_not_of("0123456789", first), rest.size());
  return rest.substr(first, last - first);
}

/// ByteDance (Douyin, CapCut, TikTok): `aigc_info{aigc_type, aigc_label_type}`; 0 is no AI, 1 and 2
/// are. The scheme sits at any depth and often as a string in a string, so it is looked for as
/// text.
std::optional<Trace> bytedance(std::string_view text) {
  constexpr std::string_view kLabelType = "aigc_label_type";
  if (text.find("aigc_info") == std::string_view::npos &&
      text.find(kLabelType) == std::string_view::npos)
    return std::nullopt;
  const std::string_view value = digits_after(text, kLabelType);
  Trace trace;
  trace.scheme = "ByteDance aigc_info";
  trace.detail = value.empty() ? "aigc_info without aigc_label_type"
                               : fmt::format("{}={}", kLabelType, excerpt(value));
  trace.generated = value.find_first_not_of('0') != std::string_view::npos;
  return trace;
}

const Json* member(const Json& object, const char* name) {
  const auto it = object.find(name);
  return it == object.end() ? nullptr : &*it;
}

std::string text_of(const Json* value) {
  return value && value->is_string() ? value->get<std::string>() : std::string();
}

/// Tencent Cloud image processing: its own names beside or under an AIGC key.
std::optional<Trace> tencent_cloud(std::string_view text) {
  if (!text.starts_with('{') || text.find("ServiceProvider") == std::string_view::npos)
    return std::nullopt;
  const auto json = parse_json(text);
  if (!json || !json->is_object()) return std::nullopt;
  const Json* object = &*json;
  if (const Json* inner = member(*object, "AIGC"); inner && inner->is_object()) object = inner;
  const Json* provider = member(*object, "ServiceProvider");
  if (!provider || !(member(*object, "ContentId") || member(*object, "ServiceUser")))
    return std::nullopt;
  return Trace{"Tencent Cloud ServiceProvider",
               fmt::format("ServiceProvider={} ContentId={}", excerpt(text_of(provider)),
                           excerpt(text_of(member(*object, "ContentId")))),
               true};
}

}  // namespace

std::optional<Trace> find_trace(std::string_view text) {
  if (text.size() > kMaxText) return std::nullopt;
  text = trim_value(text);
  if (auto trace = bytedance(text)) return trace;
  return tencent_cloud(text);
}

}  // namespace signmark::label
