// SPDX-License-Identifier: Apache-2.0
// What every kind of archive is held to: names, and how a refusal is worded (batch.md 4.2).
#pragma once

#include <unordered_map>

#include "batch/archive.hpp"

namespace signmark::batch {

/// `archive.<what>`. `entry` is its raw name; empty for the archive as a whole.
tl::unexpected<Error> refuse(std::string_view what, std::string message,
                             std::string_view entry = {}, std::string hint = {});
/// A guard that was passed; the hint names its flag.
tl::unexpected<Error> exceeded(std::string_view what, const ArchiveGuards& guards,
                               std::uint64_t ArchiveGuards::*guard, std::string message,
                               std::string_view entry = {});

/// Names of one archive. No two may be the same on a file system that folds case, and none may be
/// a file here and a folder there.
class NameGuard {
 public:
  explicit NameGuard(const ArchiveGuards& guards) : guards_(guards) {}
  /// The name in NFC without `./` before and `/` behind; empty for the root folder itself.
  /// Errors: `archive.name` (length, depth), `archive.path`, `archive.too_many` (folders).
  Result<std::string> check(std::string_view raw, bool folder);

 private:
  /// 128 bits of a hash: a million names then need no memory for their texts.
  using Key = std::array<std::uint64_t, 2>;
  struct KeyHash {
    std::size_t operator()(const Key& key) const { return key[0]; }
  };
  struct Seen {
    Key spelling{};
    bool folder = false, listed = false;  ///< listed: by an entry of its own
  };
  static Key key_of(std::string_view text);
  Status remember(std::string_view path, std::string_view raw, bool folder, bool listed);

  const ArchiveGuards& guards_;
  std::string parent_;  ///< of the last name
  std::unordered_map<Key, Seen, KeyHash> seen_;
};

}  // namespace signmark::batch
