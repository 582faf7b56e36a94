// SPDX-License-Identifier: Apache-2.0
// links: signmark_keys
// What a client may say to the key agent, and what an agent may say to a client.
#include <cstdlib>

#include "keys/agent_vault.hpp"

using namespace signmark;
using namespace signmark::keys;

namespace {

AgentVault make_vault() {
  auto arena = SecureArena::create(1);
  if (!arena) std::abort();
  AgentVault vault(Context::standard(), *arena);
  auto carrier = CarrierKey::make_public(*arena);
  if (!carrier || !vault.add(std::move(*carrier), {})) std::abort();
  return vault;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  if (const auto request = decode_request(bytes))
    if (encode_request(*request) != Bytes(bytes.begin(), bytes.end())) std::abort();
  AgentVault vault = make_vault();
  const Bytes answer = vault.answer(bytes);
  if (answer.empty() || answer.size() > kMaxAgentMessage) std::abort();
  static_cast<void>(decode_answer(bytes));
  static_cast<void>(decode_status(bytes));
  if (const auto found = decode_found(bytes))
    if (encode_found(*found).size() > size) std::abort();
  return 0;
}
