// SPDX-License-Identifier: Apache-2.0
// Keyring: secrets as text, and key files from elsewhere (keys.md sections 3, 7.4, 7.5).
#include <algorithm>

#include "base/result.hpp"
#include "keys/key_birth.hpp"
#include "keys/key_select.hpp"
#include "keys/paper.hpp"

namespace signmark::keys {
namespace fs = std::filesystem;
namespace {

/// Files end in one line feed, which belongs to no secret line.
std::string_view without_line_end(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  return text;
}

Result<NamedSecret> read_secret(SecureArena& arena, std::string_view text) {
  if (!is_paper_text(text)) return parse_secret_text(arena, without_line_end(text));
  SIGNMARK_ASSIGN(const SecretBytes line, parse_paper_text(arena, text));
  const auto view = line.open();
  return parse_secret_text(arena, as_text(view.bytes()));
}

}  // namespace

Result<SecretBytes> Keyring::export_secret(std::string_view selector,
                                           const UnlockOptions& unlock) const {
  const KeyringParts parts{context_, home_, options_, arena_};
  SIGNMARK_ASSIGN(const StoredKey key, find(selector, std::nullopt));
  SIGNMARK_ASSIGN(const SecretBytes secret, open_secret(parts, key, unlock));
  return secret_text(*arena_, key.info.role, secret);
}

Result<SecretBytes> Keyring::export_paper(std::string_view selector,
                                          const UnlockOptions& unlock) const {
  SIGNMARK_ASSIGN(const SecretBytes line, export_secret(selector, unlock));
  return paper_text(*arena_, line);
}

Status Keyring::export_secret_file(std::string_view selector, const UnlockOptions& unlock,
                                   bool paper, const fs::path& file) const {
  if (has_file(file))
    return fail("keys.file.exists", "the file exists already and is not replaced", file.string(),
                "name another file");
  SIGNMARK_ASSIGN(const SecretBytes text,
                  paper ? export_paper(selector, unlock) : export_secret(selector, unlock));
  const auto view = text.open();
  return create_secret_file(file, {view.bytes(), as_bytes("\n")});
}

Result<CreatedKey> Keyring::import_secret(std::string_view text, const NewKey& wanted) const {
  const KeyringParts parts{context_, home_, options_, arena_};
  SIGNMARK_ASSIGN(const NamedSecret named, read_secret(*arena_, text));
  SIGNMARK_ASSIGN(KeyPlan plan, plan_key(parts, named.role, wanted));
  SIGNMARK_TRY(check_absent(parts, named.role, named.secret));
  SIGNMARK_ASSIGN(const SecretBytes passphrase,
                  new_passphrase(parts, wanted.protection, "the imported key"));
  return make_key(parts, std::move(plan), named.secret, passphrase, nullptr);
}

Result<CreatedKey> Keyring::import_key_file(const fs::path& file, const UnlockOptions& transfer,
                                            const Protection& protection) const {
  const KeyringParts parts{context_, home_, options_, arena_};
  SIGNMARK_ASSIGN(const LoadedKeyFile loaded, load_key_file(file, parts.policy()));
  const KeyHeader& header = loaded.file.header;
  auto secret = unlock_file(parts, loaded.file, transfer);
  if (!secret) return tl::unexpected<Error>(secret.error().at(file.string()));
  SIGNMARK_TRY(check_absent(parts, header.role, *secret));
  SIGNMARK_ASSIGN(const KdfCost cost, cost_of(protection, default_kdf(header.role)));
  SIGNMARK_ASSIGN(const SecretBytes passphrase,
                  new_passphrase(parts, protection, describe(info_of(header))));
  return make_key(parts, {header.role, header.label, cost, header.created, header.expires}, *secret,
                  passphrase, nullptr);
}

}  // namespace signmark::keys
