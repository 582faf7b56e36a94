// SPDX-License-Identifier: Apache-2.0
#include "pipeline/signers.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "pipeline/leaf_key.hpp"

namespace signmark {
namespace {

/// Clocks of two machines may differ by this much before something counts as dated in the future.
constexpr UnixTime kClockSlack = 300;

std::vector<Bytes> candidates(const JudgedBy& by, ByteView hint) {
  std::vector<Bytes> leaves;
  if (by.look.manifest) {
    leaves.push_back(by.look.manifest->active.signer.leaf_der);
    for (const auto& view : by.look.manifest->ingredients) leaves.push_back(view.signer.leaf_der);
  }
  if (by.trust.leaves)
    for (Bytes& leaf : by.trust.leaves(hint)) leaves.push_back(std::move(leaf));
  std::erase_if(leaves, [](const Bytes& leaf) { return leaf.empty(); });
  return leaves;
}

}  // namespace

const std::vector<Signers::Leaf>& Signers::leaves_for(ByteView hint) {
  for (const auto& [known, leaves] : known_)
    if (std::equal(known.begin(), known.end(), hint.begin(), hint.end())) return leaves;
  std::vector<Leaf> leaves;
  for (Bytes& der : candidates(by_, hint))
    if (const auto key = ed25519_key_of(der))
      leaves.push_back({std::make_shared<const Bytes>(std::move(der)), *key,
                        keys::fingerprint(keys::Role::signing, *key)});
  last_ = 0;
  return known_.emplace_back(Bytes(hint.begin(), hint.end()), std::move(leaves)).second;
}

Attribution Signers::attribute(const SignedFields& fields) {
  const std::vector<Leaf>& leaves = leaves_for(fields.hint);
  Attribution result;
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    const std::size_t at = (last_ + i) % leaves.size();
    const Leaf& leaf = leaves[at];
    if (keys::verify_object(leaf.key, fields.type, fields.bytes, fields.signature)) {
      last_ = at;
      return {leaf.der, false};
    }
    // A hint at the issuer accuses nobody: the issuer may have leaves that are not known here.
    result.accused =
        result.accused || std::equal(fields.hint.begin(), fields.hint.end(), leaf.print.begin());
  }
  return result;
}

std::optional<std::string> doubt(const Bytes& leaf_der, const SignedFields& fields,
                                 const JudgedBy& by) {
  if (fields.time > by.now + kClockSlack) return "it is dated in the future";
  const auto leaf = keys::parse_certificate(leaf_der);
  if (!leaf) return "its certificate is none that signmark issues";
  const auto& anchors = by.trust.anchors;
  const bool anchored = std::any_of(anchors.begin(), anchors.end(), [&](const Bytes& der) {
    const auto root = keys::parse_certificate(der);
    return root && keys::check_issued_by(*leaf, *root);
  });
  if (!anchored) return "the issuer is not in the trust store";
  if (fields.time < leaf->not_before || fields.time > leaf->not_after)
    return "it is dated outside the life of its certificate";
  if (!by.trust.objection) return std::nullopt;
  c2pa::LeafUse use;
  use.leaf_der = leaf_der;
  use.media = fields.media;
  use.purpose = fields.purpose;
  use.claimed_time = fields.time;
  return by.trust.objection(use);
}

std::string leaf_name(const Bytes& leaf_der) {
  const auto leaf = keys::parse_certificate(leaf_der);
  if (!leaf) return "a foreign certificate";
  return leaf->organization.empty() || leaf->organization == leaf->common_name
             ? leaf->common_name
             : fmt::format("{} ({})", leaf->common_name, leaf->organization);
}

}  // namespace signmark
