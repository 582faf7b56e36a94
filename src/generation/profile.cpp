// SPDX-License-Identifier: Apache-2.0
// Profiles: names, JSON, what is allowed, and the rule that a profile asks for.
#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/json.hpp"
#include "generation/rule.hpp"

namespace signmark::generation {
namespace {

constexpr std::size_t kMostLayers = 64;
constexpr int kFewestPayloadBits = 8, kMostPayloadBits = 16;

struct SchemeEntry {
  Scheme scheme;
  std::string_view name;
  int default_width;
  std::shared_ptr<const Rule> (*make)(const Profile&);
};
constexpr std::array kSchemes = {
    SchemeEntry{Scheme::signmark, "signmark", 2, make_signmark_rule},
    SchemeEntry{Scheme::synthid_hf, "synthid-hf", 4, make_synthid_rule},
    SchemeEntry{Scheme::synthid_2025, "synthid-2025", 4, make_synthid_rule},
    SchemeEntry{Scheme::gumbel_vllm, "gumbel-vllm", 4, make_gumbel_rule},
    SchemeEntry{Scheme::kgw_lefthash, "kgw-lefthash", 1, make_kgw_rule},
    SchemeEntry{Scheme::kgw_selfhash, "kgw-selfhash", 4, make_kgw_rule},
};

const SchemeEntry& entry_of(Scheme scheme) { return kSchemes[static_cast<std::size_t>(scheme)]; }

tl::unexpected<Error> wrong(std::string field, std::string message) {
  return fail("generation.profile", std::move(message), std::move(field));
}

bool is_synthid(Scheme scheme) {
  return scheme == Scheme::synthid_hf || scheme == Scheme::synthid_2025;
}
bool is_kgw(Scheme scheme) {
  return scheme == Scheme::kgw_lefthash || scheme == Scheme::kgw_selfhash;
}

Status check_kgw(const Profile& profile) {
  if (profile.vocabulary < 2 || profile.vocabulary > 1U << 24)
    return wrong("vocabulary", "green lists need the size of the model's vocabulary");
  const double green = std::floor(profile.vocabulary * profile.green_ratio);
  if (!(green >= 1 && green <= profile.vocabulary - 1.0))
    return wrong("green_ratio", "must leave tokens on both lists");
  if (!(profile.bias > 0 && profile.bias <= 100))
    return wrong("bias", "must be above 0 and at most 100");
  if (profile.seed == 0) return wrong("seed", "must not be 0");
  if (profile.scheme == Scheme::kgw_lefthash && profile.context_width > 1)
    return wrong("context_width", "lefthash looks at one token");
  return {};
}

Status check_payload(const Profile& profile) {
  if (profile.payload_bits == 0 && profile.payload == 0) return {};
  if (profile.scheme != Scheme::signmark)
    return wrong("payload_bits", "only the scheme signmark carries a payload");
  if (profile.payload_bits < kFewestPayloadBits || profile.payload_bits > kMostPayloadBits)
    return wrong("payload_bits", "must be 0, or 8 to 16");
  if (profile.payload >> profile.payload_bits != 0)
    return wrong("payload", "does not fit into payload_bits");
  return {};
}

/// A whole number of JSON, or its decimal digits as a text.
template <class T>
Status read_integer(const Json& value, const std::string& name, T& out) {
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (problem == std::errc() && end == text.data() + text.size()) return {};
  } else if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    if (number <= static_cast<std::uint64_t>(std::numeric_limits<T>::max())) {
      out = static_cast<T>(number);
      return {};
    }
  } else if (std::is_same_v<T, std::int64_t> && value.is_number_integer()) {
    out = static_cast<T>(value.get<std::int64_t>());
    return {};
  }
  return wrong(name, "must be a whole number in range");
}

Status read_number(const Json& value, const std::string& name, double& out) {
  if (!value.is_number()) return wrong(name, "must be a number");
  out = value.get<double>();
  return {};
}

Status read_layers(const Json& value, std::vector<std::int64_t>& keys) {
  if (!value.is_array() || value.size() > kMostLayers)
    return wrong("layer_keys", "must be a list of at most 64 whole numbers");
  for (const Json& item : value)
    SIGNMARK_TRY(read_integer(item, "layer_keys", keys.emplace_back()));
  return {};
}

