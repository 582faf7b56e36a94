// SPDX-License-Identifier: Apache-2.0
// Finds the XMP instance id that a claim must repeat (C2PA 2.5: 10.2).
#pragma once

#include <optional>
#include <string>

#include "signmark/base.hpp"

namespace signmark::c2pa {

/// xmpMM:InstanceID of a packet, as attribute or element of a description; nothing when the packet
/// cannot be read, has none, or has one that is longer than 256 bytes or not printable.
std::optional<std::string> xmp_instance_id(ByteView packet);

}  // namespace signmark::c2pa
