// SPDX-License-Identifier: Apache-2.0
// Trust stores as the pipeline asks them: anchors, and objections to a leaf.
#include "base/result.hpp"
#include "signmark/pipeline.hpp"

namespace signmark {
namespace {

/// The verdicts of several stores as one question: the first store that trusts the leaf decides.
std::optional<std::string> objection(const std::vector<keys::TrustStore>& stores,
                                     const Context& context, ByteView leaf,
                                     std::optional<UnixTime> proven) {
  keys::LeafQuery query;
  query.leaf_der = leaf;
  query.at = context.clock->now();
  if (proven) query.proven = keys::ProvenTime{*proven, keys::TimeEvidence::time_stamp};
  std::string words;
  for (const keys::TrustStore& store : stores) {
    const keys::LeafVerdict verdict = store.check_leaf(query);
    if (verdict.trusted()) return std::nullopt;
    // A stranger's leaf is for the certificate chain to judge; only a real objection is kept.
    if (verdict.status != keys::LeafStatus::not_listed || words.empty()) words = verdict.words;
  }
  return words;
}

}  // namespace

Trust trust_in(const Context& context, std::vector<keys::TrustStore> opened) {
  const auto stores = std::make_shared<std::vector<keys::TrustStore>>(std::move(opened));
  Trust trust;
  for (const keys::TrustStore& store : *stores)
    for (Bytes& anchor : store.anchors()) trust.anchors.push_back(std::move(anchor));
  trust.revocation = [stores, context](ByteView leaf, std::optional<UnixTime> proven) {
    return objection(*stores, context, leaf, proven);
  };
  return trust;
}

}  // namespace signmark
