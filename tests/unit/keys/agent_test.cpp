// SPDX-License-Identifier: Apache-2.0
// The key agent over its socket: who may ask, what it signs, how long, and what is left when one
// side dies (keys.md 5.1).
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "keys/agent_protocol.hpp"
#include "keys/agent_socket.hpp"
#include "trust_support.hpp"

using namespace signmark;
using namespace signmark::keys;
using namespace signmark::test;
namespace fs = std::filesystem;

namespace {

const Bytes kBody{'b', 'o', 'd', 'y'};
const std::string kCose = "\x84\x6aSignature1\x43xyz\x40\x42pq";

/// A signer whose answers are somebody else's.
class LyingSigner final : public Signer {
 public:
  explicit LyingSigner(const KeyInfo& info) : info_(info) {}
  const KeyInfo& key() const override { return info_; }
  const std::vector<Bytes>& chain() const override { return chain_; }
  Result<Signature> sign_object(std::string_view, ByteView) const override { return Signature{1}; }
  Result<Signature> sign_cose(ByteView) const override { return Signature{1}; }

 private:
  KeyInfo info_;
  std::vector<Bytes> chain_;
};

/// A signer in whose hands the agent dies.
class FatalSigner final : public Signer {
 public:
  explicit FatalSigner(const KeyInfo& info) : info_(info) {}
  const KeyInfo& key() const override { return info_; }
  const std::vector<Bytes>& chain() const override { return chain_; }
  Result<Signature> sign_object(std::string_view, ByteView) const override {
    ::raise(SIGKILL);
    return Signature{};
  }
  Result<Signature> sign_cose(ByteView) const override { return Signature{}; }

 private:
  KeyInfo info_;
  std::vector<Bytes> chain_;
};

CarrierKey make_carrier(Byte fill) {
  const auto arena = make_arena();
  const std::array<Byte, 32> master = [&] {
    std::array<Byte, 32> out{};
    out.fill(fill);
    return out;
  }();
  KeyInfo info;
  info.role = Role::carrier;
  info.public_key = public_part(Role::carrier, master);
  info.fingerprint = info.public_key;
  return CarrierKey::from_master(info, arena, make_secret(*arena, master));
}

/// An agent on a thread of its own.
struct Running {
  ScratchDir dir;
  fs::path socket = dir / "agent/agent.sock";
  std::shared_ptr<MovableClock> clock = std::make_shared<MovableClock>();
  TestKey key{5};
  AgentOptions options;
  std::optional<KeyAgent> agent;
  std::thread thread;
  int stop[2] = {-1, -1};
  Status ended;

  Running() { REQUIRE(::pipe(stop) == 0); }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() {
    finish();
    ::close(stop[0]);
  }

