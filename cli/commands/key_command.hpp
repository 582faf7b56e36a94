// SPDX-License-Identifier: Apache-2.0
// The verb `key`.
#pragma once

#include "session.hpp"

namespace signmark::cli {

std::unique_ptr<Command> make_key_command();

}  // namespace signmark::cli
