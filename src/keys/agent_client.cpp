// SPDX-License-Identifier: Apache-2.0
// Asking the agent: one connection a question, and no trust in what comes back.
#include <sys/time.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "keys/agent_protocol.hpp"
#include "keys/agent_socket.hpp"
#include "keys/ed25519.hpp"
#include "keys/typed_object.hpp"
#include "keys/unlock.hpp"

namespace signmark::keys {
namespace fs = std::filesystem;
namespace {

constexpr timeval kTimeout{15, 0};  // longer than the agent's own for one request

/// A buffer that is wiped whatever happens.
struct Wiped {
  Bytes bytes;
  explicit Wiped(Bytes value) : bytes(std::move(value)) {}
  Wiped(const Wiped&) = delete;
  Wiped& operator=(const Wiped&) = delete;
  ~Wiped() { wipe(bytes); }
};

tl::unexpected<Error> cut_off() {
  if (errno == EAGAIN || errno == EWOULDBLOCK)
    return fail("agent.timeout", "the key agent does not answer", {},
                "end it and start it again: signmark key agent --stop");
  return fail("agent.protocol", "the key agent ended before it answered");
}

Status send_all(int fd, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return cut_off();
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return {};
}

Status receive_all(int fd, std::span<Byte> out) {
  while (!out.empty()) {
    const ssize_t n = ::recv(fd, out.data(), out.size(), 0);
    if (n < 0 && errno == EINTR) continue;
    if (n == 0) errno = 0;
    if (n <= 0) return cut_off();
    out = out.subspan(static_cast<std::size_t>(n));
  }
  return {};
}

/// Connects to an agent of the same user: a passphrase must not be sent to anybody else.
Result<Descriptor> open_connection(const fs::path& socket) {
  SIGNMARK_ASSIGN(Descriptor fd, connect_agent(socket));
  if (!is_own_user(fd.get()))
    return fail("agent.peer", "the key agent at this socket runs as another user", socket.string());
  for (const int option : {SO_RCVTIMEO, SO_SNDTIMEO})
    if (::setsockopt(fd.get(), SOL_SOCKET, option, &kTimeout, sizeof kTimeout) != 0)
      return fail("agent.connect", "cannot set the time-out of the connection", socket.string());
  return fd;
}

/// One question and its answer. The result may be a secret: wipe it.
Result<Bytes> ask(const fs::path& socket, const AgentRequest& request) {
  SIGNMARK_ASSIGN(const Descriptor fd, open_connection(socket));
  {
    const Wiped message(frame(encode_request(request)));
    SIGNMARK_TRY(send_all(fd.get(), message.bytes));
  }
  std::array<Byte, kAgentPrefix> prefix{};
  SIGNMARK_TRY(receive_all(fd.get(), prefix));
  ByteReader reader(prefix, "agent");
  SIGNMARK_ASSIGN(const std::uint32_t length, reader.u32be());
  if (length > kMaxAgentMessage) return fail("agent.protocol", "the answer is too large");
  Wiped answer(Bytes(length, 0));
  SIGNMARK_TRY(receive_all(fd.get(), answer.bytes));
  return decode_answer(answer.bytes);
}

Status ask_with_passphrase(const Context& context, const fs::path& socket, AgentOperation operation,
                           const UnlockOptions& unlock) {
  SIGNMARK_TRY(open_connection(socket));  // nobody is asked for the passphrase of an absent agent
  const bool fresh = operation == AgentOperation::lock;
  const Prompt prompt{fresh ? Prompt::Purpose::protect : Prompt::Purpose::unlock,
                      "the key agent's lock", fresh};
  SIGNMARK_ASSIGN(const auto arena, SecureArena::create(1));
  SIGNMARK_ASSIGN(const SecretBytes passphrase, passphrase_for(context, unlock, prompt, *arena));
  AgentRequest request;
  request.operation = operation;
  {
    const auto view = passphrase.open();
    request.body.assign(view.bytes().begin(), view.bytes().end());
  }
  const auto done = ask(socket, request);
  wipe(request.body);
  SIGNMARK_TRY(done);
  return {};
}

/// A signing key that lives in the agent.
class AgentSigner final : public Signer {
 public:
  AgentSigner(fs::path socket, KeyInfo info, std::vector<Bytes> chain)
      : socket_(std::move(socket)), info_(std::move(info)), chain_(std::move(chain)) {}

  [[nodiscard]] const KeyInfo& key() const override { return info_; }
  [[nodiscard]] const std::vector<Bytes>& chain() const override { return chain_; }

  [[nodiscard]] Result<Signature> sign_object(std::string_view type, ByteView body) const override {
    SIGNMARK_TRY(check_signable(info_.role, type, body));
    AgentRequest request = about_key(AgentOperation::sign_object, body);
    request.type = type;
    return checked(request, typed_message(type, body));
  }

  [[nodiscard]] Result<Signature> sign_cose(ByteView sig_structure) const override {
    SIGNMARK_TRY(check_sig_structure(sig_structure));
    return checked(about_key(AgentOperation::sign_cose, sig_structure), sig_structure);
  }

