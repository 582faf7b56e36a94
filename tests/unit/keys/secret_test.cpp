// SPDX-License-Identifier: Apache-2.0
// Secrets in memory: locked or said not to be, without access while idle, not inherited.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "keys_support.hpp"

using namespace signmark;
using namespace signmark::keys;
using namespace signmark::test;

namespace {

/// Runs `body` in a child process and returns its wait status.
template <class Body>
int in_child(Body body) {
  const pid_t pid = ::fork();
  REQUIRE(pid >= 0);
  if (pid == 0) {
    for (const int signal : {SIGSEGV, SIGBUS}) ::signal(signal, SIG_DFL);
    ::_exit(body());
  }
  int status = 0;
  REQUIRE(::waitpid(pid, &status, 0) == pid);
  return status;
}

}  // namespace

TEST_CASE("secrets are stored, moved, cut and wiped") {
  const auto arena = make_arena();
  SecretBytes a = make_secret(*arena, as_bytes("secret text"));
  SecretBytes b = std::move(a);
  CHECK(a.empty());
  CHECK(as_text(reveal(b)) == "secret text");
  b.truncate(6);
  CHECK(as_text(reveal(b)) == "secret");
  b = SecretBytes();
  CHECK(as_text(reveal(make_secret(*arena, as_bytes("x")))) == "x");
  const auto fresh = arena->allocate(64);
  REQUIRE_OK(fresh);
  CHECK(reveal(*fresh) == Bytes(64));
}

TEST_CASE("a full arena is an error, and freed room is used again") {
  auto arena = SecureArena::create(1);
  REQUIRE_OK(arena);
  {
    const auto big = (*arena)->allocate(4096);
    REQUIRE_OK(big);
    CHECK(code_of((*arena)->allocate(1)) == "keys.memory");
  }
  CHECK_OK((*arena)->allocate(4096));
  CHECK(code_of((*arena)->allocate(4097)) == "keys.memory");
  CHECK_OK((*arena)->allocate(0));
  CHECK(code_of(SecureArena::create(0)) == "keys.memory");
}

TEST_CASE("idle secrets cannot be read at all") {
  const auto arena = make_arena();
  const SecretBytes secret = make_secret(*arena, as_bytes("idle"));
  const Byte* address = secret.open().bytes().data();
  const int status =
      in_child([&] { return static_cast<int>(*const_cast<const volatile Byte*>(address)); });
  CHECK((WIFSIGNALED(status) || WEXITSTATUS(status) != 'i'));
}

TEST_CASE("a forked worker inherits zeros") {
  const auto arena = make_arena();
  const SecretBytes secret = make_secret(*arena, as_bytes("parent"));
  const int status = in_child([&] { return static_cast<int>(secret.open().bytes()[0]); });
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(as_text(reveal(secret)) == "parent");
}

TEST_CASE("a refused memory lock is reported, not hidden") {
  const int status = in_child([] {
    const struct rlimit none {};
    ::setrlimit(RLIMIT_MEMLOCK, &none);
    if (::geteuid() == 0 && ::setuid(65534) != 0) return 9;  // root may always lock
    const auto arena = SecureArena::create(1);
    return !arena ? 8 : (*arena)->locked() ? 1 : 0;
  });
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("views from many threads keep the pages open as long as one lives") {
  const auto arena = make_arena();
  const SecretBytes secret = make_secret(*arena, as_bytes("shared"));
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i)
        if (secret.open().bytes()[5] != 'd') ++wrong;
    });
  for (auto& thread : threads) thread.join();
  CHECK(wrong == 0);
}

TEST_CASE("hardening forbids dumps") {
  const int status = in_child([] {
    const Hardening done = harden_process();
    struct rlimit limit {};
    ::getrlimit(RLIMIT_CORE, &limit);
    return done.not_dumpable && done.no_core_limit && limit.rlim_max == 0 ? 0 : 1;
  });
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("carrier keys derive as the vectors say") {
  const auto arena = make_arena();
  const Json vectors = key_vectors();
  const Json& entry = vectors["keys"][2];
  KeyInfo info;
  info.role = Role::carrier;
  const CarrierKey key = CarrierKey::from_master(
      info, arena, make_secret(*arena, *unhex(entry["seed"].get<std::string>())));
  for (int i = 0; i < 4; ++i) {
    const auto derived = key.medium_key(static_cast<Medium>(i + 1));
    REQUIRE_OK(derived);
    CHECK(hex(reveal(*derived)) == entry["medium_keys"][static_cast<std::size_t>(i)]);
  }
  CHECK_FALSE(key.is_public());
  CHECK(hex(public_carrier_key()) == vectors["public_carrier"]["key"]);
  const auto open = CarrierKey::make_public(arena);
  REQUIRE_OK(open);
  CHECK(open->is_public());
  CHECK(open->info().id() == vectors["public_carrier"]["id"].get<std::string>());
  CHECK(reveal(*open->medium_key(Medium::image)) != reveal(*key.medium_key(Medium::image)));
}
