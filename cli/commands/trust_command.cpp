// SPDX-License-Identifier: Apache-2.0
// `signmark trust`: whom this machine believes (keys.md section 8).
#include "commands/trust_command.hpp"

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/result.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "keys_access.hpp"
#include "prompt.hpp"

namespace signmark::cli {
namespace {

constexpr std::uint64_t kMaxBundle = 4U << 20;  // bytes of an issuer.smbundle with its whole chain

std::string describe(const keys::IssuerSummary& issuer) {
  return fmt::format("{}  \"{}\"  {}", issuer.id(), printable(issuer.name),
                     keys::origin_name(issuer.origin));
}

JsonLine issuer_json(const keys::IssuerSummary& issuer) {
  return {{"id", issuer.id()},
          {"fingerprint", hex(issuer.fingerprint)},
          {"name", issuer.name},
          {"contact", issuer.contact},
          {"origin", keys::origin_name(issuer.origin)},
          {"version", issuer.version},
          {"leaves", issuer.leaves},
          {"revocations", issuer.revocations},
          {"withdrawn", issuer.withdrawn},
          {"stale", issuer.stale}};
}

class TrustCommand final : public Command {
 public:
  CLI::App* declare(CLI::App& app) override;
  Result<int> run(Session& session) override;

 private:
  Result<int> add(Session& session, keys::TrustStore& store) const;
  Result<int> list(Session& session, const keys::TrustStore& store) const;
  Result<int> remove(Session& session, keys::TrustStore& store) const;
  Result<int> update(Session& session, keys::TrustStore& store) const;
  Result<int> export_bundle(Session& session, keys::TrustStore& store) const;
  Status publish_first(const Session& session, keys::TrustStore& store) const;

