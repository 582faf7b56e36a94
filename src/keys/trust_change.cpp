// SPDX-License-Identifier: Apache-2.0
// TrustStore: changes by files of others. All checks in memory first, then the disk.
#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>

#include "base/text.hpp"
#include "keys/trust_disk.hpp"
#include "keys/trust_revocation.hpp"
#include "keys/trust_state.hpp"

namespace signmark::keys {
namespace fs = std::filesystem;
namespace {

tl::unexpected<Error> nobody() {
  return fail("trust.update.unknown", "the file is not of an issuer that is trusted here", {},
              "signmark trust add FILE, after comparing the fingerprint");
}

/// The fingerprint that a person gave, in either form.
Result<Fingerprint> parse_expected(std::string_view expected) {
  if (const auto named = parse_public_text(expected); named && named->role == Role::issuer)
    return fingerprint(Role::issuer, named->key);
  std::string digits(expected);
  std::erase_if(digits, [](char c) { return c == ':' || c == ' '; });
  const auto raw = unhex(digits);
  Fingerprint out{};
  if (!raw || raw->size() != out.size())
    return fail("trust.add.expected", "this is neither a full fingerprint nor an issuer's line", {},
                "give 64 hex digits or the line smissuer1…; a short id is not enough");
  std::copy(raw->begin(), raw->end(), out.begin());
  return out;
}

/// The issuer that a single signed object belongs to, as a copy to work on.
Result<TrustedIssuer> owner_of(const std::vector<TrustedIssuer>& issuers,
                               const SignedObject& object) {
  // owns_revocation asks for any key of the chain, which is right for bundles as well.
  const auto it = std::find_if(issuers.begin(), issuers.end(), [&](const TrustedIssuer& issuer) {
    return owns_revocation(issuer, object);
  });
  if (it == issuers.end()) return nobody();
  return *it;
}

UpdateOutcome difference(const TrustedIssuer* before, const TrustedIssuer& after) {
  UpdateOutcome out;
  out.bundle_to = after.chain.size();
  out.revocation_to = after.revocations.version;
  if (before == nullptr) {
    out.withdrawn = !after.withdrawn.empty();
    return out;
  }
  out.bundle_from = before->chain.size();
  out.revocation_from = before->revocations.version;
  out.withdrawn = after.withdrawn.size() > before->withdrawn.size();
  return out;
}

}  // namespace

Status check_expected(const TrustedIssuer& issuer, std::string_view expected) {
  SIGNMARK_ASSIGN(const Fingerprint wanted, parse_expected(expected));
  const bool found =
      std::any_of(issuer.chain.begin(), issuer.chain.end(), [&](const BundleVersion& version) {
        return fingerprint(Role::issuer, version.signer()) == wanted;
      });
  if (found) return {};
  return fail("trust.add.mismatch", "the file is of another issuer than the fingerprint given",
              short_id(fingerprint(Role::issuer, issuer.signer())),
              "do not trust it; ask the issuer for the right file");
}

Status TrustStore::State::require_writable() const {
  if (!paths.directory.empty()) return {};
  return fail("trust.issuer.read-only", "this trust store is one file and cannot be changed");
}

Result<UpdateOutcome> TrustStore::State::accept(TrustedIssuer issuer) {
  SIGNMARK_TRY(require_writable());
  TrustedIssuer* known = by_identity(issuer.identity);
  const UpdateOutcome outcome = difference(known, issuer);
  const bool new_bundle = outcome.bundle_to > outcome.bundle_from;
  SIGNMARK_TRY(settle(issuer, new_bundle ? std::optional(now()) : std::nullopt));
  issuer.directory = paths.directory / public_text(Role::issuer, issuer.identity);
  // What is written already is asked of the disk: memory may hold system files, or be outdated.
  SIGNMARK_ASSIGN(const auto written, load_issuer(issuer.directory));
  SIGNMARK_TRY(save_issuer(written ? &*written : nullptr, issuer));
  if (issuer.origin == TrustOrigin::system) issuer.origin = TrustOrigin::user;
  if (known != nullptr)
    *known = std::move(issuer);
  else
    issuers.push_back(std::move(issuer));
  return outcome;
}

Result<IssuerSummary> TrustStore::add(std::string_view file_text,
                                      const AddConfirmation& confirmation) {
  SIGNMARK_TRY(state_->require_writable());
  SIGNMARK_ASSIGN(IssuerFile file, read_issuer_file(file_text));
  const bool is_known = state_->by_identity(file.issuer) != nullptr;
  SIGNMARK_ASSIGN(TrustedIssuer issuer,
                  is_known ? state_->updated_copy(file_text) : issuer_from_file(std::move(file)));
  if (!confirmation.expected.empty()) SIGNMARK_TRY(check_expected(issuer, confirmation.expected));
  SIGNMARK_TRY(settle(issuer, state_->now()));
  const IssuerSummary summary = summarize(issuer, state_->policy, state_->now());
  if (!is_known && confirmation.expected.empty() &&
      (!confirmation.confirm || !confirmation.confirm(summary)))
    return fail("trust.add.unconfirmed", "nobody confirmed the issuer's fingerprint", summary.id(),
                "compare it over another channel and give it with --fingerprint");
  SIGNMARK_TRY(state_->accept(std::move(issuer)));
  return summary;
}

Result<TrustedIssuer> TrustStore::State::updated_copy(std::string_view text) {
  SIGNMARK_ASSIGN(const TrustFileKind kind, trust_file_kind(text));
  if (kind == TrustFileKind::issuer_file) {
    SIGNMARK_ASSIGN(IssuerFile file, read_issuer_file(text));
    const TrustedIssuer* known = by_identity(file.issuer);
    if (known == nullptr) return nobody();
    TrustedIssuer copy = *known;
    SIGNMARK_TRY(take_file(copy, std::move(file)));
    return copy;
  }
  const bool is_bundle = kind == TrustFileKind::bundle;
  SIGNMARK_ASSIGN(SignedObject object,
                  read_signed_object(text, is_bundle ? kBundleType : kRevocationType));
  SIGNMARK_ASSIGN(TrustedIssuer copy, owner_of(issuers, object));
  SIGNMARK_TRY(is_bundle ? take_bundle(copy, std::move(object))
                         : take_revocation(copy, std::move(object), RevocationSource::incoming));
  return copy;
}

Result<UpdateOutcome> TrustStore::update(std::string_view file_text) {
  SIGNMARK_TRY(state_->require_writable());
  SIGNMARK_ASSIGN(TrustedIssuer issuer, state_->updated_copy(file_text));
  return state_->accept(std::move(issuer));
}

Result<std::size_t> TrustStore::State::find(std::string_view selector) const {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < issuers.size(); ++i) {
    const IssuerSummary summary = summarize(issuers[i], policy, now());
    const auto names = {summary.id(),
                        short_id(summary.current_fingerprint),
                        hex(summary.fingerprint),
                        hex(summary.current_fingerprint),
                        public_text(Role::issuer, issuers[i].identity),
                        public_text(Role::issuer, summary.current_key),
                        summary.name};
    if (std::find(names.begin(), names.end(), selector) != names.end()) found.push_back(i);
  }
  if (found.size() == 1) return found.front();
  if (found.empty())
    return fail("trust.issuer.unknown",
                fmt::format("no trusted issuer is called \"{}\"", printable(selector)), {},
                "signmark trust list shows them all");
  return fail("trust.issuer.ambiguous",
              fmt::format("{} issuers are called \"{}\"", found.size(), printable(selector)), {},
              "use the full fingerprint");
}

Status TrustStore::remove(std::string_view selector) {
  SIGNMARK_TRY(state_->require_writable());
  auto& problems = state_->problems;
  const auto damaged = std::find_if(problems.begin(), problems.end(), [&](const TrustProblem& p) {
    return p.path == state_->paths.directory / std::string(selector);
  });
  if (damaged != problems.end()) {
    SIGNMARK_TRY(remove_issuer(damaged->path));
    problems.erase(damaged);
    return {};
  }
  SIGNMARK_ASSIGN(const std::size_t index, state_->find(selector));
  const TrustedIssuer& issuer = state_->issuers[index];
  if (issuer.origin == TrustOrigin::system)
    return fail("trust.issuer.read-only", "this issuer is trusted by the system's administrator",
                issuer.directory.string(), "only the administrator can remove it");
  SIGNMARK_TRY(remove_issuer(issuer.directory));
  state_->issuers.erase(state_->issuers.begin() + static_cast<std::ptrdiff_t>(index));
  return {};
}

}  // namespace signmark::keys
