// SPDX-License-Identifier: Apache-2.0
// `signmark key export` and `key import`: backups, single secrets, certificates, carrier keys
// (keys.md sections 7.1, 7.4, 7.5).
#include <fmt/format.h>

#include "base/bytes.hpp"
#include "base/file.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "commands/key_verbs.hpp"

namespace signmark::cli {
namespace {

constexpr std::uint64_t kMaxExchange = 64 << 10;  // bytes of a certificate, request or sealed key

class KeyExport final : public Command {
 public:
  CLI::App* declare(CLI::App& app) override {
    CLI::App* verb =
        app.add_subcommand("export", "Back up the keyring, or hand a key to another machine");
    verb->add_option("KEY", selector_, "Key to export");
    verb->add_flag("--all", all_, "Everything in one encrypted file");
    verb->add_flag("--paper", paper_, "The secret in groups with checks, for paper");
    verb->add_option("--to", to_, "Seal a carrier key to this transfer request")
        ->type_name("WHO.req");
    verb->add_option("--kdf", kdf_, "With --all: cost of the passphrase")
        ->check(CLI::IsMember({"interactive", "moderate", "sensitive"}));
    verb->add_option("-o,--output", output_, "File to write (0600)")->required()->type_name("OUT");
    unlock_.declare(*verb);
    verb->footer(
        "Example: signmark key export --all -o keys.backup\nNext:    signmark key import --check "
        "keys.backup");
    return verb;
  }

  Result<int> run(Session& session) override {
    SIGNMARK_ASSIGN(const keys::Keyring keyring, open_keyring(session, unlock_));
    if (all_) return backup(session, keyring);
    if (selector_.empty())
      return fail("cli.usage", "nothing named to export", {}, "name a KEY, or use --all");
    if (!to_.empty()) return seal(session, keyring);
    SIGNMARK_TRY(keyring.export_secret_file(selector_, unlock_.options(session), paper_, output_));
    session.out().line(fmt::format("wrote the SECRET of {} to {}", selector_, output_));
    session.out().note("note: whoever reads that file has the key; delete it when it has arrived");
    session.out().object({{"file", output_}}, "item");
    return 0;
  }

 private:
  Result<int> backup(Session& session, const keys::Keyring& keyring) const {
    keys::Protection protection;
    if (!kdf_.empty()) protection.kdf = keys::kdf_from_name(kdf_);
    protection.passphrase = unlock_.options(session);
    SIGNMARK_ASSIGN(const keys::BackupReport report, keyring.export_all(output_, protection));
    const Output& out = session.out();
    out.line(fmt::format("backed up {} keys ({} files) to {}", report.keys.size(), report.files,
                         output_));
    out.note("note: a lost passphrase is a lost key");
    out.note(fmt::format("next: signmark key import --check {}", output_));
    out.object({{"file", output_}, {"keys", report.keys}, {"files", report.files}}, "item");
    return 0;
  }

  Result<int> seal(Session& session, const keys::Keyring& keyring) const {
    SIGNMARK_ASSIGN(const Bytes request, read_file(to_, kMaxExchange));
    SIGNMARK_ASSIGN(const std::string print, keys::Keyring::transfer_fingerprint(as_text(request)));
    SIGNMARK_ASSIGN(const std::string sealed,
                    keyring.export_carrier(selector_, unlock_.options(session), as_text(request)));
    SIGNMARK_TRY(write_file(output_, as_bytes(sealed), {false, 0600, {}}));
    const Output& out = session.out();
    out.line(fmt::format("sealed carrier key {} to request {}", selector_, print));
    out.note("note: compare that fingerprint with the receiver's over another channel");
    out.note(fmt::format("note: {}", keys::kCarrierTruth));
    out.object({{"file", output_}, {"request_fingerprint", print}}, "item");
    return 0;
  }

  std::string selector_, to_, output_, kdf_;
  bool all_ = false, paper_ = false;
  UnlockFlags unlock_;
};

class KeyImport final : public Command {
 public:
  CLI::App* declare(CLI::App& app) override {
    CLI::App* verb = app.add_subcommand(
        "import", "Bring in a backup, certificate, secret, key file or sealed carrier key");
    verb->add_option("FILE", file_, "What to import; its kind is told from its content");
    verb->add_flag("--check", check_, "Only prove, in memory, that a backup restores");
    verb->add_option("--request", request_, "Write a transfer request for a carrier key")
        ->type_name("WHO.req");
    flags_.declare(*verb);
    unlock_.declare(*verb);
    return verb;
  }

