// SPDX-License-Identifier: Apache-2.0
// Contents of the assertions that signmark writes (C2PA 2.5 chapter 16).
#pragma once

#include <string>
#include <vector>

#include "c2pa/cbor.hpp"
#include "signmark/c2pa.hpp"

namespace signmark::c2pa {

/// A reference with the SHA-256 of what it refers to (8.4.2). The claim's `alg` names the hash.
struct HashedUri {
  std::string url;
  Bytes hash;
};

cbor::Value to_cbor(const HashedUri& uri);
cbor::Value to_cbor(const std::vector<HashedUri>& uris);

/// `generator-info-map` of signmark itself.
cbor::Value generator_info();

/// c2pa.soft-binding: one block whose empty scope means the whole asset (16.3.7).
cbor::Value soft_binding_assertion(const SoftBinding& binding);

/// c2pa.ai-disclosure (16.8.2).
cbor::Value disclosure_assertion(const AiDisclosure& disclosure);

/// What the actions assertion tells.
struct ActionFacts {
  const ManifestRequest* request = nullptr;
  UnixTime when = 0;
  std::vector<HashedUri> soft_bindings;
  std::optional<HashedUri> parent;  ///< the ingredient that was opened
  bool metadata_edited = false;
  bool all_included = false;
};

/// c2pa.actions.v2 (16.4.1). First c2pa.opened when there is a parent, else c2pa.created.
cbor::Value actions_assertion(const ActionFacts& facts);

}  // namespace signmark::c2pa
