// SPDX-License-Identifier: Apache-2.0
// `signmark key list` and `key show`: nothing is unlocked.
#include <fmt/format.h>

#include "base/hash.hpp"
#include "base/result.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "commands/key_verbs.hpp"

namespace signmark::cli {
namespace {

class KeyList final : public Command {
 public:
  CLI::App* declare(CLI::App& app) override {
    CLI::App* verb = app.add_subcommand("list", "All keys of this user");
    unlock_.declare(*verb);
    return verb;
  }

  Result<int> run(Session& session) override {
    SIGNMARK_ASSIGN(const keys::Keyring keyring, open_keyring(session, unlock_));
    SIGNMARK_ASSIGN(const keys::Listing listing, keyring.list());
    const Output& out = session.out();
    for (const keys::StoredKey& key : listing.keys) {
      out.line(fmt::format("{:<8} {}  {:<9}  expires {}  {}", keys::role_name(key.info.role),
                           key.info.id(), keys::key_state_name(key.state),
                           date_text(key.info.expires), printable(key.info.label)));
      out.object(key_json(key), "item");
    }
    if (listing.keys.empty()) out.line("no keys");
    for (const Error& problem : listing.problems)
      out.warning(fmt::format("{}: {}", problem.where, problem.message));
    out.note(fmt::format("a detection tries {} carrier epoch{} beside the public carrier key",
                         listing.detection_epochs, listing.detection_epochs == 1 ? "" : "s"));
    if (listing.keys.empty()) out.note("next: signmark key new");
    out.object({{"keys", listing.keys.size()},
                {"problems", listing.problems.size()},
                {"detection_epochs", listing.detection_epochs},
                {"memory_locked", keyring.memory_locked()}},
               "summary");
    return listing.problems.empty() ? 0 : 15;
  }

 private:
  UnlockFlags unlock_;
};

class KeyShow final : public Command {
 public:
  CLI::App* declare(CLI::App& app) override {
    CLI::App* verb = app.add_subcommand("show", "One key in full, without its secret");
    verb->add_option("KEY", selector_, "Id, beginning of an id, or label")->required();
    verb->add_flag("--public", public_only_, "Only the public line, for handing on");
    verb->add_flag("--certificate", certificate_, "Only the certificates, as PEM");
    unlock_.declare(*verb);
    return verb;
  }

  Result<int> run(Session& session) override {
    SIGNMARK_ASSIGN(const keys::Keyring keyring, open_keyring(session, unlock_));
    SIGNMARK_ASSIGN(const keys::StoredKey key, keyring.find(selector_));
    const Output& out = session.out();
    if (certificate_) return print_certificates(out, key);
    const std::string line = keys::public_text(key.info.role, key.info.public_key);
    if (public_only_) {
      if (line.empty())
        return fail("keys.select.none", "a carrier key has no public half", selector_,
                    "share one with `signmark key export ID --to who.req`");
      out.line(line);
      out.object({{"public", line}}, "item");
      return 0;
    }
    print(out, key, line);
    return 0;
  }

 private:
  static Result<int> print_certificates(const Output& out, const keys::StoredKey& key) {
    std::vector<Bytes> chain;
    if (key.certificate) chain.push_back(key.certificate->der);
    if (key.root && key.info.role != keys::Role::issuer) chain.push_back(key.root->der);
    if (chain.empty())
      return fail("keys.select.none", "this key has no certificate yet", key.info.id(),
                  "signmark key new signing --request out.req");
    std::string pem = keys::certificates_to_pem(chain);
    while (pem.ends_with('\n')) pem.pop_back();
    out.line(pem);
    out.object({{"certificates", pem}}, "item");
    return 0;
  }

  static void print(const Output& out, const keys::StoredKey& key, const std::string& line) {
    out.line(fmt::format("{} key {}", keys::role_name(key.info.role), key.info.id()));
    out.line("  label        " + printable(key.info.label));
    out.line(fmt::format("  state        {}", keys::key_state_name(key.state)));
    out.line(fmt::format("  life         {} to {}", rfc3339(key.info.created),
                         rfc3339(key.info.expires)));
    out.line("  fingerprint  " + hex(key.info.fingerprint));
    if (!line.empty()) out.line("  public       " + line);
    out.line("  passphrase   " + keys::kdf_text(key.kdf));
    if (key.certificate)
      out.line(fmt::format(
          "  certificate  O={}, CN={}, until {}", printable(key.certificate->organization),
          printable(key.certificate->common_name), date_text(key.certificate->not_after)));
    if (!key.superseded_by.empty()) out.line("  replaced by  " + key.superseded_by);
    out.line("  file         " + path_text(key.secret_file));
    JsonLine item = key_json(key);
    item["fingerprint"] = hex(key.info.fingerprint);
    if (!line.empty()) item["public"] = line;
    out.object(std::move(item), "item");
  }

  std::string selector_;
  bool public_only_ = false, certificate_ = false;
  UnlockFlags unlock_;
};

}  // namespace

std::unique_ptr<Command> make_key_list() { return std::make_unique<KeyList>(); }
std::unique_ptr<Command> make_key_show() { return std::make_unique<KeyShow>(); }

}  // namespace signmark::cli
