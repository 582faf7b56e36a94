// SPDX-License-Identifier: Apache-2.0
// Keyring: sharing carrier keys (keys.md section 7.5).
#include <sodium.h>

#include <algorithm>

#include "base/result.hpp"
#include "base/text.hpp"
#include "keys/key_birth.hpp"
#include "keys/key_select.hpp"
#include "keys/transfer.hpp"

namespace signmark::keys {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kNameBytes = 16;  // of a request's fingerprint; the content decides

fs::path waiting_folder(const Home& home) { return home.keys() / kTransferFolder; }

fs::path waiting_file(const Home& home, const Fingerprint& request) {
  return waiting_folder(home) / (hex(ByteView(request).first(kNameBytes)) + ".secret");
}

Result<WaitingRequest> load_waiting(const KeyringParts& parts, const Fingerprint& recipient) {
  const fs::path path = waiting_file(parts.home, recipient);
  if (!has_file(path))
    return fail("keys.transfer.unknown", "no request of this keyring waits for this key",
                transfer_fingerprint_text(recipient),
                "write a request with `signmark key import --request who.req`");
  SIGNMARK_ASSIGN(LoadedSecretFile loaded,
                  load_secret_file(path, kMaxTransferText, parts.policy()));
  auto request = decode_waiting(as_text(loaded.bytes), *parts.arena);
  sodium_memzero(loaded.bytes.data(), loaded.bytes.size());
  if (!request) return tl::unexpected<Error>(request.error().at(path.string()));
  return request;
}

/// The one-time key has served. A file that cannot be removed is only a request that waits on.
void forget_request(const Home& home, const Fingerprint& recipient) {
  std::error_code code;
  fs::remove(waiting_file(home, recipient), code);
}

}  // namespace

Result<TransferRequest> Keyring::request_transfer() const {
  SIGNMARK_ASSIGN(const WaitingRequest request, make_request(*arena_));
  const Fingerprint fingerprint = transfer_fingerprint_of(request.key);
  SIGNMARK_ASSIGN(const DirectoryLock lock, lock_keyring(home_, waiting_folder(home_)));
  std::string secret = encode_waiting(request.secret);
  const Status written = create_secret_file(waiting_file(home_, fingerprint), {as_bytes(secret)});
  sodium_memzero(secret.data(), secret.size());
  SIGNMARK_TRY(written);
  return TransferRequest{encode_request(request.key), transfer_fingerprint_text(fingerprint)};
}

Result<std::string> Keyring::transfer_fingerprint(std::string_view request) {
  SIGNMARK_ASSIGN(const TransferKey key, decode_request(request));
  return transfer_fingerprint_text(transfer_fingerprint_of(key));
}

Result<std::string> Keyring::export_carrier(std::string_view selector, const UnlockOptions& unlock,
                                            std::string_view request) const {
  const KeyringParts parts{context_, home_, options_, arena_};
  SIGNMARK_ASSIGN(const TransferKey to, decode_request(request));
  SIGNMARK_ASSIGN(const StoredKey key, find(selector, Role::carrier));
  SIGNMARK_ASSIGN(OpenedKey opened, open_key(parts, key, unlock));
  return seal_carrier({std::move(opened.file.header), std::move(opened.secret)}, to);
}

Result<CreatedKey> Keyring::import_carrier(std::string_view sealed,
                                           const Protection& protection) const {
  const KeyringParts parts{context_, home_, options_, arena_};
  SIGNMARK_ASSIGN(const Fingerprint recipient, sealed_recipient(sealed));
  SIGNMARK_ASSIGN(const WaitingRequest request, load_waiting(parts, recipient));
  SIGNMARK_ASSIGN(const CarriedKey carried, unseal_carrier(sealed, request, *arena_));
  SIGNMARK_TRY(check_absent(parts, Role::carrier, carried.secret));
  SIGNMARK_ASSIGN(const KdfCost cost, cost_of(protection, default_kdf(Role::carrier)));
  SIGNMARK_ASSIGN(const SecretBytes passphrase,
                  new_passphrase(parts, protection, "the shared carrier key"));
  const KeyHeader& header = carried.header;
  SIGNMARK_ASSIGN(
      CreatedKey created,
      make_key(parts, {Role::carrier, header.label, cost, header.created, header.expires},
               carried.secret, passphrase, nullptr));
  forget_request(home_, recipient);
  return created;
}

}  // namespace signmark::keys
