// SPDX-License-Identifier: Apache-2.0
// Just enough JUMBF (ISO/IEC 19566-5) to tell a C2PA manifest store from other boxes.
#pragma once

#include "container/handler.hpp"

namespace signmark::container {

/// Whether the bytes begin with a `jumb` box whose description box carries the UUID of a C2PA store
/// (C2PA 2.5, 11.1.4.2). The lengths are not judged: that is the validator's business.
bool is_c2pa_store(ByteView data);

}  // namespace signmark::container
