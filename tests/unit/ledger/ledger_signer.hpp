// SPDX-License-Identifier: Apache-2.0
// Signers, entries and places for tests of the ledger.
#pragma once

#include <sodium.h>

#include "keys/typed_object.hpp"
#include "signmark/ledger.hpp"
#include "support/test_support.hpp"

namespace signmark::test {

/// Signs checkpoints with the key whose seed is 32 times `seed`; may be told to fail.
class LedgerSigner final : public keys::Signer {
 public:
  explicit LedgerSigner(Byte seed = 0x33) {
    std::array<Byte, crypto_sign_SEEDBYTES> bytes{};
    bytes.fill(seed);
    crypto_sign_seed_keypair(info_.public_key.data(), secret_.data(), bytes.data());
  }
  [[nodiscard]] const keys::KeyInfo& key() const override { return info_; }
  [[nodiscard]] const std::vector<Bytes>& chain() const override { return chain_; }
  [[nodiscard]] Result<keys::Signature> sign_object(std::string_view type,
                                                    ByteView body) const override {
    if (fails) return fail("keys.sign.expired", "the test wants it so");
    const Bytes message = keys::typed_message(type, body);
    keys::Signature out{};
    crypto_sign_detached(out.data(), nullptr, message.data(), message.size(), secret_.data());
    return out;
  }
  [[nodiscard]] Result<keys::Signature> sign_cose(ByteView) const override {
    return fail("keys.sign.cose", "the test key signs checkpoints only");
  }

  bool fails = false;

 private:
  keys::KeyInfo info_;
  std::array<Byte, crypto_sign_SECRETKEYBYTES> secret_{};
  std::vector<Bytes> chain_{Bytes{0x30, 0x01, 0x00}};
};

/// An entry whose texts tell its number.
inline ledger::Entry sample_entry(std::uint64_t number) {
  ledger::Entry entry;
  entry.action = "mark";
  entry.actor = std::string(64, 'a');
  const std::array<Byte, 8> id{
      0, 0, 0, 0, 0, 0, static_cast<Byte>(number >> 8U), static_cast<Byte>(number)};
  entry.content_id = hex(id);
  entry.name = "picture " + std::to_string(number) + ".png";
  entry.format = "image/png";
  entry.bytes = 1000 + number;
  entry.input_digest = "blake2b-256:in" + std::to_string(number);
  entry.output_digest = "blake2b-256:out" + std::to_string(number);
  entry.layers = "robust,visible,metadata,manifest";
  entry.label = "1";
  entry.producer = "Alice";
  entry.produce_id = entry.content_id;
  return entry;
}

/// Unlike those of any other number.
inline Print sample_print(std::uint64_t number, PrintKind kind = PrintKind::picture) {
  Print print;
  print.kind = kind;
  const auto random = seeded_random(number + 1);
  random->fill(print.bits);
  return print;
}

/// A clock that a test sets.
struct HandClock final : Clock {
  UnixTime time = 1'795'348'800;
  [[nodiscard]] UnixTime now() const override { return time; }
};

inline std::unique_ptr<ledger::Ledger> open_ledger(const Context& context,
                                                   const std::string& location,
                                                   ledger::CheckpointRule rule = {}) {
  auto opened = ledger::Ledger::open(context, {location, false, rule});
  REQUIRE_OK(opened);
  return std::move(*opened);
}

}  // namespace signmark::test
