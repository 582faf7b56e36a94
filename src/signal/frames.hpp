// SPDX-License-Identifier: Apache-2.0
// The two payload frames that all media share (image-mark.md section 6), packed most significant
// bit first.
#pragma once

#include <array>
#include <functional>
#include <vector>

#include "base/result.hpp"

namespace signmark::signal {

using Bits = std::vector<std::uint8_t>;  ///< one bit a byte, 0 or 1

/// 96 bits and a 32-bit check. Says which work this is; proves nothing by itself.
struct IdFrame {
  static constexpr int kInfoBits = 96, kCheckBits = 32, kBits = kInfoBits + kCheckBits;
  std::uint8_t epoch = 0;    ///< carrier-key epoch mod 4
  bool with_signed = false;  ///< a signed frame is here too
  std::uint64_t content_id = 0;
  std::array<Byte, 3> issuer_hint{};  ///< first bytes of the issuer's fingerprint; a hint only
  friend bool operator==(const IdFrame&, const IdFrame&) = default;
};

/// 704 bits and a 32-bit check; proves origin where its signature verifies and its fingerprint
/// fits.
struct SignedFrame {
  static constexpr int kInfoBits = 704, kCheckBits = 32, kBits = kInfoBits + kCheckBits;
  static constexpr int kFieldBytes = 24;
  std::uint64_t content_id = 0;
  std::array<Byte, 4> issuer_hint{};
  std::uint32_t time = 0;  ///< Unix seconds
  std::uint64_t fingerprint = 0;
  std::array<Byte, 64> signature{};
  friend bool operator==(const SignedFrame&, const SignedFrame&) = default;
};

/// Gives the Ed25519 signature over the 24 packed field bytes under the frame's object type.
using FrameSigner = std::function<Result<std::array<Byte, 64>>(ByteView fields)>;

/// content id, issuer hint, time, fingerprint, big-endian: what is signed.
std::array<Byte, SignedFrame::kFieldBytes> packed_fields(const SignedFrame& frame);

/// Bits with their check, ready for the code. `check_key`: the carrier's stream key "check".
Bits pack(const IdFrame& frame, ByteView check_key);
Bits pack(const SignedFrame& frame, ByteView check_key);

/// Whether the last 32 bits are the check of those before them; in constant time.
bool check_fits(const Bits& bits, ByteView check_key);

/// The frame of bits whose check fits; nothing when the version is unknown or reserved bits are
/// set.
std::optional<IdFrame> unpack_id(const Bits& bits);
std::optional<SignedFrame> unpack_signed(const Bits& bits);

}  // namespace signmark::signal
