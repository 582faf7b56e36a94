// SPDX-License-Identifier: Apache-2.0
// How reliable each place of a polar code is.
#pragma once

#include <vector>

namespace signmark::signal {

/// The `count` most reliable places of a polar code of this length, the least reliable of them
/// first; the same on every machine.
std::vector<int> reliable_places(int length, int count);

}  // namespace signmark::signal
