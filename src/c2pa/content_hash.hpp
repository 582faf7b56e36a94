// SPDX-License-Identifier: Apache-2.0
// Hard bindings against the bytes of a file (2.5: 16.3, 14.11): c2pa.hash.data, c2pa.hash.bmff of
// all versions. What cannot be checked is `unknown` with an informational code, never a match.
#pragma once

#include "base/hash.hpp"
#include "c2pa/validate_store.hpp"

namespace signmark::c2pa {

/// The file that a manifest claims to describe.
struct Content {
  const Context& context;
  ByteView file;
  const container::Inventory& inventory;
  bool sidecar = false;  ///< the store lies outside the file: nothing is excluded for it
  bool updated = false;  ///< update manifests have made the store longer since the hash was taken
};

/// Whether this assertion is a hard binding of the whole file.
bool is_hard_binding(const Assertion& assertion);

/// The hard bindings that count: created ones, listed ones for claims of version 1.
std::vector<const Assertion*> hard_bindings(const Manifest& manifest);

/// Checks the only hard binding of a standard manifest. Errors: `base.cancelled`.
Result<Answer> check_content(const Content& content, const Manifest& manifest, Codes& codes);

// ---------------------------------------------------------------------------------------------
// Parts, for the kinds of bindings

/// A stretch of bytes; with_offset puts its position (64 bit, big-endian) in front.
struct HashPart {
  Range range;
  bool with_offset = false;
};

/// Hash over parts of a file. Reports the phase "hash". Errors: `base.cancelled`.
Result<Bytes> hash_parts(const Context& context, ByteView file, HashAlg alg,
                         const std::vector<HashPart>& parts);

/// What `excluded` (ascending, disjoint, inside) leaves of `whole`.
std::vector<Range> remainder(Range whole, const std::vector<Range>& excluded);

/// What all bindings have in common: `hash`, `alg` and where codes point to.
struct Binding {
  const cbor::Value& value;
  const Bytes* digest;  ///< nullptr: without a hash over the whole file
  HashAlg alg;
  std::string url;
};

/// c2pa.hash.data.
Result<Answer> check_data_hash(const Content& content, const Binding& binding, Codes& codes);

/// c2pa.hash.bmff of version 2 or 3, which bind positions: with a hash over the file, over
/// fragments
/// (`merkle` alone), or over the file and the media (both).
Result<Answer> check_bmff_hash(const Content& content, const Binding& binding, Codes& codes);

/// Ends a check whose digest was computed: match, mismatch, or unknown for a file that was cut off.
/// `kind` is "dataHash", "bmffHash".
Answer conclude(const Content& content, const Binding& binding, std::string_view kind, bool matches,
                Codes& codes);

/// Notes that a binding could not be checked.
Answer not_checked(const std::string& url, std::string why, Codes& codes);

}  // namespace signmark::c2pa
