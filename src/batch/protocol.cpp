// SPDX-License-Identifier: Apache-2.0
// Messages: fields, parts, their bytes.
#include "batch/protocol.hpp"

#include <fmt/format.h>

#include "base/bytes.hpp"

namespace signmark::batch {
namespace {

constexpr std::size_t kMaxParts = 4096;  // a setup with its certificates and paths has dozens
constexpr std::size_t kMaxErrorText = 4096;
constexpr std::uint64_t kMaxDepth = 6;
constexpr const char* kKind = "kind";

const Json* find(const Json& fields, const char* name) {
  const auto found = fields.find(name);
  return found == fields.end() ? nullptr : &*found;
}

tl::unexpected<Error> wrong(const char* name) {
  return protocol_error(fmt::format("\"{}\" is missing or wrong", name));
}

Result<std::size_t> part_number(const Json* value, std::size_t parts, const char* name) {
  if (value == nullptr || !value->is_number_unsigned()) return wrong(name);
  const auto number = value->get<std::uint64_t>();
  if (number >= parts) return wrong(name);
  return static_cast<std::size_t>(number);
}

std::string cut(const std::string& text) { return text.substr(0, kMaxErrorText); }

/// The object in the order in which it was built.
Result<Json> read_object(ByteReader& reader) {
  SIGNMARK_ASSIGN(const std::uint32_t length, reader.u32be());
  if (length > kMaxMessageJson) return protocol_error("its object is too large");
  SIGNMARK_ASSIGN(const ByteView text, reader.take(length));
  JsonRules rules;
  rules.max_depth = kMaxDepth;
  SIGNMARK_ASSIGN(Json object, parse_json(as_text(text), rules));
  if (!object.is_object()) return protocol_error("it is no object");
  return object;
}

Result<Message> read_message(ByteView body) {
  ByteReader reader(body, "batch.worker");
  Message message;
  SIGNMARK_ASSIGN(message.fields, read_object(reader));
  SIGNMARK_ASSIGN(message.kind, message.text(kKind));
  while (!reader.at_end()) {
    if (message.parts.size() == kMaxParts) return protocol_error("it has too many parts");
    SIGNMARK_ASSIGN(const std::uint32_t length, reader.u32be());
    SIGNMARK_ASSIGN(const ByteView part, reader.take(length));
    message.parts.emplace_back(part.begin(), part.end());
  }
  return message;
}

}  // namespace

tl::unexpected<Error> protocol_error(std::string what) {
  return fail("batch.worker.protocol",
              "a message of the worker process is wrong: " + std::move(what));
}

Message& Message::attach(const char* name, ByteView bytes) {
  fields[name] = parts.size();
  parts.emplace_back(bytes.begin(), bytes.end());
  return *this;
}

Message& Message::attach_all(const char* name, const std::vector<Bytes>& list) {
  Json numbers = Json::array();
  for (const Bytes& bytes : list) {
    numbers.push_back(parts.size());
    parts.push_back(bytes);
  }
  fields[name] = std::move(numbers);
  return *this;
}

Result<ByteView> Message::part(const char* name) const {
  SIGNMARK_ASSIGN(const std::size_t number, part_number(find(fields, name), parts.size(), name));
  return ByteView(parts[number]);
}

Result<std::vector<Bytes>> Message::part_list(const char* name) const {
  const Json* list = find(fields, name);
  if (list == nullptr || !list->is_array() || list->size() > parts.size()) return wrong(name);
  std::vector<Bytes> out;
  for (const Json& value : *list) {
    SIGNMARK_ASSIGN(const std::size_t number, part_number(&value, parts.size(), name));
    out.push_back(parts[number]);
  }
  return out;
}

Result<std::string> Message::text(const char* name) const {
  const Json* value = find(fields, name);
  if (value == nullptr || !value->is_string()) return wrong(name);
  return value->get<std::string>();
}

Result<std::uint64_t> Message::whole(const char* name) const {
  const Json* value = find(fields, name);
  if (value == nullptr || !value->is_number_unsigned()) return wrong(name);
  return value->get<std::uint64_t>();
}

Result<bool> Message::truth(const char* name) const {
  const Json* value = find(fields, name);
  if (value == nullptr || !value->is_boolean()) return wrong(name);
  return value->get<bool>();
}

Json error_json(const Error& error) {
  return {{"code", cut(error.code)},
          {"message", cut(error.message)},
          {"where", cut(error.where)},
          {"hint", cut(error.hint)}};
}

Result<Error> read_error(const Json& value) {
  Error error;
  if (!value.is_object()) return protocol_error("an error is no object");
  const std::pair<const char*, std::string*> fields[] = {{"code", &error.code},
                                                         {"message", &error.message},
                                                         {"where", &error.where},
                                                         {"hint", &error.hint}};
  for (const auto& [name, field] : fields) {
    const Json* text = find(value, name);
    if (text == nullptr || !text->is_string()) return wrong(name);
    *field = cut(text->get<std::string>());
  }
  return error;
}

Bytes encode_message(const Message& message) {
  Json object = message.fields;
  object[kKind] = message.kind;
  const std::string text = dump_json(object);
  ByteWriter body;
  body.u32be(static_cast<std::uint32_t>(text.size())).text(text);
  for (const Bytes& part : message.parts)
    body.u32be(static_cast<std::uint32_t>(part.size())).bytes(part);
  return body.take();
}

Result<Message> decode_message(ByteView body) {
  auto message = read_message(body);
  if (message || message.error().code == "batch.worker.protocol") return message;
  return protocol_error(message.error().message);
}

}  // namespace signmark::batch
