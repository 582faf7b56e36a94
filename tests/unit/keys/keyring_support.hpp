// SPDX-License-Identifier: Apache-2.0
// A keyring in a scratch folder, with a clock that can be moved.
#pragma once

#include <sys/stat.h>

#include "keys/key_disk.hpp"
#include "keys_support.hpp"

namespace signmark::test {

inline constexpr UnixTime kNow = 1'795'348'800;  // 2026-11-22T12:00:00Z
inline constexpr std::int64_t kDay = 24 * 3600;
inline constexpr const char* kPass = "correct horse";

/// One user's folders; `at` gives a keyring as it stands at another time.
struct TestHome {
  ScratchDir scratch;
  keys::Home home = keys::Home::at(scratch / "home");

  [[nodiscard]] keys::Keyring at(UnixTime now, keys::KeyringOptions options = {}) const {
    Context context = test_context();
    context.clock = fixed_clock(now);
    auto ring = keys::Keyring::open(context, home, std::move(options));
    REQUIRE_OK(ring);
    return std::move(*ring);
  }
  [[nodiscard]] keys::Keyring ring() const { return at(kNow); }
};

inline keys::NewKey wanted(std::string label = "studio") {
  keys::NewKey out;
  out.label = std::move(label);
  out.protection = protect(kPass);
  out.unlock_issuer = answer(kPass);
  return out;
}

inline keys::CreatedKey make(const keys::Keyring& ring, keys::Role role,
                             const std::string& label = "studio") {
  auto created = ring.create(role, wanted(label));
  REQUIRE_OK(created);
  return std::move(*created);
}

inline keys::StoredKey found(const keys::Keyring& ring, const std::string& selector,
                             std::optional<keys::Role> role = {}) {
  auto key = ring.find(selector, role);
  REQUIRE_OK(key);
  return std::move(*key);
}

inline keys::Listing listed(const keys::Keyring& ring) {
  auto listing = ring.list();
  REQUIRE_OK(listing);
  return std::move(*listing);
}

inline std::string text_of(const std::filesystem::path& file) {
  const Bytes bytes = slurp(file);
  return std::string(as_text(bytes));
}

inline void overwrite(const std::filesystem::path& file, std::string_view text) {
  CHECK_OK(write_file(file, as_bytes(text), {.replace = true, .mode = 0600, .keep = {}}));
}

inline unsigned mode_of(const std::filesystem::path& path) {
  struct stat info {};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  return info.st_mode & 07777U;
}

}  // namespace signmark::test