  CLI::App *add_ = nullptr, *list_ = nullptr, *remove_ = nullptr, *update_ = nullptr,
           *export_ = nullptr;
  std::string file_, fingerprint_, issuer_, output_, name_, contact_, life_ = "1y";
  bool force_ = false;
  UnlockFlags unlock_;
};

CLI::App* TrustCommand::declare(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("trust", "Whom this machine believes");
  verb->require_subcommand(1);
  add_ = verb->add_subcommand("add", "Believe the issuer of a bundle");
  add_->add_option("FILE", file_, "issuer.smbundle")->required();
  add_->add_option("--fingerprint", fingerprint_,
                   "Expected fingerprint or smissuer1… line; without it you are asked");
  list_ = verb->add_subcommand("list", "All issuers that are believed");
  remove_ = verb->add_subcommand("remove", "Stop believing an issuer");
  remove_->add_option("ISSUER", issuer_, "Id, fingerprint or name")->required();
  update_ = verb->add_subcommand("update", "Take in a newer bundle or revocation list");
  update_->add_option("FILE", file_, "issuer.smbundle, trust.N.json or revoked.N.json")->required();
  export_ = verb->add_subcommand("export", "Write the public file that others need to believe you");
  export_->add_option("ISSUER", issuer_, "Issuer (default: the own one)");
  export_->add_option("-o,--output", output_, "File to write")->required()->type_name("OUT");
  export_->add_flag("-f,--force", force_, "Replace OUT when it exists");
  export_->add_option("--name", name_, "Name shown to those who add it");
  export_->add_option("--contact", contact_, "A human's address for questions");
  export_->add_option("--expires", life_, "Life of the bundle")->type_name("DURATION");
  unlock_.declare(*export_);
  return verb;
}

Result<int> TrustCommand::run(Session& session) {
  SIGNMARK_ASSIGN(keys::TrustStore store, open_trust_store(session));
  for (const keys::TrustProblem& problem : store.problems())
    session.out().warning(fmt::format("{}: {}", path_text(problem.path), problem.error.message));
  if (add_->parsed()) return add(session, store);
  if (list_->parsed()) return list(session, store);
  if (remove_->parsed()) return remove(session, store);
  if (update_->parsed()) return update(session, store);
  return export_bundle(session, store);
}

Result<int> TrustCommand::add(Session& session, keys::TrustStore& store) const {
  SIGNMARK_ASSIGN(const Bytes text, read_file(file_, kMaxBundle));
  keys::AddConfirmation confirmation;
  confirmation.expected = fingerprint_;
  if (!session.flags.no_input)
    confirmation.confirm = [](const keys::IssuerSummary& issuer) {
      return confirm_on_terminal(
          fmt::format("Issuer {}\nfingerprint {}\nCompare it over another "
                      "channel. Believe this issuer?",
                      describe(issuer), hex(issuer.fingerprint)));
    };
  auto added = store.add(as_text(text), confirmation);
  if (!added) return tl::unexpected<Error>(added.error().in_file(file_));
  session.out().line("now believed: " + describe(*added));
  session.out().object(issuer_json(*added), "item");
  session.out().note("next: signmark verify marked.png");
  return 0;
}

Result<int> TrustCommand::list(Session& session, const keys::TrustStore& store) const {
  const Output& out = session.out();
  const std::vector<keys::IssuerSummary> issuers = store.list();
  for (const keys::IssuerSummary& issuer : issuers) {
    out.line(describe(issuer));
    out.line("  fingerprint  " + hex(issuer.fingerprint));
    if (issuer.version != 0)
      out.line(fmt::format("  bundle       version {}, until {}, {} leaf entries", issuer.version,
                           date_text(issuer.expires), issuer.leaves));
    if (issuer.revocations != 0)
      out.line(fmt::format("  revocations  {} (list {})", issuer.revocations,
                           issuer.revocation_version));
    if (issuer.withdrawn) out.line("  WITHDRAWN    the issuer revoked its own key");
    if (!issuer.stale.empty()) out.line("  not believed " + issuer.stale);
    out.object(issuer_json(issuer), "item");
  }
  if (issuers.empty()) out.line("nobody is trusted yet");
  out.object({{"issuers", issuers.size()}, {"problems", store.problems().size()}}, "summary");
  return store.problems().empty() ? 0 : 1;
}

Result<int> TrustCommand::remove(Session& session, keys::TrustStore& store) const {
  SIGNMARK_TRY(store.remove(issuer_));
  session.out().line("no longer believed: " + issuer_);
  session.out().object({{"removed", issuer_}}, "item");
  return 0;
}

Result<int> TrustCommand::update(Session& session, keys::TrustStore& store) const {
  SIGNMARK_ASSIGN(const Bytes text, read_file(file_, kMaxBundle));
  auto outcome = store.update(as_text(text));
  if (!outcome) return tl::unexpected<Error>(outcome.error().in_file(file_));
  const Output& out = session.out();
  if (!outcome->changed()) out.line("nothing new");
  if (outcome->bundle_from != outcome->bundle_to)
    out.line(fmt::format("trust bundle {} -> {}", outcome->bundle_from, outcome->bundle_to));
  if (outcome->revocation_from != outcome->revocation_to)
    out.line(
        fmt::format("revocation list {} -> {}", outcome->revocation_from, outcome->revocation_to));
  if (outcome->withdrawn) out.line("the issuer has withdrawn its key");
  out.object({{"bundle_from", outcome->bundle_from},
              {"bundle_to", outcome->bundle_to},
              {"revocation_from", outcome->revocation_from},
              {"revocation_to", outcome->revocation_to},
              {"withdrawn", outcome->withdrawn}},
             "item");
  return 0;
}

/// A local issuer has no bundle until the first export: version 1 covers all of its leaves.
Status TrustCommand::publish_first(const Session& session, keys::TrustStore& store) const {
  SIGNMARK_ASSIGN(const keys::Keyring keyring, open_keyring(session, unlock_));
  SIGNMARK_ASSIGN(const keys::StoredKey issuer, keyring.find(issuer_, keys::Role::issuer));
  if (!issuer.certificate)
    return fail("trust.export.unpublished", "the issuer has no root certificate", issuer.info.id());
  SIGNMARK_ASSIGN(const auto signer, keyring.open_signer(issuer.info.id(), unlock_.options(session),
                                                         keys::Role::issuer));
  SIGNMARK_ASSIGN(const std::int64_t life, parse_duration(life_));
  keys::TrustBundle bundle;
  bundle.expires = session.context.clock->now() + life;
  bundle.name = name_.empty() ? issuer.certificate->organization : name_;
  bundle.contact = contact_;
  bundle.issuers.push_back({issuer.info.public_key, issuer.certificate->der});
  keys::LeafGrant all;
  all.principal = "*";
  all.purposes = {keys::Purpose::manifest, keys::Purpose::frame, keys::Purpose::text,
                  keys::Purpose::checkpoint, keys::Purpose::aigc};
  all.media = {keys::MediaKind::image, keys::MediaKind::video, keys::MediaKind::audio,
               keys::MediaKind::text};
  all.not_before = issuer.certificate->not_before;
  all.not_after = issuer.certificate->not_after;
  bundle.leaves.push_back(std::move(all));
  SIGNMARK_TRY(store.publish(std::move(bundle), *signer));
  return {};
}

Result<int> TrustCommand::export_bundle(Session& session, keys::TrustStore& store) const {
  std::string issuer = issuer_;
  if (issuer.empty()) {
    SIGNMARK_ASSIGN(const keys::Keyring keyring, open_keyring(session, unlock_));
    SIGNMARK_ASSIGN(const keys::StoredKey own, keyring.find({}, keys::Role::issuer));
    issuer = own.info.id();
  }
  auto text = store.export_bundle(issuer);
  if (!text && text.error().code == "trust.export.unpublished") {
    SIGNMARK_TRY(publish_first(session, store));
    text = store.export_bundle(issuer);
  }
  if (!text) return tl::unexpected<Error>(text.error());
  PublishOptions how;
  how.replace = force_;
  SIGNMARK_TRY(write_file(output_, as_bytes(*text), how));
  const Output& out = session.out();
  out.line(fmt::format("wrote {} for issuer {}", output_, issuer));
  for (const keys::IssuerSummary& summary : store.list())
    if (summary.id() == issuer) out.line("  fingerprint  " + hex(summary.fingerprint));
  out.note(
      fmt::format("next, on another machine: signmark trust add {} --fingerprint HEX", output_));
  out.object({{"file", output_}, {"issuer", issuer}}, "item");
  return 0;
}

}  // namespace

std::unique_ptr<Command> make_trust_command() { return std::make_unique<TrustCommand>(); }

}  // namespace signmark::cli
