// SPDX-License-Identifier: Apache-2.0
// Labels, box types and algorithm numbers that writer and validator share (C2PA 2.5 chapters 9 to
// 16).
#pragma once

#include <array>
#include <string_view>

#include "signmark/base.hpp"

namespace signmark::c2pa {

// ---------------------------------------------------------------------------------------------
// JUMBF content types: a four-character code followed by 0011-0010-8000-00AA00389B71

using Uuid = std::array<Byte, 16>;

/// The content type UUID of a four-character code.
constexpr Uuid content_type(const char (&code)[5]) {
  return {static_cast<Byte>(code[0]),
          static_cast<Byte>(code[1]),
          static_cast<Byte>(code[2]),
          static_cast<Byte>(code[3]),
          0x00,
          0x11,
          0x00,
          0x10,
          0x80,
          0x00,
          0x00,
          0xAA,
          0x00,
          0x38,
          0x9B,
          0x71};
}

inline constexpr Uuid kStoreType = content_type("c2pa");
inline constexpr Uuid kStandardManifestType = content_type("c2ma");
inline constexpr Uuid kUpdateManifestType = content_type("c2um");
inline constexpr Uuid kCompressedManifestType = content_type("c2cm");
inline constexpr Uuid kDeprecatedManifestType = content_type("c2md");  ///< alias of c2ma, read only
inline constexpr Uuid kAssertionStoreType = content_type("c2as");
inline constexpr Uuid kClaimType = content_type("c2cl");
inline constexpr Uuid kSignatureType = content_type("c2cs");
inline constexpr Uuid kCredentialStoreType = content_type("c2vc");  ///< of 1.x manifests, read only
inline constexpr Uuid kDataBoxStoreType = content_type("c2db");     ///< of 1.x manifests, read only
inline constexpr Uuid kCborType = content_type("cbor");
inline constexpr Uuid kJsonType = content_type("json");
/// Embedded file (ISO 19566-5 Annex B): `bfdb` with the media type, `bidb` with the bytes.
inline constexpr Uuid kEmbeddedFileType = {0x40, 0xCB, 0x0C, 0x32, 0xBB, 0x8A, 0x48, 0x9D,
                                           0xA7, 0x0B, 0x2A, 0xD6, 0xF4, 0x7F, 0x43, 0x69};

// ---------------------------------------------------------------------------------------------
// Labels of boxes

inline constexpr std::string_view kStoreLabel = "c2pa";
inline constexpr std::string_view kAssertionStoreLabel = "c2pa.assertions";
inline constexpr std::string_view kClaimLabel = "c2pa.claim.v2";
inline constexpr std::string_view kClaimV1Label = "c2pa.claim";
inline constexpr std::string_view kSignatureLabel = "c2pa.signature";

// ---------------------------------------------------------------------------------------------
// Labels of assertions; a second one of a kind ends in `__1`, a third in `__2`

inline constexpr std::string_view kActionsLabel = "c2pa.actions.v2";
inline constexpr std::string_view kActionsV1Label = "c2pa.actions";
inline constexpr std::string_view kDataHashLabel = "c2pa.hash.data";
inline constexpr std::string_view kBmffHashLabel = "c2pa.hash.bmff.v3";
inline constexpr std::string_view kBmffHashV2Label = "c2pa.hash.bmff.v2";
inline constexpr std::string_view kBoxesHashLabel = "c2pa.hash.boxes";
inline constexpr std::string_view kCollectionHashLabel = "c2pa.hash.collection.data";
inline constexpr std::string_view kSoftBindingLabel = "c2pa.soft-binding";
inline constexpr std::string_view kOwnPrefix = "io.signmark.";
inline constexpr std::string_view kDisclosureLabel = "c2pa.ai-disclosure";
inline constexpr std::string_view kIngredientLabel = "c2pa.ingredient.v3";
inline constexpr std::string_view kIngredientV2Label = "c2pa.ingredient.v2";
inline constexpr std::string_view kIngredientV1Label = "c2pa.ingredient";

// ---------------------------------------------------------------------------------------------
// ISO BMFF: the root box that carries the store (Annex A.5)

inline constexpr Uuid kBmffStoreUuid = {0xD8, 0xFE, 0xC3, 0xD6, 0x1B, 0x0E, 0x48, 0x3C,
                                        0x92, 0x97, 0x58, 0x28, 0x87, 0x7E, 0xC4, 0x81};
/// Where that UUID stands in its box: behind size and type.
inline constexpr std::uint64_t kBmffUuidOffset = 8;

// ---------------------------------------------------------------------------------------------
// COSE (RFC 9052, RFC 9360)

inline constexpr std::uint64_t kCoseSign1Tag = 18;
inline constexpr std::int64_t kCoseAlg = 1;        ///< header: algorithm
inline constexpr std::int64_t kCoseX5Chain = 33;   ///< header: certificate chain, leaf first
inline constexpr std::int64_t kCoseAlgEdDsa = -8;  ///< Ed25519 only in C2PA

}  // namespace signmark::c2pa
