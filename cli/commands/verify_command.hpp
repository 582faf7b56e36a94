// SPDX-License-Identifier: Apache-2.0
// The verb `verify`.
#pragma once

#include "session.hpp"

namespace signmark::cli {

std::unique_ptr<Command> make_verify_command();

}  // namespace signmark::cli
