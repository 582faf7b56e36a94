// SPDX-License-Identifier: Apache-2.0
// The little DER (X.690) that our own certificates and requests need: one reader, one writer.
#pragma once

#include <initializer_list>

#include "base/bytes.hpp"

namespace signmark::keys {

/// Identifier octets, X.690 8.1.2; all of one byte.
enum DerTag : std::uint8_t {
  kDerBoolean = 0x01,
  kDerInteger = 0x02,
  kDerBitString = 0x03,
  kDerOctetString = 0x04,
  kDerOid = 0x06,
  kDerUtf8 = 0x0c,
  kDerUtcTime = 0x17,
  kDerSequence = 0x30,
  kDerSet = 0x31,
  kDerContext0 = 0xa0,
  kDerContext3 = 0xa3
};

/// One element: tag, shortest length, content.
Bytes der_element(std::uint8_t tag, ByteView content);
/// The same around several pieces, one after the other.
Bytes der_element(std::uint8_t tag, std::initializer_list<ByteView> pieces);

/// Reads elements one after the other and never beyond its view. Only definite lengths in their
/// shortest form, below 64 KiB. Every failure has the code `<context>.syntax`.
class DerReader {
 public:
  DerReader(ByteView data, std::string_view context) : reader_(data, context) {}

  [[nodiscard]] const std::string& context() const { return reader_.context(); }
  [[nodiscard]] bool at_end() const { return reader_.at_end(); }
  /// Whether an element with this tag comes next.
  [[nodiscard]] bool next_is(std::uint8_t tag) const;
  /// Content of the next element, which must have this tag.
  Result<ByteView> take(std::uint8_t tag);
  /// The next element with its header.
  Result<ByteView> take_whole(std::uint8_t tag);
  /// A reader of the next element's content.
  Result<DerReader> enter(std::uint8_t tag);
  /// Exactly these bytes, as a whole element or several. `what` names them in the message.
  Status expect(ByteView bytes, std::string_view what);
  /// That nothing follows.
  [[nodiscard]] Status finish() const;

 private:
  [[nodiscard]] tl::unexpected<Error> syntax(std::string message) const;
  Result<std::size_t> length();

  ByteReader reader_;
};

}  // namespace signmark::keys
