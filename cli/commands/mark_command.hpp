// SPDX-License-Identifier: Apache-2.0
// The verb `mark`.
#pragma once

#include "session.hpp"

namespace signmark::cli {

std::unique_ptr<Command> make_mark_command();

}  // namespace signmark::cli
