// SPDX-License-Identifier: Apache-2.0
// Names, defaults, caps and the work of the passphrase's key derivation.
#include "keys/kdf.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <utility>

namespace signmark::keys {
namespace {

constexpr std::uint32_t kMaxPasses = 8;        // keys.md section 4.1
constexpr std::uint32_t kMaxMemory = 1 << 20;  // KiB: 1 GiB

constexpr std::array<std::pair<std::string_view, KdfCost>, 3> kPresets{{
    {"interactive", kKdfInteractive},
    {"moderate", kKdfModerate},
    {"sensitive", kKdfSensitive},
}};

constexpr std::int64_t kHour = 3600;
constexpr std::int64_t kDay = 24 * kHour;
constexpr std::int64_t kYear = 365 * kDay + 6 * kHour;  // as parse_duration counts one

}  // namespace

std::optional<KdfCost> kdf_from_name(std::string_view name) {
  const auto* it = std::find_if(kPresets.begin(), kPresets.end(),
                                [&](const auto& preset) { return preset.first == name; });
  return it == kPresets.end() ? std::nullopt : std::optional(it->second);
}

std::string kdf_text(const KdfCost& cost) {
  if (cost.passes == 0) return "none";
  for (const auto& [name, preset] : kPresets)
    if (preset == cost) return std::string(name);
  return fmt::format("argon2id {}/{}", cost.passes, cost.memory_kib);
}

KdfCost default_kdf(Role role) { return role == Role::issuer ? kKdfSensitive : kKdfModerate; }

std::int64_t default_life(Role role, bool without_passphrase) {
  if (role == Role::issuer) return 5 * kYear;
  if (role == Role::carrier) return kYear;
  // Losing an unprotected key costs one day (keys.md section 5).
  return without_passphrase ? kDay : 90 * kDay;
}

Status check_kdf_cost(const KdfCost& cost) {
  if (cost.passes >= 1 && cost.passes <= kMaxPasses && cost.memory_kib >= kMinKdfMemory &&
      cost.memory_kib <= kMaxMemory)
    return {};
  return fail("keys.kdf.cost",
              fmt::format("{} passes over {} KiB; 1 to {} over {} to {} KiB are allowed",
                          cost.passes, cost.memory_kib, kMaxPasses, kMinKdfMemory, kMaxMemory));
}

Status derive_key(const KdfCost& cost, const KdfSalt& salt, const SecretBytes& passphrase,
                  std::span<Byte> out) {
  const auto text = passphrase.open();
  const int rc =
      crypto_pwhash(out.data(), out.size(), reinterpret_cast<const char*>(text.bytes().data()),
                    text.bytes().size(), salt.data(), cost.passes,
                    std::size_t{cost.memory_kib} * 1024, crypto_pwhash_ALG_ARGON2ID13);
  if (rc == 0) return {};
  return fail("keys.kdf.memory",
              fmt::format("deriving the key needs {} MiB of memory, which are not free",
                          (cost.memory_kib + 1023) / 1024),
              {}, "free memory, or choose a smaller --kdf where there is more of it");
}

}  // namespace signmark::keys
