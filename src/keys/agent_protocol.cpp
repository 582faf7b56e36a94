// SPDX-License-Identifier: Apache-2.0
// Encoding and strict decoding of the agent's messages.
#include "keys/agent_protocol.hpp"

#include <sodium.h>

#include <algorithm>

#include "base/text.hpp"
#include "keys/names.hpp"

namespace signmark::keys {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kSuccess = 0, kFailure = 1;
constexpr std::size_t kMaxErrorText = 1024;
constexpr std::size_t kMaxChain = 4;

constexpr std::array<Purpose, 5> kPurposes{Purpose::manifest, Purpose::frame, Purpose::text,
                                           Purpose::checkpoint, Purpose::aigc};

tl::unexpected<Error> broken(std::string message) {
  return fail("agent.protocol", std::move(message), {},
              "are the agent and this program of the same version?");
}

template <class T>
Result<T> whole(Result<T> decoded, const ByteReader& reader, std::string_view what) {
  if (decoded && reader.at_end()) return decoded;
  return broken("malformed " + std::string(what));
}

// ---------------------------------------------------------------------------------------------
// Parts

Status read_fingerprint(ByteReader& reader, Fingerprint& out) {
  SIGNMARK_ASSIGN(const ByteView bytes, reader.take(out.size()));
  std::copy(bytes.begin(), bytes.end(), out.begin());
  return {};
}

Result<std::string> read_text(ByteReader& reader) {
  SIGNMARK_ASSIGN(const std::uint16_t size, reader.u16be());
  SIGNMARK_ASSIGN(const ByteView bytes, reader.take(size));
  return std::string(as_text(bytes));
}

void write_text(ByteWriter& writer, std::string_view text) {
  const std::string_view cut = text.substr(0, kMaxErrorText);
  writer.u16be(static_cast<std::uint16_t>(cut.size())).text(cut);
}

void write_info(ByteWriter& writer, const KeyInfo& info) {
  writer.u8(static_cast<std::uint8_t>(info.role)).bytes(info.public_key);
  writer.u64be(static_cast<std::uint64_t>(info.created));
  writer.u64be(static_cast<std::uint64_t>(info.expires));
  write_text(writer, info.label);
}

Result<KeyInfo> read_info(ByteReader& reader) {
  KeyInfo info;
  SIGNMARK_ASSIGN(const std::uint8_t role, reader.u8());
  const auto known = role_from_byte(role);
  if (!known || *known == Role::issuer) return broken("the agent names a key of unknown role");
  info.role = *known;
  SIGNMARK_TRY(read_fingerprint(reader, info.public_key));
  info.fingerprint = fingerprint_of(info.role, info.public_key);
  SIGNMARK_ASSIGN(const std::uint64_t created, reader.u64be());
  SIGNMARK_ASSIGN(const std::uint64_t expires, reader.u64be());
  info.created = static_cast<UnixTime>(created);
  info.expires = static_cast<UnixTime>(expires);
  SIGNMARK_ASSIGN(info.label, read_text(reader));
  return info;
}

std::uint8_t purposes_to_bits(const std::vector<Purpose>& purposes) {
  unsigned bits = 0;
  for (const Purpose purpose : purposes) bits |= 1U << static_cast<unsigned>(purpose);
  return static_cast<std::uint8_t>(bits);
}

std::vector<Purpose> purposes_from_bits(std::uint8_t bits) {
  std::vector<Purpose> out;
  for (const Purpose purpose : kPurposes)
    if ((bits >> static_cast<unsigned>(purpose) & 1U) != 0) out.push_back(purpose);
  return out;
}

// ---------------------------------------------------------------------------------------------
// Requests

bool names_key(AgentOperation operation) {
  return operation == AgentOperation::find || operation == AgentOperation::sign_object ||
         operation == AgentOperation::sign_cose || operation == AgentOperation::derive;
}

bool has_body(AgentOperation operation) {
  return operation == AgentOperation::sign_object || operation == AgentOperation::sign_cose ||
         operation == AgentOperation::lock || operation == AgentOperation::unlock;
}

Result<AgentOperation> read_operation(ByteReader& reader) {
  SIGNMARK_ASSIGN(const std::uint8_t version, reader.u8());
  SIGNMARK_ASSIGN(const std::uint8_t number, reader.u8());
  if (version != kVersion || number < static_cast<std::uint8_t>(AgentOperation::status) ||
      number > static_cast<std::uint8_t>(AgentOperation::stop))
    return broken("unknown version or operation");
  return static_cast<AgentOperation>(number);
}

Status read_medium(ByteReader& reader, Medium& medium) {
  SIGNMARK_ASSIGN(const std::uint8_t number, reader.u8());
  if (number < static_cast<std::uint8_t>(Medium::image) ||
      number > static_cast<std::uint8_t>(Medium::text))
    return broken("unknown medium");
  medium = static_cast<Medium>(number);
  return {};
}

Result<AgentRequest> read_request(ByteReader& reader) {
  AgentRequest out;
  SIGNMARK_ASSIGN(out.operation, read_operation(reader));
  if (names_key(out.operation)) SIGNMARK_TRY(read_fingerprint(reader, out.key));
  if (out.operation == AgentOperation::sign_object) {
    SIGNMARK_ASSIGN(const std::uint8_t size, reader.u8());
    SIGNMARK_ASSIGN(const ByteView type, reader.take(size));
    out.type = as_text(type);
  }
  if (out.operation == AgentOperation::derive) SIGNMARK_TRY(read_medium(reader, out.medium));
  if (has_body(out.operation)) {
    const ByteView body = reader.rest();
    out.body.assign(body.begin(), body.end());
  }
  return out;
}

// ---------------------------------------------------------------------------------------------
// Answers

Result<Error> read_error(ByteReader& reader) {
  Error error;
  SIGNMARK_ASSIGN(error.code, read_text(reader));
  SIGNMARK_ASSIGN(error.message, read_text(reader));
  SIGNMARK_ASSIGN(error.hint, read_text(reader));
  return error;
}

/// Text from another process goes to a terminal only without control characters.
Error cleaned(const Error& error) {
  const bool known = error.code.starts_with("agent.") || error.code.starts_with("keys.");
  return {known ? printable(error.code) : "agent.protocol",
          printable(error.message),
          {},
          printable(error.hint)};
}

Result<AgentKey> read_agent_key(ByteReader& reader) {
  AgentKey out;
  SIGNMARK_ASSIGN(out.info, read_info(reader));
  SIGNMARK_ASSIGN(const std::uint64_t until, reader.u64be());
  SIGNMARK_ASSIGN(const std::uint8_t purposes, reader.u8());
  SIGNMARK_ASSIGN(const std::uint8_t certified, reader.u8());
  out.until = static_cast<UnixTime>(until);
  out.purposes = purposes_from_bits(purposes);
  out.certified = certified != 0;
  return out;
}

Result<AgentStatus> read_status(ByteReader& reader) {
  AgentStatus out;
  SIGNMARK_ASSIGN(const std::uint8_t locked, reader.u8());
  SIGNMARK_ASSIGN(const std::uint16_t count, reader.u16be());
  if (count > kMaxAgentKeys) return broken("the agent names too many keys");
  out.locked = locked != 0;
  for (std::uint16_t i = 0; i < count; ++i) {
    SIGNMARK_ASSIGN(AgentKey key, read_agent_key(reader));
    out.keys.push_back(std::move(key));
  }
  return out;
}

Result<std::optional<AgentFound>> read_found(ByteReader& reader) {
  SIGNMARK_ASSIGN(const std::uint8_t there, reader.u8());
  if (there == 0) return std::nullopt;
  AgentFound out;
  SIGNMARK_ASSIGN(out.info, read_info(reader));
  SIGNMARK_ASSIGN(const std::uint8_t count, reader.u8());
  if (count > kMaxChain) return broken("the agent names too many certificates");
  for (std::uint8_t i = 0; i < count; ++i) {
    SIGNMARK_ASSIGN(const std::uint16_t size, reader.u16be());
    SIGNMARK_ASSIGN(const ByteView der, reader.take(size));
    out.chain.emplace_back(der.begin(), der.end());
  }
  return out;
}

}  // namespace

