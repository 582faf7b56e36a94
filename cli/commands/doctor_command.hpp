// SPDX-License-Identifier: Apache-2.0
// The verb `doctor`.
#pragma once

#include "session.hpp"

namespace signmark::cli {

std::unique_ptr<Command> make_doctor_command();

}  // namespace signmark::cli
