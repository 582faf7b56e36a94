// SPDX-License-Identifier: Apache-2.0
// Which verbs a run declares.
#pragma once

#include <string_view>

#include "session.hpp"

namespace signmark::cli {

/// The verb that the first word names, since declaring all of them costs a millisecond; else all.
std::vector<std::unique_ptr<Command>> commands_for(std::string_view first_word);

}  // namespace signmark::cli
