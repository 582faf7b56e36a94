// SPDX-License-Identifier: Apache-2.0
// The verb `trust`.
#pragma once

#include "session.hpp"

namespace signmark::cli {

std::unique_ptr<Command> make_trust_command();

}  // namespace signmark::cli
