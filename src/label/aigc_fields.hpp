// SPDX-License-Identifier: Apache-2.0
// The seven fields of GB 45438-2025 Annex E as a table, and the clause names used in messages.
#pragma once

#include <array>
#include <optional>

#include "signmark/label.hpp"

namespace signmark::label {

inline constexpr std::string_view kAnnexB = "GB 45438-2025 Annex E b)";
inline constexpr std::string_view kAnnexC = "GB 45438-2025 Annex E c)";
inline constexpr std::string_view kAnnexJ = "GB 45438-2025 Annex E j)";
inline constexpr std::string_view kAnnexNote1 = "GB 45438-2025 Annex E note 1";
inline constexpr std::string_view kOneLabel = "GB 45438-2025 6.1 c)";
inline constexpr std::string_view kCodeGuide = "TC260-PG-20252A";

struct FieldInfo {
  std::string_view name;
  std::string AigcRecord::*member;
  std::string_view clause;
  bool required;  ///< non-empty for a safe writer; the two reserved fields may be ""
};

/// In the standard's order.
inline constexpr std::array<FieldInfo, 7> kFields{{
    {"Label", &AigcRecord::label, kAnnexC, true},
    {"ContentProducer", &AigcRecord::content_producer, "GB 45438-2025 Annex E d)", true},
    {"ProduceID", &AigcRecord::produce_id, "GB 45438-2025 Annex E e)", true},
    {"ReservedCode1", &AigcRecord::reserved_code1, "GB 45438-2025 Annex E f)", false},
    {"ContentPropagator", &AigcRecord::content_propagator, "GB 45438-2025 Annex E g)", true},
    {"PropagateID", &AigcRecord::propagate_id, "GB 45438-2025 Annex E h)", true},
    {"ReservedCode2", &AigcRecord::reserved_code2, "GB 45438-2025 Annex E i)", false},
}};

/// Index of a field by its exact name.
std::optional<std::size_t> field_index(std::string_view name);

/// Index by a spelling seen in the wild: another case, `ReserveCode1`. Not for exact names.
std::optional<std::size_t> misspelt_field_index(std::string_view name);

/// Whether a key contains `AIGC` in any case (Annex E a).
bool names_aigc(std::string_view key);

/// At most 64 characters of foreign text, printable, for messages.
std::string excerpt(std::string_view text);

/// Removes white space, NULs and a byte order mark around a value.
std::string_view trim_value(std::string_view text);

}  // namespace signmark::label
