// SPDX-License-Identifier: Apache-2.0
// Puts a manifest store together: assertions, claim, signature (C2PA 2.5 chapters 10 and 11).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "c2pa/assertions.hpp"

namespace signmark::c2pa {

/// Fields of the claim.
struct ClaimFacts {
  std::string manifest_label;  ///< urn:c2pa:…
  std::string instance_id;
  std::string title;  ///< dc:title; may be empty
};

/// A manifest whose assertions are complete except for the hard binding, which depends on how long
/// the store becomes. Salts are drawn when an assertion is added, so that every store built from
/// one draft with hashes of the same size has the same length.
class ManifestDraft {
 public:
  /// `earlier` are the complete manifest boxes of the parent, which come first and unchanged.
  ManifestDraft(ClaimFacts facts, Bytes earlier, Random& random);

  /// Adds an assertion and gives its reference for use in others. A second one of a label gets the
  /// suffix `__1`, a third `__2` (chapter 6.4).
  HashedUri add(std::string_view label, const cbor::Value& content);

  /// The whole manifest store. Errors: those of the signer.
  Result<Bytes> signed_store(std::string_view binding_label, const cbor::Value& binding,
                             const keys::Signer& signer) const;

  /// The same without asking the signer: has the length of the signed one.
  [[nodiscard]] Bytes unsigned_store(std::string_view binding_label, const cbor::Value& binding,
                                     const keys::Signer& signer) const;

  [[nodiscard]] const std::string& label() const { return facts_.manifest_label; }

 private:
  struct Unsigned {
    Bytes assertion_store;
    Bytes claim;  ///< content of the claim's cbor box: what is signed
  };
  [[nodiscard]] Unsigned assemble(std::string_view binding_label, const cbor::Value& binding) const;
  [[nodiscard]] cbor::Value claim(const std::vector<HashedUri>& assertions) const;
  [[nodiscard]] Bytes store(const Unsigned& parts, ByteView cose) const;
  /// Zero bytes in the signature that make the store's size even: c2pa-rs does not find the store
  /// in its exclusion when a RIFF chunk needs a padding byte.
  [[nodiscard]] std::size_t padding(const Unsigned& parts, const keys::Signer& signer) const;

  ClaimFacts facts_;
  Bytes earlier_;
  Random& random_;
  Bytes binding_salt_;
  std::map<std::string, int, std::less<>> used_;  ///< how many assertions of a label
  std::vector<Bytes> boxes_;                      ///< assertion superboxes
  std::vector<HashedUri> uris_;                   ///< of `boxes_`
};

}  // namespace signmark::c2pa
