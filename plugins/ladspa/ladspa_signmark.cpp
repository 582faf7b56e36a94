// SPDX-License-Identifier: Apache-2.0
// The LADSPA plugins signmark_embed (one channel) and signmark_embed_stereo.
#include <ladspa.h>

#include <exception>

#include "common/live_sound.hpp"

namespace {

using signmark_host::LiveSound;

constexpr LADSPA_PortDescriptor kAudioIn = LADSPA_PORT_INPUT | LADSPA_PORT_AUDIO;
constexpr LADSPA_PortDescriptor kAudioOut = LADSPA_PORT_OUTPUT | LADSPA_PORT_AUDIO;
constexpr LADSPA_PortDescriptor kControlIn = LADSPA_PORT_INPUT | LADSPA_PORT_CONTROL;
constexpr LADSPA_PortDescriptor kControlOut = LADSPA_PORT_OUTPUT | LADSPA_PORT_CONTROL;
// From 0 to 1; "low" between them is 0.25.
constexpr LADSPA_PortRangeHint kStrength{
    LADSPA_HINT_BOUNDED_BELOW | LADSPA_HINT_BOUNDED_ABOVE | LADSPA_HINT_DEFAULT_LOW, 0, 1};

// What a plugin is; each has `channels` inputs, as many outputs, strength and latency. The hosts
// know the last port by its name.
struct Mono {
  static constexpr unsigned long kId = 5459201;  // our choice; nobody keeps a list
  static constexpr int kChannels = 1;
  static constexpr const char* kLabel = "signmark_embed";
  static constexpr const char* kWho = "ladspa.signmark_embed";
  static constexpr const char* kName = "signmark: mark of AI-generated media, one channel";
  static constexpr LADSPA_PortDescriptor kPorts[] = {kAudioIn, kAudioOut, kControlIn, kControlOut};
  static constexpr const char* kPortNames[] = {"Input", "Output", "Strength", "latency"};
  static constexpr LADSPA_PortRangeHint kHints[] = {{}, {}, kStrength, {}};
};
struct Stereo {
  static constexpr unsigned long kId = 5459202;
  static constexpr int kChannels = 2;
  static constexpr const char* kLabel = "signmark_embed_stereo";
  static constexpr const char* kWho = "ladspa.signmark_embed_stereo";
  static constexpr const char* kName = "signmark: mark of AI-generated media, stereo";
  static constexpr LADSPA_PortDescriptor kPorts[] = {kAudioIn,  kAudioIn,   kAudioOut,
                                                     kAudioOut, kControlIn, kControlOut};
  static constexpr const char* kPortNames[] = {"Input left",   "Input right", "Output left",
                                               "Output right", "Strength",    "latency"};
  static constexpr LADSPA_PortRangeHint kHints[] = {{}, {}, {}, {}, kStrength, {}};
};

// Never null for want of a key: ffmpeg takes that for a plugin and crashes. What cannot mark is
// silent instead.
template <typename Plugin>
LADSPA_Handle instantiate(const LADSPA_Descriptor* /*descriptor*/, unsigned long rate) {
  try {
    auto sound =
        std::make_unique<LiveSound>(Plugin::kWho, static_cast<int>(rate), Plugin::kChannels);
    sound->open();
    return sound.release();
  } catch (const std::exception&) {  // no memory
    return nullptr;
  }
}

void connect(LADSPA_Handle handle, unsigned long port, LADSPA_Data* data) {
  static_cast<LiveSound*>(handle)->connect(port, data);
}

void activate(LADSPA_Handle handle) { static_cast<LiveSound*>(handle)->restart(); }

void run(LADSPA_Handle handle, unsigned long samples) {
  static_cast<LiveSound*>(handle)->run(samples);
}

void cleanup(LADSPA_Handle handle) { delete static_cast<LiveSound*>(handle); }

template <typename Plugin>
LADSPA_Descriptor describe() {
  LADSPA_Descriptor descriptor{};
  descriptor.UniqueID = Plugin::kId;
  descriptor.Label = Plugin::kLabel;
  descriptor.Name = Plugin::kName;
  descriptor.Maker = "signmark";
  descriptor.Copyright = "Apache-2.0";
  descriptor.PortCount = std::size(Plugin::kPorts);
  descriptor.PortDescriptors = Plugin::kPorts;
  descriptor.PortNames = Plugin::kPortNames;
  descriptor.PortRangeHints = Plugin::kHints;
  descriptor.instantiate = instantiate<Plugin>;
  descriptor.connect_port = connect;
  descriptor.activate = activate;
  descriptor.run = run;
  descriptor.cleanup = cleanup;
  return descriptor;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) const LADSPA_Descriptor* ladspa_descriptor(
    unsigned long index) {
  static const LADSPA_Descriptor mono = describe<Mono>(), stereo = describe<Stereo>();
  if (index == 0) return &mono;
  return index == 1 ? &stereo : nullptr;
}
