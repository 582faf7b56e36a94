// SPDX-License-Identifier: Apache-2.0
// `signmark key new`: a first usable set, one key, or a certificate for somebody's request.
#include <fmt/format.h>

#include "base/file.hpp"
#include "base/result.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "commands/key_verbs.hpp"

namespace signmark::cli {
namespace {

constexpr std::uint64_t kMaxRequest = 16 << 10;  // bytes; a PKCS #10 request of ours has about 400

class KeyNew final : public Command {
 public:
  CLI::App* declare(CLI::App& app) override {
    CLI::App* verb = app.add_subcommand("new", "Make keys; without ROLE a usable set of all three");
    verb->add_option("ROLE", role_, "issuer, signing or carrier")
        ->check(CLI::IsMember({"issuer", "signing", "carrier"}));
    flags_.declare(*verb);
    verb->add_option("--request", request_,
                     "With signing: write a certificate request for an offline issuer")
        ->type_name("OUT.req");
    verb->add_option("--certify", certify_, "Issue a certificate for the key in this request")
        ->type_name("IN.req");
    verb->add_option("-o,--output", output_, "With --certify: the certificate file")
        ->type_name("OUT");
    unlock_.declare(*verb);
    verb->footer("Example: signmark key new\nNext:    signmark mark photo.png -o marked.png");
    return verb;
  }

  Result<int> run(Session& session) override {
    SIGNMARK_ASSIGN(const keys::Keyring keyring, open_keyring(session, unlock_));
    if (!certify_.empty()) return certify(session, keyring);
    SIGNMARK_ASSIGN(keys::NewKey wanted, flags_.resolve(session, unlock_));
    wanted.request = request_;
    if (role_.empty()) return make_set(session, keyring, wanted);
    return make_one(session, keyring, wanted);
  }

 private:
  static Result<int> make_set(Session& session, const keys::Keyring& keyring,
                              const keys::NewKey& wanted) {
    SIGNMARK_ASSIGN(const keys::CreatedSet set, keyring.create_set(wanted));
    const Output& out = session.out();
    for (const auto* created : {&set.issuer, &set.signing, &set.carrier})
      if (*created) print_created(out, **created);
    if (set.issuer && !set.issuer->key.is_protected())
      out.warning(
          "the issuer key has no passphrase either: whoever reads its file can sign in your name "
          "for "
          "years; better `key new` with a passphrase, then `key new signing --no-passphrase`");
    if (set.issuer) SIGNMARK_TRY(trust_locally(session, set.issuer->key));
    if (set.carrier) out.note(fmt::format("note: {}", keys::kCarrierTruth));
    out.note(
        "note: a lost passphrase is a lost key; make a backup: signmark key export --all -o "
        "keys.backup");
    out.note("next: signmark mark photo.png -o marked.png");
    return 0;
  }

  Result<int> make_one(Session& session, const keys::Keyring& keyring,
                       const keys::NewKey& wanted) const {
    SIGNMARK_ASSIGN(const keys::Role role, role_named(role_));
    SIGNMARK_ASSIGN(const keys::CreatedKey created, keyring.create(role, wanted));
    const Output& out = session.out();
    print_created(out, created);
    if (role == keys::Role::issuer) {
      SIGNMARK_TRY(trust_locally(session, created.key));
      out.note("next: signmark key new signing");
    } else if (role == keys::Role::carrier) {
      out.note(fmt::format("note: {}", keys::kCarrierTruth));
    } else if (!created.request.empty()) {
      out.note(fmt::format("next, where the issuer is: signmark key new signing --certify {}",
                           path_text(created.request)));
    } else if (!created.key.certificate) {
      out.note("no certificate yet; next: signmark key new signing --request out.req");
    } else {
      out.note("next: signmark mark photo.png -o marked.png");
    }
    return 0;
  }

  Result<int> certify(Session& session, const keys::Keyring& keyring) const {
    SIGNMARK_ASSIGN(const Bytes request, read_file(certify_, kMaxRequest));
    SIGNMARK_ASSIGN(const keys::NewKey wanted, flags_.resolve(session, unlock_));
    SIGNMARK_ASSIGN(
        const keys::IssuedCertificate issued,
        keyring.certify(as_text(request), wanted.issuer, unlock_.options(session), wanted.expires));
    const std::string file = output_.empty() ? certify_ + ".cert" : output_;
    SIGNMARK_TRY(write_file(file, as_bytes(issued.pem)));
    const Output& out = session.out();
    out.line(fmt::format("issued a certificate for {}, good until {}", issued.id,
                         date_text(issued.leaf.not_after)));
    out.line("  file    " + file);
    out.note(fmt::format("next, where the key is: signmark key import {}", file));
    out.object({{"id", issued.id}, {"file", file}, {"not_after", rfc3339(issued.leaf.not_after)}},
               "item");
    return 0;
  }

