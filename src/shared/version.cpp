// SPDX-License-Identifier: Apache-2.0
// The version of the library as a whole.
#include "signmark/version.hpp"

namespace signmark {

std::string_view version() { return SIGNMARK_VERSION; }

}  // namespace signmark
