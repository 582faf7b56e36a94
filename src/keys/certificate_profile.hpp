// SPDX-License-Identifier: Apache-2.0
// Extensions of our certificates (c2pa.md section 6): the only ones written, the only ones asked
// for.
#pragma once

#include "keys/der.hpp"

namespace signmark::keys {

inline constexpr std::array<Byte, 5> kOidBasicConstraints{0x06, 0x03, 0x55, 0x1d, 0x13};
inline constexpr std::array<Byte, 5> kOidKeyUsage{0x06, 0x03, 0x55, 0x1d, 0x0f};
inline constexpr std::array<Byte, 5> kOidExtendedKeyUsage{0x06, 0x03, 0x55, 0x1d, 0x25};
inline constexpr std::array<Byte, 5> kOidSubjectKeyId{0x06, 0x03, 0x55, 0x1d, 0x0e};
inline constexpr std::array<Byte, 5> kOidAuthorityKeyId{0x06, 0x03, 0x55, 0x1d, 0x23};

inline constexpr std::array<Byte, 5> kRootConstraints{0x30, 0x03, 0x01, 0x01, 0xff};  // cA TRUE
inline constexpr std::array<Byte, 2> kLeafConstraints{0x30, 0x00};        // cA FALSE by default
inline constexpr std::array<Byte, 4> kRootUsage{0x03, 0x02, 0x01, 0x06};  // keyCertSign, cRLSign
inline constexpr std::array<Byte, 4> kLeafUsage{0x03, 0x02, 0x07, 0x80};  // digitalSignature

/// c2pa-kp-claimSigning 1.3.6.1.4.1.62558.2.1, and emailProtection for validators that do not know
/// it.
inline constexpr std::array<Byte, 24> kLeafPurposes{0x30, 0x16, 0x06, 0x0a, 0x2b, 0x06, 0x01, 0x04,
                                                    0x01, 0x83, 0xe8, 0x5e, 0x02, 0x01, 0x06, 0x08,
                                                    0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x04};

inline constexpr std::array<Byte, 2> kSubjectKeyIdPrefix{0x04, 0x14};
inline constexpr std::array<Byte, 4> kAuthorityKeyIdPrefix{0x30, 0x16, 0x80, 0x14};

/// X.509 version 3: [0] { INTEGER 2 }.
inline constexpr std::array<Byte, 5> kVersion3{0xa0, 0x03, 0x02, 0x01, 0x02};

}  // namespace signmark::keys
