// SPDX-License-Identifier: Apache-2.0
// Signed JSON objects on disk: one wrapper around the exact signed bytes, and the rules of its
// body.
#pragma once

#include <span>

#include "base/json.hpp"
#include "signmark/keys.hpp"

namespace signmark::keys {

// keys.md section 13; the wrapper adds a third for base64 and room for its signatures.
inline constexpr std::size_t kMaxObjectBody = 64U << 10;
inline constexpr std::size_t kMaxBundleBody = 256U << 10;
inline constexpr std::size_t kMaxWrapper = kMaxBundleBody / 3 * 4 + (16U << 10);
/// Nobody needs more: two for a change of issuer, some for witnesses to come.
inline constexpr std::size_t kMaxObjectSignatures = 8;

/// One signature with a hint at its key. Hints help to find a key; they prove nothing.
struct ObjectSignature {
  std::string hint;  ///< short id of the signing key
  Signature signature{};
};

/// A wrapper, decoded once. `body` holds exactly the bytes that the signatures are over: verify
/// them, then parse them and nothing else.
struct SignedObject {
  std::string type;
  Bytes body;
  std::vector<ObjectSignature> signatures;
};

/// Reads a wrapper of the wanted type. Nothing is verified yet.
/// Errors: `keys.object.size`, `keys.object.syntax`, `keys.object.type`.
Result<SignedObject> read_signed_object(std::string_view text, std::string_view type);

/// The same from a wrapper that is a part of other JSON.
Result<SignedObject> signed_object_from_json(const Json& wrapper, std::string_view type);

/// Type named by a wrapper, without any other check; empty when it is none.
std::string wrapper_type(std::string_view text);

Json to_json(const SignedObject& object);
/// Text form for files, ends with a line feed.
std::string to_text(const SignedObject& object);

/// Makes an object signed by all `signers`, in order. Errors: those of the signers.
Result<SignedObject> sign_new_object(std::string_view type, Bytes body,
                                     std::span<const Signer* const> signers);

/// Whether one of the signatures is a good one of this key in this role.
bool is_signed_by(const SignedObject& object, Role role, const PublicKey& key);

// ---------------------------------------------------------------------------------------------
// Bodies (keys.md section 6)

/// Parses verified body bytes: strict UTF-8 JSON object, integers only, depth 16.
/// Errors: `keys.object.body`.
Result<Json> parse_body(ByteView body);

/// Reads typed members of one object of a body. The first error wins; later reads give defaults, so
/// a parser reads straight through and asks once. Every name read counts as understood.
class BodyReader {
 public:
  /// `place` names the object in messages.
  BodyReader(const Json& object, std::string place);

  std::string text(std::string_view name, std::size_t max_size);
  std::string optional_text(std::string_view name, std::size_t max_size);
  std::int64_t integer(std::string_view name, std::int64_t min, std::int64_t max);
  /// RFC 3339 in UTC, in the one form that signmark writes.
  UnixTime time(std::string_view name);
  Bytes base64_bytes(std::string_view name, std::size_t max_size);
  /// A public line of this role, `smissuer1…` or `smsign1…`.
  PublicKey key(std::string_view name, Role role);
  /// Elements of an array; empty when it is missing.
  std::vector<const Json*> list(std::string_view name, std::size_t max_count);
  std::vector<std::string> texts(std::string_view name, std::size_t max_count);
  const Json* object(std::string_view name);  ///< null when missing
  [[nodiscard]] bool has(std::string_view name) const;

  /// Notes an error unless there is one already.
  void refuse(std::string message, std::string_view name = {});
  /// The first error, or a refusal of a member that is marked critical but was never read.
  /// Errors: `keys.object.body`, `keys.object.critical`.
  [[nodiscard]] Status finish();

 private:
  const Json* find(std::string_view name);
  Status check_critical();

  const Json& object_;
  std::string place_;
  std::vector<std::string> read_;
  std::optional<Error> error_;
};

}  // namespace signmark::keys
