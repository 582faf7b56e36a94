// SPDX-License-Identifier: Apache-2.0
// One table for each enumeration that stands as text in bundles, lists and settings.
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace signmark::keys {

template <class E, std::size_t N>
using NameTable = std::array<std::pair<E, std::string_view>, N>;

template <class E, std::size_t N>
std::string_view name_in(const NameTable<E, N>& table, E value) {
  for (const auto& [entry, name] : table)
    if (entry == value) return name;
  return "unknown";
}

template <class E, std::size_t N>
std::optional<E> value_in(const NameTable<E, N>& table, std::string_view name) {
  for (const auto& [entry, text] : table)
    if (text == name) return entry;
  return std::nullopt;
}

}  // namespace signmark::keys
