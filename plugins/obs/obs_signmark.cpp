// SPDX-License-Identifier: Apache-2.0
// The module: what obs-studio loads, and the functions of the filter's type.
#include <exception>

#include "mark_filter.hpp"
#include "properties.hpp"

using signmark_obs::MarkFilter;

OBS_DECLARE_MODULE()
OBS_MODULE_USE_DEFAULT_LOCALE("signmark", "en-US")

namespace {

const char* name(void* /*type*/) { return obs_module_text("Name"); }

void* create(obs_data_t* settings, obs_source_t* source) {
  try {
    return new MarkFilter(settings, source);
  } catch (const std::exception&) {
    return nullptr;
  }
}

void destroy(void* filter) { delete static_cast<MarkFilter*>(filter); }

void update(void* filter, obs_data_t* settings) {
  static_cast<MarkFilter*>(filter)->update(settings);
}

void tick(void* filter, float /*seconds*/) { static_cast<MarkFilter*>(filter)->tick(); }

void render(void* filter, gs_effect_t* /*effect*/) { static_cast<MarkFilter*>(filter)->render(); }

obs_properties_t* properties(void* /*filter*/) { return signmark_obs::make_properties(); }

// Marks have 8 bits: sources with a wider range are asked for a picture of the usual one.
gs_color_space space(void* /*filter*/, std::size_t /*count*/, const gs_color_space* /*preferred*/) {
  return GS_CS_SRGB;
}

obs_source_info filter_type() {
  obs_source_info type{};
  type.id = "signmark_embed";
  type.type = OBS_SOURCE_TYPE_FILTER;
  type.output_flags = OBS_SOURCE_VIDEO | OBS_SOURCE_SRGB;
  type.get_name = name;
  type.create = create;
  type.destroy = destroy;
  type.update = update;
  type.get_defaults = signmark_obs::set_defaults;
  type.get_properties = properties;
  type.video_tick = tick;
  type.video_render = render;
  type.video_get_color_space = space;
  return type;
}

}  // namespace

const char* obs_module_name() { return "signmark"; }

const char* obs_module_description() { return "Marks AI-generated pictures"; }

bool obs_module_load() {
  if (smk_abi_version() != SMK_ABI_VERSION) {
    blog(LOG_ERROR, "[signmark] libsignmark.so has another interface version");
    return false;
  }
  const obs_source_info type = filter_type();
  obs_register_source(&type);
  return true;
}
