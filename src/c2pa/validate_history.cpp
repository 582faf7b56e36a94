// SPDX-License-Identifier: Apache-2.0
// All manifests of a store: the active one, and those that it reaches through ingredients.
#include "c2pa/validate_history.hpp"

#include <algorithm>

#include "base/hash.hpp"
#include "c2pa/content_hash.hpp"
#include "c2pa/validate_view.hpp"

namespace signmark::c2pa {
namespace {

/// Label to manifest box; labels that occur twice name nothing.
std::map<std::string, const jumbf::Box*> manifests_of(const jumbf::Box& store) {
  std::map<std::string, const jumbf::Box*> found;
  for (const jumbf::Box& box : store.children) {
    if (!jumbf::is_manifest(box)) continue;
    const auto [place, first] = found.emplace(box.label, &box);
    if (!first) place->second = nullptr;
  }
  return found;
}

Chapter read_chapter(const Limits& limits, const jumbf::Box& box) {
  Chapter chapter{load_manifest(limits, box), {}, {}};
  for (const Assertion& assertion : chapter.manifest.assertions) {
    // A redacted ingredient may be blanked; whether it may is checked with the assertions.
    const jumbf::Box* content = assertion.box->content("cbor");
    if (!is_ingredient(assertion) || content == nullptr) continue;
    auto ingredient = read_ingredient(limits, assertion);
    if (ingredient)
      chapter.ingredients.emplace(assertion.label, std::move(*ingredient));
    else if (std::any_of(content->payload.begin(), content->payload.end(),
                         [](Byte b) { return b != 0; }))
      reject(chapter.faults, kIngredientMalformed, chapter.manifest.assertion_uri(assertion.label),
             ingredient.error().message);
  }
  return chapter;
}

std::size_t parents(const Chapter& chapter) {
  return static_cast<std::size_t>(std::count_if(
      chapter.ingredients.begin(), chapter.ingredients.end(),
      [](const auto& entry) { return entry.second.relationship == Relationship::parent_of; }));
}

void check_parents(const Chapter& chapter, Codes& codes) {
  const std::size_t count = parents(chapter);
  const std::string uri = chapter.manifest.uri();
  if (chapter.manifest.update && count == 0)
    reject(codes, "manifest.update.wrongParents", uri, "an update manifest needs a parent");
  else if (chapter.manifest.update && count > 1)
    reject(codes, "manifest.update.invalid", uri, "an update manifest has one parent");
  else if (count > 1)
    reject(codes, "manifest.multipleParents", uri, "more than one parent");
}

void check_bindings(const History& history, const Chapter& chapter, Codes& codes) {
  const std::size_t count = hard_bindings(chapter.manifest).size();
  const std::string uri = chapter.manifest.uri();
  if (chapter.manifest.update && count > 0)
    reject(codes, "manifest.update.invalid", uri, "an update manifest must not bind content");
  // c2pa-rs asks it only of the manifest that describes this file, and so do we, to agree with it.
  if (&chapter != history.binding()) return;
  if (count == 0) reject(codes, "claim.hardBindings.missing", uri, "no hard binding");
  if (count > 1) reject(codes, "assertion.multipleHardBindings", uri, "several hard bindings");
}

/// Labels of version 2 are URNs (2.5: 9.1); older writers used urn:uuid and vendor prefixes.
void check_label(const Manifest& manifest, Codes& codes) {
  const std::string_view label = manifest.label;
  const bool urn = label.substr(0, 9) == "urn:c2pa:" || label.find("urn:uuid:") != label.npos;
  if (manifest.claim->version >= 2 && !urn)
    reject(codes, "claim.malformed", manifest.uri(), "the manifest's label is no C2PA URN");
}

// ---------------------------------------------------------------------------------------------
// Ingredients

/// One reference from a manifest to an ingredient's manifest.
class IngredientLink {
 public:
  IngredientLink(const History& history, const Chapter& owner, const std::string& label,
                 const Ingredient& ingredient, Codes& codes)
      : history_(history), owner_(owner), ingredient_(ingredient), codes_(codes) {
    uri_ = owner.manifest.assertion_uri(label);
  }

  void check() {
    if (!ingredient_.manifest)
      return inform(codes_, "ingredient.unknownProvenance", uri_, ingredient_.title);
    if (ingredient_.version == 3 && !ingredient_.has_results)
      reject(codes_, kIngredientMalformed, uri_, "an ingredient with a manifest lacks results");
    const Chapter* target = history_.find(ingredient_.manifest_label());
    if (target == nullptr)
      return reject(codes_, "ingredient.manifest.missing", ingredient_.manifest->url,
                    "the store does not hold the ingredient's manifest");
    const std::string& label = target->manifest.label;
    const auto redacted = history_.redactions().lower_bound({label, std::string()});
    if (redacted != history_.redactions().end() && redacted->first == label)
      check_signature_box(target->manifest);
    else
      check_manifest_box(target->manifest);
  }

 private:
  [[nodiscard]] std::optional<Bytes> digest(const Reference& reference, ByteView bytes) {
    const std::string& own = reference.alg;
    const std::string& claims = owner_.manifest.claim ? owner_.manifest.claim->alg : own;
    const std::string& name = own.empty() ? claims : own;
    const auto alg = hash_alg_from_name(name.empty() ? "sha256" : name);
    if (alg) return hash(*alg, bytes);
    reject(codes_, kAlgorithmUnsupported, uri_, "hash algorithm not checked: " + name);
    return std::nullopt;
  }

