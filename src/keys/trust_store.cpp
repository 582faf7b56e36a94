// SPDX-License-Identifier: Apache-2.0
// TrustStore: loading and questions.
#include <fmt/format.h>

#include <algorithm>

#include "base/file.hpp"
#include "base/text.hpp"
#include "keys/trust_check.hpp"
#include "keys/trust_disk.hpp"
#include "keys/trust_state.hpp"
#include "signmark/keyring.hpp"

namespace signmark::keys {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kMinHint = 4;  // bytes; the shortest hint of any format (keys.md section 3)

bool fits_hint(Role role, const PublicKey& key, ByteView hint) {
  const Fingerprint print = fingerprint(role, key);
  return hint.size() <= print.size() && std::equal(hint.begin(), hint.end(), print.begin());
}

/// Whether the hint names one of the issuer's own keys, and so all its leaves.
bool names_issuer(const TrustedIssuer& issuer, ByteView hint) {
  const auto& roots = issuer.certificates.roots;
  return std::any_of(roots.begin(), roots.end(), [&](const Certificate& root) {
    return fits_hint(Role::issuer, root.public_key, hint);
  });
}

/// Whether an issuer that the hint names certified a leaf that was offered from elsewhere.
bool is_of_issuer(const std::vector<TrustedIssuer>& issuers, const KnownLeaf& known,
                  ByteView hint) {
  const auto leaf = parse_certificate(known.certificate);
  return leaf && std::any_of(issuers.begin(), issuers.end(), [&](const TrustedIssuer& issuer) {
           return names_issuer(issuer, hint) && issuing_root(issuer, *leaf).has_value();
         });
}

Result<IssuerFile> load_issuer_file(const fs::path& path) {
  SIGNMARK_ASSIGN(const Bytes bytes, read_file(path, kMaxIssuerFile));
  auto file = read_issuer_file(as_text(bytes));
  if (!file) return tl::unexpected<Error>(file.error().at(path.string()));
  return file;
}

/// A file that somebody with the right to do so has put there: believed without a fingerprint.
Result<TrustedIssuer> load_given_file(const fs::path& path, TrustOrigin origin) {
  SIGNMARK_ASSIGN(IssuerFile file, load_issuer_file(path));
  auto issuer = issuer_from_file(std::move(file));
  if (!issuer) return tl::unexpected<Error>(issuer.error().at(path.string()));
  issuer->origin = origin;
  const Status settled = settle(*issuer, std::nullopt);
  if (!settled) return tl::unexpected<Error>(settled.error().at(path.string()));
  return issuer;
}

/// A system file about an issuer that the user has too: its news count, in memory only.
Status merge_system(TrustedIssuer& known, const fs::path& path) {
  SIGNMARK_ASSIGN(IssuerFile file, load_issuer_file(path));
  TrustedIssuer copy = known;
  const Status taken = take_file(copy, std::move(file));
  if (!taken && taken.error().code == "trust.update.rollback") return {};  // the user's is newer
  SIGNMARK_TRY(taken);
  SIGNMARK_TRY(settle(copy, std::nullopt));
  known = std::move(copy);
  return {};
}

}  // namespace

TrustPaths TrustPaths::of(const Home& home) {
  TrustPaths paths;
  paths.directory = home.trust();
  if (!home.system_config.empty()) paths.system.push_back(home.system_config / "trust.d");
  if (!home.system_trust.empty()) paths.system.push_back(home.system_trust);
  return paths;
}

TrustedIssuer* TrustStore::State::by_identity(const PublicKey& identity) {
  const auto it = std::find_if(issuers.begin(), issuers.end(), [&](const TrustedIssuer& issuer) {
    return issuer.identity == identity;
  });
  return it == issuers.end() ? nullptr : &*it;
}

TrustStore::TrustStore(std::unique_ptr<State> state) : state_(std::move(state)) {}
TrustStore::TrustStore(TrustStore&&) noexcept = default;
TrustStore& TrustStore::operator=(TrustStore&&) noexcept = default;
TrustStore::~TrustStore() = default;

Result<TrustStore> TrustStore::load(const Context& context, const TrustPaths& paths,
                                    const TrustPolicy& policy) {
  auto state = std::make_unique<State>(State{context, paths, policy, {}, {}, {}});
  SIGNMARK_ASSIGN(const auto folders, issuer_folders(paths.directory));
  for (const fs::path& folder : folders) {
    auto issuer = load_issuer(folder);
    if (!issuer)
      state->problems.push_back({folder, issuer.error()});
    else if (*issuer)
      state->issuers.push_back(std::move(**issuer));
  }
  for (const fs::path& directory : paths.system) {
    const auto files = system_files(directory);
    if (!files) state->problems.push_back({directory, files.error()});
    for (const fs::path& file : files.value_or(std::vector<fs::path>{}))
      state->add_system_file(file);
  }
  return TrustStore(std::move(state));
}