  [[nodiscard]] Context context() const {
    Context out = test_context();
    out.clock = clock;
    return out;
  }
  KeyAgent& listen() {
    auto made = KeyAgent::listen(context(), socket, options);
    REQUIRE_OK(made);
    agent = std::move(*made);
    return *agent;
  }
  void start() {
    thread = std::thread([this] { ended = agent->run(stop[0]); });
  }
  /// Listens with the signing key and starts.
  void start_with_key(const AgentGrant& grant = {}) {
    REQUIRE_OK(listen().add(key.signer(Role::signing, {Bytes{1, 2, 3}}), grant));
    start();
  }
  void finish() {
    if (stop[1] >= 0) ::close(stop[1]);  // hanging up is a stop
    stop[1] = -1;
    if (thread.joinable()) thread.join();
    agent.reset();
  }
  [[nodiscard]] AgentHooks hooks() const { return agent_hooks(socket); }
  [[nodiscard]] std::shared_ptr<Signer> signer() const {
    const auto found = hooks().signer(key.info(Role::signing));
    REQUIRE_OK(found);
    REQUIRE(*found);
    return *found;
  }
};

/// A connection on which a test says what it likes.
struct RawClient {
  Descriptor fd;
  explicit RawClient(const fs::path& socket) {
    auto connected = connect_agent(socket);
    REQUIRE_OK(connected);
    fd = std::move(*connected);
  }
  void send(ByteView bytes) const {
    REQUIRE(::send(fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(bytes.size()));
  }
  /// One answer; nothing when the agent closes the connection, or is silent for five seconds.
  [[nodiscard]] std::optional<Bytes> receive() const {
    Bytes prefix(kAgentPrefix);
    if (!read_exactly(prefix)) return std::nullopt;
    Bytes answer(static_cast<std::size_t>(prefix[2]) << 8 | prefix[3]);
    if (!read_exactly(answer)) return std::nullopt;
    return answer;
  }
  [[nodiscard]] bool read_exactly(Bytes& out) const {
    for (std::size_t done = 0; done < out.size();) {
      pollfd entry{fd.get(), POLLIN, 0};
      if (::poll(&entry, 1, 5000) != 1) return false;
      const ssize_t n = ::recv(fd.get(), out.data() + done, out.size() - done, 0);
      if (n <= 0) return false;
      done += static_cast<std::size_t>(n);
    }
    return true;
  }
  /// The code of the error that the agent answers with.
  [[nodiscard]] std::string refused() const {
    const auto answer = receive();
    return answer ? code_of(decode_answer(*answer)) : "closed";
  }
};

AgentRequest sign_request(const TestKey& key, const std::string& type, Bytes body = kBody) {
  AgentRequest request;
  request.operation = AgentOperation::sign_object;
  request.key = fingerprint(Role::signing, key.pk);
  request.type = type;
  request.body = std::move(body);
  return request;
}

}  // namespace

TEST_CASE("the agent signs what it recognises, and the client gets no key") {
  Running r;
  r.start_with_key();
  const auto signer = r.signer();
  CHECK(signer->key().public_key == r.key.pk);
  CHECK(signer->chain() == std::vector<Bytes>{{1, 2, 3}});
  const auto object = signer->sign_object("image-frame", kBody);
  REQUIRE_OK(object);
  CHECK(verify_object(r.key.pk, "image-frame", kBody, *object));
  CHECK_OK(signer->sign_cose(as_bytes(kCose)));
  CHECK(code_of(signer->sign_object("nonsense", kBody)) == "keys.sign.type");
  CHECK(code_of(signer->sign_cose(kBody)) == "keys.sign.cose");
}

TEST_CASE("the agent itself refuses unknown types, other roles' types and bytes that are no COSE") {
  Running r;
  r.start_with_key();
  const RawClient client(r.socket);
  const auto refused = [&](const AgentRequest& request) {
    client.send(frame(encode_request(request)));
    return client.refused();
  };
  CHECK(refused(sign_request(r.key, "image-frame")) == "");
  CHECK(refused(sign_request(r.key, "nonsense")) == "keys.sign.type");
  CHECK(refused(sign_request(r.key, "")) == "keys.sign.type");
  CHECK(refused(sign_request(r.key, "trust-bundle")) == "keys.sign.type");
  CHECK(refused(sign_request(r.key, "revocation")) == "keys.sign.type");
  CHECK(refused(sign_request(r.key, "image-frame", Bytes((64U << 10) + 1))) == "keys.sign.size");
  CHECK(refused(sign_request(TestKey(6), "image-frame")) == "agent.unknown");
  AgentRequest cose = sign_request(r.key, "");
  cose.operation = AgentOperation::sign_cose;
  CHECK(refused(cose) == "keys.sign.cose");
  cose.body = TestIssuer(1).root.der;
  CHECK(refused(cose) == "keys.sign.cose");
  AgentRequest derive = sign_request(r.key, "");
  derive.operation = AgentOperation::derive;
  CHECK(refused(derive) == "agent.unknown");  // a signing key derives nothing
}

TEST_CASE("malformed requests are answered with an error or by hanging up") {
  Running r;
  r.start_with_key();
  const Bytes good = encode_request(sign_request(r.key, "image-frame"));
  {
    const RawClient client(r.socket);
    for (const std::size_t size : {std::size_t{1}, std::size_t{2}, std::size_t{20}}) {
      client.send(frame(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size))));
      CHECK(client.refused() == "agent.protocol");
    }
    client.send(frame(Bytes{9, 1}));
    CHECK(client.refused() == "agent.protocol");
    client.send(frame(Bytes{1, 0}));
    CHECK(client.refused() == "agent.protocol");
    client.send(frame(Bytes{1, 8, 0}));  // stop, and a byte too many
    CHECK(client.refused() == "agent.protocol");
  }
  const RawClient empty(r.socket), huge(r.socket);
  empty.send(Bytes{0, 0, 0, 0});
  CHECK(empty.refused() == "closed");
  huge.send(Bytes{0x7f, 0, 0, 0});
  CHECK(huge.refused() == "closed");
  CHECK_OK(r.signer()->sign_object("image-frame", kBody));
}