Bytes encode_request(const AgentRequest& request) {
  ByteWriter writer;
  writer.u8(kVersion).u8(static_cast<std::uint8_t>(request.operation));
  if (names_key(request.operation)) writer.bytes(request.key);
  if (request.operation == AgentOperation::sign_object)
    writer.u8(static_cast<std::uint8_t>(request.type.size())).text(request.type);
  if (request.operation == AgentOperation::derive)
    writer.u8(static_cast<std::uint8_t>(request.medium));
  if (has_body(request.operation)) writer.bytes(request.body);
  return writer.take();
}

Result<AgentRequest> decode_request(ByteView message) {
  if (message.size() > kMaxAgentMessage) return broken("the request is too large");
  ByteReader reader(message, "agent");
  return whole(read_request(reader), reader, "request");
}

Bytes encode_failure(const Error& error) {
  ByteWriter writer;
  writer.u8(kFailure);
  for (const std::string* text : {&error.code, &error.message, &error.hint})
    write_text(writer, *text);
  return writer.take();
}

Bytes encode_success(ByteView result) {
  Bytes out;
  out.reserve(result.size() + 1);  // one allocation: the result may be a secret
  out.push_back(kSuccess);
  out.insert(out.end(), result.begin(), result.end());
  return out;
}

Result<Bytes> decode_answer(ByteView message) {
  ByteReader reader(message, "agent");
  const auto status = reader.u8();
  if (!status || *status > kFailure) return broken("malformed answer");
  if (*status == kSuccess) {
    const ByteView result = reader.rest();
    return Bytes(result.begin(), result.end());
  }
  SIGNMARK_ASSIGN(const Error error, whole(read_error(reader), reader, "answer"));
  return tl::unexpected<Error>(cleaned(error));
}

