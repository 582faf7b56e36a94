// SPDX-License-Identifier: Apache-2.0
// Encoding, sealing and opening of carrier keys on their way.
#include "keys/transfer.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"
#include "keys/armor.hpp"

namespace signmark::keys {
namespace {

constexpr std::string_view kRequestMagic = "SMREQ1";
constexpr std::string_view kWaitingMagic = "SMWAIT1";
constexpr std::string_view kSealedMagic = "SMSEAL1";
constexpr std::string_view kWaitingArmor = "SIGNMARK TRANSFER SECRET";
constexpr std::string_view kFingerprintContext = "signmark/transfer/v1";
constexpr std::string_view kCarriedContext = "signmark/carrier-key/v1";
constexpr std::size_t kShownBytes = 16;  // of a fingerprint
constexpr std::size_t kSealBytes = crypto_box_curve25519xchacha20poly1305_SEALBYTES;

static_assert(crypto_box_curve25519xchacha20poly1305_PUBLICKEYBYTES == sizeof(TransferKey));

tl::unexpected<Error> bad_text(std::string_view what) {
  return fail("keys.transfer.syntax", fmt::format("the text is no {}", what), {},
              "copy the whole file, from the BEGIN line to the END line");
}

tl::unexpected<Error> not_opened() {
  return fail("keys.transfer.sealed", "the sealed key does not open, or is damaged", {},
              "ask for it again with the request file of this keyring");
}

/// The bytes behind the magic of a block of the wanted kind; wiped by the caller where secret.
Result<Bytes> open_block(std::string_view text, std::string_view label, std::string_view magic,
                         std::string_view what) {
  if (text.size() > kMaxTransferText) return bad_text(what);
  auto block = dearmor(text);
  if (!block || block->label != label || !starts_with(block->bytes, magic)) return bad_text(what);
  block->bytes.erase(block->bytes.begin(),
                     block->bytes.begin() + static_cast<std::ptrdiff_t>(magic.size()));
  return std::move(block->bytes);
}

Bytes encode_carried(const CarriedKey& carried) {
  const KeyHeader& h = carried.header;
  ByteWriter w;
  w.text(kCarriedContext).u8(0);
  w.u64be(static_cast<std::uint64_t>(h.created)).u64be(static_cast<std::uint64_t>(h.expires));
  w.u8(static_cast<std::uint8_t>(h.label.size())).text(h.label);
  w.bytes(carried.secret.open().bytes());
  return w.take();
}

/// What was opened came from somebody who could write anything, so it is read as strictly as a
/// file.
Status decode_carried(ByteView bytes, CarriedKey& carried) {
  ByteReader reader(bytes, "keys.transfer");
  if (!reader.next_is(kCarriedContext)) return not_opened();
  SIGNMARK_TRY(reader.skip(kCarriedContext.size()));
  SIGNMARK_ASSIGN(const auto zero, reader.u8());
  SIGNMARK_ASSIGN(const auto created, reader.u64be());
  SIGNMARK_ASSIGN(const auto expires, reader.u64be());
  SIGNMARK_ASSIGN(const auto size, reader.u8());
  SIGNMARK_ASSIGN(const ByteView label, reader.take(size));
  SIGNMARK_ASSIGN(const ByteView secret, reader.take(kSeed));
  const auto clean = check_label(as_text(label));
  const bool good = zero == 0 && reader.at_end() && created < expires &&
                    expires <= static_cast<std::uint64_t>(kLastTime) + 1 && clean &&
                    *clean == as_text(label);
  if (!good) return not_opened();
  carried.header.role = Role::carrier;
  carried.header.created = static_cast<UnixTime>(created);
  carried.header.expires = static_cast<UnixTime>(expires);
  carried.header.label = *clean;
  std::copy(secret.begin(), secret.end(), carried.secret.open().bytes().begin());
  return {};
}

}  // namespace

Fingerprint transfer_fingerprint_of(const TransferKey& key) {
  ByteWriter w;
  w.text(kFingerprintContext).u8(0).bytes(key);
  return blake2b(w.view());
}

std::string transfer_fingerprint_text(const Fingerprint& fingerprint) {
  const std::string digits = hex(ByteView(fingerprint).first(kShownBytes));
  std::string out;
  for (std::size_t i = 0; i < digits.size(); i += 4) {
    if (i != 0) out += '-';
    out.append(digits, i, 4);
  }
  return out;
}

std::string encode_request(const TransferKey& key) {
  ByteWriter w;
  w.text(kRequestMagic).bytes(key);
  return armor(kRequestArmor, w.view());
}

Result<TransferKey> decode_request(std::string_view text) {
  SIGNMARK_ASSIGN(const Bytes bytes,
                  open_block(text, kRequestArmor, kRequestMagic, "transfer request"));
  TransferKey key{};
  if (bytes.size() != key.size()) return bad_text("transfer request");
  std::copy(bytes.begin(), bytes.end(), key.begin());
  return key;
}

Result<WaitingRequest> make_request(SecureArena& arena) {
  WaitingRequest request;
  SIGNMARK_ASSIGN(request.secret, arena.allocate(sizeof(TransferKey)));
  crypto_box_curve25519xchacha20poly1305_keypair(request.key.data(),
                                                 request.secret.open().bytes().data());
  return request;
}

std::string encode_waiting(const SecretBytes& secret) {
  ByteWriter w;
  w.text(kWaitingMagic).bytes(secret.open().bytes());
  Bytes bytes = w.take();
  std::string text = armor(kWaitingArmor, bytes);
  sodium_memzero(bytes.data(), bytes.size());
  return text;
}

Result<WaitingRequest> decode_waiting(std::string_view text, SecureArena& arena) {
  SIGNMARK_ASSIGN(Bytes bytes,
                  open_block(text, kWaitingArmor, kWaitingMagic, "secret of a transfer request"));
  if (bytes.size() != sizeof(TransferKey)) return bad_text("secret of a transfer request");
  WaitingRequest request;
  auto room = arena.allocate(bytes.size());
  if (room) {
    request.secret = std::move(*room);
    const auto view = request.secret.open();
    std::copy(bytes.begin(), bytes.end(), view.bytes().begin());
    crypto_scalarmult_base(request.key.data(), view.bytes().data());
  }
  sodium_memzero(bytes.data(), bytes.size());
  if (!room) return tl::unexpected<Error>(room.error());
  return request;
}

Result<std::string> seal_carrier(const CarriedKey& carried, const TransferKey& to) {
  Bytes plain = encode_carried(carried);
  Bytes sealed(plain.size() + kSealBytes);
  const int rc = crypto_box_curve25519xchacha20poly1305_seal(sealed.data(), plain.data(),
                                                             plain.size(), to.data());
  sodium_memzero(plain.data(), plain.size());
  // A point of small order, which no honest request has: anybody could open what is sealed to it.
  if (rc != 0) return bad_text("transfer request");
  ByteWriter w;
  w.text(kSealedMagic).bytes(transfer_fingerprint_of(to)).bytes(sealed);
  return armor(kSealedArmor, w.view());
}

Result<Fingerprint> sealed_recipient(std::string_view text) {
  SIGNMARK_ASSIGN(const Bytes bytes,
                  open_block(text, kSealedArmor, kSealedMagic, "sealed carrier key"));
  Fingerprint recipient{};
  if (bytes.size() <= recipient.size() + kSealBytes) return bad_text("sealed carrier key");
  std::copy_n(bytes.begin(), recipient.size(), recipient.begin());
  return recipient;
}

Result<CarriedKey> unseal_carrier(std::string_view text, const WaitingRequest& request,
                                  SecureArena& arena) {
  SIGNMARK_TRY(sealed_recipient(text));
  SIGNMARK_ASSIGN(const Bytes bytes,
                  open_block(text, kSealedArmor, kSealedMagic, "sealed carrier key"));
  const ByteView sealed = ByteView(bytes).subspan(sizeof(Fingerprint));
  CarriedKey carried;
  SIGNMARK_ASSIGN(carried.secret, arena.allocate(kSeed));
  Bytes plain(sealed.size() - kSealBytes);
  const int rc = crypto_box_curve25519xchacha20poly1305_seal_open(
      plain.data(), sealed.data(), sealed.size(), request.key.data(),
      request.secret.open().bytes().data());
  const Status read = rc == 0 ? decode_carried(plain, carried) : not_opened();
  sodium_memzero(plain.data(), plain.size());
  if (!read) return not_opened();
  return carried;
}

}  // namespace signmark::keys
