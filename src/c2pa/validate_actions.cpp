// SPDX-License-Identifier: Apache-2.0
// Rules about actions assertions, for claims of version 2.
#include "c2pa/validate_actions.hpp"

#include <algorithm>

#include "c2pa/labels.hpp"

namespace signmark::c2pa {
namespace {

using cbor::Value;

constexpr std::string_view kIngredientMismatch = "assertion.action.ingredientMismatch";
constexpr std::string_view kRedactionMismatch = "assertion.action.redactionMismatch";

/// What an update manifest may do (2.5: 11.2.3).
constexpr std::array<std::string_view, 4> kUpdateActions{"c2pa.edited.metadata", "c2pa.opened",
                                                         "c2pa.published", "c2pa.redacted"};

const std::string* text_of(const Value& map, std::string_view key) {
  const Value* value = map.find(key);
  return value ? value->as_text() : nullptr;
}

bool is_beginning(std::string_view action) {
  return action == "c2pa.created" || action == "c2pa.opened";
}

class ActionRules {
 public:
  ActionRules(const Limits& limits, const Manifest& manifest, const Ingredients& ingredients,
              Codes& codes)
      : limits_(limits), manifest_(manifest), ingredients_(ingredients), codes_(codes) {}

  void check() {
    for (const Assertion* assertion : in_order()) check_assertion(*assertion);
    if (!begun_ && !manifest_.update && manifest_.claim->version >= 2)
      reject(codes_, kActionMalformed, manifest_.uri(),
             "the first action is neither c2pa.created nor c2pa.opened");
  }

 private:
  /// The listed actions assertions in the claim's order: created before gathered (16.4.2).
  [[nodiscard]] std::vector<const Assertion*> in_order() const {
    std::vector<const Assertion*> found;
    for (const auto* list : {&manifest_.claim->created, &manifest_.claim->gathered})
      for (const Reference& reference : *list) {
        const Assertion* assertion = manifest_.find(assertion_label(manifest_, reference.url));
        if (assertion != nullptr && assertion->is(kActionsV1Label)) found.push_back(assertion);
      }
    return found;
  }

  void malformed(std::string why) {
    reject(codes_, kActionMalformed, manifest_.assertion_uri(label_), std::move(why));
  }

  void check_assertion(const Assertion& assertion) {
    label_ = assertion.label;
    if (count_++ > 0 && manifest_.claim->version == 1)
      malformed("a claim of version 1 may have one actions assertion");
    const auto value = decode_assertion(limits_, assertion);
    if (!value)
      return reject(codes_, "assertion.cbor.invalid", manifest_.assertion_uri(label_),
                    value.error().message);
    if (manifest_.claim->version == 1) return;
    const Value* actions = value->find("actions");
    const auto* list = actions ? actions->as_array() : nullptr;
    if (list == nullptr || list->empty()) return malformed("there is no list of actions");
    for (std::size_t i = 0; i < list->size(); ++i) check_action((*list)[i], count_ == 1 && i == 0);
  }

  void check_action(const Value& action, bool first) {
    const std::string* name = text_of(action, "action");
    if (name == nullptr || name->empty()) return malformed("an action has no name");
    if (is_beginning(*name)) {
      if (first)
        begun_ = true;
      else
        malformed(*name + " is not the first action");
    }
    if (manifest_.update &&
        std::find(kUpdateActions.begin(), kUpdateActions.end(), *name) == kUpdateActions.end())
      reject(codes_, "manifest.update.invalid", manifest_.uri(),
             "an update manifest must not contain " + *name);
    check_by_name(action, *name);
  }

  void check_by_name(const Value& action, const std::string& name) {
    if (name == "c2pa.created") {
      const std::string* type = text_of(action, "digitalSourceType");
      if (type == nullptr || type->empty()) malformed("c2pa.created lacks digitalSourceType");
    } else if (name == "c2pa.opened") {
      check_ingredients(action, name, Relationship::parent_of, true);
    } else if (name == "c2pa.placed" || name == "c2pa.removed") {
      check_ingredients(action, name, Relationship::component_of, true);
    } else if (name == "c2pa.transcoded" || name == "c2pa.repackaged") {
      check_ingredients(action, name, Relationship::parent_of, false);
    } else if (name == "c2pa.redacted") {
      const Value* parameters = action.find("parameters");
      if (parameters == nullptr || text_of(*parameters, "redacted") == nullptr)
        reject(codes_, kRedactionMismatch, manifest_.assertion_uri(label_),
               "c2pa.redacted does not say what was redacted");
    }
  }

  /// URLs in `ingredients` (version 2) or `ingredient` (version 1); nothing when there are none.
  static std::vector<std::string> ingredient_urls(const Value* parameters) {
    std::vector<std::string> urls;
    if (parameters == nullptr) return urls;
    const auto add = [&](const Value& reference) {
      if (const std::string* url = text_of(reference, "url")) urls.push_back(*url);
    };
    if (const Value* one = parameters->find("ingredient")) add(*one);
    const Value* several = parameters->find("ingredients");
    if (several != nullptr && several->as_array() != nullptr)
      for (const Value& reference : *several->as_array()) add(reference);
    return urls;
  }

  void check_ingredients(const Value& action, const std::string& name, Relationship wanted,
                         bool required) {
    const std::vector<std::string> urls = ingredient_urls(action.find("parameters"));
    if (urls.empty() && !required) return;
    const bool found = std::any_of(urls.begin(), urls.end(), [&](const std::string& url) {
      const auto ingredient = ingredients_.find(assertion_label(manifest_, url));
      return ingredient != ingredients_.end() && ingredient->second.relationship == wanted;
    });
    if (found) return;
    reject(codes_, kIngredientMismatch, manifest_.assertion_uri(label_),
           name + " names no ingredient with the right relationship");
  }

  const Limits& limits_;
  const Manifest& manifest_;
  const Ingredients& ingredients_;
  Codes& codes_;
  std::string label_;
  std::size_t count_ = 0;
  bool begun_ = false;
};

}  // namespace

void check_actions(const Limits& limits, const Manifest& manifest, const Ingredients& ingredients,
                   Codes& codes) {
  ActionRules(limits, manifest, ingredients, codes).check();
}

}  // namespace signmark::c2pa
