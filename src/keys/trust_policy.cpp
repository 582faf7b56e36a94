// SPDX-License-Identifier: Apache-2.0
// The [trust] table of config.toml: this computer's own choices (keys.md 8.2).
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <fmt/format.h>
#include <toml++/toml.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "signmark/trust.hpp"

namespace signmark::keys {
namespace {

constexpr std::size_t kMaxConfig = 1U << 20;

tl::unexpected<Error> bad_value(std::string_view key, std::string_view wanted) {
  return fail("trust.policy.value", fmt::format("{} must be {}", key, wanted),
              fmt::format("[trust] {}", key));
}

Status read_value(TrustPolicy& policy, std::string_view key, const toml::node& node) {
  if (key == "time") {
    const auto text = node.value<std::string_view>();
    const auto evidence = text ? evidence_from_name(*text) : std::nullopt;
    if (!evidence) return bad_value(key, "none, time-stamp, logged or witnessed");
    policy.required_time = *evidence;
  } else if (key == "max-bundle-age") {
    const auto text = node.value<std::string_view>();
    const auto seconds = parse_duration(text.value_or(std::string_view()));
    if (!seconds || *seconds <= 0) return bad_value(key, "a duration like \"90d\"");
    policy.max_bundle_age = *seconds;
  } else if (key == "allow-untrusted") {
    if (!node.is_boolean()) return bad_value(key, "true or false");
    policy.allow_untrusted = node.value_or(false);
  } else {
    return fail("trust.policy.value", fmt::format("unknown setting \"{}\"", printable(key)),
                "[trust]", "known: time, max-bundle-age, allow-untrusted");
  }
  return {};
}

}  // namespace

Result<TrustPolicy> read_trust_policy(const std::filesystem::path& config_file) {
  std::error_code code;
  if (!std::filesystem::exists(config_file, code) && !code) return TrustPolicy{};
  SIGNMARK_ASSIGN(const Bytes bytes, read_file(config_file, kMaxConfig));
  const toml::parse_result parsed = toml::parse(as_text(bytes));
  if (!parsed)
    return fail(
        "trust.policy.syntax",
        fmt::format("not well-formed TOML: {}", parsed.error().description()),
        fmt::format("{}, line {}", config_file.string(), parsed.error().source().begin.line));
  TrustPolicy policy;
  const toml::node_view<const toml::node> section = parsed.table()["trust"];
  if (!section) return policy;
  const toml::table* table = section.as_table();
  if (table == nullptr) return fail("trust.policy.syntax", "trust must be a table: [trust]");
  for (const auto& [key, node] : *table) {
    const Status read = read_value(policy, key.str(), node);
    if (!read) return tl::unexpected<Error>(read.error());
  }
  return policy;
}

}  // namespace signmark::keys