void TrustStore::State::add_system_file(const fs::path& path) {
  auto issuer = load_given_file(path, TrustOrigin::system);
  Status done;
  if (!issuer)
    done = tl::unexpected<Error>(issuer.error());
  else if (TrustedIssuer* known = by_identity(issuer->identity))
    done = merge_system(*known, path);
  else
    issuers.push_back(std::move(*issuer));
  if (!done) problems.push_back({path, done.error()});
}

Result<TrustStore> TrustStore::from_bundle_file(const Context& context, const fs::path& file,
                                                const TrustPolicy& policy) {
  SIGNMARK_ASSIGN(TrustedIssuer issuer, load_given_file(file, TrustOrigin::file));
  auto state = std::make_unique<State>(State{context, {}, policy, {}, {}, {}});
  state->issuers.push_back(std::move(issuer));
  return TrustStore(std::move(state));
}

std::vector<Bytes> TrustStore::anchors() const {
  std::vector<Bytes> out;
  for (const TrustedIssuer& issuer : state_->issuers)
    for (const Certificate& root : issuer.certificates.roots)
      if (!issuer.is_withdrawn(root.public_key)) out.push_back(root.der);
  return out;
}

LeafVerdict TrustStore::check_leaf(const LeafQuery& query) const {
  LeafVerdict verdict;
  const auto leaf = parse_certificate(query.leaf_der);
  if (!leaf) {
    verdict.words = "the certificate is none that signmark issues: " + leaf.error().message;
    return verdict;
  }
  for (const TrustedIssuer& issuer : state_->issuers)
    if (const auto root = issuing_root(issuer, *leaf))
      return judge_leaf(issuer, *root, *leaf, query, state_->policy, state_->now());
  verdict.principal = leaf->common_name;
  verdict.words = "no trusted issuer certified this key";
  verdict.hint = "if you know the issuer: signmark trust add FILE";
  if (!state_->problems.empty())
    verdict.words +=
        fmt::format("; {} entries of the trust store could not be read", state_->problems.size());
  return verdict;
}

std::vector<KnownLeaf> TrustStore::find_by_hint(ByteView hint) const {
  std::vector<KnownLeaf> out;
  if (hint.size() < kMinHint) return out;
  for (const TrustedIssuer& issuer : state_->issuers) {
    const auto& leaves = issuer.certificates.leaves;
    const bool all = names_issuer(issuer, hint);
    for (std::size_t i = 0; i < leaves.size(); ++i)
      if (leaves[i] && (all || fits_hint(Role::signing, leaves[i]->public_key, hint)))
        out.push_back(
            {leaves[i]->public_key, leaves[i]->der, issuer.bundle()->leaves[i].principal});
  }
  for (const KnownLeaf& leaf : state_->offered)
    if (fits_hint(Role::signing, leaf.key, hint) || is_of_issuer(state_->issuers, leaf, hint))
      out.push_back(leaf);
  return out;
}

Status TrustStore::offer_leaf(ByteView leaf_der) {
  SIGNMARK_ASSIGN(Certificate leaf, parse_certificate(leaf_der));
  state_->offered.push_back({leaf.public_key, std::move(leaf.der), std::move(leaf.common_name)});
  return {};
}

bool TrustStore::is_checkpoint_key(const PublicKey& key, std::string_view origin) const {
  return std::any_of(
      state_->issuers.begin(), state_->issuers.end(), [&](const TrustedIssuer& issuer) {
        const TrustBundle* bundle = issuer.bundle();
        if (bundle == nullptr || issuer.is_withdrawn(issuer.signer()) ||
            !staleness(issuer, state_->policy, state_->now()).empty())
          return false;
        return std::any_of(
            bundle->checkpoint_keys.begin(), bundle->checkpoint_keys.end(),
            [&](const CheckpointKey& e) { return e.key == key && e.origin == origin; });
      });
}

std::vector<IssuerSummary> TrustStore::list() const {
  std::vector<IssuerSummary> out;
  for (const TrustedIssuer& issuer : state_->issuers)
    out.push_back(summarize(issuer, state_->policy, state_->now()));
  return out;
}

const std::vector<TrustProblem>& TrustStore::problems() const { return state_->problems; }
const TrustPolicy& TrustStore::policy() const { return state_->policy; }

}  // namespace signmark::keys
