// SPDX-License-Identifier: Apache-2.0
// `signmark help` and `signmark completion`: the program about itself.
#pragma once

#include "session.hpp"

namespace signmark::cli {

/// `signmark help [VERB…]`: the same text as `signmark VERB… --help`.
std::unique_ptr<Command> make_help_command();

/// `signmark completion bash`: a script for the shell, made from the declared flags themselves.
std::unique_ptr<Command> make_completion_command();

}  // namespace signmark::cli