  Result<int> run(Session& session) override;

 private:
  Result<int> write_request(Session& session, const keys::Keyring& keyring) const;
  Result<int> certificate(Session& session, const keys::Keyring& keyring,
                          std::string_view text) const;
  Result<int> restore(Session& session, const keys::Keyring& keyring) const;
  Result<int> key(Session& session, const keys::Keyring& keyring, std::string_view text) const;

  std::string file_, request_;
  bool check_ = false;
  NewKeyFlags flags_;
  UnlockFlags unlock_;
};

Result<int> KeyImport::run(Session& session) {
  SIGNMARK_ASSIGN(const keys::Keyring keyring, open_keyring(session, unlock_));
  if (!request_.empty()) return write_request(session, keyring);
  if (file_.empty())
    return fail("cli.usage", "nothing named to import", {},
                "name a FILE, or use --request WHO.req");
  if (check_) return restore(session, keyring);
  auto content = read_file(file_, kMaxExchange);
  if (!content && content.error().code == "base.file.size") return restore(session, keyring);
  if (!content) return tl::unexpected<Error>(content.error());
  const std::string_view text = as_text(*content);
  if (text.find("-----BEGIN CERTIFICATE-----") != std::string_view::npos)
    return certificate(session, keyring, text);
  if (keys::is_backup(*content)) return restore(session, keyring);
  return key(session, keyring, text);
}

Result<int> KeyImport::write_request(Session& session, const keys::Keyring& keyring) const {
  SIGNMARK_ASSIGN(const keys::TransferRequest request, keyring.request_transfer());
  SIGNMARK_TRY(write_file(request_, as_bytes(request.text)));
  const Output& out = session.out();
  out.line(
      fmt::format("wrote transfer request {} with fingerprint {}", request_, request.fingerprint));
  out.note(fmt::format(
      "next, where the carrier key is: signmark key export KEY --to {} -o sealed.key", request_));
  out.object({{"file", request_}, {"fingerprint", request.fingerprint}}, "item");
  return 0;
}

Result<int> KeyImport::certificate(Session& session, const keys::Keyring& keyring,
                                   std::string_view text) const {
  SIGNMARK_ASSIGN(const keys::StoredKey key, keyring.import_certificate(text));
  session.out().line(fmt::format("{} key {} has its certificate, good until {}",
                                 keys::role_name(key.info.role), key.info.id(),
                                 date_text(key.info.expires)));
  session.out().note("next: signmark mark photo.png -o marked.png");
  session.out().object(key_json(key), "item");
  return 0;
}

Result<int> KeyImport::restore(Session& session, const keys::Keyring& keyring) const {
  SIGNMARK_ASSIGN(const keys::BackupReport report,
                  check_ ? keyring.check_backup(file_, unlock_.options(session))
                         : keyring.import_backup(file_, unlock_.options(session)));
  const Output& out = session.out();
  out.line(check_ ? fmt::format("{} restores: {} keys, {} files", file_, report.keys.size(),
                                report.files)
                  : fmt::format("restored {} of {} files from {}", report.restored.size(),
                                report.files, file_));
  for (const std::string& id : report.not_opened)
    out.warning(fmt::format("{} has a passphrase of its own, which was not tried", id));
  out.object({{"file", file_},
              {"keys", report.keys},
              {"restored", report.restored},
              {"not_opened", report.not_opened}},
             "item");
  return 0;
}

Result<int> KeyImport::key(Session& session, const keys::Keyring& keyring,
                           std::string_view text) const {
  SIGNMARK_ASSIGN(const keys::NewKey wanted, flags_.resolve(session, unlock_));
  keys::KeyTextKind kind = keys::key_text_kind(text);
  auto created = [&]() -> Result<keys::CreatedKey> {
    if (kind == keys::KeyTextKind::sealed_carrier)
      return keyring.import_carrier(text, wanted.protection);
    if (kind == keys::KeyTextKind::key_file)
      return keyring.import_key_file(file_, unlock_.options(session), wanted.protection);
    return keyring.import_secret(text, wanted);
  }();
  if (!created) return tl::unexpected<Error>(created.error().at(file_));
  print_created(session.out(), *created);
  if (created->key.info.role == keys::Role::carrier)
    session.out().note(fmt::format("note: {}", keys::kCarrierTruth));
  return 0;
}

}  // namespace

std::unique_ptr<Command> make_key_export() { return std::make_unique<KeyExport>(); }
std::unique_ptr<Command> make_key_import() { return std::make_unique<KeyImport>(); }

}  // namespace signmark::cli
