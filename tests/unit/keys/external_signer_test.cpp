// SPDX-License-Identifier: Apache-2.0
// Signing by another program (keys.md 5.2): its argv is a list, its answers are not believed.
#include "keys/external_process.hpp"
#include "keys/typed_object.hpp"
#include "signmark/agent.hpp"
#include "trust_support.hpp"

using namespace signmark;
using namespace signmark::keys;
using namespace signmark::test;
namespace fs = std::filesystem;

namespace {

/// A folder with a shell script that plays the signing program.
struct Program {
  ScratchDir dir;
  TestKey key{5};

  /// `sign` is the script's answer to that verb; stdin goes to the file `seen`.
  explicit Program(const std::string& sign, const std::string& info = "") {
    const std::string answer = info.empty() ? R"({"protocol":1,"key":")" +
                                                  public_text(Role::signing, key.pk) +
                                                  R"(","algorithm":"ed25519"})"
                                            : info;
    put("info", answer, 0600);
    put("program",
        "#!/bin/sh\ncd '" + dir.path().string() + "' || exit 9\n" +
            "echo \"$#:$1\" >arguments\nfor verb; do :; done\n" +
            "case $verb in info) cat info ;; sign) cat >seen; " + sign + " ;; esac\n",
        0700);
  }
  void put(const std::string& name, std::string_view bytes, unsigned mode) const {
    REQUIRE_OK(
        write_file(dir / name, as_bytes(bytes), {.replace = true, .mode = mode, .keep = {}}));
  }
  void put_signature(ByteView message) const { put("signature", as_text(key.sign(message)), 0600); }
  [[nodiscard]] std::string uri(const std::string& argument = "an \\\"argument") const {
    return "exec:[\"" + (dir / "program").string() + "\",\"" + argument + "\"]";
  }
  [[nodiscard]] Result<std::shared_ptr<Signer>> open(
      std::chrono::milliseconds timeout = std::chrono::seconds(20)) const {
    return open_external_signer(test_context(), uri(), {timeout, {}});
  }
};

const Bytes kBody{'b', 'o', 'd', 'y'};

}  // namespace

TEST_CASE("a program signs, gets its arguments unsplit and the exact bytes") {
  const Program program("cat signature");
  const Bytes message = typed_message("image-frame", kBody);
  program.put_signature(message);
  const auto signer = program.open();
  REQUIRE_OK(signer);
  CHECK((*signer)->key().public_key == program.key.pk);
  CHECK((*signer)->key().role == Role::signing);
  const auto signature = (*signer)->sign_object("image-frame", kBody);
  REQUIRE_OK(signature);
  CHECK(verify_object(program.key.pk, "image-frame", kBody, *signature));
  CHECK(slurp(program.dir / "seen") == message);
  CHECK(as_text(slurp(program.dir / "arguments")) == "2:an \"argument\n");

  const std::string cose = "\x84\x6aSignature1\x43xyz\x40\x42pq";
  program.put_signature(as_bytes(cose));
  CHECK_OK((*signer)->sign_cose(as_bytes(cose)));
  CHECK(code_of((*signer)->sign_cose(kBody)) == "keys.sign.cose");
  CHECK(code_of((*signer)->sign_object("trust-bundle", kBody)) == "keys.sign.type");
  CHECK(code_of((*signer)->sign_object("image-frame", Bytes((64U << 10) + 1))) == "keys.sign.size");
}

TEST_CASE("a signature that does not verify is never used") {
  const Program program("cat signature");
  program.put_signature(kBody);  // right key, wrong bytes
  const auto signer = program.open();
  REQUIRE_OK(signer);
  CHECK(code_of((*signer)->sign_object("image-frame", kBody)) == "keys.external.signature");
}

TEST_CASE("every other answer of a program has its own refusal") {
  const auto code_with = [](const std::string& sign) {
    const Program program(sign);
    program.put_signature(typed_message("image-frame", kBody));
    const auto signer = program.open();
    REQUIRE_OK(signer);
    return code_of((*signer)->sign_object("image-frame", kBody));
  };
  CHECK(code_with("true") == "keys.external.output");  // nothing
  CHECK(code_with("head -c 63 signature") == "keys.external.output");
  CHECK(code_with("cat signature; echo") == "keys.external.output");
  CHECK(code_with("yes") == "keys.external.output");
  CHECK(code_with("cat signature; exit 3") == "keys.external.failed");
  CHECK(code_with("kill -9 $$") == "keys.external.failed");
  CHECK(code_with("cat signature") == "");
}

