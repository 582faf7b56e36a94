// SPDX-License-Identifier: Apache-2.0
// The LV2 plugins urn:signmark:embed, urn:signmark:embed-mono and urn:signmark:detect.
#include <lv2/core/lv2.h>

#include <algorithm>
#include <exception>

#include "common/live_sound.hpp"
#include "sound_watch.hpp"

namespace {

using signmark_host::LiveSound;
using signmark_lv2::SoundWatch;

// The ports are numbered as in signmark.ttl.
class Detect {
 public:
  explicit Detect(double rate)
      : watch_(static_cast<int>(rate), signmark_host::wish_from_environment().carrier) {}

  void connect(unsigned long port, float* data) {
    if (port < ports_.size()) ports_[port] = data;
  }
  void run(std::size_t samples) noexcept {
    watch_.take(ports_.data(), samples);
    for (std::size_t c = 0; c < 2; ++c)
      if (ports_[c] != ports_[c + 2]) std::copy_n(ports_[c], samples, ports_[c + 2]);
    if (ports_[4] != nullptr) *ports_[4] = static_cast<float>(watch_.verdict());
  }
  void restart() noexcept {}
  void stop() noexcept { watch_.finish(); }

 private:
  SoundWatch watch_;
  std::array<float*, 5> ports_{};  // in left, in right, out left, out right, verdict
};

class Embed : public LiveSound {
 public:
  using LiveSound::LiveSound;
  void stop() noexcept {}
};

template <int Channels>
LV2_Handle make_embed(double rate, const char* who) {
  auto sound = std::make_unique<Embed>(who, static_cast<int>(rate), Channels);
  return sound->open() ? sound.release() : nullptr;
}

// NULL tells the host that there is no such plugin today: it hands on nothing.
LV2_Handle instantiate_embed(const LV2_Descriptor* descriptor, double rate, const char* /*bundle*/,
                             const LV2_Feature* const* /*features*/) {
  try {
    return descriptor->URI == std::string_view("urn:signmark:embed")
               ? make_embed<2>(rate, "lv2 urn:signmark:embed")
               : make_embed<1>(rate, "lv2 urn:signmark:embed-mono");
  } catch (const std::exception&) {  // no memory
    return nullptr;
  }
}

LV2_Handle instantiate_detect(const LV2_Descriptor* /*descriptor*/, double rate,
                              const char* /*bundle*/, const LV2_Feature* const* /*features*/) {
  try {
    return new Detect(rate);
  } catch (const std::exception&) {
    return nullptr;
  }
}

template <typename Plugin>
LV2_Descriptor describe(const char* uri, decltype(LV2_Descriptor::instantiate) instantiate) {
  LV2_Descriptor descriptor{};
  descriptor.URI = uri;
  descriptor.instantiate = instantiate;
  descriptor.connect_port = [](LV2_Handle handle, uint32_t port, void* data) {
    static_cast<Plugin*>(handle)->connect(port, static_cast<float*>(data));
  };
  descriptor.activate = [](LV2_Handle handle) { static_cast<Plugin*>(handle)->restart(); };
  descriptor.run = [](LV2_Handle handle, uint32_t samples) {
    static_cast<Plugin*>(handle)->run(samples);
  };
  descriptor.deactivate = [](LV2_Handle handle) { static_cast<Plugin*>(handle)->stop(); };
  descriptor.cleanup = [](LV2_Handle handle) { delete static_cast<Plugin*>(handle); };
  return descriptor;
}

}  // namespace

LV2_SYMBOL_EXPORT const LV2_Descriptor* lv2_descriptor(uint32_t index) {
  static const std::array<LV2_Descriptor, 3> plugins{
      describe<Embed>("urn:signmark:embed", instantiate_embed),
      describe<Embed>("urn:signmark:embed-mono", instantiate_embed),
      describe<Detect>("urn:signmark:detect", instantiate_detect)};
  return index < plugins.size() ? &plugins[index] : nullptr;
}
