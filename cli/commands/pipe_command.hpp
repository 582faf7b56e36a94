// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "session.hpp"

namespace signmark::cli {

/// `signmark pipe`.
std::unique_ptr<Command> make_pipe_command();

}  // namespace signmark::cli