TEST_CASE("a program that hangs is ended in time") {
  const Program program("exec sleep 60");
  const auto signer = program.open();
  REQUIRE_OK(signer);
  const auto begin = std::chrono::steady_clock::now();
  const auto quick =
      open_external_signer(test_context(), program.uri(), {std::chrono::milliseconds(3000), {}});
  REQUIRE_OK(quick);
  CHECK(code_of((*quick)->sign_object("image-frame", kBody)) == "keys.external.timeout");
  // Also one that closes its output and goes on.
  CHECK(code_of(run_program({"/bin/sh", "-c", "exec >&-; exec sleep 60"}, {}, 10,
                            std::chrono::milliseconds(300))) == "keys.external.timeout");
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(30));
}

TEST_CASE("the URI is a JSON list with an absolute path") {
  const auto code_with = [](std::string_view uri) {
    return code_of(open_external_signer(test_context(), uri));
  };
  for (const char* uri :
       {"", "exec:", "exec:/bin/true", "exec:[]", "exec:{}", "exec:[1]", "exec:[\"\"]",
        "exec:[\"true\"]", "exec:[\"/bin/true\",2]", "exec:[\"/bin/true\"] ; rm",
        "exec:[\"/bin/true\\u0000\"]", "file:[\"/bin/true\"]"})
    CHECK(code_with(uri) == "keys.external.uri");
  CHECK(code_with(R"(exec:["/nonexistent/program"])") == "keys.external.start");
  CHECK(code_with(R"(exec:["/bin/true"])") == "keys.external.info");
  CHECK(code_with(R"(exec:["/bin/false"])") == "keys.external.failed");
}

TEST_CASE("info must name protocol, algorithm and a public key") {
  const std::string line = public_text(Role::signing, TestKey(5).pk);
  const auto code_with = [](const std::string& info) {
    return code_of(Program("true", info).open());
  };
  CHECK(code_with(R"({"protocol":1,"key":")" + line + R"(","algorithm":"ed25519"})") == "");
  CHECK(code_with(R"({"protocol":2,"key":")" + line + R"(","algorithm":"ed25519"})") ==
        "keys.external.info");
  CHECK(code_with(R"({"protocol":1,"key":")" + line + R"(","algorithm":"rsa"})") ==
        "keys.external.info");
  CHECK(code_with(R"({"protocol":1,"algorithm":"ed25519"})") == "keys.external.info");
  CHECK(code_with(R"({"protocol":1,"key":"smsign1x","algorithm":"ed25519"})") ==
        "keys.external.info");
  CHECK(code_with("[]") == "keys.external.info");
  CHECK(code_with("not json") == "keys.external.info");
}

TEST_CASE("the key's certificate gives its life") {
  const Program program("cat signature");
  const TestIssuer issuer(1);
  program.put_signature(typed_message("image-frame", kBody));
  const auto with_leaf = [&](const Bytes& leaf) {
    return open_external_signer(
        test_context(), program.uri(),
        {std::chrono::seconds(20), [leaf](const KeyInfo&) { return std::vector<Bytes>{leaf}; }});
  };
  const auto signer = with_leaf(issuer.leaf(program.key));
  REQUIRE_OK(signer);
  CHECK((*signer)->chain().size() == 1);
  CHECK((*signer)->key().expires == kLeafWindow.not_after + 1);
  CHECK_OK((*signer)->sign_object("image-frame", kBody));
  const auto expired = with_leaf(issuer.leaf(program.key, "ci", {kNow - 9, kNow - 1}));
  REQUIRE_OK(expired);
  CHECK(code_of((*expired)->sign_object("image-frame", kBody)) == "keys.sign.expired");
  CHECK(code_of(with_leaf(issuer.leaf(TestKey(6)))) == "keys.external.info");
}

TEST_CASE("the program inherits neither descriptors nor the passphrase") {
  ::setenv("SIGNMARK_PASSPHRASE", "secret", 1);
  const auto out = run_program({"/bin/sh", "-c", "ls /proc/self/fd; echo $SIGNMARK_PASSPHRASE."},
                               {}, 1000, std::chrono::seconds(20));
  ::unsetenv("SIGNMARK_PASSPHRASE");
  REQUIRE_OK(out);
  CHECK(as_text(*out) == "0\n1\n2\n3\n.\n");  // 3 is ls reading the folder
}