TEST_CASE("purposes narrow what a key is used for") {
  Running r;
  AgentGrant grant;
  grant.purposes = {Purpose::text};
  r.start_with_key(grant);
  const auto signer = r.signer();
  CHECK_OK(signer->sign_object("text-record", kBody));
  CHECK(code_of(signer->sign_object("image-frame", kBody)) == "agent.purpose");
  CHECK(code_of(signer->sign_object("checkpoint", kBody)) == "agent.purpose");
  CHECK(code_of(signer->sign_cose(as_bytes(kCose))) == "agent.purpose");
  const auto status = agent_status(r.socket);
  REQUIRE_OK(status);
  CHECK(status->keys.front().purposes == std::vector<Purpose>{Purpose::text});
}

TEST_CASE("carrier keys: only the derived key of one medium comes out") {
  Running r;
  const CarrierKey master = make_carrier(7);
  REQUIRE_OK(r.listen().add(make_carrier(7)));
  r.start();
  const auto found = r.hooks().carrier(master.info());
  REQUIRE_OK(found);
  REQUIRE(found->has_value());
  for (const Medium medium : {Medium::image, Medium::video, Medium::audio, Medium::text}) {
    const auto derived = (*found)->medium_key(medium);
    REQUIRE_OK(derived);
    CHECK(reveal(*derived) == reveal(*master.medium_key(medium)));
  }
  CHECK_FALSE(r.hooks().carrier(make_carrier(8).info())->has_value());
  CHECK_FALSE(*r.hooks().signer(master.info()));
}

TEST_CASE("issuer keys and keys that are there already are not taken in") {
  Running r;
  KeyAgent& agent = r.listen();
  CHECK(code_of(agent.add(r.key.signer(Role::issuer))) == "agent.role");
  CHECK_OK(agent.add(r.key.signer(Role::signing)));
  CHECK(code_of(agent.add(r.key.signer(Role::signing))) == "agent.duplicate");
  CHECK_OK(agent.add(make_carrier(7)));
  CHECK(code_of(agent.add(make_carrier(7))) == "agent.duplicate");
}

TEST_CASE("a key whose lifetime is over is forgotten") {
  Running r;
  AgentGrant grant;
  grant.lifetime = 60;
  r.start_with_key(grant);
  const auto signer = r.signer();
  CHECK_OK(signer->sign_object("image-frame", kBody));
  CHECK(agent_status(r.socket)->keys.front().until == kNow + 60);
  r.clock->advance(59);
  CHECK_OK(signer->sign_object("image-frame", kBody));
  r.clock->advance(1);
  CHECK(code_of(signer->sign_object("image-frame", kBody)) == "agent.unknown");
  CHECK_FALSE(*r.hooks().signer(r.key.info(Role::signing)));
  CHECK(agent_status(r.socket)->keys.empty());
}

TEST_CASE("several clients at once are all served") {
  Running r;
  r.start_with_key();
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  const auto signer = r.signer();
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 25; ++i) {
        const Bytes body{static_cast<Byte>(t), static_cast<Byte>(i)};
        const auto signature = signer->sign_object("image-frame", body);
        if (signature && verify_object(r.key.pk, "image-frame", body, *signature)) ++good;
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK(good == 100);
}

TEST_CASE("a client that stalls holds nobody up, and is dropped in time") {
  Running r;
  r.options.request_timeout = std::chrono::milliseconds(300);
  r.options.max_clients = 2;
  r.start_with_key();
  const RawClient slow(r.socket);
  slow.send(Bytes{0, 0});  // half a length
  CHECK_OK(r.signer()->sign_object("image-frame", kBody));
  CHECK(slow.refused() == "closed");
  // More stalled clients than there is room for: they time out and make room.
  const RawClient a(r.socket), b(r.socket), c(r.socket);
  CHECK_OK(r.signer()->sign_object("image-frame", kBody));
}

