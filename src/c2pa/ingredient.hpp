// SPDX-License-Identifier: Apache-2.0
// Ingredient assertions of versions 1 to 3 (2.5: 16.5), read into one shape.
#pragma once

#include <set>
#include <string>
#include <utility>

#include "c2pa/validate_store.hpp"

namespace signmark::c2pa {

enum class Relationship { parent_of, component_of, input_to };

/// Failures that a signer knew of when he took an ingredient in: code and absolute URI.
using KnownFailures = std::set<std::pair<std::string, std::string>>;

struct Ingredient {
  int version = 1;
  Relationship relationship = Relationship::component_of;
  std::string title;
  std::optional<Reference> manifest;   ///< c2pa_manifest, activeManifest
  std::optional<Reference> signature;  ///< claimSignature, version 3 only
  bool has_results = false;            ///< validationResults, version 3 only
  KnownFailures known;                 ///< of validationResults or validationStatus

  /// Label of the manifest that `manifest` names; empty when it names none.
  [[nodiscard]] std::string manifest_label() const;
};

/// Whether this is an ingredient assertion of any version.
bool is_ingredient(const Assertion& assertion);

/// Errors: `c2pa.ingredient.malformed` (no or an unknown relationship, references of the wrong
/// type), those of decode_assertion().
Result<Ingredient> read_ingredient(const Limits& limits, const Assertion& assertion);

}  // namespace signmark::c2pa
