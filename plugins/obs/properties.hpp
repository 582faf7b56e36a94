// SPDX-License-Identifier: Apache-2.0
// Settings of the filter as obs keeps and shows them. They hold names of keys, never a secret: obs
// writes them into the scene collection.
#ifndef SIGNMARK_PLUGINS_OBS_PROPERTIES_HPP_
#define SIGNMARK_PLUGINS_OBS_PROPERTIES_HPP_

#include <obs-module.h>

#include "common/host_marker.hpp"

namespace signmark_obs {

signmark_host::Wish wish_of(obs_data_t* settings);
// Whether pictures that cannot be marked are shown as they are.
bool passes_of(obs_data_t* settings);
void set_defaults(obs_data_t* settings);
// The keys are those of the keyring now; without one the list holds what needs none.
obs_properties_t* make_properties();

}  // namespace signmark_obs

#endif  // SIGNMARK_PLUGINS_OBS_PROPERTIES_HPP_
