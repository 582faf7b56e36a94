// SPDX-License-Identifier: Apache-2.0
// What the key agent and its clients say to each other.
//
// A message is a length (4 bytes, big-endian) and that many bytes. A request: version, operation,
// then what the operation needs. An answer: 0 and the result, or 1 and an error. One connection may
// carry several requests, one after the other.
#pragma once

#include "base/bytes.hpp"
#include "signmark/agent.hpp"

namespace signmark::keys {

inline constexpr std::size_t kAgentPrefix = 4;  ///< bytes of the length before each message
/// Bytes of one message: a Sig_structure or the certificates of a key, with room to spare.
inline constexpr std::size_t kMaxAgentMessage = 321U << 10;
inline constexpr std::size_t kMaxAgentOverhead = 512;  ///< of a request around its body, at most
inline constexpr std::size_t kMaxAgentKeys = 256;
inline constexpr std::size_t kMediumKey = 32;  ///< bytes of a derived key

/// Numbers are never reused.
enum class AgentOperation : std::uint8_t {
  status = 1,
  find = 2,         // fingerprint
  sign_object = 3,  // fingerprint, type (length 1, text), body
  sign_cose = 4,    // fingerprint, Sig_structure
  derive = 5,       // fingerprint, medium
  lock = 6,         // passphrase
  unlock = 7,       // passphrase
  stop = 8
};

struct AgentRequest {
  AgentOperation operation = AgentOperation::status;
  Fingerprint key{};
  std::string type;  ///< of sign_object
  Medium medium = Medium::image;
  Bytes body;  ///< bytes to be signed, or a passphrase: wipe it
};

/// The message without its length.
Bytes encode_request(const AgentRequest& request);
/// Strict: known operation, all fields there, nothing after them.
/// Errors: `agent.protocol`.
Result<AgentRequest> decode_request(ByteView message);

Bytes encode_failure(const Error& error);
Bytes encode_success(ByteView result);
/// The result of an answer, or the error that it carries. A code that is none of the agent's or of
/// room keys is replaced by `agent.protocol`. Errors: `agent.protocol`.
Result<Bytes> decode_answer(ByteView message);

Bytes encode_status(const AgentStatus& status);
Result<AgentStatus> decode_status(ByteView result);

/// What the agent says of one key: nothing when it does not hold it.
struct AgentFound {
  KeyInfo info;
  std::vector<Bytes> chain;  ///< of a signing key
};
Bytes encode_found(const std::optional<AgentFound>& found);
Result<std::optional<AgentFound>> decode_found(ByteView result);

/// A message with its length before it. The argument is wiped.
Bytes frame(Bytes message);

/// Zeroes and empties a buffer that may have held a secret.
void wipe(Bytes& bytes);

}  // namespace signmark::keys
