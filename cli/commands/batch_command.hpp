// SPDX-License-Identifier: Apache-2.0
// The verb `batch`, and the verb that its worker processes are started with.
#pragma once

#include "session.hpp"

namespace signmark::cli {

std::unique_ptr<Command> make_batch_command();
std::unique_ptr<Command> make_batch_worker_command();

}  // namespace signmark::cli
