// SPDX-License-Identifier: Apache-2.0
// Trust stores as the pipeline asks them: anchors, and objections to a leaf.
#include <algorithm>
#include <iterator>

#include "base/result.hpp"
#include "signmark/pipeline.hpp"

namespace signmark {
namespace {

/// The verdicts of several stores as one: a revocation that any of them knows is never outvoted.
std::optional<std::string> objection(const std::vector<keys::TrustStore>& stores,
                                     const Context& context, const c2pa::LeafUse& use) {
  keys::LeafQuery query;
  query.leaf_der = use.leaf_der;
  query.media = use.media;
  query.purpose = use.purpose;
  query.manifest_digest = use.claim_digest;
  query.at = use.claimed_time.value_or(context.clock->now());
  if (use.proven_time)
    query.proven = keys::ProvenTime{*use.proven_time, keys::TimeEvidence::time_stamp};
  bool believed = false;
  std::string words;
  for (const keys::TrustStore& store : stores) {
    keys::LeafVerdict verdict = store.check_leaf(query);
    if (verdict.status == keys::LeafStatus::revoked) return std::move(verdict.words);
    believed = believed || verdict.trusted();
    // That a store does not know the leaf says less than any other objection.
    if (verdict.status != keys::LeafStatus::not_listed || words.empty())
      words = std::move(verdict.words);
  }
  return believed ? std::nullopt : std::make_optional(words);
}

}  // namespace

Trust trust_in(const Context& context, std::vector<keys::TrustStore> opened) {
  const auto stores = std::make_shared<std::vector<keys::TrustStore>>(std::move(opened));
  Trust trust;
  for (const keys::TrustStore& store : *stores)
    for (Bytes& anchor : store.anchors()) trust.anchors.push_back(std::move(anchor));
  trust.objection = [stores, context](const c2pa::LeafUse& use) {
    return objection(*stores, context, use);
  };
  trust.leaves = [stores](ByteView hint) {
    std::vector<Bytes> leaves;
    for (const keys::TrustStore& store : *stores)
      for (keys::KnownLeaf& leaf : store.find_by_hint(hint))
        leaves.push_back(std::move(leaf.certificate));
    return leaves;
  };
  return trust;
}

void know_leaves_of(Trust& trust, std::function<Result<keys::Keyring>()> open_keyring) {
  trust.leaves = [known = std::move(trust.leaves), open = std::move(open_keyring)](ByteView hint) {
    std::vector<Bytes> leaves = known ? known(hint) : std::vector<Bytes>{};
    const auto keyring = open();
    auto own = keyring ? keyring->signing_certificates() : Result<std::vector<Bytes>>{};
    if (own) std::move(own->begin(), own->end(), std::back_inserter(leaves));
    return leaves;
  };
}

}  // namespace signmark
