// SPDX-License-Identifier: Apache-2.0
// Assertions of one manifest against its claim.
#include "c2pa/validate_assertions.hpp"

#include <algorithm>

#include "base/hash.hpp"

namespace signmark::c2pa {
namespace {

/// What is left of a redacted assertion may only be zeros (2.5: 6.8).
bool is_blank(const jumbf::Box& box) {
  return std::all_of(box.children.begin(), box.children.end(), [](const jumbf::Box& child) {
    return !child.super() &&
           std::all_of(child.payload.begin(), child.payload.end(), [](Byte b) { return b == 0; });
  });
}

class AssertionRules {
 public:
  AssertionRules(const Manifest& manifest, const Redactions& redactions, Codes& codes)
      : manifest_(manifest), redactions_(redactions), codes_(codes) {}

  void check() {
    for (const auto* list : {&manifest_.claim->created, &manifest_.claim->gathered})
      for (const Reference& reference : *list) check_reference(reference);
    for (const Assertion& assertion : manifest_.assertions)
      if (!assertion.listed && !redacted(assertion.label))
        reject(codes_, "assertion.undeclared", manifest_.assertion_uri(assertion.label),
               "the claim does not list this assertion");
  }

 private:
  [[nodiscard]] bool redacted(const std::string& label) const {
    return redactions_.contains({manifest_.label, label});
  }

  /// Label of a reference, or empty after its fault has been noted.
  std::string label_of(const Reference& reference) {
    std::string label = assertion_label(manifest_, reference.url);
    if (!label.empty()) return label;
    const auto uri = jumbf::parse_uri(reference.url);
    const bool elsewhere = uri && !uri->manifest.empty() && uri->manifest != manifest_.label;
    reject(codes_, elsewhere ? "assertion.outsideManifest" : "assertion.missing", reference.url,
           elsewhere ? "the claim lists an assertion of another manifest"
                     : "the claim lists something that is no assertion");
    return label;
  }

  void check_reference(const Reference& reference) {
    const std::string label = label_of(reference);
    if (label.empty()) return;
    const std::string uri = manifest_.assertion_uri(label);
    const Assertion* assertion = manifest_.find(label);
    if (redacted(label)) {
      if (assertion != nullptr && !is_blank(*assertion->box))
        reject(codes_, "assertion.notRedacted", uri, "a redacted assertion is still there");
      return;
    }
    if (assertion == nullptr)
      return reject(codes_, "assertion.missing", uri, "no assertion, or several, have this label");
    check_hash(reference, *assertion->box, uri);
  }

  void check_hash(const Reference& reference, const jumbf::Box& box, const std::string& uri) {
    const std::string& name = reference.alg.empty() ? manifest_.claim->alg : reference.alg;
    const auto alg = hash_alg_from_name(name.empty() ? "sha256" : name);
    if (!alg)
      return reject(codes_, kAlgorithmUnsupported, uri, "hash algorithm not checked: " + name);
    if (hash(*alg, box.payload) == reference.hash)
      succeed(codes_, "assertion.hashedURI.match", uri);
    else
      reject(codes_, "assertion.hashedURI.mismatch", uri, "the assertion was changed");
  }

  const Manifest& manifest_;
  const Redactions& redactions_;
  Codes& codes_;
};

}  // namespace

void collect_redactions(const Manifest& manifest, Redactions& redactions, Codes& codes) {
  if (!manifest.claim) return;
  for (const std::string& url : manifest.claim->redacted) {
    const auto uri = jumbf::parse_uri(url);
    if (!uri || uri->manifest.empty() || uri->path.empty()) continue;
    const std::string base = base_label(uri->leaf());
    if (uri->manifest == manifest.label)
      reject(codes, "assertion.selfRedacted", url, "a manifest redacts its own assertion");
    else if (base.substr(0, kActionsV1Label.size()) == kActionsV1Label)
      reject(codes, "assertion.action.redacted", url, "actions must not be redacted");
    else if (base.substr(0, 10) == "c2pa.hash.")
      reject(codes, "assertion.dataHash.redacted", url, "hard bindings must not be redacted");
    else
      redactions.emplace(uri->manifest, uri->leaf());
  }
}

void check_assertions(const Manifest& manifest, const Redactions& redactions, Codes& codes) {
  AssertionRules(manifest, redactions, codes).check();
}

}  // namespace signmark::c2pa
