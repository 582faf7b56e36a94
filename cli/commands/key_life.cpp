// SPDX-License-Identifier: Apache-2.0
// `signmark key rotate`, `key revoke`, `key passwd` (keys.md sections 7.2, 7.3, 4.2).
#include <fmt/format.h>

#include "base/file.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "commands/key_verbs.hpp"

namespace signmark::cli {
namespace {

class KeyRotate final : public Command {
 public:
  CLI::App* declare(CLI::App& app) override {
    CLI::App* verb =
        app.add_subcommand("rotate", "Make the successor of a key; both work for 14 days");
    verb->add_option("ROLE", role_, "signing, carrier or issuer")
        ->check(CLI::IsMember({"issuer", "signing", "carrier"}));
    verb->add_option("KEY", selector_, "Key to replace (default: the newest)");
    verb->add_option("--request", request_, "Write a certificate request for an offline issuer")
        ->type_name("OUT.req");
    flags_.declare(*verb);
    unlock_.declare(*verb);
    return verb;
  }

  Result<int> run(Session& session) override {
    SIGNMARK_ASSIGN(const keys::Role role, role_named(role_));
    SIGNMARK_ASSIGN(const keys::Keyring keyring, open_keyring(session, unlock_));
    SIGNMARK_ASSIGN(keys::NewKey wanted, flags_.resolve(session, unlock_));
    wanted.request = request_;
    SIGNMARK_ASSIGN(const keys::CreatedKey created,
                    keyring.rotate(role, selector_, std::move(wanted)));
    const Output& out = session.out();
    print_created(out, created);
    out.line(fmt::format("  old     {} stops on {}", created.old_id, date_text(created.old_stops)));
    if (role == keys::Role::issuer)
      out.note(
          "note: a published trust bundle must be signed by both the old and the new issuer key");
    out.note("next: signmark key list");
    return 0;
  }

 private:
  std::string role_ = "signing", selector_, request_;
  NewKeyFlags flags_;
  UnlockFlags unlock_;
};

class KeyRevoke final : public Command {
 public:
  CLI::App* declare(CLI::App& app) override {
    CLI::App* verb =
        app.add_subcommand("revoke", "Withdraw a key; the issuer's signed list says so");
    verb->add_option("KEY", selector_, "Key to withdraw")->required();
    verb->add_option("--reason", reason_, "compromised, superseded or retired")
        ->required()
        ->check(CLI::IsMember({"compromised", "superseded", "retired"}));
    verb->add_option("--since", since_, "Time from which it is bad (RFC 3339; default now)")
        ->type_name("TIME");
    verb->add_option("--next-update", next_update_, "When the next list is due at the latest")
        ->type_name("DURATION");
    unlock_.declare(*verb);
    return verb;
  }

  Result<int> run(Session& session) override {
    SIGNMARK_ASSIGN(const keys::Keyring keyring, open_keyring(session, unlock_));
    SIGNMARK_ASSIGN(const keys::StoredKey key, keyring.find(selector_));
    UnixTime since = session.context.clock->now();
    if (!since_.empty()) {
      SIGNMARK_ASSIGN(since, parse_rfc3339(since_));
    }
    // The issuer is unlocked before anything changes, so that a wrong passphrase changes nothing.
    std::shared_ptr<keys::Signer> issuer;
    if (key.info.role == keys::Role::signing) {
      SIGNMARK_ASSIGN(issuer,
                      keyring.open_signer({}, unlock_.options(session), keys::Role::issuer));
    }
    SIGNMARK_ASSIGN(
        const keys::Withdrawal withdrawal,
        keyring.revoke(key.info.role, key.info.id(), *keys::reason_from_name(reason_), since));
    SIGNMARK_TRY(publish(session, withdrawal, issuer.get()));
    const Output& out = session.out();
    out.line(fmt::format("revoked {} key {} ({}) from {}", keys::role_name(key.info.role),
                         key.info.id(), reason_, rfc3339(since)));
    out.object({{"id", key.info.id()}, {"reason", reason_}, {"since", rfc3339(since)}}, "item");
    out.note(
        key.info.role == keys::Role::carrier
            ? "note: a carrier key is retired, not revoked: treat what leaked as public"
            : "next: signmark trust export -o issuer.smbundle, and hand it to whoever trusts you");
    return 0;
  }

 private:
  Status publish(const Session& session, const keys::Withdrawal& withdrawal,
                 const keys::Signer* issuer) const {
    SIGNMARK_ASSIGN(keys::TrustStore store, open_trust_store(session));
    if (!withdrawal.own_revocation.empty()) {
      SIGNMARK_TRY(store.update(withdrawal.own_revocation));
      return {};
    }
    if (withdrawal.entries.empty() || issuer == nullptr) return {};
    SIGNMARK_ASSIGN(const std::int64_t life, parse_duration(next_update_));
    SIGNMARK_TRY(store.revoke(withdrawal.entries, session.context.clock->now() + life, *issuer));
    return {};
  }

  std::string selector_, reason_, since_, next_update_ = "1y";
  UnlockFlags unlock_;
};

class KeyPasswd final : public Command {
 public:
  CLI::App* declare(CLI::App& app) override {
    CLI::App* verb = app.add_subcommand("passwd", "Change the passphrase of a key, or its cost");
    verb->add_option("KEY", selector_, "Key")->required();
    verb->add_option("--new-passphrase-fd", new_fd_, "Read the new passphrase from this descriptor")
        ->type_name("N");
    verb->add_option("--new-passphrase-file", new_file_, "Read the new passphrase from this file")
        ->type_name("F");
    verb->add_option("--kdf", kdf_, "interactive, moderate or sensitive")
        ->check(CLI::IsMember({"interactive", "moderate", "sensitive"}));
    verb->add_flag("--no-passphrase", none_, "Store the key without a passphrase");
    unlock_.declare(*verb);
    return verb;
  }

  Result<int> run(Session& session) override {
    SIGNMARK_ASSIGN(const keys::Keyring keyring, open_keyring(session, unlock_));
    keys::Protection fresh;
    fresh.without_passphrase = none_;
    if (!kdf_.empty()) fresh.kdf = keys::kdf_from_name(kdf_);
    // The new passphrase never comes from the sources of the old one, or it would stay the same.
    if (new_fd_ >= 0) fresh.passphrase.passphrase_fd = new_fd_;
    fresh.passphrase.passphrase_file = new_file_;
    fresh.passphrase.prompt = unlock_.options(session).prompt;
    SIGNMARK_ASSIGN(const keys::ChangedPassphrase changed,
                    keyring.change_passphrase(selector_, unlock_.options(session), fresh));
    const Output& out = session.out();
    out.line(fmt::format("changed the passphrase of {} key {}",
                         keys::role_name(changed.key.info.role), changed.key.info.id()));
    out.note(
        fmt::format("note: the old file, under the old passphrase, is {}; delete it when the "
                    "new passphrase works",
                    path_text(changed.kept)));
    out.object(key_json(changed.key), "item");
    return 0;
  }

 private:
  std::string selector_, new_file_, kdf_;
  int new_fd_ = -1;
  bool none_ = false;
  UnlockFlags unlock_;
};

}  // namespace

std::unique_ptr<Command> make_key_rotate() { return std::make_unique<KeyRotate>(); }
std::unique_ptr<Command> make_key_revoke() { return std::make_unique<KeyRevoke>(); }
std::unique_ptr<Command> make_key_passwd() { return std::make_unique<KeyPasswd>(); }

}  // namespace signmark::cli