  void check_manifest_box(const Manifest& target) {
    const Reference& reference = *ingredient_.manifest;
    const auto actual = digest(reference, target.box->payload);
    if (!actual) return;
    if (*actual == reference.hash)
      return succeed(codes_, "ingredient.manifest.validated", reference.url);
    // Before 1.1 the hash was taken over the claim alone.
    if (target.claim && digest(reference, target.claim->bytes) == reference.hash) return;
    reject(codes_, "ingredient.manifest.mismatch", reference.url, "the ingredient was changed");
  }

  /// A redaction changes the manifest's hash; then the signature must still be the same (14.12).
  void check_signature_box(const Manifest& target) {
    if (!target.claim || target.claim->version == 1) return;
    const jumbf::Box* box = target.box->only(kSignatureLabel);
    const std::string uri = target.signature_uri();
    if (!ingredient_.signature || box == nullptr)
      return reject(codes_, "ingredient.claimSignature.missing", uri, "no claimSignature");
    const auto actual = digest(*ingredient_.signature, box->payload);
    if (!actual) return;
    if (*actual == ingredient_.signature->hash)
      inform(codes_, "ingredient.claimSignature.validated", uri, "redacted since");
    else
      reject(codes_, "ingredient.claimSignature.mismatch", uri, "the ingredient was changed");
  }

  const History& history_;
  const Chapter& owner_;
  const Ingredient& ingredient_;
  Codes& codes_;
  std::string uri_;
};

/// Appends what is news.
void append(Codes& to, const Codes& from, const KnownFailures& known) {
  for (const StatusCode& code : from)
    if (code.kind != CodeKind::failure || !known.contains({code.code, code.url}))
      to.push_back(code);
}

}  // namespace

Result<History> History::read(const Limits& limits, const jumbf::Box& store) {
  const auto boxes = manifests_of(store);
  const auto last =
      std::find_if(store.children.rbegin(), store.children.rend(), jumbf::is_manifest);
  if (last == store.children.rend())
    return fail("c2pa.store.unreadable", "the store holds no manifest");
  History history;
  history.stored_ = static_cast<std::size_t>(
      std::count_if(store.children.begin(), store.children.end(), jumbf::is_manifest));
  std::vector<const jumbf::Box*> waiting{&*last};
  while (!waiting.empty()) {
    const jumbf::Box& box = *waiting.back();
    waiting.pop_back();
    if (!history.places_.emplace(box.label, history.chapters_.size()).second) continue;
    history.chapters_.push_back(read_chapter(limits, box));
    Chapter& chapter = history.chapters_.back();
    collect_redactions(chapter.manifest, history.redactions_, chapter.faults);
    // Pushed in reverse, so that the first ingredient comes out first.
    for (auto it = chapter.ingredients.rbegin(); it != chapter.ingredients.rend(); ++it) {
      const auto target = boxes.find(it->second.manifest_label());
      if (target != boxes.end() && target->second != nullptr) waiting.push_back(target->second);
    }
  }
  return history;
}

const Chapter* History::find(const std::string& label) const {
  const auto place = places_.find(label);
  return place == places_.end() ? nullptr : &chapters_[place->second];
}

const Chapter* History::binding() const {
  const Chapter* chapter = &active();
  for (std::size_t steps = 0; steps < chapters_.size() && chapter != nullptr; ++steps) {
    if (!chapter->manifest.update) return chapter;
    const auto parent = std::find_if(
        chapter->ingredients.begin(), chapter->ingredients.end(),
        [](const auto& e) { return e.second.relationship == Relationship::parent_of; });
    chapter =
        parent == chapter->ingredients.end() ? nullptr : find(parent->second.manifest_label());
  }
  return nullptr;
}

Judgement judge(const TrustContext& trust, const History& history, const Chapter& chapter) {
  Judgement judgement;
  const Manifest& manifest = chapter.manifest;
  fill_view(trust.limits, manifest, judgement.view);
  Codes& codes = judgement.structure;
  codes = manifest.faults;
  if (manifest.compressed)
    reject(codes, kManifestCompressed, manifest.uri(), "compressed manifests are not opened");
  if (!manifest.claim) return judgement;
  check_label(manifest, codes);
  check_signature(trust, manifest, judgement.signature, judgement.view.signer);
  check_assertions(manifest, history.redactions(), codes);
  codes.insert(codes.end(), chapter.faults.begin(), chapter.faults.end());
  check_parents(chapter, codes);
  check_bindings(history, chapter, codes);
  check_actions(trust.limits, manifest, chapter.ingredients, codes);
  return judgement;
}

IngredientCodes judge_ingredients(const TrustContext& trust, const History& history) {
  IngredientCodes result;
  KnownFailures known;
  for (const Chapter& chapter : history.chapters()) {
    if (&chapter != &history.active()) {
      Judgement judgement = judge(trust, history, chapter);
      append(result.structure, judgement.structure, known);
      append(result.signature, judgement.signature, known);
      result.views.push_back(std::move(judgement.view));
    }
    Codes links;
    KnownFailures own;
    for (const auto& [label, ingredient] : chapter.ingredients) {
      if (ingredient.relationship == Relationship::input_to) continue;
      IngredientLink(history, chapter, label, ingredient, links).check();
      own.insert(ingredient.known.begin(), ingredient.known.end());
    }
    known.merge(own);
    append(result.structure, links, known);
  }
  return result;
}

}  // namespace signmark::c2pa
