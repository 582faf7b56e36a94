// SPDX-License-Identifier: Apache-2.0
// The verb `inspect`.
#pragma once

#include "session.hpp"

namespace signmark::cli {

std::unique_ptr<Command> make_inspect_command();

}  // namespace signmark::cli
