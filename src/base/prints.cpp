// SPDX-License-Identifier: Apache-2.0
// Names of print kinds and their distance.
#include "signmark/prints.hpp"

#include <bit>
#include <cstring>

namespace signmark {
namespace {

constexpr std::array<std::string_view, 4> kNames{"picture", "film", "sound", "text"};

}  // namespace

std::string_view print_kind_name(PrintKind kind) {
  return kNames[static_cast<std::size_t>(kind) - 1];
}

std::optional<PrintKind> print_kind_from_name(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (kNames[i] == name) return static_cast<PrintKind>(i + 1);
  return std::nullopt;
}

int print_distance(const PrintBits& one, const PrintBits& other) {
  int distance = 0;
  for (std::size_t i = 0; i < one.size(); i += sizeof(std::uint64_t)) {
    std::uint64_t a = 0, b = 0;
    std::memcpy(&a, one.data() + i, sizeof a);
    std::memcpy(&b, other.data() + i, sizeof b);
    distance += std::popcount(a ^ b);
  }
  return distance;
}

}  // namespace signmark
