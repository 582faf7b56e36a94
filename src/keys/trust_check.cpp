// SPDX-License-Identifier: Apache-2.0
// Judging a leaf certificate by its issuer's bundle, revocations and the local policy.
#include "keys/trust_check.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "base/time.hpp"
#include "keys/trust_revocation.hpp"

namespace signmark::keys {
namespace {

/// One leaf on trial, with all that the steps look at.
struct Trial {
  const TrustedIssuer& issuer;
  const Certificate& root;
  const Certificate& leaf;
  const LeafQuery& query;
  const TrustPolicy& policy;
  UnixTime now;
  LeafVerdict verdict;

  /// Time to judge windows by: proved, or that of the question.
  [[nodiscard]] UnixTime time() const { return query.proven ? query.proven->time : query.at; }
  [[nodiscard]] std::string leaf_id() const {
    return short_id(fingerprint(Role::signing, leaf.public_key));
  }
  /// Notes the end of the trial.
  bool end(LeafStatus status, std::string words, std::string hint = {}) {
    verdict.status = status;
    verdict.words = std::move(words);
    verdict.hint = std::move(hint);
    return false;
  }
};

template <class Range>
bool same_bytes(const Range& a, ByteView b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

bool names_this(const Trial& trial, const RevocationEntry& entry) {
  switch (entry.target) {
    case RevocationTarget::key:
      return same_bytes(trial.leaf.public_key, entry.value);
    case RevocationTarget::serial:
      return same_bytes(trial.leaf.serial, entry.value);
    case RevocationTarget::manifest:
      return !trial.query.manifest_digest.empty() &&
             same_bytes(trial.query.manifest_digest, entry.value);
  }
  return false;
}

/// Step 1: withdrawn by its issuer, or the issuer by itself. Never a mere warning (keys.md 7.3).
bool pass_revocation(Trial& trial) {
  if (trial.issuer.is_withdrawn(trial.root.public_key)) {
    trial.verdict.reason = RevocationReason::compromised;
    return trial.end(LeafStatus::revoked, "the issuer has withdrawn its own key");
  }
  for (const RevocationEntry& entry : trial.issuer.revocations.entries) {
    if (!names_this(trial, entry) || !entry_applies(entry, trial.query.proven)) continue;
    trial.verdict.reason = entry.reason;
    const bool manifest = entry.target == RevocationTarget::manifest;
    return trial.end(LeafStatus::revoked,
                     manifest ? fmt::format("this manifest is {}", describe(entry))
                              : fmt::format("the key {} is {}", trial.leaf_id(), describe(entry)));
  }
  return true;
}

/// Step 2: is what we know of the issuer new enough to judge by?
bool pass_freshness(Trial& trial) {
  const std::string stale = staleness(trial.issuer, trial.policy, trial.now);
  if (stale.empty()) return true;
  return trial.end(LeafStatus::stale, stale,
                   "get the issuer's newest file: signmark trust update FILE");
}

/// A grant by name: exact, or the beginning before one `*` at the end. Bytes are compared, so a
/// name in look-alike letters of another script never fits.
bool name_fits(std::string_view pattern, std::string_view name) {
  if (!pattern.ends_with('*')) return pattern == name;
  return name.starts_with(pattern.substr(0, pattern.size() - 1));
}

bool grants(const LeafGrant& grant, const Certificate& leaf) {
  return grant.certificate.empty() ? name_fits(grant.principal, leaf.common_name)
                                   : grant.certificate == leaf.der;
}

template <class T>
bool has(const std::vector<T>& list, T value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

/// Step 3: what the bundle grants to this leaf. Several grants may name one leaf; one that fits is
/// enough, and the nearest miss gives the words.
bool pass_grants(Trial& trial) {
  const TrustBundle& bundle = *trial.issuer.bundle();
  trial.end(LeafStatus::not_listed,
            fmt::format("the issuer certified the key {} but its trust bundle does not list it",
                        trial.leaf_id()),
            "get the issuer's newest file: signmark trust update FILE");
  for (const LeafGrant& grant : bundle.leaves) {
    if (!grants(grant, trial.leaf)) continue;
    trial.verdict.principal = grant.certificate.empty() ? trial.leaf.common_name : grant.principal;
    if (!has(grant.purposes, trial.query.purpose) || !has(grant.media, trial.query.media)) {
      trial.end(LeafStatus::wrong_purpose,
                fmt::format("the key {} is not meant for purpose {} on {}", trial.leaf_id(),
                            purpose_name(trial.query.purpose), media_name(trial.query.media)));
      continue;
    }
    if (trial.time() >= grant.not_before && trial.time() <= grant.not_after) return true;
    trial.end(LeafStatus::outside_window,
              fmt::format("the key {} is listed from {} to {} only", trial.leaf_id(),
                          rfc3339(grant.not_before), rfc3339(grant.not_after)));
  }
  return false;
}

/// Step 4: the certificate's own window.
bool pass_certificate(Trial& trial) {
  const Certificate& leaf = trial.leaf;
  if (trial.time() < leaf.not_before)
    return trial.end(LeafStatus::outside_window,
                     fmt::format("the key {} is good from {} on only", trial.leaf_id(),
                                 rfc3339(leaf.not_before)),
                     trial.query.proven ? "" : "is this computer's clock right?");
  if (trial.time() > leaf.not_after)
    return trial.end(
        LeafStatus::outside_window,
        fmt::format("the key {} was good until {}{}", trial.leaf_id(), rfc3339(leaf.not_after),
                    trial.query.proven ? "" : " and nothing proves an earlier signature"));
  return true;
}

/// Step 5: what this computer asks for beyond the issuer's word.
bool pass_policy(Trial& trial) {
  const TimeEvidence given = trial.query.proven ? trial.query.proven->evidence : TimeEvidence::none;
  if (given >= trial.policy.required_time) return true;
  return trial.end(LeafStatus::time_unproven,
                   fmt::format("the local policy asks for time evidence \"{}\", there is \"{}\"",
                               evidence_name(trial.policy.required_time), evidence_name(given)));
}

}  // namespace

std::optional<std::size_t> issuing_root(const TrustedIssuer& issuer, const Certificate& leaf) {
  const auto& roots = issuer.certificates.roots;
  for (std::size_t i = 0; i < roots.size(); ++i)
    if (check_issued_by(leaf, roots[i])) return i;
  return std::nullopt;
}

LeafVerdict judge_leaf(const TrustedIssuer& issuer, std::size_t root, const Certificate& leaf,
                       const LeafQuery& query, const TrustPolicy& policy, UnixTime now) {
  Trial trial{issuer, issuer.certificates.roots[root], leaf, query, policy, now, {}};
  const IssuerSummary summary = summarize(issuer, policy, now);
  trial.verdict.issuer_id = short_id(summary.current_fingerprint);
  trial.verdict.issuer_name = summary.name;
  trial.verdict.principal = leaf.common_name;
  trial.verdict.local = issuer.bundle() == nullptr;
  const bool believed = pass_revocation(trial) && pass_freshness(trial) &&
                        (trial.verdict.local || pass_grants(trial)) && pass_certificate(trial) &&
                        pass_policy(trial);
  if (believed)
    trial.end(LeafStatus::trusted,
              fmt::format("the key {} is one of issuer {}, which is trusted here{}",
                          trial.leaf_id(), trial.verdict.issuer_id,
                          trial.verdict.local ? " because it was made on this machine" : ""));
  return std::move(trial.verdict);
}

}  // namespace signmark::keys
