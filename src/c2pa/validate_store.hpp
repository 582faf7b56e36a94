// SPDX-License-Identifier: Apache-2.0
// The parts of a manifest store as the validator needs them: manifests, claims, assertions, found
// in the raw boxes, with the deprecated shapes of older writers made equal to today's.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "c2pa/cbor.hpp"
#include "c2pa/jumbf.hpp"
#include "c2pa/report.hpp"

namespace signmark::c2pa {

/// `{url, hash, ?alg}` (2.5: 9.4.2.3).
struct Reference {
  std::string url;
  Bytes hash;
  std::string alg;  ///< empty: the claim's
};

/// Nothing when the value is none.
std::optional<Reference> read_reference(const cbor::Value& value);

/// A claim of version 1 or 2. The views stay valid as long as the store's bytes.
struct Claim {
  int version = 2;
  ByteView bytes;  ///< content of the cbor box: what is signed
  std::string instance_id, title, alg, signature;
  std::string generator, generator_version;
  std::vector<Reference> created;   ///< version 1: all assertions
  std::vector<Reference> gathered;  ///< version 2 only
  std::vector<std::string> redacted;
};

/// One assertion that stands in the assertion store.
struct Assertion {
  std::string label;  ///< "c2pa.ingredient.v3__1"
  std::string base;   ///< "c2pa.ingredient.v3"
  const jumbf::Box* box = nullptr;
  bool listed = false;   ///< in the claim
  bool created = false;  ///< in created_assertions; version 1: listed

  /// Whether the base label is `family`, with or without a version ("c2pa.actions", ".v2").
  [[nodiscard]] bool is(std::string_view family) const;
};

struct Manifest {
  const jumbf::Box* box = nullptr;
  std::string label;
  bool update = false;      ///< c2um: no hard binding of its own
  bool compressed = false;  ///< c2cm: Brotli, not opened
  std::optional<Claim> claim;
  std::vector<Assertion> assertions;
  std::unordered_map<std::string, std::size_t> places;  ///< label: index above, kAmbiguous
  Codes faults;  ///< of the claim box; not empty when there is no usable claim

  [[nodiscard]] std::string uri() const;
  [[nodiscard]] std::string signature_uri() const;
  [[nodiscard]] std::string assertion_uri(std::string_view assertion_label) const;
  /// The assertion of a label; nullptr when it is missing or ambiguous.
  [[nodiscard]] const Assertion* find(const std::string& assertion_label) const;
};

/// Place of a label that several assertions have.
inline constexpr std::size_t kAmbiguous = static_cast<std::size_t>(-1);

/// The label without the instance suffix `__1`.
std::string base_label(std::string_view label);

/// Label of the assertion that a URI found in this manifest names; empty when it names none of it.
std::string assertion_label(const Manifest& manifest, const std::string& url);

/// Reads claim and assertion list of a manifest box; problems are noted in `faults`, never lost.
Manifest load_manifest(const Limits& limits, const jumbf::Box& box);

/// The CBOR of an assertion. Decoded anew at each call, so that a store full of large assertions
/// never stands in memory twice. Errors: `c2pa.assertion.content` (no CBOR content), the decoder's.
Result<cbor::Value> decode_assertion(const Limits& limits, const Assertion& assertion);

}  // namespace signmark::c2pa
