// SPDX-License-Identifier: Apache-2.0
// Hard bindings that signmark writes: c2pa.hash.data and c2pa.hash.bmff.v3 (C2PA 2.5: 16.3).
#pragma once

#include <vector>

#include "c2pa/cbor.hpp"
#include "signmark/base.hpp"

namespace signmark::c2pa {

/// Content of c2pa.hash.data; without exclusions the hash covers the whole file (sidecar).
cbor::Value data_hash_assertion(const std::vector<Range>& exclusions, ByteView digest);

/// SHA-256 over all bytes outside the exclusions, which are ascending and disjoint. Reports the
/// phase "hash". Errors: `c2pa.sign.exclusions` (internal: they are not), `base.cancelled`.
Result<Bytes> hash_data(const Context& context, const Rope& rope,
                        const std::vector<Range>& exclusions);

/// Content of c2pa.hash.bmff.v3 with the mandatory exclusions: the store's box and `/mfra`.
cbor::Value bmff_hash_assertion(ByteView digest);

/// SHA-256 over the offset (64 bit, big-endian) and bytes of every root box that
/// bmff_hash_assertion() does not exclude. Reports the phase "hash".
/// Errors: `c2pa.sign.bmff` (a root box has no valid size), `base.cancelled`.
Result<Bytes> hash_bmff(const Context& context, const Rope& rope);

}  // namespace signmark::c2pa
