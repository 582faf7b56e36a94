// SPDX-License-Identifier: Apache-2.0
// All manifests of a store: the active one, and those that it reaches through ingredients.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "c2pa/validate_actions.hpp"
#include "c2pa/validate_assertions.hpp"
#include "c2pa/validate_signature.hpp"

namespace signmark::c2pa {

/// A manifest with its ingredients read.
struct Chapter {
  Manifest manifest;
  Ingredients ingredients;
  Codes faults;  ///< of ingredient assertions and of redactions
};

/// The manifests that the active one reaches, each once however many ways lead to it, parents
/// before what they were made from. The store's bytes must outlive it.
class History {
 public:
  /// Errors: `c2pa.store.unreadable` (no manifest in the store).
  static Result<History> read(const Limits& limits, const jumbf::Box& store);

  [[nodiscard]] const Chapter& active() const { return chapters_.front(); }
  /// The active one first.
  [[nodiscard]] const std::vector<Chapter>& chapters() const { return chapters_; }
  /// nullptr when the store has no such manifest, or several.
  [[nodiscard]] const Chapter* find(const std::string& label) const;
  [[nodiscard]] const Redactions& redactions() const { return redactions_; }
  /// How many manifests the store holds, reached or not.
  [[nodiscard]] std::size_t stored() const { return stored_; }
  /// The manifest whose hard binding describes the file: the active one, or the nearest parent of
  /// update manifests that is none. nullptr when there is none.
  [[nodiscard]] const Chapter* binding() const;

 private:
  std::vector<Chapter> chapters_;
  std::map<std::string, std::size_t> places_;
  Redactions redactions_;
  std::size_t stored_ = 0;
};

/// What one manifest's own check yields.
struct Judgement {
  Codes structure;  ///< claim, assertions, actions, ingredient assertions
  Codes signature;
  ManifestView view;
};

/// Checks one manifest without its ingredients' manifests and without the content.
Judgement judge(const TrustContext& trust, const History& history, const Chapter& chapter);

/// Codes about the manifests that are reached through ingredients.
struct IngredientCodes {
  Codes structure, signature;
  std::vector<ManifestView> views;
};

/// Checks all ingredients. Failures that a signer recorded when he took the ingredient in are
/// history, not news, and left out (16.5.13.4); only records of manifests checked before count, so
/// that a tampered ingredient cannot excuse itself.
IngredientCodes judge_ingredients(const TrustContext& trust, const History& history);

}  // namespace signmark::c2pa