TEST_CASE("a lock holds for the request that waits, and opens for its passphrase only") {
  Running r;
  r.start_with_key();
  const auto signer = r.signer();
  const Bytes request = frame(encode_request(sign_request(r.key, "image-frame")));
  const RawClient waiting(r.socket);
  waiting.send(ByteView(request).first(30));
  CHECK_OK(agent_lock(r.context(), r.socket, answer("open sesame")));
  waiting.send(ByteView(request).subspan(30));
  CHECK(waiting.refused() == "agent.locked");

  CHECK(code_of(signer->sign_object("image-frame", kBody)) == "agent.locked");
  CHECK(code_of(r.hooks().signer(r.key.info(Role::signing))) == "agent.locked");
  CHECK(code_of(agent_lock(r.context(), r.socket, answer("other"))) == "agent.locked");
  const auto status = agent_status(r.socket);
  REQUIRE_OK(status);
  CHECK(status->locked);
  CHECK(status->keys.empty());

  CHECK(code_of(agent_unlock(r.context(), r.socket, answer("open"))) == "agent.unlock");
  CHECK(code_of(agent_unlock(r.context(), r.socket, answer("open sesame"))) == "agent.unlock.wait");
  r.clock->advance(2);
  CHECK_OK(agent_unlock(r.context(), r.socket, answer("open sesame")));
  CHECK(code_of(agent_unlock(r.context(), r.socket, answer("open sesame"))) == "agent.unlocked");
  CHECK_OK(signer->sign_object("image-frame", kBody));
}

TEST_CASE("a signature that does not verify is refused by the client") {
  Running r;
  REQUIRE_OK(r.listen().add(std::make_shared<LyingSigner>(r.key.info(Role::signing))));
  r.start();
  CHECK(code_of(r.signer()->sign_object("image-frame", kBody)) == "agent.signature");
  CHECK(code_of(r.signer()->sign_cose(as_bytes(kCose))) == "agent.signature");
}