 private:
  [[nodiscard]] AgentRequest about_key(AgentOperation operation, ByteView body) const {
    AgentRequest request;
    request.operation = operation;
    request.key = info_.fingerprint;
    request.body.assign(body.begin(), body.end());
    return request;
  }

  [[nodiscard]] Result<Signature> checked(const AgentRequest& request, ByteView message) const {
    if (request.body.size() + kMaxAgentOverhead > kMaxAgentMessage)
      return fail("keys.sign.size", "the bytes to be signed are more than the key agent takes");
    SIGNMARK_ASSIGN(const Bytes result, ask(socket_, request));
    Signature signature{};
    if (result.size() != signature.size())
      return fail("agent.protocol", "the key agent's signature is not 64 bytes");
    std::copy(result.begin(), result.end(), signature.begin());
    if (verify_exact(info_.public_key, message, signature)) return signature;
    return fail("agent.signature", "the signature of the key agent does not verify", info_.id());
  }

  fs::path socket_;
  KeyInfo info_;
  std::vector<Bytes> chain_;
};

/// What the agent says of a key; nothing when no agent runs or it does not hold the key.
Result<std::optional<AgentFound>> find_key(const fs::path& socket, const KeyInfo& info) {
  AgentRequest request;
  request.operation = AgentOperation::find;
  request.key = info.fingerprint;
  const auto result = ask(socket, request);
  if (!result && result.error().code == "agent.absent") return std::nullopt;
  SIGNMARK_TRY(result);
  SIGNMARK_ASSIGN(auto found, decode_found(*result));
  if (found && (found->info.role != info.role || found->info.public_key != info.public_key))
    return fail("agent.protocol", "the key agent names another key than it was asked for");
  return found;
}

Result<std::shared_ptr<Signer>> find_signer(const fs::path& socket, const KeyInfo& info) {
  SIGNMARK_ASSIGN(auto found, find_key(socket, info));
  if (!found || info.role != Role::signing) return nullptr;
  return std::make_shared<AgentSigner>(socket, std::move(found->info), std::move(found->chain));
}

Result<SecretBytes> derive(const fs::path& socket, const std::shared_ptr<SecureArena>& arena,
                           const Fingerprint& key, Medium medium) {
  AgentRequest request;
  request.operation = AgentOperation::derive;
  request.key = key;
  request.medium = medium;
  SIGNMARK_ASSIGN(Bytes result, ask(socket, request));
  const Wiped derived(std::move(result));
  if (derived.bytes.size() != kMediumKey)
    return fail("agent.protocol", "the key agent's derived key is not 32 bytes");
  SIGNMARK_ASSIGN(SecretBytes out, arena->allocate(kMediumKey));
  std::copy(derived.bytes.begin(), derived.bytes.end(), out.open().bytes().begin());
  return out;
}

Result<std::optional<CarrierKey>> find_carrier(const fs::path& socket, const KeyInfo& info) {
  SIGNMARK_ASSIGN(auto found, find_key(socket, info));
  if (!found || info.role != Role::carrier) return std::nullopt;
  SIGNMARK_ASSIGN(auto arena, SecureArena::create(1));
  return CarrierKey(std::move(found->info),
                    [socket, arena = std::move(arena), key = info.fingerprint](Medium medium) {
                      return derive(socket, arena, key, medium);
                    });
}

}  // namespace

fs::path agent_socket(const Home& home, const Environment& environment) {
  constexpr const char* kVariable = "SIGNMARK_AGENT_SOCK";
  std::optional<std::string> named;
  if (environment)
    named = environment(kVariable);
  else if (const char* value = std::getenv(kVariable))
    named = value;
  if (named && !named->empty()) return *named;
  return home.runtime.empty() ? fs::path() : home.runtime / "agent.sock";
}

AgentHooks agent_hooks(fs::path socket) {
  AgentHooks hooks;
  hooks.signer = [socket](const KeyInfo& info) { return find_signer(socket, info); };
  hooks.carrier = [socket = std::move(socket)](const KeyInfo& info) {
    return find_carrier(socket, info);
  };
  return hooks;
}

Result<AgentStatus> agent_status(const fs::path& socket) {
  SIGNMARK_ASSIGN(const Bytes result, ask(socket, {}));
  return decode_status(result);
}

Status agent_lock(const Context& context, const fs::path& socket, const UnlockOptions& passphrase) {
  return ask_with_passphrase(context, socket, AgentOperation::lock, passphrase);
}

Status agent_unlock(const Context& context, const fs::path& socket,
                    const UnlockOptions& passphrase) {
  return ask_with_passphrase(context, socket, AgentOperation::unlock, passphrase);
}

Status agent_stop(const fs::path& socket) {
  AgentRequest request;
  request.operation = AgentOperation::stop;
  SIGNMARK_TRY(ask(socket, request));
  return {};
}

}  // namespace signmark::keys
