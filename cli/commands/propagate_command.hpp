// SPDX-License-Identifier: Apache-2.0
// The verb `propagate`.
#pragma once

#include "session.hpp"

namespace signmark::cli {

std::unique_ptr<Command> make_propagate_command();

}  // namespace signmark::cli
