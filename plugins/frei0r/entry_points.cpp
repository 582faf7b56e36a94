// SPDX-License-Identifier: Apache-2.0
// The functions that frei0r hosts call, and what all instances have.
#include <dlfcn.h>

#include <cstring>
#include <exception>

#include "instance.hpp"

namespace signmark_frei0r {

Instance::Instance(const std::vector<Parameter>& parameters, unsigned width, unsigned height)
    : width_(static_cast<int>(width)), height_(static_cast<int>(height)), values_(parameters) {}

void Instance::set(int index, f0r_param_t value) {
  const std::lock_guard lock(mutex_);
  values_.set(index, value);
}

void Instance::get(int index, f0r_param_t value) {
  const std::lock_guard lock(mutex_);
  values_.get(index, value);
}

smk_film Instance::film() const {
  smk_film film{};
  film.struct_size = sizeof film;
  film.layout = SMK_LAYOUT_RGBA;
  film.width = width_;
  film.height = height_;
  film.bits = 8;
  film.full_range = 1;
  return film;
}

std::size_t Instance::bytes() const {
  return static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_) * 4;
}

std::string Instance::problem() const {
  const std::string width = std::to_string(width_), wider = std::to_string((width_ + 15) / 16 * 16);
  if (padded_)
    return "ffmpeg pads rows of " + width +
           " pixels without telling (frei0r.width); put pad=" + wider +
           ":ih before the filter and crop=" + width + ":ih:0:0 behind it";
  return values_.problem();
}

void Instance::update(double time, const uint32_t* in, uint32_t* out) {
  const std::lock_guard lock(mutex_);
  if (in != out) std::memcpy(out, in, bytes());
  handle({{out, nullptr, nullptr}, {std::ptrdiff_t{4} * width_, 0, 0}}, clock_.seconds(time));
}

namespace {

bool is_in_libavfilter(const void* code) {
  Dl_info info{};
  return dladdr(code, &info) != 0 && info.dli_fname != nullptr &&
         std::strstr(info.dli_fname, "libavfilter") != nullptr;
}

}  // namespace
}  // namespace signmark_frei0r

using signmark_frei0r::Instance;
using signmark_frei0r::plugin;

// Hosts call these once for each filter, GStreamer and MLT the second one never, and MLT ignores
// what the first one says: nothing hangs on them.
extern "C" int f0r_init() { return 1; }
extern "C" void f0r_deinit() {}

extern "C" void f0r_get_plugin_info(f0r_plugin_info_t* info) {
  info->name = plugin().name;
  info->author = "signmark";
  info->plugin_type = F0R_PLUGIN_TYPE_FILTER;
  info->color_model = F0R_COLOR_MODEL_RGBA8888;
  info->frei0r_version = FREI0R_MAJOR_VERSION;
  info->major_version = plugin().major;
  info->minor_version = plugin().minor;
  info->num_params = static_cast<int>(plugin().parameters.size());
  info->explanation = plugin().explanation;
}

extern "C" void f0r_get_param_info(f0r_param_info_t* info, int index) {
  signmark_frei0r::describe(plugin().parameters, index, info);
}

extern "C" f0r_instance_t f0r_construct(unsigned width, unsigned height) {
  try {
    auto instance = plugin().make(width, height);
    if (signmark_frei0r::is_in_libavfilter(__builtin_return_address(0))) instance->set_pads_rows();
    return instance.release();
  } catch (const std::exception&) {
    return nullptr;
  }
}

extern "C" void f0r_destruct(f0r_instance_t instance) { delete static_cast<Instance*>(instance); }

extern "C" void f0r_set_param_value(f0r_instance_t instance, f0r_param_t value, int index) {
  try {
    static_cast<Instance*>(instance)->set(index, value);
  } catch (const std::exception&) {  // no memory for a name: the old one stays
  }
}

extern "C" void f0r_get_param_value(f0r_instance_t instance, f0r_param_t value, int index) {
  static_cast<Instance*>(instance)->get(index, value);
}

extern "C" void f0r_update(f0r_instance_t instance, double time, const uint32_t* in,
                           uint32_t* out) {
  static_cast<Instance*>(instance)->update(time, in, out);
}
