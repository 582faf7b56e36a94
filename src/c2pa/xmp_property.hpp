// SPDX-License-Identifier: Apache-2.0
// Finds the few XMP properties that concern manifests.
#pragma once

#include <optional>
#include <string>

#include "signmark/base.hpp"

namespace signmark::c2pa {

// Both read a property given as attribute or element of a description. Nothing when the packet
// cannot be read or has none, or one that is longer than 2048 bytes or not printable.

/// xmpMM:InstanceID, which a claim must repeat (C2PA 2.5: 10.2).
std::optional<std::string> xmp_instance_id(ByteView packet);

/// dcterms:provenance when it is an address on the web: where a manifest is kept (11.4).
std::optional<std::string> xmp_remote_manifest(ByteView packet);

}  // namespace signmark::c2pa