  static Status trust_locally(Session& session, const keys::StoredKey& issuer) {
    if (!issuer.certificate) return {};
    SIGNMARK_ASSIGN(keys::TrustStore store, open_trust_store(session));
    SIGNMARK_TRY(store.add_local_issuer(issuer.certificate->der));
    session.out().note(
        fmt::format("note: issuer {} is trusted on this machine, and only here; others need "
                    "`signmark trust export`",
                    issuer.info.id()));
    return {};
  }

  std::string role_, request_, certify_, output_;
  NewKeyFlags flags_;
  UnlockFlags unlock_;
};

}  // namespace

std::unique_ptr<Command> make_key_new() { return std::make_unique<KeyNew>(); }

void NewKeyFlags::declare(CLI::App& command) {
  command.add_option("--label", label, "Name for people, shown in certificates");
  command.add_option("--expires", expires, "Life of the key: 24h, 90d, 5y")->type_name("DURATION");
  command.add_option("--kdf", kdf, "Cost of the passphrase: interactive, moderate, sensitive")
      ->check(CLI::IsMember({"interactive", "moderate", "sensitive"}));
  command.add_flag("--no-passphrase", no_passphrase,
                   "Store the key without a passphrase: whoever reads the file has the key");
  command
      .add_option("--issuer", issuer, "Issuer that certifies a signing key (default: the newest)")
      ->type_name("KEY");
}

Result<keys::NewKey> NewKeyFlags::resolve(const Session& session, const UnlockFlags& unlock) const {
  keys::NewKey wanted;
  wanted.label = label;
  wanted.issuer = issuer;
  wanted.unlock_issuer = unlock.options(session);
  wanted.protection.passphrase = unlock.options(session);
  wanted.protection.without_passphrase = no_passphrase;
  if (!kdf.empty()) wanted.protection.kdf = keys::kdf_from_name(kdf);
  if (!expires.empty()) {
    SIGNMARK_ASSIGN(const std::int64_t seconds, parse_duration(expires));
    wanted.expires = session.context.clock->now() + seconds;
  }
  return wanted;
}

Result<keys::Role> role_named(const std::string& name) {
  if (const auto role = keys::role_from_name(name)) return *role;
  return fail("cli.usage", fmt::format("there is no role \"{}\"", name), {},
              "choose issuer, signing or carrier");
}

void print_created(const Output& out, const keys::CreatedKey& created) {
  const keys::StoredKey& key = created.key;
  out.line(
      fmt::format("created {} key  {}{}  expires {}", keys::role_name(key.info.role), key.info.id(),
                  key.info.label.empty() ? "" : fmt::format("  \"{}\"", printable(key.info.label)),
                  date_text(key.info.expires)));
  out.line(fmt::format("  secret  {}  ({})", path_text(key.secret_file),
                       key.is_protected() ? "passphrase protected; keep it secret"
                                          : "NOT protected by a passphrase; keep it secret"));
  if (!created.public_line.empty())
    out.line(fmt::format("  public  {}  (give this to anyone)", created.public_line));
  if (!key.revocation_file.empty() && key.info.role == keys::Role::issuer)
    out.line(fmt::format("  revoke  {}  (keep a copy elsewhere: it withdraws a lost key)",
                         path_text(key.revocation_file)));
  if (!created.request.empty()) out.line("  request " + path_text(created.request));
  JsonLine item = key_json(key);
  if (!created.public_line.empty()) item["public"] = created.public_line;
  if (!created.request.empty()) item["request"] = created.request.string();
  out.object(std::move(item), "item");
}

JsonLine key_json(const keys::StoredKey& key) {
  JsonLine item = {{"role", keys::role_name(key.info.role)},
                   {"id", key.info.id()},
                   {"label", key.info.label},
                   {"state", keys::key_state_name(key.state)},
                   {"created", rfc3339(key.info.created)},
                   {"expires", rfc3339(key.info.expires)},
                   {"protected", key.is_protected()},
                   {"kdf", keys::kdf_text(key.kdf)},
                   {"secret_here", key.has_secret},
                   {"insecure_permissions", key.insecure},
                   {"certificate", key.certificate.has_value()}};
  if (!key.secret_file.empty()) item["file"] = key.secret_file.string();
  if (!key.superseded_by.empty()) item["superseded_by"] = key.superseded_by;
  return item;
}

}  // namespace signmark::cli
