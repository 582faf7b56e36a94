// SPDX-License-Identifier: Apache-2.0
// One row of the filter's page a setting.
#include "properties.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace signmark_obs {
namespace {

using signmark_host::Context;
using signmark_host::Wish;

constexpr const char* kKey = "key";
constexpr const char* kCarrier = "carrier";
constexpr const char* kContentId = "content-id";
constexpr const char* kStrength = "strength";
constexpr const char* kLabel = "label";
constexpr const char* kLabelText = "label-text";
constexpr const char* kCorner = "label-corner";
constexpr const char* kOnError = "on-error";
constexpr const char* kPass = "pass";
constexpr const char* kCorners[] = {"bottom-right", "bottom-left", "top-right",
                                    "top-left",     "bottom",      "top"};

struct KeysFreer {
  void operator()(smk_key_list* list) const { smk_key_list_free(list); }
};

// Keys of one role, by id: labels are not unique.
void add_keys(obs_property_t* list, const smk_context* context, smk_role role) {
  smk_key_list* raw = nullptr;
  if (smk_keys_list(context, &raw, nullptr) != SMK_OK) return;
  const std::unique_ptr<smk_key_list, KeysFreer> keys(raw);
  for (std::size_t i = 0; i < smk_key_list_size(raw); ++i) {
    const smk_key* key = smk_key_list_at(raw, i);
    if (smk_key_role(key) != role) continue;
    std::string shown = smk_key_label(key);
    shown += shown.empty() ? "" : ", ";
    shown += smk_key_id(key);
    if (std::string(smk_key_state(key)) != "usable")
      shown += std::string(", ") + smk_key_state(key);
    obs_property_list_add_string(list, shown.c_str(), smk_key_id(key));
  }
}

obs_property_t* add_list(obs_properties_t* page, const char* name, const char* text) {
  return obs_properties_add_list(page, name, obs_module_text(text), OBS_COMBO_TYPE_LIST,
                                 OBS_COMBO_FORMAT_STRING);
}

void add_choice(obs_property_t* list, const char* text, const char* value) {
  obs_property_list_add_string(list, obs_module_text(text), value);
}

void add_key_lists(obs_properties_t* page) {
  smk_context* raw = nullptr;
  smk_context_new(&raw, nullptr);
  const Context context(raw);
  obs_property_t* keys = add_list(page, kKey, "Key");
  add_choice(keys, "Key.Newest", "");
  add_choice(keys, "Key.None", "none");
  if (raw != nullptr) add_keys(keys, raw, SMK_ROLE_SIGNING);
  obs_property_t* carriers = add_list(page, kCarrier, "Carrier");
  add_choice(carriers, "Carrier.Public", "public");
  add_choice(carriers, "Carrier.Both", "both");
  if (raw != nullptr) add_keys(carriers, raw, SMK_ROLE_CARRIER);
}

}  // namespace

Wish wish_of(obs_data_t* settings) {
  Wish wish;
  wish.key = obs_data_get_string(settings, kKey);
  wish.carrier = obs_data_get_string(settings, kCarrier);
  wish.content_id = obs_data_get_string(settings, kContentId);
  wish.strength = obs_data_get_double(settings, kStrength);
  wish.label = obs_data_get_bool(settings, kLabel);
  wish.label_text = obs_data_get_string(settings, kLabelText);
  wish.corner = obs_data_get_string(settings, kCorner);
  return wish;
}

bool passes_of(obs_data_t* settings) {
  return std::string_view(obs_data_get_string(settings, kOnError)) == kPass;
}

void set_defaults(obs_data_t* settings) {
  obs_data_set_default_string(settings, kCarrier, "public");
  obs_data_set_default_double(settings, kStrength, Wish().strength);
  obs_data_set_default_string(settings, kCorner, kCorners[0]);
  obs_data_set_default_string(settings, kOnError, "slate");
}

obs_properties_t* make_properties() {
  obs_properties_t* page = obs_properties_create();
  add_key_lists(page);
  obs_properties_add_text(page, kContentId, obs_module_text("ContentId"), OBS_TEXT_DEFAULT);
  obs_properties_add_float_slider(page, kStrength, obs_module_text("Strength"), 0, 1, 0.01);
  obs_properties_add_bool(page, kLabel, obs_module_text("Label"));
  obs_properties_add_text(page, kLabelText, obs_module_text("LabelText"), OBS_TEXT_DEFAULT);
  obs_property_t* corners = add_list(page, kCorner, "Corner");
  for (const char* corner : kCorners)
    add_choice(corners, (std::string("Corner.") + corner).c_str(), corner);
  obs_property_t* errors = add_list(page, kOnError, "OnError");
  add_choice(errors, "OnError.Slate", "slate");
  add_choice(errors, "OnError.Pass", kPass);
  return page;
}

}  // namespace signmark_obs