TEST_CASE("an agent that is killed in mid-request gives an error, and its socket is taken over") {
  Running r;
  const pid_t pid = ::fork();
  REQUIRE(pid >= 0);
  if (pid == 0) {
    auto agent = KeyAgent::listen(r.context(), r.socket);
    if (!agent || !agent->add(std::make_shared<FatalSigner>(r.key.info(Role::signing)))) ::_exit(9);
    const Status ended = agent->run(r.stop[0]);
    ::_exit(ended ? 0 : 8);
  }
  for (int i = 0; i < 500 && !agent_status(r.socket); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  CHECK(code_of(r.signer()->sign_object("image-frame", kBody)) == "agent.protocol");
  int status = 0;
  REQUIRE(::waitpid(pid, &status, 0) == pid);
  CHECK(WIFSIGNALED(status));
  CHECK(fs::exists(r.socket));
  CHECK(code_of(agent_status(r.socket)) == "agent.absent");
  CHECK_FALSE(*r.hooks().signer(r.key.info(Role::signing)));
  r.start_with_key();
  CHECK_OK(r.signer()->sign_object("image-frame", kBody));
}

TEST_CASE("the socket is private, unique, and gone at the end") {
  Running r;
  r.start_with_key();
  struct stat info {};
  REQUIRE(::lstat(r.socket.c_str(), &info) == 0);
  CHECK(S_ISSOCK(info.st_mode));
  CHECK((info.st_mode & 07777) == 0600);
  REQUIRE(::lstat(r.socket.parent_path().c_str(), &info) == 0);
  CHECK((info.st_mode & 07777) == 0700);
  CHECK(code_of(KeyAgent::listen(r.context(), r.socket)) == "agent.running");
  CHECK_OK(agent_stop(r.socket));
  r.finish();
  CHECK_OK(r.ended);
  CHECK_FALSE(fs::exists(r.socket));
  CHECK(code_of(agent_status(r.socket)) == "agent.absent");
}

TEST_CASE("places that cannot be a private socket are refused") {
  const ScratchDir dir;
  const auto listen = [](const fs::path& path) {
    return code_of(KeyAgent::listen(test_context(), path));
  };
  CHECK(listen("relative.sock") == "agent.socket");
  CHECK(listen(dir / std::string(120, 'x')) == "agent.socket");
  fs::create_directory(dir / "open");
  fs::permissions(dir / "open", fs::perms::all);
  CHECK(listen(dir / "open/agent.sock") == "keys.dir.permissions");
  fs::create_directory(dir / "own");
  fs::permissions(dir / "own", fs::perms::owner_all);
  REQUIRE_OK(write_file(dir / "own/file", as_bytes("x")));
  CHECK(listen(dir / "own/file") == "agent.socket");
  CHECK(as_text(slurp(dir / "own/file")) == "x");
}

TEST_CASE("no agent is no error, a broken one is") {
  const ScratchDir dir;
  const KeyInfo info = TestKey(5).info(Role::signing);
  CHECK_FALSE(*agent_hooks(dir / "nothing").signer(info));
  CHECK_FALSE(*agent_hooks({}).signer(info));
  CHECK_FALSE(agent_hooks(dir / "nothing").carrier(make_carrier(7).info())->has_value());
  REQUIRE_OK(write_file(dir / "file", as_bytes("x")));
  CHECK(code_of(agent_hooks(dir / "file").signer(info)) == "agent.connect");
  CHECK(code_of(agent_lock(test_context(), dir / "nothing", answer("x"))) == "agent.absent");
}

TEST_CASE("where the socket is") {
  const auto none = [](const char*) { return std::optional<std::string>(); };
  const auto named = [](const char* name) {
    return std::string_view(name) == "SIGNMARK_AGENT_SOCK" ? std::optional<std::string>("/a/b")
                                                           : std::nullopt;
  };
  Home home = Home::at("/home/x");
  CHECK(agent_socket(home, none) == home.runtime / "agent.sock");
  CHECK(agent_socket(home, named) == "/a/b");
  home.runtime.clear();
  CHECK(agent_socket(home, none).empty());
}

TEST_CASE("a process of another user gets no answer") {
  if (::geteuid() != 0) {
    WARN("only root can play another user: the check of the peer's uid is not tested");
    return;
  }
  Running r;
  r.start_with_key();
  // The modes are opened, so that the peer's credentials alone decide.
  fs::permissions(r.socket.parent_path(), fs::perms::all);
  fs::permissions(r.socket, fs::perms::all);
  const pid_t pid = ::fork();
  REQUIRE(pid >= 0);
  if (pid == 0) {
    // By a relative path: the other user need not be able to reach the scratch folder.
    if (::chdir(r.socket.parent_path().c_str()) != 0 || ::setuid(65534) != 0) ::_exit(9);
    const auto connected = connect_agent("agent.sock");
    if (!connected) ::_exit(8);
    const Bytes request = frame(encode_request({}));
    Byte answer = 0;
    ::send(connected->get(), request.data(), request.size(), MSG_NOSIGNAL);
    const bool silent = ::recv(connected->get(), &answer, 1, 0) <= 0;
    // And the client does not talk to an agent of somebody else.
    const bool warned = code_of(agent_status("agent.sock")) == "agent.peer";
    ::_exit(silent && warned ? 0 : 1);
  }
  int status = 0;
  REQUIRE(::waitpid(pid, &status, 0) == pid);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  CHECK_OK(agent_status(r.socket));
}

TEST_CASE("messages are read in one form only") {
  AgentRequest request = sign_request(TestKey(5), "image-frame");
  const auto back = decode_request(encode_request(request));
  REQUIRE_OK(back);
  CHECK(back->type == "image-frame");
  CHECK(back->body == kBody);
  CHECK(back->key == request.key);
  request.operation = AgentOperation::derive;
  request.medium = Medium::text;
  Bytes derive = encode_request(request);
  REQUIRE_OK(decode_request(derive));
  derive.back() = 5;
  CHECK(code_of(decode_request(derive)) == "agent.protocol");
  CHECK(code_of(decode_request({})) == "agent.protocol");
  CHECK(code_of(decode_request(Bytes(kMaxAgentMessage + 1, 1))) == "agent.protocol");

  const auto error = decode_answer(encode_failure({"agent.locked", "a\x1b[31mb", "", "hint"}));
  CHECK(code_of(error) == "agent.locked");
  CHECK(error.error().message.find('\x1b') == std::string::npos);
  CHECK(code_of(decode_answer(encode_failure({"base.other", "", "", ""}))) == "agent.protocol");
  CHECK(code_of(decode_answer({})) == "agent.protocol");
  CHECK(code_of(decode_answer(Bytes{2})) == "agent.protocol");
  CHECK(code_of(decode_status(Bytes{0, 0xff, 0xff})) == "agent.protocol");
  CHECK(code_of(decode_found(Bytes{1, 1})) == "agent.protocol");
}
