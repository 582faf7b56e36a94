// SPDX-License-Identifier: Apache-2.0
// Asks the person at the screen what to lay into the picture.
#ifndef SIGNMARK_PLUGINS_GIMP_GIMP_DIALOG_HPP_
#define SIGNMARK_PLUGINS_GIMP_GIMP_DIALOG_HPP_

#include "pictures/picture_job.hpp"

namespace signmark_gimp {

// Shows `wish` and changes it as the person says; false when the person cancelled.
bool ask(signmark_pictures::Wish& wish);

}  // namespace signmark_gimp

#endif  // SIGNMARK_PLUGINS_GIMP_GIMP_DIALOG_HPP_
