// SPDX-License-Identifier: Apache-2.0
// A profile that cannot find its own mark must not be used.
#pragma once

#include "generation/rule.hpp"

namespace signmark::generation {

/// Marks choices among equals until a detector would see it.
/// Errors: `generation.self-test`.
Status self_test(const Rule& rule, const Profile& profile);

}  // namespace signmark::generation