Bytes encode_status(const AgentStatus& status) {
  ByteWriter writer;
  writer.u8(status.locked ? 1 : 0).u16be(static_cast<std::uint16_t>(status.keys.size()));
  for (const AgentKey& key : status.keys) {
    write_info(writer, key.info);
    writer.u64be(static_cast<std::uint64_t>(key.until));
    writer.u8(purposes_to_bits(key.purposes)).u8(key.certified ? 1 : 0);
  }
  return writer.take();
}

Result<AgentStatus> decode_status(ByteView result) {
  ByteReader reader(result, "agent");
  return whole(read_status(reader), reader, "list of keys");
}

Bytes encode_found(const std::optional<AgentFound>& found) {
  ByteWriter writer;
  writer.u8(found ? 1 : 0);
  if (!found) return writer.take();
  write_info(writer, found->info);
  writer.u8(static_cast<std::uint8_t>(found->chain.size()));
  for (const Bytes& der : found->chain)
    writer.u16be(static_cast<std::uint16_t>(der.size())).bytes(der);
  return writer.take();
}

Result<std::optional<AgentFound>> decode_found(ByteView result) {
  ByteReader reader(result, "agent");
  return whole(read_found(reader), reader, "answer about a key");
}

Bytes frame(Bytes message) {
  const auto size = static_cast<std::uint32_t>(message.size());
  Bytes out;
  out.reserve(kAgentPrefix + message.size());  // one allocation: the message may hold a secret
  for (unsigned shift = 32; shift > 0; shift -= 8)
    out.push_back(static_cast<Byte>(size >> (shift - 8)));
  out.insert(out.end(), message.begin(), message.end());
  wipe(message);
  return out;
}

void wipe(Bytes& bytes) {
  sodium_memzero(bytes.data(), bytes.size());
  bytes.clear();
}

}  // namespace signmark::keys
