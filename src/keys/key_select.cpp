// SPDX-License-Identifier: Apache-2.0
// Selecting keys, and refusing those that may not be used.
#include "keys/key_select.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "base/time.hpp"
#include "keys/trust_names.hpp"

namespace signmark::keys {
namespace {

constexpr std::string_view kIdPrefix = "sm1-";

constexpr NameTable<KeyState, 6> kStates{{{KeyState::usable, "usable"},
                                          {KeyState::future, "future"},
                                          {KeyState::expired, "expired"},
                                          {KeyState::stopped, "stopped"},
                                          {KeyState::withdrawn, "withdrawn"},
                                          {KeyState::no_secret, "no_secret"}}};

using Candidates = std::vector<const StoredKey*>;

Candidates of_role(const FoundKeys& found, std::optional<Role> role) {
  Candidates out;
  for (const StoredKey& key : found.keys)
    if (!role || key.info.role == *role) out.push_back(&key);
  return out;
}

template <class Fits>
Candidates filter(const Candidates& keys, Fits fits) {
  Candidates out;
  std::copy_if(keys.begin(), keys.end(), std::back_inserter(out),
               [&](const StoredKey* key) { return fits(*key); });
  return out;
}

/// The file that the selector means could not be read: that is the answer, not "no such key".
const Error* problem_of(const FoundKeys& found, std::string_view selector,
                        std::optional<Role> role) {
  for (const Error& problem : found.problems) {
    const std::filesystem::path path = problem.where;
    const bool in_role = !role || path.parent_path().filename() == role_name(*role);
    const bool named = selector.empty() ? path.extension() == ".key"
                                        : selector.starts_with(kIdPrefix) &&
                                              path.filename().string().starts_with(selector);
    if (in_role && named) return &problem;
  }
  return nullptr;
}

tl::unexpected<Error> nothing_found(const FoundKeys& found, std::string_view selector,
                                    std::optional<Role> role) {
  if (const Error* problem = problem_of(found, selector, role))
    return tl::unexpected<Error>(*problem);
  const std::string kind = role ? fmt::format("{} key", role_name(*role)) : "key";
  if (!selector.empty())
    return fail("keys.select.none", fmt::format("there is no {} \"{}\"", kind, printable(selector)),
                {}, "signmark key list shows them all");
  const Candidates unusable = of_role(found, role);
  if (unusable.empty())
    return fail("keys.select.none", fmt::format("there is no {} yet", kind), {},
                "signmark key new");
  return fail("keys.select.none",
              fmt::format("no {} is usable; the newest, {}, is {}", kind,
                          unusable.front()->info.id(), key_state_name(unusable.front()->state)),
              {}, "signmark key list shows them all");
}

/// Signing keys with a certificate first, then the newest; `keys` are sorted within a role.
bool is_better(const StoredKey& a, const StoredKey& b) {
  if (a.info.role == b.info.role && a.certificate.has_value() != b.certificate.has_value())
    return a.certificate.has_value();
  return a.info.role != b.info.role && a.info.created > b.info.created;
}

Candidates matches(const Candidates& keys, std::string_view selector) {
  Candidates exact = filter(keys, [&](const StoredKey& key) {
    return key.info.id() == selector || public_text(key.info.role, key.info.public_key) == selector;
  });
  if (!exact.empty()) return exact;
  Candidates out = filter(keys, [&](const StoredKey& key) {
    return key.info.label == selector ||
           (selector.size() > kIdPrefix.size() && key.info.id().starts_with(selector));
  });
  if (out.size() < 2) return out;
  Candidates heads = filter(out, [](const StoredKey& key) { return key.superseded_by.empty(); });
  return heads.size() == 1 ? heads : out;
}

}  // namespace

std::string_view key_state_name(KeyState state) { return name_in(kStates, state); }

std::string describe(const KeyInfo& info) {
  std::string out = fmt::format("{} key {}", role_name(info.role), info.id());
  if (!info.label.empty()) out += fmt::format(" \"{}\"", printable(info.label));
  return out;
}

Result<StoredKey> select_key(const FoundKeys& found, std::string_view selector,
                             std::optional<Role> role) {
  if (selector.starts_with("SIGNMARK-"))
    return fail("keys.text.secret", "this is a secret key, the name of one is wanted", {},
                "a secret that was shown to others must be replaced");
  Candidates keys = of_role(found, role);
  if (selector.empty()) {
    keys = filter(keys, [](const StoredKey& key) { return key.state == KeyState::usable; });
    const auto best =
        std::min_element(keys.begin(), keys.end(),
                         [](const StoredKey* a, const StoredKey* b) { return is_better(*a, *b); });
    if (best == keys.end()) return nothing_found(found, selector, role);
    return **best;
  }
  keys = matches(keys, selector);
  if (keys.empty()) return nothing_found(found, selector, role);
  if (keys.size() == 1) return *keys.front();
  return fail("keys.select.ambiguous",
              fmt::format("{} keys are called \"{}\"", keys.size(), printable(selector)), {},
              fmt::format("use the id, for example {}", keys.front()->info.id()));
}

Status check_usable(const StoredKey& key) {
  const std::string what = describe(key.info);
  switch (key.state) {
    case KeyState::usable:
      return {};
    case KeyState::future:
      return fail("keys.state.future",
                  fmt::format("{} was created on {}, which is still to come", what,
                              rfc3339(key.info.created)),
                  {}, "set the clock of this machine");
    case KeyState::expired:
      return fail("keys.state.expired",
                  fmt::format("{} ended on {}", what, rfc3339(key.info.expires)), {},
                  "signmark key rotate " + std::string(role_name(key.info.role)));
    case KeyState::stopped:
      return fail("keys.state.stopped",
                  key.withdrawn ? fmt::format("{} is retired", what)
                                : fmt::format("{} was replaced and stopped on {}", what,
                                              rfc3339(key.info.expires)),
                  {}, key.superseded_by.empty() ? "" : "use " + key.superseded_by);
    case KeyState::withdrawn:
      return fail("keys.state.withdrawn",
                  fmt::format("{} was withdrawn ({})", what,
                              key.withdrawn ? reason_name(*key.withdrawn) : "revoked"),
                  {}, "signmark key new " + std::string(role_name(key.info.role)));
    case KeyState::no_secret:
      break;
  }
  return fail("keys.state.no_secret", fmt::format("the secret of {} is not here", what), {},
              "signmark key import, where the secret or a backup is at hand");
}

}  // namespace signmark::keys