Status read_field(const std::string& name, const Json& value, Profile& profile) {
  if (name == "scheme" || name == "tokenizer") {
    if (!value.is_string()) return wrong(name, "must be a text");
    if (name == "tokenizer") {
      profile.tokenizer = value.get<std::string>();
      return {};
    }
    const auto scheme = scheme_from_name(value.get<std::string>());
    if (!scheme) return wrong(name, "there is no such scheme");
    profile.scheme = *scheme;
    return {};
  }
  if (name == "layer_keys") return read_layers(value, profile.layer_keys);
  if (name == "seed") return read_integer(value, name, profile.seed);
  if (name == "context_width") return read_integer(value, name, profile.context_width);
  if (name == "free_tokens") return read_integer(value, name, profile.free_tokens);
  if (name == "vocabulary") return read_integer(value, name, profile.vocabulary);
  if (name == "green_ratio") return read_number(value, name, profile.green_ratio);
  if (name == "bias") return read_number(value, name, profile.bias);
  if (name == "payload_bits") return read_integer(value, name, profile.payload_bits);
  if (name == "payload") return read_integer(value, name, profile.payload);
  return wrong(name, "there is no such field");
}

}  // namespace

std::string_view scheme_name(Scheme scheme) { return entry_of(scheme).name; }

std::optional<Scheme> scheme_from_name(std::string_view name) {
  for (const SchemeEntry& entry : kSchemes)
    if (entry.name == name) return entry.scheme;
  return std::nullopt;
}

Result<Profile> parse_profile(std::string_view json) {
  SIGNMARK_ASSIGN(const Json object, parse_json(json));
  if (!object.is_object()) return wrong("", "must be one JSON object");
  if (!object.contains("scheme")) return wrong("scheme", "is missing");
  Profile profile;
  for (const auto& [name, value] : object.items()) SIGNMARK_TRY(read_field(name, value, profile));
  SIGNMARK_TRY(check_profile(profile));
  return profile;
}

Status check_profile(const Profile& profile) {
  if (static_cast<std::size_t>(profile.scheme) >= kSchemes.size())
    return wrong("scheme", "there is no such scheme");
  if (profile.context_width < 0 || profile.context_width > static_cast<int>(kWidestContext))
    return wrong("context_width", "must be 1 to 16");
  if (profile.free_tokens != 0 && profile.scheme != Scheme::signmark)
    return wrong("free_tokens", "only the scheme signmark has them");
  if (is_synthid(profile.scheme) &&
      (profile.layer_keys.empty() || profile.layer_keys.size() > kMostLayers))
    return wrong("layer_keys", "must be 1 to 64 keys");
  if (is_kgw(profile.scheme)) SIGNMARK_TRY(check_kgw(profile));
  return check_payload(profile);
}

Result<std::shared_ptr<const Rule>> make_rule(const Profile& profile) {
  SIGNMARK_TRY(check_profile(profile));
  return entry_of(profile.scheme).make(profile);
}

std::size_t context_width(const Profile& profile) {
  const int width =
      profile.context_width == 0 ? entry_of(profile.scheme).default_width : profile.context_width;
  // The selfhash window holds the token itself, too.
  return static_cast<std::size_t>(profile.scheme == Scheme::kgw_selfhash ? width - 1 : width);
}

std::vector<double> softmax(std::span<const float> logits) {
  std::vector<double> p;
  softmax(logits, p);
  return p;
}

double softmax(std::span<const float> logits, std::vector<double>& p) {
  float top = -std::numeric_limits<float>::infinity();
  for (const float logit : logits) top = std::max(top, logit);
  p.resize(logits.size());
  double total = 0;
  for (std::size_t i = 0; i < p.size(); ++i) total += p[i] = std::exp(logits[i] - top);
  for (double& value : p) value /= total;
  return top + std::log(total);
}

void choose_only(std::span<float> logits, std::size_t winner) {
  for (std::size_t i = 0; i < logits.size(); ++i)
    if (i != winner) logits[i] = -std::numeric_limits<float>::infinity();
}

}  // namespace signmark::generation
